#include "core/broker/tracing.h"

#include "core/amqp/properties.h"
#include "core/broker/message_copy.h"
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

class TracingTest : public ::testing::Test {
protected:
    TracingTest()
    {
        harness.broker().setNodeName("warren@here");
        client.declareQueue(1, "q");
        client.declareQueue(1, "traces");
        client.send(
            1, BindQueue{.queue = "traces", .exchange = "amq.rabbitmq.trace", .routingKey = "#"});
        setTracing(true);
    }
    void setTracing(bool isTracing)
    {
        VhostDefinition vhost{"/"};
        vhost.isTracing = isTracing;
        harness.broker().restore(PutVhost{vhost});
    }
    /// The traces since the last call.
    std::vector<MessagePtr> traces()
    {
        std::vector<MessagePtr> list;
        CommandClient& reader = harness.connect();
        while (harness.findQueue("traces")->readyCount() > 0) {
            reader.drop();
            reader.get(1, "traces", true);
            for (broker::Event& event : reader.takeEvents())
                list.push_back(std::get<GetOk>(event.body).message);
        }
        return list;
    }
    std::vector<std::string> keys()
    {
        std::vector<std::string> list;
        for (const MessagePtr& trace : traces())
            list.emplace_back(trace->routingKey());
        return list;
    }

    BrokerHarness harness;
    CommandClient& client = harness.connect();
};

TEST_F(TracingTest, CopiesWhatIsPublishedDeliveredAndAcknowledged)
{
    client.publish(1, "q", "m");
    client.get(1, "q");
    client.ack(1, 1);
    client.publishTo(1, "amq.fanout", "k", "nowhere");
    EXPECT_THAT(keys(), ElementsAre("publish.", "deliver.q", "ack.q", "publish.amq.fanout"));
    client.consume(1, "q", "c", true);
    client.publish(1, "q", "m");
    EXPECT_THAT(keys(), ElementsAre("publish.", "deliver.q"));
}

TEST_F(TracingTest, SaysUnderWhichCircumstances)
{
    amqp::Properties properties;
    properties.headers = amqp::FieldTable{{"CC", amqp::FieldArray{amqp::FieldValue{"other"}}},
                                          {"a", std::int32_t{1}}};
    properties.deliveryMode = std::uint8_t{2};
    properties.priority = std::uint8_t{3};
    properties.timestamp = amqp::Timestamp{5};
    properties.type = "t";
    Buffer encoded;
    amqp::appendProperties(encoded, properties);
    client.send(1, Publish{makeMessage("", "q", encoded.view(), true, bytesOf("body")), false});
    client.get(1, "q");

    const std::vector<MessagePtr> list = traces();
    ASSERT_EQ(list.size(), 2u);
    amqp::FieldTable expected{
        {"exchange_name", ""},
        {"routing_keys", amqp::FieldArray{amqp::FieldValue{"q"}, amqp::FieldValue{"other"}}},
        {"properties", amqp::FieldTable{{"type", "t"},
                                        {"timestamp", std::int32_t{5}},
                                        {"priority", std::int32_t{3}},
                                        {"delivery_mode", std::int32_t{2}},
                                        {"headers", *properties.headers}}},
        {"node", "warren@here"},
        {"vhost", "/"},
        {"connection", ""},
        {"channel", std::int32_t{1}},
        {"user", "guest"}};
    amqp::FieldTable published = expected;
    published.append("routed_queues", amqp::FieldArray{amqp::FieldValue{"q"}});
    EXPECT_EQ(headersOf(*list[0]), published);
    amqp::FieldTable delivered = expected;
    delivered.append("redelivered", std::int32_t{0});
    EXPECT_EQ(headersOf(*list[1]), delivered);
    EXPECT_EQ(textOf(list[1]->body()), "body");
    EXPECT_EQ(list[1]->exchange(), kTraceExchange);
}

TEST_F(TracingTest, DoesNotTraceItself)
{
    client.publish(1, "q", "m");
    EXPECT_EQ(keys().size(), 1u);
    EXPECT_THAT(keys(), IsEmpty()) << "the gets of traces made traces";
}

TEST_F(TracingTest, StopsWhenItIsSwitchedOffAndWhenNobodyListens)
{
    setTracing(false);
    client.publish(1, "q", "m");
    EXPECT_THAT(keys(), IsEmpty());
    setTracing(true);
    client.send(1, DeleteQueue{.name = "traces"});
    client.publish(1, "q", "m");
    EXPECT_TRUE(harness.broker().state().traces.empty());
}

TEST_F(TracingTest, CutsKeysThatGetTooLong)
{
    const std::string name(255, 'q');
    client.declareQueue(1, name);
    client.publish(1, name, "m");
    client.get(1, name);
    EXPECT_THAT(keys(), ElementsAre("publish.", "deliver." + name.substr(8)));
}

TEST_F(TracingTest, CopiesWhatTheManagementSidePublishes)
{
    Vhost& vhost = *harness.broker().findVhost("/");
    ASSERT_TRUE(harness.broker().publishing().publish(vhost, test::messageOf("", "q", "m")));
    harness.settle();
    const std::vector<MessagePtr> list = traces();
    ASSERT_EQ(list.size(), 1u);
    const amqp::FieldTable headers = headersOf(*list[0]);
    EXPECT_EQ(*headers.find("connection")->as<std::string>(), "unknown");
    EXPECT_EQ(*headers.find("user")->as<std::string>(), "none");
    EXPECT_EQ(*headers.find("channel")->as<std::int32_t>(), 0);
}

}  // namespace
}  // namespace warren::broker
