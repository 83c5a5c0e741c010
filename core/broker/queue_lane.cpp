#include "core/broker/queue_lane.h"

#include "core/base/check.h"

#include <utility>

namespace warren::broker {

void QueueLane::add(QueueEntry&& entry)
{
    WARREN_CHECK(entry.sequence > m_lastSequence);
    m_lastSequence = entry.sequence;
    // What comes back after a restart as delivered before lies in front of what was not.
    if (entry.isRedelivered) {
        m_requeued.emplace_hint(m_requeued.end(), entry.sequence, std::move(entry));
    } else {
        m_fresh.pushBack(std::move(entry));
    }
}

void QueueLane::putBack(QueueEntry&& entry)
{
    WARREN_CHECK(m_fresh.isEmpty() || entry.sequence < m_fresh.front().sequence);
    const Sequence sequence = entry.sequence;
    m_requeued.emplace(sequence, std::move(entry));
}

QueueEntry QueueLane::takeFirst()
{
    if (m_requeued.empty()) {
        QueueEntry entry = m_fresh.popFront();
        if (m_goneCount > 0) tidy();
        return entry;
    }
    auto node = m_requeued.extract(m_requeued.begin());
    return std::move(node.mapped());
}

std::optional<QueueEntry> QueueLane::take(Sequence sequence)
{
    if (const auto at = m_requeued.find(sequence); at != m_requeued.end()) {
        return std::move(m_requeued.extract(at).mapped());
    }
    std::size_t begin = 0;
    std::size_t end = m_fresh.size();
    while (begin < end) {
        const std::size_t middle = begin + (end - begin) / 2;
        if (m_fresh[middle].sequence < sequence) {
            begin = middle + 1;
        } else {
            end = middle;
        }
    }
    if (begin == m_fresh.size() || m_fresh[begin].sequence != sequence || !m_fresh[begin].message) {
        return std::nullopt;
    }
    QueueEntry entry = std::move(m_fresh[begin]);
    m_goneCount += 1;
    tidy();
    return entry;
}

void QueueLane::tidy()
{
    while (!m_fresh.isEmpty() && !m_fresh.front().message) {
        m_fresh.dropFront();
        m_goneCount -= 1;
    }
    constexpr std::size_t kGonePlacesKept = 64;
    if (m_goneCount <= kGonePlacesKept || m_goneCount <= m_fresh.size() / 2) return;
    const std::size_t count = m_fresh.size();
    for (std::size_t i = 0; i < count; ++i) {
        QueueEntry entry = m_fresh.popFront();
        if (entry.message) m_fresh.pushBack(std::move(entry));
    }
    m_goneCount = 0;
}

std::size_t QueueLane::indexBytes() const
{
    constexpr std::size_t kMapNodeBytes = sizeof(QueueEntry) + 48;
    return m_fresh.capacity() * sizeof(QueueEntry) + m_requeued.size() * kMapNodeBytes;
}

}  // namespace warren::broker
