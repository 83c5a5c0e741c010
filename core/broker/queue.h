#pragma once

#include "core/base/ring.h"
#include "core/broker/consumers.h"
#include "core/broker/counters.h"
#include "core/broker/definition.h"
#include "core/broker/message.h"
#include "core/broker/queue_operation.h"
#include "core/broker/queue_settings.h"
#include "core/broker/redelivery_mark.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace warren::broker {

/// A message in a queue: its place and what is known of it there.
struct QueueEntry {
    MessagePtr message{};
    Sequence sequence = 0;
    LogPosition position = 0;  ///< of its Enqueue; 0: not stored
    bool isRedelivered = false;
};

/// One queue: its messages in order, its consumers, its books.
///
/// Each function that changes the contents is one queue operation (queue_operation.h). The queue
/// decides nothing: the broker does, and logs what must survive.
/// Thread: the broker's. Cost: O(1) per operation; requeue O(log n) in the number of requeued ones.
class Queue {
public:
    explicit Queue(QueueDefinition definition)
        : m_definition(std::move(definition)),
          m_settings(effectiveSettings(m_definition, nullptr, nullptr))
    {
    }
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
    std::size_t readyCount() const { return m_fresh.size() + m_requeued.size(); }
    std::size_t unackedCount() const { return m_unackedCount; }
    std::size_t messageCount() const { return readyCount() + unackedCount(); }
    std::size_t persistentCount() const { return m_persistentCount; }
    /// Bodies of ready and unacked messages.
    std::size_t bodyBytes() const { return m_bodyBytes; }
    /// Memory of messages, index and books; a message in several queues counts in each.
    std::size_t memoryBytes() const;

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
    /// Operation Remove of the first ready message: purge, or delivery without acknowledgement.
    QueueEntry removeFirst();

    /// Every ready message in order, for looking without touching. `visit` returns false to stop.
    template <typename Visit>
    void forEachReady(Visit visit) const
    {
        for (const auto& [sequence, entry] : m_requeued) {
            if (!visit(entry)) return;
        }
        for (std::size_t i = 0; i < m_fresh.size(); ++i) {
            if (!visit(m_fresh[i])) return;
        }
    }

    /// The highest sequence that was ever delivered.
    Sequence deliveredUpTo() const
    {
        return m_fresh.isEmpty() ? m_lastSequence : m_fresh.front().sequence - 1;
    }

    QueueConsumers consumers;
    RedeliveryMark mark;
    MessageCounters counters;
    LogPosition declaredAt = 0;  ///< until this is committed, nobody may be told that it exists
    bool isDirty = false;        ///< on the broker's list of queues to deliver from

private:
    QueueEntry takeFirst();
    void forget(const QueueEntry& entry);

    QueueDefinition m_definition;
    QueueSettings m_settings;
    std::string m_policy;
    std::string m_operatorPolicy;
    Ring<QueueEntry> m_fresh;  // never delivered; all sequences above those of m_requeued
    std::map<Sequence, QueueEntry> m_requeued;
    Sequence m_lastSequence = 0;
    std::size_t m_unackedCount = 0;
    std::size_t m_persistentCount = 0;
    std::size_t m_bodyBytes = 0;
    std::size_t m_messageBytes = 0;
};

}  // namespace warren::broker
