#include "ui/pages/cluster_page.h"

#include "tests/support/fake_cluster.h"
#include "tests/ui/screenshot_case.h"
#include "ui/dialogs/cluster_confirmations.h"
#include "ui/dialogs/cluster_dialogs.h"
#include "ui/local_cluster_control.h"
#include "ui/models/replica_model.h"
#include "ui/widgets/link_map.h"
#include "ui/widgets/list_panel.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/resource_table.h"

#include <QAction>
#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

#include <gtest/gtest.h>

namespace warren::ui {
namespace {

using management::CancelSynchronisation;
using management::ChangeClusterNodeType;
using management::ClusterNodeState;
using management::CommandStatus;
using management::ForgetClusterNode;
using management::JoinCluster;
using management::MoveMaster;
using management::RebalanceQueues;
using management::RenameCluster;
using management::ResetNode;
using management::Snapshot;
using management::SynchroniseQueue;
using test::FakeBrokerClient;
using test::kThirdNode;

const QString kOwnNode = QStringLiteral("warren@desk");
const QString kOtherNode = QStringLiteral("warren2@localhost");

/// Starts nothing, and writes down what it was asked for.
class FakeLocalCluster final : public LocalClusterControl {
public:
    bool isAvailable() const override { return isThere; }
    QList<LocalNode> nodes() const override { return shown; }
    void start(int count) override { asked.append(QStringLiteral("start %1").arg(count)); }
    void stop(const QString& name) override { ask("stop ", name); }
    void kill(const QString& name) override { ask("kill ", name); }
    void restart(const QString& name) override { ask("restart ", name); }
    void suspend(const QString& name) override { ask("suspend ", name); }
    void resume(const QString& name) override { ask("resume ", name); }
    void discard(const QString& name) override { ask("discard ", name); }

    void show(const QList<LocalNode>& nodes)
    {
        shown = nodes;
        emit changed();
    }

    bool isThere = true;
    QList<LocalNode> shown;
    QStringList asked;

private:
    void ask(const char* verb, const QString& name) { asked.append(QLatin1String(verb) + name); }
};

LocalNode localNode(const QString& name, bool isRunning)
{
    LocalNode node;
    node.name = name;
    node.isRunning = isRunning;
    node.isReady = isRunning;
    node.pid = isRunning ? 4711 : 0;
    node.address = QStringLiteral("127.0.0.1:41873");
    node.amqpPort = 43'211;
    return node;
}

class ClusterPageTest : public testing::Test {
protected:
    ClusterPageTest() : m_page(m_client, &m_local)
    {
        m_page.resize(1200, 1100);
        m_page.show();
        m_page.activateWindow();
        showSnapshot(test::typicalSnapshot());
    }

    void showSnapshot(const Snapshot& snapshot)
    {
        m_client.setSnapshot(snapshot);
        m_page.showSnapshot(m_client.snapshot());
        test::settle();
    }

    template <typename Child>
    Child* child(const char* name)
    {
        return m_page.findChild<Child*>(QString::fromLatin1(name));
    }

    NodeCard* card(const QString& node)
    {
        return m_page.findChild<NodeCard*>(QStringLiteral("node-") + node);
    }

    static QAction* cardAction(NodeCard* card, const char* name)
    {
        return card->findChild<QAction*>(QString::fromLatin1(name));
    }

    void click(const char* name)
    {
        auto* button = child<QAbstractButton>(name);
        ASSERT_NE(button, nullptr) << name;
        ASSERT_TRUE(button->isVisible()) << name;
        QTest::mouseClick(button, Qt::LeftButton);
        test::settle();
    }

    ResourceTable& table() { return *child<ListPanel>("replicas")->table(); }

    void selectQueue(const QString& name)
    {
        const QAbstractItemModel* shown = table().model();
        for (int row = 0; row < shown->rowCount(); ++row) {
            const auto column = static_cast<int>(ReplicaColumn::Queue);
            if (shown->index(row, column).data().toString() == name) return table().selectRow(row);
        }
        FAIL() << qPrintable(name);
    }

