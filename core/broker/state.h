#pragma once

#include "core/base/ids.h"
#include "core/base/prng.h"
#include "core/base/ring.h"
#include "core/base/time.h"
#include "core/broker/access.h"
#include "core/broker/alarm.h"
#include "core/broker/catalogue.h"
#include "core/broker/connection.h"
#include "core/broker/counters.h"
#include "core/broker/queue_operation.h"
#include "core/broker/relay_request.h"
#include "core/broker/timers.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace warren::broker {

/// Why a message leaves its queue without having been consumed.
enum class DeathReason : std::uint8_t { Rejected, Expired, LengthLimit, DeliveryLimit };

/// A message that has left its queue, on its way to a dead-letter exchange.
struct DeadLetter {
    QueueId queue;
    DeathReason reason = DeathReason::Rejected;
    QueueEntry entry;
    bool isLost = false;  ///< its queue has gone, and its message with it
    bool isMissing() const { return !entry.isInMemory() && !isLost; }
};

/// Who waits for a message to come back from the disk.
struct BodyWait {
    ConnectionId connection;
    ChannelNumber channel = 0;
    bool isDeadLetter = false;  ///< else an event of this channel does
};

/// A message whose dead letters are on their way: it leaves its queue for good once they are safe.
struct DelayedRemoval {
    LogPosition after = 0;  ///< of the last of them
    QueueId queue;
    QueueEntry entry;
    Remove operation() const
    {
        return {queue, entry.sequence, entry.position, RemovalReason::DeadLettered};
    }
};

/// What an exchange has kept, on its way to the queue or exchange that was just bound to it.
struct Replay {
    std::string vhost;
    DestinationKind kind = DestinationKind::Queue;
    std::string destination;
    std::vector<MessagePtr> messages;
};

/// A channel, or a whole connection, that was closed for a fault of its client.
struct ClosedChannel {
    std::uint64_t number = 0;  ///< counts all closes
    WallTime at;
    std::string connection;     ///< its name, for people
    ChannelNumber channel = 0;  ///< 0: the connection
    std::string vhost;
    std::string user;
    amqp::AmqpError error{};
};

/// A copy of a message for its vhost's exchange amq.rabbitmq.trace.
struct Trace {
    std::string vhost;
    MessagePtr message;
};

/// Where replies to a channel go. Spec: RabbitMQ, "Direct Reply-to".
struct ReplyAddress {
    ConnectionId connection;
    ChannelNumber channel = 0;
};

/// Everything that the broker knows, and the few steps that all its rules share: post an event, log
/// an operation, put a queue on the list. The rules themselves are in declarations, publishing,
/// consuming and connections. Thread: the broker's.
class State {
public:
    explicit State(std::uint64_t seed) : prng(seed) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    Catalogue catalogue;
    Access access{catalogue};
    std::unordered_map<ConnectionId, std::unique_ptr<Connection>> connections;
    MessageCounters counters;
    Prng prng;
    Instant now;       ///< of this round of commands
    WallTime wallNow;  ///< likewise, of the calendar
    QueueId lastQueueId;
    std::string nodeName;  ///< as traces name it
    // What the broker has to know of its cluster; who runs it keeps it right.
    bool isClustered = false;
    NodeId definitionsLeader{};       ///< through whom definitions change; kNoNode: nobody
    std::set<NodeId> reachableNodes;  ///< others that requests can be sent to
    bool isApplyingAgreed = false;    ///< changes come from the cluster: it knows them
    /// By position. What is here counts as there for mirrors (mirror_copies.h).
    std::deque<DelayedRemoval> delayedRemovals;
    std::vector<RemotePublish> remotePublishes;  ///< since the last call of Broker::take…
    /// Why publishers are blocked, if they are.
    Alarms alarms;
    /// Whose exchange amq.rabbitmq.event hears what happens.
    std::string eventVhost = "/";
    /// Who is at work, for events: a user, or one of RabbitMQ's words. Borrowed.
    std::string_view actor;
    /// How long a consumer may hold a message unacknowledged; nullopt: for ever.
    std::optional<std::chrono::milliseconds> consumerTimeout;
    /// By the routing key that replies are sent to.
    TextMap<ReplyAddress> replyAddresses;
    Timers timers;

    /// The last closes for a fault, oldest first.
    static constexpr std::size_t kClosesKept = 100;
    const Ring<ClosedChannel>& closes() const { return m_closes; }
    /// Remembers this one, if it is for a fault.
    void noteClose(const Connection& connection, ChannelNumber channel,
                   const amqp::AmqpError& error);

    Connection* findConnection(ConnectionId id) const;

    // ---- events

    void post(Connection& connection, ChannelNumber channel, EventBody&& body);
    void post(Channel& channel, EventBody&& body)
    {
        post(channel.connection, channel.number, std::move(body));
    }
    /// From here on the channel's events wait for the store.
    void hold(Channel& channel, LogPosition until);

