#include "core/cluster/placement.h"

#include "tests/unit/cluster/names.h"

#include <gtest/gtest.h>

#include <optional>

namespace warren::cluster {
namespace {

constexpr QueueId kPlacedQueue{7};

/// A queue of three running nodes, mastered on a.
class PlacementTest : public testing::Test {
protected:
    PlacementTest()
    {
        EXPECT_EQ(ask(PlaceQueue{kPlacedQueue, node("a"), nodes("bc")}), std::nullopt);
    }

    std::optional<Refusal> ask(const PlacementCommand& command)
    {
        const Placements before = placements;
        const auto status = placements.apply(command, membership);
        if (status) return std::nullopt;
        EXPECT_EQ(placements, before) << "a refused command changed something";
        return status.error();
    }
    const Placement& now() const { return *placements.find(kPlacedQueue); }
    PlacementTarget target(std::string_view name) const
    {
        return {kPlacedQueue, now().epoch, node(name)};
    }

    Membership membership = running("abcd");
    Placements placements;
};

TEST_F(PlacementTest, BeginsInSync)
{
    EXPECT_EQ(now(), (Placement{node("a"), nodes("bc"), nodes("abc"), 1, 0}));
    EXPECT_EQ(ask(PlaceQueue{kPlacedQueue, node("b"), {}}), Refusal::AlreadyPlaced);
    EXPECT_EQ(ask(PlaceQueue{{8}, node("a"), nodes("a")}), Refusal::Malformed);
    EXPECT_EQ(ask(PlaceQueue{{8}, {}, nodes("a")}), Refusal::Malformed);
    EXPECT_EQ(ask(PlaceQueue{{8}, node("x"), {}}), Refusal::NoSuchNode);
    EXPECT_TRUE(membership.apply(StopNode{node("d")}).isOk());
    EXPECT_EQ(ask(PlaceQueue{{8}, node("a"), nodes("d")}), Refusal::NodeNotRunning);
}

TEST_F(PlacementTest, ANewMirrorIsNotInSyncUntilItIsSaid)
{
    EXPECT_EQ(ask(AddMirror{target("d")}), std::nullopt);
    EXPECT_FALSE(now().isInSync(node("d")));
    EXPECT_EQ(ask(AddMirror{target("d")}), Refusal::AlreadyMirror);
    EXPECT_EQ(ask(AddMirror{target("a")}), Refusal::AlreadyMirror);
    EXPECT_EQ(ask(Promote{target("d")}), Refusal::NotInSync);
    EXPECT_EQ(ask(MarkInSync{target("d"), {1}}), Refusal::StaleNode);
    EXPECT_EQ(ask(MarkInSync{target("d"), {4}}), std::nullopt);
    EXPECT_EQ(ask(MarkInSync{target("d"), {4}}), Refusal::AlreadyInSync);
    EXPECT_EQ(now().inSync, nodes("abcd"));
}

TEST_F(PlacementTest, APromotionRaisesTheEpochAndOldOnesAreRefused)
{
    const PlacementTarget old = target("c");
    EXPECT_EQ(ask(Promote{target("b")}), std::nullopt);
    EXPECT_EQ(now(), (Placement{node("b"), nodes("ca"), nodes("abc"), 2, 0}));
    EXPECT_EQ(ask(Promote{old}), Refusal::StaleEpoch);
    EXPECT_EQ(ask(LeaveInSync{old}), Refusal::StaleEpoch);
    EXPECT_EQ(ask(RemoveMirror{old}), Refusal::StaleEpoch);
    EXPECT_EQ(ask(Promote{target("b")}), Refusal::NotMirror);
}

TEST_F(PlacementTest, OnlyARunningNodeIsPromoted)
{
    EXPECT_TRUE(membership.apply(StopNode{node("b")}).isOk());
    EXPECT_EQ(ask(Promote{target("b")}), Refusal::NodeNotRunning);
    EXPECT_EQ(ask(LeaveInSync{target("b")}), std::nullopt);
    EXPECT_EQ(ask(PromoteUnsynced{target("b")}), Refusal::NodeNotRunning);
}

TEST_F(PlacementTest, TheMasterNeverLeavesTheInSyncSet)
{
    EXPECT_EQ(ask(LeaveInSync{target("a")}), Refusal::NotMirror);
    EXPECT_EQ(ask(RemoveMirror{target("a")}), Refusal::NotMirror);
    EXPECT_EQ(ask(LeaveInSync{target("b")}), std::nullopt);
    EXPECT_EQ(ask(LeaveInSync{target("b")}), Refusal::NotInSync);
    EXPECT_EQ(now().inSync, nodes("ac"));
}

TEST_F(PlacementTest, WhoeverLosesMessagesLeavesAMark)
{
    EXPECT_EQ(ask(PromoteUnsynced{target("b")}), Refusal::AlreadyInSync);
    EXPECT_EQ(ask(LeaveInSync{target("b")}), std::nullopt);
    EXPECT_EQ(ask(PromoteUnsynced{target("b")}), std::nullopt);
    EXPECT_EQ(now(), (Placement{node("b"), nodes("ca"), nodes("b"), 2, 1}));
}

TEST_F(PlacementTest, AMasterThatIsGoneLeavesItsPlaceEmpty)
{
    EXPECT_EQ(ask(LeaveInSync{target("c")}), std::nullopt);
    EXPECT_TRUE(placements.removeNode(node("a")).empty());
    EXPECT_EQ(now(), (Placement{NodeName{}, nodes("bc"), nodes("b"), 1, 0}));
    EXPECT_EQ(ask(LeaveInSync{target("b")}), Refusal::LastInSync);
    EXPECT_EQ(ask(RemoveMirror{target("b")}), Refusal::LastInSync);
    EXPECT_EQ(ask(MarkInSync{target("c"), {3}}), Refusal::StaleEpoch);
    EXPECT_TRUE(placements.isLastInSync(node("b")));
    EXPECT_EQ(ask(Promote{target("b")}), std::nullopt);
    EXPECT_EQ(now(), (Placement{node("b"), nodes("c"), nodes("b"), 2, 0}));
}

TEST_F(PlacementTest, ANodeThatStartsEmptyHasNothing)
{
    placements.emptyNode(node("b"));
    EXPECT_EQ(now(), (Placement{node("a"), nodes("bc"), nodes("ac"), 1, 0}));
    placements.emptyNode(node("a"));
    EXPECT_EQ(now(), (Placement{NodeName{}, nodes("bca"), nodes("c"), 1, 0}));
}

TEST_F(PlacementTest, QueuesGoWithTheirLastNode)
{
    EXPECT_EQ(ask(PlaceQueue{{9}, node("d"), {}}), std::nullopt);
    EXPECT_EQ(placements.removeNode(node("d")), std::vector{QueueId{9}});
    EXPECT_EQ(placements.find({9}), nullptr);
    EXPECT_NE(placements.find(kPlacedQueue), nullptr);
}

TEST_F(PlacementTest, SomebodyAlwaysHasTheQueue)
{
    EXPECT_EQ(ask(PlaceQueue{{9}, node("d"), {}}), std::nullopt);
    placements.emptyNode(node("d"));
    EXPECT_EQ(*placements.find({9}), (Placement{NodeName{}, nodes("d"), {}, 1, 0}));
    EXPECT_EQ(ask(RemoveMirror{{{9}, 1, node("d")}}), Refusal::LastReplica);
    EXPECT_EQ(ask(PromoteUnsynced{{{9}, 1, node("d")}}), std::nullopt);
    EXPECT_EQ(*placements.find({9}), (Placement{node("d"), {}, nodes("d"), 2, 1}));
}

TEST_F(PlacementTest, WhatIsNotPlacedTakesNothing)
{
    EXPECT_EQ(ask(AddMirror{{{8}, 1, node("a")}}), Refusal::NotPlaced);
    EXPECT_EQ(ask(AddMirror{target("x")}), Refusal::NoSuchNode);
    EXPECT_EQ(ask(AddMirror{{kPlacedQueue, 1, {}}}), Refusal::NoSuchNode);
}

TEST_F(PlacementTest, DecodesOnlyWhatCanBe)
{
    const auto isGood = [&](const Placement& placement) {
        FieldWriter to;
        to.u32(1);
        to.u64(1);
        to.node(placement.master);
        to.nodes(placement.mirrors);
        to.nodes(placement.inSync);
        to.u64(placement.epoch);
        to.u32(placement.lossCount);
        const std::string bytes = to.take();
        FieldReader from{bytesOf(bytes)};
        return Placements::decode(from, membership).has_value();
    };
    EXPECT_TRUE(isGood({node("a"), nodes("b"), nodes("ba"), 3, 1}));
    EXPECT_TRUE(isGood({{}, nodes("b"), {}, 3, 1}));
    EXPECT_FALSE(isGood({node("a"), nodes("b"), nodes("b"), 1, 0})) << "master not in sync";
    EXPECT_FALSE(isGood({node("a"), nodes("ab"), nodes("a"), 1, 0})) << "master and mirror";
    EXPECT_FALSE(isGood({node("a"), nodes("b"), nodes("ac"), 1, 0})) << "in sync without the queue";
    EXPECT_FALSE(isGood({node("a"), nodes("b"), nodes("aa"), 1, 0})) << "twice";
    EXPECT_FALSE(isGood({node("a"), nodes("x"), nodes("a"), 1, 0})) << "no member";
    EXPECT_FALSE(isGood({node("a"), {}, nodes("a"), 0, 0})) << "no epoch";
    EXPECT_FALSE(isGood({{}, {}, {}, 1, 0})) << "nowhere";
}

}  // namespace
}  // namespace warren::cluster
