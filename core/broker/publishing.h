#pragma once

#include "core/broker/command.h"
#include "core/broker/consuming.h"
#include "core/broker/errors.h"
#include "core/broker/routing.h"
#include "core/broker/sender_selection.h"
#include "core/broker/state.h"

#include <span>
#include <string_view>
#include <vector>

namespace warren::broker {

/// How messages enter queues: routing, enqueueing, returns, publisher confirms, transactions.
/// Thread: the broker's.
class Publishing {
public:
    Publishing(State& state, Paging& paging, Consuming& consuming)
        : m_state(state),
          m_paging(paging),
          m_consuming(consuming),
          m_routing(state.catalogue, state.prng)
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

    struct DeadLetterOutcome {
        std::size_t takenBy = 0;   ///< queues
        LogPosition position = 0;  ///< after which it is safe in all of them; 0: it is at once
    };
    /// A message that died goes on to the queues that its exchange routes it to.
    /// @param judgesCycles  leave out queues that it would come back to for ever
    DeadLetterOutcome publishDeadLetter(Vhost& vhost, Exchange& exchange, const MessagePtr& message,
                                        bool judgesCycles);

    /// Another node has routed a message to this queue.
    /// @returns the position after which it is safe; 0: it is at once
    LogPosition takeRelayed(Queue& queue, const MessagePtr& message, bool& isRefused);
    /// What the channel published at this position was not taken, or nobody knows.
    void refuse(Channel& channel, LogPosition position);

    /// Delivers what exchanges have kept into what was newly bound to them.
    void deliverReplays();
    /// Routes the copies that tracing has made.
    void deliverTraces();
    /// Routes what happened to who listens.
    void deliverNotices();

    /// Sends the confirms that are due. Call once per flush.
    void confirm();

private:
    /// What became of a message: the log position after which it is safe (0: nothing of it is
    /// stored), and whether a full queue refused it.
    struct Outcome {
        LogPosition position = 0;
        bool isRefused = false;
        LogPosition storedAt = 0;  ///< where it is stored, be it for want of memory only
    };
    struct Target {
        Exchange* exchange = nullptr;
        const std::vector<Queue*>* queues = nullptr;
        /// Exchanges that keep the message.
        std::span<Exchange* const> keepers{};
    };
    /// Where the message goes; valid until the next call.
    Result<Target, Refusal> route(Vhost& vhost, Channel* channel, const Message& message);
    /// The same for a message that names routing keys itself.
    Result<Target, Refusal> routeToAll(Vhost& vhost, Channel* channel, const Message& message);
    /// The queues for all of its keys, in m_route.
    void findQueues(const Vhost& vhost, Exchange& exchange, const Message& message,
                    const SenderSelectedKeys& keys);
    Target targetOf(Exchange& exchange) const
    {
        return {&exchange, &m_route.queues, m_route.keepers};
    }
    static void keep(std::span<Exchange* const> keepers, const MessagePtr& message);
    /// Whether this user may publish in another's name. Spec: RabbitMQ, "Validated User-ID".
    Verdict judgeUserId(const Channel& channel, const Message& message) const;
    /// All that a channel's publish is judged by but its exchange; the message may become another.
    Verdict judge(Channel& channel, MessagePtr& message) const;
    /// The exchange of a message, if the channel's user may write there.
    /// @param channel  nullptr: the management side, which may do everything
    /// @error NotFound, AccessRefused
    Result<Exchange*, Refusal> findExchange(Vhost& vhost, const Channel* channel,
                                            const Message& message) const;
    /// Of a message that nobody waits for and nobody counts.
    void enqueueFrom(Vhost& vhost, Exchange& exchange, const MessagePtr& message);
    /// Replies go to a channel, not to a queue.
    void deliverReply(const MessagePtr& message);
    Outcome enqueue(const MessagePtr& message, const std::vector<Queue*>& queues);
    Outcome enqueue(Queue& queue, const MessagePtr& message);
    /// To a queue that another node leads.
    Outcome sendAway(const Queue& queue, const MessagePtr& message);
    Outcome append(Queue& queue, const MessagePtr& message);
    void noteBacklog(Channel& channel, const Message& message, const Outcome& outcome);
    void count(Channel* channel, const Target& target, bool isMandatory);
    void giveBack(Channel& channel, const MessagePtr& message);

    State& m_state;
    Paging& m_paging;
    Consuming& m_consuming;
    Routing m_routing;
    Channel* m_publisher = nullptr;        // who waits for what is being enqueued
    Routing::Route m_route;                // scratch
    std::vector<Confirm> m_confirms;       // scratch
    std::vector<Queue*> m_queues;          // scratch
    std::vector<std::string_view> m_keys;  // scratch
};

}  // namespace warren::broker
