#include "core/broker/destination_set.h"

#include <algorithm>
#include <utility>

namespace warren::broker {

namespace {

/// The place of a binding among those to the same destination, or end.
template <typename Variants>
auto findVariant(Variants& variants, const RouterBinding& binding)
{
    return std::find_if(variants.begin(), variants.end(), [&](const auto& variant) {
        return variant.routingKey == binding.routingKey && variant.arguments == binding.arguments;
    });
}

}  // namespace

bool DestinationSet::add(const RouterBinding& binding)
{
    const std::size_t position = positionOf(binding.destination);
    if (position == kNowhere) {
        append(binding);
        return true;
    }
    auto& variants = m_variants[position];
    if (findVariant(variants, binding) != variants.end()) return false;
    variants.push_back({binding.routingKey, binding.arguments});
    return true;
}

bool DestinationSet::remove(const RouterBinding& binding)
{
    const std::size_t position = positionOf(binding.destination);
    if (position == kNowhere) return false;
    auto& variants = m_variants[position];
    const auto variant = findVariant(variants, binding);
    if (variant == variants.end()) return false;
    variants.erase(variant);
    if (variants.empty()) removeAt(position);
    return true;
}

bool DestinationSet::removeDestination(const Destination& destination)
{
    const std::size_t position = positionOf(destination);
    if (position == kNowhere) return false;
    removeAt(position);
    return true;
}

bool DestinationSet::contains(const Destination& destination) const
{
    return positionOf(destination) != kNowhere;
}

std::size_t DestinationSet::positionOf(const Destination& destination) const
{
    if (m_positions) {
        const auto found = m_positions->find(destination);
        return found == m_positions->end() ? kNowhere : found->second;
    }
    const auto found = std::find(m_destinations.begin(), m_destinations.end(), destination);
    if (found == m_destinations.end()) return kNowhere;
    return static_cast<std::size_t>(found - m_destinations.begin());
}

void DestinationSet::append(const RouterBinding& binding)
{
    m_destinations.push_back(binding.destination);
    m_variants.emplace_back().push_back({binding.routingKey, binding.arguments});
    if (m_positions) {
        m_positions->emplace(binding.destination, m_destinations.size() - 1);
    } else if (m_destinations.size() > kCountWithoutIndexMax) {
        m_positions = std::make_unique<std::unordered_map<Destination, std::size_t>>();
        for (std::size_t i = 0; i < m_destinations.size(); ++i) {
            m_positions->emplace(m_destinations[i], i);
        }
    }
}

void DestinationSet::removeAt(std::size_t position)
{
    // The last one takes the gap: O(1), and order does not matter here.
    if (m_positions) {
        m_positions->erase(m_destinations[position]);
        if (position + 1 < m_destinations.size()) {
            m_positions->insert_or_assign(m_destinations.back(), position);
        }
    }
    std::swap(m_destinations[position], m_destinations.back());
    std::swap(m_variants[position], m_variants.back());
    m_destinations.pop_back();
    m_variants.pop_back();
    if (m_destinations.empty()) m_positions.reset();
}

}  // namespace warren::broker
