#pragma once

#include "core/base/bytes.h"
#include "core/broker/queue_operation.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace warren::storage {

/// What one commit writes: the unit in which operations become durable.
///
/// Encoded already, so that whoever writes it copies nothing and holds no message.
struct StoreBatch {
    struct Removal {
        QueueId queue;
        broker::LogPosition position = 0;
    };
    struct Mark {
        QueueId queue;
        std::uint8_t priority = 0;
        Sequence upTo = 0;
    };
    struct Count {
        broker::LogPosition position = 0;
        std::uint32_t count = 0;
    };

    /// Once the batch is durable, every position up to this one is; 0: it has none.
    broker::LogPosition lastPosition = 0;
    /// The messages: position of the first, an index entry per position from there on, and the
    /// encoded messages without gaps (record_format.h). 0 and empty if the batch has none.
    broker::LogPosition segmentId = 0;
    Buffer index;
    Buffer records;

    std::vector<Count> counts;      ///< of messages in this or earlier batches, the oldest first
    std::vector<Removal> removals;  ///< of messages in earlier batches
    std::vector<Mark> marks;        ///< at most one per queue and priority
    std::vector<broker::CatalogueChange> changes;

    /// What it counts for in BatchBuilder::pendingBytes, to be taken off once it is written.
    std::size_t pendingBytes = 0;

    /// Nothing to write: everything in it was removed in time. Its positions are due all the same.
    bool isEmpty() const
    {
        return index.isEmpty() && counts.empty() && removals.empty() && marks.empty() &&
               changes.empty();
    }
};

/// Collects stored operations while an earlier batch is on its way to the disk, and cuts the next
/// batch from their front.
///
/// A message that is removed while it waits here is never written; one that was dead-lettered, only
/// if it would be written together with its new places. Of the marks of a queue and priority only
/// the last of a batch remains. A message that several queues got in a row is written once.
/// Thread: the broker's. Cost: O(1) per operation.
class BatchBuilder {
public:
    /// A batch ends before it exceeds this, which bounds the time of a commit; a larger message
    /// makes a batch of its own.
    static constexpr std::size_t kRecordBytesMax = 1024 * 1024;
    /// Likewise for the positions between its first and its last message, which cost an index entry
    /// each.
    static constexpr std::size_t kSlotCountMax = 32 * 1024;

    /// @param lastPosition  RecoveredState::lastPosition: positions go on above it
    explicit BatchBuilder(broker::LogPosition lastPosition = 0) : m_lastPosition(lastPosition) {}

    /// Takes over operations in order.
    /// @pre the positions of enqueues, marks and changes rise; removals name earlier positions or
    /// 0, counts earlier ones
    void add(std::vector<broker::StoredOperation>&& operations);

    bool isEmpty() const { return m_slots.empty() && m_removals.empty() && m_counts.empty(); }
    /// Whether anything waits that has a position, so that somebody may wait for it.
    bool hasPositions() const { return !m_slots.empty(); }
    /// Bytes of the messages waiting here; one that n queues got counts n times.
    std::size_t pendingBytes() const { return m_pendingBytes; }
    /// Messages that were removed before they were written.
    std::uint64_t elidedCount() const { return m_elidedCount; }

    /// Cuts off the next batch and encodes it. @pre !isEmpty()
    StoreBatch take();

private:
    /// One position. Elided when it is a message without `message`.
    struct Slot {
        enum class Kind : std::uint8_t { Message, Mark, Change, Nothing };
        broker::LogPosition position;
        QueueId queue;
        Sequence sequence;
        broker::MessagePtr message;
        WallTime expiresAt;
        Kind kind;
        std::uint8_t priority;  // of a mark
    };
    /// What has no position of its own.
    template <typename Operation>
    struct Pending {
        Operation operation;
        /// Last position before it in the order of operations: it must not become durable sooner.
        broker::LogPosition after;
    };

    void add(broker::Enqueue&& enqueue);
    void add(broker::Remove&& remove);
    void add(broker::CountDeliveries&& count);
    void add(broker::MarkDelivered&& mark);
    void add(broker::StoredChange&& change);
    Slot& addSlot(broker::LogPosition position, Slot::Kind kind);
    Slot* findSlot(broker::LogPosition position);

    std::size_t slotCountOfNextBatch() const;
    /// Moves the next slots into the batch, but for their messages.
    std::vector<Slot> takeSlots(StoreBatch& batch);
    void dropRemovedQueues(std::vector<Slot>& messages, StoreBatch& batch);
    /// Takes what may become durable with `upTo`. @param first  of the positions of this batch
    void takeRemovals(broker::LogPosition first, broker::LogPosition upTo,
                      std::vector<Slot>& messages, StoreBatch& batch);
    void takeCounts(broker::LogPosition first, broker::LogPosition upTo,
                    const std::vector<Slot>& messages, StoreBatch& batch);
    static void encode(std::vector<Slot>&& messages, StoreBatch& batch);

    std::deque<Slot> m_slots;  // by position
    std::deque<Pending<StoreBatch::Removal>> m_removals;
    std::deque<Pending<StoreBatch::Count>> m_counts;
    std::deque<broker::CatalogueChange> m_changes;  // one per slot of kind Change, same order
    broker::LogPosition m_lastPosition;
    std::size_t m_pendingBytes = 0;
    std::uint64_t m_elidedCount = 0;
};

}  // namespace warren::storage
