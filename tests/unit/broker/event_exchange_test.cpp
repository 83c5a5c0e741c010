#include "core/broker/event_exchange.h"

#include "core/amqp/properties.h"
#include "core/broker/message_copy.h"
#include "tests/support/broker_harness.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <gmock/gmock.h>
#include <stdexcept>
#include <string>
#include <vector>

namespace warren::broker {
namespace {

using amqp::FieldArray;
using amqp::FieldTable;
using amqp::FieldValue;
using test::BrokerHarness;
using test::CommandClient;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const auto kTopicPermission =
    TopicPermissionDefinition{.vhost = "v", .user = "u", .exchange = "amq.topic"};

class EventExchangeTest : public ::testing::Test {
protected:
    EventExchangeTest()
    {
        harness.broker().setNodeName("warren@here");
        harness.broker().setEventVhost("/");
        client.declareQueue(1, "events");
        listen(true);
        (void)events();
    }
    void listen(bool isOn)
    {
        if (isOn) {
            client.send(
                1,
                BindQueue{.queue = "events", .exchange = "amq.rabbitmq.event", .routingKey = "#"});
        } else {
            client.send(
                1, UnbindQueue{
                       .queue = "events", .exchange = "amq.rabbitmq.event", .routingKey = "#"});
        }
    }
    /// The events since the last call.
    std::vector<MessagePtr> events()
    {
        harness.settle();
        std::vector<MessagePtr> list;
        client.drop();
        while (harness.findQueue("events")->readyCount() > 0) {
            client.get(1, "events", true);
            const auto got = client.takeEvents();
            if (got.empty()) throw std::runtime_error("the channel is closed");
            for (const broker::Event& event : got)
                list.push_back(std::get<GetOk>(event.body).message);
        }
        return list;
    }
    std::vector<std::string> keys()
    {
        std::vector<std::string> list;
        for (const MessagePtr& event : events())
            list.emplace_back(event->routingKey());
        return list;
    }
    /// The headers of the only event, without its time.
    FieldTable only(std::string_view key)
    {
        const std::vector<MessagePtr> list = events();
        EXPECT_EQ(list.size(), 1u);
        if (list.size() != 1) return {};
        EXPECT_EQ(list[0]->routingKey(), key);
        FieldTable headers = headersOf(*list[0]);
        EXPECT_TRUE(headers.remove("timestamp_in_ms"));
        return headers;
    }

