#include "tests/support/wire.h"
#include "tests/support/wire_client.h"
#include "tests/system/system_support.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

// Memory stays bounded whatever clients do, nothing that was confirmed is lost, and who was held
// back goes on.

namespace warren::test {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kMiB = 1024 * 1024;
constexpr std::size_t kWatermarkMiB = 200;
/// What memory may exceed the watermark by: what one turn brings (8 MiB), what is on its way to the
/// disk, and what the allocator has not given back.
constexpr std::size_t kBoundMiB = 150;

/// Messages with a number in front, on one connection that never reads.
class Flood {
public:
    Flood(std::uint16_t port, std::string queue, bool isPersistent, std::size_t bodyBytes)
        : m_client(port), m_queue(std::move(queue)), m_bodyBytes(bodyBytes)
    {
        m_client.openChannel(1);
        if (isPersistent) m_properties = persistent();
    }
    WireClient& client() { return m_client; }
    void useConfirms() { m_client.selectConfirms(1); }

    /// Sends what the node takes now. @returns whether it took anything
    bool push(std::uint64_t countMax)
    {
        while (m_rest.empty() && m_count < countMax) {
            std::string body = std::to_string(m_count) + " ";
            body.resize(std::max(body.size(), m_bodyBytes), 'x');
            m_frames =
                contentFrames(1, amqp::BasicPublish{.routingKey = m_queue}, body, m_properties);
            m_rest = bytesOf(m_frames);
            m_count += 1;
        }
        const std::size_t sent = m_client.socket().sendSome(m_rest);
        m_rest = m_rest.subspan(sent);
        return sent > 0;
    }
    bool isDone(std::uint64_t countMax) const { return m_count == countMax && m_rest.empty(); }
    std::uint64_t count() const { return m_count; }

private:
    WireClient m_client;
    std::string m_queue;
    std::size_t m_bodyBytes;
    amqp::Properties m_properties;
    std::string m_frames;
    ByteView m_rest;
    std::uint64_t m_count = 0;
};

class Memory : public ::testing::Test {
protected:
    void start(const std::string& more = {}, const std::vector<std::string>& launcher = {})
    {
        const std::filesystem::path config = m_folder / "rabbitmq.conf";
        writeFile(config, "vm_memory_high_watermark.absolute = " + std::to_string(kWatermarkMiB) +
                              "MiB\ndisk_free_limit.absolute = 0\n" + more);
        m_node = startNode({"--data", (m_folder / "data").string(), "--config", config.string()},
                           launcher);
    }
    std::uint16_t port() const { return m_node->amqpPort(); }
    void noteMemory() { m_peakBytes = std::max(m_peakBytes, m_node->residentBytes()); }
    void expectBounded() const { EXPECT_LT(m_peakBytes / kMiB, kWatermarkMiB + kBoundMiB); }
    /// Takes everything out of the queue and expects the numbers from 0 on.
    void expectNumbers(const std::string& queue, std::uint64_t count)
    {
        WireClient client(port());
        client.openChannel(1);
        client.call<amqp::BasicConsumeOk>(
            1, amqp::BasicConsume{.queue = queue, .consumerTag = "c", .noAck = true});
        for (std::uint64_t number = 0; number < count; ++number) {
            const WireEvent delivery = client.await<amqp::BasicDeliver>(1);
            ASSERT_EQ(delivery.body.substr(0, delivery.body.find(' ')), std::to_string(number));
            if (number % 1000 == 0) noteMemory();
        }
    }

    TemporaryFolder m_folder;
    std::unique_ptr<NodeProcess> m_node;
    std::size_t m_peakBytes = 0;
};

}  // namespace

TEST_F(Memory, TransientMessagesBeyondItGoToTheDiskAndComeBackInOrder)
{
    start();
    constexpr std::uint64_t kCount = 100'000;  // 400 MB
    Flood flood(port(), "q", false, 4096);
    flood.client().declareQueue(1, {.queue = "q"});
    const auto end = Clock::now() + 120s;
    while (!flood.isDone(kCount) && Clock::now() < end) {
        if (!flood.push(kCount)) flood.client().socket().wait(10ms, true);
        if (flood.count() % 500 == 0) noteMemory();
    }
    ASSERT_TRUE(flood.isDone(kCount)) << "after " << flood.count();
    EXPECT_EQ(flood.client().messageCount(1, "q"), kCount);
    expectNumbers("q", kCount);
    expectBounded();
    m_node->signal(SIGTERM);
    EXPECT_EQ(m_node->awaitEnd(), 0) << m_node->errorText();
}

