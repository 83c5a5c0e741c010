#include "core/node/snapshot_builder.h"

#include "core/node/value_conversion.h"
#include "tests/support/broker_harness.h"
#include "tests/support/wire.h"

#include <gtest/gtest.h>

#include <chrono>
#include <gmock/gmock.h>
#include <memory>
#include <string>
#include <sys/socket.h>
#include <utility>
#include <vector>

namespace warren::node {
namespace {

using namespace management;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Anybody final : public session::Authenticator {
public:
    bool accepts(std::string_view, std::string_view, bool) const override { return true; }
};

/// A broker with one real link on a socket pair; nothing waits for its event loop.
class SnapshotBuilderTest : public ::testing::Test {
protected:
    SnapshotBuilderTest()
    {
        harness.broker().ensureVhost("other");
        int ends[2];
        WARREN_CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
        peer = net::FileDescriptor(ends[1]);
        link =
            std::make_unique<ClientLink>(context, ConnectionId{1000}, net::FileDescriptor(ends[0]));
    }
    ~SnapshotBuilderTest() override
    {
        harness.broker().apply(link->id(), {0, broker::LoseConnection{}});
    }

    /// The link's client says something, and everything follows from it.
    void say(const std::string& bytes)
    {
        (void)link->received(bytesOf(bytes));
        harness.broker().flush();
        harness.broker().drainEvents([&](ConnectionId id, std::span<broker::Event> events) {
            if (id == link->id()) link->send(events);
        });
        link->flush();
    }
    void logIn()
    {
        broker::Administration& people = harness.broker().administration();
        ASSERT_TRUE(people.putUser({.name = "ann"}).isOk());
        ASSERT_TRUE(people.putPermission({"/", "ann", ".*", ".*", ".*"}).isOk());
        amqp::ConnectionStartOk startOk;
        startOk.mechanism = "PLAIN";
        startOk.response = std::string_view("\0ann\0secret", 11);
        startOk.clientProperties = {
            {"product", "tester"}, {"version", "1.2"}, {"connection_name", "my connection"}};
        say(std::string{warren::textOf(amqp::kProtocolHeader)} + test::methodFrame(0, startOk) +
            test::methodFrame(
                0, amqp::ConnectionTuneOk{.channelMax = 9, .frameMax = 8192, .heartbeat = 30}) +
            test::methodFrame(0, amqp::ConnectionOpen{}) +
            test::methodFrame(1, amqp::ChannelOpen{}));
    }
    void publish(int count)
    {
        std::string frames;
        for (int i = 0; i < count; ++i)
            frames += test::contentFrames(1, amqp::BasicPublish{.exchange = "", .routingKey = "q"},
                                          "body");
        say(frames);
    }
    SnapshotPtr build(const WatchScope& scope)
    {
        SnapshotBuilder::Surroundings surroundings;
        surroundings.links = {link.get()};
        return builder.build(harness.broker().state(), scope, std::move(surroundings), now);
    }
    SnapshotPtr build(Topics topics) { return build(WatchScope{.topics = topics}); }

