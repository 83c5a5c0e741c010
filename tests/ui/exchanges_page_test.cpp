#include "ui/pages/exchanges_page.h"

#include "tests/support/fake_broker_client.h"
#include "tests/ui/resource_snapshots.h"
#include "tests/ui/ui_support.h"
#include "ui/dialogs/bind_dialog.h"
#include "ui/dialogs/declare_exchange_dialog.h"
#include "ui/dialogs/exchange_confirmations.h"
#include "ui/dialogs/publish_dialog.h"
#include "ui/models/exchange_model.h"
#include "ui/pages/bindings_panel.h"
#include "ui/widgets/arguments_editor.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/resource_table.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include <gtest/gtest.h>

#include <algorithm>

namespace warren::ui {
namespace {

using management::AddBinding;
using management::CommandStatus;
using management::DeclareExchange;
using management::DeleteExchange;
using management::DestinationKind;
using management::RemoveBinding;
using management::Snapshot;
using test::FakeBrokerClient;
using test::keyOf;

class ExchangesPageTest : public testing::Test {
protected:
    ExchangesPageTest() : m_page(m_client)
    {
        m_page.resize(1200, 800);
        m_page.show();
        m_page.activateWindow();
        showSnapshot(test::exchangeDetailSnapshot());
    }

    void showSnapshot(const Snapshot& snapshot)
    {
        m_client.setSnapshot(snapshot);
        m_page.showSnapshot(m_client.snapshot());
        test::settle();
    }

    void select(const QString& name)
    {
        m_page.selectExchange(keyOf(name));
        m_page.showSnapshot(m_client.snapshot());
        test::settle();
    }

    ResourceTable& table() { return *m_page.findChild<ResourceTable*>(QStringLiteral("table")); }
    QAction& action(const QString& name) { return *m_page.findChild<QAction*>(name); }
    QWidget& panel(const QString& name) { return *m_page.findChild<BindingsPanel*>(name); }
    QString shownName()
    {
        return m_page.findChild<ElidedLabel*>(QStringLiteral("exchangeName"))->fullText();
    }

    void trigger(const QString& name)
    {
        action(name).trigger();
        test::settle();
    }

    template <typename Dialog>
    Dialog* dialog()
    {
        return m_page.findChild<Dialog*>();
    }

    void accept(QWidget* dialog)
    {
        QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("accept")),
                          Qt::LeftButton);
        test::settle();
    }

    static QString problem(QWidget* dialog) { return dialog->findChild<NoticeBar*>()->text(); }

    test::ThemeScope m_theme{false};
    FakeBrokerClient m_client;
    ExchangesPage m_page;
};

TEST_F(ExchangesPageTest, DeclaresAnExchangeWithAnAlternate)
{
    QTest::keyClick(&table(), Qt::Key_N, Qt::ControlModifier);
    test::settle();
    auto* declare = dialog<DeclareExchangeDialog>();
    ASSERT_NE(declare, nullptr);
    QTest::keyClicks(declare->findChild<QLineEdit*>(QStringLiteral("name")),
                     QStringLiteral("events"));
    declare->findChild<QComboBox*>(QStringLiteral("type"))->setCurrentText(QStringLiteral("topic"));
    declare->findChild<QCheckBox*>(QStringLiteral("internal"))->setChecked(true);
    QTest::mouseClick(declare->findChild<QWidget*>(QStringLiteral("alternate-exchange")),
                      Qt::LeftButton);
    test::settle();
    QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("unrouted"));
    accept(declare);

    const auto* sent = m_client.lastCommand<DeclareExchange>();
    ASSERT_NE(sent, nullptr);
    EXPECT_EQ(sent->key, keyOf(QStringLiteral("events")));
    EXPECT_EQ(sent->type, QStringLiteral("topic"));
    EXPECT_TRUE(sent->isDurable);
    EXPECT_FALSE(sent->isAutoDelete);
    EXPECT_TRUE(sent->isInternal);
    EXPECT_EQ(sent->arguments, (management::Arguments{{QStringLiteral("alternate-exchange"),
                                                       QStringLiteral("unrouted")}}));
    EXPECT_EQ(dialog<DeclareExchangeDialog>(), nullptr);
}

