#pragma once

#include "core/broker/router.h"

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace warren::broker {

/// Which routing keys lead to a destination: the way back that a router needs when a queue goes,
/// without looking at everybody else's bindings.
class BoundKeys {
public:
    void add(const Destination& destination, std::string_view key)
    {
        m_keys.emplace(destination, key);
    }

    void remove(const Destination& destination, std::string_view key)
    {
        m_keys.erase({destination, std::string(key)});
    }

    /// Removes the keys of a destination and returns them.
    std::vector<std::string> take(const Destination& destination)
    {
        std::vector<std::string> keys;
        auto at = m_keys.lower_bound({destination, std::string()});
        while (at != m_keys.end() && at->first == destination) {
            keys.push_back(std::move(m_keys.extract(at++).value().second));
        }
        return keys;
    }

private:
    std::set<std::pair<Destination, std::string>> m_keys;
};

}  // namespace warren::broker
