#pragma once

#include "core/broker/connections.h"
#include "core/broker/consuming.h"
#include "core/broker/declarations.h"
#include "core/broker/state.h"

namespace warren::broker {

/// What ends by itself: messages that expire, queues that nobody uses, deliveries that are not
/// acknowledged in time, and messages over a limit that has just been lowered.
///
/// Nothing here looks at more than it has to: each queue and each channel is in State::timers once.
/// Thread: the broker's.
class Lifetimes {
public:
    Lifetimes(State& state, Consuming& consuming, Declarations& declarations,
              Connections& connections)
        : m_state(state),
          m_consuming(consuming),
          m_declarations(declarations),
          m_connections(connections)
    {
    }

    /// Does what is due. Call with each flush, before deliveries.
    void run();
    /// After deliveries: what expires at this very moment goes now, over-long queues are cut, and
    /// the queue is looked at again in time.
    void settle(Queue& queue);

private:
    void look(Queue& queue);
    void look(Channel& channel);
    Instant at(WallTime time) const;

    State& m_state;
    Consuming& m_consuming;
    Declarations& m_declarations;
    Connections& m_connections;
};

}  // namespace warren::broker
