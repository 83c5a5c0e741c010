#include "core/broker/redelivery_mark.h"

#include <gtest/gtest.h>

namespace warren::broker {
namespace {

TEST(RedeliveryMark, CoversNothingAtFirst)
{
    const RedeliveryMark mark;
    EXPECT_FALSE(mark.covers(1, 1, 100));
}

TEST(RedeliveryMark, CoversAfterItsCommit)
{
    RedeliveryMark mark;
    mark.extend(10, 5, 4);
    EXPECT_FALSE(mark.covers(3, 2, 4)) << "the mark can be lost and the message not";
    EXPECT_TRUE(mark.covers(3, 2, 5));
    EXPECT_FALSE(mark.covers(11, 2, 5));
}

TEST(RedeliveryMark, CoversAtOnceWhatLiesBehindItInTheLog)
{
    RedeliveryMark mark;
    mark.extend(10, 5, 0);
    EXPECT_TRUE(mark.covers(4, 6, 0)) << "durable only together with the mark";
}

TEST(RedeliveryMark, StillCoversTheCommittedPartWhileItMovesOn)
{
    RedeliveryMark mark;
    mark.extend(10, 5, 0);
    mark.extend(20, 9, 5);
    EXPECT_TRUE(mark.covers(10, 1, 5));
    EXPECT_FALSE(mark.covers(11, 6, 8));
    EXPECT_TRUE(mark.covers(11, 6, 9));
}

TEST(RedeliveryMark, ForgetsAnEarlierMarkThatWasNotCommittedWhenItMoved)
{
    RedeliveryMark mark;
    mark.extend(10, 5, 0);
    mark.extend(20, 9, 0);
    EXPECT_FALSE(mark.covers(10, 1, 5)) << "not wrong, only careful";
    EXPECT_TRUE(mark.covers(10, 1, 9));
}

TEST(RedeliveryMark, CoversWhatTheStoreGaveBack)
{
    RedeliveryMark mark;
    mark.restore(8);
    EXPECT_TRUE(mark.covers(8, 3, 0));
    EXPECT_FALSE(mark.covers(9, 4, 100));
}

}  // namespace
}  // namespace warren::broker
