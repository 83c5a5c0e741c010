#pragma once

#include "core/broker/destination_set.h"
#include "core/broker/router.h"

#include <string_view>
#include <vector>

namespace warren::broker {

/// Every message goes everywhere that is bound.
///
/// Spec: AMQP 0-9-1 §3.1.3.2.
class FanoutRouter final : public Router {
public:
    void add(const RouterBinding& binding) override;
    void remove(const RouterBinding& binding) override;
    void removeDestination(const Destination& destination) override;
    bool isEmpty() const override { return m_destinations.isEmpty(); }
    void route(std::string_view routingKey, ByteView encodedProperties, Prng& random,
               std::vector<Destination>& out) const override;
    bool dependsOnKeyOnly() const override { return true; }
    bool looksAtEveryKey() const override { return false; }

private:
    DestinationSet m_destinations;
};

}  // namespace warren::broker
