#include "core/base/prng.h"
#include "tests/support/broker_harness.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace warren::broker {
namespace {

using storage::MemoryStore;
using test::BrokerHarness;
using test::CommandClient;

constexpr int kQueues = 4;
constexpr int kClients = 3;
constexpr ChannelNumber kChannels = 2;
constexpr int kSteps = 500;

std::string queueName(std::uint64_t number) { return "q" + std::to_string(number); }

/// One broker with its clients, and what each of their channels has seen.
class Side {
public:
    explicit Side(std::uint64_t seed) : harness(BrokerHarness::Commits::AtOnce, seed) {}

    void connect(std::size_t number)
    {
        if (m_clients.size() <= number) m_clients.resize(number + 1);
        m_clients[number] = &harness.connect(kChannels);
        m_clients[number]->drop();
        for (ChannelNumber channel = 1; channel <= kChannels; ++channel)
            unsettled[{number, channel}].clear();
    }
    CommandClient& client(std::size_t number) { return *m_clients[number]; }

    /// Takes what has come: every channel by itself, since only there the order is promised.
    void collect()
    {
        for (std::size_t number = 0; number < m_clients.size(); ++number) {
            const auto texts = m_clients[number]->take();
            for (const std::string& text : texts) {
                const auto channel = static_cast<ChannelNumber>(std::stoi(text));
                seen[{number, channel}].push_back(text);
                note({number, channel}, text);
            }
        }
    }

    using Key = std::pair<std::size_t, ChannelNumber>;
    BrokerHarness harness;
    std::map<Key, std::vector<std::string>> seen;
    /// Tags that the client may still acknowledge.
    std::map<Key, std::vector<DeliveryTag>> unsettled;

private:
    void note(const Key& key, const std::string& text)
    {
        // "1 deliver c 2 body", "1 get-ok 2 body"; those without acknowledgement say so in the tag.
        const bool isDelivery = text.find(" deliver ack") != std::string::npos;
        const std::size_t get = text.find(" get-ok ");
        if (isDelivery) {
            const std::size_t at = text.find(' ', text.find("ack")) + 1;
            unsettled[key].push_back(std::stoull(text.substr(at)));
        } else if (get != std::string::npos) {
            const DeliveryTag tag = std::stoull(text.substr(get + 8));
            if (text.find("keep") == std::string::npos) unsettled[key].push_back(tag);
        }
    }

