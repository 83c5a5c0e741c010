#pragma once

#include "core/base/time.h"
#include "core/broker/body_memory.h"
#include "core/broker/consumers.h"
#include "core/broker/counters.h"
#include "core/broker/definition.h"
#include "core/broker/message.h"
#include "core/broker/queue_lane.h"
#include "core/broker/queue_operation.h"
#include "core/broker/queue_settings.h"

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace warren::broker {

/// What this node is to a queue.
enum class QueueRole : std::uint8_t {
    Leads,    ///< its master: serves it
    Mirrors,  ///< has a copy, in which only the master's operations happen
    Remote,   ///< knows where it is
};

/// One queue: its messages in order, its consumers, its books.
///
/// Messages of a higher priority come first; those of one priority in the order of their arrival.
/// Each function that changes the contents is one queue operation (queue_operation.h). The queue
/// decides nothing: the broker does, and logs what must survive.
/// Thread: the broker's. Cost: O(1) per operation; requeue O(log n) in the number of requeued ones,
/// and with exact TTL everything O(log n).
class Queue {
public:
    /// @param memory  the books of all queues, which it outlives
    Queue(QueueDefinition definition, BodyMemory& memory)
        : m_memory(memory),
          m_definition(std::move(definition)),
          m_settings(effectiveSettings(m_definition, nullptr, nullptr)),
          m_moreLanes(m_settings.priorityMax)
    {
        consumers.setSingleActive(m_settings.hasSingleActiveConsumer);
    }
    ~Queue();
    Queue(const Queue&) = delete;
    Queue& operator=(const Queue&) = delete;

    const QueueDefinition& definition() const { return m_definition; }
    QueueId id() const { return m_definition.id; }

    /// How it behaves under its arguments and policies.
    const QueueSettings& settings() const { return m_settings; }
    /// The policies that hold for it changed; the names of them, empty for none.
    void setSettings(QueueSettings&& settings, std::string policy, std::string operatorPolicy)
    {
        m_settings = std::move(settings);
        m_policy = std::move(policy);
        m_operatorPolicy = std::move(operatorPolicy);
    }
    const std::string& policy() const { return m_policy; }
    const std::string& operatorPolicy() const { return m_operatorPolicy; }

    /// Whether the definition, and persistent messages with it, outlive the process.
    bool isStored() const { return m_definition.isDurable && !m_definition.exclusiveOwner; }

    // ---- contents

    Sequence nextSequence() const { return m_lastSequence + 1; }
    Sequence lastSequence() const { return m_lastSequence; }
    /// New messages get sequences above this one.
    void skipSequences(Sequence upTo) { m_lastSequence = std::max(m_lastSequence, upTo); }
    std::size_t readyCount() const { return m_readyCount; }
    std::size_t readyCount(std::uint8_t priority) const { return lane(priority).readyCount(); }
    /// Bodies of the ready messages.
    std::size_t readyBytes() const { return m_readyBytes; }
    std::size_t unackedCount() const { return m_unackedCount; }
    /// A mirror's, that lie behind missing ones.
    std::size_t waitingCount() const { return m_waiting ? m_waiting->readyCount() : 0; }
    std::size_t messageCount() const { return readyCount() + unackedCount() + waitingCount(); }
    std::size_t persistentCount() const { return m_persistentCount; }
    /// Bodies of ready and unacked messages.
    std::size_t bodyBytes() const { return m_bodyBytes; }
    /// Memory of messages, index and books; a message in several queues counts in each.
    std::size_t memoryBytes() const;
    /// Messages in memory, ready and unacked; their bytes, heads included.
    std::size_t inMemoryBytes() const { return m_inMemoryBytes; }
    std::size_t inMemoryCount() const { return messageCount() - m_pagedOutCount; }
    /// The others: their bodies are on disk only.
    std::size_t pagedOutBytes() const { return m_pagedOutBytes; }
    std::size_t pagedOutCount() const { return m_pagedOutCount; }
    /// Whether the store keeps messages of it that were not published as persistent.
    bool hasSpilled() const { return m_spilledCount > 0; }

    /// Operation Enqueue: joins the tail. @pre the sequence is above every earlier one
    void enqueue(QueueEntry&& entry);
    /// The message that is next to go out. @pre readyCount() > 0
    const QueueEntry& first() const;
    /// Operation Deliver: takes the first message out; it counts as unacked until it is removed or
    /// requeued. @pre readyCount() > 0
    QueueEntry deliver();
    /// Operation Requeue: a delivered message goes back to its old place, as redelivered.
    void requeue(QueueEntry&& entry);
    /// Operation Remove of a delivered message.
    void removeDelivered(const QueueEntry& entry);
    /// Operation Remove of the first ready message: purge, limit, or delivery without
    /// acknowledgement.
    QueueEntry removeFirst();

    // ---- limits and expiry

    bool hasLengthLimit() const { return m_settings.lengthMax || m_settings.lengthBytesMax; }
    /// More ready messages, or bytes of them, than the limits allow.
    bool isOverLimit() const { return exceeds(m_readyCount, m_readyBytes); }
    /// Whether one more message would be too much.
    bool wouldOverflow(const Message& message) const
    {
        return exceeds(m_readyCount + 1, m_readyBytes + message.bodyBytes());
    }
    /// When the next message expires that may do so: the first one, with exact TTL any.
    std::optional<WallTime> nextExpiry() const;
    /// Operation Remove of the message that nextExpiry() means. @pre there is one
    QueueEntry removeExpired();
    /// Operation Remove of a ready message, wherever it lies. @returns nothing if it is not here
    std::optional<QueueEntry> removeAt(Sequence sequence);

    /// The priority that a message has here.
    std::uint8_t priorityOf(const Message& message) const
    {
        return std::min(message.priority(), m_settings.priorityMax);
    }
    QueueLane& lane(std::uint8_t priority)
    {
        return priority == 0 ? m_lane : m_moreLanes[priority - 1u];
    }
    const QueueLane& lane(std::uint8_t priority) const
    {
        return priority == 0 ? m_lane : m_moreLanes[priority - 1u];
    }

    /// Every ready message in order, for looking without touching. `visit` returns false to stop.
    template <typename Visit>
    void forEachReady(Visit visit) const
    {
        for (std::size_t priority = m_moreLanes.size(); priority > 0; --priority) {
            if (!m_moreLanes[priority - 1].forEach(visit)) return;
        }
        m_lane.forEach(visit);
    }
    /// What the store knows of deliveries, per priority.
    template <typename Visit>
    void forEachLane(Visit visit)
    {
        visit(std::uint8_t{0}, m_lane);
        for (std::size_t i = 0; i < m_moreLanes.size(); ++i)
            visit(static_cast<std::uint8_t>(i + 1), m_moreLanes[i]);
    }

    template <typename Visit>
    void forEachLane(Visit visit) const
    {
        visit(std::uint8_t{0}, m_lane);
        for (std::size_t i = 0; i < m_moreLanes.size(); ++i)
            visit(static_cast<std::uint8_t>(i + 1), m_moreLanes[i]);
    }
    /// The ready message has come back so often. @returns its position, if it is here and stored
    std::optional<LogPosition> countAt(Sequence sequence, std::uint32_t deliveryCount);

    // ---- a mirror's contents while some are missing

    /// Messages behind `after`, up to `upTo`, are to come, in order. What is behind `after`
    /// already, or comes in behind `upTo`, waits for them: it is no ready message before.
    void beginFilling(Sequence after, Sequence upTo);
    /// Up to here messages may be missing; 0: none are.
    Sequence missingUpTo() const { return m_missingUpTo; }
    /// Whether it is one of those that are missing, and may still be filled in.
    bool isMissing(Sequence sequence) const;
    /// Operation Enqueue of such a one. @pre isMissing(its sequence)
    void fillIn(QueueEntry&& entry);
    /// None is missing any more, or nobody will bring them: what waited is ready. Cost: O(1) for
    /// each of these.
    void endFilling();
    /// Every message, ready ones in order, then those that wait for missing ones.
    template <typename Visit>
    void forEachReadyOrWaiting(Visit visit) const
    {
        bool goesOn = true;
        forEachReady([&](const QueueEntry& entry) { return goesOn = visit(entry); });
        if (goesOn && m_waiting) m_waiting->forEach(visit);
    }

    // ---- what is in memory

    /// Whether messages may leave memory once they are durable.
    bool hasTail(std::uint8_t priority) const
    {
        return lane(priority).hasTail() || (m_waiting && m_waiting->hasTail());
    }
    /// Lets go what is durable and behind the heads. @returns whether all of it has been looked at
    bool pageOutTails(LogPosition committed);
    /// The same of the heads, beyond so many bytes of each.
    void shrinkHeads(LogPosition committed, std::size_t headBytesMax);
    /// The same of a message that was spilled. @pre it is durable
    void pageOut(const BodyRequest& spilled);
    /// The same of one that was delivered, if consumers hold much already.
    void pageOutDelivered(QueueEntry& entry, LogPosition committed);
    /// Stores a message that is nowhere but in memory, the last one first: `position` is that of
    /// the Enqueue that the caller logs. @returns what to log; nothing if there is none, or
    /// `lookCount` is used up
    template <typename NextPosition>
    std::optional<Enqueue> spillLast(std::size_t& lookCount, NextPosition nextPosition);
    /// Spilling begins anew at the end: what has come in there was not looked at.
    void restartSpilling();
    /// Whether deliveries will soon need what is on disk only.
    bool wantsBodies() const
    {
        if (m_readyCount == 0) return false;
        const QueueLane& top = lane(m_topPriority);
        return top.isHeadCut() && top.headBytes() < m_memory.headBytes / 2;
    }
    /// Asks for it. @param bytesMax  at most so much
    /// @returns whether it was enough
    bool askAhead(std::size_t bytesMax, std::vector<BodyRequest>& requests);
    /// What was asked for has come. @returns whether it was still wanted
    bool takeBack(const BodyRequest& request, const MessagePtr& message);

    QueueRole role = QueueRole::Leads;
    NodeId leader{};          ///< who serves it; kNoNode: nobody, or nobody knows
    bool isMirrored = false;  ///< others follow this master: everything is stored, and told them
    bool isLed() const { return role == QueueRole::Leads; }

    QueueConsumers consumers;
    MessageCounters counters;
    std::uint64_t deadLetteredCount = 0;
    std::uint64_t deadLetterDroppedCount = 0;  ///< the part of it that no queue took
    Instant lastUsed;                          ///< declared, got from, or with consumers
    Instant timerAt = Instant::never();        ///< what it has armed (timers.h)
    LogPosition declaredAt = 0;  ///< until this is committed, nobody may be told that it exists
    bool isDirty = false;        ///< on the broker's list of queues to deliver from
    bool isRefilled = false;     ///< on State::refilledQueues
    bool hasListedTail = false;  ///< on the list of those whose messages may leave memory
    bool isLarge = false;        ///< on the list of those that take memory worth mentioning
    bool isHungry = false;       ///< on the list of those that wait for room to read ahead

private:
    /// What tells apart the messages that expire anywhere.
    struct ExpiryKey {
        WallTime at;
        std::uint8_t priority = 0;
        Sequence sequence = 0;
        auto operator<=>(const ExpiryKey&) const = default;
    };

    bool exceeds(std::size_t count, std::size_t bytes) const
    {
        return (m_settings.lengthMax && count > *m_settings.lengthMax) ||
               (m_settings.lengthBytesMax && bytes > *m_settings.lengthBytesMax);
    }
    QueueEntry takeFirst();
    void addToLane(QueueEntry&& entry);
    void noteReady(const QueueEntry& entry);
    void noteTaken(const QueueEntry& entry);
    void forget(const QueueEntry& entry);
    // The books of memory.
    void bookNew(QueueEntry& entry);
    void bookIn(const QueueEntry& entry);
    void bookOut(const QueueEntry& entry);
    void leaveMemory(QueueEntry& entry);

    BodyMemory& m_memory;
    QueueDefinition m_definition;
    QueueSettings m_settings;
    std::string m_policy;
    std::string m_operatorPolicy;
    QueueLane m_lane;                      // of priority 0, the only one of most queues
    std::vector<QueueLane> m_moreLanes;    // of priorities 1 and up
    std::uint8_t m_topPriority = 0;        // of the first ready message, if there is one
    std::set<ExpiryKey> m_expiries;        // of the ready messages, with exact TTL only
    std::unique_ptr<QueueLane> m_waiting;  // for missing ones, of all priorities; null: none do
    Sequence m_missingUpTo = 0;
    Sequence m_filledUpTo = 0;  // while some are missing
    Sequence m_lastSequence = 0;
    std::size_t m_readyCount = 0;
    std::size_t m_readyBytes = 0;
    std::size_t m_unackedCount = 0;
    std::size_t m_persistentCount = 0;
    std::size_t m_bodyBytes = 0;
    std::size_t m_inMemoryBytes = 0;
    std::size_t m_unackedInMemoryBytes = 0;
    std::size_t m_pagedOutBytes = 0;
    std::size_t m_pagedOutCount = 0;
    std::size_t m_spilledCount = 0;
    std::vector<Sequence> m_spilledFrom;  // per priority: behind it everything was looked at
};

template <typename NextPosition>
std::optional<Enqueue> Queue::spillLast(std::size_t& lookCount, NextPosition nextPosition)
{
    m_spilledFrom.resize(m_moreLanes.size() + 1);
    for (std::size_t priority = 0; priority < m_spilledFrom.size(); ++priority) {
        QueueLane& from = lane(static_cast<std::uint8_t>(priority));
        QueueEntry* entry = from.lastUnstored(m_spilledFrom[priority], lookCount);
        if (entry == nullptr) continue;
        entry->position = nextPosition();
        entry->isSpilled = true;
        m_spilledCount += 1;
        return Enqueue{id(), entry->sequence, entry->position, entry->message, entry->expiresAt};
    }
    return std::nullopt;
}

}  // namespace warren::broker
