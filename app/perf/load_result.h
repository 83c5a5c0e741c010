#pragma once

#include "app/perf/delivery_checker.h"
#include "app/perf/failure.h"
#include "app/perf/interval_stats.h"
#include "app/perf/process_sample.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace warren::perf {

enum class Phase { Warmup, Measured, After };

/// Values at the percentiles that are reported, in ns.
struct LatencySummary {
    std::uint64_t count = 0;
    double mean = 0;
    std::uint64_t min = 0;
    std::uint64_t p50 = 0;
    std::uint64_t p75 = 0;
    std::uint64_t p95 = 0;
    std::uint64_t p99 = 0;
    std::uint64_t p999 = 0;
    std::uint64_t max = 0;

    static LatencySummary of(const Histogram& histogram);
};

/// One line of the time series.
struct IntervalRow {
    Phase phase = Phase::Measured;
    double endSeconds = 0;  // since the start of the run
    double seconds = 0;     // how long it was
    std::uint64_t sent = 0;
    std::uint64_t confirmed = 0;
    std::uint64_t nacked = 0;
    std::uint64_t returned = 0;
    std::uint64_t received = 0;
    LatencySummary confirmLatency{};
    LatencySummary latency{};
    std::uint32_t blockedConnections = 0;
    std::string blockedReason{};
};

/// What a run of publishing and consuming came to.
struct LoadResult {
    std::optional<Failure> failure{};
    bool wasInterrupted = false;

    // The whole run
    std::uint64_t sent = 0;
    std::uint64_t confirmed = 0;
    std::uint64_t unconfirmed = 0;
    std::uint64_t nacked = 0;
    std::uint64_t returned = 0;
    std::uint64_t received = 0;
    std::uint64_t readyBefore = 0;
    std::uint32_t foundQueues = 0;

    // The measured part of it
    double sentRate = 0;
    double confirmedRate = 0;
    double receivedRate = 0;
    double seconds = 0;
    LatencySummary confirmLatency{};
    LatencySummary latency{};
    /// From the subscription, or the start of publishing, to the first delivery.
    std::optional<double> firstDeliverySeconds{};
    double blockedSeconds = 0;
    double ownCpuSeconds = 0;
    double cpuWallSeconds = 0;
    ProcessSample brokerBegin{};
    ProcessSample brokerEnd{};
    std::uint64_t brokerPeakBytes = 0;

    // The checks
    DeliveryCounts checks{};
    std::optional<std::uint64_t> lost{};  // nothing: nobody can say
    std::uint64_t confirmedLost = 0;
    std::string lossUnjudgedBecause{};

    std::vector<IntervalRow> series{};

    bool hasViolation() const
    {
        return lost.value_or(0) > 0 || checks.duplicates > 0 || checks.outOfOrder > 0 ||
               checks.damaged > 0;
    }
};

}  // namespace warren::perf
