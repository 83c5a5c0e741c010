#include "core/mirroring/copy_pace.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace warren::mirroring {

namespace {

constexpr double kWeightOfNews = 0.3;  // of rates
constexpr int kCopyIntervals = 13;     // of a round
constexpr int kPauseIntervals = 2;     // the first one, in which it ends, says nothing
constexpr double kRise = 1.3;
constexpr double kFall = 0.75;
/// Where the search for a pace begins while messages are published.
constexpr std::int64_t kFirstBytes = 2 * 1024 * 1024;

}  // namespace

void CopyPace::passTime(Duration elapsed, bool isCopying)
{
    const double seconds = std::chrono::duration<double>(elapsed).count();
    const auto count = static_cast<double>(std::exchange(m_publishedCount, 0));
    const double rate = seconds > 0 ? count / seconds : m_freeRate;
    if (!isCopying) {
        m_freeRate += kWeightOfNews * (rate - m_freeRate);
        m_interval = 0;
        m_roundRates = 0;
        m_bytesPerInterval = hasPublishers() ? kFirstBytes : kBytesMax;
        m_credit = m_bytesPerInterval;
        return;
    }
    if (m_interval < kCopyIntervals) m_roundRates += rate;
    m_interval += 1;
    if (m_interval == kCopyIntervals + kPauseIntervals) {
        m_freeRate += kWeightOfNews * (rate - m_freeRate);
        endRound();
    }
    const bool isPause = m_interval >= kCopyIntervals && hasPublishers();
    m_credit = std::min<std::int64_t>(m_credit, 0) + (isPause ? 0 : m_bytesPerInterval);
}

void CopyPace::endRound()
{
    const double rate = std::exchange(m_roundRates, 0) / kCopyIntervals;
    m_interval = 0;
    if (!hasPublishers()) {
        // Somebody may have begun; the next pause will tell.
        m_freeRate = std::max(m_freeRate, rate);
        m_bytesPerInterval = kBytesMax;
        return;
    }
    const bool isKept = rate >= kShareKept * m_freeRate;
    const double wanted = static_cast<double>(m_bytesPerInterval) * (isKept ? kRise : kFall);
    m_bytesPerInterval = std::clamp(static_cast<std::int64_t>(wanted), kBytesMin, kBytesMax);
}

}  // namespace warren::mirroring
