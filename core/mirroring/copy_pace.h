#pragma once

#include "core/base/time.h"

#include <cstddef>
#include <cstdint>

namespace warren::mirroring {

/// How fast a master copies to mirrors what they lack: as fast as it goes, as long as publishers do
/// not become much slower by that.
///
/// How fast they are without it shows before it begins, and in a pause of 200 ms at the end of each
/// round of 1.5 s. After each round the pace rises if they have kept most of that, and falls else.
/// Pure. Thread: one.
class CopyPace {
public:
    static constexpr std::int64_t kBytesMin = 256 * 1024;        ///< per interval, of 100 ms
    static constexpr std::int64_t kBytesMax = 64 * 1024 * 1024;  ///< likewise
    static constexpr double kShareKept = 0.95;  ///< of what publishers do without it

    /// A message was published to a mirrored queue.
    void notePublished() { m_publishedCount += 1; }
    bool mayCopy() const { return m_credit > 0; }
    /// Whether there is anybody to be thought of: enough is published while nothing is copied.
    bool hasPublishers() const { return m_freeRate >= kRateWorthMentioning; }
    void noteCopied(std::size_t bytes) { m_credit -= static_cast<std::int64_t>(bytes); }
    /// So much time has passed. Call several times a second. @param isCopying  whether any mirror
    /// lacks something and is to get it
    void passTime(Duration elapsed, bool isCopying);

private:
    void endRound();
    static constexpr double kRateWorthMentioning = 200;  // messages a second

    double m_freeRate = 0;    // of publishes, while nothing is copied
    double m_roundRates = 0;  // of them, summed over the intervals of this round with copying
    std::uint64_t m_publishedCount = 0;
    std::int64_t m_bytesPerInterval = kBytesMax;
    std::int64_t m_credit = kBytesMax;
    int m_interval = 0;  // of the round; it ends with the pause
};

}  // namespace warren::mirroring
