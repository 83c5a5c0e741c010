#pragma once

#include "core/broker/command.h"
#include "core/broker/errors.h"
#include "core/broker/paging.h"
#include "core/broker/relaying.h"
#include "core/broker/state.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace warren::broker {

/// How messages leave queues: consumers, gets, acknowledgements, requeues, and the delivery itself.
/// Thread: the broker's.
class Consuming {
public:
    Consuming(State& state, Paging& paging, Relaying& relaying)
        : m_state(state), m_paging(paging), m_relaying(relaying)
    {
    }

    Verdict consume(Channel& channel, const Consume& command);
    void cancel(Channel& channel, const Cancel& command);
    Verdict get(Channel& channel, const Get& command);
    Verdict ack(Channel& channel, const Ack& command);
    Verdict reject(Channel& channel, const Reject& command);
    void recover(Channel& channel, const Recover& command);
    void setPrefetch(Channel& channel, const SetPrefetch& command);
    void setFlow(Channel& channel, bool isActive);

    /// Ends a transaction's acknowledgements. @pre they were collected by this channel
    void settle(Channel& channel, const Transaction::Settlement& settlement);
    void restore(Channel& channel, const Transaction::Settlement& settlement);

    /// Removes the channel's consumers and puts back what it holds: it is about to go.
    void leave(Channel& channel);
    /// The queue is about to go: its consumers end, and their clients are told.
    void endConsumers(Queue& queue);

    /// Hands out messages while there are some and a consumer can take one. What has expired before
    /// now goes first.
    void deliverFrom(Queue& queue);
    /// Removes what has expired, up to and including `at`; it is dead-lettered at the end of the
    /// command. Stops after a bounded number. @returns whether there is more
    bool dropExpired(Queue& queue, WallTime at);
    /// Removes the first messages while the queue is over its limits, likewise.
    bool dropOverflow(Queue& queue);
    /// Drops what came back to its queue too late, or to a queue that is full, before it goes out
    /// again. Source: RabbitMQ 3.10.8, observed.
    void trimRefilled();
    /// The channel's replies have nowhere to go any more.
    void endReplies(Channel& channel);
    /// Consumers of this connection may take messages again.
    void unparkAll(Connection& connection);

    // ---- when a queue is served elsewhere (queue_roles.h)

    /// Ends one consumer, and tells its client.
    void endConsumer(Consumer& consumer);
    /// Removes a consumer without a word. @returns its slot, which stays taken
    ConsumerSlot detachConsumer(Consumer& consumer);
    /// A consumer that has been served elsewhere goes on here, under its slot.
    void resume(Channel& channel, Queue& queue, const OwnedCommand& command, ConsumerSlot slot);
    /// What the channel holds goes back to its queue; its tag stays good for nothing.
    void giveUpHeld(Channel& channel, UnackedMessage& message, Queue& queue);

    /// The queue that a client means; an empty name is the last one it declared.
    /// @error NotFound, ResourceLocked
    Result<Queue*, Refusal> findQueue(Channel& channel, std::string_view name) const;

private:
    void unpark(Channel& channel);
    /// Wakes the parked ones of these, who waits longest first: what they wait for may suffice for
    /// one only.
    void unpark(std::vector<Consumer*>& consumers);
    void removeConsumer(Consumer& consumer);
    /// Our clients' consumers of a queue that is served elsewhere, and goes.
    void endRemoteConsumers(const Queue& queue);
    void handOut(Queue& queue, Consumer& consumer);
    /// The first message of a queue on its way to a client.
    struct Taken {
        DeliveryTag tag = 0;
        bool isRedelivered = false;
        bool isComing = false;  ///< not in memory, but the store has been asked for it
        MessagePtr message{};
        std::optional<MissingBody> missing{};  ///< set: it is not in memory
        std::optional<std::uint32_t> shownCount{};
    };
    /// Takes it out of the queue, to be acknowledged or not. @param consumer  null: of a get
    Taken takeFirst(Queue& queue, Channel& channel, Consumer* consumer, bool noAck,
                    std::optional<std::uint32_t> shownCount);
    /// Sends the Delivery or GetOk with it, now or when the message has come.
    template <typename Event>
    void post(Channel& channel, Event&& event, Taken&& taken);
    /// A delivery of this entry on this channel: sees to the redelivery mark, counts.
    void noteDelivery(Queue& queue, Channel& channel, const QueueEntry& entry);
    void extendMark(Queue& queue, std::uint8_t priority, Sequence upTo);
    void logRemoval(const Queue& queue, const QueueEntry& entry);
    /// basic.consume of direct replies.
    Verdict consumeReplies(Channel& channel, const Consume& command);
    /// What has to be known of the first message of the queue if it is not in memory.
    MissingBody missingBody(const Queue& queue, const Channel& channel, bool noAck) const;
    void armTimeout(Channel& channel, const Queue& queue);
    /// The tags that a client's ack, reject or nack names, judged before anything changes.
    Verdict judgeTag(Channel& channel, DeliveryTag tag, bool isMultiple) const;
    void acknowledge(Channel& channel, UnackedMessage& message);
    /// Of one that another node holds.
    void settleAway(Channel& channel, UnackedMessage& message, RelayRequest::Settle::How how);
    void putBack(Channel& channel, UnackedMessage& message);
    void drop(Channel& channel, UnackedMessage& message);
    void rejectForGood(Channel& channel, UnackedMessage& message);
    /// The books of consumer and channel: one unacknowledged message less.
    void releaseFrom(Channel& channel, const UnackedMessage& message);
    template <typename Settle>
    void forEachNamed(Channel& channel, DeliveryTag tag, bool isMultiple, Settle settle);

    friend class Publishing;
    State& m_state;
    Paging& m_paging;
    Relaying& m_relaying;
    std::uint64_t m_servedCount = 0;
    std::vector<Consumer*> m_woken;  // scratch
};

}  // namespace warren::broker
