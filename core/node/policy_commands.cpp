#include "core/node/policy_commands.h"

#include "core/broker/policies.h"
#include "core/broker/queue_settings.h"
#include "core/node/value_conversion.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace warren::node {

using management::CommandResult;
using management::CommandStatus;

namespace {

CommandResult refusedBy(const broker::Refusal& refusal)
{
    const bool isMissing = refusal.code == amqp::ReplyCode::NotFound;
    return {isMissing ? CommandStatus::NotFound : CommandStatus::Invalid,
            textOf(std::string_view{refusal.text}),
            {}};
}

broker::PolicyTarget targetOf(management::PolicyTarget target)
{
    switch (target) {
    case management::PolicyTarget::All: return broker::PolicyTarget::All;
    case management::PolicyTarget::Queues: return broker::PolicyTarget::Queues;
    case management::PolicyTarget::Exchanges: return broker::PolicyTarget::Exchanges;
    case management::PolicyTarget::ClassicQueues: return broker::PolicyTarget::ClassicQueues;
    case management::PolicyTarget::QuorumQueues: return broker::PolicyTarget::QuorumQueues;
    }
    return broker::PolicyTarget::All;
}

management::PolicyTarget targetOf(broker::PolicyTarget target)
{
    switch (target) {
    case broker::PolicyTarget::All: return management::PolicyTarget::All;
    case broker::PolicyTarget::Queues: return management::PolicyTarget::Queues;
    case broker::PolicyTarget::Exchanges: return management::PolicyTarget::Exchanges;
    case broker::PolicyTarget::ClassicQueues: return management::PolicyTarget::ClassicQueues;
    case broker::PolicyTarget::QuorumQueues: return management::PolicyTarget::QuorumQueues;
    }
    return management::PolicyTarget::All;
}

management::SettingSource sourceOf(broker::SettingSource source)
{
    switch (source) {
    case broker::SettingSource::Default: return management::SettingSource::Default;
    case broker::SettingSource::Argument: return management::SettingSource::Argument;
    case broker::SettingSource::Policy: return management::SettingSource::Policy;
    case broker::SettingSource::OperatorPolicy: return management::SettingSource::OperatorPolicy;
    }
    return management::SettingSource::Default;
}

broker::PolicyDefinition definitionOf(const management::PolicyRow& row)
{
    return {utf8Of(row.vhost),           utf8Of(row.name),      row.isOperator,
            utf8Of(row.pattern),         targetOf(row.applyTo), row.priority,
            fieldTableOf(row.definition)};
}

management::PolicyRow rowOf(const broker::PolicyDefinition& policy, std::uint32_t matchCount)
{
    return {textOf(std::string_view{policy.vhost}),
            textOf(std::string_view{policy.name}),
            policy.isOperator,
            textOf(std::string_view{policy.pattern}),
            targetOf(policy.applyTo),
            static_cast<qint64>(policy.priority),
            argumentsOf(policy.definition),
            matchCount};
}

const broker::PolicyDefinition* find(
    const std::map<std::string, broker::PolicyDefinition, std::less<>>& policies,
    const std::string& name)
{
    const auto at = policies.find(name);
    return at == policies.end() ? nullptr : &at->second;
}

}  // namespace

CommandResult execute(broker::Broker& broker, const management::PutPolicy& command)
{
    const auto result = broker.policies().put(definitionOf(command.policy));
    return result ? CommandResult{} : refusedBy(result.error());
}

CommandResult execute(broker::Broker& broker, const management::RemovePolicy& command)
{
    const auto result =
        broker.policies().remove(utf8Of(command.vhost), utf8Of(command.name), command.isOperator);
    return result ? CommandResult{} : refusedBy(result.error());
}

CommandResult execute(broker::Broker& broker, const management::PreviewPolicy& command)
{
    const auto result = broker.policies().preview(definitionOf(command.policy));
    if (!result) return refusedBy(result.error());
    management::PolicyPreview preview;
    for (const broker::PolicyMatch& match : *result) {
        preview.matches.append({.key = {command.policy.vhost, textOf(std::string_view{match.name})},
                                .isExchange = match.isExchange,
                                .replaces = textOf(std::string_view{match.replaces}),
                                .isShadowed = match.isShadowed,
                                .droppedCount = match.droppedCount,
                                .droppedBytes = match.droppedBytes});
    }
    return {CommandStatus::Done, {}, std::move(preview)};
}

QList<management::PolicyRow> policyRows(const broker::Vhost& vhost)
{
    std::map<std::string_view, std::uint32_t> counts;
    std::map<std::string_view, std::uint32_t> operatorCounts;
    for (const broker::Queue* queue : vhost.queuesByName()) {
        counts[queue->policy()] += 1;
        operatorCounts[queue->operatorPolicy()] += 1;
    }
    for (const broker::Exchange* exchange : vhost.exchangesByName())
        counts[exchange->policy] += 1;
    QList<management::PolicyRow> rows;
    for (const auto& [name, policy] : vhost.policies)
        rows.append(rowOf(policy, counts[name]));
    for (const auto& [name, policy] : vhost.operatorPolicies)
        rows.append(rowOf(policy, operatorCounts[name]));
    return rows;
}

management::Arguments effectivePolicy(const broker::Vhost& vhost, const broker::Queue& queue)
{
    if (queue.policy().empty() && queue.operatorPolicy().empty()) return {};
    return argumentsOf(
        broker::mergedPolicies(find(vhost.policies, queue.policy()),
                               find(vhost.operatorPolicies, queue.operatorPolicy())));
}

QList<management::EffectiveSetting> queueSettings(const broker::Vhost& vhost,
                                                  const broker::Queue& queue)
{
    QList<management::EffectiveSetting> settings;
    for (const broker::ExplainedSetting& explained :
         broker::explainSettings(queue.definition(), find(vhost.policies, queue.policy()),
                                 find(vhost.operatorPolicies, queue.operatorPolicy()))) {
        management::EffectiveSetting setting{textOf(std::string_view{explained.key}), {}};
        for (const broker::SettingCandidate& candidate : explained.candidates) {
            setting.candidates.append({sourceOf(candidate.source), variantOf(candidate.value)});
        }
        settings.append(std::move(setting));
    }
    return settings;
}

}  // namespace warren::node
