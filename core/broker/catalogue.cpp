#include "core/broker/catalogue.h"

#include "core/base/check.h"
#include "core/broker/predeclared_exchanges.h"

#include <algorithm>
#include <utility>

namespace warren::broker {

namespace {

RouterBinding routerBinding(const BindingDefinition& binding, const Destination& destination)
{
    return {binding.routingKey, binding.arguments, destination, binding.destination};
}

}  // namespace

std::string_view exchangeTypeName(ExchangeType type)
{
    switch (type) {
    case ExchangeType::Direct: return "direct";
    case ExchangeType::Fanout: return "fanout";
    case ExchangeType::Topic: return "topic";
    case ExchangeType::Headers: return "headers";
    case ExchangeType::ConsistentHash: return "x-consistent-hash";
    case ExchangeType::Random: return "x-random";
    case ExchangeType::RecentHistory: return "x-recent-history";
    }
    return {};
}

Exchange* Vhost::findExchange(std::string_view name) const
{
    const auto at = exchanges.find(name);
    return at == exchanges.end() ? nullptr : at->second.get();
}

Queue* Vhost::findQueue(std::string_view name) const
{
    const auto at = queues.find(name);
    return at == queues.end() ? nullptr : at->second;
}

std::vector<const Exchange*> Vhost::exchangesByName() const
{
    std::vector<const Exchange*> list;
    list.reserve(exchanges.size());
    for (const auto& [name, exchange] : exchanges)
        list.push_back(exchange.get());
    std::ranges::sort(list, {}, [](const Exchange* exchange) -> const std::string& {
        return exchange->definition.name;
    });
    return list;
}

std::vector<const Queue*> Vhost::queuesByName() const
{
    std::vector<const Queue*> list;
    list.reserve(queues.size());
    for (const auto& [name, queue] : queues)
        list.push_back(queue);
    std::ranges::sort(list, {}, [](const Queue* queue) -> const std::string& {
        return queue->definition().name;
    });
    return list;
}

void Catalogue::apply(const CatalogueChange& change)
{
    m_generation += 1;
    std::visit([this](const auto& one) { carryOut(one); }, change);
}

Vhost* Catalogue::findVhost(std::string_view name) const
{
    const auto at = m_vhosts.find(name);
    return at == m_vhosts.end() ? nullptr : at->second.get();
}

Queue* Catalogue::findQueue(QueueId id) const
{
    const auto at = m_queues.find(id);
    return at == m_queues.end() ? nullptr : at->second.get();
}

Exchange* Catalogue::findExchange(ExchangeId id) const
{
    const auto at = m_exchanges.find(id);
    return at == m_exchanges.end() ? nullptr : at->second;
}

std::vector<const Vhost*> Catalogue::vhostsByName() const
{
    std::vector<const Vhost*> list;
    for (const auto& [name, vhost] : m_vhosts)
        list.push_back(vhost.get());
    std::ranges::sort(
        list, {}, [](const Vhost* vhost) -> const std::string& { return vhost->definition.name; });
    return list;
}

void Catalogue::carryOut(const PutVhost& change)
{
    auto& vhost = m_vhosts[change.vhost.name];
    if (vhost != nullptr) {
        vhost->definition = change.vhost;
        return;
    }
    vhost = std::make_unique<Vhost>();
    vhost->definition = change.vhost;
    for (const PredeclaredExchange& predeclared : kPredeclaredExchanges) {
        carryOut(PutExchange{ExchangeDefinition{.vhost = change.vhost.name,
                                                .name = std::string{predeclared.name},
                                                .type = predeclared.type,
                                                .isDurable = true,
                                                .isAutoDelete = false,
                                                .isInternal = predeclared.isInternal,
                                                .arguments = {}}});
    }
}

void Catalogue::carryOut(const PutExchange& change)
{
    Vhost* vhost = findVhost(change.exchange.vhost);
    WARREN_CHECK(vhost != nullptr);
    auto& exchange = vhost->exchanges[change.exchange.name];
    if (exchange != nullptr) return;  // definitions of an exchange never change
    m_lastExchangeId += 1;
    exchange = std::make_unique<Exchange>(ExchangeId{m_lastExchangeId}, change.exchange);
    const amqp::FieldValue* alternate = change.exchange.arguments.find("alternate-exchange");
    const auto* name = alternate == nullptr ? nullptr : alternate->as<std::string>();
    if (name != nullptr) exchange->alternateExchange = *name;
    m_exchanges.emplace(exchange->id, exchange.get());
}

void Catalogue::carryOut(const PutQueue& change)
{
    Vhost* vhost = findVhost(change.queue.vhost);
    WARREN_CHECK(vhost != nullptr && change.queue.id);
    WARREN_CHECK(!vhost->queues.contains(change.queue.name));
    auto queue = std::make_unique<Queue>(change.queue, m_memory);
    vhost->queues.emplace(change.queue.name, queue.get());
    m_queues.emplace(change.queue.id, std::move(queue));
}

void Catalogue::carryOut(const PutBinding& change)
{
    Vhost* vhost = findVhost(change.binding.vhost);
    WARREN_CHECK(vhost != nullptr);
    Exchange* source = vhost->findExchange(change.binding.source);
    WARREN_CHECK(source != nullptr);
    if (!vhost->bindings.add(change.binding)) return;
    source->router->add(routerBinding(change.binding, destinationOf(*vhost, change.binding)));
}

void Catalogue::carryOut(const RemoveBinding& change)
{
    Vhost* vhost = findVhost(change.binding.vhost);
    if (vhost != nullptr) removeBindings(*vhost, {change.binding});
}

void Catalogue::carryOut(const RemoveQueue& change)
{
    Vhost* vhost = findVhost(change.vhost);
    Queue* queue = vhost == nullptr ? nullptr : vhost->findQueue(change.name);
    if (queue == nullptr) return;
    removeBindings(*vhost, vhost->bindings.to(DestinationKind::Queue, change.name));
    vhost->queues.erase(vhost->queues.find(change.name));
    m_queues.erase(queue->id());
}

void Catalogue::carryOut(const RemoveExchange& change)
{
    Vhost* vhost = findVhost(change.vhost);
    Exchange* exchange = vhost == nullptr ? nullptr : vhost->findExchange(change.name);
    if (exchange == nullptr) return;
    removeBindings(*vhost, vhost->bindings.from(change.name));
    removeBindings(*vhost, vhost->bindings.to(DestinationKind::Exchange, change.name));
    m_exchanges.erase(exchange->id);
    vhost->exchanges.erase(vhost->exchanges.find(change.name));
}

void Catalogue::carryOut(const RemoveVhost& change)
{
    const auto at = m_vhosts.find(change.name);
    if (at == m_vhosts.end()) return;
    for (const auto& [name, exchange] : at->second->exchanges)
        m_exchanges.erase(exchange->id);
    for (const auto& [name, queue] : at->second->queues)
        m_queues.erase(queue->id());
    std::erase_if(m_permissions, [&](const auto& one) { return one.second.vhost == change.name; });
    std::erase_if(m_topicPermissions,
                  [&](const auto& one) { return one.second.vhost == change.name; });
    m_vhosts.erase(at);
}

// ------------------------------------------------------------------------- users and their rights

const UserDefinition* Catalogue::findUser(std::string_view name) const
{
    const auto at = m_users.find(name);
    return at == m_users.end() ? nullptr : &at->second;
}

const PermissionDefinition* Catalogue::findPermission(std::string_view vhost,
                                                      std::string_view user) const
{
    const auto at = m_permissions.find(std::tuple{vhost, user});
    return at == m_permissions.end() ? nullptr : &at->second;
}

void Catalogue::carryOut(const PutUser& change)
{
    m_users.insert_or_assign(change.user.name, change.user);
}

void Catalogue::carryOut(const RemoveUser& change)
{
    m_users.erase(change.name);
    std::erase_if(m_permissions, [&](const auto& one) { return one.second.user == change.name; });
    std::erase_if(m_topicPermissions,
                  [&](const auto& one) { return one.second.user == change.name; });
}

void Catalogue::carryOut(const PutPermission& change)
{
    const PermissionDefinition& permission = change.permission;
    m_permissions.insert_or_assign({permission.vhost, permission.user}, permission);
}

void Catalogue::carryOut(const RemovePermission& change)
{
    m_permissions.erase({change.vhost, change.user});
}

void Catalogue::carryOut(const PutTopicPermission& change)
{
    const TopicPermissionDefinition& permission = change.permission;
    m_topicPermissions.insert_or_assign({permission.vhost, permission.user, permission.exchange},
                                        permission);
}

void Catalogue::carryOut(const RemoveTopicPermission& change)
{
    m_topicPermissions.erase({change.vhost, change.user, change.exchange});
}

// ---------------------------------------------------------------------------------------- policies

void Catalogue::carryOut(const PutPolicy& change)
{
    Vhost* vhost = findVhost(change.policy.vhost);
    WARREN_CHECK(vhost != nullptr);
    auto& policies = change.policy.isOperator ? vhost->operatorPolicies : vhost->policies;
    policies.insert_or_assign(change.policy.name, change.policy);
}

void Catalogue::carryOut(const RemovePolicy& change)
{
    Vhost* vhost = findVhost(change.vhost);
    if (vhost == nullptr) return;
    (change.isOperator ? vhost->operatorPolicies : vhost->policies).erase(change.name);
}

// ---------------------------------------------------------------------------------------- bindings

void Catalogue::removeBindings(Vhost& vhost, const std::vector<BindingDefinition>& bindings)
{
    for (const BindingDefinition& binding : bindings) {
        if (!vhost.bindings.remove(binding)) continue;
        Exchange* source = vhost.findExchange(binding.source);
        source->router->remove(routerBinding(binding, destinationOf(vhost, binding)));
    }
}

Destination Catalogue::destinationOf(const Vhost& vhost, const BindingDefinition& binding) const
{
    if (binding.destinationKind == DestinationKind::Queue) {
        const Queue* queue = vhost.findQueue(binding.destination);
        WARREN_CHECK(queue != nullptr);
        return Destination{DestinationKind::Queue, queue->id(), {}};
    }
    const Exchange* exchange = vhost.findExchange(binding.destination);
    WARREN_CHECK(exchange != nullptr);
    return Destination{DestinationKind::Exchange, {}, exchange->id};
}

}  // namespace warren::broker
