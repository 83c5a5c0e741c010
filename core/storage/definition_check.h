#pragma once

#include "core/broker/definition.h"

#include <optional>
#include <set>
#include <string>
#include <utility>

namespace warren::storage {

/// Whether stored definitions fit together: everything is in a vhost that is there, and a binding's
/// ends are there. A broker takes that for granted of what it is given to restore.
///
/// Pure. Cost: O(log n) per definition.
class DefinitionCheck {
public:
    /// Judges one more definition; those that it needs came before.
    /// @returns what is wrong with it, as the end of a sentence; nothing if it fits
    std::optional<std::string> add(const broker::CatalogueChange& put);

private:
    /// Vhost and name.
    using Key = std::pair<std::string, std::string>;

    /// @param what  "the queue 'a'"
    std::optional<std::string> judgeVhost(const std::string& vhost, const std::string& what) const;
    std::optional<std::string> judge(const broker::BindingDefinition& binding) const;

    std::set<std::string> m_vhosts;
    std::set<Key> m_exchanges;
    std::set<Key> m_queues;
};

}  // namespace warren::storage
