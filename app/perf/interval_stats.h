#pragma once

#include "app/perf/histogram.h"

#include <cstdint>

namespace warren::perf {

/// What happened in an interval, of all producers and consumers of one worker.
struct IntervalStats {
    std::uint64_t sent = 0;
    std::uint64_t confirmed = 0;
    std::uint64_t nacked = 0;
    std::uint64_t returned = 0;
    std::uint64_t received = 0;
    Histogram confirmLatency{};  // ns, of messages that belong to the measurement
    Histogram latency{};         // the same, from publishing to delivery

    void add(const IntervalStats& other)
    {
        sent += other.sent;
        confirmed += other.confirmed;
        nacked += other.nacked;
        returned += other.returned;
        received += other.received;
        confirmLatency.add(other.confirmLatency);
        latency.add(other.latency);
    }
    void clear()
    {
        sent = confirmed = nacked = returned = received = 0;
        confirmLatency.clear();
        latency.clear();
    }
};

}  // namespace warren::perf
