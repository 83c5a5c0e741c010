#include "core/storage/segment_table.h"

#include "core/storage/record_format.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <initializer_list>
#include <vector>

namespace warren::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// An index with a message per slot, of these queues; 0: no message.
std::vector<std::byte> indexOf(std::initializer_list<std::uint64_t> queues)
{
    std::vector<std::byte> index(queues.size() * IndexEntry::kBytes);
    std::byte* at = index.data();
    for (const std::uint64_t queue : queues) {
        if (queue != 0) {
            storeIndexEntry(
                at, {.queue = {queue}, .sequence = 1, .recordOffset = 0, .recordBytes = 10});
        }
        at += IndexEntry::kBytes;
    }
    return index;
}

TEST(SegmentTable, CountsLiveMessagesPerQueueAndSegment)
{
    SegmentTable table;
    table.add(10, indexOf({1, 0, 2, 1}), 40);
    table.add(20, indexOf({2}), 10);

    EXPECT_EQ(table.liveCount({1}), 2u);
    EXPECT_EQ(table.liveCount({2}), 2u);
    EXPECT_EQ(table.liveCount({3}), 0u);
    EXPECT_EQ(table.liveCount(), 4u);
    EXPECT_EQ(table.segment(10).liveCount, 3u);
    EXPECT_EQ(table.endPosition(), 21u);
    EXPECT_FALSE(table.isLive(10, 1));
    EXPECT_TRUE(table.isLive(10, 2));
}

TEST(SegmentTable, SettlesEachMessageOnce)
{
    SegmentTable table;
    table.add(10, indexOf({1, 1, 1}), 30);
    table.settle({1}, 11);
    table.settle({1}, 11);

    EXPECT_EQ(table.liveCount({1}), 2u);
    EXPECT_FALSE(table.isLive(10, 1));
    EXPECT_THAT(table.takeDirty(), ElementsAre(10u));
    EXPECT_THAT(table.takeDirty(), IsEmpty());
}

TEST(SegmentTable, IgnoresPositionsWithoutALiveMessage)
{
    SegmentTable table;
    table.add(10, indexOf({1, 0, 1}), 20);
    table.add(20, indexOf({1}), 10);
    for (const broker::LogPosition position : {1, 9, 11, 13, 19, 21, 1000}) {
        table.settle({1}, position);
    }
    EXPECT_EQ(table.liveCount(), 3u);
    EXPECT_THAT(table.takeDirty(), IsEmpty());
}

TEST(SegmentTable, ForgetsASegmentThatIsSettled)
{
    SegmentTable table;
    table.add(10, indexOf({1}), 10);
    table.add(20, indexOf({1}), 10);
    table.settle({1}, 10);
    (void)table.takeDirty();
    table.remove(10);
    table.settle({1}, 10);
    table.settle({1}, 20);

    EXPECT_EQ(table.segmentCount(), 1u);
    EXPECT_EQ(table.segmentFrom(1), 20u);
    EXPECT_EQ(table.segmentFrom(21), 0u);
    EXPECT_EQ(table.liveCount(), 0u);
}

TEST(SegmentTable, StartsWithTheBitmapThatWasStored)
{
    SegmentTable table;
    const std::vector<std::byte> settled{std::byte{0b101}};
    table.add(10, indexOf({1, 1, 2, 2}), 40, settled);

    EXPECT_EQ(table.liveCount({1}), 1u);
    EXPECT_EQ(table.liveCount({2}), 1u);
    EXPECT_FALSE(table.isLive(10, 0));
    EXPECT_TRUE(table.isLive(10, 1));
    EXPECT_THAT(table.takeDirty(), IsEmpty());
}

TEST(SegmentTable, SettlesEverythingOfSomeQueues)
{
    SegmentTable table;
    const auto index = indexOf({1, 2, 3, 1});
    table.add(10, index, 40);
    table.settleQueues(10, index, {QueueId{1}, QueueId{3}});

    EXPECT_EQ(table.liveCount(), 1u);
    EXPECT_EQ(table.liveCount({2}), 1u);
}

