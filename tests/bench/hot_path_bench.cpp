/// What the parts of a message's way cost without sockets and without a disk, and how often they
/// ask the system for memory: the parser, the routers, the way of a message from a client's bytes
/// to another's and back, the store's encoding.
///
/// `allocs` are per message, of everything in the process, counted at malloc.

#include "core/amqp/frame_parser.h"
#include "core/amqp/methods.h"
#include "core/base/prng.h"
#include "core/broker/router.h"
#include "core/storage/store_batch.h"
#include "tests/support/broker_harness.h"
#include "tests/support/wire.h"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace {

std::uint64_t allocationCount = 0;

}  // namespace

// glibc's own names for what is replaced here. Source: glibc manual, "Replacing malloc".
extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* memory, std::size_t bytes);

void* malloc(std::size_t bytes)
{
    allocationCount += 1;
    return __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t bytes)
{
    allocationCount += 1;
    return __libc_calloc(count, bytes);
}
void* realloc(void* memory, std::size_t bytes)
{
    allocationCount += 1;
    return __libc_realloc(memory, bytes);
}
}

namespace warren {
namespace {

constexpr std::size_t kMessagesPerTurn = 256;

/// Time and allocations per message, from its making to `report`.
class Counting {
public:
    explicit Counting(benchmark::State& state) : m_state(state), m_before(allocationCount) {}
    void report(std::uint64_t messagesPerIteration)
    {
        const auto count = static_cast<double>(allocationCount - m_before);
        const auto messages = static_cast<double>(m_state.iterations() * messagesPerIteration);
        m_state.counters["allocs"] = count / messages;
        m_state.counters["per_message"] =
            benchmark::Counter(messages, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    }

private:
    benchmark::State& m_state;
    const std::uint64_t m_before;
};

std::string publishes(std::size_t count, std::size_t bodyBytes, std::string_view exchange,
                      std::string_view key)
{
    const std::string body(bodyBytes, 'x');
    Buffer bytes;
    for (std::size_t i = 0; i < count; ++i) {
        bytes.append(test::contentFrames(
            1, amqp::BasicPublish{.exchange = exchange, .routingKey = key}, body));
    }
    return test::stringOf(bytes);
}

void parseFrames(benchmark::State& state)
{
    const std::string input =
        publishes(kMessagesPerTurn, static_cast<std::size_t>(state.range(0)), "", "q");
    const amqp::FrameParser parser(131072);
    Counting counting(state);
    for ([[maybe_unused]] auto _ : state) {
        ByteView rest = bytesOf(input);
        while (!rest.empty()) {
            const auto frame = parser.next(rest);
            benchmark::DoNotOptimize(frame);
            rest = rest.subspan(amqp::FrameParser::consumedBytes(**frame));
        }
    }
    counting.report(kMessagesPerTurn);
}
BENCHMARK(parseFrames)->Arg(16)->Arg(1024);

void routeMessages(benchmark::State& state, broker::ExchangeType type)
{
    const auto count = static_cast<std::size_t>(state.range(0));
    const auto router = broker::makeRouter(type);
    for (std::size_t i = 0; i < count; ++i) {
        broker::RouterBinding binding;
        binding.routingKey = type == broker::ExchangeType::Topic
                                 ? "a" + std::to_string(i) + ".*." + (i % 10 == 0 ? "#" : "c")
                                 : "key" + std::to_string(i);
        if (type == broker::ExchangeType::Headers) {
            binding.arguments = amqp::FieldTable{{"x-match", std::string("all")},
                                                 {"n", static_cast<std::int32_t>(i)}};
        }
        binding.destination.queue = QueueId{i + 1};
        binding.destinationName = "q" + std::to_string(i);
        router->add(binding);
    }
    amqp::Properties properties;
    properties.headers = amqp::FieldTable{{"n", static_cast<std::int32_t>(count / 2)}};
    Buffer encoded;
    amqp::appendProperties(encoded, properties);
    const std::string key = type == broker::ExchangeType::Topic
                                ? "a" + std::to_string(count / 2) + ".b.c"
                                : "key" + std::to_string(count / 2);
    Prng random(1);
    std::vector<broker::Destination> destinations;
    router->route(key, encoded.view(), random, destinations);
    Counting counting(state);
    for ([[maybe_unused]] auto _ : state) {
        destinations.clear();
        router->route(key, encoded.view(), random, destinations);
        benchmark::DoNotOptimize(destinations.data());
    }
    counting.report(1);
}
BENCHMARK_CAPTURE(routeMessages, direct, broker::ExchangeType::Direct)->Arg(1)->Arg(1000);
BENCHMARK_CAPTURE(routeMessages, topic, broker::ExchangeType::Topic)->Arg(1)->Arg(1000);
BENCHMARK_CAPTURE(routeMessages, headers, broker::ExchangeType::Headers)->Arg(1)->Arg(1000);

/// The whole way in one process: bytes of a publisher, broker, bytes to a consumer, its ack.
void publishToAck(benchmark::State& state)
{
    const auto bodyBytes = static_cast<std::size_t>(state.range(0));
    test::BrokerHarness harness;
    test::SessionClient& client = harness.connectSession();
    const auto send = [&client](const auto& method, ChannelNumber channel) {
        client.send(bytesOf(test::methodFrame(channel, method)));
        client.received().clear();
    };
    client.send(amqp::kProtocolHeader);
    amqp::ConnectionStartOk startOk;
    startOk.mechanism = "PLAIN";
    startOk.response = std::string_view{"\0guest\0guest", 12};
    startOk.locale = "en_US";
    send(startOk, 0);
    send(amqp::ConnectionTuneOk{.channelMax = 2047, .frameMax = 131072, .heartbeat = 0}, 0);
    send(amqp::ConnectionOpen{.virtualHost = "/"}, 0);
    send(amqp::ChannelOpen{}, 1);
    send(amqp::QueueDeclare{.queue = "q"}, 1);
    send(amqp::BasicConsume{.queue = "q", .consumerTag = "c"}, 1);

    const std::string input = publishes(kMessagesPerTurn, bodyBytes, "", "q");
    std::uint64_t tag = 0;
    std::size_t received = 0;
    const auto turn = [&] {
        client.send(bytesOf(input));
        received += client.received().size();
        client.received().clear();
        tag += kMessagesPerTurn;
        Buffer ack;
        amqp::appendMethod(ack, 1, amqp::BasicAck{.deliveryTag = tag, .multiple = true});
        client.send(ack.view());
    };
    for (int i = 0; i < 100; ++i)
        turn();  // until every buffer has its size
    if (received < 100 * kMessagesPerTurn * bodyBytes) state.SkipWithError("messages are missing");
    Counting counting(state);
    for ([[maybe_unused]] auto _ : state)
        turn();
    counting.report(kMessagesPerTurn);
}
BENCHMARK(publishToAck)->Arg(16)->Arg(1024);

/// What the store's batches cost before SQLite: collecting, encoding, dropping what was removed.
void encodeBatches(benchmark::State& state, bool isRemovedInTime)
{
    const auto message = test::messageOf("", "q", std::string(1024, 'x'), true);
    storage::BatchBuilder builder;
    broker::LogPosition position = 0;
    Counting counting(state);
    for ([[maybe_unused]] auto _ : state) {
        std::vector<broker::StoredOperation> operations;
        operations.reserve(2 * kMessagesPerTurn);
        const broker::LogPosition first = position + 1;
        for (std::size_t i = 0; i < kMessagesPerTurn; ++i) {
            position += 1;
            operations.emplace_back(
                broker::Enqueue{QueueId{1}, position, position, message, WallTime{}});
        }
        for (broker::LogPosition at = first; isRemovedInTime && at <= position; ++at) {
            operations.emplace_back(
                broker::Remove{QueueId{1}, at, at, broker::RemovalReason::Acked});
        }
        builder.add(std::move(operations));
        while (!builder.isEmpty())
            benchmark::DoNotOptimize(builder.take());
    }
    counting.report(kMessagesPerTurn);
}
BENCHMARK_CAPTURE(encodeBatches, kept, false);
BENCHMARK_CAPTURE(encodeBatches, removed_in_time, true);

}  // namespace
}  // namespace warren

BENCHMARK_MAIN();
