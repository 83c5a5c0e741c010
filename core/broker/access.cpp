#include "core/broker/access.h"

#include <initializer_list>
#include <tuple>
#include <utility>

namespace warren::broker {

using amqp::ReplyCode;

namespace {

/// Compiled patterns kept; beyond it all are compiled anew.
constexpr std::size_t kPatternsKept = 1024;

std::string concatenated(std::initializer_list<std::string_view> parts)
{
    std::string text;
    for (const std::string_view part : parts)
        text += part;
    return text;
}

std::string filledIn(std::string pattern, std::string_view variable, std::string_view value)
{
    for (std::size_t at = pattern.find(variable); at != std::string::npos;
         at = pattern.find(variable, at + value.size())) {
        pattern.replace(at, variable.size(), value);
    }
    return pattern;
}

}  // namespace

bool Access::matches(const std::string& pattern, std::string_view name) const
{
    if (pattern == ".*") return true;
    // Source: RabbitMQ 3.10.8: an empty pattern stands for one that nothing matches but nothing.
    if (pattern.empty()) return matches("^$", name);
    auto at = m_compiled.find(pattern);
    if (at == m_compiled.end()) {
        if (m_compiled.size() >= kPatternsKept) m_compiled.clear();
        auto compiled = Pattern::compile(pattern);
        at = m_compiled
                 .emplace(pattern,
                          compiled ? std::optional<Pattern>{std::move(*compiled)} : std::nullopt)
                 .first;
    }
    return at->second && at->second->matches(name);
}

const std::string* Access::patternFor(std::string_view user, std::string_view vhost,
                                      Right right) const
{
    const PermissionDefinition* permission = m_catalogue.findPermission(vhost, user);
    if (permission == nullptr) return nullptr;
    switch (right) {
    case Right::Configure: return &permission->configure;
    case Right::Write: return &permission->write;
    case Right::Read: return &permission->read;
    }
    return nullptr;
}

Verdict Access::judge(std::string_view user, std::string_view vhost, Right right, ResourceKind kind,
                      std::string_view name) const
{
    if (user.empty()) return {};
    const bool isQueue = kind == ResourceKind::Queue;
    // Source: RabbitMQ 3.10.8: the exchange without a name has one here.
    const std::string_view actual = name.empty() && !isQueue ? "amq.default" : name;
    const std::string* pattern = patternFor(user, vhost, right);
    if (pattern != nullptr && matches(*pattern, actual)) return {};
    return Refusal{ReplyCode::AccessRefused,
                   concatenated({"access to ", isQueue ? "queue" : "exchange", " '", actual,
                                 "' in vhost '", vhost, "' refused for user '", user, "'"}),
                   {}};
}

std::optional<std::string> Access::topicPatternFor(std::string_view user, std::string_view vhost,
                                                   Right right, std::string_view exchange) const
{
    const auto& permissions = m_catalogue.topicPermissions();
    if (permissions.empty()) return std::nullopt;
    const auto at = permissions.find(std::tuple{vhost, user, exchange});
    if (at == permissions.end()) return std::nullopt;
    std::string pattern = right == Right::Read ? at->second.read : at->second.write;
    // Source: RabbitMQ 3.10.8: {client_id} has a value for MQTT only, and stays as it is.
    pattern = filledIn(std::move(pattern), "{username}", user);
    return filledIn(std::move(pattern), "{vhost}", vhost);
}

Verdict Access::judgeTopic(std::string_view user, std::string_view vhost, Right right,
                           std::string_view exchange, std::string_view routingKey) const
{
    if (user.empty()) return {};
    const auto pattern = topicPatternFor(user, vhost, right, exchange);
    if (!pattern || matches(*pattern, routingKey)) return {};
    return Refusal{ReplyCode::AccessRefused,
                   concatenated({"access to topic '", routingKey, "' in exchange '", exchange,
                                 "' in vhost '", vhost, "' refused for user '", user, "'"}),
                   {}};
}

Verdict Access::judgeVhost(std::string_view user, std::string_view vhost) const
{
    if (user.empty() || m_catalogue.findPermission(vhost, user) != nullptr) return {};
    return Refusal{ReplyCode::NotAllowed,
                   concatenated({"access to vhost '", vhost, "' refused for user '", user, "'"}),
                   {}};
}

}  // namespace warren::broker
