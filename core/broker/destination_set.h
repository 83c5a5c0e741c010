#pragma once

#include "core/broker/router.h"

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace warren::broker {

/// Destinations that get the same messages, each once, with the bindings that lead there.
///
/// A destination stays as long as one of its bindings does. Small sets are searched in order;
/// larger ones keep an index, so that a fanout to thousands of queues is set up in linear time.
/// Thread: one at a time.
class DestinationSet {
public:
    /// @returns whether the binding is new
    bool add(const RouterBinding& binding);
    /// @returns whether it was there
    bool remove(const RouterBinding& binding);
    /// Removes a destination with all its bindings. @returns whether it was there
    bool removeDestination(const Destination& destination);

    bool contains(const Destination& destination) const;
    bool isEmpty() const { return m_destinations.empty(); }
    /// In no particular order, but the same for the same history.
    const std::vector<Destination>& destinations() const { return m_destinations; }

private:
    /// Beyond this count a search goes through the index.
    static constexpr std::size_t kCountWithoutIndexMax = 16;

    /// What tells apart the bindings to one destination.
    struct Variant {
        std::string routingKey;
        amqp::FieldTable arguments;
    };

    static constexpr auto kNowhere = static_cast<std::size_t>(-1);
    std::size_t positionOf(const Destination& destination) const;
    void append(const RouterBinding& binding);
    void removeAt(std::size_t position);

    // Two columns: routing reads the first one only.
    std::vector<Destination> m_destinations;
    std::vector<std::vector<Variant>> m_variants;
    std::unique_ptr<std::unordered_map<Destination, std::size_t>> m_positions;  // the index
};

}  // namespace warren::broker
