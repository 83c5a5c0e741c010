#pragma once

#include "core/amqp/field_table.h"
#include "core/base/ring.h"
#include "core/base/time.h"
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
    std::int32_t priority = 0;      ///< consumers of a higher one are served first
    std::uint32_t prefetchMax = 0;  ///< unacked messages at most; 0: no limit
    std::uint32_t unackedCount = 0;
    amqp::FieldTable arguments;
    bool isParked = false;       ///< can't take a message now, and is out of its queue's round
    bool isWaiting = false;      ///< another one is the single active consumer
    WallTime activeSince;        ///< when it became the single active consumer
    std::uint64_t servedAt = 0;  ///< counts the broker's deliveries: who waits longest, wakes first
};

/// The consumers of one queue and whose turn it is: those of the highest priority that can take a
/// message, in turn.
///
/// A consumer that can't is parked, and stays out of the round until its channel wakes it; so a
/// round costs nothing per waiting consumer. With a single active consumer only that one takes
/// part; when it goes, the next of the highest priority follows, the oldest one of these. Thread:
/// the broker's. Spec: RabbitMQ, "Consumer Priorities", "Single Active Consumer".
class QueueConsumers {
public:
    void setSingleActive(bool isSingleActive) { m_isSingleActive = isSingleActive; }
    bool isSingleActive() const { return m_isSingleActive; }

    bool isEmpty() const { return m_all.empty(); }
    std::size_t count() const { return m_all.size(); }
    const std::vector<Consumer*>& all() const { return m_all; }
    bool hasExclusive() const { return m_all.size() == 1 && m_all.front()->isExclusive; }
    /// The single active consumer; nullptr: none, or the queue has no such rule.
    const Consumer* active() const { return m_active; }

    void add(Consumer& consumer, WallTime now);
    void remove(Consumer& consumer, WallTime now);

    /// Whose turn it is, or nullptr when all are parked.
    Consumer* current()
    {
        // Rounds without anybody are removed, but for the last one.
        return m_rounds.empty() || m_rounds.front().members.isEmpty()
                   ? nullptr
                   : m_rounds.front().members.front();
    }
    /// The current one got a message: it goes to the end of its round.
    void advance();
    /// The current one can't take a message.
    void parkCurrent();
    /// It may be able to again.
    void unpark(Consumer& consumer);

private:
    struct Round {
        std::int32_t priority = 0;
        Ring<Consumer*> members;
    };

    void join(Consumer& consumer);
    void dropEmptyRound(std::size_t at);
    void activateNext(WallTime now);

    std::vector<Consumer*> m_all;  // in the order of their arrival
    std::vector<Round> m_rounds;   // by falling priority
    bool m_isSingleActive = false;
    Consumer* m_active = nullptr;
};

}  // namespace warren::broker
