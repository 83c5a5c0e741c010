#include "tests/unit/broker/queue_scene.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <string>

namespace warren::broker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class QueueLimitsTest : public test::QueueScene {
protected:
    void selectConfirms() { client.send(1, SelectConfirms{.noWait = true}); }
};

TEST_F(QueueLimitsTest, DropTheOldestOfTooMany)
{
    declare("q", {{"x-max-length", 2}});
    for (const char* body : {"a", "b", "c"})
        publish("q", body);
    EXPECT_THAT(harness.ready("q"), ElementsAre("b", "c"));
}

TEST_F(QueueLimitsTest, DropTheOldestOfTooManyBytes)
{
    declare("q", {{"x-max-length-bytes", 4}});
    publish("q", "aa");
    publish("q", "bb");
    publish("q", "c");
    EXPECT_THAT(harness.ready("q"), ElementsAre("bb", "c"));
    publish("q", "larger");
    EXPECT_THAT(harness.ready("q"), IsEmpty());
}

TEST_F(QueueLimitsTest, DoNotCountWhatIsUnacked)
{
    declare("q", {{"x-max-length", 1}});
    publish("q", "a");
    client.get(1, "q");
    publish("q", "b");
    EXPECT_THAT(harness.ready("q"), ElementsAre("b"));
    client.nack(1, 1, true);
    EXPECT_THAT(harness.ready("q"), ElementsAre("b"));
}

TEST_F(QueueLimitsTest, DropWhatComesBackInsteadOfDeliveringItAgain)
{
    // Observed on RabbitMQ 3.10.8: whoever could take it again does not get it.
    declare("q", {{"x-max-length", 1},
                  {"x-dead-letter-exchange", ""},
                  {"x-dead-letter-routing-key", "dead"}});
    declare("dead");
    client.consume(1, "q", "c");
    publish("q", "a");
    publish("q", "b");
    client.drop();
    client.nack(1, 2, true, true);
    EXPECT_THAT(client.take(), ElementsAre("1 deliver c 3 b!"));
    EXPECT_THAT(harness.ready("dead"), ElementsAre("a"));
}

TEST_F(QueueLimitsTest, DropWhatComesBackBeforeTheNextCommand)
{
    declare("q", {{"x-max-length", 0}});
    client.consume(1, "q", "c");
    publish("q", "a");
    client.drop();
    // In one round of commands, so nothing is delivered in between.
    client.apply(1, Reject{1, false, true, {amqp::kBasicClass, 120}});
    client.apply(2, Get{"q", true});
    harness.settle();
    EXPECT_THAT(client.take(), ElementsAre("2 get-empty"));
}

TEST_F(QueueLimitsTest, DoNotCountWhatConsumersTake)
{
    declare("q", {{"x-max-length", 0}});
    client.consume(1, "q", "c", true);
    client.drop();
    // In one round of commands, so nothing was delivered in between.
    client.apply(1, Publish{message("", "q", "a", {}), false});
    client.apply(1, Publish{message("", "q", "b", {}), false});
    harness.settle();
    EXPECT_THAT(client.take(), ElementsAre("1 deliver c 1 a", "1 deliver c 2 b"));
}

TEST_F(QueueLimitsTest, RefuseThePublishOnDemand)
{
    declare("q", {{"x-max-length", 1}, {"x-overflow", "reject-publish"}});
    selectConfirms();
    publish("q", "a");
    publish("q", "b");
    EXPECT_THAT(client.take(), ElementsAre("1 ack 1", "1 nack 2"));
    EXPECT_THAT(harness.ready("q"), ElementsAre("a"));
    client.get(1, "q", true);
    client.drop();
    publish("q", "c");
    EXPECT_THAT(client.take(), ElementsAre("1 ack 3"));
}

TEST_F(QueueLimitsTest, NeverCoverARefusedTagWithAMultipleAck)
{
    declare("full", {{"x-max-length", 0}, {"x-overflow", "reject-publish"}});
    declare("q");
    selectConfirms();
    for (const char* queue : {"q", "q", "full", "q", "q"})
        client.apply(1, Publish{message("", queue, "m", {}), false});
    harness.settle();
    EXPECT_THAT(client.take(), ElementsAre("1 ack 2+", "1 ack 4", "1 ack 5", "1 nack 3"));
}

