#include "core/node/management_executor.h"

#include "core/node/value_conversion.h"
#include "tests/support/broker_harness.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <string>

namespace warren::node {
namespace {

using namespace management;
using test::BrokerHarness;
using test::CommandClient;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

ResourceKey key(const QString& name) { return {QStringLiteral("/"), name}; }

const QString kLong(300, QLatin1Char('x'));

class ManagementExecutorTest : public ::testing::Test {
protected:
    CommandResult execute(const ManagementCommand& command)
    {
        CommandResult result = executor.execute(command);
        harness.settle();
        return result;
    }
    static std::string textOf(const CommandResult& result) { return utf8Of(result.text); }
    BindingRow binding(const QString& routingKey, const Arguments& arguments = {}) const
    {
        return {QStringLiteral("/"), QStringLiteral("amq.direct"),
                QStringLiteral("q"), DestinationKind::Queue,
                routingKey,          arguments};
    }

    BrokerHarness harness;
    CommandClient& client = harness.connect();
    ManagementExecutor executor{
        harness.broker(),
        {.find = [this](const std::string& name) -> std::optional<ConnectionId> {
             if (name == "client") return client.id();
             return std::nullopt;
         },
         .name = [](ConnectionId) { return QStringLiteral("client"); }}};
};

TEST_F(ManagementExecutorTest, DeclaresAQueueAndNamesIt)
{
    const CommandResult named = execute(DeclareQueue{key(QStringLiteral("q")), true, false, {}});
    EXPECT_TRUE(named.isDone());
    EXPECT_EQ(std::get<DeclareResult>(named.value).name, QStringLiteral("q"));
    EXPECT_TRUE(harness.findQueue("q")->definition().isDurable);
    const CommandResult generated = execute(DeclareQueue{key({}), false, true, {}});
    EXPECT_TRUE(
        std::get<DeclareResult>(generated.value).name.startsWith(QStringLiteral("amq.gen-")));
}

TEST_F(ManagementExecutorTest, RefusesAsClientsAreRefused)
{
    client.declareQueue(1, "q");
    const CommandResult other = execute(DeclareQueue{key(QStringLiteral("q")), true, false, {}});
    EXPECT_EQ(other.status, CommandStatus::Conflict);
    EXPECT_EQ(textOf(other),
              "inequivalent arg 'durable' for queue 'q' in vhost '/': received "
              "'true' but current is 'false'");
    EXPECT_EQ(execute(DeclareQueue{key(QStringLiteral("amq.x")), true, false, {}}).status,
              CommandStatus::AccessRefused);
    EXPECT_EQ(execute(DeclareExchange{key(QStringLiteral("x")), QStringLiteral("odd")}).status,
              CommandStatus::Invalid);
    client.send(1, broker::DeclareQueue{.name = "mine", .isExclusive = true});
    EXPECT_EQ(execute(PurgeQueue{key(QStringLiteral("mine"))}).status, CommandStatus::Conflict);
}

TEST_F(ManagementExecutorTest, SaysThatThingsAreNotThere)
{
    const ResourceKey elsewhere{QStringLiteral("elsewhere"), QStringLiteral("q")};
    BindingRow other = binding({});
    other.vhost = elsewhere.vhost;
    for (const ManagementCommand& command : std::initializer_list<ManagementCommand>{
             DeclareQueue{elsewhere}, DeleteQueue{elsewhere}, PurgeQueue{elsewhere},
             DeclareExchange{elsewhere, QStringLiteral("direct")}, DeleteExchange{elsewhere},
             AddBinding{other}, RemoveBinding{other},
             PublishMessage{elsewhere.vhost, {}, {}, {}, {}}, BrowseMessages{elsewhere}}) {
        const CommandResult result = execute(command);
        EXPECT_EQ(result.status, CommandStatus::NotFound);
        EXPECT_EQ(textOf(result), "no vhost 'elsewhere'");
    }
    for (const ManagementCommand& command : std::initializer_list<ManagementCommand>{
             DeleteQueue{key(QStringLiteral("q"))}, PurgeQueue{key(QStringLiteral("q"))},
             BrowseMessages{key(QStringLiteral("q"))}, AddBinding{binding({})}}) {
        EXPECT_EQ(textOf(execute(command)), "no queue 'q' in vhost '/'");
    }
    EXPECT_EQ(textOf(execute(DeleteExchange{key(QStringLiteral("x"))})),
              "no exchange 'x' in vhost '/'");
    EXPECT_EQ(textOf(execute(RemoveBinding{binding({})})), "no such binding");
    EXPECT_EQ(textOf(execute(CloseConnection{QStringLiteral("nobody"), {}})),
              "no connection 'nobody'");
    EXPECT_EQ(textOf(execute(CloseChannel{QStringLiteral("client"), 7, {}})),
              "no channel 7 on 'client'");
}

TEST_F(ManagementExecutorTest, RefusesNamesThatAreTooLong)
{
    client.declareQueue(1, "q");
    for (const ManagementCommand& command : std::initializer_list<ManagementCommand>{
             DeclareQueue{key(kLong)}, DeclareExchange{key(kLong), QStringLiteral("direct")},
             AddBinding{binding(kLong)}, PublishMessage{QStringLiteral("/"), kLong, {}, {}, {}},
             PublishMessage{QStringLiteral("/"), {}, kLong, {}, {}}}) {
        EXPECT_EQ(execute(command).status, CommandStatus::Invalid);
    }
    PublishMessage publish{QStringLiteral("/"), {}, QStringLiteral("q"), {}, {}};
    publish.properties.messageId = kLong;
    EXPECT_EQ(textOf(execute(publish)), "the text of a property is longer than 255 bytes");
}

TEST_F(ManagementExecutorTest, DeletesAndPurges)
{
    client.declareQueue(1, "q");
    client.publish(1, "q", "m");
    client.consume(1, "q", "c");
    client.publish(1, "q", "n");
    client.send(1, broker::Cancel{"c"});
    client.publish(1, "q", "o");
    EXPECT_EQ(execute(DeleteQueue{key(QStringLiteral("q")), false, true}).status,
              CommandStatus::Conflict);
    const CommandResult purged = execute(PurgeQueue{key(QStringLiteral("q"))});
    EXPECT_EQ(std::get<PurgeResult>(purged.value).removedCount, 1u);
    EXPECT_TRUE(execute(DeleteQueue{key(QStringLiteral("q")), true, true}).isDone());
    EXPECT_EQ(harness.findQueue("q"), nullptr);
}

TEST_F(ManagementExecutorTest, TellsConsumersThatTheirQueueWasDeleted)
{
    client.declareQueue(1, "q");
    client.consume(1, "q", "c");
    client.drop();
    EXPECT_TRUE(execute(DeleteQueue{key(QStringLiteral("q"))}).isDone());
    EXPECT_THAT(client.take(), ElementsAre("1 cancel c"));
}

TEST_F(ManagementExecutorTest, DeclaresAndDeletesExchanges)
{
    EXPECT_TRUE(
        execute(DeclareExchange{
                    key(QStringLiteral("x")), QStringLiteral("topic"), true, false, true, {}})
            .isDone());
    const broker::Exchange* exchange = harness.broker().findVhost("/")->findExchange("x");
    ASSERT_NE(exchange, nullptr);
    EXPECT_TRUE(exchange->definition.isInternal);
    EXPECT_TRUE(execute(DeleteExchange{key(QStringLiteral("x"))}).isDone());
}

TEST_F(ManagementExecutorTest, RemovesABindingWhoseArgumentsOnlyLookTheSame)
{
    client.declareQueue(1, "q");
    client.send(1, broker::BindQueue{.queue = "q",
                                     .exchange = "amq.direct",
                                     .routingKey = "k",
                                     .arguments = {{"n", std::int8_t{5}}}});
    const Arguments seen{{QStringLiteral("n"), qlonglong{5}}};
    EXPECT_EQ(execute(RemoveBinding{binding(QStringLiteral("k"))}).status, CommandStatus::NotFound);
    EXPECT_TRUE(execute(RemoveBinding{binding(QStringLiteral("k"), seen)}).isDone());
    EXPECT_EQ(harness.broker().findVhost("/")->bindings.count(), 0u);
}

TEST_F(ManagementExecutorTest, PublishesLikeAClient)
{
    client.declareQueue(1, "q", true);
    EXPECT_TRUE(execute(AddBinding{binding(QStringLiteral("k"))}).isDone());
    PublishMessage publish{QStringLiteral("/"),
                           QStringLiteral("amq.direct"),
                           QStringLiteral("k"),
                           {},
                           QByteArrayLiteral("body")};
    publish.properties.deliveryMode = 2;
    const CommandResult routed = execute(publish);
    EXPECT_TRUE(std::get<PublishResult>(routed.value).wasRouted);
    EXPECT_THAT(harness.ready("q"), ElementsAre("body"));
    EXPECT_EQ(harness.findQueue("q")->persistentCount(), 1u);

    publish.routingKey = QStringLiteral("unknown");
    EXPECT_FALSE(std::get<PublishResult>(execute(publish).value).wasRouted);
    publish.exchange = QStringLiteral("amq.rabbitmq.trace");
    EXPECT_EQ(execute(publish).status, CommandStatus::AccessRefused);
}

TEST_F(ManagementExecutorTest, BrowsesAndNamesHolders)
{
    client.declareQueue(1, "q");
    client.publish(1, "q", "m");
    client.get(1, "q");
    const CommandResult result = execute(BrowseMessages{key(QStringLiteral("q"))});
    const auto& browsed = std::get<BrowseResult>(result.value);
    ASSERT_EQ(browsed.messages.size(), 1);
    EXPECT_EQ(browsed.messages.front().holder, QStringLiteral("client (1)"));
}

TEST_F(ManagementExecutorTest, ClosesAChannelAndSaysWhy)
{
    EXPECT_TRUE(
        execute(CloseChannel{QStringLiteral("client"), 1, QStringLiteral("enough")}).isDone());
    EXPECT_THAT(client.take(), ElementsAre("1 channel.close 320 enough"));
    EXPECT_EQ(execute(CloseChannel{QStringLiteral("client"), 1, {}}).status,
              CommandStatus::NotFound);
}

TEST_F(ManagementExecutorTest, ClosesAConnectionAndSaysWhy)
{
    EXPECT_TRUE(execute(CloseConnection{QStringLiteral("client"), {}}).isDone());
    EXPECT_THAT(client.take(), ElementsAre("0 connection.close 320 Closed via management"));
    EXPECT_EQ(execute(CloseConnection{QStringLiteral("client"), {}}).status,
              CommandStatus::NotFound);
}

}  // namespace
}  // namespace warren::node
