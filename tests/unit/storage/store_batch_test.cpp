#include "core/storage/store_batch.h"

#include "core/storage/record_format.h"
#include "tests/unit/storage/operations.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <string>
#include <vector>

namespace warren::storage {
namespace {

using namespace warren::test;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// "position=queue/sequence body" for each message of a batch.
std::vector<std::string> messagesOf(const StoreBatch& batch)
{
    std::vector<std::string> lines;
    for (std::size_t slot = 0; slot < slotCount(batch.index.view()); ++slot) {
        const IndexEntry entry = loadIndexEntry(batch.index.view(), slot);
        if (!entry.hasMessage()) continue;
        const auto loaded =
            loadRecord(batch.records.view().subspan(entry.recordOffset, entry.recordBytes));
        lines.push_back(std::to_string(batch.segmentId + slot) + "=" +
                        std::to_string(entry.queue.value) + "/" + std::to_string(entry.sequence) +
                        " " + std::string{textOf(loaded->body())});
    }
    return lines;
}

std::vector<broker::LogPosition> removalsOf(const StoreBatch& batch)
{
    std::vector<broker::LogPosition> positions;
    for (const auto& removed : batch.removals) {
        positions.push_back(removed.position);
    }
    return positions;
}

TEST(BatchBuilder, PutsWhatWasAddedIntoOneBatch)
{
    BatchBuilder builder;
    builder.add(operations(putQueue(1, 7, "q"), enqueue(7, 1, 2, "a")));
    builder.add(operations(enqueue(7, 2, 3, "b"), mark(7, 64, 4)));
    const StoreBatch batch = builder.take();

    EXPECT_TRUE(builder.isEmpty());
    EXPECT_EQ(batch.lastPosition, 4u);
    EXPECT_EQ(batch.segmentId, 2u);
    EXPECT_THAT(messagesOf(batch), ElementsAre("2=7/1 a", "3=7/2 b"));
    EXPECT_EQ(batch.changes.size(), 1u);
    ASSERT_EQ(batch.marks.size(), 1u);
    EXPECT_EQ(batch.marks[0].upTo, 64u);
}

TEST(BatchBuilder, NeverWritesAMessageThatWasRemovedInTime)
{
    BatchBuilder builder;
    builder.add(operations(enqueue(1, 1, 1, "a"), enqueue(1, 2, 2, "b"), enqueue(1, 3, 3, "c")));
    builder.add(operations(removal(1, 2)));
    const StoreBatch batch = builder.take();

    EXPECT_THAT(messagesOf(batch), ElementsAre("1=1/1 a", "3=1/3 c"));
    EXPECT_THAT(removalsOf(batch), IsEmpty());
    EXPECT_EQ(builder.elidedCount(), 1u);
}

TEST(BatchBuilder, ABatchOfRemovedMessagesIsEmptyButHasItsPositions)
{
    BatchBuilder builder;
    builder.add(operations(enqueue(1, 1, 1, "a"), enqueue(1, 2, 2, "b")));
    builder.add(operations(removal(1, 1), removal(1, 2)));
    EXPECT_TRUE(builder.hasPositions());
    EXPECT_EQ(builder.pendingBytes(), 0u);
    const StoreBatch batch = builder.take();

    EXPECT_TRUE(batch.isEmpty());
    EXPECT_EQ(batch.lastPosition, 2u);
}

TEST(BatchBuilder, ARemovalOfAnEarlierBatchIsWritten)
{
    BatchBuilder builder;
    builder.add(operations(enqueue(1, 1, 1, "a")));
    (void)builder.take();
    builder.add(operations(removal(1, 1)));
    EXPECT_FALSE(builder.isEmpty());
    EXPECT_FALSE(builder.hasPositions());
    const StoreBatch batch = builder.take();

    EXPECT_THAT(removalsOf(batch), ElementsAre(1u));
    EXPECT_EQ(batch.lastPosition, 0u);
}

TEST(BatchBuilder, ARemovalWithoutAPositionWasNeverStored)
{
    BatchBuilder builder;
    builder.add(operations(removal(1, 0)));
    EXPECT_TRUE(builder.isEmpty());
}

TEST(BatchBuilder, FindsMessagesAcrossGapsInThePositions)
{
    BatchBuilder builder;
    builder.add(operations(enqueue(1, 1, 10, "a"), enqueue(1, 2, 20, "b"), enqueue(1, 3, 25, "c")));
    builder.add(operations(removal(1, 20)));
    const StoreBatch batch = builder.take();

    EXPECT_EQ(slotCount(batch.index.view()), 16u);
    EXPECT_THAT(messagesOf(batch), ElementsAre("10=1/1 a", "25=1/3 c"));
}

TEST(BatchBuilder, ADeadLetteredMessageIsNotWrittenIfItsNewPlacesGoAlong)
{
    BatchBuilder builder;
    builder.add(operations(enqueue(1, 1, 1, "moved"), enqueue(1, 2, 2, "kept")));
    builder.add(operations(enqueue(2, 1, 3, "moved"), deadLettered(1, 1)));
    const StoreBatch batch = builder.take();

    EXPECT_THAT(messagesOf(batch), ElementsAre("2=1/2 kept", "3=2/1 moved"));
    EXPECT_THAT(removalsOf(batch), IsEmpty());
    EXPECT_EQ(builder.elidedCount(), 1u);
    EXPECT_EQ(builder.pendingBytes(), 0u);
    EXPECT_TRUE(builder.isEmpty());
}

TEST(BatchBuilder, ADeadLetteredMessageStaysUntilItsNewPlacesAreDurable)
{
    const broker::LogPosition far = BatchBuilder::kSlotCountMax + 5;
    BatchBuilder builder;
    builder.add(operations(enqueue(1, 1, 1, "moved"), enqueue(2, 1, far, "moved"),
                           deadLettered(1, 1), removal(1, 0)));
    const StoreBatch first = builder.take();
    EXPECT_THAT(messagesOf(first), ElementsAre("1=1/1 moved"));
    EXPECT_THAT(removalsOf(first), IsEmpty());

    const StoreBatch second = builder.take();
    EXPECT_THAT(messagesOf(second), ElementsAre(std::to_string(far) + "=2/1 moved"));
    EXPECT_THAT(removalsOf(second), ElementsAre(1u));
    EXPECT_EQ(builder.elidedCount(), 0u);
}

TEST(BatchBuilder, ADeadLetteredMessageOfAnEarlierBatchGoesWithItsNewPlaces)
{
    BatchBuilder builder;
    builder.add(operations(enqueue(1, 1, 1, "moved")));
    (void)builder.take();
    builder.add(operations(enqueue(2, 1, 2, "moved"), deadLettered(1, 1)));
    const StoreBatch batch = builder.take();
    EXPECT_THAT(messagesOf(batch), ElementsAre("2=2/1 moved"));
    EXPECT_THAT(removalsOf(batch), ElementsAre(1u));
}

TEST(BatchBuilder, AMessageThatMovesOnAndOnIsWrittenInItsLastPlace)
{
    BatchBuilder builder;
    builder.add(operations(enqueue(1, 1, 1, "moved"), enqueue(2, 1, 2, "moved"), deadLettered(1, 1),
                           enqueue(3, 1, 3, "moved"), deadLettered(2, 2)));
    EXPECT_THAT(messagesOf(builder.take()), ElementsAre("3=3/1 moved"));

    builder.add(operations(enqueue(1, 2, 4, "acked"), enqueue(2, 2, 5, "acked"), deadLettered(1, 4),
                           removal(2, 5)));
    const StoreBatch batch = builder.take();
    EXPECT_TRUE(batch.isEmpty());
    EXPECT_EQ(batch.lastPosition, 5u);
}

TEST(BatchBuilder, CountsOfDeliveriesGoWithWhatCameBeforeThem)
{
    const std::string body(700 * 1024, 'x');
    BatchBuilder builder;
    builder.add(operations(enqueue(1, 1, 1, "first")));
    (void)builder.take();
    builder.add(operations(enqueue(2, 1, 2, body), enqueue(2, 2, 3, body), counted(1, 1, 1),
                           counted(2, 3, 1), counted(1, 1, 2)));
    EXPECT_THAT(builder.take().counts, IsEmpty());
    const auto counts = builder.take().counts;
    ASSERT_EQ(counts.size(), 3u);
    EXPECT_EQ(counts[1].position, 3u);
    EXPECT_EQ(counts[2].position, 1u);
    EXPECT_EQ(counts[2].count, 2u);
}

TEST(BatchBuilder, ACountAloneMakesABatchThatNobodyWaitsFor)
{
    BatchBuilder builder;
    builder.add(operations(enqueue(1, 1, 1, "a")));
    (void)builder.take();
    builder.add(operations(counted(1, 1, 1)));
    EXPECT_FALSE(builder.isEmpty());
    EXPECT_FALSE(builder.hasPositions());
    const StoreBatch batch = builder.take();
    EXPECT_FALSE(batch.isEmpty());
    EXPECT_EQ(batch.lastPosition, 0u);
}

TEST(BatchBuilder, ForgetsTheCountsOfMessagesThatAreNeverWritten)
{
    BatchBuilder builder;
    builder.add(operations(enqueue(1, 1, 1, "acked"), enqueue(1, 2, 2, "moved"), counted(1, 1, 1),
                           counted(1, 2, 1), removal(1, 1), enqueue(2, 1, 3, "moved"),
                           deadLettered(1, 2), removal(2, 3)));
    EXPECT_TRUE(builder.take().isEmpty());
}

TEST(BatchBuilder, KeepsWhenAMessageExpires)
{
    BatchBuilder builder;
    builder.add(
        operations(expiring(enqueue(1, 1, 1, "a"), 1'700'000'000'123), enqueue(1, 2, 2, "b")));
    const StoreBatch batch = builder.take();
    EXPECT_EQ(loadIndexEntry(batch.index.view(), 0).expiresAt.sinceEpoch.count(),
              1'700'000'000'123);
    EXPECT_EQ(loadIndexEntry(batch.index.view(), 1).expiresAt, WallTime{});
}

TEST(BatchBuilder, KeepsTheLastMarkOfEachPriority)
{
    BatchBuilder builder;
    builder.add(operations(mark(1, 64, 1, 0), mark(1, 32, 2, 9), mark(1, 128, 3, 0),
                           mark(2, 5, 4, 9), mark(1, 96, 5, 9)));
    const StoreBatch batch = builder.take();
    ASSERT_EQ(batch.marks.size(), 3u);
    EXPECT_EQ(batch.marks[0].priority, 0u);
    EXPECT_EQ(batch.marks[0].upTo, 128u);
    EXPECT_EQ(batch.marks[1].priority, 9u);
    EXPECT_EQ(batch.marks[1].upTo, 96u);
    EXPECT_EQ(batch.marks[2].queue, QueueId{2});
    EXPECT_EQ(batch.marks[2].upTo, 5u);
}

TEST(BatchBuilder, KeepsTheLastMarkOfEachQueue)
{
    BatchBuilder builder;
    builder.add(operations(mark(1, 64, 1), mark(2, 32, 2), mark(1, 128, 3), mark(1, 70, 4)));
    const StoreBatch batch = builder.take();

    ASSERT_EQ(batch.marks.size(), 2u);
    EXPECT_EQ(batch.marks[0].queue, QueueId{1});
    EXPECT_EQ(batch.marks[0].upTo, 70u) << "the exact mark of a shutdown may be lower";
    EXPECT_EQ(batch.marks[1].upTo, 32u);
}

TEST(BatchBuilder, EndsABatchBeforeItGrowsTooLarge)
{
    const std::string body(300 * 1024, 'x');
    BatchBuilder builder;
    for (std::uint64_t i = 1; i <= 7; ++i) {
        builder.add(operations(enqueue(1, i, i, body)));
    }
    std::vector<std::size_t> counts;
    while (!builder.isEmpty()) {
        const StoreBatch batch = builder.take();
        EXPECT_LE(batch.records.size(), BatchBuilder::kRecordBytesMax);
        counts.push_back(slotCount(batch.index.view()));
    }
    EXPECT_THAT(counts, ElementsAre(3u, 3u, 1u));
    EXPECT_EQ(builder.pendingBytes(), 0u);
}

TEST(BatchBuilder, AVeryLargeMessageMakesABatchOfItsOwn)
{
    BatchBuilder builder;
    builder.add(operations(enqueue(1, 1, 1, "small")));
    builder.add(operations(enqueue(1, 2, 2, std::string(3 * 1024 * 1024, 'x'))));
    builder.add(operations(enqueue(1, 3, 3, "small")));

    EXPECT_EQ(builder.take().lastPosition, 1u);
    EXPECT_EQ(builder.take().lastPosition, 2u);
    EXPECT_EQ(builder.take().lastPosition, 3u);
}

TEST(BatchBuilder, LimitsTheIndexOfABatch)
{
    BatchBuilder builder;
    builder.add(operations(enqueue(1, 1, 1, "a"),
                           enqueue(1, 2, BatchBuilder::kSlotCountMax + 1, "b"),
                           enqueue(1, 3, broker::LogPosition{1} << 40, "c")));
    EXPECT_EQ(slotCount(builder.take().index.view()), 1u);
    EXPECT_EQ(slotCount(builder.take().index.view()), 1u);
    EXPECT_EQ(slotCount(builder.take().index.view()), 1u);
}

TEST(BatchBuilder, WritesAMessageOfSeveralQueuesOnce)
{
    const auto shared = message("shared");
    BatchBuilder builder;
    builder.add(operations(enqueue(1, 1, 1, shared), enqueue(2, 1, 2, shared),
                           enqueue(3, 1, 3, shared), enqueue(1, 2, 4, "own")));
    builder.add(operations(removal(2, 2)));
    const StoreBatch batch = builder.take();

    EXPECT_THAT(messagesOf(batch), ElementsAre("1=1/1 shared", "3=3/1 shared", "4=1/2 own"));
    EXPECT_EQ(batch.records.size(), recordBytes(*shared) + recordBytes(*message("own")));
}

TEST(BatchBuilder, ARemovalIsNotWrittenBeforeWhatCameBeforeIt)
{
    BatchBuilder builder;
    builder.add(operations(enqueue(1, 1, 1, "first")));
    (void)builder.take();

    const std::string body(700 * 1024, 'x');
    builder.add(operations(enqueue(2, 1, 2, body), enqueue(2, 2, 3, body), removal(1, 1)));
    EXPECT_THAT(removalsOf(builder.take()), IsEmpty());
    EXPECT_THAT(removalsOf(builder.take()), ElementsAre(1u));
}

TEST(BatchBuilder, DropsMessagesAndMarksOfAQueueThatIsRemovedInTheSameBatch)
{
    BatchBuilder builder;
    builder.add(operations(putQueue(1, 5, "q"), enqueue(5, 1, 2, "gone"), enqueue(6, 1, 3, "kept"),
                           mark(5, 10, 4), removeQueue(5, 5, "q")));
    const StoreBatch batch = builder.take();

    EXPECT_THAT(messagesOf(batch), ElementsAre("3=6/1 kept"));
    EXPECT_THAT(batch.marks, IsEmpty());
    EXPECT_EQ(batch.changes.size(), 2u);
    EXPECT_EQ(batch.lastPosition, 5u);
}

TEST(BatchBuilder, CountsBytesUntilTheyAreTaken)
{
    BatchBuilder builder;
    builder.add(operations(enqueue(1, 1, 1, "12345"), enqueue(1, 2, 2, "123")));
    const std::size_t bytes = recordBytes(*message("12345")) + recordBytes(*message("123"));
    EXPECT_EQ(builder.pendingBytes(), bytes);
    EXPECT_EQ(builder.take().pendingBytes, bytes);
    EXPECT_EQ(builder.pendingBytes(), 0u);
}

TEST(BatchBuilderDeathTest, PositionsMustRise)
{
    BatchBuilder builder;
    builder.add(operations(enqueue(1, 1, 5, "a")));
    EXPECT_DEATH(builder.add(operations(enqueue(1, 2, 5, "b"))), "position");
}

}  // namespace
}  // namespace warren::storage
