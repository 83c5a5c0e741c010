#include "core/broker/administration.h"

#include "core/broker/pattern.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace warren::broker {

using amqp::ReplyCode;

namespace {

/// Names travel as short strings.
constexpr std::size_t kNameBytesMax = 255;

Refusal refusal(std::string text) { return {ReplyCode::PreconditionFailed, std::move(text), {}}; }

Refusal absentVhost(std::string_view name)
{
    return {ReplyCode::NotFound, "no vhost '" + std::string{name} + "'", {}};
}

Refusal absentUser(std::string_view name)
{
    return {ReplyCode::NotFound, "no user '" + std::string{name} + "'", {}};
}

Verdict judgeName(std::string_view what, std::string_view name)
{
    if (name.empty()) return refusal(std::string{what} + " needs a name");
    if (name.size() > kNameBytesMax) {
        return refusal("the name of " + std::string{what} + " has more than " +
                       std::to_string(kNameBytesMax) + " bytes");
    }
    return {};
}

Verdict judgePatterns(std::initializer_list<const std::string*> patterns)
{
    for (const std::string* pattern : patterns) {
        const auto compiled = Pattern::compile(*pattern);
        if (!compiled) {
            return refusal("invalid regexp '" + *pattern + "': " + compiled.error().reason +
                           " at position " + std::to_string(compiled.error().offset));
        }
    }
    return {};
}

}  // namespace

Verdict Administration::judgeNames(std::string_view vhost, std::string_view user) const
{
    if (m_state.catalogue.findVhost(vhost) == nullptr) return absentVhost(vhost);
    if (m_state.catalogue.findUser(user) == nullptr) return absentUser(user);
    return {};
}

template <typename IsMeant>
void Administration::closeConnections(IsMeant isMeant, std::string_view reason)
{
    std::vector<ConnectionId> ids;
    for (const auto& [id, connection] : m_state.connections) {
        if (!connection->isClosed && isMeant(*connection)) ids.push_back(id);
    }
    std::ranges::sort(ids);
    for (const ConnectionId id : ids) {
        m_connections.fail(*m_state.findConnection(id),
                           {ReplyCode::ConnectionForced, std::string{reason}, {}});
    }
}

Administration::Outcome Administration::putVhost(VhostDefinition vhost)
{
    if (Verdict verdict = judgeName("a vhost", vhost.name); !verdict) return verdict.error();
    return m_state.change(PutVhost{std::move(vhost)}, true);
}

Administration::Outcome Administration::removeVhost(std::string_view name)
{
    Vhost* vhost = m_state.catalogue.findVhost(name);
    if (vhost == nullptr) return absentVhost(name);
    if (vhost->definition.isProtected) {
        return refusal("vhost '" + std::string{name} + "' is protected from deletion");
    }
    const std::string text{name};
    // Source: RabbitMQ 3.10.8, observed; it says "is down" as often, whichever is faster there.
    closeConnections([&](const Connection& one) { return one.vhost == vhost; },
                     "vhost '" + text + "' is deleted");
    std::vector<QueueId> queues;
    for (const Queue* queue : vhost->queuesByName())
        queues.push_back(queue->id());
    for (const QueueId id : queues) {
        if (Queue* queue = m_state.catalogue.findQueue(id)) m_declarations.removeQueue(*queue);
    }
    return m_state.change(RemoveVhost{text}, true);
}

Administration::Outcome Administration::putUser(UserDefinition user)
{
    if (Verdict verdict = judgeName("a user", user.name); !verdict) return verdict.error();
    return m_state.change(PutUser{std::move(user)}, true);
}

Administration::Outcome Administration::removeUser(std::string_view name)
{
    if (m_state.catalogue.findUser(name) == nullptr) return absentUser(name);
    const std::string text{name};
    closeConnections([&](const Connection& one) { return one.user == text; },
                     "user '" + text + "' is deleted");
    return m_state.change(RemoveUser{text}, true);
}

Administration::Outcome Administration::putPermission(PermissionDefinition permission)
{
    if (Verdict verdict = judgeNames(permission.vhost, permission.user); !verdict) {
        return verdict.error();
    }
    Verdict verdict = judgePatterns({&permission.configure, &permission.write, &permission.read});
    if (!verdict) return verdict.error();
    return m_state.change(PutPermission{std::move(permission)}, true);
}

Administration::Outcome Administration::removePermission(std::string_view vhost,
                                                         std::string_view user)
{
    if (m_state.catalogue.findPermission(vhost, user) == nullptr) {
        return Refusal{ReplyCode::NotFound,
                       "user '" + std::string{user} + "' has no permissions in vhost '" +
                           std::string{vhost} + "'",
                       {}};
    }
    return m_state.change(RemovePermission{std::string{vhost}, std::string{user}}, true);
}

Administration::Outcome Administration::putTopicPermission(TopicPermissionDefinition permission)
{
    if (Verdict verdict = judgeNames(permission.vhost, permission.user); !verdict) {
        return verdict.error();
    }
    Verdict verdict = judgePatterns({&permission.write, &permission.read});
    if (!verdict) return verdict.error();
    return m_state.change(PutTopicPermission{std::move(permission)}, true);
}

Administration::Outcome Administration::removeTopicPermission(std::string_view vhost,
                                                              std::string_view user,
                                                              std::string_view exchange)
{
    RemoveTopicPermission change{std::string{vhost}, std::string{user}, std::string{exchange}};
    if (!m_state.catalogue.topicPermissions().contains(
            {change.vhost, change.user, change.exchange})) {
        return Refusal{ReplyCode::NotFound,
                       "user '" + change.user + "' has no topic permissions for exchange '" +
                           change.exchange + "' in vhost '" + change.vhost + "'",
                       {}};
    }
    return m_state.change(std::move(change), true);
}

}  // namespace warren::broker