TEST(SegmentTable, KnowsWhereTheMessagesOfAQueueBegin)
{
    SegmentTable table;
    table.add(10, indexOf({1}), 10);
    table.add(20, indexOf({2, 1}), 20);
    EXPECT_EQ(table.firstSegmentOf({1}), 10u);
    EXPECT_EQ(table.firstSegmentOf({2}), 20u);
    EXPECT_EQ(table.firstSegmentOf({3}), table.endPosition());
}

TEST(SegmentTable, ALargeSegmentWithFewSurvivorsIsSparseUntilItIsRewritten)
{
    constexpr std::uint64_t kBytes = 1024 * 1024;
    SegmentTable table;
    table.add(10, indexOf({1, 1, 1, 1, 1, 1, 1, 1}), kBytes);
    for (const broker::LogPosition position : {10, 11, 12, 13, 14}) {
        table.settle({1}, position);
    }
    EXPECT_EQ(table.sparseSegment(), 0u);
    table.settle({1}, 15);
    EXPECT_EQ(table.sparseSegment(), 10u);
    EXPECT_EQ(table.sparseBytes(), kBytes);

    table.setRewritten(10, kBytes / 4);
    EXPECT_EQ(table.sparseSegment(), 0u);
    EXPECT_EQ(table.sparseBytes(), 0u);
}

TEST(SegmentTable, KeepsDeliveryCountsOfLiveMessages)
{
    SegmentTable table;
    table.add(10, indexOf({1, 0, 1}), 20);
    table.setDeliveryCount(10, 1);
    table.setDeliveryCount(10, 2);
    for (const broker::LogPosition position : {9, 11, 13}) {
        table.setDeliveryCount(position, 7);
    }
    EXPECT_EQ(table.deliveryCount(10, 0), 2u);
    EXPECT_EQ(table.deliveryCount(10, 1), 0u);
    EXPECT_EQ(table.deliveryCount(10, 2), 0u);
    EXPECT_THAT(table.takeDirtyCounts(), ElementsAre(10u));
    EXPECT_THAT(table.takeDirtyCounts(), IsEmpty());
    EXPECT_THAT(table.takeDirty(), IsEmpty());
}

TEST(SegmentTable, ADeliveryCountGoesWithItsMessage)
{
    SegmentTable table;
    table.add(10, indexOf({1, 1, 1}), 30);
    table.setDeliveryCount(10, 1);
    table.setDeliveryCount(11, 1);
    (void)table.takeDirtyCounts();
    table.settle({1}, 10);
    EXPECT_EQ(table.segment(10).deliveryCounts.size(), 1u);
    EXPECT_THAT(table.takeDirtyCounts(), IsEmpty()) << "what is on disk says nothing any more";
    table.settle({1}, 11);
    EXPECT_THAT(table.takeDirtyCounts(), ElementsAre(10u)) << "nothing is left";
    table.settle({1}, 12);
    EXPECT_THAT(table.takeDirtyCounts(), IsEmpty());
}

TEST(SegmentTable, DeliveryCountsOfSettledMessagesAreNotRestored)
{
    SegmentTable table;
    const std::vector<std::byte> settled{std::byte{0b01}};
    table.add(10, indexOf({1, 1}), 20, settled);
    table.restoreDeliveryCount(10, 0, 5);
    table.restoreDeliveryCount(10, 1, 6);
    EXPECT_EQ(table.deliveryCount(10, 0), 0u);
    EXPECT_EQ(table.deliveryCount(10, 1), 6u);
    EXPECT_THAT(table.takeDirtyCounts(), IsEmpty());
}

TEST(SegmentTable, ASmallSegmentIsNeverSparse)
{
    SegmentTable table;
    table.add(10, indexOf({1, 1, 1, 1, 1}), 1000);
    for (const broker::LogPosition position : {10, 11, 12, 13}) {
        table.settle({1}, position);
    }
    EXPECT_EQ(table.sparseSegment(), 0u);
}

TEST(SegmentTable, StaysUsableWhenItIsMoved)
{
    SegmentTable first;
    first.add(10, indexOf({1, 1}), 20);
    first.settle({1}, 10);
    SegmentTable table = std::move(first);
    table.settle({1}, 11);
    EXPECT_EQ(table.liveCount(), 0u);
}

}  // namespace
}  // namespace warren::storage
