#pragma once

#include "core/base/time.h"

#include <chrono>
#include <ctime>

namespace warren::perf {

/// CLOCK_MONOTONIC: the same in every process of a machine, so that a message may be sent by one
/// and received by another.
inline Instant monotonicNow()
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return {std::chrono::seconds{now.tv_sec} + Duration{now.tv_nsec}};
}

inline double secondsOf(Duration duration)
{
    return std::chrono::duration<double>(duration).count();
}

/// @pre the seconds fit: less than 292 years
inline Duration durationOf(double seconds)
{
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

}  // namespace warren::perf
