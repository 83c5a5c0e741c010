#include "app/perf/churn_thread.h"
#include "app/perf/clock.h"
#include "app/perf/other_loads.h"
#include "app/perf/process_sample.h"
#include "app/perf/report.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <memory>
#include <vector>

namespace warren::perf {
namespace {

constexpr std::size_t kReportCountMax = 1 << 20;

std::string churnLine(const Options& options, double endSeconds, double seconds,
                      std::uint64_t count, const Histogram& open)
{
    std::array<char, 256> line{};
    const LatencySummary summary = LatencySummary::of(open);
    std::snprintf(line.data(), line.size(),
                  "%s %7.1f s  opened and closed %8s/s  open ms p50 %.2f p99 %.2f max %.2f\n",
                  options.id.c_str(), endSeconds,
                  grouped(static_cast<double>(count) / std::max(seconds, 1e-9)).c_str(),
                  static_cast<double>(summary.p50) / 1e6, static_cast<double>(summary.p99) / 1e6,
                  static_cast<double>(summary.max) / 1e6);
    return line.data();
}

}  // namespace

OtherResult runChurn(const Options& options, const volatile std::sig_atomic_t& interrupts,
                     const LineSink& print)
{
    Timing timing{.interval = options.interval};
    timing.start = timing.measureBegin = monotonicNow();
    if (options.time) timing.measureEnd = timing.start + *options.time;
    ChurnPlan plan{.options = options, .timing = timing, .interrupts = interrupts};
    const ProcessSample before = ProcessSample::of(options.brokerPids);
    Mailbox<ChurnReport> mailbox(kReportCountMax);
    std::vector<std::unique_ptr<ChurnThread>> threads;
    const auto threadCount =
        static_cast<std::size_t>(std::min<std::uint64_t>(options.parallel, options.amount));
    for (std::size_t i = 0; i < threadCount; ++i)
        threads.push_back(std::make_unique<ChurnThread>(plan, mailbox));

    OtherResult result;
    Histogram open;
    Histogram close;
    std::uint64_t count = 0;
    struct Gathered {
        std::uint64_t count = 0;
        Histogram open{};
    };
    std::map<std::uint64_t, Gathered> intervals;
    std::uint64_t printed = 0;
    std::size_t ended = 0;
    const auto printBefore = [&](std::uint64_t number) {
        while (!intervals.empty() && intervals.begin()->first < number) {
            const auto& [at, gathered] = *intervals.begin();
            const Instant begin = at == 0 ? timing.start : timing.intervalEnd(at - 1);
            const Instant end = std::min(timing.intervalEnd(at), monotonicNow());
            print(churnLine(options, secondsOf(end - timing.start), secondsOf(end - begin),
                            gathered.count, gathered.open));
            printed = at + 1;
            intervals.erase(intervals.begin());
        }
    };
    std::vector<ChurnReport> reports;
    while (ended < threadCount) {
        (void)mailbox.wait(reports);  // nobody closes this mailbox
        for (ChurnReport& report : reports) {
            count += report.count;
            open.add(*report.open);
            close.add(*report.close);
            // What comes late counts in the line that is open.
            Gathered& gathered = intervals[std::max(report.interval, printed)];
            gathered.count += report.count;
            gathered.open.add(*report.open);
            ended += report.isLast ? 1 : 0;
            if (report.failure && !result.failure) result.failure = std::move(report.failure);
        }
        const Duration since = monotonicNow() - timing.start;
        printBefore(std::max<std::int64_t>(since / timing.interval - 1, 0));
    }
    printBefore(UINT64_MAX);
    const Instant end = monotonicNow();
    const ProcessSample after = ProcessSample::of(options.brokerPids);

    const bool isOfConnections = options.mode == Mode::ConnectionChurn;
    const double seconds = secondsOf(end - timing.start);
    Figures& figures = result.figures;
    figures.text("mode", "mode", isOfConnections ? "connection-churn" : "channel-churn");
    figures.whole("parallel", "at a time", options.parallel);
    figures.whole("count", "opened and closed", count);
    figures.real("seconds", "seconds", seconds);
    figures.real("rate", "a second", static_cast<double>(count) / seconds, 1);
    figures.latency("open_us", "open ms", LatencySummary::of(open));
    figures.latency("close_us", "close ms", LatencySummary::of(close));
    if (!options.brokerPids.empty()) {
        figures.real("broker_cpu_percent", "broker's CPU %",
                     100 * (after.cpuSeconds - before.cpuSeconds) / seconds, 1);
        figures.whole("broker_rss_bytes", "broker's RSS bytes", after.residentBytes);
    }
    return result;
}

}  // namespace warren::perf