    // ---- the store's log

    /// The next place in the log.
    LogPosition nextPosition() { return ++m_lastPosition; }
    void log(StoredOperation&& operation) { m_operations.push_back(std::move(operation)); }
    /// Changes the catalogue; what must survive is logged.
    /// @returns the log position to wait for before the change may be called done; 0: none
    LogPosition change(CatalogueChange&& change, bool isStored);
    /// The store has committed; events that waited for it are let go.
    void commit(LogPosition upTo);
    LogPosition committed() const { return m_committed; }
    LogPosition lastPosition() const { return m_lastPosition; }
    void restorePosition(LogPosition last) { m_lastPosition = m_committed = last; }
    std::vector<StoredOperation>& operations() { return m_operations; }

    /// A message has left its queue and was not consumed: it goes to the queue's dead-letter
    /// exchange at the end of the command, or to nobody.
    void discard(const Queue& queue, QueueEntry&& entry, DeathReason reason);
    Ring<DeadLetter> deadLetters;
    std::size_t deadLettersAsked = 0;     ///< the first ones: their messages were asked for
    std::size_t deadLettersThere = 0;     ///< the first ones: nothing is missing of them
    std::size_t deadLetterLoadBytes = 0;  ///< of those asked for, what has not come yet

    // ---- what is on disk only (paging.h)

    BodyMemory& memory() { return catalogue.memory(); }
    const BodyMemory& memory() const { return catalogue.memory(); }
    /// For the store, in order.
    std::vector<BodyRequest> bodyRequests;
    /// By the position of what they wait for.
    std::multimap<LogPosition, BodyWait> bodyWaits;
    /// The connection holds events back.
    void noteHolding(Connection& connection);
    /// Lets go what need not wait any longer.
    void release(Connection& connection);
    /// A message of the connection is on its way to the disk.
    void noteBacklog(Connection& connection, LogPosition position, std::size_t bytes);
    /// Connections with messages on that way.
    std::size_t backloggedCount() const { return m_backlogged.size(); }
    /// What this flush may still hand out, so that sockets are served in between.
    std::int64_t deliveryBytesLeft = kUnlimited;
    /// A queue has more than its consumers may take, who do take; see Broker::takeConsumersBehind.
    bool areConsumersBehind = false;
    static constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

    /// Delivered at the end of the command.
    std::vector<Replay> replays;
    /// Routed at the end of the command or flush.
    std::vector<Trace> traces;
    /// Events for amq.rabbitmq.event; routed likewise.
    std::vector<MessagePtr> notices;

    // ---- work for the next flush

    void markDirty(Queue& queue)
    {
        if (queue.isDirty) return;
        queue.isDirty = true;
        m_dirtyQueues.push_back(queue.id());
    }
    void noteConfirms(Channel& channel)
    {
        if (channel.hasNewConfirms) return;
        channel.hasNewConfirms = true;
        m_confirmChannels.push_back(&channel);
    }
    /// Before a channel goes.
    void forgetConfirms(Channel& channel);
    std::vector<QueueId> takeDirtyQueues() { return std::exchange(m_dirtyQueues, {}); }
    bool hasDirtyQueues() const { return !m_dirtyQueues.empty(); }
    /// Channels that published with confirms and still wait, or have something due.
    std::vector<Channel*>& confirmChannels() { return m_confirmChannels; }
    std::vector<ConnectionId>& dirtyConnections() { return m_dirtyConnections; }

    /// Queues whose settings have changed: limits and lifetimes hold at once.
    std::vector<QueueId> changedSettings;
    /// Queues to which messages came back: at the end of the command they give up what has expired
    /// meanwhile, and what is too much.
    std::vector<QueueId> refilledQueues;
    /// Queues that go at the end of the command: auto-delete ones that lost their last consumer.
    std::vector<QueueId> doomedQueues;

private:
    std::vector<QueueId> m_dirtyQueues;
    std::vector<Channel*> m_confirmChannels;
    std::vector<ConnectionId> m_dirtyConnections;
    std::vector<ConnectionId> m_holdingConnections;
    std::vector<ConnectionId> m_backlogged;
    std::vector<StoredOperation> m_operations;
    Ring<ClosedChannel> m_closes;
    std::uint64_t m_closeCount = 0;
    LogPosition m_lastPosition = 0;
    LogPosition m_committed = 0;
};

/// For its lifetime somebody else is at work. @param actor  borrowed
class ActorScope {
public:
    ActorScope(State& state, std::string_view actor)
        : m_state(state), m_before(std::exchange(state.actor, actor))
    {
    }
    ~ActorScope() { m_state.actor = m_before; }
    ActorScope(const ActorScope&) = delete;
    ActorScope& operator=(const ActorScope&) = delete;

private:
    State& m_state;
    std::string_view m_before;
};

}  // namespace warren::broker