    static void accept(QDialog* dialog)
    {
        QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("accept")),
                          Qt::LeftButton);
        test::settle();
    }

    test::ThemeScope m_theme{false};
    FakeBrokerClient m_client;
    FakeLocalCluster m_local;
    ClusterPage m_page;
};

TEST_F(ClusterPageTest, ShowsEachNodeItsStateAndItsPart)
{
    EXPECT_EQ(m_page.wanted().topics, management::TopicCluster);
    EXPECT_EQ(card(kOwnNode)->accessibleName(), QStringLiteral("Node warren@desk: running"));
    EXPECT_TRUE(card(kOwnNode)->accessibleDescription().contains(QStringLiteral("this node")));
    EXPECT_TRUE(
        card(kOtherNode)->accessibleDescription().contains(QStringLiteral("leads definitions")));
    EXPECT_TRUE(card(kThirdNode)->accessibleDescription().contains(QStringLiteral("RAM")));
    EXPECT_TRUE(card(kOtherNode)
                    ->accessibleDescription()
                    .contains(QStringLiteral("2 masters, 2 mirrors, 14 connections")));

    showSnapshot(test::brokenClusterSnapshot());
    EXPECT_EQ(card(kOwnNode)->accessibleName(), QStringLiteral("Node warren@desk: paused"));
    EXPECT_EQ(card(kOtherNode)->accessibleName(),
              QStringLiteral("Node warren2@localhost: unreachable"));
    EXPECT_EQ(card(kThirdNode)->accessibleName(), QStringLiteral("Node warren3@localhost: down"));
    EXPECT_TRUE(card(kThirdNode)
                    ->accessibleDescription()
                    .contains(QStringLiteral("How much memory it uses is not known")));
    EXPECT_TRUE(card(kOwnNode)->accessibleDescription().contains(QStringLiteral("memory alarm")));
}

TEST_F(ClusterPageTest, TellsWhoIsAboutToStop)
{
    Snapshot stopping = test::typicalSnapshot();
    stopping.cluster.nodes[0].state = ClusterNodeState::Stopping;
    showSnapshot(stopping);
    EXPECT_EQ(card(kOtherNode)->accessibleName(),
              QStringLiteral("Node warren2@localhost: stopping"));
    EXPECT_TRUE(card(kOtherNode)
                    ->accessibleDescription()
                    .contains(QStringLiteral("2 masters, 2 mirrors, 14 connections")));
    EXPECT_TRUE(child<LinkMap>("linkMap")->accessibleDescription().contains(
        QStringLiteral("warren2@localhost: stopping")));
    const int column = static_cast<int>(ReplicaColumn::FirstNode);
    EXPECT_EQ(table().model()->headerData(column, Qt::Horizontal).toString(),
              QStringLiteral("warren2@localhost (stopping)"));
}

TEST_F(ClusterPageTest, SaysWhyThisNodeRefusesClients)
{
    auto* paused = child<NoticeBar>("paused");
    EXPECT_FALSE(paused->isVisible());
    showSnapshot(test::brokenClusterSnapshot());
    EXPECT_TRUE(paused->isVisible());
    EXPECT_TRUE(paused->text().contains(QStringLiteral("1 of 3 members")));
    showSnapshot(test::typicalSnapshot());
    EXPECT_FALSE(paused->isVisible());
}

TEST_F(ClusterPageTest, KeepsWhatItShowsWhenASnapshotSaysNothingAboutTheCluster)
{
    Snapshot overviewOnly = test::emptySnapshot();
    overviewOnly.topics = management::TopicOverview;
    overviewOnly.cluster = {};
    showSnapshot(overviewOnly);
    EXPECT_NE(card(kOwnNode), nullptr);
    EXPECT_EQ(table().model()->rowCount(), 5);
}

