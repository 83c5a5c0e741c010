#pragma once

#include "core/base/block_ring.h"
#include "core/base/time.h"
#include "core/broker/body_request.h"
#include "core/broker/message.h"
#include "core/broker/queue_operation.h"
#include "core/broker/redelivery_mark.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace warren::broker {

/// A message in a queue: its place and what is known of it there.
///
/// Of 40 bytes: there may be millions of them whose messages are on disk only.
struct QueueEntry {
    static constexpr std::uint32_t kDeliveryCountMax = (1u << 20) - 1;

    MessagePtr message{};  ///< null: on disk only
    Sequence sequence = 0;
    LogPosition position = 0;  ///< of its Enqueue; 0: not stored
    WallTime expiresAt{};      ///< 0: never
    std::uint32_t bodyBytes = 0;
    std::uint32_t deliveryCount : 20 = 0;  ///< how often it came back, at most kDeliveryCountMax
    std::uint32_t priority : 8 = 0;        ///< in its queue: its lane
    bool isRedelivered : 1 = false;
    bool isSpilled : 1 = false;  ///< stored to relieve memory only: nobody wants it after a restart
    bool isLoading : 1 = false;  ///< it is wanted back in memory
    bool isGone : 1 = false;     ///< a place that was left

    bool canExpire() const { return expiresAt != WallTime{}; }
    bool isInMemory() const { return static_cast<bool>(message); }
    /// Stored because it was published so.
    bool isPersistent() const { return position != 0 && !isSpilled; }
    std::size_t memoryBytes() const { return message ? message->memoryBytes() : 0; }
    /// What it counts for on its way back.
    std::size_t loadBytes() const { return BodyRequest::loadBytes(bodyBytes); }
    void countReturn()
    {
        if (deliveryCount < kDeliveryCountMax) {
            deliveryCount = (deliveryCount + 1) & kDeliveryCountMax;
        }
    }
    BodyRequest request(QueueId queue) const
    {
        return {queue, sequence, position, bodyBytes, static_cast<std::uint8_t>(priority), 0};
    }
};
static_assert(sizeof(QueueEntry) == 40);

/// The ready messages of one priority of a queue, in order: those that came back first, then those
/// that were never delivered.
///
/// Of the latter the first ones, the head, are all in memory. Behind it lies what is on disk only,
/// and at the end what has come in last and was not looked at yet: it may be in memory too.
/// Thread: the broker's. Cost: O(1) at both ends, O(log n) for a requeue and in the middle.
class QueueLane {
public:
    bool isEmpty() const { return m_requeued.empty() && m_fresh.isEmpty(); }
    std::size_t readyCount() const { return m_fresh.size() - m_goneCount + m_requeued.size(); }

    /// A new message, or one that came back after a restart. @pre above every earlier sequence
    /// @param mayGrowHead  it belongs to the head, if it follows it directly
    void add(QueueEntry&& entry, bool mayGrowHead);
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

    /// Takes out everything behind `after`, in no order; what comes then may lie there. Cost: O(1)
    /// if there is nothing, else of its length.
    void takeBehind(Sequence after, std::vector<QueueEntry>& taken);

    /// Every message in order. `visit` returns false to stop; so does this then.
    template <typename Visit>
    bool forEach(Visit& visit) const
    {
        for (const auto& [sequence, entry] : m_requeued) {
            if (!visit(entry)) return false;
        }
        for (std::size_t i = 0; i < m_fresh.size(); ++i) {
            if (!m_fresh[i].isGone && !visit(m_fresh[i])) return false;
        }
        return true;
    }

    /// Its first `countMax` messages behind `after` of either kind, each kind in order.
    template <typename Visit>
    void forEachAfter(Sequence after, std::size_t countMax, Visit visit) const
    {
        std::size_t left = countMax;
        for (auto at = m_requeued.upper_bound(after); at != m_requeued.end() && left > 0; ++at) {
            visit(at->second);
            left -= 1;
        }
        left = countMax;
        for (std::size_t i = firstPlaceFrom(after + 1); i < m_fresh.size() && left > 0; ++i) {
            if (m_fresh[i].isGone) continue;
            visit(m_fresh[i]);
            left -= 1;
        }
    }
    /// What was never delivered here counts as delivered before, up to `upTo`: another node may
    /// have.
    void redeliverUpTo(Sequence upTo);
    /// The ready message of this sequence; null if it is not here.
    QueueEntry* find(Sequence sequence);
    const QueueEntry* find(Sequence sequence) const
    {
        return const_cast<QueueLane*>(this)->find(sequence);
    }

