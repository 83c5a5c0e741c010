#pragma once

#include "core/base/ring.h"
#include "core/base/time.h"
#include "core/broker/message.h"
#include "core/broker/queue_operation.h"
#include "core/broker/redelivery_mark.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

namespace warren::broker {

/// A message in a queue: its place and what is known of it there.
struct QueueEntry {
    MessagePtr message{};
    Sequence sequence = 0;
    LogPosition position = 0;         ///< of its Enqueue; 0: not stored
    WallTime expiresAt{};             ///< 0: never
    std::uint32_t deliveryCount = 0;  ///< how often it came back
    bool isRedelivered = false;

    bool canExpire() const { return expiresAt != WallTime{}; }
};

/// The ready messages of one priority of a queue, in order: those that came back first, then those
/// that were never delivered.
///
/// Thread: the broker's. Cost: O(1) at both ends, O(log n) for a requeue and in the middle.
class QueueLane {
public:
    bool isEmpty() const { return m_requeued.empty() && m_fresh.isEmpty(); }
    std::size_t readyCount() const { return m_fresh.size() - m_goneCount + m_requeued.size(); }

    /// A new message, or one that came back after a restart. @pre above every earlier sequence
    void add(QueueEntry&& entry);
    /// A delivered message takes its old place.
    void putBack(QueueEntry&& entry);
    /// @pre !isEmpty()
    const QueueEntry& first() const
    {
        return m_requeued.empty() ? m_fresh.front() : m_requeued.begin()->second;
    }
    QueueEntry takeFirst();
    /// Takes a message from wherever it is. @returns nothing if it is not here
    std::optional<QueueEntry> take(Sequence sequence);

    /// Every message in order. `visit` returns false to stop; so does this then.
    template <typename Visit>
    bool forEach(Visit& visit) const
    {
        for (const auto& [sequence, entry] : m_requeued) {
            if (!visit(entry)) return false;
        }
        for (std::size_t i = 0; i < m_fresh.size(); ++i) {
            if (m_fresh[i].message && !visit(m_fresh[i])) return false;
        }
        return true;
    }

    /// The highest sequence that was ever delivered.
    Sequence deliveredUpTo() const
    {
        return m_fresh.isEmpty() ? m_lastSequence : m_fresh.front().sequence - 1;
    }
    /// Memory of the index, without the messages.
    std::size_t indexBytes() const;

    RedeliveryMark mark;

private:
    /// The first place never belongs to a message that has gone.
    void tidy();

    Ring<QueueEntry> m_fresh;  // never delivered; all sequences above those of m_requeued
    std::map<Sequence, QueueEntry> m_requeued;
    Sequence m_lastSequence = 0;
    std::size_t m_goneCount = 0;  // places in m_fresh without a message: taken from the middle
};

}  // namespace warren::broker
