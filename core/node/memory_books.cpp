#include "core/node/memory_books.h"

#include "core/broker/queue_lane.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace warren::node {

namespace {

/// The program without messages, with libraries and page caches, at most.
constexpr std::uint64_t kProgramBytes = 64 * 1024 * 1024;

}  // namespace

/// What may move far between two readings.
std::uint64_t MemoryBooks::fastBytes(const Amounts& amounts)
{
    return amounts.messageBytes + amounts.storeBytes + amounts.unsentBytes;
}

/// What is not there when nothing happens.
std::uint64_t MemoryBooks::allBytes(const Amounts& amounts)
{
    constexpr std::uint64_t kLinkBytes = 8 * 1024;
    const std::uint64_t index = amounts.pagedOutCount * 2 * sizeof(broker::QueueEntry);
    return fastBytes(amounts) + index + amounts.linkCount * kLinkBytes;
}

void MemoryBooks::noteStart(std::uint64_t residentBytes)
{
    // Where much was restored, some of it is only on its way back to the system.
    m_startBytes = std::min(residentBytes, kProgramBytes);
}

void MemoryBooks::noteReading(std::uint64_t residentBytes, const Amounts& amounts)
{
    m_residentBytes = residentBytes;
    m_fastBytesAtReading = fastBytes(amounts);
}

std::uint64_t MemoryBooks::foreseenBytes(const Amounts& amounts) const
{
    const std::uint64_t now = fastBytes(amounts);
    return m_residentBytes + now - std::min(now, m_fastBytesAtReading);
}

/// By our own books, not by what the system says: paging more because it gets memory back late
/// would not help.
MemoryBooks::BodyLimits MemoryBooks::bodyLimits(const Amounts& amounts, std::uint64_t pagingBytes)
{
    constexpr std::uint64_t kBytesMaxMin = 8 * 1024 * 1024;
    constexpr std::uint64_t kKeptBytesMax = 64 * 1024 * 1024;
    const std::uint64_t others = kProgramBytes + allBytes(amounts) - amounts.messageBytes;
    const std::uint64_t bytesMax =
        std::max(pagingBytes - std::min(pagingBytes, others), kBytesMaxMin);
    return {std::min(kKeptBytesMax, bytesMax / 2), bytesMax};
}

bool MemoryBooks::mayGiveBack(const Amounts& amounts, bool hasWork, bool isMemoryLow, Instant now)
{
    constexpr std::uint64_t kWorthwhileBytes = 32 * 1024 * 1024;
    constexpr Duration kInterval = std::chrono::seconds{2};
    const bool isQuiet =
        std::exchange(m_movedAtReading, amounts.movedCount) == amounts.movedCount && !hasWork;
    if (!isQuiet && !isMemoryLow) return false;
    if (m_residentBytes < m_startBytes + allBytes(amounts) + kWorthwhileBytes) return false;
    if (now < m_nextTrim) return false;
    // What did not go the last time does not go now, unless something was freed since.
    const std::uint64_t seen = amounts.movedCount + allBytes(amounts);
    if (std::exchange(m_seenAtTrim, seen) == seen) return false;
    m_nextTrim = now + kInterval;
    return true;
}

}  // namespace warren::node