    /// The highest sequence that was ever delivered.
    Sequence deliveredUpTo() const
    {
        return m_fresh.isEmpty() ? m_lastSequence : m_fresh.front().sequence - 1;
    }
    /// Memory of the index, without the messages.
    std::size_t indexBytes() const;

    // ---- which messages are in memory

    std::size_t headBytes() const { return m_headBytes; }
    /// Whether there are messages behind the head that nobody has looked at.
    bool hasTail() const { return m_examinedCount < m_fresh.size(); }
    /// Whether messages follow the head that are on disk only.
    bool isHeadCut() const { return m_headCount < m_fresh.size(); }

    /// Lets the messages of the tail leave memory that are durable. `leave(entry)` is called for
    /// each. Cost: O(1) per message, once.
    template <typename Leave>
    void pageOutTail(LogPosition committed, Leave leave);
    /// Likewise those of the head beyond its first `headBytesMax`, beginning with the last.
    template <typename Leave>
    void shrinkHead(LogPosition committed, std::size_t headBytesMax, Leave leave);
    /// Likewise this one, if it is behind the head.
    template <typename Leave>
    void pageOut(Sequence sequence, LogPosition position, Leave leave);
    /// The message behind the head that is nearest to the end, lies before `behind` (0: anywhere)
    /// and is nowhere but in memory. Looks at `lookCount` places at most, and moves both on.
    /// @returns null if there is none
    QueueEntry* lastUnstored(Sequence& behind, std::size_t& lookCount);
    /// Asks for the messages that follow the head, if less than half of `headBytesMax` is left of
    /// it, until it is full or `bytesLeft` is used up. They count as asked for.
    void askAhead(QueueId queue, std::size_t headBytesMax, std::size_t& bytesLeft,
                  std::vector<BodyRequest>& requests);
    /// What was asked for is there. @returns the entry that waits for it; null: it has left
    QueueEntry* awaiting(Sequence sequence);

    RedeliveryMark mark;

private:
    /// The first place in m_fresh that is not before this; its size if there is none.
    std::size_t firstPlaceFrom(Sequence sequence) const;
    /// The message's place in m_fresh; its size if it has none.
    std::size_t placeOf(Sequence sequence) const;
    /// The head goes on with what follows it in memory.
    void extendHead(std::size_t headBytesMax);
    /// The entry leaves its place: the books of the head forget it.
    void unbook(const QueueEntry& entry, std::size_t place);
    /// The first place never belongs to a message that has gone.
    void tidy();

    BlockRing<QueueEntry> m_fresh;  // never delivered; all sequences above those of m_requeued
    std::map<Sequence, QueueEntry> m_requeued;
    Sequence m_lastSequence = 0;
    std::size_t m_goneCount = 0;      // places in m_fresh without a message: taken from the middle
    std::size_t m_headCount = 0;      // places of the head: in memory or gone
    std::size_t m_headBytes = 0;      // memory of its messages
    std::size_t m_examinedCount = 0;  // places that pageOut has done with; the head is among them
    std::size_t m_askedCount = 0;     // places that were asked for, where needed; likewise
    std::size_t m_askedBytes = 0;     // bodies of these that have not come yet
};

template <typename Leave>
void QueueLane::pageOutTail(LogPosition committed, Leave leave)
{
    for (; m_examinedCount < m_fresh.size(); ++m_examinedCount) {
        QueueEntry& entry = m_fresh[m_examinedCount];
        if (!entry.isInMemory() || entry.position == 0) continue;
        if (entry.position > committed) return;
        leave(entry);
        m_askedCount = std::min(m_askedCount, m_examinedCount);
    }
}

template <typename Leave>
void QueueLane::shrinkHead(LogPosition committed, std::size_t headBytesMax, Leave leave)
{
    while (m_headCount > 0 && m_headBytes > headBytesMax) {
        m_headCount -= 1;
        QueueEntry& entry = m_fresh[m_headCount];
        m_headBytes -= entry.memoryBytes();
        if (!entry.isInMemory() || entry.position == 0) continue;
        if (entry.position <= committed) {
            leave(entry);
        } else {
            m_examinedCount = m_headCount;  // later
        }
    }
    m_askedCount = std::min(m_askedCount, m_headCount);
}

template <typename Leave>
void QueueLane::pageOut(Sequence sequence, LogPosition position, Leave leave)
{
    const std::size_t place = placeOf(sequence);
    if (place == m_fresh.size() || place < m_headCount) return;
    QueueEntry& entry = m_fresh[place];
    if (!entry.isInMemory() || entry.position != position) return;
    leave(entry);
    m_askedCount = std::min(m_askedCount, place);
}

}  // namespace warren::broker
