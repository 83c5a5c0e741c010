#include "core/storage/segment_table.h"

#include "core/base/check.h"
#include "core/storage/record_format.h"

#include <utility>

namespace warren::storage {

namespace {

// Rewriting a smaller segment would hardly free a page.
constexpr std::uint64_t kSparseRecordBytesMin = 128 * 1024;

constexpr std::byte bitOf(std::uint32_t slot) { return std::byte{1} << (slot % 8); }

bool isSet(ByteView bits, std::uint32_t slot)
{
    return (bits[slot / 8] & bitOf(slot)) != std::byte{0};
}

}  // namespace

void SegmentTable::add(broker::LogPosition id, ByteView index, std::uint64_t recordBytes)
{
    add(id, index, recordBytes, {});
}

void SegmentTable::add(broker::LogPosition id, ByteView index, std::uint64_t recordBytes,
                       ByteView settled)
{
    WARREN_CHECK(id >= endPosition());
    Segment segment{.slotCount = static_cast<std::uint32_t>(slotCount(index)),
                    .recordBytes = recordBytes,
                    .settled = {settled.begin(), settled.end()},
                    .deliveryCounts = {}};
    WARREN_CHECK(settled.empty() || settled.size() == (segment.slotCount + 7) / 8);

    QueueId queue;
    QueueCount* count = nullptr;  // messages of a queue come in runs
    for (std::uint32_t slot = 0; slot < segment.slotCount; ++slot) {
        const IndexEntry entry = loadIndexEntry(index, slot);
        if (!entry.hasMessage()) {
            if (segment.settled.empty()) segment.settled.resize((segment.slotCount + 7) / 8);
            segment.settled[slot / 8] |= bitOf(slot);
            continue;
        }
        segment.messageCount += 1;
        if (!segment.settled.empty() && isSet(segment.settled, slot)) continue;
        segment.liveCount += 1;
        if (count == nullptr || queue != entry.queue) {
            queue = entry.queue;
            count = &m_queues.try_emplace(queue, QueueCount{0, id}).first->second;
        }
        count->liveCount += 1;
    }
    m_liveCount += segment.liveCount;
    if (isSparse(segment)) {
        m_sparse.insert(id);
        m_sparseBytes += segment.recordBytes;
    }
    m_segments.emplace_hint(m_segments.end(), id, std::move(segment));
}

SegmentTable::Segments::iterator SegmentTable::segmentOf(broker::LogPosition position)
{
    const auto holds = [position](Segments::iterator at) {
        return position >= at->first && position - at->first < at->second.slotCount;
    };
    if (m_lastFound && holds(*m_lastFound)) return *m_lastFound;
    auto at = m_segments.upper_bound(position);
    if (at == m_segments.begin() || !holds(--at)) return m_segments.end();
    m_lastFound = at;
    return at;
}

void SegmentTable::settle(QueueId queue, broker::LogPosition position)
{
    const auto at = segmentOf(position);
    if (at == m_segments.end()) return;
    settleSlot(at, static_cast<std::uint32_t>(position - at->first), queue);
}

void SegmentTable::settleQueues(broker::LogPosition id, ByteView index,
                                const std::unordered_set<QueueId>& queues)
{
    const auto at = m_segments.find(id);
    WARREN_CHECK(at != m_segments.end() && slotCount(index) == at->second.slotCount);
    for (std::uint32_t slot = 0; slot < at->second.slotCount; ++slot) {
        const IndexEntry entry = loadIndexEntry(index, slot);
        if (entry.hasMessage() && queues.contains(entry.queue)) settleSlot(at, slot, entry.queue);
    }
}

void SegmentTable::settleSlot(Segments::iterator at, std::uint32_t slot, QueueId queue)
{
    Segment& segment = at->second;
    if (segment.settled.empty()) segment.settled.resize((segment.slotCount + 7) / 8);
    if (isSet(segment.settled, slot)) return;
    segment.settled[slot / 8] |= bitOf(slot);
    if (segment.deliveryCounts.erase(slot) > 0 && segment.deliveryCounts.empty()) {
        noteCountsChanged(at);
    }

    WARREN_CHECK(segment.liveCount > 0);
    const bool wasSparse = isSparse(segment);
    segment.liveCount -= 1;
    m_liveCount -= 1;
    if (!wasSparse && isSparse(segment)) {
        m_sparse.insert(at->first);
        m_sparseBytes += segment.recordBytes;
    }
    const auto count = m_queues.find(queue);
    WARREN_CHECK(count != m_queues.end() && count->second.liveCount > 0);
    count->second.liveCount -= 1;
    if (count->second.liveCount == 0) m_queues.erase(count);
    if (!segment.isDirty) {
        segment.isDirty = true;
        m_dirty.push_back(at->first);
    }
}

void SegmentTable::noteCountsChanged(Segments::iterator at)
{
    if (at->second.areCountsDirty) return;
    at->second.areCountsDirty = true;
    m_dirtyCounts.push_back(at->first);
}

void SegmentTable::setDeliveryCount(broker::LogPosition position, std::uint32_t count)
{
    const auto at = segmentOf(position);
    if (at == m_segments.end()) return;
    const auto slot = static_cast<std::uint32_t>(position - at->first);
    if (!isLive(at->first, slot)) return;
    at->second.deliveryCounts[slot] = count;
    at->second.hadCounts = true;
    noteCountsChanged(at);
}

void SegmentTable::restoreDeliveryCount(broker::LogPosition id, std::uint32_t slot,
                                        std::uint32_t count)
{
    Segment& segment = m_segments.at(id);
    segment.hadCounts = true;
    if (isLive(id, slot)) segment.deliveryCounts[slot] = count;
}

std::uint32_t SegmentTable::deliveryCount(broker::LogPosition id, std::uint32_t slot) const
{
    const Segment& segment = m_segments.at(id);
    const auto at = segment.deliveryCounts.find(slot);
    return at == segment.deliveryCounts.end() ? 0 : at->second;
}

std::uint64_t SegmentTable::liveCount(QueueId queue) const
{
    const auto at = m_queues.find(queue);
    return at == m_queues.end() ? 0 : at->second.liveCount;
}

broker::LogPosition SegmentTable::firstSegmentOf(QueueId queue) const
{
    const auto at = m_queues.find(queue);
    return at == m_queues.end() ? endPosition() : at->second.firstSegment;
}

broker::LogPosition SegmentTable::segmentFrom(broker::LogPosition from) const
{
    const auto at = m_segments.lower_bound(from);
    return at == m_segments.end() ? 0 : at->first;
}

broker::LogPosition SegmentTable::segmentWith(broker::LogPosition position)
{
    const auto at = segmentOf(position);
    return at == m_segments.end() ? 0 : at->first;
}

bool SegmentTable::isLive(broker::LogPosition id, std::uint32_t slot) const
{
    const Segment& segment = m_segments.at(id);
    return segment.settled.empty() || !isSet(segment.settled, slot);
}

broker::LogPosition SegmentTable::endPosition() const
{
    if (m_segments.empty()) return 0;
    const auto& [id, segment] = *m_segments.rbegin();
    return id + segment.slotCount;
}

std::vector<broker::LogPosition> SegmentTable::takeDirty()
{
    for (const broker::LogPosition id : m_dirty) {
        m_segments.at(id).isDirty = false;
    }
    return std::exchange(m_dirty, {});
}

std::vector<broker::LogPosition> SegmentTable::takeDirtyCounts()
{
    for (const broker::LogPosition id : m_dirtyCounts) {
        m_segments.at(id).areCountsDirty = false;
    }
    return std::exchange(m_dirtyCounts, {});
}

void SegmentTable::remove(broker::LogPosition id)
{
    const auto at = m_segments.find(id);
    WARREN_CHECK(at != m_segments.end() && at->second.liveCount == 0 && !at->second.isDirty &&
                 !at->second.areCountsDirty);
    if (m_sparse.erase(id) > 0) m_sparseBytes -= at->second.recordBytes;
    if (m_lastFound == at) m_lastFound.reset();
    m_segments.erase(at);
}

bool SegmentTable::isSparse(const Segment& segment)
{
    return segment.recordBytes >= kSparseRecordBytesMin &&
           segment.liveCount <= segment.messageCount / 4;
}

broker::LogPosition SegmentTable::sparseSegment() const
{
    return m_sparse.empty() ? 0 : *m_sparse.begin();
}

void SegmentTable::setRewritten(broker::LogPosition id, std::uint64_t recordBytes)
{
    Segment& segment = m_segments.at(id);
    if (m_sparse.erase(id) > 0) m_sparseBytes -= segment.recordBytes;
    segment.recordBytes = recordBytes;
    segment.messageCount = segment.liveCount;
}

}  // namespace warren::storage
