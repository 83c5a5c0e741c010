#pragma once

#include "core/broker/destination_set.h"
#include "core/broker/router.h"

#include <string_view>
#include <vector>

namespace warren::broker {

/// A message goes to one destination, chosen by chance: each binding has the same chance, so a
/// queue that is bound twice has two.
///
/// Cost: O(1) per message, O(bindings) to remove one.
/// Spec: RabbitMQ, plugin rabbitmq_random_exchange.
class RandomRouter final : public Router {
public:
    void add(const RouterBinding& binding) override;
    void remove(const RouterBinding& binding) override;
    void removeDestination(const Destination& destination) override;
    bool isEmpty() const override { return m_choices.empty(); }
    void route(std::string_view routingKey, ByteView encodedProperties, Prng& random,
               std::vector<Destination>& out) const override;
    bool dependsOnKeyOnly() const override { return false; }
    bool looksAtEveryKey() const override { return false; }

private:
    DestinationSet m_bindings;
    std::vector<Destination> m_choices;  // the destination of each binding
};

}  // namespace warren::broker
