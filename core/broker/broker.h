#pragma once

#include "core/base/time.h"
#include "core/broker/access.h"
#include "core/broker/administration.h"
#include "core/broker/agreed_changes.h"
#include "core/broker/alarm.h"
#include "core/broker/command.h"
#include "core/broker/connections.h"
#include "core/broker/consuming.h"
#include "core/broker/dead_letter.h"
#include "core/broker/declarations.h"
#include "core/broker/lifetimes.h"
#include "core/broker/mirror_copies.h"
#include "core/broker/outbox.h"
#include "core/broker/paging.h"
#include "core/broker/policies.h"
#include "core/broker/publishing.h"
#include "core/broker/queue_roles.h"
#include "core/broker/relaying.h"
#include "core/broker/state.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace warren::broker {

/// The broker as a pure machine: commands in, events and stored operations out. It knows no socket,
/// no clock, no database and no thread; the same calls give the same output, byte for byte.
///
/// Only dispatches: the rules are in connections, declarations, publishing and consuming.
/// Usage: any number of `apply`, then one `flush`, then `drainEvents` and `takeOperations`.
/// Thread: one, the broker's.
class Broker {
public:
    /// @param seed  of the names that the broker gives (amq.gen-…); not secret
    explicit Broker(std::uint64_t seed);

    // ---- after a restart, before anything else

    void restore(const CatalogueChange& change);
    /// A message that the store kept.
    struct RestoredMessage {
        Sequence sequence = 0;
        LogPosition position = 0;
        MessagePtr message{};         ///< null: it stays on disk until it is wanted
        std::uint32_t bodyBytes = 0;  ///< this and the next: what it has, if it is null
        std::uint8_t priority = 0;    ///< its property
        bool wasDelivered = false;
        WallTime expiresAt{};
        std::uint32_t deliveryCount = 0;
    };
    /// In the order of sequences. Messages of unknown queues are left out. @returns whether it was
    /// taken
    bool restore(QueueId queue, RestoredMessage&& restored);
    /// New positions and queue ids start above these.
    void finishRestore(LogPosition lastPosition, QueueId lastQueueId);
    /// Creates the vhost if it is missing.
    void ensureVhost(std::string_view name);
    /// Tells what happens in the vhost's exchange amq.rabbitmq.event, which is created if it is
    /// missing and the vhost is not.
    void setEventVhost(std::string_view name);

    // ---- time

    /// What time it is from here on. Call before each round of commands and before `flush`.
    void setNow(Instant now, WallTime wallNow);
    /// How long deliveries may be held unacknowledged; nullopt: for ever. Holds for later
    /// deliveries.
    void setConsumerTimeout(std::optional<std::chrono::milliseconds> timeout)
    {
        m_state.consumerTimeout = timeout;
    }
    /// When the broker has something to do though nobody asks: `setNow` and `flush` then, or soon
    /// after. Instant::never(): nothing.
    Instant nextDeadline() const;

    // ---- clients

    /// A socket was accepted. Its id must be new.
    /// @param name  who it is, for people: "peer:port -> local:port"
    void addConnection(ConnectionId id, std::string name = {}, bool usesTls = false);
    /// How traces and events name this node.
    void setNodeName(std::string name) { m_state.nodeName = std::move(name); }
    /// One request of a client. @pre the connection was added, and not lost since
    void apply(ConnectionId id, Command&& command);
    /// How many bytes of deliveries the connection's socket may take now.
    void setSendCredit(ConnectionId id, std::int64_t bytes);

    // ---- the world

    /// The store has made everything up to this position durable.
    void commit(LogPosition upTo);
    /// How much memory the messages of all queues may take (body_memory.h).
    void setBodyLimits(std::size_t keptBytes, std::size_t bytesMax);
    /// All that there is to set about it, for tests.
    BodyMemory& bodyMemory() { return m_state.memory(); }
    /// The store's answers to takeBodyRequests, in the same order; a message that has been removed
    /// since is null.
    void provideBodies(std::vector<LoadedBody>&& bodies);
    /// Blocks publishers while there is an alarm, from their next message on.
    void setAlarms(Alarms alarms);
    /// Ends a connection. @returns whether there is such an open one
    bool closeConnection(ConnectionId id, amqp::AmqpError error);
    /// Ends a channel. @returns whether there is such an open one
    bool closeChannel(ConnectionId id, ChannelNumber number, amqp::AmqpError error);
    /// Before an orderly stop, after the last connection was lost: tells the store exactly what was
    /// delivered.
    void logExactMarks();

    // ---- the cluster

    /// What the broker has to know of it; whoever runs it keeps it right.
    void setClustered(bool isClustered) { m_state.isClustered = isClustered; }
    void setDefinitionsLeader(NodeId node) { m_state.definitionsLeader = node; }
    /// Requests can be sent there from now on.
    void addReachable(NodeId node);
    /// No longer: what was going on there is given up.
    void removeReachable(NodeId node);
    /// New queues get ids above this one.
    void noteQueueId(QueueId id) { m_state.lastQueueId = std::max(m_state.lastQueueId, id); }
    AgreedChanges& agreedChanges() { return m_agreedChanges; }
    QueueRoles& roles() { return m_roles; }
    MirrorCopies& mirrorCopies() { return m_mirrorCopies; }
    Queue* findQueue(QueueId id) { return m_state.catalogue.findQueue(id); }

