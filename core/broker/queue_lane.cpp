#include "core/broker/queue_lane.h"

#include "core/base/check.h"

#include <algorithm>
#include <utility>

namespace warren::broker {

void QueueLane::add(QueueEntry&& entry, bool mayGrowHead)
{
    WARREN_CHECK(entry.sequence > m_lastSequence);
    m_lastSequence = entry.sequence;
    // What comes back after a restart as delivered before lies in front of what was not.
    if (entry.isRedelivered) {
        m_requeued.emplace_hint(m_requeued.end(), entry.sequence, std::move(entry));
        return;
    }
    const bool follows = mayGrowHead && m_headCount == m_fresh.size() && entry.isInMemory();
    const std::size_t bytes = entry.memoryBytes();
    m_fresh.pushBack(std::move(entry));
    if (!follows) return;
    m_headCount += 1;
    m_headBytes += bytes;
    m_examinedCount = std::max(m_examinedCount, m_headCount);
    m_askedCount = std::max(m_askedCount, m_headCount);
}

void QueueLane::putBack(QueueEntry&& entry)
{
    WARREN_CHECK(m_fresh.isEmpty() || entry.sequence < m_fresh.front().sequence);
    const Sequence sequence = entry.sequence;
    m_requeued.emplace(sequence, std::move(entry));
}

void QueueLane::unbook(const QueueEntry& entry, std::size_t place)
{
    if (place < m_headCount) m_headBytes -= entry.memoryBytes();
    if (entry.isLoading) m_askedBytes -= entry.loadBytes();
}

QueueEntry QueueLane::takeFirst()
{
    if (!m_requeued.empty()) {
        auto node = m_requeued.extract(m_requeued.begin());
        node.mapped().isLoading = false;
        return std::move(node.mapped());
    }
    unbook(m_fresh.front(), 0);
    if (m_headCount > 0) m_headCount -= 1;
    if (m_examinedCount > 0) m_examinedCount -= 1;
    if (m_askedCount > 0) m_askedCount -= 1;
    QueueEntry entry = m_fresh.popFront();
    entry.isLoading = false;
    if (m_goneCount > 0) tidy();
    return entry;
}

void QueueLane::redeliverUpTo(Sequence upTo)
{
    while (!m_fresh.isEmpty() && m_fresh.front().sequence <= upTo) {
        unbook(m_fresh.front(), 0);
        for (std::size_t* count : {&m_headCount, &m_examinedCount, &m_askedCount}) {
            if (*count > 0) *count -= 1;
        }
        QueueEntry entry = m_fresh.popFront();
        entry.isLoading = false;
        entry.isRedelivered = true;
        m_requeued.emplace_hint(m_requeued.end(), entry.sequence, std::move(entry));
        if (m_goneCount > 0) tidy();
    }
}

QueueEntry* QueueLane::find(Sequence sequence)
{
    if (const auto at = m_requeued.find(sequence); at != m_requeued.end()) return &at->second;
    const std::size_t place = placeOf(sequence);
    return place == m_fresh.size() ? nullptr : &m_fresh[place];
}

std::size_t QueueLane::firstPlaceFrom(Sequence sequence) const
{
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
    return begin;
}

std::size_t QueueLane::placeOf(Sequence sequence) const
{
    const std::size_t place = firstPlaceFrom(sequence);
    if (place == m_fresh.size()) return place;
    const QueueEntry& entry = m_fresh[place];
    return entry.sequence == sequence && !entry.isGone ? place : m_fresh.size();
}

std::optional<QueueEntry> QueueLane::take(Sequence sequence)
{
    if (const auto at = m_requeued.find(sequence); at != m_requeued.end()) {
        at->second.isLoading = false;
        return std::move(m_requeued.extract(at).mapped());
    }
    const std::size_t place = placeOf(sequence);
    if (place == m_fresh.size()) return std::nullopt;
    unbook(m_fresh[place], place);
    QueueEntry entry = std::move(m_fresh[place]);
    entry.isLoading = false;
    m_fresh[place].isLoading = false;
    m_fresh[place].isGone = true;
    m_goneCount += 1;
    tidy();
    return entry;
}

void QueueLane::takeBehind(Sequence after, std::vector<QueueEntry>& taken)
{
    m_lastSequence = std::min(m_lastSequence, after);
    for (auto at = m_requeued.upper_bound(after); at != m_requeued.end();) {
        at->second.isLoading = false;
        taken.push_back(std::move(at->second));
        at = m_requeued.erase(at);
    }
    const std::size_t keptCount = firstPlaceFrom(after + 1);
    if (keptCount == m_fresh.size()) return;
    BlockRing<QueueEntry> kept;
    for (std::size_t place = 0; !m_fresh.isEmpty(); ++place) {
        if (place < keptCount) {
            kept.pushBack(m_fresh.popFront());
            continue;
        }
        unbook(m_fresh.front(), place);
        QueueEntry entry = m_fresh.popFront();
        if (entry.isGone) {
            m_goneCount -= 1;
            continue;
        }
        entry.isLoading = false;
        taken.push_back(std::move(entry));
    }
    m_fresh.swap(kept);
    for (std::size_t* count : {&m_headCount, &m_examinedCount, &m_askedCount})
        *count = std::min(*count, keptCount);
    tidy();
}

void QueueLane::tidy()
{
    const auto before = [](std::size_t& count) {
        if (count > 0) count -= 1;
    };
    while (!m_fresh.isEmpty() && m_fresh.front().isGone) {
        m_fresh.dropFront();
        m_goneCount -= 1;
        before(m_headCount);
        before(m_examinedCount);
        before(m_askedCount);
    }
    constexpr std::size_t kGonePlacesKept = 64;
    if (m_goneCount <= kGonePlacesKept || m_goneCount <= m_fresh.size() / 2) return;
    const std::size_t count = m_fresh.size();
    std::size_t goneInHead = 0;
    std::size_t goneExamined = 0;
    std::size_t goneAsked = 0;
    for (std::size_t i = 0; i < count; ++i) {
        QueueEntry entry = m_fresh.popFront();
        if (!entry.isGone) {
            m_fresh.pushBack(std::move(entry));
            continue;
        }
        goneInHead += i < m_headCount;
        goneExamined += i < m_examinedCount;
        goneAsked += i < m_askedCount;
    }
    m_headCount -= goneInHead;
    m_examinedCount -= goneExamined;
    m_askedCount -= goneAsked;
    m_goneCount = 0;
}

std::size_t QueueLane::indexBytes() const
{
    constexpr std::size_t kMapNodeBytes = sizeof(QueueEntry) + 48;
    return m_fresh.capacity() * sizeof(QueueEntry) + m_requeued.size() * kMapNodeBytes;
}

// --------------------------------------------------------------------------- what is in memory

void QueueLane::extendHead(std::size_t headBytesMax)
{
    while (m_headCount < m_fresh.size() && m_headBytes < headBytesMax) {
        const QueueEntry& next = m_fresh[m_headCount];
        if (!next.isInMemory() && !next.isGone) break;
        m_headCount += 1;
        m_headBytes += next.memoryBytes();
    }
    m_examinedCount = std::max(m_examinedCount, m_headCount);
    m_askedCount = std::max(m_askedCount, m_headCount);
}

void QueueLane::askAhead(QueueId queue, std::size_t headBytesMax, std::size_t& bytesLeft,
                         std::vector<BodyRequest>& requests)
{
    extendHead(headBytesMax);
    std::size_t ahead = m_headBytes + m_askedBytes;
    if (ahead >= headBytesMax / 2) return;
    for (; m_askedCount < m_fresh.size() && ahead < headBytesMax && bytesLeft > 0; ++m_askedCount) {
        QueueEntry& entry = m_fresh[m_askedCount];
        if (entry.isInMemory() || entry.isGone || entry.isLoading) continue;
        entry.isLoading = true;
        requests.push_back(entry.request(queue));
        m_askedBytes += entry.loadBytes();
        ahead += entry.loadBytes();
        bytesLeft -= std::min(bytesLeft, entry.loadBytes());
    }
}

QueueEntry* QueueLane::awaiting(Sequence sequence)
{
    const std::size_t place = placeOf(sequence);
    if (place == m_fresh.size() || !m_fresh[place].isLoading) return nullptr;
    QueueEntry& entry = m_fresh[place];
    entry.isLoading = false;
    m_askedBytes -= entry.loadBytes();
    return &entry;
}

QueueEntry* QueueLane::lastUnstored(Sequence& behind, std::size_t& lookCount)
{
    std::size_t place = behind == 0 ? m_fresh.size() : firstPlaceFrom(behind);
    while (place > m_headCount && lookCount > 0) {
        place -= 1;
        lookCount -= 1;
        QueueEntry& entry = m_fresh[place];
        behind = entry.sequence;
        if (entry.isInMemory() && entry.position == 0) return &entry;
    }
    return nullptr;
}

}  // namespace warren::broker
