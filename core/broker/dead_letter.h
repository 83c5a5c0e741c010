#pragma once

#include "core/base/time.h"
#include "core/broker/message.h"
#include "core/broker/publishing.h"
#include "core/broker/state.h"

#include <string>
#include <string_view>

namespace warren::broker {

class Paging;

/// RabbitMQ's word for why a message died: "rejected", "expired", "maxlen" or "delivery_limit".
std::string_view deathReasonText(DeathReason reason);

/// The message as it goes to a dead-letter exchange: another address, one more death in its headers
/// (x-death, and x-first-death-… for the first), no expiration.
/// Source: RabbitMQ 3.10.8, observed; "Dead Letter Exchanges".
/// @param queueName    that it leaves
/// @param routingKey  the queue's dead-letter routing key; nullptr: it keeps its own ones
MessagePtr deadLetterMessage(const Message& message, std::string_view queueName, DeathReason reason,
                             WallTime now, std::string_view exchange,
                             const std::string* routingKey);

/// Whether a message that died has been in this queue before, without having been rejected since:
/// then it would go round for ever.
bool isDeathCycle(const Message& message, std::string_view queueName);

/// Carries messages that died to their next queues.
///
/// What leaves a queue is put on a list (State::discard) and carried on at the end of the command
/// or flush, so that one death never happens within another. A stored message is removed from its
/// queue in the log only behind the Enqueues of its new places, and in a cluster once those are
/// safe on all nodes that matter: it is never lost in between. Thread: the broker's.
class DeadLettering {
public:
    DeadLettering(State& state, Paging& paging, Publishing& publishing)
        : m_state(state), m_paging(paging), m_publishing(publishing)
    {
    }

    /// Carries on everything on the list, and what follows from it; up to one whose message has to
    /// come back from the disk first.
    void drain();

private:
    void carryOn(const DeadLetter& letter);
    Publishing::DeadLetterOutcome publish(Queue& queue, const DeadLetter& letter);

    State& m_state;
    Paging& m_paging;
    Publishing& m_publishing;
};

}  // namespace warren::broker