    std::vector<CommandClient*> m_clients;
};

/// The same clients at two brokers, one of which keeps next to nothing in memory.
class PagingModel : public ::testing::TestWithParam<std::uint64_t> {
protected:
    PagingModel()
    {
        m_paged.harness.store().setLoads(MemoryStore::Loads::OnDemand);
        m_paged.harness.setPaging([this](BodyMemory& memory) {
            memory.keptBytes = m_random.below(2) * 1000;
            memory.headBytes = m_random.below(3) * 500;
            memory.unackedBytes = m_random.below(2) * 300;
            memory.loadingBytesMax = 500 + m_random.below(2) * 5000;
            if (m_random.below(2) == 0) memory.bytesMax = 1500 + m_random.below(20'000);
        });
        for (Side* side : both()) {
            for (std::size_t number = 0; number < kClients; ++number)
                side->connect(number);
        }
        for (std::uint64_t number = 0; number < kQueues; ++number)
            declare(number);
    }

    std::vector<Side*> both() { return {&m_plain, &m_paged}; }

    template <typename Do>
    void onBoth(Do act)
    {
        for (Side* side : both())
            act(*side);
    }
    void send(std::size_t client, ChannelNumber channel, auto command)
    {
        onBoth([&](Side& side) { side.client(client).send(channel, command); });
    }

    void declare(std::uint64_t number)
    {
        const std::string name = queueName(number);
        amqp::FieldTable arguments;
        if (number == 1) arguments = {{"x-max-length", std::int32_t{30}}};
        if (number == 2) arguments = {{"x-max-priority", std::int32_t{3}}};
        if (number == 3) arguments = {{"x-message-ttl", std::int32_t{3000}}};
        onBoth([&](Side& side) {
            side.client(0).send(
                1, DeclareQueue{.name = name, .isDurable = number != 0, .arguments = arguments});
        });
    }

    void publish()
    {
        const std::string name = queueName(m_random.below(kQueues));
        const std::string body =
            "m" + std::to_string(++m_lastBody) + std::string(m_random.below(300), '.');
        const bool isPersistent = m_random.below(3) != 0;
        // No properties but a priority, which the flags announce.
        std::string properties;
        if (m_random.below(2) == 0) {
            properties = {0x08, 0x00, static_cast<char>(m_random.below(5))};
        } else {
            properties = {0x00, 0x00};
        }
        const MessagePtr message =
            makeMessage("", name, bytesOf(properties), isPersistent, bytesOf(body));
        const std::size_t client = m_random.below(kClients);
        send(client, 2, Publish{.message = message});
    }

    void consume(std::size_t client, ChannelNumber channel)
    {
        const std::uint64_t number = m_random.below(kQueues);
        const bool noAck = m_random.below(3) == 0;
        const std::string tag =
            std::string{noAck ? "free" : "ack"} + std::to_string(m_random.below(3));
        if (m_consumers.contains({client, channel, tag})) {
            m_consumers.erase({client, channel, tag});
            send(client, channel, Cancel{.tag = tag});
            return;
        }
        m_consumers.insert({client, channel, tag});
        const std::string name = queueName(number);
        if (m_random.below(2) == 0) {
            send(client, channel,
                 SetPrefetch{.count = static_cast<std::uint16_t>(1 + m_random.below(5))});
        }
        send(client, channel, Consume{.queue = name, .tag = tag, .noAck = noAck});
    }

    /// Of what the slower side has: clients know no more.
    void settleOne(std::size_t client, ChannelNumber channel)
    {
        auto& tags = m_paged.unsettled[{client, channel}];
        if (tags.empty()) return;
        const std::size_t at = m_random.below(2) == 0 ? 0 : m_random.below(tags.size());
        const DeliveryTag tag = tags[at];
        const bool isMultiple = m_random.below(4) == 0;
        const std::uint64_t dice = m_random.below(4);
        for (Side* side : both()) {
            std::erase_if(side->unsettled[{client, channel}], [&](DeliveryTag one) {
                return one == tag || (isMultiple && one <= tag);
            });
        }
        if (dice < 2) {
            send(client, channel, Ack{.tag = tag, .isMultiple = isMultiple});
        } else {
            send(client, channel,
                 Reject{.tag = tag, .isMultiple = isMultiple, .requeues = dice == 2});
        }
    }

    void reconnect(std::size_t client)
    {
        std::erase_if(m_consumers, [&](const auto& one) { return std::get<0>(one) == client; });
        // What was on its way is lost with the connection, on one side more than on the other.
        compare();
        onBoth([&](Side& side) {
            side.client(client).lose();
            side.harness.settle();
            side.connect(client);
        });
    }

    void restart()
    {
        compare();
        m_consumers.clear();
        onBoth([&](Side& side) {
            side.harness.restart();
            for (std::size_t number = 0; number < kClients; ++number)
                side.connect(number);
        });
        declare(0);
        m_plain.collect();
    }

    /// Everything that was asked for comes, and then nobody can tell the difference.
    void compare()
    {
        BrokerHarness& paged = m_paged.harness;
        paged.settle();
        while (paged.store().pendingLoadCount() > 0) {
            m_hasLoaded = true;
            paged.answerLoads();
        }
        onBoth([](Side& side) { side.collect(); });
        ASSERT_EQ(m_plain.seen, m_paged.seen);
        m_plain.seen.clear();
        m_paged.seen.clear();
        for (std::uint64_t number = 0; number < kQueues; ++number) {
            const Queue* plain = m_plain.harness.findQueue(queueName(number));
            const Queue* other = paged.findQueue(queueName(number));
            ASSERT_EQ(plain == nullptr, other == nullptr);
            if (plain == nullptr) continue;
            ASSERT_EQ(plain->readyCount(), other->readyCount());
            ASSERT_EQ(plain->unackedCount(), other->unackedCount());
            ASSERT_EQ(plain->bodyBytes(), other->bodyBytes());
            ASSERT_EQ(plain->persistentCount(), other->persistentCount());
        }
        expectBooksToBalance();
    }

    void expectBooksToBalance()
    {
        const State& state = m_paged.harness.broker().state();
        std::size_t inMemory = 0;
        std::size_t pagedOut = 0;
        for (std::uint64_t number = 0; number < kQueues; ++number) {
            const Queue* queue = m_paged.harness.findQueue(queueName(number));
            if (queue == nullptr) continue;
            inMemory += queue->inMemoryBytes();
            pagedOut += queue->pagedOutCount();
        }
        ASSERT_EQ(state.memory().inMemoryBytes, inMemory);
        ASSERT_EQ(state.memory().pagedOutCount, pagedOut);
        ASSERT_EQ(state.memory().loadingBytes, 0u);
        ASSERT_TRUE(state.bodyWaits.empty());
    }

    void step()
    {
        const std::size_t client = m_random.below(kClients);
        const auto channel = static_cast<ChannelNumber>(1 + m_random.below(kChannels));
        const std::uint64_t dice = m_random.below(100);
        if (dice < 45) {
            publish();
        } else if (dice < 55) {
            consume(client, channel);
        } else if (dice < 62) {
            const std::string name = queueName(m_random.below(kQueues));
            send(client, channel, Get{.queue = name, .noAck = false});
        } else if (dice < 84) {
            settleOne(client, channel);
        } else if (dice < 87) {
            onBoth([](Side& side) { side.harness.advance(std::chrono::milliseconds{700}); });
        } else if (dice < 89) {
            const std::string name = queueName(m_random.below(kQueues));
            send(client, channel, PurgeQueue{.name = name});
        } else if (dice < 91) {
            reconnect(client);
        } else if (dice < 92) {
            restart();
        } else {
            m_paged.harness.answerLoads(m_random.below(10));
        }
        onBoth([](Side& side) { side.collect(); });
    }

    Prng m_random{GetParam()};
    Side m_plain{GetParam()};
    Side m_paged{GetParam()};
    std::set<std::tuple<std::size_t, ChannelNumber, std::string>> m_consumers;
    std::uint64_t m_lastBody = 0;
    bool m_hasLoaded = false;
};

TEST_P(PagingModel, NobodySeesADifference)
{
    for (int i = 0; i < kSteps; ++i) {
        step();
        if (HasFatalFailure()) FAIL() << "seed " << GetParam() << ", step " << i;
        if (i % 50 == 0) compare();
        if (HasFatalFailure()) FAIL() << "seed " << GetParam() << ", step " << i;
    }
    compare();
    EXPECT_TRUE(m_hasLoaded) << "there was nothing to see";
}

INSTANTIATE_TEST_SUITE_P(Seeds, PagingModel, ::testing::Range<std::uint64_t>(1, 41));

}  // namespace
}  // namespace warren::broker
