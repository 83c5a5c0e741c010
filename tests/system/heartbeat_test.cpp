#include "tests/support/wire_client.h"
#include "tests/system/system_support.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

// Heartbeats over a real socket, with the shortest interval there is: one second.

namespace warren::test {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr WireLogin kEverySecond{.heartbeatSeconds = 1};

}  // namespace

TEST(Heartbeat, IsSentByTheNode)
{
    auto node = startNode({"--ephemeral"});
    WireClient client(node->amqpPort(), kEverySecond);
    const auto begin = Clock::now();
    for (int i = 0; i < 3; ++i) {
        client.sendHeartbeat();
        const auto event = client.next(2s);
        ASSERT_TRUE(event) << "no heartbeat in two intervals";
        EXPECT_TRUE(event->isHeartbeat()) << event->text();
    }
    EXPECT_LT(Clock::now() - begin, 5s);
}

TEST(Heartbeat, SilentPeersAreDroppedAfterTwoIntervals)
{
    auto node = startNode({"--ephemeral"});
    WireClient client(node->amqpPort(), kEverySecond);
    const auto begin = Clock::now();
    EXPECT_TRUE(client.awaitClose(10s));
    EXPECT_GE(Clock::now() - begin, 1500ms);
    while (const auto event = client.next(0ms)) {
        EXPECT_TRUE(event->isHeartbeat()) << event->text();
    }
}

TEST(Heartbeat, AnythingThatAPeerSendsCounts)
{
    auto node = startNode({"--ephemeral"});
    WireClient client(node->amqpPort(), kEverySecond);
    client.openChannel(1);
    const auto end = Clock::now() + 5s;
    while (Clock::now() < end) {
        ASSERT_TRUE(client.socket().isOpen());
        client.declareQueue(1, {.queue = "q"});
        client.next(700ms);  // nothing, or a heartbeat
    }
    client.close();
}

TEST(Heartbeat, PublishersThatAreHeldBackAreNotDropped)
{
    const TemporaryFolder folder;
    writeFile(folder / "rabbitmq.conf", "vm_memory_high_watermark.absolute = 1\n");
    auto node = startNode({"--ephemeral", "--config", (folder / "rabbitmq.conf").string()});
    WireClient client(node->amqpPort(), kEverySecond);
    client.openChannel(1);
    client.publish(1, {.routingKey = "nowhere"}, amqp::Properties{}, "held back");
    EXPECT_EQ(client.await<amqp::ConnectionBlocked>(0).as<amqp::ConnectionBlocked>().reason,
              "low on memory");
    // Silent for five intervals, since the node does not listen; but it goes on to be heard.
    EXPECT_FALSE(client.awaitClose(5s));
    int heartbeatCount = 0;
    while (const auto event = client.next(0ms)) {
        heartbeatCount += event->isHeartbeat();
    }
    EXPECT_GE(heartbeatCount, 3);
}

}  // namespace warren::test
