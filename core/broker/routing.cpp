#include "core/broker/routing.h"

#include <algorithm>
#include <utility>

namespace warren::broker {

void Routing::find(const Vhost& vhost, Exchange& exchange,
                   std::span<const std::string_view> routingKeys, ByteView encodedProperties,
                   Route& route)
{
    route.queues.clear();
    route.keepers.clear();
    route.dependsOnKeyOnly = true;
    if (exchange.isDefault()) {
        for (const std::string_view key : routingKeys) {
            if (Queue* queue = vhost.findQueue(key)) route.queues.push_back(queue);
        }
    } else {
        m_visited.clear();
        m_visited.push_back(&exchange);
        for (std::size_t next = 0; next < m_visited.size(); ++next) {
            visit(vhost, *m_visited[next], routingKeys, encodedProperties, route);
        }
    }
    if (route.queues.size() < 2) return;
    std::ranges::sort(route.queues, {}, [](const Queue* queue) { return queue->id(); });
    // Not std::ranges::unique: clang 14 can't compile what it returns in libstdc++ 12.
    route.queues.erase(std::unique(route.queues.begin(), route.queues.end()), route.queues.end());
}

void Routing::visit(const Vhost& vhost, Exchange& exchange,
                    std::span<const std::string_view> routingKeys, ByteView encodedProperties,
                    Route& route)
{
    const Router& router = *exchange.router;
    if (!router.dependsOnKeyOnly()) route.dependsOnKeyOnly = false;
    if (exchange.history != nullptr) {
        route.dependsOnKeyOnly = false;  // each message is to be kept
        route.keepers.push_back(&exchange);
    }
    m_destinations.clear();
    const std::size_t keyCount = router.looksAtEveryKey() ? routingKeys.size() : 1;
    for (const std::string_view key : routingKeys.first(keyCount))
        router.route(key, encodedProperties, m_prng, m_destinations);
    if (m_destinations.empty()) {
        // Source: RabbitMQ 3.10.8: the default exchange, "", is none: it has no bindings.
        if (!exchange.alternateExchange.empty()) {
            pushOnce(vhost.findExchange(exchange.alternateExchange));
        }
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