TEST_F(ClusterPageTest, ExplainsWhatAClusterIsWhileTheNodeIsAlone)
{
    showSnapshot(test::emptySnapshot());
    EXPECT_TRUE(child<QWidget>("alone")->isVisible());
    EXPECT_EQ(child<QLabel>("ownAddress")->text(), QStringLiteral("127.0.0.1:25672"));
    EXPECT_FALSE(child<QWidget>("replicas")->isVisible());
    EXPECT_FALSE(child<QWidget>("leave")->isVisible());
    EXPECT_FALSE(child<QWidget>("rebalance")->isVisible());
    EXPECT_EQ(card(kOwnNode), nullptr);
    EXPECT_FALSE(m_page.focusFilter());

    showSnapshot(test::typicalSnapshot());
    EXPECT_FALSE(child<QWidget>("alone")->isVisible());
    EXPECT_TRUE(child<QWidget>("replicas")->isVisible());
    EXPECT_TRUE(m_page.focusFilter());
}

TEST_F(ClusterPageTest, StartsTwoMoreNodesForACluster)
{
    showSnapshot(test::emptySnapshot());
    click("startHere");
    EXPECT_EQ(m_local.asked, QStringList{QStringLiteral("start 2")});

    m_local.show({localNode(kOtherNode, true)});
    test::settle();
    ASSERT_NE(card(kOtherNode), nullptr);
    EXPECT_EQ(card(kOtherNode)->accessibleName(),
              QStringLiteral("Node warren2@localhost: not a member"));

    showSnapshot(test::typicalSnapshot());
    EXPECT_EQ(card(kOtherNode)->accessibleName(),
              QStringLiteral("Node warren2@localhost: running"));
    click("addHere");
    EXPECT_EQ(m_local.asked.last(), QStringLiteral("start 1"));
}

TEST_F(ClusterPageTest, AsksBeforeItDeletesTheNodesOfAnEarlierCluster)
{
    Snapshot alone = test::emptySnapshot();
    showSnapshot(alone);
    m_local.show({localNode(kOtherNode, false)});
    click("startHere");
    EXPECT_TRUE(m_local.asked.isEmpty());
    auto* box = child<QMessageBox>("discardBox");
    ASSERT_NE(box, nullptr);
    EXPECT_TRUE(box->informativeText().contains(kOtherNode));
    QTest::mouseClick(box->findChild<QPushButton*>(QStringLiteral("discard")), Qt::LeftButton);
    test::settle();
    EXPECT_EQ(m_local.asked, (QStringList{QStringLiteral("discard warren2@localhost"),
                                          QStringLiteral("start 2")}));
}

TEST_F(ClusterPageTest, OffersNoStartWhereThereIsNothingToStart)
{
    showSnapshot(test::emptySnapshot());
    m_local.isThere = false;
    m_local.show({});
    EXPECT_FALSE(child<QWidget>("startHere")->isVisible());
    EXPECT_TRUE(child<QWidget>("join")->isVisible());

    ClusterPage without(m_client, nullptr);
    without.show();
    without.showSnapshot(m_client.snapshot());
    test::settle();
    EXPECT_FALSE(without.findChild<QWidget*>(QStringLiteral("startHere"))->isVisible());
}

TEST_F(ClusterPageTest, StartsNoNodesThatCouldNotJoin)
{
    Snapshot deaf = test::emptySnapshot();
    deaf.cluster.clusterAddress.clear();
    showSnapshot(deaf);
    EXPECT_FALSE(child<QWidget>("startHere")->isEnabled());
    EXPECT_TRUE(child<QLabel>("aloneHint")->text().contains(QStringLiteral("does not listen")));
}

