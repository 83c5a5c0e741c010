#include "core/cluster/partition_policy.h"

#include "core/base/prng.h"
#include "tests/unit/cluster/names.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>

namespace warren::cluster {
namespace {

NodeTypes diskTypes(std::string_view letters)
{
    NodeTypes types;
    for (const NodeName& name : nodes(letters)) {
        types[name] = NodeType::Disk;
    }
    return types;
}

/// Everybody within a group reaches everybody in it.
Reachability groups(const std::vector<std::string>& all)
{
    Reachability reachability;
    for (const std::string& group : all) {
        for (const NodeName& from : nodes(group)) {
            for (const NodeName& to : nodes(group)) {
                reachability.add(from, to);
            }
        }
    }
    return reachability;
}

bool pauses(const PartitionSettings& settings, std::string_view self, const NodeTypes& members,
            const Reachability& reachability)
{
    const PauseDecision decision = decidePause(settings, node(self), members, reachability);
    EXPECT_EQ(decision.mustPause, !decision.reason.empty());
    return decision.mustPause;
}

TEST(PartitionPolicy, TheMinorityPauses)
{
    const auto cut = groups({"a", "bc"});
    EXPECT_TRUE(pauses({}, "a", diskTypes("abc"), cut));
    EXPECT_FALSE(pauses({}, "b", diskTypes("abc"), cut));
    EXPECT_NE(decidePause({}, node("a"), diskTypes("abc"), cut).reason.find("1 of 3"),
              std::string::npos);
}

TEST(PartitionPolicy, HalfIsAMinority)
{
    const auto cut = groups({"ab", "cd"});
    for (const char* self : {"a", "b", "c", "d"}) {
        EXPECT_TRUE(pauses({}, self, diskTypes("abcd"), cut)) << self;
    }
    EXPECT_FALSE(pauses({}, "a", diskTypes("a"), {})) << "a cluster of one";
}

TEST(PartitionPolicy, OnlyDiskNodesCount)
{
    NodeTypes members = diskTypes("abc");
    members[node("b")] = members[node("c")] = NodeType::Ram;
    const auto cut = groups({"a", "bc"});
    EXPECT_FALSE(pauses({}, "a", members, cut));
    EXPECT_TRUE(pauses({}, "b", members, cut));
}

TEST(PartitionPolicy, AOneWayCutIsACut)
{
    Reachability reachability = groups({"abc"});
    EXPECT_FALSE(pauses({}, "a", diskTypes("abc"), reachability));
    reachability.remove(node("b"), node("a"));
    reachability.remove(node("a"), node("c"));
    EXPECT_TRUE(pauses({}, "a", diskTypes("abc"), reachability));
}

TEST(PartitionPolicy, NeverDoTwoSidesGoOn)
{
    Prng prng(9);
    for (int round = 0; round < 500; ++round) {
        const std::string letters = std::string("abcdefg").substr(0, 1 + prng.below(7));
        Reachability reachability;
        for (const NodeName& from : nodes(letters)) {
            for (const NodeName& to : nodes(letters)) {
                if (prng.below(3) > 0) reachability.add(from, to);
            }
        }
        std::size_t goingOn = 0;
        const auto sides = sidesOf(diskTypes(letters), reachability);
        std::size_t count = 0;
        for (const Side& side : sides) {
            count += side.size();
            for (const NodeName& one : side) {
                for (const NodeName& other : side) {
                    EXPECT_TRUE(reachability.areConnected(one, other));
                }
            }
            // Cut off from all that are not on its side, as after a full partition.
            Reachability within;
            for (const NodeName& one : side) {
                for (const NodeName& other : side) {
                    within.add(one, other);
                }
            }
            if (!decidePause({}, side.front(), diskTypes(letters), within).mustPause) goingOn += 1;
        }
        EXPECT_EQ(count, letters.size());
        EXPECT_LE(goingOn, 1u);
    }
}

TEST(PartitionPolicy, PausesIfAllOfSomeAreDown)
{
    const PartitionSettings settings{PartitionMode::PauseIfAllDown, nodes("ab"), false};
    const auto cut = groups({"ac", "d"});
    EXPECT_FALSE(pauses(settings, "a", diskTypes("abcd"), cut)) << "one of them itself";
    EXPECT_FALSE(pauses(settings, "c", diskTypes("abcd"), cut));
    EXPECT_TRUE(pauses(settings, "d", diskTypes("abcd"), cut));
    EXPECT_TRUE(pauses({PartitionMode::PauseIfAllDown, nodes("x"), false}, "a", diskTypes("a"), {}))
        << "nodes that are no members";
}

TEST(PartitionPolicy, TheOthersNeverPause)
{
    EXPECT_FALSE(pauses({PartitionMode::Ignore, {}, false}, "a", diskTypes("abc"), {}));
    EXPECT_FALSE(pauses({PartitionMode::Autoheal, {}, false}, "a", diskTypes("abc"), {}));
}

TEST(PartitionPolicy, APartialPartitionBecomesAFullOne)
{
    Reachability reachability = groups({"abc"});
    reachability.remove(node("a"), node("b"));
    EXPECT_EQ(sidesOf(diskTypes("abc"), reachability),
              (std::vector<Side>{nodes("ac"), nodes("b")}));
    EXPECT_EQ(sidesOf(diskTypes("abc"), groups({"abc"})).size(), 1u);
}

TEST(PartitionPolicy, HealsTowardsTheMostClientsThenTheMostNodes)
{
    const std::vector<Side> sides{nodes("bc"), nodes("a"), nodes("de")};
    EXPECT_EQ(decideHeal(sides, {{node("a"), 3}, {node("d"), 1}, {node("e"), 1}}),
              (HealDecision{nodes("a"), nodes("bcde")}));
    EXPECT_EQ(decideHeal(sides, {{node("a"), 1}, {node("d"), 1}}),
              (HealDecision{nodes("de"), nodes("abc")}));
    EXPECT_EQ(decideHeal(sides, {}), (HealDecision{nodes("bc"), nodes("ade")}));
}

TEST(PartitionPolicy, HealsOnceAllAreBack)
{
    const PartitionSettings heals{PartitionMode::Autoheal, {}, false};
    EXPECT_FALSE(mayHeal(heals, diskTypes("ab"), groups({"a", "b"})));
    EXPECT_TRUE(mayHeal(heals, diskTypes("ab"), groups({"ab"})));
    EXPECT_FALSE(mayHeal({}, diskTypes("ab"), groups({"ab"})));
    EXPECT_FALSE(
        mayHeal({PartitionMode::PauseIfAllDown, {}, false}, diskTypes("ab"), groups({"ab"})));
    EXPECT_TRUE(
        mayHeal({PartitionMode::PauseIfAllDown, {}, true}, diskTypes("ab"), groups({"ab"})));
}

}  // namespace
}  // namespace warren::cluster