TEST_F(ExchangesPageTest, AsksForANameBeforeTheBrokerDoes)
{
    trigger(QStringLiteral("addExchange"));
    accept(dialog<DeclareExchangeDialog>());
    EXPECT_TRUE(m_client.commands().isEmpty());
    EXPECT_EQ(problem(dialog<DeclareExchangeDialog>()),
              QStringLiteral("The exchange needs a name."));
}

TEST_F(ExchangesPageTest, ShowsARefusedDeclaration)
{
    const QString refusal = QStringLiteral(
        "ACCESS_REFUSED - exchange name 'amq.mine' contains reserved prefix 'amq.*'");
    m_client.refuseNext(CommandStatus::AccessRefused, refusal);
    trigger(QStringLiteral("addExchange"));
    auto* declare = dialog<DeclareExchangeDialog>();
    declare->findChild<QLineEdit*>(QStringLiteral("name"))->setText(QStringLiteral("amq.mine"));
    accept(declare);
    ASSERT_EQ(dialog<DeclareExchangeDialog>(), declare);
    EXPECT_EQ(problem(declare), refusal);
}

TEST_F(ExchangesPageTest, DoesNotOfferToDeleteWhatIsAlwaysThere)
{
    for (const QString& name : {QString(), QStringLiteral("amq.direct")}) {
        select(name);
        EXPECT_FALSE(action(QStringLiteral("deleteExchanges")).isEnabled()) << qPrintable(name);
        EXPECT_TRUE(action(QStringLiteral("deleteExchanges"))
                        .toolTip()
                        .contains(QStringLiteral("always there")));
    }
    select(QStringLiteral("orders"));
    EXPECT_TRUE(action(QStringLiteral("deleteExchanges")).isEnabled());
    table().selectAll();
    EXPECT_FALSE(action(QStringLiteral("deleteExchanges")).isEnabled());
}

TEST_F(ExchangesPageTest, SaysWhichBindingsADeletionLoses)
{
    select(QStringLiteral("orders"));
    EXPECT_EQ(m_page.wanted().exchange, keyOf(QStringLiteral("orders")));
    QTest::keyClick(&table(), Qt::Key_Delete);
    test::settle();
    auto* confirm = dialog<DeleteExchangesDialog>();
    ASSERT_NE(confirm, nullptr);
    const QString text = confirm->findChild<QLabel*>(QStringLiteral("losses"))->text();
    EXPECT_TRUE(text.contains(QStringLiteral("3 bindings from it"))) << qPrintable(text);
    EXPECT_TRUE(text.contains(QStringLiteral("1 binding to it"))) << qPrintable(text);

    const QString refusal =
        QStringLiteral("PRECONDITION_FAILED - exchange 'orders' in vhost '/' in use");
    m_client.refuseNext(CommandStatus::Conflict, refusal);
    confirm->findChild<QCheckBox*>(QStringLiteral("onlyIfUnused"))->setChecked(true);
    accept(confirm);
    EXPECT_TRUE(m_client.lastCommand<DeleteExchange>()->onlyIfUnused);
    ASSERT_EQ(dialog<DeleteExchangesDialog>(), confirm);
    EXPECT_EQ(problem(confirm), refusal);

    accept(confirm);
    EXPECT_EQ(m_client.lastCommand<DeleteExchange>()->key, keyOf(QStringLiteral("orders")));
    EXPECT_EQ(dialog<DeleteExchangesDialog>(), nullptr);
}

