#pragma once

#include "core/broker/body_memory.h"
#include "core/broker/state.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace warren::broker {

/// Which messages are in memory: what leaves it for the disk, and what comes back for whom.
///
/// Stored messages leave as soon as they are durable and lie behind the head of their queue, once
/// all messages together take more than BodyMemory::keptBytes; that costs nothing but forgetting
/// them. Beyond BodyMemory::bytesMax the heads shrink too, and messages that are nowhere but in
/// memory are stored, the last of each queue first ("spilled"); a restart forgets those.
///
/// Deliveries never wait for the disk: who gets which message is decided at once, and only the
/// event waits for its body, with all that follows it on its channel. Queues with consumers ask for
/// what follows their head ahead of that.
/// Thread: the broker's.
class Paging {
public:
    explicit Paging(State& state) : m_state(state) {}

    /// A stored message has joined a queue. Costs a look, mostly.
    void noteEnqueued(Queue& queue, std::uint8_t priority);
    /// Any message has.
    void noteGrown(Queue& queue);
    /// Whether a message that need not be stored has to be, to relieve memory.
    bool mustSpill(const Queue& queue) const;
    /// It is, from here on; the caller has logged its Enqueue.
    void noteSpilled(const BodyRequest& spilled, std::size_t memoryBytes);

    /// The store has committed: what is durable now may leave.
    void afterCommit();
    /// Brings memory below its limit. Call with each flush.
    void relieve();
    /// Before deliveries from a queue with consumers.
    void readAhead(Queue& queue);

    /// A delivery or the answer to a get, whose message is on disk only: it is sent when the
    /// message is there, and what follows on its channel then too.
    /// @param isComing  the message has been asked for already
    void postWithoutBody(Channel& channel, EventBody&& body, MissingBody&& missing, bool isComing);
    /// Asks for what the connection waits for, as far as its socket takes it.
    void askFor(Connection& connection);
    /// The first dead letters wait for their messages.
    void askForDeadLetters();

    /// The store's answers, in the order of the requests.
    void provide(std::vector<LoadedBody>&& bodies);

private:
    void ask(const BodyRequest& request);
    /// @returns whether anybody but the queue has waited for it
    bool giveToWaiting(const LoadedBody& body);
    void fill(Connection& connection, ChannelNumber channel, const LoadedBody& body);
    void fillDeadLetter(const LoadedBody& body);
    void feedHungry();
    std::size_t roomToLoad() const;
    void shrinkHeads();
    void spillTails();

    State& m_state;
    std::vector<QueueId> m_tails;        // queues with messages behind the head that may leave
    std::vector<QueueId> m_large;        // queues that take memory worth mentioning
    std::vector<QueueId> m_hungry;       // queues that want to read ahead when there is room
    std::vector<ConnectionId> m_filled;  // scratch
    Ring<BodyRequest> m_spilled;         // not durable yet, by position
    std::size_t m_spilledBytes = 0;      // of these
    Instant m_nextRelief{};
};

}  // namespace warren::broker
