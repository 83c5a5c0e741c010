#include "core/broker/broker.h"

#include <utility>

// What the broker does as part of a cluster.
namespace warren::broker {

using amqp::ReplyCode;

void Broker::addReachable(NodeId node)
{
    if (!m_state.reachableNodes.insert(node).second) return;
    m_roles.resubscribeAll();
}

void Broker::removeReachable(NodeId node)
{
    if (m_state.reachableNodes.erase(node) == 0) return;
    for (const auto& [id, number] : m_relaying.lose(node)) {
        Connection* connection = m_state.findConnection(id);
        Channel* channel = connection == nullptr ? nullptr : connection->findChannel(number);
        if (channel == nullptr || channel->isClosing) continue;
        m_connections.failChannel(
            *channel,
            {ReplyCode::ResourceLocked, "the node that was asked is down or inaccessible", {}});
    }
    followUp();
}

void Broker::addRelayed(ConnectionId id, const RelayRequest::Open& request)
{
    m_connections.addRelayed(id, request);
    followUp();
}

void Broker::settleRelayed(ConnectionId id, ChannelNumber number,
                           const RelayRequest::Settle& settle)
{
    Connection* connection = m_state.findConnection(id);
    Channel* channel = connection == nullptr ? nullptr : connection->findChannel(number);
    if (channel == nullptr || channel->isClosing) return;
    if (channel->unacked.find(settle.tag) == nullptr) return;  // the queue has moved since
    const ActorScope actor(m_state, connection->user);
    using How = RelayRequest::Settle::How;
    if (settle.how == How::Ack) {
        (void)m_consuming.ack(*channel, {.tag = settle.tag});  // judged just now
    } else {
        (void)m_consuming.reject(*channel,
                                 {.tag = settle.tag, .requeues = settle.how == How::Requeue});
    }
    followUp();
}

std::optional<LogPosition> Broker::takeRelayed(QueueId id, const MessagePtr& message)
{
    Queue* queue = m_state.catalogue.findQueue(id);
    if (queue == nullptr || !queue->isLed()) return std::nullopt;
    bool isRefused = false;
    const LogPosition position = m_publishing.takeRelayed(*queue, message, isRefused);
    followUp();
    if (isRefused) return std::nullopt;
    return position;
}

void Broker::takeRelayEvent(NodeId from, RelayEvent&& event)
{
    const ConnectionId id = event.connection;
    const ChannelNumber number = event.channel;
    auto failure = m_relaying.take(from, std::move(event));
    if (!failure) return;
    if (failure->isOfConnection) {
        closeConnection(id, std::move(failure->error));
    } else {
        closeChannel(id, number, std::move(failure->error));
    }
}

void Broker::refusePublish(ConnectionId id, ChannelNumber number, LogPosition position)
{
    Connection* connection = m_state.findConnection(id);
    Channel* channel = connection == nullptr ? nullptr : connection->findChannel(number);
    if (channel != nullptr && !channel->isClosing) m_publishing.refuse(*channel, position);
}

void Broker::closeWaitingRelayed(const std::string& reason)
{
    std::vector<ConnectionId> waiting;
    for (const auto& [id, connection] : m_state.connections) {
        const bool isWaiting = connection->isRelayed && connection->hasHeld();
        if (isWaiting && !connection->isClosed) waiting.push_back(id);
    }
    for (const ConnectionId id : waiting)
        closeConnection(id, {ReplyCode::ConnectionForced, reason, {}});
}

void Broker::refuseUnconfirmed()
{
    for (Channel* channel : m_state.confirmChannels())
        channel->confirms.refuseAll();
}

void Broker::doubtHeldDeliveries()
{
    for (const auto& [id, connection] : m_state.connections)
        connection->doubtHeld();
}

}  // namespace warren::broker