TEST_F(QueueLimitsTest, RefuseAndDeadLetterOnDemand)
{
    declare("dead");
    declare("q", {{"x-max-length", 1},
                  {"x-overflow", "reject-publish-dlx"},
                  {"x-dead-letter-exchange", ""},
                  {"x-dead-letter-routing-key", "dead"}});
    selectConfirms();
    publish("q", "a");
    publish("q", "b");
    EXPECT_THAT(client.take(), ElementsAre("1 ack 1", "1 nack 2"));
    EXPECT_THAT(harness.ready("q"), ElementsAre("a"));
    EXPECT_THAT(harness.ready("dead"), ElementsAre("b"));
}

class QueuePrioritiesTest : public test::QueueScene {};

TEST_F(QueuePrioritiesTest, TheHighestComesFirst)
{
    declare("q", {{"x-max-priority", 5}});
    publish("q", "none");
    publish("q", "3", {.priority = 3});
    publish("q", "9", {.priority = 9});
    publish("q", "5", {.priority = 5});
    publish("q", "1", {.priority = 1});
    EXPECT_THAT(harness.ready("q"), ElementsAre("9", "5", "3", "1", "none"));
    EXPECT_EQ(harness.findQueue("q")->readyCount(5), 2u);
}

TEST_F(QueuePrioritiesTest, ARequeuedMessageTakesItsOldPlace)
{
    declare("q", {{"x-max-priority", 2}});
    for (const char* body : {"a", "b"})
        publish("q", body, {.priority = 1});
    client.get(1, "q");
    publish("q", "c", {.priority = 2});
    client.nack(1, 1, true);
    EXPECT_THAT(harness.ready("q"), ElementsAre("c", "a!", "b"));
}

TEST_F(QueuePrioritiesTest, SurviveACrashWithTheirOrderAndFlags)
{
    declareDurable("q", {{"x-max-priority", 2}});
    publish("q", "low", {.isPersistent = true});
    publish("q", "high", {.priority = 2, .isPersistent = true});
    publish("q", "higher", {.priority = 2, .isPersistent = true});
    client.get(1, "q");  // the first of priority 2
    harness.restart();
    EXPECT_THAT(harness.ready("q"), ElementsAre("high!", "higher", "low"));
}

class SingleActiveConsumerTest : public test::QueueScene {
protected:
    SingleActiveConsumerTest() { declare("q", {{"x-single-active-consumer", true}}); }
};

TEST_F(SingleActiveConsumerTest, OnlyOneGetsMessages)
{
    client.consume(1, "q", "first");
    client.consume(2, "q", "second");
    client.drop();
    publish("q", "a");
    publish("q", "b");
    EXPECT_THAT(client.take(), ElementsAre("1 deliver first 1 a", "1 deliver first 2 b"));
}

TEST_F(SingleActiveConsumerTest, TheNextFollowsWhenItGoes)
{
    client.consume(1, "q", "first");
    client.consume(2, "q", "second");
    client.consume(3, "q", "third");
    publish("q", "a");
    client.drop();
    client.send(1, Cancel{.tag = "first", .noWait = true});
    publish("q", "b");
    EXPECT_THAT(client.take(), ElementsAre("2 deliver second 1 b"));
    client.send(2, CloseChannel{});
    EXPECT_THAT(client.take(), ElementsAre("2 channel.close-ok", "3 deliver third 1 b!"));
}

TEST_F(SingleActiveConsumerTest, WaitingOnesStayOutWhenTheyAreWoken)
{
    client.setPrefetch(1, 1);
    client.consume(1, "q", "first");
    client.consume(1, "q", "second");
    publish("q", "a");
    publish("q", "b");
    client.drop();
    client.ack(1, 1);
    EXPECT_THAT(client.take(), ElementsAre("1 deliver first 2 b"));
}

TEST_F(SingleActiveConsumerTest, NoExclusiveConsumerIsLetIn)
{
    client.send(1, Consume{.queue = "q", .tag = "c", .isExclusive = true});
    EXPECT_THAT(client.take(),
                ElementsAre("1 channel.close 403 queue 'q' in vhost '/' in exclusive use"));
}

}  // namespace
}  // namespace warren::broker
