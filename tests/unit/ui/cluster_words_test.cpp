#include "ui/models/cluster_words.h"

#include "tests/support/fake_broker_client.h"
#include "ui/models/cluster_link_model.h"
#include "ui/models/replica_model.h"
#include "ui/models/row_filter.h"

#include <QAbstractItemModelTester>
#include <QItemSelectionModel>
#include <QSignalSpy>

#include <gtest/gtest.h>

#include <set>

namespace warren::ui {
namespace {

using management::ClusterLinkRow;
using management::ClusterLinkState;
using management::ClusterNodeRow;
using management::ClusterNodeState;
using management::ClusterView;
using management::QueueReplicasRow;
using management::ReplicaState;

constexpr auto kFatal = QAbstractItemModelTester::FailureReportingMode::Fatal;
const QString kFirst = QStringLiteral("warren@desk");
const QString kSecond = QStringLiteral("warren2@localhost");

TEST(ClusterWords, TellStatesApartWithoutTheirColours)
{
    std::set<QString> nodeWords;
    std::set<Icon> nodeIcons;
    for (const auto state :
         {ClusterNodeState::Running, ClusterNodeState::Joining, ClusterNodeState::Paused,
          ClusterNodeState::Stopping, ClusterNodeState::Unreachable, ClusterNodeState::Down}) {
        nodeWords.insert(nodeStateWords(state).word);
        nodeIcons.insert(nodeStateWords(state).icon);
    }
    EXPECT_EQ(nodeWords.size(), 6U);
    EXPECT_EQ(nodeIcons.size(), 6U);
    std::set<QString> replicaStates;
    std::set<Icon> replicaIcons;
    for (const auto state :
         {ReplicaState::Master, ReplicaState::InSync, ReplicaState::Synchronising,
          ReplicaState::Behind, ReplicaState::Gone}) {
        const StateWords words = replicaWords({.node = kFirst, .state = state, .progress = 0.434});
        replicaStates.insert(words.word);
        replicaIcons.insert(words.icon);
    }
    EXPECT_EQ(replicaStates.size(), 5U);
    EXPECT_EQ(replicaIcons.size(), 5U);
    EXPECT_TRUE(replicaStates.contains(QStringLiteral("synchronising 43 %")));
}

TEST(ClusterWords, SayHowFarAMirrorIsBehind)
{
    EXPECT_EQ(replicaWords({.node = kFirst, .state = ReplicaState::Behind, .lagCount = 211}).word,
              QStringLiteral("behind 211"));
    EXPECT_EQ(replicaWords({.node = kFirst, .state = ReplicaState::Behind}).word,
              QStringLiteral("behind"));
}

TEST(ClusterWords, WriteRoundTripsShort)
{
    EXPECT_EQ(roundTripText(-1), QStringLiteral("–"));
    EXPECT_EQ(roundTripText(412), QStringLiteral("412\u00a0µs"));
    EXPECT_EQ(roundTripText(1240), QStringLiteral("1.2\u00a0ms"));
    EXPECT_EQ(roundTripText(83'200), QStringLiteral("83\u00a0ms"));
    EXPECT_EQ(roundTripText(2'500'000), QStringLiteral("2.5\u00a0s"));
}

TEST(ClusterWords, SayWhyALinkIsNotUp)
{
    ClusterLinkRow link{.from = kFirst, .to = kSecond, .state = ClusterLinkState::Refused};
    link.reason = QStringLiteral("it has another cookie");
    EXPECT_EQ(linkSentence(link),
              QStringLiteral("warren@desk to warren2@localhost: refused (it has another cookie)"));
}

TEST(ClusterWords, SayWhetherALinkIsEncrypted)
{
    ClusterLinkRow link{.from = kFirst, .to = kSecond, .state = ClusterLinkState::Up};
    EXPECT_EQ(linkSentence(link), QStringLiteral("warren@desk to warren2@localhost: up"));
    link.isEncrypted = false;
    EXPECT_EQ(linkSentence(link),
              QStringLiteral("warren@desk to warren2@localhost: up, not encrypted"));
    link.isEncrypted = true;
    EXPECT_EQ(linkSentence(link),
              QStringLiteral("warren@desk to warren2@localhost: up, encrypted with TLS"));
}

TEST(ClusterWords, SayOfBothDirectionsHowTheyAreTogether)
{
    using enum ClusterLinkState;
    const auto word = [](ClusterLinkState there, ClusterLinkState back) {
        return linkPairWords({{.from = kFirst, .to = kSecond, .state = there},
                              {.from = kSecond, .to = kFirst, .state = back}})
            .word;
    };
    EXPECT_EQ(word(Up, Up), QStringLiteral("up"));
    EXPECT_EQ(word(Up, Down), QStringLiteral("one way"));
    EXPECT_EQ(word(Connecting, Up), QStringLiteral("one way"));
    EXPECT_EQ(word(Up, Refused), QStringLiteral("one way"));
    EXPECT_EQ(word(Up, Unknown), QStringLiteral("unknown"));
    EXPECT_EQ(word(Unknown, Unknown), QStringLiteral("unknown"));
    EXPECT_EQ(word(Down, Unknown), QStringLiteral("down"));
    EXPECT_EQ(word(Connecting, Down), QStringLiteral("connecting"));
    EXPECT_EQ(word(Down, Refused), QStringLiteral("refused"));
    EXPECT_EQ(linkPairWords({}).word, QStringLiteral("unknown"));
    std::set<QString> words;
    for (const auto state : {Up, Unknown, Down, Connecting, Refused})
        words.insert(linkStateWords(state).word);
    EXPECT_EQ(words.size(), 5U);
}

TEST(ClusterWords, CountTheQueuesThatOnlyOneNodeHasWhole)
{
    const ClusterView view = test::typicalSnapshot().cluster;
    EXPECT_EQ(countOnlyOn(view, kSecond), 1U);  // audit.log has no mirror
    EXPECT_EQ(countOnlyOn(view, kFirst), 1U);   // the mirror of thumbnails is behind
    EXPECT_EQ(countOnlyOn(view, test::kThirdNode), 0U);
    EXPECT_EQ(countOnlyOn(view, QStringLiteral("nobody")), 0U);
}

TEST(ClusterWords, OfferOnlyMirrorsInSyncAsMasters)
{
    const ClusterView view = test::typicalSnapshot().cluster;
    EXPECT_EQ(possibleMasters({view.queues.at(2)}), QStringList{kSecond});
    EXPECT_TRUE(possibleMasters({view.queues.at(0), view.queues.at(4)}).isEmpty());
    EXPECT_EQ(possibleMasters({view.queues.at(1)}), (QStringList{test::kThirdNode, kFirst}));
}

class ReplicaModelTest : public testing::Test {
protected:
    void show(const ClusterView& view)
    {
        m_model.setNodes(view.nodes);
        m_model.show(view.queues);
    }

    QString cell(int row, const QString& node)
    {
        for (int column = 0; column < m_model.columnCount(); ++column) {
            if (m_model.nodeAt(column) == node) {
                return m_model.index(row, column).data().toString();
            }
        }
        return QStringLiteral("no such column");
    }

    ReplicaModel m_model;
    QAbstractItemModelTester m_tester{&m_model, kFatal};
};

TEST_F(ReplicaModelTest, HasAColumnForEachNode)
{
    const ClusterView view = test::typicalSnapshot().cluster;
    show(view);
    ASSERT_EQ(m_model.columnCount(), 7);
    EXPECT_EQ(cell(2, kFirst), QStringLiteral("master"));
    EXPECT_EQ(cell(2, kSecond), QStringLiteral("in sync"));
    EXPECT_EQ(cell(2, test::kThirdNode), QStringLiteral("synchronising 43 %"));
    EXPECT_EQ(cell(0, kFirst), QString());
    EXPECT_FALSE(m_model.hasNotes());

    ClusterView fewer = view;
    fewer.nodes.removeLast();
    show(fewer);
    EXPECT_EQ(m_model.columnCount(), 6);
    EXPECT_EQ(cell(2, kFirst), QStringLiteral("no such column"));
    EXPECT_EQ(cell(2, kSecond), QStringLiteral("in sync"));
}

TEST_F(ReplicaModelTest, KeepsTheSelectionWhenANodeChangesItsState)
{
    ClusterView view = test::typicalSnapshot().cluster;
    show(view);
    QItemSelectionModel selection(&m_model);
    selection.select(m_model.index(3, 0), QItemSelectionModel::Select | QItemSelectionModel::Rows);
    const QSignalSpy resets(&m_model, &QAbstractItemModel::modelReset);
    const QSignalSpy headings(&m_model, &QAbstractItemModel::headerDataChanged);
    view.nodes[1].state = ClusterNodeState::Down;
    show(view);
    EXPECT_TRUE(resets.isEmpty());
    EXPECT_EQ(headings.size(), 1);
    EXPECT_TRUE(selection.isRowSelected(3));
    const int column = static_cast<int>(ReplicaColumn::FirstNode) + 1;
    EXPECT_EQ(m_model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString(),
              QStringLiteral("warren3@localhost (down)"));
    // The same again is no change.
    show(view);
    EXPECT_EQ(headings.size(), 1);
}

TEST_F(ReplicaModelTest, ShowsTheCellsOfAnotherNodeInTheSameColumn)
{
    ClusterView view = test::typicalSnapshot().cluster;
    show(view);
    view.nodes[2].name = QStringLiteral("warren4@localhost");
    show(view);
    EXPECT_EQ(cell(2, QStringLiteral("warren4@localhost")), QString());
    EXPECT_EQ(cell(2, kFirst), QStringLiteral("no such column"));
}

TEST_F(ReplicaModelTest, SortsByHowMuchANodeHas)
{
    show(test::typicalSnapshot().cluster);
    RowFilter filter(m_model);
    filter.sort(static_cast<int>(ReplicaColumn::FirstNode) + 1);  // the third node
    QStringList shown;
    for (int row = 0; row < filter.rowCount(); ++row) {
        shown.append(m_model.rowAt(filter.sourceRow(row)).key.name);
    }
    EXPECT_EQ(shown, (QStringList{QStringLiteral("orders.dead"), QStringLiteral("mail.outgoing"),
                                  QStringLiteral("orders"), QStringLiteral("thumbnails"),
                                  QStringLiteral("audit.log")}));
}

TEST_F(ReplicaModelTest, FindsQueuesByTheirStateToo)
{
    show(test::typicalSnapshot().cluster);
    RowFilter filter(m_model);
    filter.setText(QStringLiteral("behind"));
    ASSERT_EQ(filter.rowCount(), 1);
    EXPECT_EQ(m_model.rowAt(filter.sourceRow(0)).key.name, QStringLiteral("thumbnails"));
    filter.setText(QStringLiteral("ha-all"));
    EXPECT_EQ(filter.rowCount(), 1);
}

TEST_F(ReplicaModelTest, NotesLossesAndMissingMasters)
{
    show(test::brokenClusterSnapshot().cluster);
    EXPECT_TRUE(m_model.hasNotes());
    const auto notes = [this](int row) {
        return m_model.index(row, m_model.notesColumn()).data().toString();
    };
    EXPECT_EQ(notes(0), QStringLiteral("no master"));
    EXPECT_EQ(notes(2), QStringLiteral("⚠ losses 2×"));
    EXPECT_TRUE(m_model.index(2, m_model.notesColumn())
                    .data(Qt::ToolTipRole)
                    .toString()
                    .contains(QStringLiteral("has had 5 masters")));
    EXPECT_EQ(notes(4), QString());
}

TEST(ClusterLinkModel, ShowsBothEndsStateAndReason)
{
    ClusterLinkModel model;
    QAbstractItemModelTester tester(&model, kFatal);
    model.show(test::typicalSnapshot().cluster.links);
    model.show(test::brokenClusterSnapshot().cluster.links);
    ASSERT_EQ(model.rowCount(), 6);
    const auto cell = [&model](int row, ClusterLinkColumn column) {
        return model.index(row, static_cast<int>(column)).data().toString();
    };
    EXPECT_EQ(cell(0, ClusterLinkColumn::From), kSecond);
    EXPECT_EQ(cell(0, ClusterLinkColumn::To), test::kThirdNode);
    EXPECT_EQ(cell(0, ClusterLinkColumn::State), QStringLiteral("unknown"));
    EXPECT_EQ(cell(0, ClusterLinkColumn::Reason),
              QStringLiteral("nothing is heard of warren2@localhost"));
    EXPECT_EQ(cell(1, ClusterLinkColumn::State), QStringLiteral("down"));
    EXPECT_EQ(cell(5, ClusterLinkColumn::From), kFirst);
    EXPECT_EQ(cell(5, ClusterLinkColumn::To), test::kThirdNode);
    EXPECT_EQ(cell(5, ClusterLinkColumn::State), QStringLiteral("refused"));
    EXPECT_EQ(cell(5, ClusterLinkColumn::Reason), QStringLiteral("it has another cookie"));
    EXPECT_EQ(cell(5, ClusterLinkColumn::RoundTrip), QStringLiteral("–"));
    model.show(test::typicalSnapshot().cluster.links);
    EXPECT_EQ(cell(0, ClusterLinkColumn::Unsent), QStringLiteral("–"));
    EXPECT_EQ(cell(4, ClusterLinkColumn::Unsent), QStringLiteral("18\u00a0KiB"));
}

}  // namespace
}  // namespace warren::ui
