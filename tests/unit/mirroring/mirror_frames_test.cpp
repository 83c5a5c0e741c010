#include "core/mirroring/mirror_frames.h"

#include <gtest/gtest.h>

#include <string>

namespace warren::mirroring {
namespace {

broker::MessagePtr message(std::string_view body)
{
    return broker::makeMessage("x", "k", {}, true, bytesOf(body));
}

TEST(MirrorFrames, operationsComeBackInOrder)
{
    OperationWriter writer;
    writer.add({4}, 2,
               MirrorEnqueue{
                   .sequence = 9, .expiresAt = {}, .deliveryCount = 3, .message = message("one")});
    writer.add({4}, 2, MirrorRemove{8});
    writer.add({5}, 1, MirrorMark{4096, 2});
    writer.add({5}, 1, MirrorCount{7, 11});
    const auto frame = decodeOperations(bytesOf(writer.take(17)));
    ASSERT_TRUE(frame.has_value());
    EXPECT_EQ(frame->frame, 17u);
    ASSERT_EQ(frame->operations.size(), 4u);
    EXPECT_EQ(frame->operations[0].queue, QueueId{4});
    EXPECT_EQ(frame->operations[0].epoch, 2u);
    const auto& enqueue = std::get<MirrorEnqueue>(frame->operations[0].body);
    EXPECT_EQ(enqueue.sequence, 9u);
    EXPECT_EQ(enqueue.deliveryCount, 3u);
    EXPECT_EQ(textOf(enqueue.message->body()), "one");
    EXPECT_EQ(std::get<MirrorRemove>(frame->operations[1].body).sequence, 8u);
    EXPECT_EQ(std::get<MirrorMark>(frame->operations[2].body).upTo, 4096u);
    EXPECT_EQ(std::get<MirrorMark>(frame->operations[2].body).priority, 2u);
    EXPECT_EQ(std::get<MirrorCount>(frame->operations[3].body).deliveryCount, 11u);
    EXPECT_TRUE(writer.isEmpty());
}

TEST(MirrorFrames, aMessageOfSeveralQueuesTravelsOnce)
{
    const auto shared = message(std::string(10'000, 'b'));
    OperationWriter writer;
    for (const std::uint64_t queue : {1u, 2u, 3u})
        writer.add({queue}, 1, MirrorEnqueue{.sequence = 1, .message = shared});
    const std::string bytes = writer.take(1);
    EXPECT_LT(bytes.size(), 11'000u);
    const auto frame = decodeOperations(bytesOf(bytes));
    ASSERT_TRUE(frame.has_value());
    for (const MirrorOperation& operation : frame->operations) {
        EXPECT_EQ(std::get<MirrorEnqueue>(operation.body).message->bodyBytes(), 10'000u);
    }
}

TEST(MirrorFrames, whatIsCutOffOrTooLongIsNone)
{
    OperationWriter writer;
    writer.add({4}, 2, MirrorEnqueue{.sequence = 9, .message = message("one")});
    writer.add({4}, 2, MirrorRemove{8});
    const std::string bytes = writer.take(1);
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(decodeOperations(bytesOf(std::string_view{bytes}.substr(0, size)))) << size;
    EXPECT_FALSE(decodeOperations(bytesOf(bytes + "x")));
}

TEST(MirrorFrames, theFirstBodyMustBeThere)
{
    OperationWriter writer;
    writer.add({4}, 2, MirrorEnqueue{.sequence = 9, .message = message("one")});
    std::string bytes = writer.take(1);
    // frame, count, kind, queue, epoch, sequence, expiry, count: then the length of the record
    constexpr std::size_t kLengthAt = 8 + 4 + 1 + 8 + 8 + 8 + 8 + 4;
    bytes.resize(kLengthAt);
    bytes.append(4, '\0');
    EXPECT_FALSE(decodeOperations(bytesOf(bytes)));
}

}  // namespace
}  // namespace warren::mirroring
