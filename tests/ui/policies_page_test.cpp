#include "ui/pages/policies_page.h"

#include "tests/support/event_loop.h"
#include "tests/support/fake_broker_client.h"
#include "tests/ui/resource_snapshots.h"
#include "tests/ui/ui_support.h"
#include "ui/dialogs/confirm_commands_dialog.h"
#include "ui/dialogs/policy_dialog.h"
#include "ui/dialogs/policy_preview_panel.h"
#include "ui/models/policy_model.h"
#include "ui/models/row_filter.h"
#include "ui/widgets/arguments_editor.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/resource_table.h"

#include <QAbstractItemModelTester>
#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QTreeWidget>

#include <gtest/gtest.h>

#include <algorithm>

namespace warren::ui {
namespace {

using management::CommandResult;
using management::CommandStatus;
using management::PolicyPreview;
using management::PolicyTarget;
using management::PreviewPolicy;
using management::PutPolicy;
using management::RemovePolicy;
using test::FakeBrokerClient;
using test::keyOf;

CommandResult previewOf(const QList<PolicyPreview::Match>& matches)
{
    return {.status = CommandStatus::Done, .text = {}, .value = PolicyPreview{matches}};
}

class PoliciesPageTest : public testing::Test {
protected:
    PoliciesPageTest() : m_page(m_client)
    {
        m_page.resize(1300, 800);
        m_page.show();
        m_page.activateWindow();
        showSnapshot(test::typicalSnapshot());
    }

    void showSnapshot(const management::Snapshot& snapshot)
    {
        m_client.setSnapshot(snapshot);
        m_page.showSnapshot(m_client.snapshot());
        test::settle();
    }

    ResourceTable& table() { return *m_page.findChild<ResourceTable*>(); }

    void trigger(const QString& action)
    {
        m_page.findChild<QAction*>(action)->trigger();
        test::settle();
    }

    PolicyDialog* dialog() { return m_page.findChild<PolicyDialog*>(); }
    QLineEdit* field(const QString& name) { return dialog()->findChild<QLineEdit*>(name); }
    QString summary()
    {
        return dialog()->findChild<QLabel*>(QStringLiteral("previewSummary"))->text();
    }
    QString effectOf(int row)
    {
        return dialog()
            ->findChild<QTreeWidget*>(QStringLiteral("previewMatches"))
            ->topLevelItem(row)
            ->text(1);
    }

    PolicyPreviewPanel* preview() { return dialog()->findChild<PolicyPreviewPanel*>(); }

    void accept(QWidget* dialog)
    {
        QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("accept")),
                          Qt::LeftButton);
        test::settle();
    }

    static QString problem(QWidget* dialog) { return dialog->findChild<NoticeBar*>()->text(); }

    /// Types a policy that is complete, and waits for no preview.
    void typePolicy()
    {
        trigger(QStringLiteral("add"));
        QTest::keyClicks(field(QStringLiteral("name")), QStringLiteral("cap"));
        QTest::keyClicks(field(QStringLiteral("pattern")), QStringLiteral("^orders"));
        QTest::mouseClick(dialog()->findChild<QWidget*>(QStringLiteral("max-length")),
                          Qt::LeftButton);
        test::settle();
    }

    qsizetype countOfPreviews() const
    {
        return std::ranges::count_if(m_client.commands(), [](const auto& command) {
            return std::holds_alternative<PreviewPolicy>(command);
        });
    }

    test::ThemeScope m_theme{false};
    FakeBrokerClient m_client;
    PoliciesPage m_page;
};

TEST(PolicyModel, ShowsChangesWithoutResetAndSortsByPriority)
{
    PolicyModel model;
    RowFilter filter(model);
    const QAbstractItemModelTester tester(&model,
                                          QAbstractItemModelTester::FailureReportingMode::Fatal);
    QList<management::PolicyRow> rows = test::typicalSnapshot().policies;
    model.show(rows);
    rows.removeAt(1);
    rows[0].priority = -3;
    model.show(rows);
    ASSERT_EQ(model.rowCount(), 2);
    filter.sort(static_cast<int>(PolicyColumn::Priority), Qt::AscendingOrder);
    EXPECT_EQ(filter.index(0, static_cast<int>(PolicyColumn::Name)).data().toString(),
              QStringLiteral("dead-letters"));
    EXPECT_EQ(model.index(1, static_cast<int>(PolicyColumn::Kind)).data().toString(),
              QStringLiteral("operator"));
}

