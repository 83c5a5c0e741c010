#include "core/base/prng.h"
#include "tests/support/wire_client.h"
#include "tests/system/system_support.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

// The node is killed again and again while it confirms, delivers and takes acks. What a client was
// told must hold after each restart.

namespace warren::test {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int kKillCount = 20;  // under load; some more come while it starts
constexpr std::uint16_t kPrefetch = 60;
constexpr std::uint64_t kUnconfirmedMax = 300;
constexpr const char* kFanout = "crash.fanout";
constexpr std::array kQueues{"crash.a", "crash.b", "crash.c"};
/// The first two are bound to the fanout exchange, the third one is published to by its name.
constexpr std::size_t kNamedQueue = 2;

/// A message in one queue, as far as clients know.
struct Known {
    bool isConfirmed = false;
    bool isDelivered = false;  ///< ever; so it has to be flagged when it comes again
    bool isAcked = false;      ///< an ack was sent; it may have come too late
    bool isAckDurable = false;
    /// An ack is durable once a publish that follows it on its connection is confirmed: this one.
    std::uint64_t ackIsBeforePublish = std::numeric_limits<std::uint64_t>::max();
    std::optional<std::size_t> place;  ///< in the queue, as it was found after a restart
};

struct Content {
    std::string properties;
    std::string body;
};

/// Everything of a message follows from its number.
Content contentOfNumber(std::uint64_t seed, std::uint64_t number)
{
    Prng random(seed ^ (number * 0x9E3779B97F4A7C15ull));
    constexpr std::array<std::size_t, 8> kSizes{0, 1, 16, 16, 1024, 1024, 20'000, 20'000};
    std::size_t size = kSizes[random.below(kSizes.size())];
    if (random.below(100) == 0) size = 300'000;  // three frames
    amqp::Properties properties = persistent();
    properties.messageId = std::to_string(number);
    properties.priority = static_cast<std::uint8_t>(random.below(10));
    if (random.below(2) == 0) {
        properties.headers =
            amqp::FieldTable{{"number", static_cast<std::int64_t>(number)}, {"text", "ä"}};
    }
    return {encodedProperties(properties), bytesFrom(random.next(), size)};
}

/// One publisher's channel with confirms, across restarts.
class Publisher {
public:
    /// @param firstNumber  1 or 2; the other publisher has the other numbers
    explicit Publisher(std::uint64_t firstNumber) : m_nextNumber(firstNumber) {}

    struct Publish {
        std::uint64_t tag = 0;
        std::uint64_t number = 0;
        std::vector<std::size_t> queues{};
    };

    /// A new channel: tags begin at 1.
    void begin()
    {
        m_unconfirmed.clear();
        m_lastTag = 0;
        m_writtenTag = 0;
    }
    Publish& next()
    {
        m_lastTag += 1;
        m_nextNumber += 2;
        return m_unconfirmed[m_lastTag] = {.tag = m_lastTag, .number = m_nextNumber - 2};
    }
    /// @returns what is confirmed now
    std::vector<Publish> confirm(const amqp::BasicAck& ack)
    {
        std::vector<Publish> confirmed;
        auto at = m_unconfirmed.find(ack.deliveryTag);
        EXPECT_NE(at, m_unconfirmed.end()) << "a tag is confirmed twice, or was never published";
        if (at == m_unconfirmed.end()) return confirmed;
        auto first = ack.multiple ? m_unconfirmed.begin() : at;
        ++at;
        for (auto each = first; each != at; ++each) {
            confirmed.push_back(std::move(each->second));
        }
        m_unconfirmed.erase(first, at);
        return confirmed;
    }
    std::uint64_t lastTag() const { return m_lastTag; }
    /// The last publish that is known to be on disk.
    std::uint64_t writtenTag() const { return m_writtenTag; }
    void noteWritten(std::uint64_t tag) { m_writtenTag = std::max(m_writtenTag, tag); }
    bool mayPublish() const { return m_unconfirmed.size() < kUnconfirmedMax; }

private:
    std::uint64_t m_nextNumber;
    std::map<std::uint64_t, Publish> m_unconfirmed;  // by tag
    std::uint64_t m_lastTag = 0;
    std::uint64_t m_writtenTag = 0;
};

std::uint64_t numberOf(const WireEvent& event)
{
    const auto properties = amqp::PropertiesView::parse(bytesOf(event.properties));
    if (!properties || !properties->messageId()) throw WireError("a message has lost its id");
    return std::stoull(std::string(*properties->messageId()));
}

class Crash {
public:
    explicit Crash(std::uint64_t seed) : m_seed(seed), m_random(seed) {}