    /// Counterparts of other nodes' client connections.
    void addRelayed(ConnectionId id, const RelayRequest::Open& request);
    void settleRelayed(ConnectionId id, ChannelNumber channel, const RelayRequest::Settle& settle);
    /// A message that another node has routed to this queue. @returns nothing if it is refused;
    /// else the position after which it is safe
    std::optional<LogPosition> takeRelayed(QueueId queue, const MessagePtr& message);
    void takeRelayEvent(NodeId from, RelayEvent&& event);
    /// A publish of ours was not taken, or nobody knows: its publisher is told.
    void refusePublish(ConnectionId connection, ChannelNumber channel, LogPosition position);
    /// The publishers of everything that is not confirmed yet are told that it may be lost.
    void refuseUnconfirmed();
    /// Deliveries that wait for what others have may have been made by somebody else meanwhile:
    /// they go out as redelivered.
    void doubtHeldDeliveries();
    /// What other nodes' clients wait for here may never be so: they lose their connections.
    void closeWaitingRelayed(const std::string& reason);
    /// Since the last call; each waits for its position to be committed.
    std::vector<RemotePublish> takeRemotePublishes()
    {
        return std::exchange(m_state.remotePublishes, {});
    }
    std::map<NodeId, std::vector<RelayRequest>> takeRelayRequests()
    {
        return m_relaying.takeRequests();
    }
    LogPosition lastPosition() const { return m_state.lastPosition(); }

    // ---- output

    /// Delivers and confirms what is due. Call after each round of commands.
    void flush();
    /// Whether another flush would have something to do.
    bool hasWork() const
    {
        return m_state.hasDirtyQueues() || !m_state.changedSettings.empty() ||
               !m_state.bodyRequests.empty() || m_state.timers.next() <= m_state.now;
    }
    /// Hands over the events since the last call, per connection and in order, as
    /// `take(ConnectionId, std::span<Event>)`.
    template <typename Take>
    void drainEvents(Take take)
    {
        m_draining.swap(m_state.dirtyConnections());
        for (const ConnectionId id : m_draining) {
            Connection* connection = m_state.findConnection(id);
            if (connection == nullptr) continue;
            connection->isDirty = false;
            take(id, std::span<Event>{connection->events()});
            forgetEvents(*connection);
        }
        m_draining.clear();
    }
    /// The operations since the last call, for the store.
    std::vector<StoredOperation> takeOperations();
    /// The messages that are wanted back from the store since the last call. It has to be asked
    /// before it gets the operations that follow.
    std::vector<BodyRequest> takeBodyRequests();
    /// Whether consumers have acknowledged and got more since the last call, and still thousands of
    /// messages wait for them: whoever lets publishers have less now lets consumers catch up.
    bool takeConsumersBehind() { return std::exchange(m_state.areConsumersBehind, false); }

    // ---- management: the same rules, no connection

    Declarations& declarations() { return m_declarations; }
    Administration& administration() { return m_administration; }
    Publishing& publishing() { return m_publishing; }
    Policies& policies() { return m_policies; }
    Vhost* findVhost(std::string_view name) const { return m_state.catalogue.findVhost(name); }
    /// For looking at; nothing but `apply` and its kin changes it.
    const State& state() const { return m_state; }

private:
    /// What a command or a flush has set off: replays, traces, queues that go, messages that came
    /// back too late, and dead letters.
    void followUp();
    void applyToConnection(Connection& connection, CommandBody& body);
    void applyToChannel(Channel& channel, CommandBody& body);
    void applyDeclaration(Channel& channel, CommandBody& body);
    void settleVerdict(Channel& channel, const Verdict& verdict, const CommandBody& body);
    void answer(Channel& channel, LogPosition position, bool noWait, EventBody&& event);
    void forgetEvents(Connection& connection);

    Verdict on(Channel& channel, const DeclareExchange& command);
    Verdict on(Channel& channel, const DeleteExchange& command);
    Verdict on(Channel& channel, const BindExchange& command);
    Verdict on(Channel& channel, const UnbindExchange& command);
    Verdict on(Channel& channel, const DeclareQueue& command);
    Verdict on(Channel& channel, const DeleteQueue& command);
    Verdict on(Channel& channel, const BindQueue& command);
    Verdict on(Channel& channel, const UnbindQueue& command);
    Verdict on(Channel& channel, const PurgeQueue& command);
    Verdict changeBinding(Channel& channel, Result<LogPosition, Refusal> result, bool noWait,
                          PlainReply reply);

    State m_state;
    Paging m_paging;
    Relaying m_relaying;
    Consuming m_consuming;
    Publishing m_publishing;
    Policies m_policies;
    Declarations m_declarations;
    Connections m_connections;
    Administration m_administration;
    QueueRoles m_roles;
    MirrorCopies m_mirrorCopies;
    AgreedChanges m_agreedChanges;
    DeadLettering m_deadLettering;
    Lifetimes m_lifetimes;
    std::vector<ConnectionId> m_draining;
};

}  // namespace warren::broker
