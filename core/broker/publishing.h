#pragma once

#include "core/broker/command.h"
#include "core/broker/consuming.h"
#include "core/broker/errors.h"
#include "core/broker/routing.h"
#include "core/broker/state.h"

#include <string_view>
#include <vector>

namespace warren::broker {

/// How messages enter queues: routing, enqueueing, returns, publisher confirms, transactions.
/// Thread: the broker's.
class Publishing {
public:
    Publishing(State& state, Consuming& consuming)
        : m_state(state), m_consuming(consuming), m_routing(state.catalogue)
    {
    }

    /// basic.publish. @error NotFound, AccessRefused
    Verdict publish(Channel& channel, Publish&& command);
    /// A publish from the management side, outside any channel. @returns whether a queue got it
    Result<bool, Refusal> publish(Vhost& vhost, const MessagePtr& message);

    Verdict selectConfirms(Channel& channel, const SelectConfirms& command);
    Verdict selectTransactions(Channel& channel);
    Verdict commit(Channel& channel);
    Verdict rollback(Channel& channel);

    /// Sends the confirms that are due. Call once per flush.
    void confirm();

private:
    struct Target {
        Exchange* exchange = nullptr;
        const std::vector<Queue*>* queues = nullptr;
    };
    /// Where the message goes; valid until the next call.
    Result<Target, Refusal> route(Vhost& vhost, RouteCache* cache, const Message& message);
    /// @returns the log position after which it is safe; 0: nothing of it is stored
    LogPosition enqueue(const MessagePtr& message, const std::vector<Queue*>& queues);
    LogPosition enqueue(Queue& queue, const MessagePtr& message);
    void count(Channel* channel, const Target& target, bool isMandatory);
    void giveBack(Channel& channel, const MessagePtr& message);

    State& m_state;
    Consuming& m_consuming;
    Routing m_routing;
    Routing::Route m_route;           // scratch
    std::vector<Confirm> m_confirms;  // scratch
    std::vector<Queue*> m_queues;     // scratch
};

}  // namespace warren::broker
