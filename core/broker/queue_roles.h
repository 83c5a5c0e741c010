#pragma once

#include "core/broker/consuming.h"
#include "core/broker/policies.h"
#include "core/broker/relaying.h"
#include "core/broker/state.h"

namespace warren::broker {

/// What this node is to its queues, and what follows when that changes: consumers stay, wherever
/// the queue is served from then on.
/// Thread: the broker's.
class QueueRoles {
public:
    QueueRoles(State& state, Consuming& consuming, Relaying& relaying)
        : m_state(state), m_consuming(consuming), m_relaying(relaying)
    {
    }

    /// This node serves the queue from now on: with what it has of it.
    /// @param isMirrored  whether others follow it
    void lead(Queue& queue, bool isMirrored);
    /// Another one does, and this one keeps a copy. @param isFailover  the old one is lost
    void mirror(Queue& queue, NodeId leader, bool isFailover);
    /// Another one does, and this one keeps nothing.
    void letGo(Queue& queue, NodeId leader, bool isFailover);

    /// Consumers of our clients find their queue where it is served now. Call when a role or a way
    /// has changed.
    void resubscribe(Queue& queue);
    void resubscribeAll();

private:
    void follow(Queue& queue, NodeId leader, bool isFailover);
    void stepDown(Queue& queue, bool isFailover);
    void releaseHeld(Queue& queue);
    void clear(Queue& queue);

    State& m_state;
    Consuming& m_consuming;
    Relaying& m_relaying;
};

}  // namespace warren::broker
