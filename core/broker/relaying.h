#pragma once

#include "core/broker/channel.h"
#include "core/broker/connection.h"
#include "core/broker/errors.h"
#include "core/broker/relay_request.h"
#include "core/broker/state.h"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace warren::broker {

/// What a channel has going on at other nodes. Owned by the channel; null for most.
class ChannelRelays {
public:
    /// A consumer of a queue that another node serves.
    struct RemoteConsumer {
        QueueId queue;
        NodeId node;            ///< who serves it; kNoNode: nobody at the moment
        ConsumerSlot slot = 0;  ///< ours, which the client's session knows
        OwnedCommand command;
    };
    /// An answer that is to come.
    struct Expected {
        std::uint64_t place = 0;  ///< of the client's answer among its events; 0: nobody waits
        OwnedCommand::Kind kind = OwnedCommand::Kind::Get;
        bool isOpening = false;  ///< the channel's own open-ok
        std::string tag{};       ///< of a Consume or Cancel
        bool noAck = false;
        bool noWait = false;
        bool isExclusive = false;
    };
    struct Counterpart {
        std::uint32_t opening = 0;
        std::deque<Expected> expected{};
        std::unordered_map<ConsumerSlot, std::string> tags{};  ///< by the other node's slots
    };

    std::map<NodeId, Counterpart> counterparts;
    std::map<std::string, RemoteConsumer, std::less<>> consumers;  ///< by tag
};

/// The client's node's part in serving clients of queues that other nodes lead: sends their
/// commands there, and puts the answers where they belong among the channel's events. What is meant
/// for a node that can't be reached is refused, or given up when the way there is lost.
/// Thread: the broker's.
class Relaying {
public:
    explicit Relaying(State& state) : m_state(state) {}

    /// Where this command has to happen; NodeId{}: here.
    NodeId destinationOf(Channel& channel, const CommandBody& body) const;
    /// Sends it there; the answer comes later, in its place. @error why it can't
    Verdict forward(Channel& channel, const CommandBody& body, NodeId to);
    /// What concerns all nodes that the channel has to do with, beside this one.
    void forwardToAll(Channel& channel, const CommandBody& body);
    /// The client has settled a delivery that came from there.
    void settle(Channel& channel, const UnackedMessage& message, RelayRequest::Settle::How how);
    /// The channel goes: its counterparts too.
    void leave(Channel& channel);
    /// The connection goes.
    void leave(Connection& connection);
    /// The client's socket has room again.
    void giveCredit(Connection& connection);

    /// Something came back. @returns an error that ends the channel (`isOfConnection`: all of it)
    struct Failure {
        amqp::AmqpError error;
        bool isOfConnection = false;
    };
    std::optional<Failure> take(NodeId from, RelayEvent&& event);

    /// Subscribes a consumer at the node that serves its queue now, without telling the client.
    void subscribe(Channel& channel, const std::string& tag, NodeId to);
    /// The consumer is served from elsewhere than where it was asked for: whoever was asked need
    /// not answer any more, the client is told now. Call before its deliveries can come from there.
    void settleConsume(Channel& channel, const std::string& tag);
    /// Makes a consumer of ours one of another node's.
    void adopt(Channel& channel, const std::string& tag, ChannelRelays::RemoteConsumer&& consumer);

    /// The way to the node, or the node itself, is lost: what was going on there is given up.
    /// @returns channels that wait for an answer and have to be closed
    std::vector<std::pair<ConnectionId, ChannelNumber>> lose(NodeId node);

    /// By node, since the last call.
    std::map<NodeId, std::vector<RelayRequest>> takeRequests() { return std::exchange(m_out, {}); }

private:
    struct RemoteSide {
        std::uint64_t receivedBytes = 0;
        std::uint64_t creditedBytes = 0;
    };
    NodeId placeOf(Channel& channel, const CommandBody& body) const;
    ChannelRelays::Counterpart& counterpart(Channel& channel, NodeId node);
    void send(NodeId to, const Channel& channel, RelayRequest::Body&& body);
    void expect(Channel& channel, NodeId node, ChannelRelays::Expected&& expected);
    void deliver(Channel& channel, NodeId from, ChannelRelays::Counterpart& side,
                 Delivery&& delivery);
    void answer(Channel& channel, NodeId from, ChannelRelays::Counterpart& side, EventBody&& body);
    /// Nobody will answer: what follows on the channel need not wait.
    void abandon(Channel& channel, const ChannelRelays::Counterpart& side);
    RemoteSide* findSide(ConnectionId connection, NodeId node);

    State& m_state;
    std::map<std::pair<ConnectionId, NodeId>, RemoteSide> m_sides;
    std::map<NodeId, std::vector<RelayRequest>> m_out;
    std::uint64_t m_lastPlace = 0;
    std::uint32_t m_lastOpening = 0;
};

}  // namespace warren::broker
