#include "core/amqp/field_table.h"
#include "core/base/prng.h"
#include "tests/support/wire_client.h"
#include "tests/system/system_support.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <string_view>

// The node is killed while messages go from a queue to its dead-letter queue: because they are too
// old, and because they are too many. Each confirmed message must be in one of the two, and in no
// more than one: it leaves the one in the same commit that puts it in the other.

namespace warren::test {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int kKillCount = 12;
constexpr std::uint64_t kUnconfirmedMax = 300;
constexpr const char* kSource = "deaths.source";
constexpr const char* kDead = "deaths.dead";
constexpr const char* kMarker = "deaths.marker";
constexpr ChannelNumber kPublish = 1;
constexpr ChannelNumber kConsume = 2;

class DeadLetterCrash {
public:
    explicit DeadLetterCrash(std::uint64_t seed) : m_random(seed) {}

    void run()
    {
        for (int kill = 0; kill < kKillCount && !::testing::Test::HasFailure(); ++kill) {
            SCOPED_TRACE("kill " + std::to_string(kill));
            auto node = startNodeOn(m_folder.path());
            verify(node->amqpPort());
            load(*node);
            ASSERT_EQ(integrityOf(m_folder.path()), "ok");
        }
        auto node = startNodeOn(m_folder.path());
        verify(node->amqpPort());
        EXPECT_EQ(stop(*node), 0);
        std::printf("confirmed=%llu expired=%llu overflowed=%llu\n", m_confirmedCount,
                    m_deathCount["expired"], m_deathCount["maxlen"]);
        EXPECT_GT(m_confirmedCount, 100u);
        EXPECT_GT(m_deathCount["expired"], 10u);
        EXPECT_GT(m_deathCount["maxlen"], 10u);
    }

private:
    static void declare(WireClient& client)
    {
        client.openChannel(kPublish);
        client.selectConfirms(kPublish);
        client.declareDurableQueue(kPublish, kDead);
        client.declareDurableQueue(kPublish, kMarker);
        client.declareQueue(kPublish, {.queue = kSource,
                                       .durable = true,
                                       .arguments = {{"x-message-ttl", 30},
                                                     {"x-max-length", 40},
                                                     {"x-dead-letter-exchange", ""},
                                                     {"x-dead-letter-routing-key", kDead}}});
    }

    /// Everything dies soon; then the dead-letter queue must hold what was confirmed, and each
    /// once.
    void verify(std::uint16_t port)
    {
        WireClient client(port);
        declare(client);
        ASSERT_TRUE(becomesTrue([&] { return client.messageCount(kPublish, kSource) == 0; }));
        const std::uint32_t count = client.messageCount(kPublish, kDead);
        client.openChannel(kConsume);
        client.call<amqp::BasicConsumeOk>(kConsume, amqp::BasicConsume{.queue = kDead});
        std::set<std::uint64_t> found;
        for (std::uint32_t i = 0; i < count; ++i) {
            const WireEvent delivery = client.await<amqp::BasicDeliver>(kConsume);
            const std::uint64_t number = std::stoull(delivery.body);
            EXPECT_TRUE(found.insert(number).second) << number << " is there twice";
            EXPECT_TRUE(m_published.contains(number)) << number << " was never published";
            noteDeath(delivery);
        }
        for (const std::uint64_t number : m_confirmed) {
            EXPECT_TRUE(found.contains(number)) << number << " was confirmed and is missing";
        }
        // These acks are on disk when a later publish is confirmed.
        if (count > 0) {
            client.send(kConsume, amqp::BasicAck{.deliveryTag = count, .multiple = true});
            client.messageCount(kConsume, kDead);
        }
        client.publish(kPublish, {.routingKey = kMarker}, persistent(), "");
        client.await<amqp::BasicAck>(kPublish);
        client.close();
        m_confirmed.clear();
        m_published.clear();
    }

    void noteDeath(const WireEvent& delivery)
    {
        const auto properties = amqp::decodeProperties(bytesOf(delivery.properties));
        ASSERT_TRUE(properties && properties->headers);
        const amqp::FieldValue* value = properties->headers->find("x-death");
        ASSERT_NE(value, nullptr);
        const auto* deaths = value->as<amqp::FieldArray>();
        ASSERT_TRUE(deaths != nullptr && deaths->size() == 1) << "it died once";
        const auto* death = deaths->front().as<amqp::FieldTable>();
        ASSERT_NE(death, nullptr);
        EXPECT_EQ(*death->find("count"), amqp::FieldValue(std::int64_t{1}));
        EXPECT_EQ(*death->find("queue"), amqp::FieldValue(kSource));
        m_deathCount[*death->find("reason")->as<std::string>()] += 1;
    }

    /// Publishes, now faster and now slower than messages die of age; then the node is killed.
    void load(NodeProcess& node)
    {
        WireClient client(node.amqpPort());
        declare(client);
        std::uint64_t lastTag = 0;
        std::uint64_t confirmedTag = 0;
        const std::uint64_t firstNumber = m_nextNumber;
        const auto takeConfirms = [&] {
            while (const auto event = client.next(0ms)) {
                ASSERT_TRUE(event->is<amqp::BasicAck>()) << "unexpected: " << event->text();
                const auto ack = event->as<amqp::BasicAck>();
                const std::uint64_t first = ack.multiple ? confirmedTag + 1 : ack.deliveryTag;
                for (std::uint64_t tag = first; tag <= ack.deliveryTag; ++tag) {
                    m_confirmed.insert(firstNumber + tag - 1);
                    m_confirmedCount += 1;
                }
                confirmedTag = ack.deliveryTag;
            }
        };
        const auto killAt =
            Clock::now() + std::chrono::microseconds{10'000 + m_random.below(400'000)};
        while (Clock::now() < killAt) {
            const std::uint64_t count = m_random.below(m_random.below(8) == 0 ? 150 : 4);
            for (std::uint64_t i = 0; i < count && lastTag - confirmedTag < kUnconfirmedMax; ++i) {
                lastTag += 1;
                m_published.insert(m_nextNumber);
                client.publish(kPublish, {.routingKey = kSource}, persistent(),
                               std::to_string(m_nextNumber));
                m_nextNumber += 1;
            }
            takeConfirms();
            client.socket().wait(1ms);
        }
        node.kill();
        // What had left the node counts, read or not.
        client.awaitClose();
        takeConfirms();
    }

    Prng m_random;
    TemporaryFolder m_folder;
    std::uint64_t m_nextNumber = 1;
    std::set<std::uint64_t> m_published;                     // since everything was taken out
    std::set<std::uint64_t> m_confirmed;                     // the part of it that must be there
    std::map<std::string, unsigned long long> m_deathCount;  // by reason
    unsigned long long m_confirmedCount = 0;
};

}  // namespace

TEST(Crash, LosesNothingConfirmedOnItsWayToTheDeadLetters) { DeadLetterCrash(chooseSeed()).run(); }

}  // namespace warren::test
