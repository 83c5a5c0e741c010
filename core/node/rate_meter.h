#pragma once

#include "core/base/time.h"
#include "core/broker/counters.h"
#include "core/management/snapshot.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace warren::node {

/// Turns rising counts into rates per second over the last few seconds. Pure: time comes in.
template <std::size_t kCounts>
class RateMeter {
public:
    using Counts = std::array<std::uint64_t, kCounts>;
    using Rates = std::array<double, kCounts>;

    /// The rates up to now, from the oldest sample of the window. Counts that went down are of
    /// another thing under the same name, such as a channel that was closed and opened again.
    Rates sample(Instant now, const Counts& counts)
    {
        if (m_size > 0 && !isReached(at(m_size - 1).counts, counts)) m_size = 0;
        if (m_size == 0 || now - at(m_size - 1).at >= kStep) push({now, counts});
        Rates rates{};
        const Sample& oldest = at(0);
        const double seconds = std::chrono::duration<double>(now - oldest.at).count();
        if (seconds <= 0) return rates;
        for (std::size_t i = 0; i < kCounts; ++i) {
            rates[i] = static_cast<double>(counts[i] - oldest.counts[i]) / seconds;
        }
        return rates;
    }

private:
    struct Sample {
        Instant at;
        Counts counts;
    };
    static constexpr std::size_t kSamples = 4;
    static constexpr Duration kStep = std::chrono::milliseconds{900};

    static bool isReached(const Counts& before, const Counts& counts)
    {
        for (std::size_t i = 0; i < kCounts; ++i) {
            if (counts[i] < before[i]) return false;
        }
        return true;
    }
    Sample& at(std::size_t index) { return m_samples[(m_first + index) % kSamples]; }
    void push(const Sample& sample)
    {
        if (m_size == kSamples) {
            m_first = (m_first + 1) % kSamples;
            m_size -= 1;
        }
        m_size += 1;
        at(m_size - 1) = sample;
    }

    std::array<Sample, kSamples> m_samples{};
    std::size_t m_first = 0;
    std::size_t m_size = 0;
};

/// The rates of message counters.
class MessageRateMeter {
public:
    management::MessageRates sample(Instant now, const broker::MessageCounters& counters)
    {
        const auto rates = m_meter.sample(
            now, {counters.publish, counters.confirm, counters.deliver, counters.redeliver,
                  counters.ack, counters.returned, counters.dropped});
        return {.publish = rates[0],
                .confirm = rates[1],
                .deliver = rates[2],
                .redeliver = rates[3],
                .ack = rates[4],
                .returned = rates[5],
                .dropped = rates[6]};
    }

private:
    RateMeter<7> m_meter;
};

}  // namespace warren::node
