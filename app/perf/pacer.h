#pragma once

#include "core/base/time.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace warren::perf {

/// A rate that holds for a while.
struct RateStep {
    double perSecond = 0;
    Duration lasts{};
};

/// When each of a producer's messages is due.
///
/// Open loop: the nth message is due at a moment that follows from the rate alone, however late the
/// earlier ones were. Latency counted from that moment is free of coordinated omission: a broker
/// that stalls is charged for every message that it kept waiting. Pure: no clock.
class Pacer {
public:
    /// A constant rate, the first message at `start`. @pre perSecond > 0
    Pacer(Instant start, double perSecond);
    /// Rates that follow each other, again and again; a rate of 0 is a pause.
    /// @pre one of the rates is above 0, and every step lasts
    Pacer(Instant start, std::vector<RateStep> steps);

    /// When the next message is due.
    Instant due() const { return m_due; }
    bool isDue(Instant now) const { return m_due <= now; }
    /// The message that was due is on its way.
    void advance();

private:
    void enterStep();

    std::vector<RateStep> m_steps;
    std::size_t m_step = 0;
    Instant m_stepStart;
    std::uint64_t m_sentInStep = 0;
    Instant m_due;
};

}  // namespace warren::perf
