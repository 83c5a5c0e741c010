#include "tests/sim/directed_runs.h"

#include <gtest/gtest.h>

namespace warren::sim {
namespace {

TEST(RaftSimulation, GivesTheSameRunForTheSameSeed)
{
    const auto messagesOf = [](std::uint64_t seed) {
        RandomRun run(seed, {.faultyTime = std::chrono::seconds(5)});
        EXPECT_EQ(run.run(), std::nullopt);
        return std::pair{run.world().statistics.messages, run.world().statistics.acknowledged};
    };
    EXPECT_EQ(messagesOf(7), messagesOf(7));
    EXPECT_NE(messagesOf(7), messagesOf(8));
}

TEST(RaftSimulation, LosesNothingWhenAnOldLeaderRejoins)
{
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        EXPECT_EQ(rejoinOfAnOldLeader(seed, {}), std::nullopt) << "seed " << seed;
    }
}

TEST(RaftSimulation, KeepsMembersThatChangedInTheMiddleOfABatch)
{
    RunOptions withoutGuard;
    withoutGuard.guards.splitsChanges = false;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        EXPECT_EQ(batchedChange(seed, {}), std::nullopt) << "seed " << seed;
        EXPECT_NE(batchedChange(seed, withoutGuard), std::nullopt) << "seed " << seed;
    }
}

TEST(RaftSimulation, KeepsASoleVoterAndItsStandbyTheSame)
{
    RunOptions withoutGuard;
    withoutGuard.guards.raisesTermOfLoneVoter = false;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        EXPECT_EQ(loneVoterRestarts(seed, {}), std::nullopt) << "seed " << seed;
        EXPECT_NE(loneVoterRestarts(seed, withoutGuard), std::nullopt) << "seed " << seed;
    }
}

TEST(RaftSimulation, DoesNotWaitForALeaderThatIsKnownToBeGone)
{
    for (std::uint64_t seed = 1; seed <= 30; ++seed)
        EXPECT_EQ(leaderIsKnownToBeGone(seed), std::nullopt) << "seed " << seed;
}

// Why a member without a disk needs a new id whenever it starts.
TEST(RaftSimulation, AMemberWithoutDiskCatchesUpUnderANewIdOnly)
{
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        EXPECT_EQ(volatileMemberReturns(seed, true), std::nullopt) << "seed " << seed;
        EXPECT_NE(volatileMemberReturns(seed, false), std::nullopt) << "seed " << seed;
    }
}

}  // namespace
}  // namespace warren::sim
