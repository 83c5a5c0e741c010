#include "app/perf/clock.h"
#include "app/perf/connection.h"
#include "app/perf/load_run.h"
#include "app/perf/other_loads.h"
#include "app/perf/process_sample.h"
#include "app/perf/report.h"

#include <algorithm>
#include <string>
#include <thread>
#include <utility>

namespace warren::perf {
namespace {

constexpr ChannelNumber kChannel = 1;

std::string queueName(std::uint64_t number) { return "warren-perf-" + std::to_string(number); }

/// Does something with queues 1 to `count`, `parallel` of them under way at a time: the last one of
/// a batch is awaited, the others say no-wait. What the broker refuses of those closes the channel.
template <typename Reply, typename Make>
Status<Failure> forEachQueue(Connection& connection, std::uint64_t count, std::uint32_t parallel,
                             Histogram& latency, const volatile std::sig_atomic_t& interrupts,
                             std::uint64_t& finished, Make&& make)
{
    Instant begin = monotonicNow();
    for (std::uint64_t number = 1; number <= count && interrupts == 0; ++number) {
        const bool isAwaited = number % parallel == 0 || number == count;
        const std::string name = queueName(number);
        auto method = make(name);
        method.noWait = !isAwaited;
        if (!isAwaited) {
            connection.send(kChannel, method);
            continue;
        }
        auto done = connection.call<Reply>(kChannel, method);
        if (!done) return std::move(done.error());
        const Instant now = monotonicNow();
        latency.record(static_cast<std::uint64_t>((now - begin).count()));
        begin = now;
        finished = number;
    }
    return {};
}

/// Sleeps in slices, so that an interrupt ends it and heartbeats go out.
Status<Failure> hold(Connection& connection, Duration duration,
                     const volatile std::sig_atomic_t& interrupts)
{
    const Instant until = monotonicNow() + duration;
    for (Instant now = monotonicNow(); now < until && interrupts == 0; now = monotonicNow()) {
        std::this_thread::sleep_for(
            std::min<Duration>(until - now, std::chrono::milliseconds{100}));
        if (auto done = connection.receive(); !done) return done;
        if (auto done = connection.keepAlive(now); !done) return done;
    }
    return {};
}

}  // namespace

OtherResult runDeclare(const Options& options, const volatile std::sig_atomic_t& interrupts,
                       const LineSink& print)
{
    OtherResult result;
    Connection connection(settingsOf(options, "declare"));
    auto done = connection.open(options.uris.front());
    if (done) done = connection.openChannel(kChannel);
    if (!done) {
        result.failure = done.error();
        return result;
    }
    const ProcessSample before = ProcessSample::of(options.brokerPids);
    Histogram declareLatency;
    Histogram deleteLatency;
    std::uint64_t declared = 0;
    std::uint64_t deleted = 0;
    const Instant begin = monotonicNow();
    done = forEachQueue<amqp::QueueDeclareOk>(
        connection, options.amount, options.parallel, declareLatency, interrupts, declared,
        [&](const std::string& name) {
            return amqp::QueueDeclare{.queue = name,
                                      .durable = options.isDurable,
                                      .exclusive = options.isExclusive,
                                      .autoDelete = options.isAutoDelete,
                                      .arguments = options.queueArguments};
        });
    const double declareSeconds = secondsOf(monotonicNow() - begin);
    print(options.id + ": " + grouped(static_cast<double>(declared)) + " queues declared\n");
    if (done) done = hold(connection, options.hold, interrupts);
    const ProcessSample held = ProcessSample::of(options.brokerPids);
    const Instant deleting = monotonicNow();
    const bool keeps = options.keepsQueues.value_or(false);
    if (done && !keeps) {
        const volatile std::sig_atomic_t never = 0;  // what was declared goes in any case
        done = forEachQueue<amqp::QueueDeleteOk>(
            connection, declared, options.parallel, deleteLatency, never, deleted,
            [&](const std::string& name) { return amqp::QueueDelete{.queue = name}; });
    }
    const double deleteSeconds = secondsOf(monotonicNow() - deleting);
    if (!done) result.failure = done.error();
    connection.close();

    const auto count = static_cast<double>(declared);
    Figures& figures = result.figures;
    figures.text("mode", "mode", "declare-queues");
    figures.whole("count", "queues", declared);
    figures.whole("parallel", "under way at a time", options.parallel);
    figures.real("declare_seconds", "seconds to declare", declareSeconds);
    figures.real("declare_rate", "declared a second", count / std::max(declareSeconds, 1e-9), 1);
    if (options.parallel == 1) {
        figures.latency("declare_us", "declare ms", LatencySummary::of(declareLatency));
    }
    if (!keeps) {
        figures.real("delete_seconds", "seconds to delete", deleteSeconds);
        figures.real("delete_rate", "deleted a second",
                     static_cast<double>(deleted) / std::max(deleteSeconds, 1e-9), 1);
    }
    if (!options.brokerPids.empty() && declared > 0) {
        const double more =
            static_cast<double>(held.residentBytes) - static_cast<double>(before.residentBytes);
        figures.whole("rss_before_bytes", "RSS before", before.residentBytes);
        figures.whole("rss_bytes", "RSS with the queues", held.residentBytes);
        figures.real("bytes_per_queue", "bytes a queue", more / count, 0);
    }
    return result;
}

}  // namespace warren::perf