TEST_F(ExchangesPageTest, ShowsTheBindingsOfTheExchangeThatTheArrowKeysReach)
{
    select(QStringLiteral("orders"));
    auto* from = panel(QStringLiteral("bindingsFrom")).findChild<ResourceTable*>();
    EXPECT_EQ(from->model()->rowCount(), 3);

    table().setFocus();
    QTest::keyClick(&table(), Qt::Key_Up);
    EXPECT_EQ(shownName(), QStringLiteral("mail"));
    EXPECT_EQ(from->model()->rowCount(), 0) << "not yet known for this one";
    EXPECT_EQ(m_page.wanted().exchange, keyOf(QStringLiteral("mail")));
}

TEST_F(ExchangesPageTest, SaysThatNothingIsBoundOnlyWhenItIsKnown)
{
    const auto visibleSentence = [this] {
        for (const auto* label : panel(QStringLiteral("bindingsFrom"))
                                     .findChildren<QLabel*>(QStringLiteral("emptySentence"))) {
            if (label->isVisible()) return label->text();
        }
        return QString();
    };
    select(QStringLiteral("audit"));
    EXPECT_EQ(visibleSentence(), QString());

    Snapshot known = test::exchangeDetailSnapshot();
    known.exchange = *std::ranges::find(known.exchanges, keyOf(QStringLiteral("audit")),
                                        &management::ExchangeRow::key);
    known.exchangeBindingsFrom.clear();
    known.exchangeBindingsTo.clear();
    showSnapshot(known);
    EXPECT_TRUE(visibleSentence().contains(QStringLiteral("alternate exchange, orders.dead")))
        << qPrintable(visibleSentence());
}

TEST_F(ExchangesPageTest, BindsAHeadersExchangeWithAChosenMatch)
{
    select(QStringLiteral("thumbnails"));
    auto& from = panel(QStringLiteral("bindingsFrom"));
    from.findChild<QAction*>(QStringLiteral("bind"))->trigger();
    test::settle();
    EXPECT_TRUE(m_page.wanted().topics & management::TopicQueues) << "their names are offered";
    auto* bind = dialog<BindDialog>();
    auto* match = bind->findChild<QComboBox*>(QStringLiteral("match"));
    EXPECT_TRUE(match->isVisible());
    match->setCurrentIndex(1);
    bind->findChild<QComboBox*>(QStringLiteral("destination"))
        ->setEditText(QStringLiteral("audit.log"));
    bind->findChild<ArgumentsEditor*>()->setArguments({{QStringLiteral("size"), 5LL}});
    accept(bind);

    auto expected =
        test::bindingRow(QStringLiteral("thumbnails"), QStringLiteral("audit.log"), QString());
    expected.arguments = {{QStringLiteral("x-match"), QStringLiteral("any")},
                          {QStringLiteral("size"), 5LL}};
    ASSERT_NE(m_client.lastCommand<AddBinding>(), nullptr);
    EXPECT_EQ(m_client.lastCommand<AddBinding>()->binding, expected);
    EXPECT_FALSE(m_page.wanted().topics & management::TopicQueues);
}

TEST_F(ExchangesPageTest, BindsExchangesToExchangesBothWays)
{
    select(QStringLiteral("orders"));
    panel(QStringLiteral("bindingsFrom")).findChild<QAction*>(QStringLiteral("bind"))->trigger();
    test::settle();
    auto* bind = dialog<BindDialog>();
    EXPECT_FALSE(bind->findChild<QComboBox*>(QStringLiteral("match"))->isVisible());
    bind->findChild<QComboBox*>(QStringLiteral("destinationKind"))->setCurrentIndex(1);
    bind->findChild<QComboBox*>(QStringLiteral("destination"))->setEditText(QStringLiteral("mail"));
    accept(bind);
    auto expected = test::bindingRow(QStringLiteral("orders"), QStringLiteral("mail"), QString());
    expected.destinationKind = DestinationKind::Exchange;
    EXPECT_EQ(m_client.lastCommand<AddBinding>()->binding, expected);

    panel(QStringLiteral("bindingsTo")).findChild<QAction*>(QStringLiteral("bind"))->trigger();
    test::settle();
    bind = dialog<BindDialog>();
    const QString refusal = QStringLiteral("NOT_FOUND - no exchange 'nowhere' in vhost '/'");
    m_client.refuseNext(CommandStatus::NotFound, refusal);
    bind->findChild<QComboBox*>(QStringLiteral("source"))->setEditText(QStringLiteral("nowhere"));
    accept(bind);
    expected = test::bindingRow(QStringLiteral("nowhere"), QStringLiteral("orders"), QString());
    expected.destinationKind = DestinationKind::Exchange;
    EXPECT_EQ(m_client.lastCommand<AddBinding>()->binding, expected);
    ASSERT_EQ(dialog<BindDialog>(), bind);
    EXPECT_EQ(problem(bind), refusal);
}

