#include "core/cluster/succession.h"

#include "tests/unit/cluster/names.h"

#include <gtest/gtest.h>

namespace warren::cluster {
namespace {

PlacementNodes diskNodes(std::string_view letters)
{
    PlacementNodes list;
    for (const NodeName& name : nodes(letters)) {
        list.push_back({.name = name});
    }
    return list;
}

Succession promote(std::string_view name) { return {SuccessionKind::Promote, node(name), {}}; }
Succession promoteUnsynced(std::string_view name)
{
    return {SuccessionKind::PromoteUnsynced, node(name), {}};
}
Succession waitFor(std::string_view names) { return {SuccessionKind::Wait, {}, nodes(names)}; }

const Placement kSynced{node("a"), nodes("bcd"), nodes("acb"), 1, 0};
const Placement kUnsynced{node("a"), nodes("bc"), nodes("a"), 1, 0};

TEST(Succession, StaysWithAMasterThatIsThere)
{
    EXPECT_EQ(successionOf(kSynced, {}, Departure::Failure, diskNodes("abcd")), Succession{});
}

TEST(Succession, TakesTheLongestSynchronised)
{
    EXPECT_EQ(successionOf(kSynced, {}, Departure::Failure, diskNodes("bcd")), promote("c"));
    EXPECT_EQ(successionOf(kSynced, {}, Departure::Shutdown, diskNodes("bd")), promote("b"));
}

TEST(Succession, TakesARamNodeOnlyIfNoDiskNodeIsSynchronised)
{
    PlacementNodes list = diskNodes("bcd");
    list[1].type = NodeType::Ram;
    EXPECT_EQ(successionOf(kSynced, {}, Departure::Failure, list), promote("b"));
    list.erase(list.begin());
    EXPECT_EQ(successionOf(kSynced, {}, Departure::Failure, list), promote("c"));
}

TEST(Succession, WaitsForThoseThatHaveEverything)
{
    EXPECT_EQ(successionOf(kSynced, {}, Departure::Failure, diskNodes("d")), waitFor("acb"));
    EXPECT_EQ(successionOf(kUnsynced, {}, Departure::Failure, diskNodes("bc")), waitFor("a"));
    EXPECT_EQ(successionOf(kUnsynced, {}, Departure::Shutdown, diskNodes("bc")), waitFor("a"));
}

TEST(Succession, AlwaysTakesTheOldestIfNobodyIsSynchronised)
{
    MirrorPolicy policy;
    policy.onFailure = PromoteWhen::Always;
    EXPECT_EQ(successionOf(kUnsynced, policy, Departure::Failure, diskNodes("bc")),
              promoteUnsynced("b"));
    EXPECT_EQ(successionOf(kUnsynced, policy, Departure::Shutdown, diskNodes("bc")), waitFor("a"));
    EXPECT_EQ(successionOf(kSynced, policy, Departure::Failure, diskNodes("bd")), promote("b"));
    EXPECT_EQ(successionOf(kUnsynced, policy, Departure::Failure, {}), waitFor("a"));
}

TEST(Succession, AShutdownFollowsItsOwnKey)
{
    MirrorPolicy policy;
    policy.onShutdown = PromoteWhen::Always;
    EXPECT_EQ(successionOf(kUnsynced, policy, Departure::Shutdown, diskNodes("bc")),
              promoteUnsynced("b"));
    EXPECT_EQ(successionOf(kUnsynced, policy, Departure::Failure, diskNodes("bc")), waitFor("a"));
    // As RabbitMQ has it: who wants no loss by failures wants none at all.
    policy.onFailure = PromoteWhen::WhenSynced;
    EXPECT_EQ(successionOf(kUnsynced, policy, Departure::Shutdown, diskNodes("bc")), waitFor("a"));
}

TEST(Succession, AQueueThatNobodyHasWaitsForACommand)
{
    const Placement lost{{}, nodes("b"), {}, 1, 0};
    EXPECT_EQ(successionOf(lost, {}, Departure::Failure, diskNodes("b")), waitFor(""));
}

}  // namespace
}  // namespace warren::cluster
