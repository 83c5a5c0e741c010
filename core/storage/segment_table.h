#pragma once

#include "core/base/bytes.h"
#include "core/broker/queue_operation.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace warren::storage {

/// Which messages on disk are live: a count per segment, a bitmap while a segment is partly
/// settled, and a count per queue. The messages themselves stay on disk.
///
/// A slot is settled when it holds no live message. Pure. Cost: O(log segments) per settled message
/// at most, mostly O(1).
class SegmentTable {
public:
    struct Segment {
        std::uint32_t slotCount = 0;
        std::uint32_t messageCount = 0;  ///< whose records are on disk, live or not
        std::uint32_t liveCount = 0;
        std::uint64_t recordBytes = 0;  ///< of all records on disk
        bool isDirty = false;
        bool areCountsDirty = false;
        bool hadCounts = false;          ///< so there may be something of them on disk
        std::vector<std::byte> settled;  ///< bit per slot; empty: all slots are live
        std::map<std::uint32_t, std::uint32_t> deliveryCounts;  ///< of live messages, by slot
    };

    /// Adds a segment behind all others, all of its messages live.
    void add(broker::LogPosition id, ByteView index, std::uint64_t recordBytes);
    /// Adds it with the bitmap that was stored for it. @pre the bitmap has a bit per slot
    void add(broker::LogPosition id, ByteView index, std::uint64_t recordBytes, ByteView settled);

    /// Settles the message at `position`; nothing happens if it is not live.
    void settle(QueueId queue, broker::LogPosition position);
    /// Settles what the segment, whose index is given, holds of these queues.
    void settleQueues(broker::LogPosition id, ByteView index,
                      const std::unordered_set<QueueId>& queues);

    /// Notes how often the message at `position` came back; nothing happens if it is not live.
    void setDeliveryCount(broker::LogPosition position, std::uint32_t count);
    /// The same as it was stored. @pre the segment has the slot
    void restoreDeliveryCount(broker::LogPosition id, std::uint32_t slot, std::uint32_t count);
    /// 0 if the message never came back. @pre the segment has the slot
    std::uint32_t deliveryCount(broker::LogPosition id, std::uint32_t slot) const;

    /// Live messages of the queue.
    std::uint64_t liveCount(QueueId queue) const;
    /// Live messages of all queues.
    std::uint64_t liveCount() const { return m_liveCount; }
    /// Segments that may hold live messages of the queue begin here.
    broker::LogPosition firstSegmentOf(QueueId queue) const;

    /// First segment from `from` on; 0 if there is none.
    broker::LogPosition segmentFrom(broker::LogPosition from) const;
    const Segment& segment(broker::LogPosition id) const { return m_segments.at(id); }
    bool isLive(broker::LogPosition id, std::uint32_t slot) const;
    /// The segment that has the position; 0 if there is none.
    broker::LogPosition segmentWith(broker::LogPosition position);
    std::size_t segmentCount() const { return m_segments.size(); }
    /// Position after the last slot of the last segment; 0 if there is none.
    broker::LogPosition endPosition() const;

    /// Segments changed by settle since the last call, in order of first change.
    std::vector<broker::LogPosition> takeDirty();
    /// Segments whose delivery counts must be written since the last call, likewise. Counts of
    /// settled messages may stay on disk until others of the segment change or all are gone.
    std::vector<broker::LogPosition> takeDirtyCounts();
    /// Forgets a segment without live messages.
    void remove(broker::LogPosition id);

    /// A segment of whose records few are live, so that rewriting it pays; 0 if there is none.
    broker::LogPosition sparseSegment() const;
    /// Bytes on disk of all sparse segments.
    std::uint64_t sparseBytes() const { return m_sparseBytes; }
    /// The segment was rewritten: its records are the live ones only.
    void setRewritten(broker::LogPosition id, std::uint64_t recordBytes);

private:
    struct QueueCount {
        std::uint64_t liveCount = 0;
        broker::LogPosition firstSegment = 0;
    };
    using Segments = std::map<broker::LogPosition, Segment>;

    Segments::iterator segmentOf(broker::LogPosition position);
    void settleSlot(Segments::iterator at, std::uint32_t slot, QueueId queue);
    void noteCountsChanged(Segments::iterator at);
    static bool isSparse(const Segment& segment);

    Segments m_segments;
    std::optional<Segments::iterator> m_lastFound;  // acks come in runs
    std::unordered_map<QueueId, QueueCount> m_queues;
    std::uint64_t m_liveCount = 0;
    std::vector<broker::LogPosition> m_dirty;
    std::vector<broker::LogPosition> m_dirtyCounts;
    std::set<broker::LogPosition> m_sparse;
    std::uint64_t m_sparseBytes = 0;
};

}  // namespace warren::storage
