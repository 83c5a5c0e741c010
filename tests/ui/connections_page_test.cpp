#include "ui/pages/connections_page.h"

#include "tests/support/fake_broker_client.h"
#include "tests/ui/ui_support.h"
#include "ui/dialogs/close_confirmations.h"
#include "ui/format.h"
#include "ui/widgets/flow_chain.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/resource_table.h"

#include <QAction>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTest>
#include <QTreeWidget>

#include <gtest/gtest.h>

#include <algorithm>

namespace warren::ui {
namespace {

using management::CloseConnection;
using management::CommandStatus;
using management::Snapshot;
using test::FakeBrokerClient;

class ConnectionsPageTest : public testing::Test {
protected:
    ConnectionsPageTest() : m_page(m_client)
    {
        m_page.resize(1200, 800);
        m_page.show();
        showSnapshot(test::typicalSnapshot());
    }

    void showSnapshot(const Snapshot& snapshot)
    {
        m_client.setSnapshot(snapshot);
        m_page.showSnapshot(m_client.snapshot());
        test::settle();
    }

    ResourceTable& table() { return *m_page.findChild<ResourceTable*>(); }
    int shownRows() { return table().model()->rowCount(); }

    CloseConnectionsDialog* openDialog()
    {
        QTest::keyClick(&table(), Qt::Key_Delete);
        return m_page.findChild<CloseConnectionsDialog*>();
    }

    test::ThemeScope m_theme{false};
    FakeBrokerClient m_client;
    ConnectionsPage m_page;
};

TEST_F(ConnectionsPageTest, ClosesTheSelectedConnectionWithTheTypedReason)
{
    const QSignalSpy notices(&m_page, &Page::noticeRaised);
    table().selectRow(1);
    CloseConnectionsDialog* dialog = openDialog();
    ASSERT_NE(dialog, nullptr);
    auto* reason = dialog->findChild<QLineEdit*>(QStringLiteral("reason"));
    reason->selectAll();
    QTest::keyClicks(reason, QStringLiteral("maintenance"));
    QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("accept")), Qt::LeftButton);
    test::settle();

    const auto* sent = m_client.lastCommand<CloseConnection>();
    ASSERT_NE(sent, nullptr);
    EXPECT_EQ(sent->name, m_client.snapshot()->connections.at(1).name);
    EXPECT_EQ(sent->reason, QStringLiteral("maintenance"));
    ASSERT_EQ(notices.size(), 1);
    EXPECT_EQ(notices.at(0).at(0).value<NoticeKind>(), NoticeKind::Success);
}

TEST_F(ConnectionsPageTest, SaysWhyAConnectionWasNotClosedAndKeepsTheReason)
{
    m_client.refuseNext(CommandStatus::NotFound, QStringLiteral("no connection 'x'"));
    table().selectRow(0);
    CloseConnectionsDialog* dialog = openDialog();
    ASSERT_NE(dialog, nullptr);
    QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("accept")), Qt::LeftButton);
    test::settle();

    EXPECT_TRUE(dialog->isVisible());
    EXPECT_EQ(dialog->findChild<NoticeBar*>()->text(), QStringLiteral("no connection 'x'"));
    EXPECT_FALSE(dialog->findChild<QLineEdit*>(QStringLiteral("reason"))->text().isEmpty());
}

TEST_F(ConnectionsPageTest, SendsNothingWhenTheDialogIsCancelled)
{
    table().selectRow(0);
    CloseConnectionsDialog* dialog = openDialog();
    ASSERT_NE(dialog, nullptr);
    QTest::keyClick(dialog, Qt::Key_Escape);
    test::settle();

    EXPECT_TRUE(m_client.commands().isEmpty());
    EXPECT_EQ(m_page.findChild<CloseConnectionsDialog*>(), nullptr);
}

TEST_F(ConnectionsPageTest, ClosesAllSelectedConnections)
{
    table().selectAll();
    CloseConnectionsDialog* dialog = openDialog();
    ASSERT_NE(dialog, nullptr);
    QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("accept")), Qt::LeftButton);
    test::settle();

    EXPECT_EQ(m_client.commands().size(), m_client.snapshot()->connections.size());
}

TEST_F(ConnectionsPageTest, FiltersAsOneTypes)
{
    ASSERT_TRUE(m_page.focusFilter());
    QTest::keyClicks(m_page.findChild<QLineEdit*>(QStringLiteral("filter")),
                     QStringLiteral("GUEST worker-2"));
    EXPECT_EQ(shownRows(), 1);
    EXPECT_EQ(m_page.findChild<QLabel*>(QStringLiteral("count"))->text(), QStringLiteral("1 of 6"));
}

TEST_F(ConnectionsPageTest, OffersToClearAFilterThatHidesEverything)
{
    auto* filter = m_page.findChild<QLineEdit*>(QStringLiteral("filter"));
    QTest::keyClicks(filter, QStringLiteral("nobody"));
    EXPECT_EQ(shownRows(), 0);
    EXPECT_FALSE(table().isVisible());

    const auto buttons = m_page.findChildren<QPushButton*>(QStringLiteral("emptyButton"));
    const auto visible = std::find_if(buttons.begin(), buttons.end(),
                                      [](const QPushButton* one) { return one->isVisible(); });
    ASSERT_NE(visible, buttons.end());
    QTest::mouseClick(*visible, Qt::LeftButton);
    EXPECT_EQ(shownRows(), 6);
    EXPECT_TRUE(table().isVisible());
}

