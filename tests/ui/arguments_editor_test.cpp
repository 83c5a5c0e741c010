#include "ui/widgets/arguments_editor.h"

#include "tests/ui/ui_support.h"
#include "ui/models/known_arguments.h"

#include <QComboBox>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

#include <gtest/gtest.h>

namespace warren::ui {
namespace {

using management::Arguments;

class ArgumentsEditorTest : public testing::Test {
protected:
    ArgumentsEditorTest() : m_editor(ArgumentsEditor::Purpose::Queue)
    {
        m_editor.resize(600, 500);
        m_editor.show();
        m_editor.activateWindow();
        test::settle();
    }

    void click(const QString& name)
    {
        QTest::mouseClick(m_editor.findChild<QWidget*>(name), Qt::LeftButton);
        test::settle();
    }

    /// The widgets of this name in the order of their rows.
    template <typename Widget>
    QList<Widget*> all(const QString& name)
    {
        return m_editor.findChildren<Widget*>(name);
    }

    void choose(QComboBox* box, ArgumentType type)
    {
        box->setCurrentIndex(box->findData(static_cast<int>(type)));
        test::settle();
    }

    test::ThemeScope m_theme{false};
    ArgumentsEditor m_editor;
};

TEST_F(ArgumentsEditorTest, InsertsEachKnownArgumentWithItsType)
{
    for (const KnownArgument& known : knownQueueArguments()) {
        click(QLatin1String(known.name));
    }

    const Arguments arguments = m_editor.arguments();
    EXPECT_EQ(arguments.size(), static_cast<qsizetype>(knownQueueArguments().size()));
    for (const KnownArgument& known : knownQueueArguments()) {
        EXPECT_EQ(argumentTypeOf(arguments.value(QLatin1String(known.name))), known.type)
            << known.name;
    }
    EXPECT_EQ(m_editor.problem(), QString());
}

TEST_F(ArgumentsEditorTest, AddsAKnownArgumentOnlyOnce)
{
    click(QStringLiteral("x-message-ttl"));
    click(QStringLiteral("x-message-ttl"));
    EXPECT_EQ(all<QLineEdit>(QStringLiteral("argumentName")).size(), 1);
}

TEST_F(ArgumentsEditorTest, TakesATypedNameAndNumber)
{
    click(QStringLiteral("addArgument"));
    QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("x-max-length"));
    choose(all<QComboBox>(QStringLiteral("argumentType")).first(), ArgumentType::Number);
    auto* value = all<QLineEdit>(QStringLiteral("argumentValue")).first();
    value->clear();
    QTest::keyClicks(value, QStringLiteral("-42x"));

    EXPECT_EQ(m_editor.arguments(), (Arguments{{QStringLiteral("x-max-length"), -42LL}}));
}

TEST_F(ArgumentsEditorTest, KeepsWhatFitsWhenTheTypeChanges)
{
    m_editor.setArguments({{QStringLiteral("a"), QStringLiteral("17")}});
    auto* type = all<QComboBox>(QStringLiteral("argumentType")).first();

    choose(type, ArgumentType::Number);
    EXPECT_EQ(m_editor.arguments().value(QStringLiteral("a")), QVariant(17LL));
    choose(type, ArgumentType::Decimal);
    EXPECT_EQ(m_editor.arguments().value(QStringLiteral("a")), QVariant(17.0));
    choose(type, ArgumentType::String);
    EXPECT_EQ(m_editor.arguments().value(QStringLiteral("a")), QVariant(QStringLiteral("17")));
    choose(type, ArgumentType::Boolean);
    EXPECT_EQ(m_editor.arguments().value(QStringLiteral("a")).typeId(), QMetaType::Bool);
}

TEST_F(ArgumentsEditorTest, BuildsListsAndTablesInsideOfEachOther)
{
    click(QStringLiteral("addArgument"));
    QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("outer"));
    choose(all<QComboBox>(QStringLiteral("argumentType")).first(), ArgumentType::Table);
    click(QStringLiteral("argumentAddEntry"));
    QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("inner"));
    choose(all<QComboBox>(QStringLiteral("argumentType")).at(1), ArgumentType::List);
    QTest::mouseClick(all<QToolButton>(QStringLiteral("argumentAddEntry")).at(1), Qt::LeftButton);
    test::settle();
    QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("first"));

    EXPECT_EQ(m_editor.arguments(),
              (Arguments{{QStringLiteral("outer"),
                          QVariantMap{
                              {QStringLiteral("inner"), QVariantList{QStringLiteral("first")}}}}}));
}

