#include "core/session/command_decoder.h"

#include "core/amqp/methods.h"
#include "tests/support/wire.h"

#include <gtest/gtest.h>

#include <string>

namespace warren::session {
namespace {

using amqp::ReplyCode;

/// Decodes a method as it comes over the wire; what it gives borrows from here.
class CommandDecoderTest : public ::testing::Test {
protected:
    template <typename Method>
    Result<broker::CommandBody, amqp::AmqpError> decode(const Method& method)
    {
        m_payload = test::framesOf(bytesOf(test::methodFrame(1, method))).front().payload;
        return decodeCommand(bytesOf(m_payload));
    }
    template <typename Command, typename Method>
    Command decodedAs(const Method& method)
    {
        auto command = decode(method);
        EXPECT_TRUE(command.isOk());
        EXPECT_TRUE(std::holds_alternative<Command>(*command));
        return std::get<Command>(std::move(*command));
    }

private:
    std::string m_payload;
};

TEST_F(CommandDecoderTest, KeepsEveryFieldOfADeclaration)
{
    const auto queue = decodedAs<broker::DeclareQueue>(amqp::QueueDeclare{
        .queue = "q", .durable = true, .autoDelete = true, .arguments = {{"a", true}}});
    EXPECT_EQ(queue.name, "q");
    EXPECT_TRUE(queue.isDurable && queue.isAutoDelete);
    EXPECT_FALSE(queue.isPassive || queue.isExclusive || queue.noWait);
    EXPECT_EQ(queue.arguments, (amqp::FieldTable{{"a", true}}));

    const auto exchange = decodedAs<broker::DeclareExchange>(
        amqp::ExchangeDeclare{.exchange = "x", .type = "topic", .passive = true, .internal = true});
    EXPECT_EQ(exchange.name, "x");
    EXPECT_EQ(exchange.type, "topic");
    EXPECT_TRUE(exchange.isPassive && exchange.isInternal);
    EXPECT_FALSE(exchange.isDurable || exchange.isAutoDelete || exchange.noWait);
}

TEST_F(CommandDecoderTest, NeverMixesUpTheEndsOfABinding)
{
    const auto bind = decodedAs<broker::BindExchange>(
        amqp::ExchangeBind{.destination = "to", .source = "from", .routingKey = "k"});
    EXPECT_EQ(bind.destination, "to");
    EXPECT_EQ(bind.source, "from");
    const auto unbind = decodedAs<broker::UnbindExchange>(
        amqp::ExchangeUnbind{.destination = "to", .source = "from", .routingKey = "k"});
    EXPECT_EQ(unbind.destination, "to");
    EXPECT_EQ(unbind.source, "from");
    const auto queue = decodedAs<broker::BindQueue>(
        amqp::QueueBind{.queue = "q", .exchange = "x", .routingKey = "k"});
    EXPECT_EQ(queue.queue, "q");
    EXPECT_EQ(queue.exchange, "x");
    EXPECT_EQ(queue.routingKey, "k");
}

TEST_F(CommandDecoderTest, TellsRejectFromNack)
{
    const auto reject =
        decodedAs<broker::Reject>(amqp::BasicReject{.deliveryTag = 7, .requeue = true});
    EXPECT_EQ(reject.tag, 7u);
    EXPECT_TRUE(reject.requeues);
    EXPECT_FALSE(reject.isMultiple);
    EXPECT_EQ(reject.method, amqp::BasicReject::kId);
    const auto nack = decodedAs<broker::Reject>(
        amqp::BasicNack{.deliveryTag = 8, .multiple = true, .requeue = false});
    EXPECT_FALSE(nack.requeues);
    EXPECT_TRUE(nack.isMultiple);
    EXPECT_EQ(nack.method, amqp::BasicNack::kId);
    const auto ack = decodedAs<broker::Ack>(amqp::BasicAck{.deliveryTag = 9, .multiple = true});
    EXPECT_EQ(ack.tag, 9u);
    EXPECT_TRUE(ack.isMultiple);
}

TEST_F(CommandDecoderTest, DecodesConsumersAndLimits)
{
    const auto consume = decodedAs<broker::Consume>(amqp::BasicConsume{
        .queue = "q", .consumerTag = "c", .noAck = true, .exclusive = true, .noWait = true});
    EXPECT_EQ(consume.queue, "q");
    EXPECT_EQ(consume.tag, "c");
    EXPECT_TRUE(consume.noAck && consume.isExclusive && consume.noWait);
    const auto prefetch =
        decodedAs<broker::SetPrefetch>(amqp::BasicQos{.prefetchCount = 5, .global = true});
    EXPECT_EQ(prefetch.count, 5u);
    EXPECT_TRUE(prefetch.isGlobal);
    EXPECT_FALSE(decodedAs<broker::SetFlow>(amqp::ChannelFlow{.active = false}).isActive);
}

TEST_F(CommandDecoderTest, AnswersOnlyTheRecoverThatWantsIt)
{
    EXPECT_TRUE(decodedAs<broker::Recover>(amqp::BasicRecover{.requeue = true}).wantsReply);
    EXPECT_FALSE(decodedAs<broker::Recover>(amqp::BasicRecoverAsync{.requeue = true}).wantsReply);
}

TEST_F(CommandDecoderTest, RefusesWhatNoBrokerImplements)
{
    EXPECT_EQ(decode(amqp::BasicQos{.prefetchSize = 9}).error().text, "prefetch_size!=0 (9)");
    EXPECT_EQ(decode(amqp::BasicRecover{.requeue = false}).error().code, ReplyCode::NotImplemented);
}

TEST_F(CommandDecoderTest, RefusesMethodsThatOnlyAServerSends)
{
    EXPECT_EQ(decode(amqp::BasicGetEmpty{}).error().code, ReplyCode::CommandInvalid);
    EXPECT_EQ(decode(amqp::QueueDeclareOk{}).error().method, amqp::QueueDeclareOk::kId);
    EXPECT_EQ(decode(amqp::ConnectionOpen{}).error().code, ReplyCode::CommandInvalid);
}

TEST_F(CommandDecoderTest, RefusesMalformedArguments)
{
    EXPECT_FALSE(decodeCommand(bytesOf(std::string_view("\0\x3C\0\x50\0", 5))).isOk()) << "ack";
    EXPECT_FALSE(decodeCommand(bytesOf(std::string_view("\0\x32\0\x0A", 4))).isOk()) << "declare";
    EXPECT_FALSE(decodeCommand(bytesOf("?")).isOk());
}

}  // namespace
}  // namespace warren::session
