#pragma once

#include "core/amqp/field_table.h"
#include "core/broker/router.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warren::broker {

inline constexpr std::string_view kHashHeaderArgument = "hash-header";
inline constexpr std::string_view kHashPropertyArgument = "hash-property";

/// The properties that a message can be distributed by.
enum class HashProperty : std::uint8_t { MessageId, CorrelationId, Timestamp };

/// nullopt: RabbitMQ doesn't distribute by a property of this name.
std::optional<HashProperty> hashPropertyOf(std::string_view name);

/// A message goes to one destination, chosen by a hash of its routing key, of a header or of a
/// property: equal ones go to the same destination. The binding key is the weight of the
/// destination, its share of the messages.
///
/// Rendezvous hashing: each destination draws, from the message's hash and its own name, a distance
/// with the distribution that its weight asks for, and the nearest one wins. So a change of the
/// bindings moves only the share of the destination that comes, goes or changes; weights cost no
/// memory; and the choice depends on names and weights alone: not on the order of bindings, on
/// restarts or on the machine.
/// Weights above kWeightMax count as kWeightMax. Weights of several bindings to one destination add
/// up. What has no such header or property all goes to one destination.
/// Cost: a few nanoseconds per destination; header values are decoded.
/// Spec: RabbitMQ, plugin rabbitmq_consistent_hash_exchange.
class ConsistentHashRouter final : public Router {
public:
    static constexpr std::uint64_t kWeightMax = 1'000'000;

    /// @param arguments  of the exchange: hash-header, hash-property, or neither: the routing key
    explicit ConsistentHashRouter(const amqp::FieldTable& arguments);

    void add(const RouterBinding& binding) override;
    void remove(const RouterBinding& binding) override;
    void removeDestination(const Destination& destination) override;
    bool isEmpty() const override { return m_targets.empty(); }
    void route(std::string_view routingKey, ByteView encodedProperties, Prng& random,
               std::vector<Destination>& out) const override;
    bool dependsOnKeyOnly() const override { return !m_header && !m_property; }
    bool looksAtEveryKey() const override { return false; }

private:
    struct Target {
        std::uint64_t seed;  // a hash of its name
        std::uint64_t weight;
        Destination destination;
    };

    std::uint64_t hashOf(std::string_view routingKey, ByteView encodedProperties) const;
    /// Makes the target of a destination what its bindings ask for.
    void update(const Destination& destination, std::string_view name);

    std::optional<std::string> m_header{};
    std::optional<HashProperty> m_property{};
    std::map<Destination, std::vector<RouterBinding>> m_bindings;
    std::vector<Target> m_targets;  // one per destination, in no order that matters
};

/// Why a consistent hash exchange refuses a binding with this key, in RabbitMQ's words; nothing if
/// it takes it. The reply code is 406.
std::optional<std::string> hashBindingError(std::string_view bindingKey);

}  // namespace warren::broker