TEST_F(ClusterPageTest, PassesOnWhatIsDoneToNodesThatWereStartedHere)
{
    m_local.show({localNode(kOtherNode, true), localNode(kThirdNode, false)});
    for (const char* name : {"suspend", "stop", "kill"}) {
        ASSERT_TRUE(cardAction(card(kOtherNode), name)->isVisible()) << name;
        cardAction(card(kOtherNode), name)->trigger();
    }
    EXPECT_FALSE(cardAction(card(kOtherNode), "start")->isVisible());
    EXPECT_FALSE(cardAction(card(kOtherNode), "resume")->isVisible());
    EXPECT_FALSE(cardAction(card(kOwnNode), "kill")->isVisible());
    EXPECT_FALSE(cardAction(card(kThirdNode), "kill")->isVisible());
    cardAction(card(kThirdNode), "start")->trigger();
    EXPECT_EQ(m_local.asked, (QStringList{QStringLiteral("suspend warren2@localhost"),
                                          QStringLiteral("stop warren2@localhost"),
                                          QStringLiteral("kill warren2@localhost"),
                                          QStringLiteral("restart warren3@localhost")}));

    LocalNode held = localNode(kOtherNode, true);
    held.isSuspended = true;
    m_local.show({held});
    EXPECT_EQ(card(kOtherNode)->accessibleName(),
              QStringLiteral("Node warren2@localhost: suspended"));
    cardAction(card(kOtherNode), "resume")->trigger();
    EXPECT_EQ(m_local.asked.last(), QStringLiteral("resume warren2@localhost"));
    // They need no broker for that.
    m_page.setActionsEnabled(false);
    EXPECT_TRUE(cardAction(card(kOtherNode), "kill")->isEnabled());
}

TEST_F(ClusterPageTest, SaysWhyANodeWasNotStarted)
{
    const QSignalSpy notices(&m_page, &Page::noticeRaised);
    emit m_local.failed(QStringLiteral("the port is taken"));
    ASSERT_EQ(notices.size(), 1);
    EXPECT_EQ(notices.at(0).at(1).toString(), QStringLiteral("the port is taken"));
}

TEST_F(ClusterPageTest, RemovesAStoppedNodeThatIsNoMember)
{
    const QString stray = QStringLiteral("warren4@localhost");
    m_local.show({localNode(stray, false)});
    test::settle();
    ASSERT_NE(card(stray), nullptr);
    EXPECT_EQ(card(stray)->accessibleName(), QStringLiteral("Node warren4@localhost: stopped"));
    cardAction(card(stray), "discard")->trigger();
    auto* box = child<QMessageBox>("discardBox");
    ASSERT_NE(box, nullptr);
    QTest::mouseClick(box->findChild<QPushButton*>(QStringLiteral("discard")), Qt::LeftButton);
    test::settle();
    EXPECT_EQ(m_local.asked, QStringList{QStringLiteral("discard warren4@localhost")});
    m_local.show({});
    test::settle();
    EXPECT_EQ(card(stray), nullptr);
}

TEST_F(ClusterPageTest, ForgetsOnlyNodesThatAreDownAndSaysWhatGoesWithThem)
{
    EXPECT_FALSE(cardAction(card(kThirdNode), "forget")->isVisible());
    Snapshot down = test::typicalSnapshot();
    down.cluster.nodes[1].state = ClusterNodeState::Down;
    down.cluster.queues[3].replicas = {
        {.node = kThirdNode, .state = management::ReplicaState::Gone}};
    down.cluster.queues[3].master.clear();
    showSnapshot(down);
    m_local.show({localNode(kThirdNode, false)});
    ASSERT_TRUE(cardAction(card(kThirdNode), "forget")->isVisible());
    EXPECT_FALSE(cardAction(card(kOtherNode), "forget")->isVisible());
    cardAction(card(kThirdNode), "forget")->trigger();
    test::settle();
    auto* dialog = m_page.findChild<ConfirmCommandsDialog*>();
    ASSERT_NE(dialog, nullptr);
    EXPECT_TRUE(dialog->findChild<QLabel*>(QStringLiteral("losses"))
                    ->text()
                    .contains(QStringLiteral("1 queue that only it has whole")));
    accept(dialog);
    EXPECT_TRUE(m_client.commands().isEmpty());
    dialog->findChild<QLineEdit*>(QStringLiteral("typedName"))->setText(kThirdNode);
    accept(dialog);
    const auto* sent = m_client.lastCommand<ForgetClusterNode>();
    ASSERT_NE(sent, nullptr);
    EXPECT_EQ(sent->node, kThirdNode);
    EXPECT_EQ(m_local.asked, QStringList{QStringLiteral("discard warren3@localhost")});
}

