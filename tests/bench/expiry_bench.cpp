/// What a message costs that expires: to enqueue, and to drop when its time has come, without
/// sockets and without a disk. Arguments: messages in the queue, each with an expiration of its
/// own.
///
/// The broker is woken when it asks for it, as a node does. A cost that does not grow with the
/// number of messages shows that nothing is looked through.

#include "core/amqp/properties.h"
#include "core/base/bytes.h"
#include "core/base/prng.h"
#include "core/broker/broker.h"
#include "core/broker/message.h"
#include "tests/support/broker_harness.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace warren::broker {
namespace {

constexpr ConnectionId kClient{1};
constexpr std::size_t kPublishesPerTurn = 256;
/// The first message lives for so long, the others longer by a millisecond each.
constexpr std::uint64_t kShortestLifeMs = 1'000'000'000;
constexpr std::chrono::milliseconds kStart{1'700'000'000'000};

/// How the expirations lie in the queue, first to last.
enum class Order { Rising, Falling, Random };
/// Which messages expire: the first one only, or any (`x-exact-ttl`).
enum class Expiry { AtHead, Exact };

std::vector<MessagePtr> messagesIn(Order order, std::size_t count)
{
    std::vector<std::uint64_t> livesMs(count);
    for (std::size_t i = 0; i < count; ++i) {
        livesMs[i] = kShortestLifeMs + i;
    }
    Prng random(1);
    switch (order) {
    case Order::Rising: break;
    case Order::Falling: std::reverse(livesMs.begin(), livesMs.end()); break;
    case Order::Random:
        for (std::size_t i = count; i > 1; --i) {
            std::swap(livesMs[i - 1], livesMs[random.below(i)]);
        }
        break;
    }
    std::vector<MessagePtr> messages;
    messages.reserve(count);
    for (const std::uint64_t lifeMs : livesMs) {
        const std::string expiration = std::to_string(lifeMs);
        amqp::Properties properties;
        properties.expiration = expiration;
        Buffer encoded;
        amqp::appendProperties(encoded, properties);
        messages.push_back(makeMessage("", "q", encoded.view(), /*isPersistent=*/false,
                                       bytesOf("0123456789abcdef")));
    }
    return messages;
}

/// A broker with one queue and one client, whose clock stands still unless it is told otherwise.
class Scene {
public:
    explicit Scene(Expiry expiry)
    {
        m_broker.setNow({}, {kStart});
        m_broker.ensureVhost("/");
        m_broker.addConnection(kClient);
        m_broker.apply(kClient, {0, OpenConnection{.vhost = "/"}});
        m_broker.apply(kClient, {1, OpenChannel{}});
        DeclareQueue declare{.name = "q"};
        if (expiry == Expiry::Exact) declare.arguments = amqp::FieldTable{{"x-exact-ttl", true}};
        m_broker.apply(kClient, {1, std::move(declare)});
        finishTurn();
    }

    void enqueue(std::span<const MessagePtr> messages)
    {
        while (!messages.empty()) {
            const std::size_t count = std::min(kPublishesPerTurn, messages.size());
            for (const MessagePtr& message : messages.first(count)) {
                m_broker.apply(kClient, {1, Publish{message, false}});
            }
            finishTurn();
            messages = messages.subspan(count);
        }
    }

    /// Goes from one deadline to the next until nothing expires any more.
    /// @returns how often the broker was woken
    std::uint64_t expireAll()
    {
        std::uint64_t turnCount = 0;
        while (m_broker.hasWork() || m_broker.nextDeadline() != Instant::never()) {
            m_now = std::max(m_now, m_broker.hasWork() ? m_now : m_broker.nextDeadline());
            const auto passed = std::chrono::ceil<std::chrono::milliseconds>(m_now.sinceStart);
            m_broker.setNow(m_now, {kStart + passed});
            finishTurn();
            turnCount += 1;
        }
        return turnCount;
    }

private:
    void finishTurn()
    {
        m_broker.flush();
        benchmark::DoNotOptimize(m_broker.takeOperations());
        m_broker.drainEvents([](ConnectionId, std::span<Event>) {});
    }

    Broker m_broker{1};
    Instant m_now;
};

double secondsOf(std::chrono::steady_clock::duration duration)
{
    return std::chrono::duration<double>(duration).count();
}

void reportPerMessage(benchmark::State& state)
{
    const auto messages = static_cast<double>(state.iterations() * state.range(0));
    state.counters["per_message"] =
        benchmark::Counter(messages, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void enqueueExpiring(benchmark::State& state, Order order, Expiry expiry)
{
    const auto messages = messagesIn(order, static_cast<std::size_t>(state.range(0)));
    for ([[maybe_unused]] auto _ : state) {
        Scene scene(expiry);
        const auto begin = std::chrono::steady_clock::now();
        scene.enqueue(messages);
        state.SetIterationTime(secondsOf(std::chrono::steady_clock::now() - begin));
    }
    reportPerMessage(state);
}

void expire(benchmark::State& state, Order order, Expiry expiry)
{
    const auto messages = messagesIn(order, static_cast<std::size_t>(state.range(0)));
    std::uint64_t turnCount = 0;
    for ([[maybe_unused]] auto _ : state) {
        Scene scene(expiry);
        scene.enqueue(messages);
        const auto begin = std::chrono::steady_clock::now();
        turnCount += scene.expireAll();
        state.SetIterationTime(secondsOf(std::chrono::steady_clock::now() - begin));
    }
    reportPerMessage(state);
    state.counters["turns"] =
        static_cast<double>(turnCount) / static_cast<double>(state.iterations());
}

void counts(benchmark::internal::Benchmark* bench)
{
    bench->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->UseManualTime()->Unit(
        benchmark::kMillisecond);
}

BENCHMARK_CAPTURE(enqueueExpiring, head_rising, Order::Rising, Expiry::AtHead)->Apply(counts);
BENCHMARK_CAPTURE(enqueueExpiring, head_falling, Order::Falling, Expiry::AtHead)->Apply(counts);
BENCHMARK_CAPTURE(enqueueExpiring, head_random, Order::Random, Expiry::AtHead)->Apply(counts);
BENCHMARK_CAPTURE(enqueueExpiring, exact_rising, Order::Rising, Expiry::Exact)->Apply(counts);
BENCHMARK_CAPTURE(enqueueExpiring, exact_falling, Order::Falling, Expiry::Exact)->Apply(counts);
BENCHMARK_CAPTURE(enqueueExpiring, exact_random, Order::Random, Expiry::Exact)->Apply(counts);
BENCHMARK_CAPTURE(expire, head_rising, Order::Rising, Expiry::AtHead)->Apply(counts);
BENCHMARK_CAPTURE(expire, head_falling, Order::Falling, Expiry::AtHead)->Apply(counts);
BENCHMARK_CAPTURE(expire, head_random, Order::Random, Expiry::AtHead)->Apply(counts);
BENCHMARK_CAPTURE(expire, exact_rising, Order::Rising, Expiry::Exact)->Apply(counts);
BENCHMARK_CAPTURE(expire, exact_falling, Order::Falling, Expiry::Exact)->Apply(counts);
BENCHMARK_CAPTURE(expire, exact_random, Order::Random, Expiry::Exact)->Apply(counts);

}  // namespace
}  // namespace warren::broker

BENCHMARK_MAIN();
