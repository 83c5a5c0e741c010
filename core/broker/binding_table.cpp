#include "core/broker/binding_table.h"

#include <algorithm>
#include <tuple>

namespace warren::broker {

namespace {

bool isBefore(const BindingDefinition& a, const BindingDefinition& b)
{
    const auto key = [](const BindingDefinition& binding) {
        return std::tie(binding.source, binding.destinationKind, binding.destination,
                        binding.routingKey);
    };
    if (key(a) != key(b)) return key(a) < key(b);
    // Bindings that differ in their arguments only: any fixed order will do.
    Buffer left;
    Buffer right;
    amqp::appendFieldTable(left, a.arguments);
    amqp::appendFieldTable(right, b.arguments);
    return textOf(left.view()) < textOf(right.view());
}

}  // namespace

std::size_t BindingTable::Hash::operator()(const BindingDefinition& binding) const
{
    const TextHash hash;
    std::size_t mixed = hash(binding.source);
    for (const std::string_view part :
         {std::string_view{binding.destination}, std::string_view{binding.routingKey}}) {
        mixed = mixed * 0x9E3779B97F4A7C15ull + hash(part);
    }
    return mixed * 2 + static_cast<std::size_t>(binding.destinationKind);
}

bool BindingTable::add(const BindingDefinition& binding)
{
    const auto [at, isNew] = m_bindings.insert(binding);
    if (!isNew) return false;
    m_bySource[binding.source].insert(&*at);
    auto& byDestination =
        binding.destinationKind == DestinationKind::Queue ? m_byQueue : m_byExchange;
    byDestination[binding.destination].insert(&*at);
    return true;
}

bool BindingTable::remove(const BindingDefinition& binding)
{
    const auto at = m_bindings.find(binding);
    if (at == m_bindings.end()) return false;
    drop(m_bySource, at->source, &*at);
    drop(at->destinationKind == DestinationKind::Queue ? m_byQueue : m_byExchange, at->destination,
         &*at);
    m_bindings.erase(at);
    return true;
}

std::vector<BindingDefinition> BindingTable::from(std::string_view source) const
{
    return sorted(m_bySource, source);
}

std::vector<BindingDefinition> BindingTable::to(DestinationKind kind,
                                                std::string_view destination) const
{
    return sorted(kind == DestinationKind::Queue ? m_byQueue : m_byExchange, destination);
}

void BindingTable::drop(Index& index, std::string_view key, const BindingDefinition* binding)
{
    const auto at = index.find(key);
    at->second.erase(binding);
    if (at->second.empty()) index.erase(at);
}

std::vector<BindingDefinition> BindingTable::sorted(const Index& index, std::string_view key)
{
    std::vector<BindingDefinition> bindings;
    const auto at = index.find(key);
    if (at == index.end()) return bindings;
    for (const BindingDefinition* binding : at->second)
        bindings.push_back(*binding);
    std::ranges::sort(bindings, isBefore);
    return bindings;
}

}  // namespace warren::broker
