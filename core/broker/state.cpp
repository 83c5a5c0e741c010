#include "core/broker/state.h"

#include "core/broker/event_exchange.h"

#include <algorithm>
#include <utility>

namespace warren::broker {

Connection* State::findConnection(ConnectionId id) const
{
    const auto at = connections.find(id);
    return at == connections.end() ? nullptr : at->second.get();
}

void State::post(Connection& connection, ChannelNumber channel, EventBody&& body)
{
    connection.post(channel, std::move(body));
    if (connection.isDirty) return;
    connection.isDirty = true;
    m_dirtyConnections.push_back(connection.id);
}

void State::hold(Channel& channel, LogPosition until)
{
    if (until <= m_committed) return;
    Connection& connection = channel.connection;
    connection.hold(channel.number, until);
    noteHolding(connection);
}

void State::noteHolding(Connection& connection)
{
    if (connection.isHolding) return;
    connection.isHolding = true;
    m_holdingConnections.push_back(connection.id);
}

void State::release(Connection& connection)
{
    if (!connection.release(m_committed) || connection.isDirty) return;
    connection.isDirty = true;
    m_dirtyConnections.push_back(connection.id);
}

LogPosition State::change(CatalogueChange&& change, bool isStored)
{
    noteChange(*this, change);
    catalogue.apply(change);
    if (!isStored && !isClustered) return 0;
    const LogPosition position = nextPosition();
    log(StoredChange{.position = position,
                     .change = std::move(change),
                     .isTransient = !isStored,
                     .isAgreed = isApplyingAgreed});
    return position;
}

void State::noteClose(const Connection& connection, ChannelNumber channel,
                      const amqp::AmqpError& error)
{
    // Somebody wanted it closed: the client has done nothing wrong.
    if (error.code == amqp::ReplyCode::ConnectionForced) return;
    m_closeCount += 1;
    if (m_closes.size() >= kClosesKept) m_closes.dropFront();
    m_closes.pushBack(
        {.number = m_closeCount,
         .at = wallNow,
         .connection = connection.name,
         .channel = channel,
         .vhost = connection.vhost == nullptr ? std::string{} : connection.vhost->definition.name,
         .user = connection.user,
         .error = error});
}

void State::discard(const Queue& queue, QueueEntry&& entry, DeathReason reason)
{
    if (queue.settings().deadLetterExchange) {
        deadLetters.pushBack({queue.id(), reason, std::move(entry)});
    } else if (entry.position != 0 || queue.isMirrored) {
        log(Remove{queue.id(), entry.sequence, entry.position, RemovalReason::Dropped});
    }
}

void State::commit(LogPosition upTo)
{
    m_committed = std::max(m_committed, upTo);
    for (; !delayedRemovals.empty() && delayedRemovals.front().after <= m_committed;
         delayedRemovals.pop_front()) {
        log(delayedRemovals.front().operation());
    }
    std::erase_if(m_backlogged, [this](ConnectionId id) {
        Connection* connection = findConnection(id);
        if (connection == nullptr) return true;
        connection->isBacklogged = !connection->backlog.commit(m_committed);
        return !connection->isBacklogged;
    });
    std::erase_if(m_holdingConnections, [this](ConnectionId id) {
        Connection* connection = findConnection(id);
        if (connection == nullptr) return true;
        release(*connection);
        connection->isHolding = connection->hasHeld();
        return !connection->isHolding;
    });
}

void State::noteBacklog(Connection& connection, LogPosition position, std::size_t bytes)
{
    connection.backlog.add(position, bytes);
    if (connection.isBacklogged) return;
    connection.isBacklogged = true;
    m_backlogged.push_back(connection.id);
}

void State::forgetConfirms(Channel& channel)
{
    if (channel.hasNewConfirms) std::erase(m_confirmChannels, &channel);
}

}  // namespace warren::broker
