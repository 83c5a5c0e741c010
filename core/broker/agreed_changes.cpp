#include "core/broker/agreed_changes.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>

namespace warren::broker {

namespace {

/// What clients hold of a queue that has gone is of no queue, not of one that gets its id again.
void forgetHeld(const State& state, QueueId queue)
{
    for (const auto& [id, connection] : state.connections) {
        connection->forEachChannel([&](Channel& channel) {
            channel.unacked.forEachLive([&](UnackedMessage& message) {
                if (message.queue == queue) message.queue = {};
            });
        });
    }
}

}  // namespace

void AgreedChanges::apply(const CatalogueChange& change)
{
    m_state.isApplyingAgreed = true;
    std::visit([this](const auto& one) { carryOut(one); }, change);
    m_state.isApplyingAgreed = false;
}

void AgreedChanges::carryOut(const PutVhost& change)
{
    const Vhost* vhost = m_state.catalogue.findVhost(change.vhost.name);
    if (vhost != nullptr && vhost->definition == change.vhost) return;
    m_state.change(PutVhost{change}, true);
}

void AgreedChanges::carryOut(const PutExchange& change)
{
    Vhost* vhost = m_state.catalogue.findVhost(change.exchange.vhost);
    if (vhost == nullptr) return;
    const Exchange* present = vhost->findExchange(change.exchange.name);
    if (present != nullptr && present->definition == change.exchange) return;
    m_state.change(PutExchange{change}, change.exchange.isDurable);
    m_policies.apply(*vhost->findExchange(change.exchange.name));
}

void AgreedChanges::carryOut(const PutQueue& change)
{
    Vhost* vhost = m_state.catalogue.findVhost(change.queue.vhost);
    if (vhost == nullptr) return;
    Queue* present = vhost->findQueue(change.queue.name);
    if (present != nullptr && present->id() == change.queue.id) return;
    if (present != nullptr) m_declarations.forgetQueue(*present);
    const bool isStored = change.queue.isDurable && !change.queue.exclusiveOwner;
    // Ids rise, so this one may have been here, and its removal did not hold.
    if (!(m_state.lastQueueId < change.queue.id)) forgetHeld(m_state, change.queue.id);
    m_state.change(PutQueue{change}, isStored);
    m_state.lastQueueId = std::max(m_state.lastQueueId, change.queue.id);
    Queue& queue = *vhost->findQueue(change.queue.name);
    queue.role = QueueRole::Remote;
    queue.leader = kNoNode;  // its placement is agreed on next
    queue.lastUsed = m_state.now;
    m_policies.apply(queue);
}

void AgreedChanges::carryOut(const PutBinding& change)
{
    const BindingDefinition& binding = change.binding;
    Vhost* vhost = m_state.catalogue.findVhost(binding.vhost);
    if (vhost == nullptr || vhost->bindings.contains(binding)) return;
    const Exchange* source = vhost->findExchange(binding.source);
    const bool isToQueue = binding.destinationKind == DestinationKind::Queue;
    const bool hasDestination = isToQueue ? vhost->findQueue(binding.destination) != nullptr
                                          : vhost->findExchange(binding.destination) != nullptr;
    if (source == nullptr || !hasDestination) return;
    m_state.change(PutBinding{change}, m_declarations.isStored(binding));
}

void AgreedChanges::carryOut(const PutUser& change)
{
    const UserDefinition* user = m_state.catalogue.findUser(change.user.name);
    if (user != nullptr && *user == change.user) return;
    m_state.change(PutUser{change}, true);
}

void AgreedChanges::carryOut(const PutPermission& change)
{
    const PermissionDefinition* present =
        m_state.catalogue.findPermission(change.permission.vhost, change.permission.user);
    if (present != nullptr && *present == change.permission) return;
    m_state.change(PutPermission{change}, true);
}

void AgreedChanges::carryOut(const PutTopicPermission& change)
{
    m_state.change(PutTopicPermission{change}, true);
}

void AgreedChanges::carryOut(const PutPolicy& change)
{
    const Vhost* vhost = m_state.catalogue.findVhost(change.policy.vhost);
    if (vhost == nullptr) return;
    const auto& list = change.policy.isOperator ? vhost->operatorPolicies : vhost->policies;
    const auto present = list.find(change.policy.name);
    if (present != list.end() && present->second == change.policy) return;
    (void)m_policies.put(PolicyDefinition{change.policy});  // judged where it began
}

void AgreedChanges::carryOut(const RemoveVhost& change)
{
    Vhost* vhost = m_state.catalogue.findVhost(change.name);
    if (vhost == nullptr) return;
    vhost->definition.isProtected = false;            // it was asked about that where it began
    (void)m_administration.removeVhost(change.name);  // nobody waits here
}

void AgreedChanges::carryOut(const RemoveExchange& change)
{
    const Vhost* vhost = m_state.catalogue.findVhost(change.vhost);
    const Exchange* exchange = vhost == nullptr ? nullptr : vhost->findExchange(change.name);
    if (exchange == nullptr) return;
    const bool wasStored = exchange->definition.isDurable;
    m_state.change(RemoveExchange{change}, wasStored);
}

void AgreedChanges::carryOut(const RemoveQueue& change)
{
    if (Queue* queue = m_state.catalogue.findQueue(change.id)) m_declarations.forgetQueue(*queue);
}

void AgreedChanges::carryOut(const RemoveBinding& change)
{
    const Vhost* vhost = m_state.catalogue.findVhost(change.binding.vhost);
    if (vhost == nullptr || !vhost->bindings.contains(change.binding)) return;
    const bool wasStored = m_declarations.isStored(change.binding);
    m_state.change(RemoveBinding{change}, wasStored);
}

void AgreedChanges::carryOut(const RemoveUser& change)
{
    (void)m_administration.removeUser(change.name);  // one that is not there is no fault here
}

void AgreedChanges::carryOut(const RemovePermission& change)
{
    m_state.change(RemovePermission{change}, true);
}

void AgreedChanges::carryOut(const RemoveTopicPermission& change)
{
    m_state.change(RemoveTopicPermission{change}, true);
}

void AgreedChanges::carryOut(const RemovePolicy& change)
{
    (void)m_policies.remove(change.vhost, change.name, change.isOperator);  // likewise
}

// -------------------------------------------------------------------------------- all of it at
// once

void AgreedChanges::reconcile(const std::vector<CatalogueChange>& all)
{
    m_state.isApplyingAgreed = true;
    removeSurplus(all);
    for (const CatalogueChange& change : all)
        std::visit([this](const auto& one) { carryOut(one); }, change);
    m_state.isApplyingAgreed = false;
}

void AgreedChanges::removeSurplus(const std::vector<CatalogueChange>& all)
{
    std::set<std::string> vhosts;
    std::set<std::pair<std::string, std::string>> exchanges;
    std::set<QueueId> queues;
    std::set<std::string> users;
    std::set<std::tuple<std::string, std::string, bool>> policies;
    std::set<std::pair<std::string, std::string>> permissions;
    BindingTable bindings;
    for (const CatalogueChange& change : all) {
        if (const auto* vhost = std::get_if<PutVhost>(&change)) vhosts.insert(vhost->vhost.name);
        if (const auto* one = std::get_if<PutExchange>(&change)) {
            exchanges.emplace(one->exchange.vhost, one->exchange.name);
        }
        if (const auto* one = std::get_if<PutQueue>(&change)) queues.insert(one->queue.id);
        if (const auto* one = std::get_if<PutUser>(&change)) users.insert(one->user.name);
        if (const auto* one = std::get_if<PutPermission>(&change)) {
            permissions.emplace(one->permission.vhost, one->permission.user);
        }
        if (const auto* one = std::get_if<PutPolicy>(&change)) {
            policies.emplace(one->policy.vhost, one->policy.name, one->policy.isOperator);
        }
        if (const auto* one = std::get_if<PutBinding>(&change)) bindings.add(one->binding);
    }
    std::vector<CatalogueChange> removals;
    for (const Vhost* vhost : m_state.catalogue.vhostsByName()) {
        const std::string& name = vhost->definition.name;
        if (!vhosts.contains(name)) {
            removals.emplace_back(RemoveVhost{name});
            continue;
        }
        for (const Queue* queue : vhost->queuesByName()) {
            if (queues.contains(queue->id())) continue;
            removals.emplace_back(RemoveQueue{queue->id(), name, queue->definition().name});
        }
        for (const Exchange* exchange : vhost->exchangesByName()) {
            const std::string& exchangeName = exchange->definition.name;
            if (exchangeName.empty() || exchangeName.starts_with("amq.")) continue;
            if (exchanges.contains({name, exchangeName})) continue;
            removals.emplace_back(RemoveExchange{name, exchangeName});
        }
        vhost->bindings.forEach([&](const BindingDefinition& binding) {
            if (!bindings.contains(binding)) removals.emplace_back(RemoveBinding{binding});
        });
        for (const auto* list : {&vhost->policies, &vhost->operatorPolicies}) {
            for (const auto& [policyName, policy] : *list) {
                if (policies.contains({name, policyName, policy.isOperator})) continue;
                removals.emplace_back(RemovePolicy{name, policyName, policy.isOperator});
            }
        }
    }
    for (const auto& [key, permission] : m_state.catalogue.permissions()) {
        if (!permissions.contains(key)) {
            removals.emplace_back(RemovePermission{permission.vhost, permission.user});
        }
    }
    for (const auto& [name, user] : m_state.catalogue.users()) {
        if (!users.contains(name)) removals.emplace_back(RemoveUser{name});
    }
    for (const CatalogueChange& removal : removals)
        std::visit([this](const auto& one) { carryOut(one); }, removal);
}

}  // namespace warren::broker
