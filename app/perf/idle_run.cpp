#include "app/perf/clock.h"
#include "app/perf/connection.h"
#include "app/perf/load_run.h"
#include "app/perf/other_loads.h"
#include "app/perf/poller.h"
#include "app/perf/process_sample.h"
#include "app/perf/report.h"

#include <algorithm>
#include <memory>
#include <sys/resource.h>
#include <utility>
#include <vector>

namespace warren::perf {
namespace {

using Connections = std::vector<std::unique_ptr<Connection>>;

constexpr Duration kKeepAliveInterval = std::chrono::seconds{1};

/// Thousands of sockets need more descriptors than a shell gives.
void raiseDescriptorLimit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &limit);  // without it the connections' own error tells
}

Status<Failure> keepAll(Connections& connections, Instant now)
{
    for (auto& connection : connections) {
        if (auto done = connection->keepAlive(now); !done) return done;
    }
    return {};
}

/// Lets time pass: answers heartbeats and notices connections that end.
Status<Failure> holdUntil(Instant until, Connections& connections, Poller& poller,
                          const volatile std::sig_atomic_t& interrupts)
{
    Instant keepAliveAt = monotonicNow();
    for (Instant now = keepAliveAt; now < until && interrupts == 0; now = monotonicNow()) {
        if (now >= keepAliveAt) {
            if (auto done = keepAll(connections, now); !done) return done;
            keepAliveAt = now + kKeepAliveInterval;
        }
        for (const Poller::Ready& ready : poller.wait(std::min(until, keepAliveAt))) {
            if (auto done = connections[ready.key]->receive(); !done) return done;
        }
    }
    return {};
}

Status<Failure> openAll(const Options& options, Connections& connections, Poller& poller,
                        Histogram& latency, const volatile std::sig_atomic_t& interrupts)
{
    Instant keepAliveAt = monotonicNow() + kKeepAliveInterval;
    while (connections.size() < options.amount && interrupts == 0) {
        const std::size_t number = connections.size();
        auto connection =
            std::make_unique<Connection>(settingsOf(options, "idle " + std::to_string(number)));
        const Instant begin = monotonicNow();
        if (auto done = connection->open(options.uris[number % options.uris.size()]); !done) {
            return done;
        }
        if (auto done = connection->openChannel(1); !done) return done;
        const Instant now = monotonicNow();
        latency.record(static_cast<std::uint64_t>((now - begin).count()));
        if (!poller.add(connection->descriptor(), number, true, false)) {
            return Failure{FailureKind::Local, "cannot watch a socket: epoll"};
        }
        connections.push_back(std::move(connection));
        if (now < keepAliveAt) continue;
        keepAliveAt = now + kKeepAliveInterval;
        if (auto done = keepAll(connections, now); !done) return done;
    }
    return {};
}

}  // namespace

OtherResult runIdle(const Options& options, const volatile std::sig_atomic_t& interrupts,
                    const LineSink& print)
{
    raiseDescriptorLimit();
    OtherResult result;
    Connections connections;
    Poller poller;
    Histogram latency;
    if (!poller.isOpen()) {
        result.failure = Failure{FailureKind::Local, "no descriptors left: epoll"};
        return result;
    }
    const ProcessSample before = ProcessSample::of(options.brokerPids);
    const Instant begin = monotonicNow();
    auto done = openAll(options, connections, poller, latency, interrupts);
    const Instant opened = monotonicNow();
    print(options.id + ": " + grouped(static_cast<double>(connections.size())) +
          " connections open\n");
    // The broker comes to rest in the first half, so that the second shows what idling costs.
    const Duration half = options.hold / 2;
    if (done) done = holdUntil(opened + half, connections, poller, interrupts);
    const ProcessSample resting = ProcessSample::of(options.brokerPids);
    if (done) done = holdUntil(opened + options.hold, connections, poller, interrupts);
    const ProcessSample held = ProcessSample::of(options.brokerPids);
    if (!done) result.failure = done.error();
    const Instant closing = monotonicNow();
    for (auto& connection : connections)
        connection->close();
    const double closeSeconds = secondsOf(monotonicNow() - closing);

    const double openSeconds = secondsOf(opened - begin);
    const auto count = static_cast<double>(connections.size());
    Figures& figures = result.figures;
    figures.text("mode", "mode", "idle-connections");
    figures.whole("count", "connections", connections.size());
    figures.real("open_seconds", "seconds to open", openSeconds);
    figures.real("open_rate", "opened a second", count / std::max(openSeconds, 1e-9), 1);
    figures.latency("open_us", "open ms", LatencySummary::of(latency));
    figures.real("close_seconds", "seconds to close", closeSeconds);
    if (!options.brokerPids.empty() && !connections.empty()) {
        const double more =
            static_cast<double>(held.residentBytes) - static_cast<double>(before.residentBytes);
        figures.whole("rss_before_bytes", "RSS before", before.residentBytes);
        figures.whole("rss_bytes", "RSS while held", held.residentBytes);
        figures.real("bytes_per_connection", "bytes a connection", more / count, 0);
        figures.real("idle_cpu_percent", "idle CPU %",
                     100 * (held.cpuSeconds - resting.cpuSeconds) /
                         std::max(secondsOf(held.at - resting.at), 1e-9),
                     2);
    }
    return result;
}

}  // namespace warren::perf
