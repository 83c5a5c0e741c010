#include "core/broker/connections.h"

#include "core/base/check.h"
#include "core/broker/event_exchange.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace warren::broker {

using amqp::ReplyCode;

void Connections::add(ConnectionId id, std::string name, bool usesTls)
{
    auto connection = std::make_unique<Connection>(id, std::move(name), usesTls);
    connection->connectedAt = m_state.wallNow;
    const bool isNew = m_state.connections.emplace(id, std::move(connection)).second;
    WARREN_CHECK(isNew);
}

void Connections::open(Connection& connection, const OpenConnection& command)
{
    noteLogin(m_state, connection, command);
    Vhost* vhost = m_state.catalogue.findVhost(command.vhost);
    if (vhost == nullptr) {
        fail(connection, Refusal{ReplyCode::NotAllowed,
                                 "vhost " + std::string{command.vhost} + " not found",
                                 {amqp::kConnectionClass, 40}});
        return;
    }
    connection.user = command.user;
    Verdict verdict = judgeOpen(*vhost, command.user);
    if (!verdict) {
        Refusal refusal = verdict.error();
        refusal.method = {amqp::kConnectionClass, 40};
        fail(connection, std::move(refusal));
        return;
    }
    connection.vhost = vhost;
    connection.wantsConsumerCancelNotify = command.wantsConsumerCancelNotify;
    connection.wantsBlockedNotify = command.wantsBlockedNotify;
    m_state.post(connection, 0, PlainReply::ConnectionOpenOk);
    m_state.actor = connection.user;
    noteConnectionOpened(m_state, connection, command);
}

void Connections::addRelayed(ConnectionId id, const RelayRequest::Open& request)
{
    lose(id);
    add(id, request.name, false);
    Connection& connection = *m_state.findConnection(id);
    connection.isRelayed = true;
    connection.user = request.user;
    connection.wantsConsumerCancelNotify = true;
    connection.vhost = m_state.catalogue.findVhost(request.vhost);
    if (connection.vhost == nullptr) {
        fail(connection, {ReplyCode::NotAllowed, "vhost " + request.vhost + " not found", {}});
    }
}

Verdict Connections::judgeOpen(const Vhost& vhost, std::string_view user) const
{
    const auto isReached = [&](const std::optional<std::int64_t>& limit, auto counts) {
        // Counted only where there is a limit: so it is right whatever happened to connections.
        if (!limit || *limit < 0) return false;
        const auto count = std::ranges::count_if(
            m_state.connections, [&](const auto& one) { return counts(*one.second); });
        return count >= *limit;
    };
    // Source: RabbitMQ 3.10.8: in this order.
    const VhostDefinition& definition = vhost.definition;
    const std::string quotedUser = "'" + std::string{user} + "'";
    if (isReached(definition.maxConnections,
                  [&](const Connection& one) { return !one.isClosed && one.vhost == &vhost; })) {
        return Refusal{ReplyCode::NotAllowed,
                       "access to vhost '" + definition.name + "' refused for user " + quotedUser +
                           ": connection limit (" + std::to_string(*definition.maxConnections) +
                           ") is reached",
                       {}};
    }
    const UserDefinition* limits = m_state.catalogue.findUser(user);
    if (limits != nullptr && isReached(limits->maxConnections, [&](const Connection& one) {
            return !one.isClosed && one.vhost != nullptr && one.user == user;
        })) {
        return Refusal{ReplyCode::NotAllowed,
                       "connection refused for user " + quotedUser + ": user connection limit (" +
                           std::to_string(*limits->maxConnections) + ") is reached",
                       {}};
    }
    return m_state.access.judgeVhost(user, definition.name);
}

bool Connections::hasChannelForUser(const Connection& connection) const
{
    const UserDefinition* user = m_state.catalogue.findUser(connection.user);
    if (user == nullptr || !user->maxChannels || *user->maxChannels < 0) return true;
    std::size_t count = 0;
    for (const auto& [id, other] : m_state.connections) {
        if (!other->isClosed && other->user == connection.user) count += other->channelCount();
    }
    return count < static_cast<std::size_t>(*user->maxChannels);
}

void Connections::close(Connection& connection)
{
    removeEverything(connection);
    m_state.post(connection, 0, PlainReply::ConnectionCloseOk);
}

void Connections::fail(Connection& connection, amqp::AmqpError error)
{
    m_state.noteClose(connection, 0, error);
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
        if (!channel->isClosing) {
            m_consuming.leave(*channel);
            noteChannelClosed(m_state, *channel);
        }
        m_state.forgetConfirms(*channel);
        connection.eraseChannel(channel->number);
    }
    connection.dropHeld([this](const BodyRequest& request) {
        m_state.log(
            Remove{request.queue, request.sequence, request.position, RemovalReason::Acked});
    });
    m_relaying.leave(connection);
    if (connection.vhost != nullptr) {
        removeExclusiveQueues(connection);
        noteConnectionClosed(m_state, connection);
    }
    m_declarations.removeDoomed();
    connection.vhost = nullptr;  // which may go now
}

void Connections::removeExclusiveQueues(Connection& connection)
{
    const ActorScope actor(m_state, kInternalActor);
    for (const QueueId id : std::exchange(connection.exclusiveQueues, {})) {
        if (Queue* queue = m_state.catalogue.findQueue(id)) m_declarations.removeQueue(*queue);
    }
}

void Connections::openChannel(Connection& connection, ChannelNumber number)
{
    WARREN_CHECK(connection.findChannel(number) == nullptr);
    if (!hasChannelForUser(connection)) {
        const UserDefinition& user = *m_state.catalogue.findUser(connection.user);
        fail(connection, Refusal{ReplyCode::NotAllowed,
                                 "number of channels opened for user '" + user.name +
                                     "' has reached the maximum allowed user limit of (" +
                                     std::to_string(*user.maxChannels) + ")",
                                 {}});
        return;
    }
    Channel& channel = connection.openChannel(number);
    m_state.post(channel, PlainReply::ChannelOpenOk);
    noteChannelOpened(m_state, channel);
}

void Connections::closeChannel(Channel& channel)
{
    // Both sides close at once: the client still has to answer ours.
    if (channel.isClosing) {
        m_state.post(channel, PlainReply::ChannelCloseOk);
        return;
    }
    m_consuming.leave(channel);
    noteChannelClosed(m_state, channel);
    m_state.forgetConfirms(channel);
    m_state.post(channel, PlainReply::ChannelCloseOk);
    channel.connection.eraseChannel(channel.number);
}

void Connections::failChannel(Channel& channel, amqp::AmqpError error)
{
    WARREN_CHECK(!channel.isClosing);
    m_consuming.leave(channel);
    noteChannelClosed(m_state, channel);
    m_state.forgetConfirms(channel);
    channel.hasNewConfirms = false;
    channel.isClosing = true;
    m_state.noteClose(channel.connection, channel.number, error);
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
    if (!m_state.alarms.isAny() || connection.isBlocked) return;
    connection.isBlocked = true;
    if (!connection.wantsBlockedNotify) return;
    m_state.post(connection, 0, Blocked{std::string{alarmText(m_state.alarms)}});
}

void Connections::setAlarms(Alarms alarms)
{
    const Alarms before = std::exchange(m_state.alarms, alarms);
    noteAlarms(m_state, before, alarms);
    if (alarms.isAny()) return;
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
