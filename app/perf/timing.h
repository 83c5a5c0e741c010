#pragma once

#include "core/base/time.h"

#include <cstdint>

namespace warren::perf {

/// When a run begins to publish, when its measurement begins and ends, and how it is cut into
/// intervals: the warm-up, if there is one, then equal parts.
struct Timing {
    Instant start{};
    Instant measureBegin{};
    Instant measureEnd = Instant::never();
    Duration interval = std::chrono::seconds{1};

    bool hasWarmup() const { return measureBegin > start; }
    bool isMeasured(Instant at) const { return at >= measureBegin && at < measureEnd; }
    /// Whether the latency of a message counts that was due at `stamp` and came at `arrival`. It
    /// belongs to the measurement by its stamp, however late it came; the warm-up's own messages
    /// are shown while it lasts.
    bool counts(Instant stamp, Instant arrival) const
    {
        return isMeasured(stamp) || (stamp < measureBegin && arrival < measureBegin);
    }

    /// The end of interval `number`, from 0. The measurement's end ends an interval too.
    Instant intervalEnd(std::uint64_t number) const
    {
        if (hasWarmup()) {
            if (number == 0) return measureBegin;
            number -= 1;
        }
        const Instant previous = measureBegin + interval * static_cast<Duration::rep>(number);
        const Instant end = previous + interval;
        if (measureEnd == Instant::never() || end <= measureEnd) return end;
        if (previous < measureEnd) return measureEnd;
        // After the measurement: what is still on its way.
        const auto full = static_cast<std::uint64_t>((measureEnd - measureBegin) / interval);
        const bool hasPart = (measureEnd - measureBegin) % interval != Duration{0};
        const std::uint64_t measured = full + (hasPart ? 1 : 0);
        return measureEnd + interval * static_cast<Duration::rep>(number - measured + 1);
    }
};

}  // namespace warren::perf
