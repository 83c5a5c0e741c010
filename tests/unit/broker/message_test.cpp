#include "core/broker/message.h"

#include "core/amqp/properties.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace warren::broker {
namespace {

TEST(Message, KeepsWhatItWasMadeOf)
{
    const MessagePtr message =
        makeMessage("exchange", "key", amqp::emptyProperties(), true, bytesOf("body"));
    EXPECT_EQ(message->exchange(), "exchange");
    EXPECT_EQ(message->routingKey(), "key");
    EXPECT_EQ(textOf(message->properties()), textOf(amqp::emptyProperties()));
    EXPECT_EQ(textOf(message->body()), "body");
    EXPECT_EQ(message->bodyBytes(), 4u);
    EXPECT_TRUE(message->isPersistent());
    EXPECT_EQ(message->memoryBytes(), sizeof(Message) + 8 + 3 + 2 + 4);
}

TEST(Message, MayBeEmptyThroughout)
{
    const MessagePtr message = makeMessage("", "", {}, false, {});
    EXPECT_TRUE(message->exchange().empty());
    EXPECT_TRUE(message->body().empty());
}

TEST(MessagePtr, SharesOneMessage)
{
    MessagePtr first = makeMessage("x", "k", {}, false, bytesOf("body"));
    MessagePtr second = first;
    EXPECT_EQ(first.get(), second.get());
    first.reset();
    EXPECT_FALSE(first);
    EXPECT_EQ(textOf(second->body()), "body");
    MessagePtr third = std::move(second);
    EXPECT_FALSE(second);  // NOLINT: what a move leaves behind is part of the promise
    second = third;
    EXPECT_EQ(second, third);
}

TEST(MessageBuilder, PutsABodyTogetherFromPieces)
{
    MessageBuilder builder;
    EXPECT_FALSE(builder.isActive());
    builder.begin("x", "k", {}, false, 6);
    builder.append(bytesOf("abc"));
    EXPECT_FALSE(builder.isComplete());
    EXPECT_EQ(builder.bodyBytesMissing(), 3u);
    builder.append({});
    builder.append(bytesOf("def"));
    EXPECT_TRUE(builder.isComplete());
    EXPECT_EQ(textOf(builder.take()->body()), "abcdef");
    EXPECT_FALSE(builder.isActive());
}

TEST(MessageBuilder, AllocatesALargeBodyOnlyAsItArrives)
{
    MessageBuilder builder;
    // More than any machine has: only what has come may be allocated.
    builder.begin("x", "k", {}, false, std::size_t{1} << 50);
    builder.append(bytesOf(std::string(Message::kBodyBytesAtOnce, 'a')));
    builder.append(bytesOf("b"));
    EXPECT_FALSE(builder.isComplete());
    builder.discard();
    EXPECT_FALSE(builder.isActive());
}

TEST(MessageBuilder, KeepsALargeBodyWhileItGrows)
{
    std::string body;
    for (int i = 0; i < 300'000; ++i)
        body += static_cast<char>('a' + i % 23);
    MessageBuilder builder;
    builder.begin("exchange", "key", amqp::emptyProperties(), false, body.size());
    for (std::size_t at = 0; at < body.size(); at += 1000)
        builder.append(bytesOf(std::string_view{body}.substr(at, 1000)));
    const MessagePtr message = builder.take();
    EXPECT_EQ(textOf(message->body()), body);
    EXPECT_EQ(message->exchange(), "exchange");
    EXPECT_EQ(message->routingKey(), "key");
}

TEST(MessageBuilder, RefusesMoreThanWasAnnounced)
{
    MessageBuilder builder;
    builder.begin("x", "k", {}, false, 2);
    EXPECT_DEATH(builder.append(bytesOf("abc")), "bodyBytesMissing");
    EXPECT_DEATH((void)builder.take(), "isComplete");
}

TEST(MessageBuilder, BeginsAnewAndMoves)
{
    MessageBuilder builder;
    builder.begin("x", "k", {}, false, 9);
    builder.begin("y", "l", {}, true, 1);
    MessageBuilder moved = std::move(builder);
    moved.append(bytesOf("z"));
    EXPECT_EQ(moved.take()->exchange(), "y");
}

}  // namespace
}  // namespace warren::broker