    void run()
    {
        prepare();
        for (int kill = 0; kill < kKillCount && !::testing::Test::HasFailure(); ++kill) {
            SCOPED_TRACE("kill " + std::to_string(kill));
            if (m_random.below(4) == 0) killWhileItStarts();
            auto node = startNodeOn(m_folder.path());
            verify(node->amqpPort());
            load(*node);
            ASSERT_EQ(integrityOf(m_folder.path()), "ok");
        }
        auto node = startNodeOn(m_folder.path());
        verify(node->amqpPort());
        EXPECT_EQ(stop(*node), 0);
        std::printf("confirmed=%llu delivered=%llu found-again=%llu\n", m_confirmedCount,
                    m_deliveredCount, m_foundCount);
        EXPECT_GT(m_confirmedCount, 100u);
        EXPECT_GT(m_foundCount, 100u);
    }

private:
    void prepare()
    {
        auto node = startNodeOn(m_folder.path());
        WireClient client(node->amqpPort());
        client.openChannel(1);
        client.call<amqp::ExchangeDeclareOk>(
            1, amqp::ExchangeDeclare{.exchange = kFanout, .type = "fanout", .durable = true});
        for (std::size_t queue = 0; queue < kQueues.size(); ++queue) {
            client.declareDurableQueue(1, kQueues[queue]);
            if (queue == kNamedQueue) continue;
            client.call<amqp::QueueBindOk>(
                1, amqp::QueueBind{.queue = kQueues[queue], .exchange = kFanout});
        }
        client.close();
        node->kill();
    }

