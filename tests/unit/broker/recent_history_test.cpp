#include "core/broker/recent_history.h"

#include "core/amqp/properties.h"
#include "tests/support/broker_harness.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <string>
#include <vector>

namespace warren::broker {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> bodies(const RecentHistory& history)
{
    std::vector<std::string> list;
    for (const MessagePtr& message : history.messages())
        list.emplace_back(textOf(message->body()));
    return list;
}

MessagePtr withHeader(std::string key, amqp::FieldValue value)
{
    amqp::Properties properties;
    properties.headers.emplace().append(std::move(key), std::move(value));
    Buffer encoded;
    amqp::appendProperties(encoded, properties);
    return makeMessage("x", "k", encoded.view(), false, bytesOf("h"));
}

TEST(RecentHistory, KeepsTheLastTwenty)
{
    RecentHistory history({});
    EXPECT_TRUE(history.isEmpty());
    for (int i = 0; i < 25; ++i)
        history.keep(test::messageOf("x", "k", std::to_string(i)));
    ASSERT_EQ(history.messages().size(), 20u);
    EXPECT_EQ(bodies(history).front(), "5");
    EXPECT_EQ(bodies(history).back(), "24");
}

TEST(RecentHistory, KeepsAsManyAsTheExchangeSays)
{
    RecentHistory history({{"x-recent-history-length", std::int8_t{2}}});
    for (const char* body : {"a", "b", "c"})
        history.keep(test::messageOf("x", "k", body));
    EXPECT_THAT(bodies(history), ElementsAre("b", "c"));
}

TEST(RecentHistory, KeepsAMessageOnceHoweverManyPathsItTakes)
{
    RecentHistory history({});
    const MessagePtr message = test::messageOf("x", "k", "a");
    history.keep(message);
    history.keep(message);
    EXPECT_THAT(bodies(history), ElementsAre("a"));
}

TEST(RecentHistory, LeavesOutWhatAsksForIt)
{
    RecentHistory history({});
    history.keep(withHeader("x-recent-history-no-store", true));
    EXPECT_TRUE(history.isEmpty());
    EXPECT_EQ(history.memoryBytes(), 0u);
    // As in RabbitMQ, only the truth value counts.
    history.keep(withHeader("x-recent-history-no-store", false));
    history.keep(withHeader("x-recent-history-no-store", "true"));
    history.keep(withHeader("x-recent-history-no-store", std::int32_t{1}));
    history.keep(withHeader("other", true));
    EXPECT_EQ(history.messages().size(), 4u);
    EXPECT_GT(history.memoryBytes(), 4u);
}

}  // namespace
}  // namespace warren::broker
