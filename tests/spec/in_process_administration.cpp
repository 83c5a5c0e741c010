#include "tests/spec/in_process_administration.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <optional>
#include <vector>

namespace warren::spec {

namespace {

std::optional<broker::PolicyTarget> targetOf(std::string_view word)
{
    constexpr std::pair<std::string_view, broker::PolicyTarget> kTargets[] = {
        {"all", broker::PolicyTarget::All},
        {"queues", broker::PolicyTarget::Queues},
        {"exchanges", broker::PolicyTarget::Exchanges},
        {"classic_queues", broker::PolicyTarget::ClassicQueues},
        {"quorum_queues", broker::PolicyTarget::QuorumQueues},
    };
    const auto* found = std::find_if(std::begin(kTargets), std::end(kTargets),
                                     [&](const auto& target) { return target.first == word; });
    if (found == std::end(kTargets)) return std::nullopt;
    return found->second;
}

broker::Refusal misunderstood(const std::string& text)
{
    return {amqp::ReplyCode::SyntaxError, text, {}};
}

/// Replaces the limit if the line names it.
void readLimit(const AdminAct& act, std::string_view key, std::optional<std::int64_t>& limit)
{
    const std::string word = act.word(key);
    if (!word.empty()) limit = std::stol(word);
}

std::vector<std::string> tagsOf(std::string_view text)
{
    std::vector<std::string> tags;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(','), text.size());
        if (end > 0) tags.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return tags;
}

}  // namespace

void InProcessAdministration::addDefaults()
{
    m_broker.ensureVhost("/");
    (void)perform({.name = "user",
                   .words = {{"name", "guest"}, {"password", "guest"}, {"tags", "administrator"}}});
    (void)perform(
        {.name = "permission",
         .words = {{"user", "guest"}, {"configure", ".*"}, {"write", ".*"}, {"read", ".*"}}});
}

bool InProcessAdministration::accepts(std::string_view user, std::string_view password, bool) const
{
    const auto at = m_passwords.find(user);
    return at != m_passwords.end() && at->second == password;
}

Status<Mismatch> InProcessAdministration::perform(const AdminAct& act)
{
    broker::Administration& people = m_broker.administration();
    Answer result = misunderstood("there is no admin act '" + act.name + "'");
    if (act.name.ends_with("policy")) {
        result = performOnPolicies(act);
    } else if (act.name == "user") {
        result = putUser(act);
    } else if (act.name == "user-limit") {
        result = limitUser(act);
    } else if (act.name == "delete-user") {
        m_passwords.erase(act.word("name"));
        result = people.removeUser(act.word("name"));
    } else if (act.name == "vhost") {
        result = putVhost(act);
    } else if (act.name == "vhost-limit") {
        result = limitVhost(act);
    } else if (act.name == "delete-vhost") {
        result = people.removeVhost(act.word("name"));
    } else if (act.name == "permission") {
        result = people.putPermission({.vhost = act.vhost(),
                                       .user = act.word("user"),
                                       .configure = act.word("configure"),
                                       .write = act.word("write"),
                                       .read = act.word("read")});
    } else if (act.name == "clear-permission") {
        result = people.removePermission(act.vhost(), act.word("user"));
    } else if (act.name == "topic-permission") {
        result = people.putTopicPermission({.vhost = act.vhost(),
                                            .user = act.word("user"),
                                            .exchange = act.word("exchange"),
                                            .write = act.word("write"),
                                            .read = act.word("read")});
    } else if (act.name == "clear-topic-permission") {
        result = clearTopicPermissions(act);
    }
    m_settle();
    if (result) return {};
    return Mismatch{.text = result.error().text};
}

// ---------------------------------------------------------------------------------------- policies

InProcessAdministration::Answer InProcessAdministration::performOnPolicies(const AdminAct& act)
{
    if (act.name == "policy") return put(act, false);
    if (act.name == "operator-policy") return put(act, true);
    const bool isOperator = act.name == "clear-operator-policy";
    return m_broker.policies().remove(act.vhost(), act.word("name"), isOperator);
}

InProcessAdministration::Answer InProcessAdministration::put(const AdminAct& act, bool isOperator)
{
    const auto target = targetOf(act.word("apply-to", "all"));
    if (!target) return misunderstood("no such target: " + act.word("apply-to"));
    return m_broker.policies().put({.vhost = act.vhost(),
                                    .name = act.word("name"),
                                    .isOperator = isOperator,
                                    .pattern = act.word("pattern"),
                                    .applyTo = *target,
                                    .priority = std::stol(act.word("priority", "0")),
                                    .definition = act.definition});
}

// ------------------------------------------------------------------------------- users and vhosts

InProcessAdministration::Answer InProcessAdministration::putUser(const AdminAct& act)
{
    const std::string name = act.word("name");
    const broker::UserDefinition* existing = m_broker.state().catalogue.findUser(name);
    broker::UserDefinition user = existing == nullptr ? broker::UserDefinition{} : *existing;
    user.name = name;
    user.tags = tagsOf(act.word("tags"));
    m_passwords[name] = act.word("password");
    return m_broker.administration().putUser(std::move(user));
}

InProcessAdministration::Answer InProcessAdministration::limitUser(const AdminAct& act)
{
    const broker::UserDefinition* existing = m_broker.state().catalogue.findUser(act.word("user"));
    if (existing == nullptr) return misunderstood("no user '" + act.word("user") + "'");
    broker::UserDefinition user = *existing;
    readLimit(act, "max-connections", user.maxConnections);
    readLimit(act, "max-channels", user.maxChannels);
    return m_broker.administration().putUser(std::move(user));
}

InProcessAdministration::Answer InProcessAdministration::putVhost(const AdminAct& act)
{
    const std::string name = act.word("name");
    const broker::Vhost* existing = m_broker.findVhost(name);
    if (existing != nullptr) return broker::LogPosition{0};
    return m_broker.administration().putVhost({.name = name});
}

InProcessAdministration::Answer InProcessAdministration::limitVhost(const AdminAct& act)
{
    const broker::Vhost* existing = m_broker.findVhost(act.vhost());
    if (existing == nullptr) return misunderstood("no vhost '" + act.vhost() + "'");
    broker::VhostDefinition vhost = existing->definition;
    readLimit(act, "max-connections", vhost.maxConnections);
    readLimit(act, "max-queues", vhost.maxQueues);
    return m_broker.administration().putVhost(std::move(vhost));
}

/// The line names no exchange: all of the user's in the vhost.
InProcessAdministration::Answer InProcessAdministration::clearTopicPermissions(const AdminAct& act)
{
    std::vector<std::string> exchanges;
    for (const auto& [key, permission] : m_broker.state().catalogue.topicPermissions()) {
        const bool isMeant = permission.vhost == act.vhost() && permission.user == act.word("user");
        if (isMeant) exchanges.push_back(permission.exchange);
    }
    Answer result = broker::LogPosition{0};
    for (const std::string& exchange : exchanges) {
        result = m_broker.administration().removeTopicPermission(act.vhost(), act.word("user"),
                                                                 exchange);
        if (!result) break;
    }
    return result;
}

}  // namespace warren::spec
