#include "core/cluster/membership.h"

#include "tests/unit/cluster/names.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace warren::cluster {
namespace {

/// What came of it; nothing: it was done.
std::optional<Refusal> refusalOf(Membership& membership, const MembershipCommand& command)
{
    const Membership before = membership;
    const auto status = membership.apply(command);
    if (status) return std::nullopt;
    EXPECT_EQ(membership, before) << "a refused command changed something";
    return status.error();
}

std::optional<Membership> recoded(const Membership& membership)
{
    FieldWriter to;
    membership.encode(to);
    const std::string bytes = to.take();
    FieldReader from{bytesOf(bytes)};
    auto decoded = Membership::decode(from);
    EXPECT_TRUE(from.isComplete());
    return decoded;
}

TEST(Membership, TakesNodesInAndLetsThemGo)
{
    Membership membership = running("abc");
    EXPECT_EQ(membership.nodes().size(), 3u);
    EXPECT_EQ(membership.find(MemberId{2})->name, node("b"));
    EXPECT_TRUE(membership.isRunning(node("c")));

    EXPECT_EQ(refusalOf(membership, LeaveNode{node("a")}), std::nullopt);
    EXPECT_EQ(membership.find(node("a")), nullptr);
    EXPECT_EQ(refusalOf(membership, LeaveNode{node("a")}), Refusal::NoSuchNode);
}

TEST(Membership, HasNoTwoOfOneName)
{
    Membership membership = running("a");
    EXPECT_EQ(refusalOf(membership, JoinNode{node("a"), {7}, NodeType::Ram}), Refusal::NameTaken);
}

TEST(Membership, NeverTakesAnIdTwice)
{
    Membership membership = running("ab");
    EXPECT_EQ(refusalOf(membership, JoinNode{node("c"), {2}, NodeType::Disk}), Refusal::IdUsed);
    EXPECT_EQ(refusalOf(membership, LeaveNode{node("b")}), std::nullopt);
    EXPECT_EQ(refusalOf(membership, JoinNode{node("c"), {2}, NodeType::Disk}), Refusal::IdUsed);
    EXPECT_EQ(refusalOf(membership, JoinNode{node("c"), {}, NodeType::Disk}), Refusal::IdUsed);
    EXPECT_EQ(refusalOf(membership, JoinNode{node("c"), {3}, NodeType::Disk}), std::nullopt);
}

TEST(Membership, KeepsADiskNode)
{
    Membership membership;
    EXPECT_EQ(refusalOf(membership, JoinNode{node("r"), {1}, NodeType::Ram}),
              Refusal::LastDiskNode);
    membership = running("a");
    EXPECT_EQ(refusalOf(membership, JoinNode{node("r"), {2}, NodeType::Ram}), std::nullopt);
    EXPECT_EQ(refusalOf(membership, JoinNode{node("b"), {3}, NodeType::Disk}), std::nullopt);
    EXPECT_EQ(refusalOf(membership, LeaveNode{node("a")}), Refusal::LastDiskNode)
        << "one that is still joining has nothing yet";
    EXPECT_EQ(refusalOf(membership, StartNode{node("b"), {3}}), std::nullopt);
    EXPECT_EQ(refusalOf(membership, StopNode{node("a")}), std::nullopt);
    EXPECT_EQ(refusalOf(membership, ChangeNodeType{node("a"), NodeType::Ram}), std::nullopt);
    EXPECT_EQ(refusalOf(membership, StopNode{node("b")}), std::nullopt);
    EXPECT_EQ(refusalOf(membership, ForgetNode{node("b")}), Refusal::LastDiskNode);
    EXPECT_EQ(refusalOf(membership, ChangeNodeType{node("b"), NodeType::Ram}),
              Refusal::LastDiskNode);
}

TEST(Membership, ADiskNodeComesBackUnderItsId)
{
    Membership membership = running("ab");
    EXPECT_EQ(refusalOf(membership, StopNode{node("b")}), std::nullopt);
    EXPECT_EQ(refusalOf(membership, StopNode{node("b")}), Refusal::NodeNotRunning);
    EXPECT_EQ(refusalOf(membership, StartNode{node("b"), {9}}), Refusal::IdUsed);
    EXPECT_EQ(refusalOf(membership, StartNode{node("b"), {2}}), std::nullopt);
}

TEST(Membership, ARamNodeComesBackUnderAFreshId)
{
    Membership membership = running("a");
    EXPECT_EQ(refusalOf(membership, JoinNode{node("r"), {2}, NodeType::Ram}), std::nullopt);
    EXPECT_EQ(refusalOf(membership, StartNode{node("r"), {2}}), std::nullopt);
    // Nobody may have noticed that it was away.
    EXPECT_EQ(refusalOf(membership, StartNode{node("r"), membership.freshId()}), std::nullopt);
    EXPECT_EQ(membership.find(node("r"))->id, MemberId{3});
    EXPECT_EQ(refusalOf(membership, StartNode{node("r"), {2}}), Refusal::IdUsed);
}

TEST(Membership, ARamNodeThatWasOnlyLostComesBackUnderItsId)
{
    Membership membership = running("a");
    EXPECT_EQ(refusalOf(membership, JoinNode{node("r"), {2}, NodeType::Ram}), std::nullopt);
    EXPECT_EQ(refusalOf(membership, StartNode{node("r"), {2}}), std::nullopt);
    EXPECT_EQ(refusalOf(membership, StopNode{node("r")}), std::nullopt);
    EXPECT_EQ(refusalOf(membership, StartNode{node("r"), {2}}), std::nullopt);
    EXPECT_TRUE(membership.isRunning(node("r")));
}

TEST(Membership, WhoStartsEmptyJoinsAgain)
{
    Membership membership = running("ab");
    const JoinNode ram{node("r"), {3}, NodeType::Ram};
    EXPECT_EQ(refusalOf(membership, ram), std::nullopt);
    // It was started again before it had caught up.
    EXPECT_EQ(refusalOf(membership, ram), Refusal::IdUsed);
    EXPECT_EQ(refusalOf(membership, JoinNode{node("r"), {4}, NodeType::Ram}), std::nullopt);
    EXPECT_EQ(refusalOf(membership, StartNode{node("r"), {3}}), Refusal::IdUsed);
    EXPECT_EQ(refusalOf(membership, StartNode{node("r"), {4}}), std::nullopt);
    EXPECT_EQ(refusalOf(membership, JoinNode{node("r"), {5}, NodeType::Ram}), Refusal::NameTaken)
        << "it runs, as far as anybody knows";
    EXPECT_EQ(refusalOf(membership, StopNode{node("r")}), std::nullopt);
    EXPECT_EQ(refusalOf(membership, JoinNode{node("r"), {5}, NodeType::Disk}), Refusal::NameTaken);
    EXPECT_EQ(refusalOf(membership, JoinNode{node("r"), {5}, NodeType::Ram}), std::nullopt);
    // A disk node has something to lose, unless its type was changed.
    EXPECT_EQ(refusalOf(membership, StopNode{node("b")}), std::nullopt);
    EXPECT_EQ(refusalOf(membership, JoinNode{node("b"), {6}, NodeType::Disk}), Refusal::NameTaken);
    EXPECT_EQ(refusalOf(membership, ChangeNodeType{node("b"), NodeType::Ram}), std::nullopt);
    EXPECT_EQ(refusalOf(membership, JoinNode{node("b"), {6}, NodeType::Ram}), std::nullopt);
    EXPECT_EQ(membership.find(node("b"))->state, NodeState::Joining);
    EXPECT_EQ(recoded(membership), membership);
}

TEST(Membership, ANodeOfAnotherTypeStartsAnew)
{
    Membership membership = running("ab");
    EXPECT_EQ(refusalOf(membership, ChangeNodeType{node("b"), NodeType::Ram}),
              Refusal::NodeRunning);
    EXPECT_EQ(refusalOf(membership, StopNode{node("b")}), std::nullopt);
    EXPECT_EQ(refusalOf(membership, ChangeNodeType{node("b"), NodeType::Ram}), std::nullopt);
    EXPECT_FALSE(static_cast<bool>(membership.find(node("b"))->id));
    EXPECT_EQ(recoded(membership), membership);
    EXPECT_EQ(refusalOf(membership, StartNode{node("b"), {2}}), Refusal::IdUsed);
    EXPECT_EQ(refusalOf(membership, StartNode{node("b"), {3}}), std::nullopt);
}

TEST(Membership, OnlyStoppedNodesAreForgotten)
{
    Membership membership = running("ab");
    EXPECT_EQ(refusalOf(membership, ForgetNode{node("b")}), Refusal::NodeRunning);
    EXPECT_EQ(refusalOf(membership, StopNode{node("b")}), std::nullopt);
    EXPECT_EQ(refusalOf(membership, ForgetNode{node("b")}), std::nullopt);
}

TEST(Membership, HasAName)
{
    Membership membership = running("a");
    EXPECT_EQ(refusalOf(membership, RenameCluster{"desk"}), std::nullopt);
    EXPECT_EQ(membership.clusterName(), "desk");
    EXPECT_EQ(refusalOf(membership, RenameCluster{""}), Refusal::Malformed);
    EXPECT_EQ(refusalOf(membership, RenameCluster{"a\nb"}), Refusal::Malformed);
    EXPECT_EQ(refusalOf(membership, RenameCluster{std::string(256, 'x')}), Refusal::Malformed);
    EXPECT_EQ(recoded(membership), membership);
}

TEST(Membership, HasALimit)
{
    Membership membership;
    for (std::size_t i = 0; i < Membership::kNodesMax; ++i) {
        const NodeName name = node("n" + std::to_string(i));
        EXPECT_TRUE(membership.apply(JoinNode{name, membership.freshId(), NodeType::Disk}).isOk());
    }
    EXPECT_EQ(refusalOf(membership, JoinNode{node("x"), membership.freshId(), NodeType::Disk}),
              Refusal::TooMany);
    EXPECT_EQ(recoded(membership), membership);
}

TEST(Membership, DecodesOnlyWhatCanBe)
{
    const auto decoded = [](const ClusterNode& first, const ClusterNode& second) {
        FieldWriter to;
        to.text("");
        to.u64(5);
        to.u32(2);
        for (const ClusterNode& one : {first, second}) {
            to.node(one.name);
            to.u64(one.id.value);
            to.u8(static_cast<std::uint8_t>(one.type));
            to.u8(static_cast<std::uint8_t>(one.state));
            to.text(one.address);
        }
        const std::string bytes = to.take();
        FieldReader from{bytesOf(bytes)};
        return Membership::decode(from).has_value();
    };
    const ClusterNode a{node("a"), {1}, NodeType::Disk, NodeState::Running, "h:1"};
    const ClusterNode b{node("b"), {2}, NodeType::Ram, NodeState::Running, "h:2"};
    ClusterNode other = b;
    EXPECT_TRUE(decoded(a, b));
    EXPECT_FALSE(decoded(b, a)) << "order";
    other.id = a.id;
    EXPECT_FALSE(decoded(a, other)) << "one id twice";
    other.id = {6};
    EXPECT_FALSE(decoded(a, other)) << "an id that was never given";
    other.id = {};
    EXPECT_FALSE(decoded(a, other)) << "runs without an id";
    other.name = {};
    EXPECT_FALSE(decoded(other, a)) << "no name";
    other = a;
    other.type = NodeType::Ram;
    EXPECT_FALSE(decoded(other, b)) << "no disk node";
    other = b;
    other.address = std::string(Membership::kAddressBytesMax + 1, 'h');
    EXPECT_FALSE(decoded(a, other)) << "an address that is too long";
}

}  // namespace
}  // namespace warren::cluster