TEST_F(PoliciesPageTest, PutsAPolicyAsTyped)
{
    typePolicy();
    field(QStringLiteral("priority"))->setText(QStringLiteral("-7"));
    dialog()->findChild<QComboBox*>(QStringLiteral("applyTo"))->setCurrentIndex(2);
    accept(dialog());

    const auto* sent = m_client.lastCommand<PutPolicy>();
    ASSERT_NE(sent, nullptr);
    EXPECT_EQ(sent->policy.name, QStringLiteral("cap"));
    EXPECT_EQ(sent->policy.pattern, QStringLiteral("^orders"));
    EXPECT_EQ(sent->policy.vhost, QStringLiteral("/"));
    EXPECT_EQ(sent->policy.applyTo, PolicyTarget::Exchanges);
    EXPECT_EQ(sent->policy.priority, -7);
    EXPECT_FALSE(sent->policy.isOperator);
    EXPECT_EQ(sent->policy.definition.value(QStringLiteral("max-length")), QVariant(10'000LL));
    EXPECT_EQ(dialog(), nullptr);
    EXPECT_TRUE(m_page.findChild<NoticeBar*>(QStringLiteral("undo"))
                    ->text()
                    .contains(QStringLiteral("“cap” is put")));
}

TEST_F(PoliciesPageTest, AsksForAPreviewOnlyWhenTheTypingRests)
{
    typePolicy();
    ASSERT_TRUE(test::runUntil([&] { return summary().contains(QStringLiteral("2 queues")); }));
    // A dozen keys and a button were pressed.
    EXPECT_LT(countOfPreviews(), 4);
    EXPECT_TRUE(summary().contains(QStringLiteral("No message is dropped")));
    EXPECT_TRUE(effectOf(0).contains(QStringLiteral("replaces “dead-letters”")));
    EXPECT_TRUE(effectOf(1).contains(QStringLiteral("begins to hold")));
}

TEST_F(PoliciesPageTest, IgnoresPreviewsThatComeTooLate)
{
    m_client.holdAnswers();
    typePolicy();
    preview()->askNow();
    const std::size_t olderCount = m_client.heldCount();
    field(QStringLiteral("pattern"))->setText(QStringLiteral("^mail"));
    preview()->askNow();
    m_client.releaseAnswer(olderCount);
    test::settle();
    auto* matches = dialog()->findChild<QTreeWidget*>(QStringLiteral("previewMatches"));
    ASSERT_EQ(matches->topLevelItemCount(), 1);
    EXPECT_EQ(matches->topLevelItem(0)->text(0), QStringLiteral("mail.outgoing"));
    m_client.releaseAnswer(olderCount - 1);
    test::settle();
    EXPECT_EQ(matches->topLevelItem(0)->text(0), QStringLiteral("mail.outgoing"));
    m_client.releaseAnswers();
}

TEST_F(PoliciesPageTest, DropsMessagesOnlyAfterTheButtonHasSaidSo)
{
    typePolicy();
    m_client.answerNext(previewOf({{.key = keyOf(QStringLiteral("orders")),
                                    .replaces = QStringLiteral("dead-letters"),
                                    .droppedCount = 8'422,
                                    .droppedBytes = 4'312'064}}));
    preview()->askNow();
    test::settle();
    accept(dialog());
    EXPECT_EQ(m_client.lastCommand<PutPolicy>(), nullptr);
    auto* button = dialog()->findChild<QPushButton*>(QStringLiteral("accept"));
    EXPECT_TRUE(button->text().contains(QStringLiteral("drop 8")));
    EXPECT_FALSE(button->isDefault());
    EXPECT_TRUE(effectOf(0).contains(QStringLiteral("at once")));

    // What is typed afterwards has not been agreed to.
    field(QStringLiteral("priority"))->setText(QStringLiteral("1"));
    EXPECT_FALSE(button->text().contains(QStringLiteral("drop")));
    m_client.answerNext(
        previewOf({{.key = keyOf(QStringLiteral("orders")), .replaces = {}, .droppedCount = 1}}));
    accept(dialog());
    EXPECT_EQ(m_client.lastCommand<PutPolicy>(), nullptr);
    accept(dialog());
    ASSERT_NE(m_client.lastCommand<PutPolicy>(), nullptr);
    EXPECT_EQ(m_client.lastCommand<PutPolicy>()->policy.priority, 1);
}

TEST_F(PoliciesPageTest, NamesTheStrongerPolicyThatGoesOnToHold)
{
    typePolicy();
    m_client.answerNext(
        previewOf({{.key = keyOf(QStringLiteral("orders")), .replaces = {}, .isShadowed = true}}));
    preview()->askNow();
    test::settle();
    EXPECT_TRUE(summary().contains(QStringLiteral("stronger")));
    EXPECT_TRUE(effectOf(0).contains(QStringLiteral("“dead-letters” holds")));
}

TEST_F(PoliciesPageTest, SaysOfItselfThatItGoesOnToHold)
{
    table().selectRow(0);
    trigger(QStringLiteral("edit"));
    m_client.answerNext(previewOf({{.key = keyOf(QStringLiteral("orders")), .replaces = {}}}));
    preview()->askNow();
    test::settle();
    EXPECT_EQ(effectOf(0), QStringLiteral("goes on to hold, as changed"));
}

TEST_F(PoliciesPageTest, ShowsEveryRefusalAndKeepsWhatWasTyped)
{
    trigger(QStringLiteral("add"));
    accept(dialog());
    EXPECT_TRUE(problem(dialog()).contains(QStringLiteral("needs a name")));
    field(QStringLiteral("name"))->setText(QStringLiteral("cap"));
    accept(dialog());
    EXPECT_TRUE(problem(dialog()).contains(QStringLiteral("defines nothing")));
    dialog()->findChild<ArgumentsEditor*>()->setArguments({{QStringLiteral("max-length"), 5LL}});
    field(QStringLiteral("priority"))->setText(QStringLiteral("-"));
    accept(dialog());
    EXPECT_TRUE(problem(dialog()).contains(QStringLiteral("whole number")));
    field(QStringLiteral("priority"))->setText(QStringLiteral("0"));

    // The broker refuses the preview …
    field(QStringLiteral("pattern"))->setText(QStringLiteral("("));
    accept(dialog());
    EXPECT_TRUE(problem(dialog()).contains(QStringLiteral("Validation failed")));
    EXPECT_EQ(dialog()->findChild<QLabel*>(QStringLiteral("testResult"))->text(),
              QStringLiteral("no pattern"));
    // … or the policy itself, for each reason there is.
    field(QStringLiteral("pattern"))->setText(QStringLiteral("x"));
    for (const auto status :
         {CommandStatus::NotFound, CommandStatus::Conflict, CommandStatus::AccessRefused,
          CommandStatus::Invalid, CommandStatus::Unreachable}) {
        field(QStringLiteral("pattern"))
            ->setText(QStringLiteral("x%1").arg(static_cast<int>(status)));
        m_client.answerNext(previewOf({}));
        m_client.refuseNext(status, {});
        accept(dialog());
        ASSERT_NE(dialog(), nullptr);
        EXPECT_FALSE(problem(dialog()).isEmpty());
    }
    EXPECT_EQ(field(QStringLiteral("name"))->text(), QStringLiteral("cap"));
    accept(dialog());
    EXPECT_EQ(dialog(), nullptr);
}

TEST_F(PoliciesPageTest, TriesThePatternOnAName)
{
    typePolicy();
    auto* result = dialog()->findChild<QLabel*>(QStringLiteral("testResult"));
    QTest::keyClicks(field(QStringLiteral("testedName")), QStringLiteral("orders.eu"));
    EXPECT_EQ(result->text(), QStringLiteral("matches"));
    QTest::keyClick(field(QStringLiteral("testedName")), Qt::Key_Return);
    EXPECT_EQ(m_client.lastCommand<PutPolicy>(), nullptr) << "Enter only tries";
    field(QStringLiteral("testedName"))->setText(QStringLiteral("my.orders"));
    EXPECT_EQ(result->text(), QStringLiteral("does not match"));
}

TEST_F(PoliciesPageTest, OffersOnlyLimitsToAnOperatorPolicy)
{
    trigger(QStringLiteral("addOperator"));
    ASSERT_NE(dialog(), nullptr);
    EXPECT_NE(dialog()->findChild<QWidget*>(QStringLiteral("max-length")), nullptr);
    EXPECT_EQ(dialog()->findChild<QWidget*>(QStringLiteral("dead-letter-exchange")), nullptr);
    field(QStringLiteral("name"))->setText(QStringLiteral("cap"));
    dialog()->findChild<ArgumentsEditor*>()->setArguments({{QStringLiteral("expires"), 5LL}});
    accept(dialog());
    ASSERT_NE(m_client.lastCommand<PutPolicy>(), nullptr);
    EXPECT_TRUE(m_client.lastCommand<PutPolicy>()->policy.isOperator);
}

TEST_F(PoliciesPageTest, ChangesAndClones)
{
    table().selectRow(0);
    QTest::keyClick(&table(), Qt::Key_Return);
    test::settle();
    ASSERT_NE(dialog(), nullptr);
    EXPECT_FALSE(field(QStringLiteral("name"))->isEnabled());
    const QString name = field(QStringLiteral("name"))->text();
    field(QStringLiteral("pattern"))->setText(QStringLiteral("^x$"));
    accept(dialog());
    ASSERT_NE(m_client.lastCommand<PutPolicy>(), nullptr);
    EXPECT_EQ(m_client.lastCommand<PutPolicy>()->policy.name, name);
    EXPECT_EQ(m_client.lastCommand<PutPolicy>()->policy.pattern, QStringLiteral("^x$"));

    trigger(QStringLiteral("clone"));
    ASSERT_NE(dialog(), nullptr);
    EXPECT_TRUE(field(QStringLiteral("name"))->isEnabled());
    EXPECT_TRUE(field(QStringLiteral("name"))->text().contains(name));
}

TEST_F(PoliciesPageTest, DeletesAndTakesItBack)
{
    table().selectRow(0);
    const management::PolicyRow before = m_client.snapshot()->policies.at(0);
    QTest::keyClick(&table(), Qt::Key_Delete);
    auto* confirm = m_page.findChild<ConfirmCommandsDialog*>();
    ASSERT_NE(confirm, nullptr);
    EXPECT_TRUE(confirm->findChild<QLabel*>(QStringLiteral("losses"))
                    ->text()
                    .contains(QStringLiteral("orders.dead")));
    m_client.refuseNext(CommandStatus::NotFound, QStringLiteral("no such policy"));
    accept(confirm);
    EXPECT_EQ(problem(confirm), QStringLiteral("no such policy"));
    accept(confirm);
    const auto* removed = m_client.lastCommand<RemovePolicy>();
    ASSERT_NE(removed, nullptr);
    EXPECT_EQ(removed->name, before.name);
    EXPECT_FALSE(removed->isOperator);

    auto* undo = m_page.findChild<NoticeBar*>(QStringLiteral("undo"));
    ASSERT_TRUE(undo->isVisible());
    const QSignalSpy notices(&m_page, &Page::noticeRaised);
    QTest::mouseClick(undo->findChild<QPushButton*>(QStringLiteral("noticeAction")),
                      Qt::LeftButton);
    test::settle();
    ASSERT_NE(m_client.lastCommand<PutPolicy>(), nullptr);
    EXPECT_EQ(m_client.lastCommand<PutPolicy>()->policy, before);
    EXPECT_FALSE(undo->isVisible());
    EXPECT_EQ(notices.size(), 1);
}

TEST_F(PoliciesPageTest, WatchesQueuesOnlyWhileADialogIsOpen)
{
    EXPECT_FALSE(m_page.wanted().topics & management::TopicQueues);
    trigger(QStringLiteral("add"));
    EXPECT_TRUE(m_page.wanted().topics & management::TopicQueues);
    dialog()->reject();
    test::settle();
    EXPECT_FALSE(m_page.wanted().topics & management::TopicQueues);
}

TEST_F(PoliciesPageTest, OffersNothingWhileTheBrokerCannotBeReached)
{
    table().selectRow(0);
    m_page.setActionsEnabled(false);
    for (const char* name : {"add", "addOperator", "edit", "clone", "remove"}) {
        EXPECT_FALSE(m_page.findChild<QAction*>(QString::fromLatin1(name))->isEnabled()) << name;
    }
    QTest::keyClick(&table(), Qt::Key_Return);
    EXPECT_EQ(dialog(), nullptr);
    m_page.setActionsEnabled(true);
    EXPECT_TRUE(m_page.findChild<QAction*>(QStringLiteral("edit"))->isEnabled());
}

TEST_F(PoliciesPageTest, SaysWhatPoliciesAreForWhenThereAreNone)
{
    showSnapshot(test::emptySnapshot());
    QPushButton* button = nullptr;
    for (auto* each : m_page.findChildren<QPushButton*>(QStringLiteral("emptyButton"))) {
        if (each->isVisible()) button = each;
    }
    ASSERT_NE(button, nullptr);
    QTest::mouseClick(button, Qt::LeftButton);
    EXPECT_NE(dialog(), nullptr);
}

}  // namespace
}  // namespace warren::ui
