#include "core/session/event_encoder.h"

#include "core/amqp/methods.h"
#include "tests/support/broker_harness.h"
#include "tests/support/wire.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace warren::session {
namespace {

using broker::PlainReply;

class EventEncoderTest : public ::testing::Test {
protected:
    std::vector<test::OwnedFrame> encoded(const broker::EventBody& event,
                                          std::uint32_t frameBytesMax = 4096)
    {
        Buffer out;
        encoder.encode(3, event, frameBytesMax, out);
        return test::framesOf(out.view(), frameBytesMax);
    }
    template <typename Method>
    Method methodOf(const broker::EventBody& event)
    {
        m_frames = encoded(event);
        return test::methodIn<Method>(m_frames.front());
    }

    EventEncoder encoder;

private:
    std::vector<test::OwnedFrame> m_frames;  // what a method borrows from
};

TEST_F(EventEncoderTest, NamesConsumersByTheTagOfTheirSlot)
{
    (void)encoded(broker::ConsumeOk{0, "first"});
    (void)encoded(broker::ConsumeOk{1, "second"});
    const broker::MessagePtr message = test::messageOf("x", "k", "body");
    const auto deliver = methodOf<amqp::BasicDeliver>(broker::Delivery{1, true, 42, message});
    EXPECT_EQ(deliver.consumerTag, "second");
    EXPECT_EQ(deliver.deliveryTag, 42u);
    EXPECT_TRUE(deliver.redelivered);
    EXPECT_EQ(deliver.exchange, "x");
    EXPECT_EQ(deliver.routingKey, "k");
    (void)encoded(broker::ConsumeOk{1, "third"});
    EXPECT_EQ(methodOf<amqp::BasicDeliver>(broker::Delivery{1, false, 43, message}).consumerTag,
              "third")
        << "slots are used again";
}

TEST_F(EventEncoderTest, RemembersASilentConsumerAndSendsNothing)
{
    EXPECT_TRUE(encoded(broker::ConsumeOk{0, "quiet", true}).empty());
    const broker::MessagePtr message = test::messageOf("", "k", "");
    EXPECT_EQ(methodOf<amqp::BasicDeliver>(broker::Delivery{0, false, 1, message}).consumerTag,
              "quiet");
}

TEST_F(EventEncoderTest, KnowsNoConsumerThatWasNotAnnounced)
{
    const broker::MessagePtr message = test::messageOf("", "k", "");
    EXPECT_DEATH((void)encoded(broker::Delivery{7, false, 1, message}), "consumerTags");
}

TEST_F(EventEncoderTest, CutsABodyIntoFrames)
{
    (void)encoded(broker::ConsumeOk{0, "c"});
    const std::string body(10'000, 'a');
    const auto frames =
        encoded(broker::Delivery{0, false, 1, test::messageOf("", "k", body)}, 4096);
    ASSERT_EQ(frames.size(), 5u) << "method, header and three pieces of 4088 bytes";
    EXPECT_EQ(frames[2].payload.size(), 4088u);
    EXPECT_EQ(frames[2].payload + frames[3].payload + frames[4].payload, body);
    for (const auto& frame : frames)
        EXPECT_EQ(frame.channel, 3);
}

TEST_F(EventEncoderTest, ConfirmsAndRefuses)
{
    const auto ack = methodOf<amqp::BasicAck>(broker::Confirm{9, true, false});
    EXPECT_EQ(ack.deliveryTag, 9u);
    EXPECT_TRUE(ack.multiple);
    const auto nack = methodOf<amqp::BasicNack>(broker::Confirm{9, false, true});
    EXPECT_EQ(nack.deliveryTag, 9u);
    EXPECT_FALSE(nack.multiple);
}

TEST_F(EventEncoderTest, ReturnsAMessageWithItsReason)
{
    const auto returned = methodOf<amqp::BasicReturn>(
        broker::Returned{amqp::ReplyCode::NoRoute, test::messageOf("x", "k", "body")});
    EXPECT_EQ(returned.replyCode, 312);
    EXPECT_EQ(returned.replyText, "NO_ROUTE");
    EXPECT_EQ(returned.exchange, "x");
}

TEST_F(EventEncoderTest, AnswersAGet)
{
    const auto got =
        methodOf<amqp::BasicGetOk>(broker::GetOk{5, true, 17, test::messageOf("x", "k", "body")});
    EXPECT_EQ(got.deliveryTag, 5u);
    EXPECT_TRUE(got.redelivered);
    EXPECT_EQ(got.messageCount, 17u);
    (void)methodOf<amqp::BasicGetEmpty>(broker::GetEmpty{});
}

TEST_F(EventEncoderTest, SaysWhyItCloses)
{
    const amqp::AmqpError error{amqp::ReplyCode::NotFound, "no queue 'q' in vhost '/'", {50, 10}};
    const auto channel = methodOf<amqp::ChannelClose>(broker::ChannelFailed{error});
    EXPECT_EQ(channel.replyCode, 404);
    EXPECT_EQ(channel.replyText, "NOT_FOUND - no queue 'q' in vhost '/'");
    EXPECT_EQ(channel.classId, 50);
    EXPECT_EQ(channel.methodId, 10);
    const auto frames = encoded(broker::ConnectionFailed{error});
    EXPECT_EQ(frames.front().channel, 0) << "a connection is closed on channel 0";
    EXPECT_EQ(test::methodIn<amqp::ConnectionClose>(frames.front()).replyCode, 404);
}

TEST_F(EventEncoderTest, EncodesCounts)
{
    const auto declared = methodOf<amqp::QueueDeclareOk>(broker::DeclareQueueOk{"q", 3, 4});
    EXPECT_EQ(declared.queue, "q");
    EXPECT_EQ(declared.messageCount, 3u);
    EXPECT_EQ(declared.consumerCount, 4u);
    EXPECT_EQ(methodOf<amqp::QueuePurgeOk>(broker::PurgeOk{5}).messageCount, 5u);
    EXPECT_EQ(methodOf<amqp::QueueDeleteOk>(broker::DeleteQueueOk{6}).messageCount, 6u);
}

TEST_F(EventEncoderTest, EncodesCancelsAndBlocks)
{
    EXPECT_EQ(methodOf<amqp::BasicCancelOk>(broker::CancelOk{"c"}).consumerTag, "c");
    const auto cancel = methodOf<amqp::BasicCancel>(broker::CancelNotice{"c"});
    EXPECT_EQ(cancel.consumerTag, "c");
    EXPECT_TRUE(cancel.noWait) << "nobody answers it";
    EXPECT_EQ(methodOf<amqp::ConnectionBlocked>(broker::Blocked{"low on disk"}).reason,
              "low on disk");
    (void)methodOf<amqp::ConnectionUnblocked>(broker::Unblocked{});
}

TEST_F(EventEncoderTest, EncodesEveryPlainReply)
{
    (void)methodOf<amqp::ConnectionOpenOk>(PlainReply::ConnectionOpenOk);
    (void)methodOf<amqp::ConnectionCloseOk>(PlainReply::ConnectionCloseOk);
    (void)methodOf<amqp::ChannelOpenOk>(PlainReply::ChannelOpenOk);
    (void)methodOf<amqp::ChannelCloseOk>(PlainReply::ChannelCloseOk);
    (void)methodOf<amqp::AccessRequestOk>(PlainReply::AccessRequestOk);
    EXPECT_TRUE(methodOf<amqp::ChannelFlowOk>(PlainReply::FlowOkActive).active);
    EXPECT_FALSE(methodOf<amqp::ChannelFlowOk>(PlainReply::FlowOkPaused).active);
    (void)methodOf<amqp::ExchangeDeclareOk>(PlainReply::ExchangeDeclareOk);
    (void)methodOf<amqp::ExchangeDeleteOk>(PlainReply::ExchangeDeleteOk);
    (void)methodOf<amqp::ExchangeBindOk>(PlainReply::ExchangeBindOk);
    (void)methodOf<amqp::ExchangeUnbindOk>(PlainReply::ExchangeUnbindOk);
    (void)methodOf<amqp::QueueBindOk>(PlainReply::QueueBindOk);
    (void)methodOf<amqp::QueueUnbindOk>(PlainReply::QueueUnbindOk);
    (void)methodOf<amqp::BasicQosOk>(PlainReply::QosOk);
    (void)methodOf<amqp::BasicRecoverOk>(PlainReply::RecoverOk);
    (void)methodOf<amqp::ConfirmSelectOk>(PlainReply::ConfirmSelectOk);
    (void)methodOf<amqp::TxSelectOk>(PlainReply::TxSelectOk);
    (void)methodOf<amqp::TxCommitOk>(PlainReply::TxCommitOk);
    (void)methodOf<amqp::TxRollbackOk>(PlainReply::TxRollbackOk);
}

}  // namespace
}  // namespace warren::session