TEST_F(ClusterPageTest, JoinsOnlyWithTheConsentToLoseWhatIsHere)
{
    Snapshot alone = test::typicalSnapshot();
    alone.cluster = test::emptySnapshot().cluster;
    showSnapshot(alone);
    click("join");
    auto* dialog = m_page.findChild<JoinClusterDialog*>();
    ASSERT_NE(dialog, nullptr);
    const QString losses = dialog->findChild<QLabel*>(QStringLiteral("losses"))->text();
    EXPECT_TRUE(
        losses.contains(QStringLiteral("deletes 6 queues with 1\u202f223\u202f084 messages")))
        << qPrintable(losses);
    EXPECT_FALSE(dialog->findChild<QPushButton*>(QStringLiteral("accept"))->isEnabled());
    dialog->findChild<QCheckBox*>(QStringLiteral("consent"))->setChecked(true);
    auto* address = dialog->findChild<QLineEdit*>(QStringLiteral("address"));
    address->setText(QStringLiteral("somewhere"));
    accept(dialog);
    EXPECT_TRUE(m_client.commands().isEmpty());
    EXPECT_TRUE(dialog->findChild<NoticeBar*>()->text().contains(QStringLiteral("host:port")));

    address->setText(QStringLiteral(" 10.0.0.7:25672 "));
    dialog->findChild<QRadioButton*>(QStringLiteral("ramNode"))->setChecked(true);
    m_client.refuseNext(CommandStatus::AccessRefused, QStringLiteral("it has another cookie"));
    accept(dialog);
    EXPECT_EQ(dialog->findChild<NoticeBar*>()->text(), QStringLiteral("it has another cookie"));
    accept(dialog);
    const auto* sent = m_client.lastCommand<JoinCluster>();
    ASSERT_NE(sent, nullptr);
    EXPECT_EQ(sent->address, QStringLiteral("10.0.0.7:25672"));
    EXPECT_TRUE(sent->asRamNode);
    EXPECT_EQ(m_page.findChild<JoinClusterDialog*>(), nullptr);
}

TEST_F(ClusterPageTest, KnowsAddressesOfNodes)
{
    for (const char* right : {"127.0.0.1:25672", "desk:1", "[::1]:65535"}) {
        EXPECT_TRUE(isNodeAddress(QString::fromLatin1(right))) << right;
    }
    for (const char* wrong :
         {"", "desk", ":25672", "desk:", "desk:0", "desk:65536", "desk:x", "two words:1"}) {
        EXPECT_FALSE(isNodeAddress(QString::fromLatin1(wrong))) << wrong;
    }
}

TEST_F(ClusterPageTest, LeavesOnlyWhenItsNameIsTyped)
{
    click("leave");
    auto* dialog = m_page.findChild<ConfirmCommandsDialog*>();
    ASSERT_NE(dialog, nullptr);
    const QString losses = dialog->findChild<QLabel*>(QStringLiteral("losses"))->text();
    EXPECT_TRUE(losses.contains(QStringLiteral("6 queues"))) << qPrintable(losses);
    EXPECT_TRUE(losses.contains(QStringLiteral("1 queue that only this node has whole")));
    accept(dialog);
    EXPECT_TRUE(m_client.commands().isEmpty());
    dialog->findChild<QLineEdit*>(QStringLiteral("typedName"))->setText(kOwnNode);
    accept(dialog);
    EXPECT_NE(m_client.lastCommand<ResetNode>(), nullptr);
}

TEST_F(ClusterPageTest, BecomesARamNode)
{
    click("changeType");
    auto* dialog = m_page.findChild<ConfirmCommandsDialog*>();
    ASSERT_NE(dialog, nullptr);
    EXPECT_EQ(dialog->windowTitle(), QStringLiteral("Become a RAM node"));
    accept(dialog);
    const auto* command = m_client.lastCommand<ChangeClusterNodeType>();
    ASSERT_NE(command, nullptr);
    EXPECT_TRUE(command->toRamNode);
}

