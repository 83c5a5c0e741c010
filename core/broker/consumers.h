#pragma once

#include "core/amqp/field_table.h"
#include "core/base/ring.h"
#include "core/broker/outbox.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace warren::broker {

class Channel;
class Queue;

/// A subscription of a channel to a queue. Owned by its channel; its queue holds a pointer.
struct Consumer {
    Channel* channel = nullptr;
    Queue* queue = nullptr;
    ConsumerSlot slot = 0;
    std::string tag;
    bool noAck = false;
    bool isExclusive = false;
    std::uint32_t prefetchMax = 0;  ///< unacked messages at most; 0: no limit
    std::uint32_t unackedCount = 0;
    amqp::FieldTable arguments;
    bool isParked = false;       ///< can't take a message now, and is out of its queue's round
    std::uint64_t servedAt = 0;  ///< counts the broker's deliveries: who waits longest, wakes first
};

/// The consumers of one queue and whose turn it is: round robin among those that can take a
/// message.
///
/// A consumer that can't is parked, and stays out of the round until its channel wakes it; so a
/// round costs nothing per waiting consumer. Thread: the broker's.
class QueueConsumers {
public:
    bool isEmpty() const { return m_all.empty(); }
    std::size_t count() const { return m_all.size(); }
    const std::vector<Consumer*>& all() const { return m_all; }
    bool hasExclusive() const { return m_all.size() == 1 && m_all.front()->isExclusive; }

    void add(Consumer& consumer);
    void remove(Consumer& consumer);

    /// Whose turn it is, or nullptr when all are parked.
    Consumer* current() { return m_round.isEmpty() ? nullptr : m_round.front(); }
    /// The current one got a message: it goes to the end of the round.
    void advance();
    /// The current one can't take a message.
    void parkCurrent();
    /// It may be able to again.
    void unpark(Consumer& consumer);

private:
    std::vector<Consumer*> m_all;  // in the order of their arrival
    Ring<Consumer*> m_round;
};

}  // namespace warren::broker