TEST_F(ConnectionsPageTest, ShowsWhatTheClientSaidOfItself)
{
    EXPECT_FALSE(m_page.findChild<QWidget*>(QStringLiteral("details"))->isVisible());
    table().selectRow(0);
    EXPECT_TRUE(m_page.findChild<QWidget*>(QStringLiteral("details"))->isVisible());
    const auto* properties = m_page.findChild<QTreeWidget*>(QStringLiteral("properties"));
    ASSERT_EQ(properties->topLevelItemCount(), 4);
    EXPECT_EQ(properties->topLevelItem(0)->text(0), QStringLiteral("capabilities"));
    EXPECT_EQ(properties->topLevelItem(0)->child(0)->text(1), QStringLiteral("true"));
}

TEST_F(ConnectionsPageTest, ShowsTheHistoryOfStatesThePresentOneFirst)
{
    table().selectRow(2);
    const auto* history = m_page.findChild<QTreeWidget*>(QStringLiteral("stateHistory"));
    ASSERT_EQ(history->topLevelItemCount(), 3);
    EXPECT_EQ(history->topLevelItem(0)->text(0), QStringLiteral("running"));
    EXPECT_EQ(history->topLevelItem(0)->text(2), QStringLiteral("57 min"));
    EXPECT_EQ(history->topLevelItem(1)->text(0), QStringLiteral("blocked"));
    EXPECT_EQ(history->topLevelItem(1)->text(1),
              format::moment(m_client.snapshot()->connections.at(2).stateHistory.at(1).since,
                             m_client.snapshot()->takenAt));
    EXPECT_EQ(history->topLevelItem(1)->text(2), QStringLiteral("3 min"));

    Snapshot later = test::typicalSnapshot();
    later.takenAt = later.takenAt.addSecs(60);
    later.connections[2].state = management::ConnectionState::Blocked;
    later.connections[2].stateHistory.append(
        {management::ConnectionState::Blocked, later.takenAt.addSecs(-7)});
    later.connections[2].blockedReason = QStringLiteral("low on memory");
    showSnapshot(later);
    ASSERT_EQ(history->topLevelItemCount(), 4);
    EXPECT_EQ(history->topLevelItem(0)->text(0), QStringLiteral("blocked"));
    EXPECT_EQ(history->topLevelItem(0)->text(2), QStringLiteral("7 s"));
    EXPECT_EQ(m_page.findChild<QLabel*>(QStringLiteral("hold"))->text(),
              QStringLiteral("Blocked: low on memory"));
    EXPECT_EQ(m_page.findChild<QTabWidget*>(QStringLiteral("connectionTabs"))->tabText(1),
              QStringLiteral("State: blocked"));
}

TEST_F(ConnectionsPageTest, MarksTheStageThatHoldsAConnectionBack)
{
    const auto* chain = m_page.findChild<FlowChain*>(QStringLiteral("flowChain"));
    table().selectRow(0);
    for (const FlowStageWords& stage : chain->stages()) {
        EXPECT_FALSE(stage.isBottleneck) << qPrintable(stage.name);
    }
    table().selectRow(3);
    EXPECT_TRUE(chain->stages().at(3).isBottleneck);
    EXPECT_TRUE(chain->findChild<QWidget*>(QStringLiteral("stage3"))
                    ->accessibleName()
                    .contains(QStringLiteral("bottleneck")));
    EXPECT_TRUE(m_page.findChild<QLabel*>(QStringLiteral("hold"))
                    ->text()
                    .contains(QStringLiteral("wait for the disk")));
}

TEST_F(ConnectionsPageTest, SelectsAConnectionThatComesLater)
{
    Snapshot later = test::typicalSnapshot();
    management::ConnectionRow added = later.connections.last();
    added.name = QStringLiteral("127.0.0.9:1 -> 127.0.0.1:5672");
    m_page.selectConnection(added.name);
    EXPECT_FALSE(table().currentIndex().isValid());
    later.connections.append(added);
    showSnapshot(later);
    EXPECT_EQ(table().currentIndex().data().toString(), added.name);
}

TEST_F(ConnectionsPageTest, KeepsTheSelectionWhenOthersComeAndGo)
{
    table().selectRow(3);
    const QString selected = m_client.snapshot()->connections.at(3).name;
    Snapshot later = test::typicalSnapshot();
    later.connections.removeFirst();
    later.connections[0].receivedBytesRate += 5;
    showSnapshot(later);

    EXPECT_EQ(table().currentIndex().data().toString(), selected);
    EXPECT_EQ(table().selectionModel()->selectedRows().size(), 1);
}

TEST_F(ConnectionsPageTest, HidesTheDetailsOfAConnectionThatHasGone)
{
    table().selectRow(0);
    Snapshot later = test::typicalSnapshot();
    later.connections.clear();
    showSnapshot(later);
    EXPECT_FALSE(m_page.findChild<QWidget*>(QStringLiteral("details"))->isVisible());
}

TEST_F(ConnectionsPageTest, OffersNoCommandWhileTheBrokerCannotBeReached)
{
    table().selectRow(0);
    auto* close = m_page.findChild<QAction*>(QStringLiteral("close"));
    EXPECT_TRUE(close->isEnabled());
    m_page.setActionsEnabled(false);
    EXPECT_FALSE(close->isEnabled());
    EXPECT_EQ(openDialog(), nullptr);
}

TEST_F(ConnectionsPageTest, KeepsItsRowsWhenASnapshotDoesNotKnowThem)
{
    Snapshot overviewOnly = test::emptySnapshot();
    overviewOnly.topics = management::TopicOverview;
    showSnapshot(overviewOnly);
    EXPECT_EQ(shownRows(), 6);
}

}  // namespace
}  // namespace warren::ui
