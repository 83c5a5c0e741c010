#include "core/cluster/mirror_placement.h"

#include "core/base/prng.h"
#include "tests/unit/cluster/names.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <variant>

namespace warren::cluster {
namespace {

PlacementNodes up(std::string_view letters)
{
    PlacementNodes list;
    for (const NodeName& name : nodes(letters)) {
        list.push_back({.name = name});
    }
    return list;
}

MirrorPolicy all() { return {.mode = MirrorMode::All}; }
MirrorPolicy exactly(std::size_t count) { return {.mode = MirrorMode::Exactly, .count = count}; }
MirrorPolicy listed(std::string_view letters)
{
    return {.mode = MirrorMode::Nodes, .count = 0, .nodes = nodes(letters)};
}

Placement placed(std::string_view master, std::string_view mirrors, std::string_view inSync)
{
    return {node(master), nodes(mirrors), nodes(inSync), 4, 0};
}

NewQueue newQueue(MasterLocator locator, MirrorPolicy policy = {}, bool isDurable = true)
{
    return {node("b"), isDurable, locator, std::move(policy)};
}

WantedPlacement place(const NewQueue& queue, const PlacementNodes& list, std::uint64_t seed = 1)
{
    Prng prng(seed);
    return placeNew(queue, list, prng);
}

TEST(PlaceNew, ClientLocalIsWhereTheClientIs)
{
    EXPECT_EQ(place(newQueue(MasterLocator::ClientLocal), up("abc")).master, node("b"));
    EXPECT_EQ(place(newQueue(MasterLocator::ClientLocal), up("ac")).master, node("a"));
}

TEST(PlaceNew, MinMastersIsWhereFewestLead)
{
    PlacementNodes list = up("cab");
    EXPECT_EQ(place(newQueue(MasterLocator::MinMasters), list).master, node("a"));
    list[1].masterCount = 2;
    list[0].masterCount = 1;
    list[2].masterCount = 1;
    EXPECT_EQ(place(newQueue(MasterLocator::MinMasters), list).master, node("b"));
}

TEST(PlaceNew, RandomReachesAllAndRepeatsItself)
{
    std::set<NodeName> masters;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        const auto one = place(newQueue(MasterLocator::Random), up("abc"), seed);
        EXPECT_EQ(one, place(newQueue(MasterLocator::Random), up("cba"), seed));
        masters.insert(one.master);
    }
    EXPECT_EQ(masters.size(), 3u);
}

TEST(PlaceNew, TheMasterIsOneOfTheNodesOfThePolicy)
{
    for (const auto locator :
         {MasterLocator::ClientLocal, MasterLocator::MinMasters, MasterLocator::Random}) {
        const auto wanted = place(newQueue(locator, listed("cd")), up("abc"));
        EXPECT_EQ(wanted, (WantedPlacement{node("c"), {}}));
        const auto nowhere = place(newQueue(locator, listed("xy")), up("abc"));
        EXPECT_EQ(nowhere, (WantedPlacement{node("b"), {}}));
    }
}

TEST(PlaceNew, WhatMustLastGoesToADiskNode)
{
    PlacementNodes list = up("abc");
    list[0].type = list[1].type = NodeType::Ram;
    for (const auto locator :
         {MasterLocator::ClientLocal, MasterLocator::MinMasters, MasterLocator::Random}) {
        EXPECT_EQ(place(newQueue(locator), list).master, node("c"));
        EXPECT_EQ(place(newQueue(locator, all(), false), list).master, node("c"));
    }
    EXPECT_EQ(place(newQueue(MasterLocator::ClientLocal, {}, false), list).master, node("b"));
    list.pop_back();
    EXPECT_EQ(place(newQueue(MasterLocator::MinMasters), list).master, node("a"));
}

TEST(PlaceNew, DrainingNodesAreTakenOnlyIfAllAre)
{
    PlacementNodes list = up("abc");
    list[0].isDraining = true;
    EXPECT_EQ(place(newQueue(MasterLocator::MinMasters), list).master, node("b"));
    EXPECT_EQ(place(newQueue(MasterLocator::MinMasters, exactly(3)), list),
              (WantedPlacement{node("b"), nodes("ca")}));
    EXPECT_EQ(place(newQueue(MasterLocator::MinMasters, all()), list),
              (WantedPlacement{node("b"), nodes("c")}));
    list[1].isDraining = list[2].isDraining = true;
    EXPECT_EQ(place(newQueue(MasterLocator::MinMasters), list).master, node("a"));
}

TEST(WantedPlacement, AllIsEveryNode)
{
    EXPECT_EQ(wantedPlacement(placed("b", "", "b"), all(), up("abc")),
              (WantedPlacement{node("b"), nodes("ac")}));
    // Who is down keeps its copy, and the order of age stays.
    EXPECT_EQ(wantedPlacement(placed("b", "dc", "b"), all(), up("abc")),
              (WantedPlacement{node("b"), nodes("dca")}));
}

TEST(WantedPlacement, ExactlyAddsWhereFewestQueuesAre)
{
    PlacementNodes list = up("abcd");
    list[0].replicaCount = 5;
    list[2].replicaCount = 3;
    list[3].replicaCount = 1;
    EXPECT_EQ(wantedPlacement(placed("b", "", "b"), exactly(3), list),
              (WantedPlacement{node("b"), nodes("dc")}));
    list[3].type = NodeType::Ram;
    EXPECT_EQ(wantedPlacement(placed("b", "", "b"), exactly(2), list),
              (WantedPlacement{node("b"), nodes("c")}));
    EXPECT_EQ(wantedPlacement(placed("b", "", "b"), exactly(9), list).mirrors.size(), 3u);
    EXPECT_EQ(wantedPlacement(placed("b", "", "b"), exactly(1), list).mirrors.size(), 0u);
}

TEST(WantedPlacement, ExactlyKeepsTheSynchronisedOldest)
{
    EXPECT_EQ(wantedPlacement(placed("a", "bcd", "abcd"), exactly(2), up("abcd")),
              (WantedPlacement{node("a"), nodes("b")}));
    EXPECT_EQ(wantedPlacement(placed("a", "bcd", "ad"), exactly(2), up("abcd")),
              (WantedPlacement{node("a"), nodes("d")}));
}

TEST(WantedPlacement, ExactlyReplacesWhoIsDown)
{
    EXPECT_EQ(wantedPlacement(placed("a", "b", "ab"), exactly(2), up("ac")),
              (WantedPlacement{node("a"), nodes("c")}));
    EXPECT_EQ(wantedPlacement(placed("a", "b", "ab"), exactly(2), up("a")),
              (WantedPlacement{node("a"), nodes("b")}));
}

TEST(WantedPlacement, NodesKeepsTheMasterUntilAnotherHasEverything)
{
    EXPECT_EQ(wantedPlacement(placed("a", "", "a"), listed("bc"), up("abc")),
              (WantedPlacement{node("a"), nodes("bc")}));
    EXPECT_EQ(wantedPlacement(placed("a", "bc", "ac"), listed("bc"), up("abc")),
              (WantedPlacement{node("c"), nodes("b")}));
    EXPECT_EQ(wantedPlacement(placed("a", "bc", "abc"), listed("xy"), up("abc")),
              (WantedPlacement{node("a"), {}}));
}

TEST(WantedPlacement, NoPolicyLeavesTheMasterAlone)
{
    EXPECT_EQ(wantedPlacement(placed("c", "ab", "abc"), {}, up("abc")),
              (WantedPlacement{node("c"), {}}));
}

TEST(WantedPlacement, AQueueGoesBackToADiskNode)
{
    PlacementNodes list = up("abc");
    list[0].type = NodeType::Ram;
    EXPECT_EQ(wantedPlacement(placed("a", "bc", "acb"), all(), list),
              (WantedPlacement{node("c"), nodes("ba")}));
    EXPECT_EQ(wantedPlacement(placed("a", "bc", "a"), all(), list).master, node("a"));
}

TEST(WantedPlacement, ADrainingNodeHandsOver)
{
    PlacementNodes list = up("abc");
    list[0].isDraining = true;
    EXPECT_EQ(wantedPlacement(placed("a", "bc", "acb"), all(), list).master, node("c"));
    EXPECT_EQ(wantedPlacement(placed("a", "bc", "a"), all(), list).master, node("a"));
}

std::vector<PlacementCommand> steps(const WantedPlacement& wanted, const Placement& now,
                                    const PlacementNodes& list)
{
    return stepsTo(wanted, {1}, now, list);
}

PlacementTarget target(std::string_view name) { return {{1}, 4, node(name)}; }

TEST(StepsTo, AddsBeforeItRemoves)
{
    const WantedPlacement wanted{node("a"), nodes("c")};
    EXPECT_EQ(steps(wanted, placed("a", "b", "ab"), up("abc")),
              (std::vector<PlacementCommand>{AddMirror{target("c")}}));
    EXPECT_EQ(steps(wanted, placed("a", "bc", "ab"), up("abc")), std::vector<PlacementCommand>{});
    EXPECT_EQ(steps(wanted, placed("a", "bc", "abc"), up("abc")),
              (std::vector<PlacementCommand>{RemoveMirror{target("b")}}));
    EXPECT_EQ(steps(wanted, placed("a", "bc", "a"), up("abc")),
              (std::vector<PlacementCommand>{RemoveMirror{target("b")}}));
    // Who is down may come back with all of it before the new one has it.
    EXPECT_EQ(steps(wanted, placed("a", "bc", "a"), up("ac")), std::vector<PlacementCommand>{});
}

TEST(StepsTo, PromotesAlone)
{
    const WantedPlacement wanted{node("b"), nodes("c")};
    EXPECT_EQ(steps(wanted, placed("a", "bc", "ab"), up("abc")),
              (std::vector<PlacementCommand>{Promote{target("b")}}));
    EXPECT_EQ(steps(wanted, placed("b", "ca", "abc"), up("abc")),
              (std::vector<PlacementCommand>{RemoveMirror{target("a")}}));
    EXPECT_EQ(steps(wanted, placed("a", "b", "ab"), up("abc")),
              (std::vector<PlacementCommand>{AddMirror{target("c")}}));
}

TEST(StepsTo, EndsWhereItWantedAndRemovesNoSafety)
{
    Prng prng(3);
    const Membership membership = running("abcde");
    for (int round = 0; round < 2'000; ++round) {
        Placements placements;
        std::vector<NodeName> mirrors = nodes("bcd");
        mirrors.resize(prng.below(4));
        ASSERT_TRUE(placements.apply(PlaceQueue{{1}, node("a"), mirrors}, membership).isOk());
        const MirrorPolicy policies[] = {{}, all(), exactly(1 + prng.below(5)), listed("de")};
        const MirrorPolicy policy = policies[prng.below(4)];
        PlacementNodes list = up("abcde");
        for (PlacementNode& one : list) {
            one.replicaCount = prng.below(3);
            if (prng.below(4) == 0) one.type = NodeType::Ram;
            if (prng.below(6) == 0) one.isDraining = true;
        }
        bool isDone = false;
        for (int turn = 0; turn < 20 && !isDone; ++turn) {
            const Placement& now = *placements.find({1});
            const WantedPlacement wanted = wantedPlacement(now, policy, list);
            const std::size_t before = now.inSync.size();
            std::size_t wantedInSync = 0;
            for (const NodeName& one : now.inSync) {
                if (wanted.has(one)) wantedInSync += 1;
            }
            const auto commands = stepsTo(wanted, {1}, now, list);
            for (const PlacementCommand& command : commands) {
                ASSERT_TRUE(placements.apply(command, membership).isOk()) << "round " << round;
            }
            const Placement& then = *placements.find({1});
            const bool isComplete = wantedInSync == wanted.mirrors.size() + 1;
            ASSERT_TRUE(then.inSync.size() >= before || isComplete) << "round " << round;
            isDone = commands.empty();
            // A mirror at a time gets all of it.
            for (const NodeName& one : then.mirrors) {
                if (then.isInSync(one)) continue;
                const MemberId id = membership.find(one)->id;
                ASSERT_TRUE(
                    placements.apply(MarkInSync{{{1}, then.epoch, one}, id}, membership).isOk());
                isDone = false;
                break;
            }
        }
        ASSERT_TRUE(isDone) << "round " << round << " never comes to rest";
        const Placement& end = *placements.find({1});
        const WantedPlacement wanted = wantedPlacement(end, policy, list);
        EXPECT_EQ(end.master, wanted.master);
        EXPECT_EQ(end.mirrors, wanted.mirrors);
        if (policy.mode == MirrorMode::Exactly) {
            EXPECT_EQ(end.mirrors.size() + 1, policy.count);
        }
    }
}

TEST(MirrorsToSynchronise, FollowsTheMode)
{
    MirrorPolicy policy = all();
    const Placement now = placed("a", "bcd", "ac");
    EXPECT_TRUE(mirrorsToSynchronise(now, policy, up("abcd")).empty());
    policy.sync = SyncMode::Automatic;
    EXPECT_EQ(mirrorsToSynchronise(now, policy, up("abcd")), nodes("bd"));
    EXPECT_EQ(mirrorsToSynchronise(now, policy, up("abc")), nodes("b"));
    Placement vacant = now;
    vacant.master = {};
    EXPECT_TRUE(mirrorsToSynchronise(vacant, policy, up("abcd")).empty());
}

TEST(InSyncCountMin, IsTheMajority)
{
    EXPECT_EQ(inSyncCountMin(1), 1u);
    EXPECT_EQ(inSyncCountMin(2), 2u);
    EXPECT_EQ(inSyncCountMin(3), 2u);
    EXPECT_EQ(inSyncCountMin(4), 3u);
}

}  // namespace
}  // namespace warren::cluster
