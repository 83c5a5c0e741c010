#include "tests/support/wire_client.h"
#include "tests/system/system_support.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <csignal>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

// What comes back after a node was stopped in order and started again.

namespace warren::test {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kManyCount = 100'000;
constexpr std::size_t kManyBodyBytes = 1024;

/// A value of every type that a table can hold.
amqp::FieldTable everyType()
{
    return {
        {"void", amqp::Void{}},
        {"bool", true},
        {"int8", std::int8_t{-8}},
        {"uint8", std::uint8_t{200}},
        {"int16", std::int16_t{-16'000}},
        {"uint16", std::uint16_t{60'000}},
        {"int32", std::int32_t{-2'000'000'000}},
        {"uint32", std::uint32_t{4'000'000'000}},
        {"int64", std::int64_t{-9'000'000'000'000'000'000}},
        {"float", 0.1f},
        {"double", 0.1},
        {"decimal", amqp::Decimal{.scale = 2, .value = 12'345}},
        {"text", "Grüße"},
        {"empty", ""},
        {"array", amqp::FieldArray{1, "two", true}},
        {"timestamp", amqp::Timestamp{.seconds = 1'700'000'000}},
        {"table", amqp::FieldTable{{"inner", amqp::FieldTable{{"x", 1}}}}},
        {"bytes", amqp::ByteArray{.bytes = std::string("\0\xff\xce", 3)}},
    };
}

/// Properties with every field set, all of them different for each message.
std::string propertiesOf(std::uint64_t number)
{
    const std::string text = std::to_string(number);
    amqp::Properties properties = persistent();
    properties.contentType = "application/octet-stream";
    properties.contentEncoding = "identity";
    properties.priority = static_cast<std::uint8_t>(number % 10);
    properties.correlationId = "c" + text;
    properties.replyTo = "reply";
    properties.expiration = "86400000";
    properties.messageId = "m" + text;
    properties.timestamp = amqp::Timestamp{.seconds = number};
    properties.type = "type";
    properties.userId = "guest";
    properties.appId = "warren";
    properties.clusterId = "cluster";
    properties.headers = everyType();
    return encodedProperties(properties);
}

/// Publishes to a queue by its name, and waits until all of it is confirmed.
void publishConfirmed(WireClient& client, ChannelNumber channel, std::string_view queue,
                      std::uint64_t count, std::size_t bodyBytes)
{
    constexpr std::uint64_t kUnconfirmedMax = 10'000;
    std::uint64_t confirmed = 0;
    for (std::uint64_t number = 1; number <= count; ++number) {
        client.publish(channel, {.routingKey = queue}, propertiesOf(number),
                       bytesFrom(number, bodyBytes));
        while (number - confirmed > kUnconfirmedMax || (number == count && confirmed < count)) {
            confirmed = client.await<amqp::BasicAck>(channel).as<amqp::BasicAck>().deliveryTag;
        }
    }
}

struct StopSignal {
    const char* name;
    int number;
};

void PrintTo(const StopSignal& signal, std::ostream* to) { *to << signal.name; }

class CleanStop : public ::testing::TestWithParam<StopSignal> {};

}  // namespace

TEST(Restart, BringsBackAHundredThousandMessagesInOrderByteForByte)
{
    const TemporaryFolder folder;
    {
        auto node = startNodeOn(folder.path());
        WireClient client(node->amqpPort());
        client.openChannel(1);
        client.selectConfirms(1);
        client.declareDurableQueue(1, "many");
        publishConfirmed(client, 1, "many", kManyCount, kManyBodyBytes);
        EXPECT_EQ(stop(*node), 0);
    }
    auto node = startNodeOn(folder.path());
    WireClient client(node->amqpPort());
    client.openChannel(1);
    ASSERT_EQ(client.messageCount(1, "many"), kManyCount);
    client.call<amqp::BasicConsumeOk>(1, amqp::BasicConsume{.queue = "many", .noAck = true});
    for (std::uint64_t number = 1; number <= kManyCount; ++number) {
        const WireEvent delivery = client.await<amqp::BasicDeliver>(1);
        ASSERT_EQ(delivery.properties, propertiesOf(number)) << number;
        ASSERT_TRUE(delivery.body == bytesFrom(number, kManyBodyBytes)) << number;
        ASSERT_FALSE(delivery.as<amqp::BasicDeliver>().redelivered) << number;
    }
    EXPECT_EQ(client.messageCount(1, "many"), 0u);
    EXPECT_EQ(stop(*node), 0);
    EXPECT_EQ(integrityOf(folder.path()), "ok");
}

TEST(Restart, BringsBackMessagesOfEverySize)
{
    const TemporaryFolder folder;
    const std::array<std::size_t, 6> sizes{0, 1, 4096, 131'064, 131'065, 20'000'000};
    {
        auto node = startNodeOn(folder.path());
        WireClient client(node->amqpPort());
        client.openChannel(1);
        client.selectConfirms(1);
        client.declareDurableQueue(1, "sizes");
        for (const std::size_t size : sizes) {
            client.publish(1, {.routingKey = "sizes"}, persistent(), bytesFrom(size, size));
            client.await<amqp::BasicAck>(1);
        }
        EXPECT_EQ(stop(*node), 0);
    }
    auto node = startNodeOn(folder.path());
    WireClient client(node->amqpPort());
    client.openChannel(1);
    for (const std::size_t size : sizes) {
        const auto message = client.get(1, "sizes");
        ASSERT_TRUE(message);
        EXPECT_TRUE(message->body == bytesFrom(size, size)) << size;
    }
}

TEST(Restart, ForgetsTransientMessages)
{
    const TemporaryFolder folder;
    {
        auto node = startNodeOn(folder.path());
        WireClient client(node->amqpPort());
        client.openChannel(1);
        client.selectConfirms(1);
        client.declareDurableQueue(1, "q");
        client.publish(1, {.routingKey = "q"}, amqp::Properties{}, "transient");
        client.publish(1, {.routingKey = "q"}, persistent(), "persistent");
        client.publish(1, {.routingKey = "q"}, amqp::Properties{}, "transient");
        while (client.await<amqp::BasicAck>(1).as<amqp::BasicAck>().deliveryTag < 3) {
        }
        EXPECT_EQ(stop(*node), 0);
    }
    auto node = startNodeOn(folder.path());
    WireClient client(node->amqpPort());
    client.openChannel(1);
    EXPECT_EQ(client.messageCount(1, "q"), 1u);
    EXPECT_EQ(client.get(1, "q")->body, "persistent");
}

TEST(Restart, BringsBackDurableDefinitionsAndNoOthers)
{
    const TemporaryFolder folder;
    const amqp::FieldTable queueArguments{{"x-max-length", 1000}, {"x-note", everyType()}};
    {
        auto node = startNodeOn(folder.path());
        WireClient client(node->amqpPort());
        client.openChannel(1);
        const auto declare = [&](const char* name, const char* type, bool isDurable) {
            client.call<amqp::ExchangeDeclareOk>(
                1, amqp::ExchangeDeclare{.exchange = name, .type = type, .durable = isDurable});
        };
        declare("topic", "topic", true);
        declare("headers", "headers", true);
        declare("fanout", "fanout", true);
        declare("transient", "fanout", false);
        client.call<amqp::ExchangeDeclareOk>(
            1, amqp::ExchangeDeclare{.exchange = "inner",
                                     .type = "direct",
                                     .durable = true,
                                     .internal = true,
                                     .arguments = {{"alternate-exchange", "fanout"}}});
        client.declareQueue(1, {.queue = "q", .durable = true, .arguments = queueArguments});
        client.declareDurableQueue(1, "others");
        client.declareQueue(1, {.queue = "transient"});
        client.declareQueue(1, {.queue = "mine", .durable = true, .exclusive = true});
        const auto bind = [&](const char* queue, const char* exchange, const char* key,
                              amqp::FieldTable arguments = {}) {
            client.call<amqp::QueueBindOk>(1, amqp::QueueBind{.queue = queue,
                                                              .exchange = exchange,
                                                              .routingKey = key,
                                                              .arguments = std::move(arguments)});
        };
        bind("q", "topic", "a.*.#");
        bind("others", "fanout", "");
        bind("q", "inner", "key");
        bind("transient", "fanout", "");
        amqp::FieldTable match = everyType();
        match.set("x-match", "all");
        bind("q", "headers", "", match);
        client.call<amqp::ExchangeBindOk>(
            1, amqp::ExchangeBind{.destination = "inner", .source = "topic", .routingKey = "#.z"});
        client.call<amqp::ExchangeBindOk>(
            1, amqp::ExchangeBind{.destination = "transient", .source = "topic"});
        EXPECT_EQ(stop(*node), 0);
    }
    auto node = startNodeOn(folder.path());
    WireClient client(node->amqpPort());
    client.openChannel(1);
    client.selectConfirms(1);
    const auto isThere = [&](auto&& ask) {
        try {
            ask();
            return true;
        } catch (const WireError&) {
            client.send(1, amqp::ChannelCloseOk{});
            client.openChannel(1);
            client.selectConfirms(1);
            return false;
        }
    };
    for (const auto& [name, isExpected] :
         {std::pair{"q", true}, {"others", true}, {"transient", false}, {"mine", false}}) {
        EXPECT_EQ(isThere([&] { client.messageCount(1, name); }), isExpected) << name;
    }
    EXPECT_FALSE(isThere([&] {
        client.call<amqp::ExchangeDeclareOk>(
            1, amqp::ExchangeDeclare{.exchange = "transient", .passive = true});
    }));
    // An equal declaration is accepted, any other one refused: nothing of it has changed.
    client.declareQueue(1, {.queue = "q", .durable = true, .arguments = queueArguments});
    client.call<amqp::ExchangeDeclareOk>(
        1, amqp::ExchangeDeclare{.exchange = "inner",
                                 .type = "direct",
                                 .durable = true,
                                 .internal = true,
                                 .arguments = {{"alternate-exchange", "fanout"}}});
    EXPECT_FALSE(isThere([&] { client.declareQueue(1, {.queue = "q", .durable = true}); }));

    // Bindings are there if messages find their way by them.
    const auto routesTo = [&](const char* exchange, const char* key, amqp::FieldTable headers) {
        amqp::Properties properties;
        properties.headers = std::move(headers);
        client.publish(1, {.exchange = exchange, .routingKey = key}, properties, "");
        client.await<amqp::BasicAck>(1);
        std::string queues;
        for (const char* queue : {"q", "others"}) {
            while (client.get(1, queue)) {
                queues += queue;
            }
        }
        return queues;
    };
    EXPECT_EQ(routesTo("topic", "a.b.c", {}), "q");
    EXPECT_EQ(routesTo("topic", "y.z", {}), "others") << "by the alternate exchange of inner";
    EXPECT_EQ(routesTo("topic", "x", {}), "");
    EXPECT_EQ(routesTo("fanout", "", {}), "others");
    EXPECT_EQ(routesTo("headers", "", everyType()), "q");
    amqp::FieldTable changed = everyType();
    changed.set("int16", std::int16_t{-16'001});
    EXPECT_EQ(routesTo("headers", "", changed), "");
}

TEST(Restart, KeepsGivingNewNamesToServerNamedQueues)
{
    const TemporaryFolder folder;
    std::string first;
    {
        auto node = startNodeOn(folder.path());
        WireClient client(node->amqpPort());
        client.openChannel(1);
        const WireEvent ok =
            client.call<amqp::QueueDeclareOk>(1, amqp::QueueDeclare{.durable = true});
        first = ok.as<amqp::QueueDeclareOk>().queue;
        EXPECT_EQ(stop(*node), 0);
    }
    auto node = startNodeOn(folder.path());
    WireClient client(node->amqpPort());
    client.openChannel(1);
    EXPECT_TRUE(first.starts_with("amq.gen-")) << first;
    EXPECT_EQ(client.messageCount(1, first), 0u);
    const WireEvent ok = client.call<amqp::QueueDeclareOk>(1, amqp::QueueDeclare{});
    EXPECT_NE(ok.as<amqp::QueueDeclareOk>().queue, first);
}

TEST_P(CleanStop, KeepsWhatWasDeliveredApartFromWhatWasNot)
{
    constexpr std::uint64_t kCount = 20;
    constexpr std::uint16_t kDelivered = 7;
    const TemporaryFolder folder;
    {
        auto node = startNodeOn(folder.path());
        WireClient client(node->amqpPort());
        client.openChannel(1);
        client.selectConfirms(1);
        client.declareDurableQueue(1, "q");
        publishConfirmed(client, 1, "q", kCount, 10);
        client.openChannel(2);
        client.call<amqp::BasicQosOk>(2, amqp::BasicQos{.prefetchCount = kDelivered});
        client.call<amqp::BasicConsumeOk>(2, amqp::BasicConsume{.queue = "q"});
        for (int i = 0; i < kDelivered; ++i) {
            client.await<amqp::BasicDeliver>(2);
        }

        node->signal(GetParam().number);

        const WireEvent close = client.await<amqp::ConnectionClose>(0);
        EXPECT_EQ(close.text(),
                  "connection.close 320 CONNECTION_FORCED - broker forced connection closure with "
                  "reason 'shutdown'");
        EXPECT_EQ(node->awaitEnd(), 0);
    }
    auto node = startNodeOn(folder.path());
    WireClient client(node->amqpPort());
    client.openChannel(1);
    ASSERT_EQ(client.messageCount(1, "q"), kCount);
    for (std::uint64_t number = 1; number <= kCount; ++number) {
        const auto message = client.get(1, "q");
        ASSERT_TRUE(message);
        EXPECT_EQ(message->properties, propertiesOf(number));
        EXPECT_EQ(message->as<amqp::BasicGetOk>().redelivered, number <= kDelivered) << number;
    }
}

INSTANTIATE_TEST_SUITE_P(Signals, CleanStop,
                         ::testing::Values(StopSignal{"Sigterm", SIGTERM},
                                           StopSignal{"Sigint", SIGINT}),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(Stop, DoesNotWaitForClientsThatDoNotAnswer)
{
    auto node = startNode({"--ephemeral"});
    const WireClient silent(node->amqpPort());
    const TcpSocket unheard(node->amqpPort());
    node->signal(SIGTERM);
    EXPECT_EQ(node->awaitEnd(20s), 0);
}

TEST(Ephemeral, LeavesNothingBehind)
{
    auto node = startNode({"--ephemeral"});
    const std::filesystem::path folder = node->dataFolder();
    EXPECT_TRUE(std::filesystem::is_directory(folder));
    WireClient client(node->amqpPort());
    client.openChannel(1);
    client.selectConfirms(1);
    client.declareDurableQueue(1, "q");
    publishConfirmed(client, 1, "q", 100, 1000);
    EXPECT_EQ(stop(*node), 0);
    EXPECT_FALSE(std::filesystem::exists(folder));
}

}  // namespace warren::test