TEST_F(ClusterPageTest, RenamesTheCluster)
{
    click("rename");
    auto* dialog = m_page.findChild<RenameClusterDialog*>();
    ASSERT_NE(dialog, nullptr);
    auto* name = dialog->findChild<QLineEdit*>(QStringLiteral("name"));
    EXPECT_EQ(name->text(), QStringLiteral("shop"));
    name->clear();
    accept(dialog);
    EXPECT_TRUE(m_client.commands().isEmpty());
    name->setText(QStringLiteral("warehouse"));
    accept(dialog);
    const auto* sent = m_client.lastCommand<RenameCluster>();
    ASSERT_NE(sent, nullptr);
    EXPECT_EQ(sent->name, QStringLiteral("warehouse"));
}

TEST_F(ClusterPageTest, RebalancesAndSaysHowItWent)
{
    const QSignalSpy notices(&m_page, &Page::noticeRaised);
    click("rebalance");
    EXPECT_NE(m_client.lastCommand<RebalanceQueues>(), nullptr);
    ASSERT_EQ(notices.size(), 1);
    EXPECT_EQ(notices.at(0).at(0).value<NoticeKind>(), NoticeKind::Success);
    m_client.refuseNext(CommandStatus::Conflict, QStringLiteral("a node is joining"));
    click("rebalance");
    ASSERT_EQ(notices.size(), 2);
    EXPECT_EQ(notices.at(1).at(1).toString(), QStringLiteral("a node is joining"));
}

TEST_F(ClusterPageTest, MovesTheMasterOnlyToAMirrorInSync)
{
    auto* button = child<QToolButton>("moveMaster");
    selectQueue(QStringLiteral("thumbnails"));
    EXPECT_FALSE(button->isEnabled());
    selectQueue(QStringLiteral("orders"));
    ASSERT_TRUE(button->isEnabled());
    emit button->menu()->aboutToShow();
    const auto target = [button](const QString& node) {
        return button->menu()->findChild<QAction*>(QStringLiteral("master-") + node);
    };
    EXPECT_FALSE(target(kThirdNode)->isEnabled());
    EXPECT_FALSE(target(kOwnNode)->isEnabled());
    ASSERT_TRUE(target(kOtherNode)->isEnabled());
    target(kOtherNode)->trigger();
    test::settle();
    const auto* sent = m_client.lastCommand<MoveMaster>();
    ASSERT_NE(sent, nullptr);
    EXPECT_EQ(sent->queue.name, QStringLiteral("orders"));
    EXPECT_EQ(sent->node, kOtherNode);
}

TEST_F(ClusterPageTest, SynchronisesWhatIsBehindAndCancelsWhatIsSynchronising)
{
    auto* synchronise = child<QAction>("synchronise");
    auto* cancel = child<QAction>("cancelSynchronisation");
    selectQueue(QStringLiteral("orders"));
    EXPECT_FALSE(synchronise->isEnabled());
    ASSERT_TRUE(cancel->isEnabled());
    cancel->trigger();
    const auto* cancelled = m_client.lastCommand<CancelSynchronisation>();
    ASSERT_NE(cancelled, nullptr);
    EXPECT_EQ(cancelled->queue.name, QStringLiteral("orders"));

    table().selectAll();
    ASSERT_TRUE(synchronise->isEnabled());
    synchronise->trigger();
    test::settle();
    ASSERT_EQ(m_client.commands().size(), 2);
    const auto* sent = m_client.lastCommand<SynchroniseQueue>();
    ASSERT_NE(sent, nullptr);
    EXPECT_EQ(sent->queue.name, QStringLiteral("thumbnails"));

    m_page.setActionsEnabled(false);
    EXPECT_FALSE(synchronise->isEnabled());
    EXPECT_FALSE(cancel->isEnabled());
    EXPECT_FALSE(child<QWidget>("leave")->isEnabled());
}

TEST_F(ClusterPageTest, OffersTheNodeOfTheCellInTheContextMenu)
{
    selectQueue(QStringLiteral("orders"));
    const int column = static_cast<int>(ReplicaColumn::FirstNode);
    const QModelIndex cell = table().currentIndex().siblingAtColumn(column);
    emit table().customContextMenuRequested(table().visualRect(cell).center());
    auto* menu = child<QMenu>("rowMenu");
    ASSERT_NE(menu, nullptr);
    auto* action = menu->findChild<QAction*>(QStringLiteral("master-") + kOtherNode);
    ASSERT_NE(action, nullptr);
    action->trigger();
    menu->close();
    EXPECT_NE(m_client.lastCommand<MoveMaster>(), nullptr);
}

