#include "core/node/access_rows.h"

#include "core/node/value_conversion.h"

#include <string_view>

namespace warren::node {

using management::ClosedChannelRow;
using management::PermissionRow;
using management::TopicPermissionRow;
using management::UserRow;
using management::VhostRow;

namespace {

QString qtText(const std::string& text) { return textOf(std::string_view{text}); }

QStringList qtTexts(const std::vector<std::string>& texts)
{
    QStringList list;
    for (const std::string& text : texts)
        list.append(qtText(text));
    return list;
}

}  // namespace

VhostRow vhostRow(const broker::State& state, const broker::Vhost& vhost)
{
    const broker::VhostDefinition& definition = vhost.definition;
    VhostRow row{.name = qtText(definition.name),
                 .description = qtText(definition.description),
                 .tags = qtTexts(definition.tags),
                 .defaultQueueType = qtText(definition.defaultQueueType),
                 .maxConnections = definition.maxConnections,
                 .maxQueues = definition.maxQueues,
                 .isProtected = definition.isProtected,
                 .isTracing = definition.isTracing};
    for (const auto& [key, permission] : state.catalogue.permissions()) {
        if (permission.vhost == definition.name) row.users.append(qtText(permission.user));
    }
    for (const auto& [id, connection] : state.connections)
        row.connectionCount += connection->vhost == &vhost;
    row.queueCount = static_cast<std::uint32_t>(vhost.queues.size());
    for (const auto& [name, queue] : vhost.queues) {
        row.readyCount += queue->readyCount();
        row.unackedCount += queue->unackedCount();
    }
    row.messageCount = row.readyCount + row.unackedCount;
    return row;
}

QList<UserRow> userRows(const broker::State& state,
                        const std::function<bool(std::string_view user)>& isLoopbackOnly)
{
    QList<UserRow> rows;
    for (const auto& [name, user] : state.catalogue.users()) {
        UserRow row{.name = qtText(name),
                    .tags = qtTexts(user.tags),
                    .hasPassword = !user.passwordHash.empty(),
                    .isLoopbackOnly = isLoopbackOnly(name),
                    .maxConnections = user.maxConnections,
                    .maxChannels = user.maxChannels};
        for (const auto& [key, permission] : state.catalogue.permissions()) {
            if (permission.user == name) row.vhosts.append(qtText(permission.vhost));
        }
        for (const auto& [id, connection] : state.connections) {
            row.connectionCount += connection->vhost != nullptr && connection->user == name;
        }
        rows.append(std::move(row));
    }
    return rows;
}

QList<PermissionRow> permissionRows(const broker::State& state)
{
    QList<PermissionRow> rows;
    for (const auto& [key, permission] : state.catalogue.permissions()) {
        rows.append({.vhost = qtText(permission.vhost),
                     .user = qtText(permission.user),
                     .configure = qtText(permission.configure),
                     .write = qtText(permission.write),
                     .read = qtText(permission.read)});
    }
    return rows;
}

QList<TopicPermissionRow> topicPermissionRows(const broker::State& state)
{
    QList<TopicPermissionRow> rows;
    for (const auto& [key, permission] : state.catalogue.topicPermissions()) {
        rows.append({.vhost = qtText(permission.vhost),
                     .user = qtText(permission.user),
                     .exchange = qtText(permission.exchange),
                     .write = qtText(permission.write),
                     .read = qtText(permission.read)});
    }
    return rows;
}

QList<ClosedChannelRow> closedChannelRows(const broker::State& state)
{
    QList<ClosedChannelRow> rows;
    const auto& closes = state.closes();
    for (std::size_t i = 0; i < closes.size(); ++i) {
        const broker::ClosedChannel& close = closes[i];
        rows.append({.sequence = close.number,
                     .at = QDateTime::fromMSecsSinceEpoch(close.at.sinceEpoch.count()),
                     .connection = qtText(close.connection),
                     .channel = close.channel,
                     .vhost = qtText(close.vhost),
                     .user = qtText(close.user),
                     .code = static_cast<std::uint16_t>(close.error.code),
                     .text = qtText(amqp::replyText(close.error))});
    }
    return rows;
}

}  // namespace warren::node
