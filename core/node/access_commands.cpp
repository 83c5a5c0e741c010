#include "core/node/access_commands.h"

#include "core/node/password_hash.h"
#include "core/node/value_conversion.h"

#include <QStringList>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace warren::node {

using management::CommandResult;
using management::CommandStatus;

namespace {

CommandResult refusedFor(CommandStatus status, std::string_view text)
{
    return {status, textOf(text), {}};
}

CommandResult outcomeOf(const broker::Administration::Outcome& outcome)
{
    if (outcome) return {};
    switch (outcome.error().code) {
    case amqp::ReplyCode::NotFound:
        return refusedFor(CommandStatus::NotFound, outcome.error().text);
    default: return refusedFor(CommandStatus::Invalid, outcome.error().text);
    }
}

std::vector<std::string> textsOf(const QStringList& list)
{
    std::vector<std::string> texts;
    for (const QString& text : list) {
        std::string trimmed = utf8Of(text.trimmed());
        if (!trimmed.empty()) texts.push_back(std::move(trimmed));
    }
    return texts;
}

std::string_view wordOf(broker::Right right)
{
    switch (right) {
    case broker::Right::Configure: return "configure";
    case broker::Right::Write: return "write";
    case broker::Right::Read: return "read";
    }
    return {};
}

/// Topic permissions are about topic exchanges, and about those that may yet be one.
bool isTopicExchange(const broker::Broker& broker, const management::CheckAccess& command)
{
    if (!command.isExchange) return false;
    const broker::Vhost* vhost = broker.findVhost(utf8Of(command.vhost));
    const broker::Exchange* exchange = vhost->findExchange(utf8Of(command.name));
    return exchange == nullptr || exchange->definition.type == broker::ExchangeType::Topic;
}

broker::Right rightOf(management::CheckAccess::Right right)
{
    switch (right) {
    case management::CheckAccess::Right::Configure: return broker::Right::Configure;
    case management::CheckAccess::Right::Write: return broker::Right::Write;
    case management::CheckAccess::Right::Read: return broker::Right::Read;
    }
    return broker::Right::Configure;
}

}  // namespace

CommandResult carryOut(broker::Broker& broker, const management::PutUser& command)
{
    if (command.password && command.passwordHash) {
        return refusedFor(CommandStatus::Invalid, "either a password or a hash, not both");
    }
    const std::string name = utf8Of(command.name);
    const broker::UserDefinition* existing = broker.state().catalogue.findUser(name);
    broker::UserDefinition user = existing == nullptr ? broker::UserDefinition{} : *existing;
    user.name = name;
    user.tags = textsOf(command.tags);
    user.maxConnections = command.maxConnections;
    user.maxChannels = command.maxChannels;
    if (command.removesPassword) {
        user.passwordHash.clear();
        user.slowHash.clear();
    }
    if (command.password) {
        if (command.password->isEmpty()) {
            return refusedFor(CommandStatus::Invalid, "the password is empty");
        }
        const auto status = setPassword(user, utf8Of(*command.password));
        if (!status) return refusedFor(CommandStatus::Invalid, status.error());
    }
    if (command.passwordHash) {
        const auto hashing = passwordHashingOf(utf8Of(command.hashingAlgorithm));
        if (!hashing) return refusedFor(CommandStatus::Invalid, "unknown hashing algorithm");
        const std::string hash = utf8Of(*command.passwordHash);
        if (const auto problem = passwordHashProblem(hash, *hashing)) {
            return refusedFor(CommandStatus::Invalid, *problem);
        }
        user.hashing = *hashing;
        user.passwordHash = hash;
        user.slowHash.clear();  // of another password
    }
    return outcomeOf(broker.administration().putUser(std::move(user)));
}

CommandResult carryOut(broker::Broker& broker, const management::RemoveUser& command)
{
    return outcomeOf(broker.administration().removeUser(utf8Of(command.name)));
}