    BrokerHarness harness;
    CommandClient& client = harness.connect();
};

TEST_F(EventExchangeTest, IsInternalDurableAndOfOneVhost)
{
    const Exchange* exchange = harness.broker().findVhost("/")->findExchange(kEventExchange);
    ASSERT_NE(exchange, nullptr);
    EXPECT_EQ(exchange->definition.type, ExchangeType::Topic);
    EXPECT_TRUE(exchange->definition.isDurable && exchange->definition.isInternal);
    harness.broker().ensureVhost("other");
    EXPECT_EQ(harness.broker().findVhost("other")->findExchange(kEventExchange), nullptr);
    client.publishTo(1, "amq.rabbitmq.event", "k", "m");
    EXPECT_EQ(client.take().back(),
              "1 channel.close 403 cannot publish to internal exchange 'amq.rabbitmq.event' in "
              "vhost '/'");
}

TEST_F(EventExchangeTest, ComesBackAfterARestartWithItsBindings)
{
    client.declareQueue(1, "kept", true);
    client.send(
        1, BindQueue{.queue = "kept", .exchange = "amq.rabbitmq.event", .routingKey = "queue.#"});
    harness.restart();
    harness.broker().setEventVhost("/");
    CommandClient& other = harness.connect();
    other.declareQueue(1, "new");
    EXPECT_EQ(harness.findQueue("kept")->readyCount(), 1u);
}

TEST_F(EventExchangeTest, MessagesAreEmptyPersistentAndTimed)
{
    client.declareQueue(1, "q");
    const std::vector<MessagePtr> list = events();
    ASSERT_EQ(list.size(), 1u);
    EXPECT_EQ(list[0]->exchange(), kEventExchange);
    EXPECT_EQ(list[0]->bodyBytes(), 0u);
    EXPECT_TRUE(list[0]->isPersistent());
    const amqp::Properties properties = propertiesOf(*list[0]);
    const auto now = harness.wallNow().sinceEpoch;
    EXPECT_EQ(properties.deliveryMode, 2);
    EXPECT_EQ(properties.timestamp->seconds, static_cast<std::uint64_t>(now.count()) / 1000);
    EXPECT_EQ(*properties.headers->find("timestamp_in_ms")->as<std::int64_t>(), now.count());
}

TEST_F(EventExchangeTest, TellsOfQueues)
{
    client.send(
        1, DeclareQueue{
               .name = "q", .isDurable = true, .arguments = {{"x-max-length", std::int32_t{5}}}});
    EXPECT_EQ(
        only("queue.created"),
        (FieldTable{{"user_who_performed_action", "guest"},
                    {"exclusive", false},
                    {"owner_pid", ""},
                    {"arguments", FieldArray{FieldValue{"{<<\"x-max-length\">>,signedint,5}"}}},
                    {"auto_delete", false},
                    {"durable", true},
                    {"name", "q"},
                    {"vhost", "/"}}));
    client.send(
        1, DeclareQueue{
               .name = "q", .isDurable = true, .arguments = {{"x-max-length", std::int32_t{5}}}});
    client.send(1, DeclareQueue{.name = "q", .isPassive = true});
    EXPECT_THAT(keys(), IsEmpty()) << "it was there";
}

TEST_F(EventExchangeTest, TellsOfBindingsThatGoWithTheirEnds)
{
    client.declareQueue(1, "q");
    client.send(1, DeclareExchange{.name = "e", .type = "topic"});
    client.send(1, DeclareExchange{.name = "f", .type = "fanout"});
    client.send(1, BindQueue{.queue = "q",
                             .exchange = "e",
                             .routingKey = "key",
                             .arguments = {{"x", std::int32_t{1}}}});
    client.send(1, BindExchange{.destination = "f", .source = "e", .routingKey = "k"});
    const std::vector<MessagePtr> list = events();
    ASSERT_EQ(list.size(), 5u);
    FieldTable binding = headersOf(*list[3]);
    binding.remove("timestamp_in_ms");
    EXPECT_EQ(binding, (FieldTable{{"user_who_performed_action", "guest"},
                                   {"vhost", "/"},
                                   {"arguments", FieldArray{FieldValue{"{<<\"x\">>,signedint,1}"}}},
                                   {"routing_key", "key"},
                                   {"destination_kind", "queue"},
                                   {"destination_name", "q"},
                                   {"source_kind", "exchange"},
                                   {"source_name", "e"}}));
    client.send(1, DeleteExchange{.name = "e"});
    EXPECT_THAT(keys(), ElementsAre("exchange.deleted", "binding.deleted", "binding.deleted"));
    client.send(1, BindQueue{.queue = "q", .exchange = "f"});
    client.send(1, UnbindQueue{.queue = "q", .exchange = "f"});
    client.send(1, UnbindQueue{.queue = "q", .exchange = "f"});
    client.send(1, BindQueue{.queue = "q", .exchange = "f"});
    client.send(1, DeleteQueue{.name = "q"});
    EXPECT_THAT(keys(), ElementsAre("binding.created", "binding.deleted", "binding.created",
                                    "binding.deleted", "queue.deleted"));
}

TEST_F(EventExchangeTest, TheFirstBindingHearsOfItself)
{
    listen(false);
    EXPECT_THAT(keys(), IsEmpty());
    client.declareQueue(1, "unheard");
    listen(true);
    EXPECT_THAT(keys(), ElementsAre("binding.created"));
}

TEST_F(EventExchangeTest, CostsNothingWhileNobodyListens)
{
    listen(false);
    client.apply(1, DeclareQueue{.name = "q"});
    client.apply(1, Consume{.queue = "q"});
    EXPECT_TRUE(harness.broker().state().notices.empty());
    (void)harness.broker().declarations().declareQueue(*harness.broker().findVhost("/"), {},
                                                       DeclareQueue{.name = "r"});
    EXPECT_TRUE(harness.broker().state().notices.empty());
}

TEST_F(EventExchangeTest, TellsOfConnectionsChannelsAndConsumers)
{
    const amqp::FieldTable properties{{"connection_name", "hello"}, {"n", std::int32_t{1}}};
    const ConnectionId id{77};
    Broker& broker = harness.broker();
    broker.addConnection(id, "127.0.0.1:40000 -> 10.0.0.1:5672", true);
    broker.apply(id, {0, OpenConnection{.vhost = "/",
                                        .user = "guest",
                                        .mechanism = "PLAIN",
                                        .clientProperties = &properties,
                                        .frameBytesMax = 131072,
                                        .channelMax = 2047,
                                        .heartbeatSeconds = 60}});
    std::vector<MessagePtr> list = events();
    ASSERT_EQ(list.size(), 2u);
    EXPECT_EQ(list[0]->routingKey(), "user.authentication.success");
    EXPECT_EQ(list[1]->routingKey(), "connection.created");
    FieldTable created = headersOf(*list[1]);
    created.remove("timestamp_in_ms");
    const FieldArray terms{FieldValue{"{<<\"connection_name\">>,longstr,<<\"hello\">>}"},
                           FieldValue{"{<<\"n\">>,signedint,1}"}};
    EXPECT_EQ(created,
              (FieldTable{{"user_who_performed_action", "guest"},
                          {"node", "warren@here"},
                          {"connected_at", std::int64_t{harness.wallNow().sinceEpoch.count()}},
                          {"client_properties", terms},
                          {"channel_max", std::int64_t{2047}},
                          {"frame_max", std::int64_t{131072}},
                          {"timeout", std::int64_t{60}},
                          {"vhost", "/"},
                          {"user", "guest"},
                          {"protocol", "{0,9,1}"},
                          {"ssl_hash", ""},
                          {"ssl_cipher", ""},
                          {"ssl_key_exchange", ""},
                          {"ssl_protocol", ""},
                          {"auth_mechanism", "PLAIN"},
                          {"peer_cert_validity", ""},
                          {"peer_cert_issuer", ""},
                          {"peer_cert_subject", ""},
                          {"ssl", true},
                          {"peer_host", "{127,0,0,1}"},
                          {"host", "{10,0,0,1}"},
                          {"peer_port", std::int64_t{40000}},
                          {"port", std::int64_t{5672}},
                          {"name", "127.0.0.1:40000 -> 10.0.0.1:5672"},
                          {"pid", "<warren@here.77.0>"},
                          {"type", "network"},
                          {"user_provided_name", "hello"}}));

    broker.apply(id, {3, OpenChannel{}});
    EXPECT_EQ(only("channel.created"), (FieldTable{{"user_who_performed_action", "guest"},
                                                   {"vhost", "/"},
                                                   {"user", "guest"},
                                                   {"number", std::int64_t{3}},
                                                   {"connection", "<warren@here.77.0>"},
                                                   {"name", "127.0.0.1:40000 -> 10.0.0.1:5672 (3)"},
                                                   {"pid", "<warren@here.77.3>"}}));
    broker.apply(id, {3, DeclareQueue{.name = "own", .isExclusive = true}});
    (void)events();
    broker.apply(id, {3, Consume{.queue = "own", .tag = "c"}});
    EXPECT_EQ(only("consumer.created"), (FieldTable{{"user_who_performed_action", "guest"},
                                                    {"arguments", FieldArray{}},
                                                    {"prefetch_count", std::int64_t{0}},
                                                    {"queue", "own"},
                                                    {"vhost", "/"},
                                                    {"channel", "<warren@here.77.3>"},
                                                    {"ack_required", true},
                                                    {"exclusive", false},
                                                    {"consumer_tag", "c"}}));
    broker.apply(id, {0, CloseConnection{}});
    list = events();
    std::vector<std::string> order;
    for (const MessagePtr& one : list)
        order.emplace_back(one->routingKey());
    EXPECT_THAT(order, ElementsAre("consumer.deleted", "channel.closed", "queue.deleted",
                                   "connection.closed"));
    EXPECT_EQ(*headersOf(*list[2]).find("user_who_performed_action")->as<std::string>(),
              kInternalActor);
    EXPECT_EQ(*headersOf(*list[3]).find("user_provided_name")->as<std::string>(), "hello");
    broker.apply(id, {0, LoseConnection{}});
    EXPECT_THAT(keys(), IsEmpty()) << "it has been closed before";
}

TEST_F(EventExchangeTest, TellsOfRefusedLogins)
{
    const ConnectionId id{77};
    harness.broker().addConnection(id, "127.0.0.1:40000 -> 127.0.0.1:5672");
    harness.broker().apply(id, {0, RefuseLogin{.user = "u", .mechanism = "PLAIN", .reason = "no"}});
    const FieldTable headers = only("user.authentication.failure");
    EXPECT_EQ(
        *headers.find("error"),
        (FieldValue{FieldArray{FieldValue{std::int64_t{'n'}}, FieldValue{std::int64_t{'o'}}}}));
    EXPECT_EQ(*headers.find("name"), FieldValue{"u"});
    EXPECT_EQ(*headers.find("auth_mechanism"), FieldValue{"PLAIN"});
}

TEST_F(EventExchangeTest, TellsOfUsersVhostsAndRights)
{
    Administration& administration = harness.broker().administration();
    ASSERT_TRUE(administration.putUser({.name = "u", .passwordHash = "a", .tags = {"t"}}).isOk());
    EXPECT_THAT(keys(), ElementsAre("user.created", "user.tags.set"));
    ASSERT_TRUE(administration.putUser({.name = "u", .passwordHash = "b", .tags = {"t"}}).isOk());
    EXPECT_THAT(keys(), ElementsAre("user.password.changed"));
    ASSERT_TRUE(administration.putUser({.name = "u", .tags = {"t"}, .maxChannels = 3}).isOk());
    EXPECT_THAT(keys(), ElementsAre("user.password.cleared", "user.limits.set"));
    ASSERT_TRUE(administration.putUser({.name = "u", .tags = {"t"}}).isOk());
    EXPECT_THAT(keys(), ElementsAre("user.limits.cleared"));
    ASSERT_TRUE(administration.putVhost({.name = "v"}).isOk());
    EXPECT_THAT(keys(), ElementsAre("vhost.created"));
    ASSERT_TRUE(administration.putVhost({.name = "v", .maxConnections = 3}).isOk());
    EXPECT_THAT(keys(), ElementsAre("parameter.set", "vhost.limits.set"));
    ASSERT_TRUE(administration.putVhost({.name = "v"}).isOk());
    EXPECT_THAT(keys(), ElementsAre("parameter.cleared", "vhost.limits.cleared"));
    ASSERT_TRUE(administration.putPermission({"v", "u", "a", "b", "c"}).isOk());
    EXPECT_EQ(only("permission.created"),
              (FieldTable{{"user_who_performed_action", kManagementActor},
                          {"read", "c"},
                          {"write", "b"},
                          {"configure", "a"},
                          {"vhost", "v"},
                          {"user", "u"}}));
    ASSERT_TRUE(administration.putTopicPermission(kTopicPermission).isOk());
    ASSERT_TRUE(administration.removeTopicPermission("v", "u", "amq.topic").isOk());
    ASSERT_TRUE(administration.removePermission("v", "u").isOk());
    EXPECT_THAT(keys(), ElementsAre("topic.permission.created", "topic.permission.deleted",
                                    "permission.deleted"));
    ASSERT_TRUE(administration.putPermission({"v", "u", "a", "b", "c"}).isOk());
    (void)events();
    ASSERT_TRUE(administration.removeVhost("v").isOk());
    const std::vector<std::string> order = keys();
    ASSERT_EQ(order.size(), 9u);
    EXPECT_EQ(order.front(), "permission.deleted");
    EXPECT_THAT(std::vector(order.begin() + 1, order.end() - 1), Each("exchange.deleted"));
    EXPECT_EQ(order.back(), "vhost.deleted");
    ASSERT_TRUE(administration.removeUser("u").isOk());
    EXPECT_THAT(keys(), ElementsAre("user.deleted"));
}

TEST_F(EventExchangeTest, TellsOfPolicies)
{
    PolicyDefinition policy{.vhost = "/",
                            .name = "p",
                            .pattern = "^a",
                            .priority = 2,
                            .definition = {{"max-length", std::int32_t{3}}}};
    ASSERT_TRUE(harness.broker().policies().put(policy).isOk());
    EXPECT_EQ(only("policy.set"),
              (FieldTable{{"apply-to", "all"},
                          {"priority", std::int64_t{2}},
                          {"definition", FieldTable{{"max-length", std::int64_t{3}}}},
                          {"pattern", "^a"},
                          {"user_who_performed_action", kManagementActor},
                          {"vhost", "/"},
                          {"name", "p"}}));
    ASSERT_TRUE(harness.broker().policies().remove("/", "p", false).isOk());
    EXPECT_THAT(keys(), ElementsAre("policy.cleared"));
    policy.isOperator = true;
    ASSERT_TRUE(harness.broker().policies().put(policy).isOk());
    ASSERT_TRUE(harness.broker().policies().remove("/", "p", true).isOk());
    EXPECT_THAT(keys(), ElementsAre("parameter.set", "policy.set", "parameter.cleared",
                                    "operator.policy.cleared"));
}

TEST_F(EventExchangeTest, TellsOfEachAlarmByItself)
{
    harness.broker().setAlarms({.isLowOnMemory = true});
    EXPECT_EQ(only("alarm.set"), (FieldTable{{"node", "warren@here"}, {"source", "memory"}}));
    harness.broker().setAlarms({.isLowOnMemory = true, .isLowOnDisk = true});
    EXPECT_EQ(only("alarm.set"), (FieldTable{{"node", "warren@here"}, {"source", "disk"}}));
    harness.broker().setAlarms({});
    EXPECT_THAT(keys(), ElementsAre("alarm.cleared", "alarm.cleared"));
}

TEST_F(EventExchangeTest, TellsOfQueuesThatGoByThemselves)
{
    client.send(1, DeclareQueue{.name = "idle", .arguments = {{"x-expires", std::int32_t{1000}}}});
    (void)events();
    harness.advance(std::chrono::seconds{2});
    EXPECT_EQ(only("queue.deleted"), (FieldTable{{"user_who_performed_action", kInternalActor},
                                                 {"name", "idle"},
                                                 {"vhost", "/"}}));
}

TEST_F(EventExchangeTest, SaysNothingWhenItsVhostHasGone)
{
    ASSERT_TRUE(harness.broker().administration().removeVhost("/").isOk());
    harness.settle();
    harness.broker().ensureVhost("v");
    harness.settle();
    EXPECT_TRUE(harness.broker().state().notices.empty());
}

}  // namespace
}  // namespace warren::broker
