#include "core/broker/direct_router.h"

namespace warren::broker {

void DirectRouter::add(const RouterBinding& binding)
{
    if (m_destinations[binding.routingKey].add(binding)) {
        m_boundKeys.add(binding.destination, binding.routingKey);
    }
}

void DirectRouter::remove(const RouterBinding& binding)
{
    const auto found = m_destinations.find(binding.routingKey);
    if (found == m_destinations.end()) return;
    DestinationSet& destinations = found->second;
    if (!destinations.remove(binding)) return;
    if (!destinations.contains(binding.destination)) {
        m_boundKeys.remove(binding.destination, binding.routingKey);
    }
    if (destinations.isEmpty()) m_destinations.erase(found);
}

void DirectRouter::removeDestination(const Destination& destination)
{
    for (const std::string& key : m_boundKeys.take(destination)) {
        const auto found = m_destinations.find(key);
        found->second.removeDestination(destination);
        if (found->second.isEmpty()) m_destinations.erase(found);
    }
}

void DirectRouter::route(std::string_view routingKey, ByteView, Prng&,
                         std::vector<Destination>& out) const
{
    const auto found = m_destinations.find(routingKey);
    if (found == m_destinations.end()) return;
    const auto& destinations = found->second.destinations();
    out.insert(out.end(), destinations.begin(), destinations.end());
}

}  // namespace warren::broker
