#pragma once

#include "core/amqp/field_table.h"
#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/prng.h"
#include "core/broker/definition.h"

#include <compare>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace warren::broker {

/// A place that messages are routed to: a queue, or a further exchange. Only the id of its kind is
/// set.
struct Destination {
    DestinationKind kind = DestinationKind::Queue;
    QueueId queue;
    ExchangeId exchange;
    auto operator<=>(const Destination&) const = default;
};

/// A binding as its source exchange sees it. Two that differ in any member are two bindings, also
/// when the router's type ignores that member.
struct RouterBinding {
    std::string routingKey;
    amqp::FieldTable arguments;
    Destination destination;
    /// Of the queue or exchange: it stays the same over a restart, which ids of exchanges don't.
    std::string destinationName{};
    bool operator==(const RouterBinding&) const = default;
};

/// The bindings of one exchange, and where a message goes by them; one implementation per type.
///
/// Thread: one at a time, route included (it uses scratch space of the router).
/// Spec: AMQP 0-9-1 §3.1.3.
class Router {
public:
    virtual ~Router() = default;

    /// Adds a binding; one that is there already is not added again.
    virtual void add(const RouterBinding& binding) = 0;
    /// Removes a binding; one that is not there changes nothing.
    virtual void remove(const RouterBinding& binding) = 0;
    /// Removes every binding to a queue or an exchange that is deleted. Cost: that of its own
    /// bindings.
    virtual void removeDestination(const Destination& destination) = 0;
    virtual bool isEmpty() const = 0;

    /// Appends every destination of the message, some of them more than once; the caller removes
    /// duplicates.
    /// @param encodedProperties  flags and list as on the wire; malformed ones route like none
    /// @param random              for types that choose by chance
    virtual void route(std::string_view routingKey, ByteView encodedProperties, Prng& random,
                       std::vector<Destination>& out) const = 0;

    /// The same key always routes alike, so the result may be cached per key.
    virtual bool dependsOnKeyOnly() const = 0;
    /// Of a message with several routing keys (CC, BCC): whether each of them counts. If not, its
    /// first one speaks for it.
    virtual bool looksAtEveryKey() const = 0;
};

/// @param arguments  of the exchange, judged already (exchange_arguments.h)
std::unique_ptr<Router> makeRouter(ExchangeType type, const amqp::FieldTable& arguments = {});

}  // namespace warren::broker

template <>
struct std::hash<warren::broker::Destination> {
    std::size_t operator()(const warren::broker::Destination& destination) const
    {
        // One of the two ids is 0.
        return std::hash<warren::QueueId>{}(destination.queue) ^
               ~std::hash<warren::ExchangeId>{}(destination.exchange);
    }
};
