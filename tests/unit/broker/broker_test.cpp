#include "core/broker/broker.h"

#include "tests/support/broker_harness.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <string>
#include <vector>

namespace warren::broker {
namespace {

using test::BrokerHarness;
using test::CommandClient;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Broker, NamesTheMethodAtFault)
{
    BrokerHarness harness;
    CommandClient& client = harness.connect(8);
    client.send(1, Get{.queue = "nobody"});
    client.send(2, Consume{.queue = "nobody"});
    client.send(3, Ack{.tag = 9});
    client.send(4, Reject{.tag = 9, .method = {60, 90}});
    client.send(5, DeclareQueue{.name = "nobody", .isPassive = true});
    client.send(6, DeleteExchange{.name = "amq.direct"});
    client.send(7, CommitTransaction{});
    client.publishTo(8, "nowhere", "k", "m");
    std::vector<std::string> methods;
    for (const Event& event : client.takeEvents()) {
        const amqp::MethodId method = std::get<ChannelFailed>(event.body).error.method;
        methods.push_back(std::to_string(method.classId) + "." + std::to_string(method.methodId));
    }
    EXPECT_THAT(methods, ElementsAre("60.70", "60.20", "60.80", "60.90", "50.10", "40.20", "90.20",
                                     "60.40"));
}

TEST(Broker, GrantsEveryAccessRequest)
{
    BrokerHarness harness;
    CommandClient& client = harness.connect();
    client.send(1, RequestAccess{});
    EXPECT_THAT(client.take(), ElementsAre("1 access.request-ok"));
}

TEST(Broker, RefusesToRunWithoutItsPreconditions)
{
    BrokerHarness harness;
    CommandClient& client = harness.connect();
    EXPECT_DEATH(harness.broker().apply({999}, {0, CloseConnection{}}), "connection != nullptr");
    EXPECT_DEATH(harness.broker().addConnection(client.id()), "isNew");
    EXPECT_DEATH(client.apply(7, Get{}), "channel != nullptr");
    EXPECT_DEATH(client.apply(1, OpenChannel{}), "findChannel");
    EXPECT_DEATH(client.apply(0, OpenChannel{}), "channel 0");
    EXPECT_DEATH(client.apply(1, CloseConnection{}), "connection's command");
    EXPECT_DEATH(client.apply(1, ConfirmChannelClosed{}), "isClosing");
}

TEST(Broker, TellsWhetherAnotherFlushHasWork)
{
    Broker broker(1);
    broker.ensureVhost("/");
    EXPECT_FALSE(broker.hasWork());
    broker.addConnection({1});
    broker.apply({1}, {0, OpenConnection{.vhost = "/"}});
    broker.apply({1}, {1, OpenChannel{}});
    broker.apply({1}, {1, DeclareQueue{.name = "q"}});
    broker.apply({1}, {1, Publish{test::messageOf("", "q", "m"), false}});
    EXPECT_TRUE(broker.hasWork());
    broker.flush();
    EXPECT_FALSE(broker.hasWork());
}

TEST(Broker, HandsOutEventsOncePerConnection)
{
    Broker broker(1);
    broker.ensureVhost("/");
    broker.addConnection({1});
    broker.addConnection({2});
    broker.apply({2}, {0, OpenConnection{.vhost = "/"}});
    broker.apply({1}, {0, OpenConnection{.vhost = "/"}});
    broker.apply({2}, {1, OpenChannel{}});
    std::vector<std::string> seen;
    const auto take = [&](ConnectionId id, std::span<Event> events) {
        for (const Event& event : events)
            seen.push_back(std::to_string(id.value) + ": " + test::describe(event));
    };
    broker.drainEvents(take);
    EXPECT_THAT(seen, ElementsAre("2: 0 connection.open-ok", "2: 1 channel.open-ok",
                                  "1: 0 connection.open-ok"));
    seen.clear();
    broker.drainEvents(take);
    EXPECT_THAT(seen, IsEmpty());
}

TEST(Broker, ForgetsTheEventsOfALostConnection)
{
    Broker broker(1);
    broker.ensureVhost("/");
    broker.addConnection({1});
    broker.apply({1}, {0, OpenConnection{.vhost = "/"}});
    broker.apply({1}, {0, LoseConnection{}});
    broker.drainEvents([](ConnectionId, std::span<Event>) { FAIL(); });
}

TEST(Broker, LogsOnlyWhatMustSurvive)
{
    Broker broker(1);
    broker.ensureVhost("/");
    (void)broker.takeOperations();
    broker.addConnection({1});
    broker.apply({1}, {0, OpenConnection{.vhost = "/"}});
    broker.apply({1}, {1, OpenChannel{}});
    broker.apply({1}, {1, DeclareQueue{.name = "t"}});
    broker.apply({1}, {1, DeclareQueue{.name = "d", .isDurable = true}});
    broker.apply({1}, {1, Publish{test::messageOf("", "t", "m", true), false}});
    broker.apply({1}, {1, Publish{test::messageOf("", "d", "m", false), false}});
    EXPECT_EQ(broker.takeOperations().size(), 1u) << "the durable queue";
    broker.apply({1}, {1, Publish{test::messageOf("", "d", "m", true), false}});
    broker.apply({1}, {1, PurgeQueue{.name = "t"}});
    broker.apply({1}, {1, PurgeQueue{.name = "d"}});
    const auto operations = broker.takeOperations();
    ASSERT_EQ(operations.size(), 2u);
    EXPECT_TRUE(std::holds_alternative<Enqueue>(operations[0]));
    EXPECT_EQ(std::get<Remove>(operations[1]).reason, RemovalReason::Purged);
    EXPECT_EQ(std::get<Remove>(operations[1]).position, std::get<Enqueue>(operations[0]).position);
}

TEST(Broker, LogPositionsRiseByOnePerOperationThatHasOne)
{
    Broker broker(1);
    broker.ensureVhost("/");
    broker.addConnection({1});
    broker.apply({1}, {0, OpenConnection{.vhost = "/"}});
    broker.apply({1}, {1, OpenChannel{}});
    broker.apply({1}, {1, DeclareQueue{.name = "d", .isDurable = true}});
    broker.apply({1}, {1, Consume{.queue = "d", .tag = "c"}});
    for (int i = 0; i < 3; ++i)
        broker.apply({1}, {1, Publish{test::messageOf("", "d", "m", true), false}});
    broker.flush();
    LogPosition expected = 0;
    for (const StoredOperation& operation : broker.takeOperations()) {
        expected += 1;
        std::visit([&](const auto& one) { EXPECT_EQ(one.position, expected); }, operation);
    }
    EXPECT_EQ(expected, 6u) << "vhost, queue, mark and three messages";
}

TEST(Broker, RestoresMessagesInTheirOrderWithTheirPlaces)
{
    BrokerHarness harness{BrokerHarness::Commits::OnDemand};
    CommandClient& client = harness.connect();
    client.declareQueue(1, "d", true);
    for (const char* body : {"a", "b", "c"})
        client.publish(1, "d", body, true);
    client.publish(1, "d", "transient", false);
    harness.commit();
    harness.crash();
    EXPECT_THAT(harness.ready("d"), ElementsAre("a", "b", "c"));
    CommandClient& later = harness.connect();
    later.publish(1, "d", "e", true);
    harness.commit();
    harness.crash();
    EXPECT_THAT(harness.ready("d"), ElementsAre("a", "b", "c", "e"));
}

TEST(Broker, LeavesOutMessagesOfAnUnknownQueue)
{
    Broker broker(1);
    EXPECT_FALSE(broker.restore(
        {7}, {.sequence = 1, .position = 1, .message = test::messageOf("", "q", "m", true)}));
}

TEST(Broker, HeldEventsOfALostConnectionAreNobodys)
{
    BrokerHarness harness{BrokerHarness::Commits::OnDemand};
    CommandClient& client = harness.connect();
    client.declareQueue(1, "d", true);
    client.lose();
    harness.commit();
    EXPECT_NE(harness.findQueue("d"), nullptr);
    EXPECT_THAT(client.take(), IsEmpty());
}

TEST(Broker, HeldEventsAreDroppedWhenTheConnectionCloses)
{
    BrokerHarness harness{BrokerHarness::Commits::OnDemand};
    CommandClient& client = harness.connect();
    client.declareQueue(1, "d", true);
    client.send(0, CloseConnection{});
    EXPECT_THAT(client.take(), ElementsAre("0 connection.close-ok"));
    harness.commit();
    EXPECT_THAT(client.take(), IsEmpty());
}

TEST(Broker, ChannelThatClosesWhileHeldKeepsItsOrder)
{
    BrokerHarness harness{BrokerHarness::Commits::OnDemand};
    CommandClient& client = harness.connect();
    client.declareQueue(1, "d", true);
    client.send(1, CloseChannel{});
    EXPECT_THAT(client.take(), IsEmpty());
    harness.commit();
    EXPECT_THAT(client.take(), ElementsAre("1 queue.declare-ok d 0 0", "1 channel.close-ok"));
}

TEST(Broker, GivesTheSameNamesForTheSameSeed)
{
    const auto names = [](std::uint64_t seed) {
        BrokerHarness harness{BrokerHarness::Commits::AtOnce, seed};
        CommandClient& client = harness.connect();
        client.send(1, DeclareQueue{});
        client.send(1, Consume{});
        return client.take();
    };
    EXPECT_EQ(names(5), names(5));
    EXPECT_NE(names(5), names(6));
}

TEST(Broker, CountsWhatHappensToMessages)
{
    BrokerHarness harness;
    CommandClient& client = harness.connect();
    client.declareQueue(1, "q");
    client.send(1, SelectConfirms{});
    client.publish(1, "q", "a");
    client.publish(1, "q", "b");
    client.consume(1, "q", "c");
    client.nack(1, 1, true);
    client.ack(1, 2);
    const MessageCounters& counters = harness.broker().state().counters;
    EXPECT_EQ(counters.publish, 2u);
    EXPECT_EQ(counters.confirm, 2u);
    EXPECT_EQ(counters.deliver, 3u);
    EXPECT_EQ(counters.redeliver, 1u);
    EXPECT_EQ(counters.ack, 1u);
    const MessageCounters& ofQueue = harness.findQueue("q")->counters;
    EXPECT_EQ(ofQueue.publish, 2u);
    EXPECT_EQ(ofQueue.deliver, 3u);
    EXPECT_EQ(ofQueue.ack, 1u);
}

}  // namespace
}  // namespace warren::broker