TEST_F(ClusterPageTest, OpensAQueue)
{
    const QSignalSpy opened(&m_page, &Page::openQueue);
    selectQueue(QStringLiteral("orders"));
    QTest::keyClick(&table(), Qt::Key_Return);
    ASSERT_EQ(opened.size(), 1);
    EXPECT_EQ(opened.at(0).at(0).value<management::ResourceKey>().name, QStringLiteral("orders"));
}

TEST_F(ClusterPageTest, FiltersQueuesAsOneTypes)
{
    auto* filter = child<QLineEdit>("filter");
    filter->setText(QStringLiteral("orders"));
    EXPECT_EQ(table().model()->rowCount(), 2);
    filter->setText(QStringLiteral("synchronising"));
    EXPECT_EQ(table().model()->rowCount(), 1);
}

TEST_F(ClusterPageTest, ShowsVirtualHostsAndNotesOnlyWhenThereIsSomethingToTell)
{
    const auto vhost = static_cast<int>(ReplicaColumn::Vhost);
    EXPECT_TRUE(table().isColumnHidden(vhost));
    EXPECT_TRUE(table().isColumnHidden(6));
    Snapshot broken = test::brokenClusterSnapshot();
    broken.cluster.queues.last().key.vhost = QStringLiteral("staging");
    showSnapshot(broken);
    EXPECT_FALSE(table().isColumnHidden(vhost));
    EXPECT_FALSE(table().isColumnHidden(6));
}

TEST_F(ClusterPageTest, FollowsTheNumberOfNodes)
{
    Snapshot two = test::typicalSnapshot();
    two.cluster.nodes.removeAt(1);
    showSnapshot(two);
    EXPECT_EQ(card(kThirdNode), nullptr);
    EXPECT_EQ(table().model()->columnCount(), 6);
    EXPECT_TRUE(table().isColumnHidden(5));
    showSnapshot(test::typicalSnapshot());
    EXPECT_NE(card(kThirdNode), nullptr);
    EXPECT_FALSE(table().isColumnHidden(5));
}

TEST_F(ClusterPageTest, SaysTheLinksInWords)
{
    showSnapshot(test::brokenClusterSnapshot());
    const QString description = child<LinkMap>("linkMap")->accessibleDescription();
    EXPECT_TRUE(description.contains(
        QStringLiteral("warren@desk to warren3@localhost: refused (it has another cookie)")));
    EXPECT_TRUE(description.contains(QStringLiteral("warren3@localhost: down")));
    EXPECT_EQ(child<ResourceTable>("links")->model()->rowCount(), 6);
}

TEST_F(ClusterPageTest, ShowsTheLinksOfOtherNodes)
{
    Snapshot restless = test::typicalSnapshot();
    restless.cluster = test::restlessView();
    showSnapshot(restless);
    const QString description = child<LinkMap>("linkMap")->accessibleDescription();
    for (const char* sentence :
         {"warren2@localhost to warren3@localhost: down", "warren3@localhost to warren@desk: down",
          "warren2@localhost to warren@desk: up\n"}) {
        EXPECT_TRUE(description.contains(QString::fromLatin1(sentence))) << sentence;
    }
}

TEST_F(ClusterPageTest, DrawsEachDirectionOfALinkAsItIs)
{
    LinkMap map;
    map.resize(map.sizeHint());
    const QList<management::ClusterNodeRow> nodes = test::typicalSnapshot().cluster.nodes.mid(0, 2);
    using enum management::ClusterLinkState;
    QList<QImage> pictures;
    for (const auto& [there, back] : {std::pair{Up, Up},
                                      {Up, Down},
                                      {Down, Up},
                                      {Down, Down},
                                      {Up, Unknown},
                                      {Unknown, Unknown},
                                      {Up, Refused}}) {
        map.setContent(nodes, {{.from = kOtherNode, .to = kThirdNode, .state = there},
                               {.from = kThirdNode, .to = kOtherNode, .state = back}});
        // Without colours, too, they differ.
        const QImage picture = map.grab().toImage().convertToFormat(QImage::Format_Grayscale8);
        EXPECT_FALSE(pictures.contains(picture)) << pictures.size();
        pictures.append(picture);
    }
}

