#include "core/broker/connections.h"

#include "core/base/check.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace warren::broker {

using amqp::ReplyCode;

void Connections::add(ConnectionId id, std::string name)
{
    const bool isNew =
        m_state.connections.emplace(id, std::make_unique<Connection>(id, std::move(name))).second;
    WARREN_CHECK(isNew);
}

void Connections::open(Connection& connection, const OpenConnection& command)
{
    Vhost* vhost = m_state.catalogue.findVhost(command.vhost);
    if (vhost == nullptr) {
        fail(connection, Refusal{ReplyCode::NotAllowed,
                                 "vhost " + std::string{command.vhost} + " not found",
                                 {amqp::kConnectionClass, 40}});
        return;
    }
    connection.vhost = vhost;
    connection.user = command.user;
    connection.wantsConsumerCancelNotify = command.wantsConsumerCancelNotify;
    connection.wantsBlockedNotify = command.wantsBlockedNotify;
    m_state.post(connection, 0, PlainReply::ConnectionOpenOk);
}

void Connections::close(Connection& connection)
{
    removeEverything(connection);
    m_state.post(connection, 0, PlainReply::ConnectionCloseOk);
}

void Connections::fail(Connection& connection, amqp::AmqpError error)
{
    removeEverything(connection);
    m_state.post(connection, 0, ConnectionFailed{std::move(error)});
}

void Connections::lose(ConnectionId id)
{
    Connection* connection = m_state.findConnection(id);
    if (connection == nullptr) return;
    removeEverything(*connection);
    m_state.connections.erase(id);
}

void Connections::removeEverything(Connection& connection)
{
    if (connection.isClosed) return;
    connection.isClosed = true;
    std::vector<Channel*> channels;
    connection.forEachChannel([&](Channel& channel) { channels.push_back(&channel); });
    for (Channel* channel : channels) {
        if (!channel->isClosing) m_consuming.leave(*channel);
        m_state.forgetConfirms(*channel);
        connection.eraseChannel(channel->number);
    }
    connection.dropHeld();
    if (connection.vhost != nullptr) removeExclusiveQueues(connection);
    m_declarations.removeDoomed();
}

void Connections::removeExclusiveQueues(Connection& connection)
{
    for (const QueueId id : std::exchange(connection.exclusiveQueues, {})) {
        if (Queue* queue = m_state.catalogue.findQueue(id)) m_declarations.removeQueue(*queue);
    }
}

void Connections::openChannel(Connection& connection, ChannelNumber number)
{
    WARREN_CHECK(connection.findChannel(number) == nullptr);
    Channel& channel = connection.openChannel(number);
    m_state.post(channel, PlainReply::ChannelOpenOk);
}

void Connections::closeChannel(Channel& channel)
{
    // Both sides close at once: the client still has to answer ours.
    if (channel.isClosing) {
        m_state.post(channel, PlainReply::ChannelCloseOk);
        return;
    }
    m_consuming.leave(channel);
    m_state.forgetConfirms(channel);
    m_state.post(channel, PlainReply::ChannelCloseOk);
    channel.connection.eraseChannel(channel.number);
}

void Connections::failChannel(Channel& channel, amqp::AmqpError error)
{
    WARREN_CHECK(!channel.isClosing);
    m_consuming.leave(channel);
    m_state.forgetConfirms(channel);
    channel.hasNewConfirms = false;
    channel.isClosing = true;
    m_state.post(channel, ChannelFailed{std::move(error)});
}

void Connections::confirmChannelClosed(Channel& channel)
{
    WARREN_CHECK(channel.isClosing);
    channel.connection.eraseChannel(channel.number);
}

void Connections::notePublish(Connection& connection)
{
    connection.isPublisher = true;
    if (m_state.alarm.empty() || connection.isBlocked) return;
    connection.isBlocked = true;
    if (connection.wantsBlockedNotify) m_state.post(connection, 0, Blocked{m_state.alarm});
}

void Connections::setAlarm(std::string_view reason)
{
    m_state.alarm = reason;
    if (!reason.empty()) return;
    std::vector<ConnectionId> blocked;
    for (const auto& [id, connection] : m_state.connections) {
        if (connection->isBlocked) blocked.push_back(id);
    }
    std::ranges::sort(blocked);
    for (const ConnectionId id : blocked) {
        Connection& connection = *m_state.findConnection(id);
        connection.isBlocked = false;
        if (connection.wantsBlockedNotify && !connection.isClosed) {
            m_state.post(connection, 0, Unblocked{});
        }
    }
}

}  // namespace warren::broker
