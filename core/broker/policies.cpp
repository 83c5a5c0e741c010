#include "core/broker/policies.h"

#include "core/broker/policy_keys.h"
#include "core/broker/queue_settings.h"

#include <algorithm>
#include <set>
#include <utility>

namespace warren::broker {

using amqp::FieldValue;
using amqp::ReplyCode;

namespace {

// ---- what a queue and an exchange have in common here

const std::string& nameOf(const Queue& queue) { return queue.definition().name; }
const std::string& nameOf(const Exchange& exchange) { return exchange.definition.name; }

bool isFor(PolicyTarget target, const Queue& queue)
{
    switch (target) {
    case PolicyTarget::All:
    case PolicyTarget::Queues: return true;
    case PolicyTarget::Exchanges: return false;
    case PolicyTarget::ClassicQueues: return queue.settings().type == QueueType::Classic;
    case PolicyTarget::QuorumQueues: return queue.settings().type == QueueType::Quorum;
    }
    return false;
}

bool isFor(PolicyTarget target, const Exchange&)
{
    return target == PolicyTarget::All || target == PolicyTarget::Exchanges;
}

bool isStronger(const PolicyDefinition& a, const PolicyDefinition& b)
{
    if (a.priority != b.priority) return a.priority > b.priority;
    return a.name < b.name;
}

const std::string& nameOf(const PolicyDefinition* policy)
{
    static const std::string kNone;
    return policy == nullptr ? kNone : policy->name;
}

Refusal invalid(std::string text) { return {ReplyCode::CommandInvalid, std::move(text), {}}; }

Refusal noVhost(std::string_view name)
{
    return {ReplyCode::NotFound, "no vhost '" + std::string{name} + "'", {}};
}

std::string alternateIn(const amqp::FieldTable& table)
{
    const FieldValue* value = table.find("alternate-exchange");
    const auto* name = value == nullptr ? nullptr : value->as<std::string>();
    return name == nullptr ? std::string{} : *name;
}

/// The messages that go at once when the queue gets these settings.
void countDropped(const Queue& queue, const QueueSettings& settings, PolicyMatch& match)
{
    if (settings.overflow != Overflow::DropHead) return;  // others refuse new ones, and keep these
    std::uint64_t count = queue.readyCount();
    std::uint64_t bytes = queue.readyBytes();
    const auto isOver = [&] {
        return (settings.lengthMax && count > *settings.lengthMax) ||
               (settings.lengthBytesMax && bytes > *settings.lengthBytesMax);
    };
    if (!isOver()) return;
    queue.forEachReady([&](const QueueEntry& entry) {
        const std::uint64_t bodyBytes = entry.bodyBytes;
        count -= 1;
        bytes -= bodyBytes;
        match.droppedCount += 1;
        match.droppedBytes += bodyBytes;
        return isOver();
    });
}

}  // namespace

// ---------------------------------------------------------------------------------------- matching

const Pattern* Policies::patternOf(const std::string& text)
{
    const auto at = m_patterns.find(text);
    if (at != m_patterns.end()) return at->second ? &*at->second : nullptr;
    auto compiled = Pattern::compile(text);
    std::optional<Pattern> pattern;
    if (compiled) pattern = std::move(compiled.value());
    const auto& stored = m_patterns.emplace(text, std::move(pattern)).first->second;
    return stored ? &*stored : nullptr;
}

void Policies::forgetPatterns()
{
    std::set<std::string_view> used;
    for (const Vhost* vhost : m_state.catalogue.vhostsByName()) {
        for (const List* list : {&vhost->policies, &vhost->operatorPolicies}) {
            for (const auto& [name, policy] : *list)
                used.insert(policy.pattern);
        }
    }
    std::erase_if(m_patterns, [&](const auto& entry) { return !used.contains(entry.first); });
}

template <typename Object>
bool Policies::matches(const PolicyDefinition& policy, const Object& object)
{
    if (!isFor(policy.applyTo, object)) return false;
    const Pattern* pattern = patternOf(policy.pattern);
    return pattern != nullptr && pattern->matches(nameOf(object));
}

template <typename Object>
const PolicyDefinition* Policies::strongest(const List& policies, const Object& object,
                                            std::string_view except)
{
    const PolicyDefinition* best = nullptr;
    for (const auto& [name, policy] : policies) {
        if (name == except) continue;
        if (best != nullptr && !isStronger(policy, *best)) continue;
        if (matches(policy, object)) best = &policy;
    }
    return best;
}

void Policies::apply(Queue& queue)
{
    const Vhost& vhost = *m_state.catalogue.findVhost(queue.definition().vhost);
    const PolicyDefinition* policy = strongest(vhost.policies, queue);
    const PolicyDefinition* operatorPolicy = strongest(vhost.operatorPolicies, queue);
    QueueSettings settings = effectiveSettings(queue.definition(), policy, operatorPolicy);
    if (settings != queue.settings()) m_state.changedSettings.push_back(queue.id());
    queue.setSettings(std::move(settings), nameOf(policy), nameOf(operatorPolicy));
}

void Policies::apply(Exchange& exchange)
{
    const Vhost& vhost = *m_state.catalogue.findVhost(exchange.definition.vhost);
    const PolicyDefinition* policy = strongest(vhost.policies, exchange);
    exchange.policy = nameOf(policy);
    exchange.alternateExchange = alternateIn(exchange.definition.arguments);
    // What the default exchange can't route is lost in RabbitMQ too, whatever a policy says.
    const bool isOpen = exchange.alternateExchange.empty() && !exchange.isDefault();
    if (isOpen && policy != nullptr) exchange.alternateExchange = alternateIn(policy->definition);
}

void Policies::applyTo(Vhost& vhost)
{
    for (const Queue* queue : vhost.queuesByName())
        apply(*vhost.findQueue(nameOf(*queue)));
    for (const auto& [name, exchange] : vhost.exchanges)
        apply(*exchange);
}

void Policies::applyAll()
{
    for (const Vhost* vhost : m_state.catalogue.vhostsByName())
        applyTo(*m_state.catalogue.findVhost(vhost->definition.name));
}

// ----------------------------------------------------------------------------------------- changes

Verdict Policies::judge(const Vhost& vhost, const PolicyDefinition& policy)
{
    if (policy.name.empty()) return invalid("a policy needs a name");
    if (policy.name.size() > kNameBytesMax) {
        return invalid("the name of a policy has at most 255 bytes");
    }
    // RabbitMQ names every fault, in this order, a line each.
    std::string faults = policyFault(policy.definition, policy.isOperator).value_or("");
    const auto pattern = Pattern::compile(policy.pattern);
    if (!pattern) {
        if (!faults.empty()) faults += '\n';
        faults += "pattern should be regular expression but is invalid: {\"" +
                  pattern.error().reason + "\"," + std::to_string(pattern.error().offset) + "}";
    }
    if (!faults.empty()) return invalid(std::move(faults));
    const auto isCostly = [&](const std::string& name) {
        return pattern->match(name) == Pattern::Outcome::TooCostly;
    };
    const auto costly = [](const std::string& entity) {
        return invalid("pattern takes too many steps to match " + entity);
    };
    for (const Queue* queue : vhost.queuesByName()) {
        const std::string& name = nameOf(*queue);
        if (isCostly(name)) return costly(queueText(policy.vhost, name));
    }
    for (const Exchange* exchange : vhost.exchangesByName()) {
        const std::string& name = nameOf(*exchange);
        if (isCostly(name)) return costly(exchangeText(policy.vhost, name));
    }
    return {};
}

Result<LogPosition, Refusal> Policies::put(PolicyDefinition policy)
{
    Vhost* vhost = m_state.catalogue.findVhost(policy.vhost);
    if (vhost == nullptr) return noVhost(policy.vhost);
    Verdict verdict = judge(*vhost, policy);
    if (!verdict) return verdict.error();
    const LogPosition position = m_state.change(PutPolicy{std::move(policy)}, true);
    applyTo(*vhost);
    forgetPatterns();
    return position;
}

Result<LogPosition, Refusal> Policies::remove(std::string_view vhostName, std::string_view name,
                                              bool isOperator)
{
    Vhost* vhost = m_state.catalogue.findVhost(vhostName);
    if (vhost == nullptr) return noVhost(vhostName);
    if (!(isOperator ? vhost->operatorPolicies : vhost->policies).contains(name)) {
        return Refusal{ReplyCode::NotFound,
                       std::string{isOperator ? "no operator policy '" : "no policy '"} +
                           std::string{name} + "' in vhost '" + vhost->definition.name + "'",
                       {}};
    }
    const LogPosition position =
        m_state.change(RemovePolicy{vhost->definition.name, std::string{name}, isOperator}, true);
    applyTo(*vhost);
    forgetPatterns();
    return position;
}

// ----------------------------------------------------------------------------------------- preview

PolicyMatch Policies::previewOf(const Vhost& vhost, const PolicyDefinition& policy,
                                const Queue& queue)
{
    const List& rivals = policy.isOperator ? vhost.operatorPolicies : vhost.policies;
    const PolicyDefinition* rival = strongest(rivals, queue, policy.name);
    PolicyMatch match{.isExchange = false, .name = nameOf(queue)};
    if (rival != nullptr && isStronger(*rival, policy)) {
        match.isShadowed = true;
        return match;
    }
    match.replaces = nameOf(rival);
    const PolicyDefinition* user = policy.isOperator ? strongest(vhost.policies, queue) : &policy;
    const PolicyDefinition* oper =
        policy.isOperator ? &policy : strongest(vhost.operatorPolicies, queue);
    countDropped(queue, effectiveSettings(queue.definition(), user, oper), match);
    return match;
}

Result<std::vector<PolicyMatch>, Refusal> Policies::preview(const PolicyDefinition& policy)
{
    const Vhost* vhost = m_state.catalogue.findVhost(policy.vhost);
    if (vhost == nullptr) return noVhost(policy.vhost);
    Verdict verdict = judge(*vhost, policy);
    if (!verdict) return verdict.error();
    std::vector<PolicyMatch> result;
    for (const Queue* queue : vhost->queuesByName()) {
        if (matches(policy, *queue)) result.push_back(previewOf(*vhost, policy, *queue));
    }
    const List& rivals = policy.isOperator ? vhost->operatorPolicies : vhost->policies;
    for (const Exchange* exchange : vhost->exchangesByName()) {
        if (!matches(policy, *exchange)) continue;
        const PolicyDefinition* rival = strongest(rivals, *exchange, policy.name);
        PolicyMatch match{.isExchange = true, .name = nameOf(*exchange)};
        match.isShadowed = rival != nullptr && isStronger(*rival, policy);
        if (!match.isShadowed) match.replaces = nameOf(rival);
        result.push_back(std::move(match));
    }
    forgetPatterns();
    return result;
}

}  // namespace warren::broker
