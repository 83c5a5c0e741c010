#include "tests/unit/broker/queue_scene.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <string>

namespace warren::broker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kReplies = "amq.rabbitmq.reply-to";

class DirectReplyTest : public test::QueueScene {
protected:
    /// Asks, and gives back where the reply has to go.
    std::string ask()
    {
        declare("server");
        client.consume(1, kReplies, "replies", true);
        publish("server", "question", {.replyTo = std::string{kReplies}});
        client.drop();
        client.get(2, "server", true);
        for (const Event& event : client.takeEvents()) {
            const auto* got = std::get_if<GetOk>(&event.body);
            if (got != nullptr)
                return amqp::decodeProperties(got->message->properties())->replyTo.value_or("");
        }
        return {};
    }
};

TEST_F(DirectReplyTest, ReachesWhoAsked)
{
    const std::string address = ask();
    EXPECT_TRUE(address.starts_with("amq.rabbitmq.reply-to.")) << address;
    client.publishTo(2, "", address, "answer");
    EXPECT_THAT(client.take(), ElementsAre("1 deliver replies 1 answer"));
}

TEST_F(DirectReplyTest, CountsAsUnroutable)
{
    const std::string address = ask();
    client.publishTo(2, "", address, "answer", true);
    EXPECT_THAT(client.take(), ElementsAre("1 deliver replies 1 answer", "2 return 312 answer"));
}

TEST_F(DirectReplyTest, GoesNowhereWhenTheConsumerHasGone)
{
    const std::string address = ask();
    client.send(1, Cancel{.tag = "replies", .noWait = true});
    client.publishTo(2, "", address, "answer");
    EXPECT_THAT(client.take(), IsEmpty());
    client.send(2, DeclareQueue{.name = address, .isPassive = true});
    EXPECT_THAT(client.take(),
                ElementsAre("2 channel.close 404 no queue '" + address + "' in vhost '/'"));
}

TEST_F(DirectReplyTest, IsDeclaredWhileItIsThere)
{
    const std::string address = ask();
    client.send(2, DeclareQueue{.name = kReplies, .isExclusive = true});
    client.send(2, DeclareQueue{.name = address, .isPassive = true});
    EXPECT_THAT(client.take(), ElementsAre("2 queue.declare-ok amq.rabbitmq.reply-to 0 1",
                                           "2 queue.declare-ok " + address + " 0 1"));
}

TEST_F(DirectReplyTest, RefusesWhatRabbitMqRefuses)
{
    client.send(1, Consume{.queue = kReplies, .tag = "c"});
    EXPECT_THAT(client.take(),
                ElementsAre("1 channel.close 406 reply consumer cannot acknowledge"));
    client.consume(2, kReplies, "c", true);
    client.consume(2, kReplies, "d", true);
    EXPECT_THAT(client.take(),
                ElementsAre("2 consume-ok c", "2 channel.close 406 reply consumer already set"));
    client.send(3, Publish{message("", "x", "m", {.replyTo = std::string{kReplies}}), false});
    EXPECT_THAT(client.take(),
                ElementsAre("3 channel.close 406 fast reply consumer does not exist"));
}

}  // namespace
}  // namespace warren::broker
