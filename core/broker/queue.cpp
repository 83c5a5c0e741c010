#include "core/broker/queue.h"

#include "core/base/check.h"

#include <utility>

namespace warren::broker {

std::size_t Queue::memoryBytes() const
{
    constexpr std::size_t kMapNodeBytes = sizeof(QueueEntry) + 48;
    return sizeof *this + m_messageBytes + m_fresh.capacity() * sizeof(QueueEntry) +
           m_requeued.size() * kMapNodeBytes + m_unackedCount * sizeof(QueueEntry);
}

void Queue::enqueue(QueueEntry&& entry)
{
    WARREN_CHECK(entry.sequence > m_lastSequence);
    m_lastSequence = entry.sequence;
    m_bodyBytes += entry.message->bodyBytes();
    m_messageBytes += entry.message->memoryBytes();
    if (entry.position != 0) m_persistentCount += 1;
    // What comes back after a restart as delivered before lies in front of what was not.
    if (entry.isRedelivered) {
        m_requeued.emplace_hint(m_requeued.end(), entry.sequence, std::move(entry));
    } else {
        m_fresh.pushBack(std::move(entry));
    }
}

const QueueEntry& Queue::first() const
{
    return m_requeued.empty() ? m_fresh.front() : m_requeued.begin()->second;
}

QueueEntry Queue::takeFirst()
{
    if (m_requeued.empty()) return m_fresh.popFront();
    auto node = m_requeued.extract(m_requeued.begin());
    return std::move(node.mapped());
}

QueueEntry Queue::deliver()
{
    m_unackedCount += 1;
    return takeFirst();
}

void Queue::requeue(QueueEntry&& entry)
{
    WARREN_CHECK(m_unackedCount > 0 &&
                 (m_fresh.isEmpty() || entry.sequence < m_fresh.front().sequence));
    m_unackedCount -= 1;
    entry.isRedelivered = true;
    const Sequence sequence = entry.sequence;
    m_requeued.emplace(sequence, std::move(entry));
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

void Queue::forget(const QueueEntry& entry)
{
    m_bodyBytes -= entry.message->bodyBytes();
    m_messageBytes -= entry.message->memoryBytes();
    if (entry.position != 0) m_persistentCount -= 1;
}

}  // namespace warren::broker