TEST_F(Memory, PublishersThatIgnoreEverythingLoseNothingConfirmed)
{
    start();
    constexpr std::uint64_t kCount = 40'000;
    constexpr int kPublishers = 4;
    std::vector<std::unique_ptr<Flood>> floods;
    for (int i = 0; i < kPublishers; ++i) {
        const std::string queue = "q" + std::to_string(i);
        floods.push_back(std::make_unique<Flood>(port(), queue, true, 2000));
        floods.back()->client().declareDurableQueue(1, queue);
        floods.back()->useConfirms();
    }
    const auto end = Clock::now() + 120s;
    const auto isDone = [&] {
        return std::ranges::all_of(floods, [](const auto& one) { return one->isDone(kCount); });
    };
    while (!isDone() && Clock::now() < end) {
        bool hasMoved = false;
        for (const auto& flood : floods) {
            for (int i = 0; i < 100; ++i)
                hasMoved |= flood->push(kCount);
        }
        noteMemory();
        if (!hasMoved) floods.front()->client().socket().wait(5ms, false);
    }
    ASSERT_TRUE(isDone());
    std::vector<std::uint64_t> confirmed;
    for (const auto& flood : floods) {
        std::uint64_t last = 0;
        while (last < kCount) {
            last = flood->client().await<amqp::BasicAck>(1).as<amqp::BasicAck>().deliveryTag;
        }
        confirmed.push_back(last);
    }
    m_node->kill();
    m_node = startNode({"--data", (m_folder / "data").string()});
    noteMemory();
    for (int i = 0; i < kPublishers; ++i)
        expectNumbers("q" + std::to_string(i), confirmed[static_cast<std::size_t>(i)]);
    expectBounded();
}

TEST_F(Memory, ConsumersThatNeverReadCostLittle)
{
    start();
    constexpr std::uint64_t kCount = 20'000;
    constexpr int kConsumers = 300;
    Flood flood(port(), "q", true, 5000);
    flood.client().declareDurableQueue(1, "q");
    while (!flood.isDone(kCount)) {
        if (!flood.push(kCount)) flood.client().socket().wait(10ms, true);
    }
    EXPECT_TRUE(becomesTrue([&] { return flood.client().messageCount(1, "q") == kCount; }));
    std::vector<std::unique_ptr<WireClient>> consumers;
    for (int i = 0; i < kConsumers; ++i) {
        consumers.push_back(std::make_unique<WireClient>(port()));
        WireClient& consumer = *consumers.back();
        consumer.openChannel(1);
        consumer.send(1, amqp::BasicConsume{.queue = "q", .consumerTag = "c"});
        noteMemory();
    }
    for (int i = 0; i < 20; ++i) {
        consumers.front()->socket().wait(50ms);
        noteMemory();
    }
    expectBounded();
    consumers.clear();
    EXPECT_TRUE(becomesTrue([&] { return flood.client().messageCount(1, "q") == kCount; }))
        << "what they held comes back";
}

TEST_F(Memory, AThousandPublishersAreServedAlike)
{
    start();
    constexpr std::size_t kPublishers = 1000;
    constexpr std::uint64_t kCount = 200;
    std::vector<std::unique_ptr<Flood>> floods;
    for (std::size_t i = 0; i < kPublishers; ++i) {
        floods.push_back(std::make_unique<Flood>(port(), "q", true, 2000));
        if (i == 0) floods.back()->client().declareDurableQueue(1, "q");
        floods.back()->useConfirms();
    }
    const auto end = Clock::now() + 200s;
    std::size_t doneCount = 0;
    while (doneCount < kPublishers && Clock::now() < end) {
        doneCount = 0;
        for (const auto& flood : floods) {
            for (int i = 0; i < 5; ++i)
                (void)flood->push(kCount);
            doneCount += flood->isDone(kCount);
        }
        noteMemory();
    }
    ASSERT_EQ(doneCount, kPublishers);
    for (const auto& flood : floods) {
        std::uint64_t last = 0;
        while (last < kCount) {
            last = flood->client().await<amqp::BasicAck>(1).as<amqp::BasicAck>().deliveryTag;
        }
    }
    EXPECT_EQ(floods.front()->client().messageCount(1, "q"), kPublishers * kCount);
    expectBounded();
}

