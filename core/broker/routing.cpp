#include "core/broker/routing.h"

#include <algorithm>
#include <utility>

namespace warren::broker {

void Routing::find(const Vhost& vhost, Exchange& exchange, std::string_view routingKey,
                   ByteView encodedProperties, Route& route)
{
    route.queues.clear();
    route.dependsOnKeyOnly = true;
    if (exchange.isDefault()) {
        if (Queue* queue = vhost.findQueue(routingKey)) route.queues.push_back(queue);
        return;
    }
    m_visited.clear();
    m_visited.push_back(&exchange);
    for (std::size_t next = 0; next < m_visited.size(); ++next) {
        visit(vhost, *m_visited[next], routingKey, encodedProperties, route);
    }
    std::ranges::sort(route.queues, {}, [](const Queue* queue) { return queue->id(); });
    // Not std::ranges::unique: clang 14 can't compile what it returns in libstdc++ 12.
    route.queues.erase(std::unique(route.queues.begin(), route.queues.end()), route.queues.end());
}

void Routing::visit(const Vhost& vhost, Exchange& exchange, std::string_view routingKey,
                    ByteView encodedProperties, Route& route)
{
    if (exchange.isDefault()) {  // as an alternate exchange
        if (Queue* queue = vhost.findQueue(routingKey)) route.queues.push_back(queue);
        return;
    }
    if (exchange.router->usesHeaders()) route.dependsOnKeyOnly = false;
    m_destinations.clear();
    exchange.router->route(routingKey, encodedProperties, m_destinations);
    if (m_destinations.empty()) {
        const amqp::FieldValue* alternate =
            exchange.definition.arguments.find("alternate-exchange");
        const auto* name = alternate == nullptr ? nullptr : alternate->as<std::string>();
        if (name != nullptr) pushOnce(vhost.findExchange(*name));
        return;
    }
    for (const Destination& destination : m_destinations) {
        if (destination.kind == DestinationKind::Queue) {
            if (Queue* queue = m_catalogue.findQueue(destination.queue))
                route.queues.push_back(queue);
        } else {
            pushOnce(m_catalogue.findExchange(destination.exchange));
        }
    }
}

void Routing::pushOnce(Exchange* exchange)
{
    if (exchange == nullptr) return;
    if (std::ranges::find(m_visited, exchange) == m_visited.end()) m_visited.push_back(exchange);
}

const RouteCache::Entry* RouteCache::find(std::uint64_t generation, std::string_view exchange,
                                          std::string_view routingKey) const
{
    if (m_entries.empty()) return nullptr;
    const Entry& entry = m_entries[slotOf(exchange, routingKey)];
    const bool isHit = entry.generation == generation && entry.routingKey == routingKey &&
                       entry.exchangeName == exchange;
    return isHit ? &entry : nullptr;
}

const RouteCache::Entry& RouteCache::put(Entry&& entry)
{
    if (m_entries.empty()) m_entries.resize(kSlots);
    Entry& slot = m_entries[slotOf(entry.exchangeName, entry.routingKey)];
    slot = std::move(entry);
    return slot;
}

std::size_t RouteCache::slotOf(std::string_view exchange, std::string_view routingKey)
{
    const TextHash hash;
    return (hash(routingKey) * 31 + hash(exchange)) % kSlots;
}

}  // namespace warren::broker
