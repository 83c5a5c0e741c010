#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace warren {

using Duration = std::chrono::nanoseconds;

/// A point of the monotonic clock. Only the edge reads clocks; the pure folders get `now` handed
/// in.
struct Instant {
    Duration sinceStart{0};

    auto operator<=>(const Instant&) const = default;
    friend Instant operator+(Instant at, Duration by) { return {at.sinceStart + by}; }
    friend Duration operator-(Instant a, Instant b) { return a.sinceStart - b.sinceStart; }

    /// Later than every real instant: "never".
    static constexpr Instant never() { return {Duration::max()}; }
};

/// Seconds and milliseconds of the calendar (POSIX time), for what people and messages see.
struct WallTime {
    std::chrono::milliseconds sinceEpoch{0};
    auto operator<=>(const WallTime&) const = default;
};

}  // namespace warren