    Instant now{};
    test::BrokerHarness harness;
    net::Poller poller;
    Anybody authenticator;
    net::FileDescriptor peer;
    ClientLink::Context context{.broker = harness.broker(),
                                .poller = poller,
                                .sessionConfig = harness.sessionConfig(),
                                .authenticator = authenticator,
                                .now = [this] { return now; },
                                .wallNow = [this] { return harness.wallNow(); },
                                .onTouched = [](ClientLink&) {},
                                .onGone = [](ClientLink&, net::CloseReason) {}};
    std::unique_ptr<ClientLink> link;
    SnapshotBuilder builder;
};

TEST_F(SnapshotBuilderTest, SamplesOnlyWhatIsWatched)
{
    logIn();
    const SnapshotPtr snapshot = build(TopicOverview);
    EXPECT_EQ(snapshot->topics, TopicOverview);
    EXPECT_THAT(snapshot->queues, IsEmpty());
    EXPECT_THAT(snapshot->exchanges, IsEmpty());
    EXPECT_THAT(snapshot->connections, IsEmpty());
    EXPECT_THAT(snapshot->channels, IsEmpty());
    EXPECT_THAT(snapshot->vhosts, IsEmpty());
    EXPECT_EQ(snapshot->overview.connectionCount, 1u);
    EXPECT_EQ(snapshot->overview.channelCount, 1u);
    EXPECT_EQ(snapshot->overview.exchangeCount, 14u);
    EXPECT_EQ(build(TopicQueues)->sequence, snapshot->sequence + 1);
}

TEST_F(SnapshotBuilderTest, ListsQueuesByVhostAndName)
{
    test::CommandClient& client = harness.connect();
    client.declareQueue(1, "b", true);
    client.send(1, broker::DeclareQueue{.name = "a",
                                        .isAutoDelete = true,
                                        .arguments = {{"x-max-length", std::int32_t{5}},
                                                      {"x-queue-mode", "lazy"},
                                                      {"x-nobody-knows", true}}});
    client.publish(1, "b", "body", true);
    client.publish(1, "b", "body");
    client.get(1, "b");
    const SnapshotPtr snapshot = build(TopicQueues);
    ASSERT_EQ(snapshot->queues.size(), 2);
    const QueueRow& a = snapshot->queues[0];
    const QueueRow& b = snapshot->queues[1];
    EXPECT_EQ(a.key.name, QStringLiteral("a"));
    EXPECT_TRUE(a.isAutoDelete);
    EXPECT_EQ(a.arguments.value(QStringLiteral("x-max-length")), QVariant{5});
    EXPECT_EQ(a.notHonoured,
              (QStringList{QStringLiteral("x-queue-mode"), QStringLiteral("x-nobody-knows")}));
    EXPECT_EQ(a.type, QStringLiteral("classic"));
    EXPECT_EQ(b.key.name, QStringLiteral("b"));
    EXPECT_TRUE(b.isDurable);
    EXPECT_EQ(b.readyCount, 1u);
    EXPECT_EQ(b.unackedCount, 1u);
    EXPECT_EQ(b.persistentCount, 1u);
    EXPECT_EQ(b.bodyBytes, 8u);
    EXPECT_GT(b.memoryBytes, b.bodyBytes);
    EXPECT_EQ(snapshot->overview.readyCount, 1u);
    EXPECT_EQ(snapshot->overview.unackedCount, 1u);
    EXPECT_EQ(snapshot->overview.queueCount, 2u);
}

TEST_F(SnapshotBuilderTest, NamesTheOwnerOfAnExclusiveQueue)
{
    logIn();
    say(test::methodFrame(1, amqp::QueueDeclare{.queue = "mine", .exclusive = true}));
    const QueueRow row = build(TopicQueues)->queues.front();
    EXPECT_TRUE(row.isExclusive);
    EXPECT_EQ(utf8Of(row.ownerConnection), link->name());
}

TEST_F(SnapshotBuilderTest, KeepsNothingOfAQueueUnderTheNameOfTheNext)
{
    test::CommandClient& client = harness.connect();
    client.declareQueue(1, "q", true);
    (void)build(TopicQueues);
    client.send(1, broker::DeleteQueue{.name = "q"});
    client.declareQueue(1, "q", false);
    EXPECT_FALSE(build(TopicQueues)->queues.front().isDurable);
}

TEST_F(SnapshotBuilderTest, CountsMessagesPerVhost)
{
    test::CommandClient& client = harness.connect();
    client.declareQueue(1, "q");
    client.publish(1, "q", "m");
    const SnapshotPtr snapshot = build(TopicVhosts);
    ASSERT_EQ(snapshot->vhosts.size(), 2);
    EXPECT_EQ(snapshot->vhosts[0].name, QStringLiteral("/"));
    EXPECT_EQ(snapshot->vhosts[0].messageCount, 1u);
    EXPECT_EQ(snapshot->vhosts[1].queueCount, 0u);
}

TEST_F(SnapshotBuilderTest, ShowsWhatIsKnownOfAConnection)
{
    EXPECT_EQ(build(TopicConnections)->connections.front().state, ConnectionState::Starting);
    logIn();
    const ConnectionRow row = build(TopicConnections)->connections.front();
    EXPECT_EQ(utf8Of(row.name), link->name());
    EXPECT_EQ(row.vhost, QStringLiteral("/"));
    EXPECT_EQ(row.user, QStringLiteral("ann"));
    EXPECT_EQ(row.state, ConnectionState::Running);
    EXPECT_EQ(row.clientName, QStringLiteral("my connection"));
    EXPECT_EQ(row.product, QStringLiteral("tester 1.2"));
    EXPECT_EQ(row.frameBytesMax, 8192u);
    EXPECT_EQ(row.channelMax, 9u);
    EXPECT_EQ(row.heartbeatSeconds, 30u);
    EXPECT_EQ(row.channelCount, 1u);
    EXPECT_GT(row.sentBytes, 0u);
}

TEST_F(SnapshotBuilderTest, ShowsBlockedAndHeldConnections)
{
    logIn();
    const auto state = [&] { return build(TopicConnections)->connections.front().state; };
    link->setHold(ClientLink::Hold::Store);
    EXPECT_EQ(state(), ConnectionState::Flow);
    EXPECT_EQ(build(TopicConnections)->connections.front().credit.heldBy, FlowStage::Store);
    EXPECT_EQ(build(TopicOverview)->overview.bottleneck, FlowStage::Store);
    harness.broker().setAlarms({.isLowOnMemory = true});
    EXPECT_EQ(state(), ConnectionState::Blocking);
    publish(1);
    EXPECT_EQ(state(), ConnectionState::Blocked);
    link->setHold(ClientLink::Hold::Alarm);
    const SnapshotPtr blocked = build(TopicConnections);
    EXPECT_EQ(blocked->connections.front().blockedReason, QStringLiteral("low on memory"));
    EXPECT_EQ(blocked->connections.front().credit.heldBy, FlowStage::Publisher);
    EXPECT_EQ(blocked->overview.blockedCount, 1u);
    EXPECT_EQ(blocked->overview.blockedConnections, QStringList{blocked->connections.front().name});
    EXPECT_EQ(blocked->overview.flow.at(0).heldCount, 1u);
    harness.broker().setAlarms({});
    link->setHold(ClientLink::Hold::None);
    EXPECT_EQ(state(), ConnectionState::Flow) << "shown for a while longer";
    now = now + ConnectionStates::kFlowShown;
    EXPECT_EQ(state(), ConnectionState::Running);
    QList<ConnectionState> states;
    const SnapshotPtr last = build(TopicConnections);
    for (const ConnectionStateChange& one : last->connections[0].stateHistory)
        states.append(one.state);
    EXPECT_EQ(states, (QList<ConnectionState>{ConnectionState::Flow, ConnectionState::Blocking,
                                              ConnectionState::Blocked, ConnectionState::Flow,
                                              ConnectionState::Running}));
    say(test::methodFrame(7, amqp::ChannelClose{}));
    EXPECT_EQ(state(), ConnectionState::Closing);
}

TEST_F(SnapshotBuilderTest, ShowsWhatAChannelHolds)
{
    logIn();
    say(test::methodFrame(1, amqp::QueueDeclare{.queue = "q"}) +
        test::methodFrame(1, amqp::BasicQos{.prefetchCount = 2}) +
        test::methodFrame(1, amqp::BasicQos{.prefetchCount = 7, .global = true}) +
        test::methodFrame(1, amqp::ConfirmSelect{}) +
        test::methodFrame(1, amqp::BasicConsume{.queue = "q", .consumerTag = "c"}));
    publish(3);
    const ChannelRow row = build(TopicChannels)->channels.front();
    EXPECT_EQ(utf8Of(row.connection), link->name());
    EXPECT_EQ(row.number, 1);
    EXPECT_EQ(row.mode, ChannelMode::Confirm);
    EXPECT_EQ(row.consumerCount, 1u);
    EXPECT_EQ(row.unackedCount, 2u);
    EXPECT_EQ(row.prefetch, 2u);
    EXPECT_EQ(row.globalPrefetch, 7u);
    EXPECT_EQ(row.state, QStringLiteral("idle"));
}

TEST_F(SnapshotBuilderTest, CountsRatesBetweenSnapshots)
{
    logIn();
    say(test::methodFrame(1, amqp::QueueDeclare{.queue = "q"}));
    const Topics topics = TopicQueues | TopicChannels | TopicExchanges | TopicConnections;
    (void)build(topics);
    publish(20);
    now = now + 2s;
    const SnapshotPtr snapshot = build(topics);
    EXPECT_EQ(snapshot->queues.front().rates.publish, 10);
    EXPECT_EQ(snapshot->queues.front().state, QueueState::Running);
    EXPECT_EQ(snapshot->channels.front().rates.publish, 10);
    EXPECT_EQ(snapshot->channels.front().state, QStringLiteral("running"));
    EXPECT_EQ(snapshot->exchanges.front().publishInRate, 10) << "the default exchange";
    EXPECT_EQ(snapshot->exchanges.front().publishOutRate, 10);
    EXPECT_EQ(snapshot->overview.rates.publish, 10);
}

TEST_F(SnapshotBuilderTest, AChannelOpenedAgainStartsItsRatesAnew)
{
    logIn();
    say(test::methodFrame(1, amqp::QueueDeclare{.queue = "q"}));
    publish(20);
    (void)build(TopicChannels);
    say(test::methodFrame(1, amqp::ChannelClose{}));
    say(test::methodFrame(1, amqp::ChannelOpen{}));
    now = now + 2s;
    EXPECT_EQ(build(TopicChannels)->channels.front().rates.publish, 0);
    publish(4);
    now = now + 2s;
    EXPECT_EQ(build(TopicChannels)->channels.front().rates.publish, 2);
}

TEST_F(SnapshotBuilderTest, DetailsOneQueue)
{
    logIn();
    say(test::methodFrame(1, amqp::QueueDeclare{.queue = "q"}) +
        test::methodFrame(1, amqp::QueueBind{.queue = "q",
                                             .exchange = "amq.topic",
                                             .routingKey = "a.#",
                                             .arguments = {{"n", std::int8_t{1}}}}) +
        test::methodFrame(1, amqp::BasicConsume{.queue = "q", .consumerTag = "c", .noAck = true}));
    const SnapshotPtr snapshot =
        build({.topics = TopicQueueDetail,
               .queue = ResourceKey{QStringLiteral("/"), QStringLiteral("q")}});
    ASSERT_TRUE(snapshot->queue.has_value());
    EXPECT_EQ(snapshot->queue->consumerCount, 1u);
    ASSERT_EQ(snapshot->queueBindings.size(), 2);
    EXPECT_EQ(snapshot->queueBindings[0].source, QString{}) << "the default exchange's comes first";
    EXPECT_EQ(snapshot->queueBindings[1].routingKey, QStringLiteral("a.#"));
    ASSERT_EQ(snapshot->queueConsumers.size(), 1);
    EXPECT_EQ(snapshot->queueConsumers[0].tag, QStringLiteral("c"));
    EXPECT_FALSE(snapshot->queueConsumers[0].needsAck);
    EXPECT_EQ(utf8Of(snapshot->queueConsumers[0].connection), link->name());
    const SnapshotPtr missing =
        build({.topics = TopicQueueDetail,
               .queue = ResourceKey{QStringLiteral("/"), QStringLiteral("nobody")}});
    EXPECT_FALSE(missing->queue.has_value());
}

TEST_F(SnapshotBuilderTest, DetailsOneExchange)
{
    test::CommandClient& client = harness.connect();
    client.declareQueue(1, "q");
    client.send(1, broker::BindQueue{.queue = "q", .exchange = "amq.fanout"});
    client.send(1, broker::BindExchange{.destination = "amq.fanout", .source = "amq.topic"});
    const SnapshotPtr snapshot =
        build({.topics = TopicExchangeDetail,
               .queue = {},
               .exchange = ResourceKey{QStringLiteral("/"), QStringLiteral("amq.fanout")}});
    ASSERT_TRUE(snapshot->exchange.has_value());
    EXPECT_EQ(snapshot->exchange->type, QStringLiteral("fanout"));
    ASSERT_EQ(snapshot->exchangeBindingsFrom.size(), 1);
    EXPECT_EQ(snapshot->exchangeBindingsFrom[0].destination, QStringLiteral("q"));
    ASSERT_EQ(snapshot->exchangeBindingsTo.size(), 1);
    EXPECT_EQ(snapshot->exchangeBindingsTo[0].source, QStringLiteral("amq.topic"));
}

}  // namespace
}  // namespace warren::node
