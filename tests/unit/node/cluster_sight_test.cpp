#include "core/node/cluster_sight.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warren::node {
namespace {

using cluster::NodeState;
using management::ClusterLinkRow;
using management::ClusterLinkState;
using management::ClusterNodeState;

TEST(ClusterSight, tellsHowAMemberIs)
{
    EXPECT_EQ(nodeStateOf(NodeState::Running, {}), ClusterNodeState::Running);
    const MemberSight paused{.isThere = true, .isPaused = true, .isStopping = false};
    EXPECT_EQ(nodeStateOf(NodeState::Running, paused), ClusterNodeState::Paused);
    EXPECT_EQ(nodeStateOf(NodeState::Joining, paused), ClusterNodeState::Joining);
}

TEST(ClusterSight, aNodeThatIsAboutToStopIsStoppingUntilItIsGone)
{
    MemberSight sight{.isThere = true, .isPaused = false, .isStopping = true};
    EXPECT_EQ(nodeStateOf(NodeState::Running, sight), ClusterNodeState::Stopping);
    sight.isPaused = true;
    EXPECT_EQ(nodeStateOf(NodeState::Running, sight), ClusterNodeState::Stopping);
    // What it said last holds no more.
    sight.isThere = false;
    EXPECT_EQ(nodeStateOf(NodeState::Running, sight), ClusterNodeState::Unreachable);
    EXPECT_EQ(nodeStateOf(NodeState::Down, sight), ClusterNodeState::Down);
}

using Words = std::vector<std::string>;

cluster::NodeName node(std::string_view name) { return *cluster::NodeName::parse(name); }

/// "a b up", for each row.
Words wordsOf(const QList<ClusterLinkRow>& rows)
{
    Words lines;
    for (const ClusterLinkRow& row : rows) {
        const auto word = [&row] {
            switch (row.state) {
            case ClusterLinkState::Up: return "up";
            case ClusterLinkState::Unknown: return "unknown";
            case ClusterLinkState::Down: return "down";
            case ClusterLinkState::Connecting: return "connecting";
            case ClusterLinkState::Refused: return "refused";
            }
            return "";
        };
        lines.push_back(row.from.chopped(2).toStdString() + ' ' + row.to.chopped(2).toStdString() +
                        ' ' + word());
    }
    return lines;
}

/// Three nodes: "b" is this one.
class LinkRows : public testing::Test {
protected:
    LinkRows()
    {
        using LinkKind = peer::LinkState::Kind;
        m_peers[node("a@h")] = {.link = {.kind = LinkKind::Up,
                                         .reason = {},
                                         .unsentBytes = 7,
                                         .roundTrip = std::chrono::microseconds{12},
                                         .isHeard = true,
                                         .isEncrypted = true},
                                .linkedTo = {{node("b@h"), node("c@h")}}};
        m_peers[node("c@h")] = {.link = {.kind = LinkKind::Up, .reason = {}, .isHeard = true},
                                .linkedTo = {{node("a@h"), node("b@h")}}};
    }

    Words words() const { return wordsOf(linkRowsOf(node("b@h"), m_peers)); }

    std::map<cluster::NodeName, PeerSight> m_peers;
};

TEST_F(LinkRows, haveEachWayOnce)
{
    EXPECT_EQ(words(), (Words{"a b up", "a c up", "b a up", "b c up", "c a up", "c b up"}));
    EXPECT_TRUE(linkRowsOf(node("b@h"), {}).isEmpty());
    const auto rows = linkRowsOf(node("b@h"), m_peers);
    const ClusterLinkRow& own = rows.at(2);
    EXPECT_EQ(own.unsentBytes, 7U);
    EXPECT_EQ(own.roundTripMicroseconds, 12);
    EXPECT_EQ(own.isEncrypted, std::optional{true});
    EXPECT_EQ(rows.at(3).isEncrypted, std::optional{false});
    // Of the others' nothing more is known.
    EXPECT_EQ(rows.at(0).isEncrypted, std::nullopt);
    EXPECT_EQ(rows.at(1).isEncrypted, std::nullopt);
    EXPECT_EQ(rows.at(1).roundTripMicroseconds, -1);
}

TEST_F(LinkRows, tellWhatOtherNodesSayOfEachOther)
{
    m_peers[node("a@h")].linkedTo = {{node("b@h")}};
    EXPECT_EQ(words(), (Words{"a b up", "a c down", "b a up", "b c up", "c a up", "c b up"}));
    m_peers[node("c@h")].linkedTo.reset();
    EXPECT_EQ(words(), (Words{"a b up", "a c down", "b a up", "b c up", "c a unknown", "c b up"}));
}

TEST_F(LinkRows, trustNobodyWhoIsNotHeard)
{
    m_peers[node("a@h")].link.isHeard = false;
    const auto rows = linkRowsOf(node("b@h"), m_peers);
    EXPECT_EQ(wordsOf(rows),
              (Words{"a b down", "a c unknown", "b a up", "b c up", "c a up", "c b up"}));
    EXPECT_EQ(rows.at(0).reason, QStringLiteral("nothing is heard of a@h"));
    EXPECT_EQ(rows.at(1).reason, QStringLiteral("nothing is heard of a@h"));
}

TEST_F(LinkRows, sayWhyAnOwnOneIsNotUp)
{
    peer::LinkState& link = m_peers[node("c@h")].link;
    link.kind = peer::LinkState::Kind::Refused;
    link.reason = "it has another cookie";
    auto rows = linkRowsOf(node("b@h"), m_peers);
    EXPECT_EQ(rows.at(3).state, ClusterLinkState::Refused);
    EXPECT_EQ(rows.at(3).reason, QStringLiteral("it has another cookie"));
    EXPECT_EQ(rows.at(3).isEncrypted, std::nullopt);
    link.kind = peer::LinkState::Kind::Connecting;
    rows = linkRowsOf(node("b@h"), m_peers);
    EXPECT_EQ(rows.at(3).state, ClusterLinkState::Connecting);
}

}  // namespace
}  // namespace warren::node
