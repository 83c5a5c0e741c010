#pragma once

#include "core/broker/bound_keys.h"
#include "core/broker/destination_set.h"
#include "core/broker/router.h"

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace warren::broker {

/// A message goes where its routing key is bound, letter for letter.
///
/// Cost: one hash look-up per message.
/// Spec: AMQP 0-9-1 §3.1.3.1.
class DirectRouter final : public Router {
public:
    void add(const RouterBinding& binding) override;
    void remove(const RouterBinding& binding) override;
    void removeDestination(const Destination& destination) override;
    bool isEmpty() const override { return m_destinations.empty(); }
    void route(std::string_view routingKey, ByteView encodedProperties, Prng& random,
               std::vector<Destination>& out) const override;
    bool dependsOnKeyOnly() const override { return true; }
    bool looksAtEveryKey() const override { return true; }

private:
    /// Lets the map be searched by string_view, without making a string per message.
    struct KeyHash : std::hash<std::string_view> {
        using is_transparent = void;
    };

    std::unordered_map<std::string, DestinationSet, KeyHash, std::equal_to<>> m_destinations;
    BoundKeys m_boundKeys;
};

}  // namespace warren::broker
