// The exchange types that are plugins in RabbitMQ, seen from a client.

#include "core/amqp/properties.h"
#include "tests/support/broker_harness.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <gmock/gmock.h>
#include <string>
#include <vector>

namespace warren::broker {
namespace {

using test::BrokerHarness;
using test::CommandClient;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class ExchangeTypesTest : public ::testing::Test {
protected:
    void declare(std::string_view name, std::string_view type, amqp::FieldTable arguments = {},
                 bool isDurable = false)
    {
        client->send(1, DeclareExchange{.name = name,
                                        .type = type,
                                        .isDurable = isDurable,
                                        .arguments = std::move(arguments)});
    }
    void bind(std::string_view queue, std::string_view exchange, std::string_view key = {})
    {
        client->send(1, BindQueue{.queue = queue, .exchange = exchange, .routingKey = key});
    }
    /// How a channel of its own is closed by the command.
    std::vector<std::string> refusal(CommandBody command)
    {
        client->openChannel(9);
        client->drop();
        client->send(9, std::move(command));
        std::vector<std::string> events = client->take();
        if (!events.empty() && events.back().starts_with("9 channel.close ")) {
            client->apply(9, ConfirmChannelClosed{});
        } else {
            client->send(9, CloseChannel{});
            client->drop();
        }
        return events;
    }
    std::vector<std::string> refusal(std::string_view type, amqp::FieldTable arguments)
    {
        return refusal(
            DeclareExchange{.name = "no", .type = type, .arguments = std::move(arguments)});
    }
    void publishWithHeader(std::string_view exchange, std::string key, amqp::FieldValue value,
                           std::string_view body)
    {
        amqp::Properties properties;
        properties.headers.emplace().append(std::move(key), std::move(value));
        Buffer encoded;
        amqp::appendProperties(encoded, properties);
        client->send(
            1, Publish{makeMessage(exchange, "k", encoded.view(), false, bytesOf(body)), false});
    }

    BrokerHarness harness;
    CommandClient* client = &harness.connect();
};

// ------------------------------------------------------------------------------- x-consistent-hash

TEST_F(ExchangeTypesTest, HashSendsTheSameKeyToTheSameQueueAlsoAfterARestart)
{
    declare("x", "x-consistent-hash", {}, true);
    for (const char* queue : {"a", "b", "c"}) {
        client->declareQueue(1, queue, true);
        bind(queue, "x", "10");
    }
    const auto distribute = [&] {
        for (int i = 0; i < 60; ++i)
            client->send(1, Publish{test::messageOf("x", std::to_string(i % 20),
                                                    std::to_string(i % 20), true),
                                    false});
        std::vector<std::vector<std::string>> contents;
        for (const char* queue : {"a", "b", "c"}) {
            contents.push_back(harness.ready(queue));
            client->send(1, PurgeQueue{.name = queue});
        }
        return contents;
    };
    const auto before = distribute();
    for (const auto& bodies : before) {
        ASSERT_FALSE(bodies.empty());
        EXPECT_EQ(bodies.size() % 3, 0u) << "equal keys were torn apart";
    }
    harness.restart();
    client = &harness.connect();
    EXPECT_EQ(distribute(), before);
}

TEST_F(ExchangeTypesTest, HashRefusesABindingKeyThatIsNoWeight)
{
    declare("x", "x-consistent-hash");
    client->declareQueue(1, "q");
    const auto answer = [&](std::string_view key) {
        return refusal(BindQueue{.queue = "q", .exchange = "x", .routingKey = key});
    };
    EXPECT_THAT(answer("a"),
                ElementsAre("9 channel.close 406 The binding key must be an integer: <<\"a\">>"));
    EXPECT_THAT(answer("0"),
                ElementsAre("9 channel.close 406 The binding key must be greater than 0"));
    EXPECT_THAT(
        refusal(BindExchange{.destination = "amq.fanout", .source = "x", .routingKey = "none"}),
        ElementsAre("9 channel.close 406 The binding key must be an integer: "
                    "<<\"none\">>"));
    EXPECT_FALSE(harness.broker().findVhost("/")->bindings.hasFrom("x"));
}

TEST_F(ExchangeTypesTest, HashJudgesWhatItShallGoBy)
{
    const std::string type = "x-consistent-hash";
    EXPECT_THAT(refusal(type, {{"hash-property", "app_id"}}),
                ElementsAre("9 channel.close 406 Unsupported property: app_id"));
    EXPECT_THAT(refusal(type, {{"hash-header", "h"}, {"hash-property", "message_id"}}),
                ElementsAre("9 channel.close 406 hash-header and hash-property are mutually "
                            "exclusive"));
    EXPECT_THAT(refusal(type, {{"hash-header", std::int32_t{5}}}),
                ElementsAre("9 channel.close 406 invalid type 'signedint' for arg 'hash-header' in "
                            "exchange 'no' in vhost '/'"));
    EXPECT_THAT(refusal(type, {{"hash-property", true}}),
                ElementsAre("9 channel.close 406 invalid type 'bool' for arg 'hash-property' in "
                            "exchange 'no' in vhost '/'"));
    EXPECT_THAT(refusal(type, {{"alternate-exchange", std::int32_t{5}}, {"hash-property", "no"}}),
                ElementsAre(StartsWith("9 channel.close 406 invalid type 'signedint' for arg "
                                       "'alternate-exchange'")));
    for (const char* property : {"message_id", "correlation_id", "timestamp"})
        EXPECT_THAT(
            refusal(DeclareExchange{
                .name = property, .type = type, .arguments = {{"hash-property", property}}}),
            ElementsAre("9 exchange.declare-ok"));
}

// ---------------------------------------------------------------------------------------- x-random

TEST_F(ExchangeTypesTest, RandomReachesOneQueuePerMessageAndAllInTheEnd)
{
    declare("x", "x-random");
    for (const char* queue : {"a", "b", "c"}) {
        client->declareQueue(1, queue);
        bind(queue, "x");
    }
    for (int i = 0; i < 60; ++i)
        client->publishTo(1, "x", "the same key", "m");
    std::size_t sum = 0;
    for (const char* queue : {"a", "b", "c"}) {
        EXPECT_GT(harness.findQueue(queue)->readyCount(), 5u) << "cached by its key?";
        sum += harness.findQueue(queue)->readyCount();
    }
    EXPECT_EQ(sum, 60u);
}

TEST_F(ExchangeTypesTest, RandomChoosesAlikeFromTheSameSeed)
{
    const auto run = [](std::uint64_t seed) {
        BrokerHarness own(BrokerHarness::Commits::AtOnce, seed);
        CommandClient& publisher = own.connect();
        publisher.send(1, DeclareExchange{.name = "x", .type = "x-random"});
        for (const char* queue : {"a", "b"}) {
            publisher.declareQueue(1, queue);
            publisher.send(1, BindQueue{.queue = queue, .exchange = "x"});
        }
        for (int i = 0; i < 40; ++i)
            publisher.publishTo(1, "x", "k", std::to_string(i));
        return own.ready("a");
    };
    EXPECT_EQ(run(5), run(5));
    EXPECT_NE(run(5), run(6));
}

// -------------------------------------------------------------------------------- x-recent-history

TEST_F(ExchangeTypesTest, HistoryGoesIntoAQueueThatIsBound)
{
    declare("x", "x-recent-history", {{"x-recent-history-length", std::int32_t{3}}});
    client->declareQueue(1, "a");
    client->declareQueue(1, "b");
    bind("a", "x");
    for (const char* body : {"1", "2", "3", "4"})
        client->publishTo(1, "x", "k", body);
    publishWithHeader("x", "x-recent-history-no-store", true, "secret");
    EXPECT_THAT(harness.ready("a"), ElementsAre("1", "2", "3", "4", "secret"));

    bind("b", "x");
    EXPECT_THAT(harness.ready("b"), ElementsAre("2", "3", "4"));
    bind("b", "x");
    EXPECT_EQ(harness.ready("b").size(), 3u) << "the binding was there";
    bind("b", "x", "another");
    EXPECT_THAT(harness.ready("b"), ElementsAre("2", "3", "4", "2", "3", "4"));
    client->publishTo(1, "x", "k", "5");
    EXPECT_EQ(harness.ready("b").size(), 7u);
}

TEST_F(ExchangeTypesTest, HistoryIsDeliveredBehindTheBindOk)
{
    declare("x", "x-recent-history");
    client->declareQueue(1, "a");
    client->publishTo(1, "x", "k", "1");
    client->consume(1, "a", "c", true);
    client->drop();
    bind("a", "x");
    EXPECT_THAT(client->take(), ElementsAre("1 queue.bind-ok", "1 deliver c 1 1"));
}

TEST_F(ExchangeTypesTest, HistoryGoesThroughAnExchangeThatIsBoundInOrder)
{
    declare("x", "x-recent-history");
    declare("kept too", "x-recent-history");
    for (const char* queue : {"a", "b", "c"})
        client->declareQueue(1, queue);
    client->send(1, BindQueue{.queue = "a", .exchange = "amq.direct", .routingKey = "yes"});
    client->publishTo(1, "x", "yes", "1");
    client->publishTo(1, "x", "no", "2");
    client->publishTo(1, "x", "yes", "3");
    client->send(1, BindExchange{.destination = "amq.direct", .source = "x"});
    EXPECT_THAT(harness.ready("a"), ElementsAre("1", "3"));

    client->send(1, BindExchange{.destination = "kept too", .source = "x"});
    bind("b", "kept too");
    EXPECT_THAT(harness.ready("b"), ElementsAre("1", "2", "3"));
    // Nothing takes it: RabbitMQ ends the connection with 541 here.
    declare("empty", "fanout");
    client->drop();
    client->send(1, BindExchange{.destination = "empty", .source = "x"});
    EXPECT_THAT(client->take(), ElementsAre("1 exchange.bind-ok"));
}

TEST_F(ExchangeTypesTest, HistoryKeepsWhatComesThroughOtherExchanges)
{
    declare("x", "fanout");
    declare("kept", "x-recent-history");
    client->declareQueue(1, "a");
    client->declareQueue(1, "b");
    bind("a", "x");
    client->publishTo(1, "x", "k", "before");
    client->publishTo(1, "x", "k", "before");
    client->send(1, BindExchange{.destination = "kept", .source = "x"});
    client->publishTo(1, "x", "k", "1");
    client->publishTo(1, "x", "k", "2");
    bind("b", "kept");
    EXPECT_THAT(harness.ready("b"), ElementsAre("1", "2"));
}

TEST_F(ExchangeTypesTest, HistoryKeepsDeadLettersToo)
{
    declare("kept", "x-recent-history");
    client->declareQueue(1, "dead");
    Vhost& vhost = *harness.broker().findVhost("/");
    EXPECT_EQ(harness.broker()
                  .publishing()
                  .publishDeadLetter(vhost, *vhost.findExchange("kept"),
                                     test::messageOf("kept", "k", "m"), false)
                  .takenBy,
              0u);
    bind("dead", "kept");
    EXPECT_THAT(harness.ready("dead"), ElementsAre("m"));
}

TEST_F(ExchangeTypesTest, HistoryIsForgottenAtARestartButWhatItDeliveredIsNot)
{
    declare("x", "x-recent-history", {}, true);
    client->declareQueue(1, "a", true);
    client->declareQueue(1, "b", true);
    client->send(1, Publish{test::messageOf("x", "k", "1", true), false});
    bind("a", "x");
    harness.restart();
    client = &harness.connect();
    EXPECT_THAT(harness.ready("a"), ElementsAre("1"));
    bind("b", "x");
    EXPECT_THAT(harness.ready("b"), IsEmpty());
}

TEST_F(ExchangeTypesTest, HistoryKeepsWhatIsRolledBackAndNotWhatIsRefused)
{
    declare("x", "x-recent-history");
    client->declareQueue(1, "a");
    client->openChannel(2);
    client->send(2, SelectTransactions{});
    client->publishTo(2, "x", "k", "1");
    client->send(2, RollbackTransaction{});
    amqp::Properties properties;
    properties.expiration = "never";
    Buffer encoded;
    amqp::appendProperties(encoded, properties);
    client->drop();
    client->send(2, Publish{makeMessage("x", "k", encoded.view(), false, bytesOf("2")), false});
    EXPECT_THAT(client->take(), ElementsAre(StartsWith("2 channel.close 406")));
    bind("a", "x");
    EXPECT_THAT(harness.ready("a"), ElementsAre("1")) << "as in RabbitMQ";
}

TEST_F(ExchangeTypesTest, HistoryRefusesALengthThatIsNoneAtAll)
{
    const auto answer = [&](amqp::FieldValue length) {
        return refusal("x-recent-history", {{"x-recent-history-length", std::move(length)}});
    };
    const std::string prefix = "9 channel.close 406 Invalid argument ";
    const std::string suffix = ", 'x-recent-history-length' must be a positive integer";
    EXPECT_THAT(answer(std::int32_t{0}), ElementsAre(prefix + "0" + suffix));
    EXPECT_THAT(answer(std::int64_t{-1}), ElementsAre(prefix + "-1" + suffix));
    EXPECT_THAT(answer(std::uint8_t{1}), ElementsAre(prefix + "1" + suffix)) << "as RabbitMQ";
    EXPECT_THAT(answer(amqp::Timestamp{5}), ElementsAre(prefix + "5" + suffix));
    EXPECT_THAT(answer("5"), ElementsAre(prefix + "<<\"5\">>" + suffix));
    EXPECT_THAT(answer(true), ElementsAre(prefix + "true" + suffix));
    EXPECT_THAT(answer(amqp::Void{}), ElementsAre(prefix + "undefined" + suffix));
    EXPECT_THAT(answer(amqp::FieldTable{}), ElementsAre(prefix + "[]" + suffix));
    EXPECT_THAT(answer(amqp::ByteArray{"z"}), ElementsAre(prefix + "<<\"z\">>" + suffix));
    amqp::FieldArray array{amqp::FieldValue{std::int32_t{1}}};
    EXPECT_THAT(answer(std::move(array)), ElementsAre(prefix + "[{signedint,1}]" + suffix));
}

TEST_F(ExchangeTypesTest, TypesOfPluginsAreNamedInRefusals)
{
    declare("x", "x-consistent-hash");
    EXPECT_THAT(refusal(DeclareExchange{.name = "x", .type = "x-random"}),
                ElementsAre("9 channel.close 406 inequivalent arg 'type' for exchange 'x' in vhost "
                            "'/': received ''x-random'' but current is ''x-consistent-hash''"));
    declare("y", "x-recent-history", {{"x-recent-history-length", std::int32_t{5}}});
    EXPECT_THAT(
        refusal(DeclareExchange{.name = "y",
                                .type = "x-recent-history",
                                .arguments = {{"x-recent-history-length", std::int32_t{0}}}}),
        ElementsAre("9 exchange.declare-ok"))
        << "as in RabbitMQ, only the alternate exchange is compared";
}

// ------------------------------------------------------------------------------ alternate exchange

TEST_F(ExchangeTypesTest, MandatoryMessagesComeBackOnlyWhenTheAlternateExchangeTakesThemNot)
{
    declare("x", "direct", {{"alternate-exchange", "amq.fanout"}});
    client->declareQueue(1, "rest");
    client->drop();
    client->publishTo(1, "x", "k", "1", true);
    EXPECT_THAT(client->take(), ElementsAre(StartsWith("1 return 312")));
    bind("rest", "amq.fanout");
    client->drop();
    client->publishTo(1, "x", "k", "2", true);
    EXPECT_THAT(client->take(), IsEmpty());
    EXPECT_THAT(harness.ready("rest"), ElementsAre("2"));
}

}  // namespace
}  // namespace warren::broker