TEST_F(ExchangesPageTest, GoesToTheOtherEndOfABinding)
{
    const QSignalSpy queues(&m_page, &Page::openQueue);
    select(QStringLiteral("orders"));
    auto* from = panel(QStringLiteral("bindingsFrom")).findChild<ResourceTable*>();
    from->selectRow(1);
    QTest::keyClick(from, Qt::Key_Return);
    ASSERT_EQ(queues.size(), 1);
    EXPECT_EQ(queues.first().first().value<management::ResourceKey>(),
              keyOf(QStringLiteral("audit.log")));
    from->selectRow(0);
    QTest::keyClick(from, Qt::Key_Return);
    EXPECT_EQ(shownName(), QStringLiteral("mail"));
}

TEST_F(ExchangesPageTest, UnbindsAfterAQuestion)
{
    select(QStringLiteral("orders"));
    auto& from = panel(QStringLiteral("bindingsFrom"));
    auto* bindings = from.findChild<ResourceTable*>();
    bindings->selectRow(1);
    from.findChild<QAction*>(QStringLiteral("unbind"))->trigger();
    test::settle();
    EXPECT_TRUE(m_client.commands().isEmpty());
    accept(dialog<RemoveBindingsDialog>());
    ASSERT_NE(m_client.lastCommand<RemoveBinding>(), nullptr);
    EXPECT_EQ(m_client.lastCommand<RemoveBinding>()->binding,
              test::bindingRow(QStringLiteral("orders"), QStringLiteral("audit.log"),
                               QStringLiteral("#")));
}

TEST_F(ExchangesPageTest, ChangesNoBindingOfTheDefaultExchange)
{
    select(QString());
    auto* bind = panel(QStringLiteral("bindingsFrom")).findChild<QAction*>(QStringLiteral("bind"));
    EXPECT_FALSE(bind->isEnabled());
    EXPECT_TRUE(bind->toolTip().contains(QStringLiteral("cannot be changed")));
}

TEST_F(ExchangesPageTest, PublishesToTheExchangeUnlessItIsInternal)
{
    select(QStringLiteral("amq.rabbitmq.trace"));
    EXPECT_FALSE(action(QStringLiteral("publish")).isEnabled());
    EXPECT_TRUE(action(QStringLiteral("publish")).toolTip().contains(QStringLiteral("internal")));
    select(QStringLiteral("orders"));
    trigger(QStringLiteral("publish"));
    EXPECT_EQ(
        dialog<PublishDialog>()->findChild<QComboBox*>(QStringLiteral("exchange"))->currentText(),
        QStringLiteral("orders"));
}

TEST_F(ExchangesPageTest, ForgetsAnExchangeThatIsGone)
{
    select(QStringLiteral("orders"));
    Snapshot without = test::typicalSnapshot();
    without.exchanges.removeIf(
        [](const auto& row) { return row.key.name == QLatin1String("orders"); });
    without.exchange.reset();
    showSnapshot(without);
    EXPECT_FALSE(m_page.findChild<QWidget*>(QStringLiteral("exchangeName"))->isVisible());
    EXPECT_NE(m_page.wanted().exchange, keyOf(QStringLiteral("orders")));
}

}  // namespace
}  // namespace warren::ui
