#include "core/raft/append_tracker.h"

#include <gtest/gtest.h>

namespace warren::raft {
namespace {

TEST(AppendTracker, SaysUpToWhereTheDiskHasIt)
{
    AppendTracker tracker;
    tracker.begin(1, 5, 3);
    tracker.begin(2, 8, 1);
    EXPECT_EQ(tracker.end(1), 7u);
    EXPECT_EQ(tracker.end(2), 8u);
    EXPECT_EQ(tracker.end(2), std::nullopt);
}

TEST(AppendTracker, DoesNotCountWhatWasTruncatedMeanwhile)
{
    AppendTracker tracker;
    tracker.begin(1, 5, 3);
    tracker.begin(2, 8, 2);
    tracker.truncate(6);
    tracker.begin(3, 6, 1);  // the same index again
    EXPECT_EQ(tracker.end(1), 5u);
    EXPECT_EQ(tracker.end(2), std::nullopt);
    EXPECT_EQ(tracker.end(3), 6u);
}

TEST(AppendTracker, DoesNotTakeATicketOutOfOrder)
{
    AppendTracker tracker;
    tracker.begin(1, 1, 1);
    tracker.begin(2, 2, 1);
    EXPECT_EQ(tracker.end(2), std::nullopt);
    EXPECT_EQ(tracker.end(1), 1u);
}

}  // namespace
}  // namespace warren::raft