    void killWhileItStarts()
    {
        auto node = launchNode({"--data", m_folder.path().string()});
        std::this_thread::sleep_for(std::chrono::microseconds{m_random.below(60'000)});
        node->kill();
    }

    // ------------------------------------------------------------------------------------- verify

    /// Takes everything out of the queues, compares, acks a part of it and puts the rest back.
    void verify(std::uint16_t port)
    {
        WireClient client(port);
        for (std::size_t queue = 0; queue < kQueues.size(); ++queue) {
            const auto channel = static_cast<ChannelNumber>(queue + 1);
            client.openChannel(channel);
            const std::uint32_t count = client.messageCount(channel, kQueues[queue]);
            client.call<amqp::BasicConsumeOk>(channel, amqp::BasicConsume{.queue = kQueues[queue]});
            std::vector<std::uint64_t> found;
            while (found.size() < count) {
                const WireEvent delivery = client.await<amqp::BasicDeliver>(channel);
                found.push_back(numberOf(delivery));
                noteDelivery(queue, delivery);
            }
            EXPECT_EQ(client.messageCount(channel, kQueues[queue]), 0u);
            compare(queue, found);
            ackSome(client, channel, queue, found);
        }
        EXPECT_FALSE(client.next(0ms)) << "more was delivered than the queues held";
        client.close();
        m_verifiedAcksAreSettled = true;
    }

    void compare(std::size_t queue, const std::vector<std::uint64_t>& found)
    {
        auto& known = m_known[queue];
        m_foundCount += found.size();
        std::map<std::uint64_t, Known> present;
        std::optional<std::size_t> lastPlace;
        std::array<std::uint64_t, 2> lastOfPublisher{};
        bool isPastPlaced = false;
        for (const std::uint64_t number : found) {
            const auto at = known.find(number);
            ASSERT_NE(at, known.end()) << kQueues[queue] << " holds what was never published";
            EXPECT_FALSE(at->second.isAckDurable) << number << " was acked, and so confirmed";
            std::uint64_t& last = lastOfPublisher[number % 2];
            EXPECT_GT(number, last) << "out of order, or twice, in " << kQueues[queue];
            last = number;
            if (at->second.place) {
                EXPECT_FALSE(isPastPlaced) << "an old message behind a new one";
                EXPECT_TRUE(!lastPlace || *lastPlace < *at->second.place) << "the order changed";
                lastPlace = at->second.place;
            } else {
                isPastPlaced = true;
            }
            present.insert(*at);
        }
        for (const auto& [number, message] : known) {
            const bool mustBeThere = message.isConfirmed && !message.isAcked;
            EXPECT_TRUE(!mustBeThere || present.contains(number))
                << number << " was confirmed and is missing in " << kQueues[queue];
        }
        for (std::size_t place = 0; place < found.size(); ++place) {
            present[found[place]].place = place;
            // It is on disk, so it has to stay, whether or not its confirm got through.
            present[found[place]].isConfirmed = true;
            present[found[place]].isAcked = false;
        }
        known = std::move(present);
    }

    /// Acks up to somewhere in the middle, so that the queues stay short.
    void ackSome(WireClient& client, ChannelNumber channel, std::size_t queue,
                 const std::vector<std::uint64_t>& found)
    {
        const std::uint64_t count = m_random.below(found.size() + 1);
        if (count == 0) return;
        client.send(channel, amqp::BasicAck{.deliveryTag = count, .multiple = true});
        for (std::uint64_t i = 0; i < count; ++i) {
            m_known[queue][found[i]].isAcked = true;
            m_ackedWhenVerified.emplace_back(queue, found[i]);
        }
    }

    void noteDelivery(std::size_t queue, const WireEvent& delivery)
    {
        const std::uint64_t number = numberOf(delivery);
        Known& message = m_known[queue][number];
        const bool isRedelivered = delivery.as<amqp::BasicDeliver>().redelivered;
        EXPECT_TRUE(isRedelivered || !message.isDelivered)
            << number << " came a second time without the flag, from " << kQueues[queue];
        const Content content = contentOfNumber(m_seed, number);
        EXPECT_EQ(delivery.properties, content.properties) << number;
        EXPECT_TRUE(delivery.body == content.body) << number << " has another body";
        message.isDelivered = true;
        m_deliveredCount += 1;
    }

    // --------------------------------------------------------------------------------------- load

    /// Two connections publish, the second one consumes too; then the node is killed.
    void load(NodeProcess& node)
    {
        std::array<WireClient, 2> clients{WireClient(node.amqpPort()), WireClient(node.amqpPort())};
        WireClient& consumer = clients[1];
        for (std::size_t i = 0; i < clients.size(); ++i) {
            clients[i].openChannel(kPublishChannel);
            clients[i].selectConfirms(kPublishChannel);
            m_publishers[i].begin();
        }
        for (std::size_t queue = 0; queue < kQueues.size(); ++queue) {
            const auto channel = static_cast<ChannelNumber>(queue + 1);
            consumer.openChannel(channel);
            consumer.call<amqp::BasicQosOk>(channel, amqp::BasicQos{.prefetchCount = kPrefetch});
            consumer.call<amqp::BasicConsumeOk>(channel,
                                                amqp::BasicConsume{.queue = kQueues[queue]});
            m_unacked[queue].clear();
        }
        const auto killAt =
            Clock::now() + std::chrono::microseconds{10'000 + m_random.below(600'000)};
        while (Clock::now() < killAt) {
            for (std::size_t i = 0; i < clients.size(); ++i) {
                publishSome(clients[i], i);
                takeEvents(clients[i], i, /*mayAck=*/true);
            }
            consumer.socket().wait(1ms);
        }
        node.kill();
        // What had left the node counts, read or not.
        for (std::size_t i = 0; i < clients.size(); ++i) {
            clients[i].awaitClose();
            takeEvents(clients[i], i, /*mayAck=*/false);
        }
        noteDurableAcks();
    }

    void publishSome(WireClient& client, std::size_t publisher)
    {
        const std::uint64_t count = m_random.below(12);
        for (std::uint64_t i = 0; i < count && m_publishers[publisher].mayPublish(); ++i) {
            Publisher::Publish& publish = m_publishers[publisher].next();
            const bool isFanout = m_random.below(2) == 0;
            publish.queues = isFanout ? std::vector<std::size_t>{0, 1} : std::vector{kNamedQueue};
            for (const std::size_t queue : publish.queues) {
                m_known[queue].emplace(publish.number, Known{});
            }
            const Content content = contentOfNumber(m_seed, publish.number);
            client.publish(kPublishChannel,
                           {.exchange = isFanout ? kFanout : "",
                            .routingKey = isFanout ? "" : kQueues[kNamedQueue]},
                           content.properties, content.body);
        }
    }

    void takeEvents(WireClient& client, std::size_t publisher, bool mayAck)
    {
        while (const auto event = client.next(0ms)) {
            if (event->is<amqp::BasicAck>()) {
                for (const auto& publish :
                     m_publishers[publisher].confirm(event->as<amqp::BasicAck>())) {
                    noteConfirm(m_publishers[publisher], publish);
                }
            } else if (event->is<amqp::BasicDeliver>()) {
                const std::size_t queue = event->channel - 1u;
                noteDelivery(queue, *event);
                m_unacked[queue].emplace_back(event->as<amqp::BasicDeliver>().deliveryTag,
                                              numberOf(*event));
                if (mayAck) settleSome(client, queue);
            } else {
                ADD_FAILURE() << "unexpected: " << event->text();
            }
        }
    }

    void noteConfirm(Publisher& publisher, const Publisher::Publish& publish)
    {
        m_confirmedCount += 1;
        for (const std::size_t queue : publish.queues) {
            Known& message = m_known[queue].at(publish.number);
            message.isConfirmed = true;
            // What is acked everywhere is confirmed without ever being written.
            if (!message.isAcked) publisher.noteWritten(publish.tag);
        }
    }

    /// Acks one, or puts all back, or leaves them: whatever a consumer may do.
    void settleSome(WireClient& client, std::size_t queue)
    {
        auto& unacked = m_unacked[queue];
        const auto channel = static_cast<ChannelNumber>(queue + 1);
        const bool isFull = unacked.size() >= kPrefetch;
        const std::uint64_t choice = m_random.below(isFull ? 2 : 4);
        if (choice == 0) {
            const std::size_t at = m_random.below(unacked.size());
            client.send(channel, amqp::BasicAck{.deliveryTag = unacked[at].first});
            noteAck(queue, unacked[at].second);
            unacked.erase(unacked.begin() + static_cast<std::ptrdiff_t>(at));
        } else if (isFull && m_random.below(3) == 0) {
            client.send(channel, amqp::BasicNack{.deliveryTag = 0, .multiple = true});
            unacked.clear();
        } else if (isFull) {
            client.send(channel,
                        amqp::BasicAck{.deliveryTag = unacked.back().first, .multiple = true});
            for (const auto& [tag, number] : unacked) {
                noteAck(queue, number);
            }
            unacked.clear();
        }
    }

    void noteAck(std::size_t queue, std::uint64_t number)
    {
        Known& message = m_known[queue][number];
        message.isAcked = true;
        message.ackIsBeforePublish = m_publishers[1].lastTag() + 1;
    }

    /// What is written is written in the order in which it came, so a confirm covers earlier acks.
    void noteDurableAcks()
    {
        for (auto& known : m_known) {
            for (auto& [number, message] : known) {
                if (message.ackIsBeforePublish <= m_publishers[1].writtenTag()) {
                    message.isAckDurable = true;
                }
                message.ackIsBeforePublish = std::numeric_limits<std::uint64_t>::max();
            }
        }
        const bool hasWritten =
            m_publishers[0].writtenTag() > 0 || m_publishers[1].writtenTag() > 0;
        if (hasWritten && m_verifiedAcksAreSettled) {
            for (const auto& [queue, number] : m_ackedWhenVerified) {
                const auto at = m_known[queue].find(number);
                if (at != m_known[queue].end()) at->second.isAckDurable = true;
            }
        }
        m_ackedWhenVerified.clear();
        m_verifiedAcksAreSettled = false;
    }

    static constexpr ChannelNumber kPublishChannel = 10;

    const std::uint64_t m_seed;
    Prng m_random;
    TemporaryFolder m_folder;
    std::array<std::map<std::uint64_t, Known>, kQueues.size()> m_known;  // by number
    std::array<Publisher, 2> m_publishers{Publisher(1), Publisher(2)};
    /// Delivery tags and numbers of what the consumer has.
    std::array<std::vector<std::pair<std::uint64_t, std::uint64_t>>, kQueues.size()> m_unacked;
    std::vector<std::pair<std::size_t, std::uint64_t>> m_ackedWhenVerified;
    bool m_verifiedAcksAreSettled = false;
    unsigned long long m_confirmedCount = 0;
    unsigned long long m_deliveredCount = 0;
    unsigned long long m_foundCount = 0;
};

}  // namespace

TEST(Crash, LosesNothingConfirmedAndFlagsEveryRedelivery) { Crash(chooseSeed()).run(); }

TEST(Crash, FlagsWhatItWasDeliveringFromABacklog)
{
    // More than the marks of a store that works in blocks can have covered before.
    constexpr std::uint64_t kCount = 10'000;
    constexpr int kRoundCount = 6;
    Prng random(chooseSeed());
    const TemporaryFolder folder;
    auto node = startNodeOn(folder.path());
    for (int round = 0; round < kRoundCount; ++round) {
        const std::string queue = "backlog-" + std::to_string(round);
        WireClient client(node->amqpPort());
        client.openChannel(1);
        client.selectConfirms(1);
        client.declareDurableQueue(1, queue);
        for (std::uint64_t number = 1; number <= kCount; ++number) {
            client.publish(1, {.routingKey = queue}, persistent(), std::to_string(number));
        }
        while (client.await<amqp::BasicAck>(1).as<amqp::BasicAck>().deliveryTag < kCount) {
        }

        client.openChannel(2);
        if (round % 2 == 0) {
            client.send(2, amqp::BasicConsume{.queue = queue});
        } else {
            for (std::uint64_t i = 0; i < kCount / 2; ++i) {
                client.send(2, amqp::BasicGet{.queue = queue});
            }
        }
        std::this_thread::sleep_for(std::chrono::microseconds{random.below(20'000)});
        node->kill();
        client.awaitClose();
        std::uint64_t seenCount = 0;  // they come in order, so it is the number of the last one too
        while (const auto event = client.next(0ms)) {
            seenCount += event->is<amqp::BasicDeliver>() || event->is<amqp::BasicGetOk>();
        }

        node = startNodeOn(folder.path());
        WireClient other(node->amqpPort());
        other.openChannel(1);
        ASSERT_EQ(other.messageCount(1, queue), kCount);
        other.call<amqp::BasicConsumeOk>(1, amqp::BasicConsume{.queue = queue, .noAck = true});
        for (std::uint64_t number = 1; number <= kCount; ++number) {
            const WireEvent delivery = other.await<amqp::BasicDeliver>(1);
            ASSERT_EQ(delivery.body, std::to_string(number));
            ASSERT_TRUE(delivery.as<amqp::BasicDeliver>().redelivered || number > seenCount)
                << number << " of " << seenCount << " came a second time without the flag";
        }
        std::printf("round %d: %llu were seen before the kill\n", round,
                    static_cast<unsigned long long>(seenCount));
    }
}

}  // namespace warren::test
