#include "core/amqp/properties.h"
#include "core/broker/message_copy.h"
#include "tests/support/broker_harness.h"

#include <gtest/gtest.h>

#include <chrono>
#include <gmock/gmock.h>
#include <string>
#include <vector>

namespace warren::broker {
namespace {

using storage::MemoryStore;
using test::BrokerHarness;
using test::CommandClient;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Everything that is stored is on disk only; it comes back when the test says so.
class PagingTest : public ::testing::Test {
protected:
    PagingTest()
    {
        harness.pageEverything();
        harness.store().setLoads(MemoryStore::Loads::OnDemand);
        client.declareQueue(1, "q", true);
        client.drop();
    }
    void publishThree()
    {
        for (const char* body : {"a", "b", "c"})
            client.publish(1, "q", body, true);
        ASSERT_EQ(queue().pagedOutCount(), 3u);
    }
    const Queue& queue(std::string_view name = "q") const { return *harness.findQueue(name); }
    const BodyMemory& memory() const { return harness.broker().state().memory(); }
    void declare(std::string_view name, amqp::FieldTable arguments)
    {
        client.send(
            1, DeclareQueue{.name = name, .isDurable = true, .arguments = std::move(arguments)});
        client.drop();
    }

    BrokerHarness harness;
    CommandClient& client = harness.connect(2);
};

TEST_F(PagingTest, DeliversInOrderWhenTheMessagesHaveCome)
{
    publishThree();
    client.consume(1, "q", "c");
    EXPECT_THAT(client.take(), ElementsAre("1 consume-ok c"));
    EXPECT_EQ(queue().unackedCount(), 3u) << "who gets them is decided";
    client.send(1, SetPrefetch{.count = 5});
    EXPECT_THAT(client.take(), IsEmpty()) << "what follows on the channel waits too";
    harness.answerLoads(1);
    EXPECT_THAT(client.take(), ElementsAre("1 deliver c 1 a"));
    harness.answerLoads();
    EXPECT_THAT(client.take(), ElementsAre("1 deliver c 2 b", "1 deliver c 3 c", "1 qos-ok"));
    EXPECT_EQ(memory().loadingBytes, 0u);
    client.ack(1, 3, true);
    EXPECT_EQ(memory().pagedOutCount, 0u);
    EXPECT_EQ(memory().inMemoryBytes, 0u);
}

TEST_F(PagingTest, OtherChannelsDoNotWait)
{
    publishThree();
    client.consume(1, "q", "c");
    client.drop();
    client.send(2, SetPrefetch{.count = 5});
    EXPECT_THAT(client.take(), ElementsAre("2 qos-ok"));
}

TEST_F(PagingTest, AGetWaitsForItsMessage)
{
    publishThree();
    client.get(1, "q");
    client.get(1, "q", true);
    client.publish(1, "nowhere", "x");
    EXPECT_THAT(client.take(), IsEmpty());
    harness.answerLoads();
    EXPECT_THAT(client.take(), ElementsAre("1 get-ok 1 a 2 left", "1 get-ok 2 b 1 left"));
    harness.crash();
    EXPECT_THAT(queue().readyCount(), 2u) << "what needed no acknowledgement is gone";
}

TEST_F(PagingTest, WhatNeedsNoAcknowledgementIsRemovedOnlyWhenItHasCome)
{
    publishThree();
    client.consume(1, "q", "c", true);
    harness.commit();
    EXPECT_EQ(harness.store().recover().messages.size(), 3u);
    harness.answerLoads();
    EXPECT_THAT(client.take(), ElementsAre("1 consume-ok c", "1 deliver c 1 a", "1 deliver c 2 b",
                                           "1 deliver c 3 c"));
    EXPECT_THAT(harness.store().recover().messages, IsEmpty());
}

TEST_F(PagingTest, WhatACloseCutsOffIsRemovedToo)
{
    publishThree();
    client.consume(1, "q", "c", true);
    client.lose();
    harness.answerLoads();
    EXPECT_THAT(harness.store().recover().messages, IsEmpty())
        << "it was delivered, as far as the broker is concerned";
}

TEST_F(PagingTest, AnotherGetsWhatALostConnectionWaitedFor)
{
    publishThree();
    client.consume(1, "q", "c");
    CommandClient& other = harness.connect();
    other.consume(1, "q", "d");
    other.drop();
    client.lose();
    harness.settle();
    harness.answerLoads();
    EXPECT_THAT(other.take(),
                ElementsAre("1 deliver d 1 a!", "1 deliver d 2 b!", "1 deliver d 3 c!"));
}

TEST_F(PagingTest, ARequeuedMessageComesFromTheDiskAgain)
{
    publishThree();
    client.get(1, "q");
    harness.answerLoads();
    client.drop();
    client.nack(1, 1, true);
    EXPECT_EQ(queue().pagedOutCount(), 3u);
    client.consume(1, "q", "c");
    harness.answerLoads();
    EXPECT_THAT(client.take(), ElementsAre("1 consume-ok c", "1 deliver c 2 a!", "1 deliver c 3 b",
                                           "1 deliver c 4 c"));
}

TEST_F(PagingTest, DeathsAreCarriedOnInOrderWhenTheirMessagesHaveCome)
{
    client.declareQueue(1, "dead", true);
    declare("dying", {{"x-dead-letter-exchange", ""},
                      {"x-dead-letter-routing-key", "dead"},
                      {"x-message-ttl", std::int32_t{1000}}});
    for (const char* body : {"a", "b", "c"})
        client.publish(1, "dying", body, true);
    harness.advance(std::chrono::seconds{2});
    EXPECT_EQ(queue("dying").readyCount(), 0u);
    EXPECT_EQ(queue("dead").readyCount(), 0u);
    EXPECT_EQ(harness.store().recover().messages.size(), 3u) << "nothing is lost meanwhile";
    harness.answerLoads(2);
    EXPECT_EQ(queue("dead").readyCount(), 2u);
    harness.answerLoads();
    EXPECT_EQ(queue("dead").readyCount(), 3u);
    client.consume(1, "dead", "c");
    harness.answerLoads();
    EXPECT_THAT(client.take(), ElementsAre("1 consume-ok c", "1 deliver c 1 a", "1 deliver c 2 b",
                                           "1 deliver c 3 c"));
    EXPECT_EQ(queue("dying").deadLetteredCount, 3u);
}

TEST_F(PagingTest, ARejectedMessageDiesWithItsContents)
{
    client.declareQueue(1, "dead", true);
    declare("dying", {{"x-dead-letter-exchange", ""}, {"x-dead-letter-routing-key", "dead"}});
    client.publish(1, "dying", "a", true);
    client.get(1, "dying");
    harness.answerLoads();
    client.drop();
    client.nack(1, 1, false);
    harness.answerLoads();
    client.get(1, "dead", true);
    harness.answerLoads();
    const auto events = client.takeEvents();
    ASSERT_EQ(events.size(), 1u);
    const MessagePtr& message = std::get<GetOk>(events[0].body).message;
    EXPECT_EQ(textOf(message->body()), "a");
    EXPECT_NE(headersOf(*message).find("x-death"), nullptr);
}

TEST_F(PagingTest, AQueueThatGoesTakesItsDeadAlong)
{
    declare("dying", {{"x-dead-letter-exchange", ""},
                      {"x-dead-letter-routing-key", "q"},
                      {"x-message-ttl", std::int32_t{1000}}});
    client.publish(1, "dying", "a", true);
    harness.advance(std::chrono::seconds{2});
    client.send(1, DeleteQueue{.name = "dying"});
    harness.answerLoads();
    EXPECT_EQ(queue().readyCount(), 0u);
    EXPECT_TRUE(harness.broker().state().deadLetters.isEmpty());
}

TEST_F(PagingTest, PurgesAndDropsWithoutReading)
{
    publishThree();
    client.send(1, PurgeQueue{.name = "q"});
    EXPECT_THAT(client.take(), ElementsAre("1 purge-ok 3"));
    declare("short", {{"x-max-length", std::int32_t{1}}});
    client.publish(1, "short", "a", true);
    client.publish(1, "short", "b", true);
    EXPECT_EQ(queue("short").readyCount(), 1u);
    EXPECT_EQ(harness.store().pendingLoadCount(), 0u);
    EXPECT_EQ(harness.store().recover().messages.size(), 1u);
}

TEST_F(PagingTest, AMessageOfADeletedQueueIsWithdrawn)
{
    publishThree();
    // More than a connection may ask for at a time: the last get is not asked for yet.
    declare("large", {});
    client.publish(1, "large", std::string(900'000, 'x'), true);
    client.publish(1, "large", std::string(900'000, 'y'), true);
    client.get(1, "large", true);
    client.get(1, "large", true);
    EXPECT_EQ(harness.store().pendingLoadCount(), 1u);
    client.send(2, DeleteQueue{.name = "large"});
    client.drop();
    harness.answerLoads();
    harness.answerLoads();
    const auto events = client.takeEvents();
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(std::get<GetOk>(events[0].body).message->bodyBytes(), 900'000u);
    EXPECT_TRUE(std::holds_alternative<GetEmpty>(events[1].body));
}

TEST_F(PagingTest, OneConnectionDoesNotGetMoreBackThanItReads)
{
    declare("large", {});
    for (int i = 0; i < 10; ++i)
        client.publish(1, "large", std::string(400'000, 'x'), true);
    for (int i = 0; i < 10; ++i)
        client.get(1, "large", true);
    EXPECT_EQ(harness.store().pendingLoadCount(), 2u) << "a megabyte";
    harness.answerLoads();
    EXPECT_EQ(client.take().size(), 2u);
    EXPECT_EQ(harness.store().pendingLoadCount(), 2u);
    client.setReads(false);
    harness.broker().setSendCredit(client.id(), 0);
    harness.answerLoads();
    EXPECT_EQ(harness.store().pendingLoadCount(), 0u) << "its socket is full";
    client.setReads(true);
    harness.settle();
    EXPECT_EQ(harness.store().pendingLoadCount(), 2u);
}

TEST_F(PagingTest, CountsAndTracesComeWithTheMessage)
{
    VhostDefinition vhost{"/"};
    vhost.isTracing = true;
    harness.broker().restore(PutVhost{vhost});
    declare("counted", {{"x-delivery-limit", std::int32_t{5}}});
    client.declareQueue(1, "traces");
    client.send(
        1,
        BindQueue{.queue = "traces", .exchange = "amq.rabbitmq.trace", .routingKey = "deliver.#"});
    client.publish(1, "counted", "a", true);
    client.get(1, "counted");
    harness.answerLoads();
    client.drop();
    client.nack(1, 1, true);
    client.get(1, "counted");
    EXPECT_EQ(queue("traces").readyCount(), 1u);
    harness.answerLoads();
    EXPECT_EQ(queue("traces").readyCount(), 2u);
    const auto events = client.takeEvents();
    ASSERT_EQ(events.size(), 1u);
    const auto headers = headersOf(*std::get<GetOk>(events[0].body).message);
    EXPECT_EQ(*headers.find("x-delivery-count"), amqp::FieldValue{std::int64_t{1}});
}

TEST_F(PagingTest, AfterARestartEverythingIsOnDiskUntilItIsWanted)
{
    publishThree();
    harness.restart();
    EXPECT_EQ(queue().pagedOutCount(), 3u);
    EXPECT_EQ(queue().bodyBytes(), 3u);
    CommandClient& other = harness.connect();
    other.consume(1, "q", "c");
    harness.answerLoads();
    EXPECT_THAT(other.take(), ElementsAre("1 consume-ok c", "1 deliver c 1 a", "1 deliver c 2 b",
                                          "1 deliver c 3 c"));
}

TEST_F(PagingTest, PrioritiesAndLifetimesHoldForWhatIsOnDisk)
{
    declare("ranked", {{"x-max-priority", std::int32_t{5}}});
    const auto publish = [&](std::string_view body, std::uint8_t priority) {
        amqp::Properties properties;
        properties.priority = priority;
        properties.deliveryMode = std::uint8_t{2};
        Buffer encoded;
        amqp::appendProperties(encoded, properties);
        client.send(1, Publish{makeMessage("", "ranked", encoded.view(), true, bytesOf(body))});
    };
    publish("low", 1);
    publish("high", 9);
    publish("middle", 3);
    harness.restart();
    CommandClient& other = harness.connect();
    other.consume(1, "ranked", "c");
    harness.answerLoads();
    EXPECT_THAT(other.take(), ElementsAre("1 consume-ok c", "1 deliver c 1 high",
                                          "1 deliver c 2 middle", "1 deliver c 3 low"));
}

// ------------------------------------------------------------------------------------- read ahead

TEST_F(PagingTest, ReadsAheadOfDeliveries)
{
    harness.setPaging([](BodyMemory& memory) {
        memory.keptBytes = 0;
        memory.headBytes = 2000;
    });
    for (int i = 0; i < 100; ++i)
        client.publish(1, "q", std::string(100, 'x'), true);
    const std::size_t inMemory = queue().inMemoryCount();
    EXPECT_GT(inMemory, 5u);
    EXPECT_LT(inMemory, 20u);
    client.setPrefetch(1, 1);
    client.consume(1, "q", "c");
    for (DeliveryTag tag = 1; tag <= 100; ++tag) {
        harness.answerLoads();
        EXPECT_LE(queue().inMemoryCount(), 21u);
        EXPECT_LE(memory().loadingBytes, 2000u);
        client.ack(1, tag);
    }
    EXPECT_EQ(client.take().size(), 102u);
    EXPECT_EQ(queue().messageCount(), 0u);
}

TEST_F(PagingTest, QueuesWaitForRoomToReadAhead)
{
    harness.setPaging([](BodyMemory& memory) {
        memory.keptBytes = 0;
        memory.headBytes = 2000;
        memory.loadingBytesMax = 3000;
    });
    client.setPrefetch(1, 1);
    for (const char* name : {"a", "b", "c", "d"}) {
        client.declareQueue(1, name, true);
        for (int i = 0; i < 50; ++i)
            client.publish(1, name, std::string(100, 'x'), true);
    }
    harness.restart();
    CommandClient& other = harness.connect();
    other.setPrefetch(1, 1);
    for (const char* name : {"a", "b", "c", "d"}) {
        other.consume(1, name, name);
        EXPECT_LE(memory().loadingBytes, 3300u) << "and one delivery each";
    }
    harness.answerLoads();
    harness.answerLoads();
    for (const char* name : {"a", "b", "c", "d"})
        EXPECT_GT(queue(name).inMemoryCount(), 5u) << name;
}

// ---------------------------------------------------------------------------------------- pressure

class PressureTest : public ::testing::Test {
protected:
    static constexpr std::size_t kBytesMax = 200'000;

    PressureTest()
    {
        harness.setPaging([](BodyMemory& memory) {
            memory.keptBytes = kBytesMax / 2;
            memory.bytesMax = kBytesMax;
        });
    }
    void pass() { harness.advance(std::chrono::milliseconds{50}); }
    const BodyMemory& memory() const { return harness.broker().state().memory(); }

    BrokerHarness harness;
    CommandClient& client = harness.connect();
};

TEST_F(PressureTest, HeadsOfManyQueuesShrinkAlike)
{
    for (int i = 0; i < 20; ++i) {
        const std::string name = "q" + std::to_string(i);
        client.declareQueue(1, name, true);
        for (int message = 0; message < 40; ++message)
            client.publish(1, name, std::string(1000, 'x'), true);
        pass();
    }
    EXPECT_LE(memory().inMemoryBytes, kBytesMax + 45'000);
    client.consume(1, "q0", "c");
    client.consume(1, "q19", "d");
    EXPECT_EQ(client.take().size(), 20 + 2 + 80u);
}

TEST_F(PressureTest, TransientMessagesAreSpilledAndComeBack)
{
    client.declareQueue(1, "q");
    for (int i = 0; i < 1000; ++i) {
        client.publish(1, "q", std::to_string(i) + std::string(1000, ' '));
        if (i % 10 == 0) pass();
    }
    pass();
    const Queue& queue = *harness.findQueue("q");
    EXPECT_EQ(queue.readyCount(), 1000u);
    EXPECT_EQ(queue.persistentCount(), 0u);
    EXPECT_GT(queue.pagedOutCount(), 700u);
    EXPECT_LE(memory().inMemoryBytes, kBytesMax + 20'000);
    client.drop();
    client.consume(1, "q", "c", true);
    std::vector<std::string> bodies;
    for (const broker::Event& event : client.takeEvents()) {
        if (const auto* delivery = std::get_if<Delivery>(&event.body)) {
            const std::string body{textOf(delivery->message->body())};
            bodies.push_back(body.substr(0, body.find(' ')));
        }
    }
    ASSERT_EQ(bodies.size(), 1000u);
    for (int i = 0; i < 1000; ++i)
        EXPECT_EQ(bodies[static_cast<std::size_t>(i)], std::to_string(i));
    EXPECT_EQ(memory().inMemoryBytes, 0u);
    EXPECT_EQ(memory().pagedOutCount, 0u);
}

TEST_F(PressureTest, ARestartForgetsWhatWasSpilled)
{
    client.declareQueue(1, "q", true);
    for (int i = 0; i < 500; ++i)
        client.publish(1, "q", std::string(1000, 'x'), i % 100 == 0);
    pass();
    ASSERT_TRUE(harness.findQueue("q")->hasSpilled());
    harness.restart();
    EXPECT_EQ(harness.findQueue("q")->readyCount(), 5u);
    EXPECT_EQ(harness.findQueue("q")->persistentCount(), 5u);
}

TEST_F(PressureTest, AQueueThatGoesTakesWhatItHasSpilledAlong)
{
    client.declareQueue(1, "q");
    for (int i = 0; i < 500; ++i)
        client.publish(1, "q", std::string(1000, 'x'));
    pass();
    ASSERT_TRUE(harness.findQueue("q")->hasSpilled());
    client.send(1, DeleteQueue{.name = "q"});
    EXPECT_EQ(harness.store().messageCount(), 0u);
    EXPECT_EQ(memory().inMemoryBytes, 0u);
    EXPECT_EQ(memory().pagedOutCount, 0u);
}

TEST_F(PressureTest, ConfirmsOfTransientMessagesDoNotWaitForTheDisk)
{
    BrokerHarness slow{BrokerHarness::Commits::OnDemand};
    slow.setPaging([](BodyMemory& memory) { memory.bytesMax = 20'000; });
    CommandClient& publisher = slow.connect();
    publisher.declareQueue(1, "q");
    publisher.send(1, SelectConfirms{});
    publisher.drop();
    for (int i = 0; i < 100; ++i)
        publisher.publish(1, "q", std::string(1000, 'x'));
    EXPECT_TRUE(slow.findQueue("q")->hasSpilled());
    EXPECT_EQ(publisher.take().back(), "1 ack 100");
}

TEST_F(PressureTest, NothingIsSpilledOnAFullDisk)
{
    harness.broker().setAlarms({.isLowOnDisk = true});
    client.declareQueue(1, "q");
    for (int i = 0; i < 500; ++i)
        client.publish(1, "q", std::string(1000, 'x'));
    pass();
    EXPECT_FALSE(harness.findQueue("q")->hasSpilled());
}

TEST_F(PressureTest, WhatConsumersHoldUnacknowledgedLeavesMemory)
{
    client.declareQueue(1, "q", true);
    for (int i = 0; i < 1000; ++i) {
        client.publish(1, "q", std::string(1000, 'x'), true);
        if (i % 10 == 0) pass();
    }
    client.consume(1, "q", "c");
    EXPECT_EQ(harness.findQueue("q")->unackedCount(), 1000u);
    EXPECT_LE(memory().inMemoryBytes, kBytesMax + 2000);
    client.nack(1, 0, true, true);
    EXPECT_EQ(harness.findQueue("q")->messageCount(), 1000u);
}

}  // namespace
}  // namespace warren::broker