TEST_F(Memory, OnASlowDiskOneFastPublisherDoesNotStarveOthers)
{
    start({}, {"env", "LD_PRELOAD=" WARREN_SLOW_DISK, "WARREN_SYNC_MS=50",
               "ASAN_OPTIONS=verify_asan_link_order=0"});
    constexpr std::uint64_t kCount = 60'000;
    Flood flood(port(), "fast", true, 2000);
    flood.client().declareDurableQueue(1, "fast");
    flood.useConfirms();
    WireClient slow(port());
    slow.openChannel(1);
    slow.declareDurableQueue(1, "slow");
    slow.selectConfirms(1);
    std::vector<std::chrono::milliseconds> waits;
    const auto end = Clock::now() + 120s;
    bool isOut = false;
    auto sentAt = Clock::now();
    while (!flood.isDone(kCount) && Clock::now() < end) {
        for (int i = 0; i < 50; ++i)
            (void)flood.push(kCount);
        noteMemory();
        if (!isOut) {
            slow.publish(1, {.routingKey = "slow"}, persistent(), "body");
            sentAt = Clock::now();
            isOut = true;
        }
        const auto event = slow.next(1ms);
        if (!event) continue;
        EXPECT_TRUE(event->is<amqp::BasicAck>()) << event->text();
        waits.push_back(
            std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - sentAt));
        isOut = false;
    }
    ASSERT_TRUE(flood.isDone(kCount));
    ASSERT_GE(waits.size(), 5u) << "the other one has hardly had a turn";
    std::ranges::sort(waits);
    EXPECT_LT(waits[waits.size() / 2], 3s)
        << "it waits behind what the fast one may have under way";
    expectBounded();
    std::uint64_t last = 0;
    while (last < kCount) {
        last = flood.client().await<amqp::BasicAck>(1).as<amqp::BasicAck>().deliveryTag;
    }
}

TEST_F(Memory, AnAlarmBlocksPublishersUntilItIsOver)
{
    start();
    // Nothing but a mass of tiny messages fills memory: their places stay when their bodies go.
    WireClient consumer(port());
    consumer.openChannel(1);
    consumer.declareQueue(1, {.queue = "q"});
    Flood flood(port(), "q", false, 1);
    bool isBlocked = false;
    const auto end = Clock::now() + 120s;
    while (!isBlocked && Clock::now() < end) {
        for (int i = 0; i < 1000; ++i)
            (void)flood.push(UINT64_MAX);
        noteMemory();
        while (const auto event = flood.client().next(0ms))
            isBlocked |= event->is<amqp::ConnectionBlocked>();
    }
    ASSERT_TRUE(isBlocked);
    // Consumers go on.
    EXPECT_TRUE(consumer.get(1, "q").has_value());
    EXPECT_GT(consumer.messageCount(1, "q"), 1000u);
    consumer.call<amqp::QueuePurgeOk>(1, amqp::QueuePurge{.queue = "q"});
    bool isUnblocked = false;
    while (!isUnblocked && Clock::now() < end) {
        const auto event = flood.client().next(100ms);
        isUnblocked = event && event->is<amqp::ConnectionUnblocked>();
        noteMemory();
    }
    EXPECT_TRUE(isUnblocked) << "memory was not given back";
    expectBounded();
}

TEST_F(Memory, IsGivenBackAfterAPeak)
{
    start();
    constexpr std::uint64_t kCount = 20'000;
    const std::size_t before = m_node->residentBytes();
    Flood flood(port(), "q", false, 4000);
    flood.client().declareQueue(1, {.queue = "q"});
    while (!flood.isDone(kCount)) {
        if (!flood.push(kCount)) flood.client().socket().wait(10ms, true);
    }
    EXPECT_TRUE(becomesTrue([&] { return flood.client().messageCount(1, "q") == kCount; }));
    noteMemory();
    EXPECT_GT(m_peakBytes, before + 50 * kMiB);
    flood.client().call<amqp::QueuePurgeOk>(1, amqp::QueuePurge{.queue = "q"});
    EXPECT_TRUE(becomesTrue([&] { return m_node->residentBytes() < before + 60 * kMiB; }))
        << m_node->residentBytes() / kMiB << " MiB";
}

}  // namespace warren::test