CommandResult carryOut(broker::Broker& broker, const management::PutVhost& command)
{
    const std::string type = utf8Of(command.defaultQueueType);
    if (!type.empty() && type != "classic" && type != "quorum") {
        return refusedFor(CommandStatus::Invalid, "the default queue type is classic or quorum");
    }
    return outcomeOf(broker.administration().putVhost({.name = utf8Of(command.name),
                                                       .description = utf8Of(command.description),
                                                       .tags = textsOf(command.tags),
                                                       .defaultQueueType = type,
                                                       .maxConnections = command.maxConnections,
                                                       .maxQueues = command.maxQueues,
                                                       .isProtected = command.isProtected,
                                                       .isTracing = command.isTracing}));
}

CommandResult carryOut(broker::Broker& broker, const management::RemoveVhost& command)
{
    const std::string name = utf8Of(command.name);
    const broker::Vhost* vhost = broker.findVhost(name);
    const auto outcome = broker.administration().removeVhost(name);
    const bool isProtected = !outcome && vhost != nullptr;
    if (isProtected) return refusedFor(CommandStatus::Conflict, outcome.error().text);
    return outcomeOf(outcome);
}

CommandResult carryOut(broker::Broker& broker, const management::PutPermission& command)
{
    const management::PermissionRow& row = command.permission;
    return outcomeOf(broker.administration().putPermission({.vhost = utf8Of(row.vhost),
                                                            .user = utf8Of(row.user),
                                                            .configure = utf8Of(row.configure),
                                                            .write = utf8Of(row.write),
                                                            .read = utf8Of(row.read)}));
}

CommandResult carryOut(broker::Broker& broker, const management::RemovePermission& command)
{
    return outcomeOf(
        broker.administration().removePermission(utf8Of(command.vhost), utf8Of(command.user)));
}

CommandResult carryOut(broker::Broker& broker, const management::PutTopicPermission& command)
{
    const management::TopicPermissionRow& row = command.permission;
    return outcomeOf(broker.administration().putTopicPermission({.vhost = utf8Of(row.vhost),
                                                                 .user = utf8Of(row.user),
                                                                 .exchange = utf8Of(row.exchange),
                                                                 .write = utf8Of(row.write),
                                                                 .read = utf8Of(row.read)}));
}

CommandResult carryOut(broker::Broker& broker, const management::RemoveTopicPermission& command)
{
    return outcomeOf(broker.administration().removeTopicPermission(
        utf8Of(command.vhost), utf8Of(command.user), utf8Of(command.exchange)));
}

CommandResult carryOut(broker::Broker& broker, const management::CheckAccess& command)
{
    const std::string user = utf8Of(command.user);
    const std::string vhost = utf8Of(command.vhost);
    if (broker.findVhost(vhost) == nullptr) {
        return refusedFor(CommandStatus::NotFound, "no vhost '" + vhost + "'");
    }
    if (broker.state().catalogue.findUser(user) == nullptr) {
        return refusedFor(CommandStatus::NotFound, "no user '" + user + "'");
    }
    const broker::Access& access = broker.state().access;
    const broker::Right right = rightOf(command.right);
    const std::string name = utf8Of(command.name);
    const auto kind =
        command.isExchange ? broker::ResourceKind::Exchange : broker::ResourceKind::Queue;

    management::AccessVerdict verdict;
    const std::string* pattern = access.patternFor(user, vhost, right);
    if (pattern == nullptr) {
        verdict.reason = textOf("'" + user + "' has no permissions in vhost '" + vhost + "'");
        return {CommandStatus::Done, {}, verdict};
    }
    verdict.isAllowed = access.judge(user, vhost, right, kind, name).isOk();
    std::string reason = "the " + std::string{wordOf(right)} + " permission '" + *pattern + "' " +
                         (verdict.isAllowed ? "matches" : "does not match") + " the name";
    if (verdict.isAllowed && command.routingKey && isTopicExchange(broker, command)) {
        const std::string key = utf8Of(*command.routingKey);
        const auto topic = access.topicPatternFor(user, vhost, right, name);
        if (topic) {
            verdict.isAllowed = access.judgeTopic(user, vhost, right, name, key).isOk();
            reason += ", and the topic permission '" + *topic + "' " +
                      (verdict.isAllowed ? "matches" : "does not match") + " the routing key";
        }
    }
    verdict.reason = textOf(std::string_view{reason});
    return {CommandStatus::Done, {}, verdict};
}

}  // namespace warren::node