class ClusterScreenshot : public test::ScreenshotCase {};

INSTANTIATE_TEST_SUITE_P(Themes, ClusterScreenshot, testing::Bool(), test::themeName);

TEST_P(ClusterScreenshot, Page)
{
    FakeLocalCluster local;
    ClusterPage page(m_client, &local);
    showPage(page, test::emptySnapshot());
    shoot(page, QStringLiteral("cluster-alone"));
    showPage(page, test::typicalSnapshot());
    local.show({localNode(kOtherNode, true), localNode(kThirdNode, true)});
    page.findChild<ListPanel*>()->table()->selectRow(2);
    shoot(page, QStringLiteral("cluster-typical"));

    LocalNode held = localNode(kOtherNode, true);
    held.isSuspended = true;
    local.show(
        {held, localNode(kThirdNode, false), localNode(QStringLiteral("warren4@localhost"), true)});
    showPage(page, test::brokenClusterSnapshot());
    shoot(page, QStringLiteral("cluster-broken"));

    local.show({localNode(kOtherNode, true), localNode(kThirdNode, true)});
    Snapshot restless = test::typicalSnapshot();
    restless.cluster = test::restlessView();
    showPage(page, restless);
    shoot(page, QStringLiteral("cluster-restless"));

    Snapshot many = test::hugeSnapshot(200);
    const management::ClusterNodeRow other = many.cluster.nodes.at(0);
    for (int number = 4; number < 8; ++number) {
        many.cluster.nodes.insert(number - 2, other);
        many.cluster.nodes[number - 2].name = QStringLiteral("warren%1@localhost").arg(number);
    }
    // As the first of them sees it: the last one is lost.
    many.cluster.links.clear();
    const QString lost = many.cluster.nodes.at(5).name;
    for (const auto& from : many.cluster.nodes) {
        for (const auto& to : many.cluster.nodes) {
            using enum management::ClusterLinkState;
            if (from.name == to.name) continue;
            const auto state = from.name == lost ? Unknown : to.name == lost ? Down : Up;
            many.cluster.links.append({.from = from.name, .to = to.name, .state = state});
        }
    }
    local.show({});
    showPage(page, many);
    page.setActionsEnabled(false);
    shoot(page, QStringLiteral("cluster-many-unreachable"));
    shoot(*page.findChild<LinkMap*>(), QStringLiteral("cluster-many-links"));
}

TEST_P(ClusterScreenshot, Dialogs)
{
    m_client.setSnapshot(test::typicalSnapshot());
    JoinClusterDialog join(m_client, nullptr);
    showDialog(join);
    shoot(join, QStringLiteral("cluster-join"));
    RenameClusterDialog rename(m_client, QStringLiteral("shop"), nullptr);
    showDialog(rename);
    shoot(rename, QStringLiteral("cluster-rename"));
    ConfirmCommandsDialog leave(m_client, leaveConfirmation(*m_client.snapshot()), nullptr);
    showDialog(leave);
    shoot(leave, QStringLiteral("cluster-leave"));
    ConfirmCommandsDialog toRam(m_client, changeTypeConfirmation(*m_client.snapshot()), nullptr);
    showDialog(toRam);
    shoot(toRam, QStringLiteral("cluster-change-type-ram"));
    Snapshot ram = test::typicalSnapshot();
    ram.cluster.nodes[2].isDisk = false;
    ConfirmCommandsDialog toDisk(m_client, changeTypeConfirmation(ram), nullptr);
    showDialog(toDisk);
    shoot(toDisk, QStringLiteral("cluster-change-type-disk"));
    ConfirmCommandsDialog forget(m_client, forgetConfirmation(*m_client.snapshot(), kThirdNode),
                                 nullptr);
    showDialog(forget);
    shoot(forget, QStringLiteral("cluster-forget"));
}

}  // namespace
}  // namespace warren::ui
