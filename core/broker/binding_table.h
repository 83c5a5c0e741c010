#pragma once

#include "core/broker/definition.h"
#include "core/broker/text_key.h"

#include <cstddef>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace warren::broker {

/// All bindings of one virtual host, found by themselves, by source and by destination.
///
/// Only keeps them; routing is the routers' work. Thread: the broker's. Cost: O(1) per change;
/// lists are sorted, O(n log n) in their length.
class BindingTable {
public:
    /// @returns whether it is new
    bool add(const BindingDefinition& binding);
    /// @returns whether it was there
    bool remove(const BindingDefinition& binding);
    bool contains(const BindingDefinition& binding) const { return m_bindings.contains(binding); }

    std::vector<BindingDefinition> from(std::string_view source) const;
    std::vector<BindingDefinition> to(DestinationKind kind, std::string_view destination) const;
    bool hasFrom(std::string_view source) const { return m_bySource.contains(source); }
    std::size_t count() const { return m_bindings.size(); }
    template <typename Visit>
    void forEach(Visit visit) const
    {
        for (const BindingDefinition& binding : m_bindings)
            visit(binding);
    }

private:
    struct Hash {
        std::size_t operator()(const BindingDefinition& binding) const;
    };
    using Index = TextMap<std::unordered_set<const BindingDefinition*>>;

    static void drop(Index& index, std::string_view key, const BindingDefinition* binding);
    static std::vector<BindingDefinition> sorted(const Index& index, std::string_view key);

    std::unordered_set<BindingDefinition, Hash> m_bindings;  // its nodes never move
    Index m_bySource;
    Index m_byQueue;
    Index m_byExchange;
};

}  // namespace warren::broker