TEST_F(ArgumentsEditorTest, GivesBackWhatItWasGiven)
{
    const Arguments arguments{
        {QStringLiteral("text"), QStringLiteral("a b")},
        {QStringLiteral("number"), std::numeric_limits<qlonglong>::min()},
        {QStringLiteral("decimal"), 0.1},
        {QStringLiteral("yes"), true},
        {QStringLiteral("no"), false},
        {QStringLiteral("list"), QVariantList{1LL, QStringLiteral("x"), QVariantList{}}},
        {QStringLiteral("table"), QVariantMap{{QStringLiteral("deep"), QVariantMap{}}}}};

    m_editor.setArguments(arguments);

    EXPECT_EQ(m_editor.arguments(), arguments);
    EXPECT_EQ(m_editor.problem(), QString());
}

TEST_F(ArgumentsEditorTest, RemovesARow)
{
    m_editor.setArguments({{QStringLiteral("a"), 1LL}, {QStringLiteral("b"), 2LL}});
    click(QStringLiteral("argumentRemove"));
    EXPECT_EQ(m_editor.arguments(), (Arguments{{QStringLiteral("b"), 2LL}}));
}

TEST_F(ArgumentsEditorTest, SaysWhatCannotBeSentAndMovesThere)
{
    m_editor.setArguments({{QStringLiteral("a"), 1LL}});
    auto* value = all<QLineEdit>(QStringLiteral("argumentValue")).first();
    value->clear();
    EXPECT_EQ(m_editor.problem(), QStringLiteral("a needs a whole number."));
    m_editor.focusProblem();
    EXPECT_EQ(QApplication::focusWidget(), value);

    value->setText(QStringLiteral("9999999999999999999"));
    EXPECT_EQ(m_editor.problem(), QStringLiteral("a needs a whole number."));
    value->setText(QStringLiteral("9"));
    EXPECT_EQ(m_editor.problem(), QString());

    click(QStringLiteral("addArgument"));
    EXPECT_EQ(m_editor.problem(), QStringLiteral("An argument has no name."));
    QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("a"));
    EXPECT_EQ(m_editor.problem(), QStringLiteral("There are two arguments named a."));
    all<QLineEdit>(QStringLiteral("argumentName")).last()->setText(QString(256, QLatin1Char('n')));
    EXPECT_TRUE(m_editor.problem().contains(QStringLiteral("255 bytes")));
}

TEST_F(ArgumentsEditorTest, OffersNoListsAtTheDeepestLevel)
{
    QVariant value = QStringLiteral("deepest");
    for (int depth = 0; depth < 7; ++depth) {
        value = QVariantMap{{QStringLiteral("t"), value}};
    }
    m_editor.setArguments({{QStringLiteral("t"), value}});

    const auto types = all<QComboBox>(QStringLiteral("argumentType"));
    EXPECT_EQ(types.last()->findData(static_cast<int>(ArgumentType::Table)), -1);
    EXPECT_NE(types.first()->findData(static_cast<int>(ArgumentType::Table)), -1);
}

TEST_F(ArgumentsEditorTest, SignalsEachChange)
{
    const QSignalSpy changes(&m_editor, &ArgumentsEditor::changed);
    click(QStringLiteral("x-message-ttl"));
    const auto added = changes.size();
    EXPECT_GT(added, 0);
    QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("7"));
    EXPECT_GT(changes.size(), added);
}

}  // namespace
}  // namespace warren::ui
