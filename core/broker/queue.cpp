#include "core/broker/queue.h"

#include "core/base/check.h"

#include <utility>

namespace warren::broker {

std::size_t Queue::memoryBytes() const
{
    constexpr std::size_t kSetNodeBytes = sizeof(ExpiryKey) + 48;
    std::size_t indexBytes = m_lane.indexBytes() + m_moreLanes.size() * sizeof(QueueLane) +
                             m_expiries.size() * kSetNodeBytes;
    for (const QueueLane& more : m_moreLanes)
        indexBytes += more.indexBytes();
    return sizeof *this + m_messageBytes + indexBytes + m_unackedCount * sizeof(QueueEntry);
}

void Queue::enqueue(QueueEntry&& entry)
{
    WARREN_CHECK(entry.sequence > m_lastSequence);
    m_lastSequence = entry.sequence;
    m_bodyBytes += entry.message->bodyBytes();
    m_messageBytes += entry.message->memoryBytes();
    if (entry.position != 0) m_persistentCount += 1;
    const std::uint8_t priority = priorityOf(*entry.message);
    noteReady(entry, priority);
    lane(priority).add(std::move(entry));
}

const QueueEntry& Queue::first() const
{
    WARREN_CHECK(m_readyCount > 0);
    return lane(m_topPriority).first();
}

QueueEntry Queue::takeFirst()
{
    WARREN_CHECK(m_readyCount > 0);
    const std::uint8_t priority = m_topPriority;
    QueueEntry entry = lane(priority).takeFirst();
    noteTaken(entry, priority);
    return entry;
}

void Queue::noteReady(const QueueEntry& entry, std::uint8_t priority)
{
    if (m_readyCount == 0 || priority > m_topPriority) m_topPriority = priority;
    m_readyCount += 1;
    m_readyBytes += entry.message->bodyBytes();
    if (m_settings.hasExactTtl && entry.canExpire()) {
        m_expiries.insert({entry.expiresAt, priority, entry.sequence});
    }
}

void Queue::noteTaken(const QueueEntry& entry, std::uint8_t priority)
{
    m_readyCount -= 1;
    m_readyBytes -= entry.message->bodyBytes();
    while (m_topPriority > 0 && lane(m_topPriority).isEmpty()) {
        m_topPriority -= 1;
    }
    if (m_settings.hasExactTtl && entry.canExpire()) {
        m_expiries.erase({entry.expiresAt, priority, entry.sequence});
    }
}

QueueEntry Queue::deliver()
{
    m_unackedCount += 1;
    return takeFirst();
}

void Queue::requeue(QueueEntry&& entry)
{
    WARREN_CHECK(m_unackedCount > 0);
    m_unackedCount -= 1;
    entry.isRedelivered = true;
    const std::uint8_t priority = priorityOf(*entry.message);
    noteReady(entry, priority);
    lane(priority).putBack(std::move(entry));
}

void Queue::removeDelivered(const QueueEntry& entry)
{
    WARREN_CHECK(m_unackedCount > 0);
    m_unackedCount -= 1;
    forget(entry);
}

QueueEntry Queue::removeFirst()
{
    QueueEntry entry = takeFirst();
    forget(entry);
    return entry;
}

std::optional<WallTime> Queue::nextExpiry() const
{
    if (m_settings.hasExactTtl) {
        if (m_expiries.empty()) return std::nullopt;
        return m_expiries.begin()->at;
    }
    if (m_readyCount == 0 || !first().canExpire()) return std::nullopt;
    return first().expiresAt;
}

QueueEntry Queue::removeExpired()
{
    if (!m_settings.hasExactTtl) return removeFirst();
    WARREN_CHECK(!m_expiries.empty());
    const ExpiryKey key = *m_expiries.begin();
    auto taken = lane(key.priority).take(key.sequence);
    WARREN_CHECK(taken.has_value());
    noteTaken(*taken, key.priority);
    forget(*taken);
    return std::move(*taken);
}

void Queue::forget(const QueueEntry& entry)
{
    m_bodyBytes -= entry.message->bodyBytes();
    m_messageBytes -= entry.message->memoryBytes();
    if (entry.position != 0) m_persistentCount -= 1;
}

}  // namespace warren::broker
