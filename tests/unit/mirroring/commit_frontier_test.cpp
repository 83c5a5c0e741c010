#include "core/mirroring/commit_frontier.h"

#include <gtest/gtest.h>

namespace warren::mirroring {
namespace {

TEST(CommitFrontier, reachesTheLimitWhenNothingIsExpected)
{
    EXPECT_EQ(CommitFrontier{}.reached(7), 7u);
}

TEST(CommitFrontier, endsBeforeTheFirstPositionThatWaits)
{
    CommitFrontier frontier;
    frontier.expect(5);
    frontier.expect(9);
    EXPECT_EQ(frontier.reached(20), 4u);
    EXPECT_EQ(frontier.reached(3), 3u);
    frontier.satisfy(5);
    EXPECT_EQ(frontier.reached(20), 8u);
    frontier.satisfy(9);
    EXPECT_EQ(frontier.reached(20), 20u);
}

TEST(CommitFrontier, waitsForAsManyAnswersAsWereExpected)
{
    CommitFrontier frontier;
    frontier.expect(5);
    frontier.expect(5);
    frontier.satisfy(5);
    EXPECT_EQ(frontier.reached(20), 4u);
    frontier.satisfy(5);
    EXPECT_EQ(frontier.reached(20), 20u);
}

TEST(CommitFrontier, answersMayComeInAnyOrder)
{
    CommitFrontier frontier;
    for (const LogPosition position : {3u, 4u, 6u})
        frontier.expect(position);
    frontier.satisfy(6);
    frontier.satisfy(4);
    EXPECT_EQ(frontier.reached(20), 2u);
    frontier.satisfy(3);
    EXPECT_EQ(frontier.reached(20), 20u);
}

TEST(CommitFrontier, takesAPositionBeforeTheFirstOne)
{
    CommitFrontier frontier;
    frontier.expect(8);
    frontier.expect(3);
    EXPECT_EQ(frontier.reached(20), 2u);
    frontier.satisfy(3);
    EXPECT_EQ(frontier.reached(20), 7u);
}

TEST(CommitFrontierDeathTest, knowsWhatWasNotExpected)
{
    CommitFrontier frontier;
    frontier.expect(8);
    EXPECT_DEATH(frontier.satisfy(9), "position");
}

}  // namespace
}  // namespace warren::mirroring
