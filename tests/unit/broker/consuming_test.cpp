#include "core/broker/consuming.h"

#include "tests/support/broker_harness.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <gmock/gmock.h>
#include <string>
#include <vector>

namespace warren::broker {
namespace {

using test::BrokerHarness;
using test::CommandClient;
using test::messageOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ConsumingTest : public ::testing::Test {
protected:
    ConsumingTest()
    {
        client.declareQueue(1, "q");
        client.drop();
    }
    void publish(const std::vector<std::string>& bodies)
    {
        for (const std::string& body : bodies)
            client.publish(1, "q", body);
    }

    BrokerHarness harness;
    CommandClient& client = harness.connect(3);
};

TEST_F(ConsumingTest, DeliversWhatLiesThereAndWhatComes)
{
    publish({"a"});
    client.consume(1, "q", "c");
    publish({"b"});
    EXPECT_THAT(client.take(), ElementsAre("1 consume-ok c", "1 deliver c 1 a", "1 deliver c 2 b"));
}

TEST_F(ConsumingTest, NamesAConsumerThatHasNoTag)
{
    client.send(1, Consume{.queue = "q"});
    const std::vector<std::string> events = client.take();
    ASSERT_EQ(events.size(), 1u);
    EXPECT_TRUE(events[0].starts_with("1 consume-ok amq.ctag-")) << events[0];
}

TEST_F(ConsumingTest, RefusesATagInUse)
{
    client.consume(1, "q", "c");
    client.drop();
    client.consume(1, "q", "c");
    EXPECT_THAT(client.take(),
                ElementsAre("0 connection.close 530 attempt to reuse consumer tag 'c'"));
}

TEST_F(ConsumingTest, TagsBelongToAChannel)
{
    client.consume(1, "q", "c");
    client.consume(2, "q", "c");
    EXPECT_THAT(client.take(), ElementsAre("1 consume-ok c", "2 consume-ok c"));
}

TEST_F(ConsumingTest, TakesTurnsAmongConsumers)
{
    CommandClient& other = harness.connect();
    client.consume(1, "q", "a");
    client.consume(2, "q", "b");
    other.consume(1, "q", "c");
    client.drop();
    other.drop();
    publish({"1", "2", "3", "4", "5", "6"});
    EXPECT_THAT(client.take(), ElementsAre("1 deliver a 1 1", "2 deliver b 1 2", "1 deliver a 2 4",
                                           "2 deliver b 2 5"));
    EXPECT_THAT(other.take(), ElementsAre("1 deliver c 1 3", "1 deliver c 2 6"));
}

TEST_F(ConsumingTest, TakesTurnsWithinABacklog)
{
    publish({"1", "2", "3", "4"});
    client.apply(1, Consume{.queue = "q", .tag = "a"});
    client.apply(2, Consume{.queue = "q", .tag = "b"});
    harness.settle();
    client.take();
    EXPECT_EQ(harness.findQueue("q")->unackedCount(), 4u);
    EXPECT_EQ(harness.findQueue("q")->consumers.all()[0]->unackedCount, 2u);
}

TEST_F(ConsumingTest, DeliversWithoutAcknowledgementForGood)
{
    publish({"a"});
    client.consume(1, "q", "c", true);
    EXPECT_THAT(client.take(), ElementsAre("1 consume-ok c", "1 deliver c 1 a"));
    EXPECT_EQ(harness.findQueue("q")->messageCount(), 0u);
    client.ack(1, 1);
    EXPECT_THAT(client.take(), ElementsAre("1 channel.close 406 unknown delivery tag 1"));
}

// ------------------------------------------------------------------------------ exclusive consumer

TEST_F(ConsumingTest, ExclusiveConsumerKeepsOthersOut)
{
    client.send(1, Consume{.queue = "q", .tag = "c", .isExclusive = true});
    client.drop();
    client.consume(2, "q", "d");
    EXPECT_THAT(client.take(),
                ElementsAre("2 channel.close 403 queue 'q' in vhost '/' in exclusive use"));
}

TEST_F(ConsumingTest, ExclusiveConsumerWantsToBeTheFirst)
{
    client.consume(1, "q", "c");
    client.drop();
    client.send(2, Consume{.queue = "q", .tag = "d", .isExclusive = true});
    EXPECT_THAT(client.take(),
                ElementsAre("2 channel.close 403 queue 'q' in vhost '/' in exclusive use"));
    client.send(1, Cancel{"c"});
    client.send(3, Consume{.queue = "q", .tag = "d", .isExclusive = true});
    EXPECT_THAT(client.take(), ElementsAre("1 cancel-ok c", "3 consume-ok d"));
}

// -------------------------------------------------------------------------------------- prefetch

TEST_F(ConsumingTest, StopsAtThePrefetchOfTheConsumer)
{
    client.setPrefetch(1, 2);
    client.consume(1, "q", "c");
    publish({"a", "b", "c"});
    EXPECT_THAT(client.take(),
                ElementsAre("1 qos-ok", "1 consume-ok c", "1 deliver c 1 a", "1 deliver c 2 b"));
    client.ack(1, 1);
    EXPECT_THAT(client.take(), ElementsAre("1 deliver c 3 c"));
}

TEST_F(ConsumingTest, SaysWhenConsumersWhoTakeAllTheyMayAreBehind)
{
    client.setPrefetch(1, 2);
    client.consume(1, "q", "c");
    publish({"a", "b", "c"});
    EXPECT_FALSE(harness.broker().takeConsumersBehind()) << "few wait";
    publish(std::vector<std::string>(20'000, "x"));
    EXPECT_FALSE(harness.broker().takeConsumersBehind()) << "the consumer is slow";
    client.ack(1, 2, true);
    EXPECT_TRUE(harness.broker().takeConsumersBehind());
    EXPECT_FALSE(harness.broker().takeConsumersBehind()) << "that was the last one to hear it";

    client.send(1, Cancel{"c"});
    client.consume(2, "q", "all");
    EXPECT_FALSE(harness.broker().takeConsumersBehind()) << "all have gone out";
}

TEST_F(ConsumingTest, PrefetchHoldsForConsumersThatComeAfterIt)
{
    client.consume(1, "q", "a");
    client.setPrefetch(1, 1);
    client.consume(1, "q", "b");
    client.drop();
    publish({"1", "2", "3", "4"});
    EXPECT_THAT(client.take(), ElementsAre("1 deliver a 1 1", "1 deliver b 2 2", "1 deliver a 3 3",
                                           "1 deliver a 4 4"));
}

TEST_F(ConsumingTest, GlobalPrefetchHoldsForTheChannelAsAWhole)
{
    client.setPrefetch(1, 2, true);
    client.consume(1, "q", "a");
    client.consume(1, "q", "b");
    client.drop();
    publish({"1", "2", "3", "4"});
    EXPECT_THAT(client.take(), ElementsAre("1 deliver a 1 1", "1 deliver b 2 2"));
    client.ack(1, 2);
    EXPECT_THAT(client.take(), ElementsAre("1 deliver a 3 3"));
    client.ack(1, 3, true);
    EXPECT_THAT(client.take(), ElementsAre("1 deliver b 4 4"));
}

TEST_F(ConsumingTest, GlobalPrefetchIsSharedFairlyAmongQueues)
{
    client.declareQueue(1, "r");
    client.setPrefetch(1, 1, true);
    client.consume(1, "q", "a");
    client.consume(1, "r", "b");
    client.drop();
    for (int i = 0; i < 4; ++i) {
        client.publish(1, "q", "q");
        client.publish(1, "r", "r");
    }
    for (DeliveryTag tag = 1; tag < 4; ++tag)
        client.ack(1, tag);
    EXPECT_THAT(client.take(), ElementsAre("1 deliver a 1 q", "1 deliver b 2 r", "1 deliver a 3 q",
                                           "1 deliver b 4 r"));
}

TEST_F(ConsumingTest, RaisingTheGlobalPrefetchWakesConsumers)
{
    client.setPrefetch(1, 1, true);
    client.consume(1, "q", "c");
    publish({"1", "2", "3"});
    client.drop();
    client.setPrefetch(1, 2, true);
    EXPECT_THAT(client.take(), ElementsAre("1 qos-ok", "1 deliver c 2 2"));
    client.setPrefetch(1, 0, true);
    EXPECT_THAT(client.take(), ElementsAre("1 qos-ok", "1 deliver c 3 3"));
}

TEST_F(ConsumingTest, MessagesOfACancelledConsumerStillCountForTheChannel)
{
    client.setPrefetch(1, 1, true);
    client.consume(1, "q", "a");
    client.consume(1, "q", "b");
    publish({"1", "2"});
    client.send(1, Cancel{"a"});
    client.drop();
    harness.settle();
    EXPECT_THAT(client.take(), IsEmpty());
    client.ack(1, 1);
    EXPECT_THAT(client.take(), ElementsAre("1 deliver b 2 2"));
}

TEST_F(ConsumingTest, PrefetchDoesNotHoldForGetsAndNoAckConsumers)
{
    client.setPrefetch(1, 1);
    client.setPrefetch(1, 1, true);
    publish({"1", "2", "3"});
    client.get(1, "q");
    client.get(1, "q");
    client.consume(1, "q", "c", true);
    client.drop();
    publish({"4", "5"});
    EXPECT_THAT(client.take(), ElementsAre("1 deliver c 4 4", "1 deliver c 5 5"));
}

TEST_F(ConsumingTest, AnAcknowledgementWakesOnlyWhoCanTakeAMessage)
{
    client.setPrefetch(1, 1);
    client.consume(1, "q", "a");
    client.consume(1, "q", "b");
    publish({"1", "2", "3"});
    client.drop();
    client.ack(1, 2);
    EXPECT_THAT(client.take(), ElementsAre("1 deliver b 3 3"));
    const auto& consumers = harness.findQueue("q")->consumers.all();
    EXPECT_EQ(consumers[0]->unackedCount, 1u);
    EXPECT_EQ(consumers[1]->unackedCount, 1u);
}

// ---------------------------------------------------------------------------------- channel.flow

TEST_F(ConsumingTest, PausedChannelGetsNothingUntilItResumes)
{
    client.consume(1, "q", "c");
    client.send(1, SetFlow{false});
    publish({"a"});
    EXPECT_THAT(client.take(), ElementsAre("1 consume-ok c", "1 channel.flow-ok paused"));
    client.send(1, SetFlow{true});
    EXPECT_THAT(client.take(), ElementsAre("1 channel.flow-ok active", "1 deliver c 1 a"));
}

TEST_F(ConsumingTest, APausedChannelLeavesMessagesToOthers)
{
    client.consume(1, "q", "a");
    client.consume(2, "q", "b");
    client.send(1, SetFlow{false});
    client.drop();
    publish({"1", "2"});
    EXPECT_THAT(client.take(), ElementsAre("2 deliver b 1 1", "2 deliver b 2 2"));
}

// ----------------------------------------------------------------------------------------- credit

TEST_F(ConsumingTest, StopsDeliveringToAClientThatDoesNotRead)
{
    CommandClient& slow = harness.connect();
    slow.setReads(false);
    slow.consume(1, "q", "slow");
    const std::string body(100'000, 'x');
    publish(std::vector<std::string>(20, body));
    const std::size_t delivered = slow.takeEvents().size() - 1;
    EXPECT_EQ(delivered, 6u) << "as much as the credit, and the message that exceeds it";
    EXPECT_EQ(harness.findQueue("q")->readyCount(), 14u);

    harness.broker().setSendCredit(slow.id(), 0);
    harness.settle();
    EXPECT_THAT(slow.take(), IsEmpty());
    harness.broker().setSendCredit(slow.id(), 1);
    harness.settle();
    EXPECT_EQ(slow.takeEvents().size(), 1u);
    slow.setReads(true);
    harness.settle();
    EXPECT_EQ(slow.takeEvents().size(), 13u);
}

TEST_F(ConsumingTest, CreditIsSharedFairlyAmongChannels)
{
    CommandClient& slow = harness.connect(2);
    slow.declareQueue(1, "r");
    slow.setReads(false);
    slow.consume(1, "q", "a", true);
    slow.consume(2, "r", "b", true);
    slow.drop();
    for (int i = 0; i < 4; ++i) {
        harness.broker().setSendCredit(slow.id(), 0);
        client.publish(1, "q", "q");
        client.publish(1, "r", "r");
    }
    for (int i = 0; i < 4; ++i) {
        harness.broker().setSendCredit(slow.id(), 1);
        harness.settle();
    }
    EXPECT_THAT(slow.take(), ElementsAre("1 deliver a 1 q", "2 deliver b 1 r", "1 deliver a 2 q",
                                         "2 deliver b 2 r"));
}

TEST_F(ConsumingTest, OthersGetWhatAStarvedClientCannotTake)
{
    CommandClient& slow = harness.connect();
    slow.setReads(false);
    slow.consume(1, "q", "slow");
    harness.broker().setSendCredit(slow.id(), 0);
    publish({"a"});
    client.consume(1, "q", "c");
    EXPECT_THAT(client.take(), ElementsAre("1 consume-ok c", "1 deliver c 1 a"));
}

TEST_F(ConsumingTest, CreditComesBackAlthoughAnotherChannelWaitsForTheStore)
{
    BrokerHarness held{BrokerHarness::Commits::OnDemand};
    CommandClient& reader = held.connect(2);
    reader.declareQueue(1, "q");
    reader.consume(2, "q", "c", true);
    held.broker().setSendCredit(reader.id(), 1);
    reader.setReads(false);
    // Holds channel 1, with no event that would be let go later.
    reader.apply(1, DeclareQueue{.name = "d", .isDurable = true, .noWait = true});
    reader.publish(1, "q", "a");
    reader.publish(1, "q", "b");
    reader.drop();
    held.broker().setSendCredit(reader.id(), 1000);
    held.settle();
    EXPECT_THAT(reader.take(), ElementsAre("2 deliver c 2 b"));
}

TEST_F(ConsumingTest, WhatTheStoreHoldsBackCountsAgainstTheCredit)
{
    BrokerHarness held{BrokerHarness::Commits::OnDemand};
    CommandClient& reader = held.connect(1);
    reader.declareQueue(1, "d", true);
    held.commit();
    const std::string body(100'000, 'x');
    for (int i = 0; i < 20; ++i)
        reader.publish(1, "d", body, true);
    held.commit();
    reader.consume(1, "d", "c");
    held.settle();
    EXPECT_LE(held.findQueue("d")->unackedCount(), 6u)
        << "nothing has been sent, so nothing more may be handed out";
    held.commit();
    EXPECT_EQ(held.findQueue("d")->readyCount(), 0u);
}

// ------------------------------------------------------------------------------------ basic.get

TEST_F(ConsumingTest, GetsOneMessageAndSaysHowManyAreLeft)
{
    publish({"a", "b"});
    client.get(1, "q");
    client.get(1, "q", true);
    client.get(1, "q");
    EXPECT_THAT(client.take(),
                ElementsAre("1 get-ok 1 a 1 left", "1 get-ok 2 b 0 left", "1 get-empty"));
    EXPECT_EQ(harness.findQueue("q")->unackedCount(), 1u);
}

TEST_F(ConsumingTest, GetOfAnUnknownQueueClosesTheChannel)
{
    client.get(1, "nobody");
    EXPECT_THAT(client.take(), ElementsAre("1 channel.close 404 no queue 'nobody' in vhost '/'"));
}

TEST_F(ConsumingTest, AnEmptyNameMeansTheLastQueueDeclared)
{
    publish({"a"});
    client.get(1, "");
    client.get(2, "");
    EXPECT_THAT(client.take(), ElementsAre("1 get-ok 1 a 0 left",
                                           "2 channel.close 404 no previously declared queue"));
}

// ---------------------------------------------------------------------------- acknowledgements

TEST_F(ConsumingTest, AcknowledgesOneOrAllUpToATag)
{
    publish({"a", "b", "c", "d", "e"});
    client.consume(1, "q", "c");
    client.ack(1, 2);
    EXPECT_EQ(harness.findQueue("q")->unackedCount(), 4u);
    client.ack(1, 4, true);
    EXPECT_EQ(harness.findQueue("q")->unackedCount(), 1u);
    client.ack(1, 0, true);
    EXPECT_EQ(harness.findQueue("q")->messageCount(), 0u);
    client.drop();
    client.ack(1, 0, true);
    EXPECT_THAT(client.take(), IsEmpty()) << "all of nothing is no fault";
}

TEST_F(ConsumingTest, RefusesUnknownTags)
{
    publish({"a", "b"});
    client.consume(1, "q", "c");
    client.drop();
    client.ack(1, 3);
    EXPECT_THAT(client.take(), ElementsAre("1 channel.close 406 unknown delivery tag 3"));
    EXPECT_THAT(harness.ready("q"), ElementsAre("a!", "b!"));

    client.get(2, "q");
    client.ack(2, 1);
    client.drop();
    client.ack(2, 1);
    EXPECT_THAT(client.take(), ElementsAre("2 channel.close 406 unknown delivery tag 1"));

    client.get(3, "q");
    client.drop();
    client.ack(3, 0);
    EXPECT_THAT(client.take(), ElementsAre("3 channel.close 406 unknown delivery tag 0"));
}

TEST_F(ConsumingTest, RefusesAMultipleUpToAnUnknownTagAsAWhole)
{
    publish({"a", "b"});
    client.consume(1, "q", "c");
    client.drop();
    client.ack(1, 9, true);
    EXPECT_THAT(client.take(), ElementsAre("1 channel.close 406 unknown delivery tag 9"));
    EXPECT_THAT(harness.ready("q"), ElementsAre("a!", "b!"));
}

TEST_F(ConsumingTest, RequeuesToTheOldPlace)
{
    client.setPrefetch(1, 3);
    publish({"a", "b", "c", "d"});
    client.consume(1, "q", "c");
    client.send(1, Cancel{"c"});
    client.nack(1, 3, true);
    client.nack(1, 1, true);
    EXPECT_THAT(harness.ready("q"), ElementsAre("a!", "c!", "d"));
    client.nack(1, 2, false);
    EXPECT_EQ(harness.findQueue("q")->messageCount(), 3u);
}

TEST_F(ConsumingTest, NegativeMultipleTakesAllUpToTheTag)
{
    publish({"a", "b", "c"});
    for (int i = 0; i < 3; ++i)
        client.get(1, "q");
    client.nack(1, 2, true, true);
    EXPECT_THAT(harness.ready("q"), ElementsAre("a!", "b!"));
    client.nack(1, 0, false, true);
    EXPECT_EQ(harness.findQueue("q")->unackedCount(), 0u);
}

TEST_F(ConsumingTest, RequeuedMessageComesAgainMarked)
{
    client.consume(1, "q", "c");
    publish({"a"});
    client.drop();
    client.nack(1, 1, true);
    EXPECT_THAT(client.take(), ElementsAre("1 deliver c 2 a!"));
}

TEST_F(ConsumingTest, RecoverRequeuesEverythingOnTheChannel)
{
    publish({"a", "b"});
    client.get(1, "q");
    client.get(1, "q");
    client.drop();
    client.send(1, Recover{true, {amqp::kBasicClass, 110}});
    EXPECT_THAT(client.take(), ElementsAre("1 recover-ok"));
    EXPECT_THAT(harness.ready("q"), ElementsAre("a!", "b!"));
    client.send(1, Recover{false, {amqp::kBasicClass, 100}});
    EXPECT_THAT(client.take(), IsEmpty());
}

TEST_F(ConsumingTest, AcknowledgementAfterTheQueueHasGoneIsFine)
{
    publish({"a", "b", "c"});
    client.consume(1, "q", "c");
    client.get(2, "q");
    client.drop();
    client.send(2, DeleteQueue{.name = "q"});
    EXPECT_THAT(client.take(), ElementsAre("1 cancel c", "2 queue.delete-ok 0"));
    client.ack(1, 1);
    client.nack(1, 2, true);
    client.nack(1, 3, false);
    EXPECT_THAT(client.take(), IsEmpty());
    client.ack(1, 1);
    EXPECT_THAT(client.take(), ElementsAre("1 channel.close 406 unknown delivery tag 1"));
}

TEST_F(ConsumingTest, ANewQueueOfTheSameNameGetsNothingOfTheOldOne)
{
    publish({"a"});
    client.get(1, "q");
    client.send(1, DeleteQueue{.name = "q"});
    client.declareQueue(1, "q");
    client.nack(1, 1, true);
    EXPECT_THAT(harness.ready("q"), IsEmpty());
    EXPECT_EQ(harness.findQueue("q")->unackedCount(), 0u);
}

// ----------------------------------------------------------------------------------- cancelling

TEST_F(ConsumingTest, CancelEndsDeliveriesAndLeavesUnackedMessagesWithTheChannel)
{
    client.consume(1, "q", "c");
    publish({"a"});
    client.send(1, Cancel{"c"});
    publish({"b"});
    EXPECT_THAT(client.take(), ElementsAre("1 consume-ok c", "1 deliver c 1 a", "1 cancel-ok c"));
    EXPECT_EQ(harness.findQueue("q")->unackedCount(), 1u);
    client.ack(1, 1);
    EXPECT_EQ(harness.findQueue("q")->unackedCount(), 0u);
}

TEST_F(ConsumingTest, CancelOfAnUnknownTagIsAnswered)
{
    client.send(1, Cancel{"nobody"});
    client.send(1, Cancel{"nobody", true});
    EXPECT_THAT(client.take(), ElementsAre("1 cancel-ok nobody"));
}

TEST_F(ConsumingTest, ATagCanBeUsedAgainAfterItsCancel)
{
    client.consume(1, "q", "c");
    client.send(1, Cancel{"c"});
    client.consume(1, "q", "c");
    publish({"a"});
    EXPECT_THAT(client.take(), ElementsAre("1 consume-ok c", "1 cancel-ok c", "1 consume-ok c",
                                           "1 deliver c 1 a"));
}

TEST_F(ConsumingTest, ClosingAChannelPutsItsMessagesBack)
{
    publish({"a", "b"});
    client.consume(2, "q", "c");
    client.drop();
    client.send(2, CloseChannel{});
    EXPECT_THAT(client.take(), ElementsAre("2 channel.close-ok"));
    EXPECT_THAT(harness.ready("q"), ElementsAre("a!", "b!"));
    EXPECT_TRUE(harness.findQueue("q")->consumers.isEmpty());
}

TEST_F(ConsumingTest, MessagesOfALostClientGoToOthersInOrder)
{
    CommandClient& other = harness.connect();
    publish({"a", "b", "c"});
    other.setPrefetch(1, 2);
    other.consume(1, "q", "gone");
    client.consume(1, "q", "c");
    client.drop();
    other.lose();
    EXPECT_THAT(client.take(), ElementsAre("1 deliver c 2 a!", "1 deliver c 3 b!"));
}

TEST_F(ConsumingTest, TellsOnlyThoseWhoWantItThatTheirQueueHasGone)
{
    CommandClient& silent = harness.connect(OpenConnection{.vhost = "/", .user = "guest"}, 1);
    silent.consume(1, "q", "s");
    client.consume(1, "q", "c");
    client.drop();
    silent.drop();
    client.send(2, DeleteQueue{.name = "q"});
    EXPECT_THAT(client.take(), ElementsAre("1 cancel c", "2 queue.delete-ok 0"));
    EXPECT_THAT(silent.take(), IsEmpty());
}

// ------------------------------------------------------------------- redelivery across a crash

class RedeliveryTest : public ::testing::Test {
protected:
    RedeliveryTest()
    {
        client().declareQueue(1, "d", true);
        harness.commit();
        client().drop();
    }
    CommandClient& client() { return *m_client; }
    void crash(std::size_t survivingGroupCount = 0)
    {
        harness.crash(survivingGroupCount);
        m_client = &harness.connect();
    }
    void restart()
    {
        harness.restart();
        m_client = &harness.connect();
    }

    BrokerHarness harness{BrokerHarness::Commits::OnDemand};

private:
    CommandClient* m_client = &harness.connect();
};

TEST_F(RedeliveryTest, DeliveryOfAnOldMessageWaitsForTheMark)
{
    client().publish(1, "d", "m", true);
    harness.commit();
    client().consume(1, "d", "c");
    EXPECT_THAT(client().take(), ElementsAre("1 consume-ok c"));
    harness.commit();
    EXPECT_THAT(client().take(), ElementsAre("1 deliver c 1 m"));
}

TEST_F(RedeliveryTest, DeliveryOfANewMessageWaitsForNothing)
{
    client().consume(1, "d", "c");
    client().drop();
    client().publish(1, "d", "m", true);
    EXPECT_THAT(client().take(), ElementsAre("1 deliver c 1 m"));
}

TEST_F(RedeliveryTest, GetWaitsForTheMarkToo)
{
    client().publish(1, "d", "m", true);
    harness.commit();
    client().get(1, "d");
    EXPECT_THAT(client().take(), IsEmpty());
    harness.commit();
    EXPECT_THAT(client().take(), ElementsAre("1 get-ok 1 m 0 left"));
}

TEST_F(RedeliveryTest, HeldChannelKeepsItsOrder)
{
    client().publish(1, "d", "m", true);
    harness.commit();
    client().get(1, "d");
    client().declareQueue(1, "transient");
    client().get(1, "nobody");
    EXPECT_THAT(client().take(), IsEmpty());
    harness.commit();
    EXPECT_THAT(client().take(),
                ElementsAre("1 get-ok 1 m 0 left", "1 queue.declare-ok transient 0 0",
                            "1 channel.close 404 no queue 'nobody' in vhost '/'"));
}

TEST_F(RedeliveryTest, OtherChannelsGoOnMeanwhile)
{
    client().openChannel(2);
    client().publish(1, "d", "m", true);
    harness.commit();
    client().drop();
    client().get(1, "d");
    client().declareQueue(2, "transient");
    EXPECT_THAT(client().take(), ElementsAre("2 queue.declare-ok transient 0 0"));
}

TEST_F(RedeliveryTest, WhatWasDeliveredComesBackMarkedWhateverHadReachedTheDisk)
{
    for (std::size_t surviving = 0; surviving < 4; ++surviving) {
        SCOPED_TRACE(surviving);
        BrokerHarness one{BrokerHarness::Commits::OnDemand};
        CommandClient& reader = one.connect();
        reader.declareQueue(1, "d", true);
        one.commit();
        reader.consume(1, "d", "c");
        reader.drop();
        reader.publish(1, "d", "m", true);
        reader.publish(1, "d", "n", true);
        EXPECT_THAT(reader.take(), ElementsAre("1 deliver c 1 m", "1 deliver c 2 n"));
        one.crash(surviving);
        const std::vector<std::string> all{"m!", "n!"};
        const auto count = static_cast<std::ptrdiff_t>(std::min(surviving, all.size()));
        EXPECT_EQ(one.ready("d"), std::vector<std::string>(all.begin(), all.begin() + count));
    }
}

TEST_F(RedeliveryTest, WhatWasNeverDeliveredComesBackUnmarked)
{
    client().publish(1, "d", "a", true);
    client().publish(1, "d", "b", true);
    harness.commit();
    crash();
    EXPECT_THAT(harness.ready("d"), ElementsAre("a", "b"));
}

TEST_F(RedeliveryTest, AnOrderlyStopMarksExactlyWhatWasDelivered)
{
    for (const char* body : {"a", "b", "c"})
        client().publish(1, "d", body, true);
    harness.commit();
    client().get(1, "d");
    harness.commit();
    EXPECT_THAT(client().take(), ElementsAre("1 get-ok 1 a 2 left"));
    restart();
    EXPECT_THAT(harness.ready("d"), ElementsAre("a!", "b", "c"));
}

TEST_F(RedeliveryTest, NewMessagesAreNotMarkedByWhatAnEarlierLifeHadMarkedAhead)
{
    client().consume(1, "d", "c", true);
    client().publish(1, "d", "gone", true);
    harness.commit();
    crash();
    client().publish(1, "d", "new", true);
    harness.commit();
    crash();
    EXPECT_THAT(harness.ready("d"), ElementsAre("new"));
    restart();
    EXPECT_THAT(harness.ready("d"), ElementsAre("new"));
}

TEST_F(RedeliveryTest, MarkedMessagesStayMarkedThroughLaterLives)
{
    client().publish(1, "d", "a", true);
    harness.commit();
    client().get(1, "d");
    harness.commit();
    crash();
    client().publish(1, "d", "b", true);
    harness.commit();
    crash();
    EXPECT_THAT(harness.ready("d"), ElementsAre("a!", "b"));
}

TEST_F(RedeliveryTest, AcknowledgedMessagesDoNotComeBackOnceTheRemovalIsCommitted)
{
    client().publish(1, "d", "a", true);
    client().publish(1, "d", "b", true);
    harness.commit();
    client().get(1, "d");
    harness.commit();
    client().ack(1, 1);
    harness.commit();
    crash();
    EXPECT_THAT(harness.ready("d"), ElementsAre("b!")) << "the mark was ahead";
}

}  // namespace
}  // namespace warren::broker
