#pragma once

#include "core/amqp/field_table.h"
#include "core/base/ids.h"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

/// Definitions: what is declared, as opposed to what lies in the queues. They change only through
/// `Catalogue::apply(CatalogueChange)`; the durable ones among the changes are what the store keeps
/// and what a cluster will agree on.
namespace warren::broker {

enum class ExchangeType : std::uint8_t { Direct, Fanout, Topic, Headers };

struct VhostDefinition {
    std::string name;
    bool operator==(const VhostDefinition&) const = default;
};

struct ExchangeDefinition {
    std::string vhost;
    std::string name;
    ExchangeType type = ExchangeType::Direct;
    bool isDurable = false;
    bool isAutoDelete = false;
    bool isInternal = false;
    amqp::FieldTable arguments{};
    bool operator==(const ExchangeDefinition&) const = default;
};

struct QueueDefinition {
    QueueId id;
    std::string vhost;
    std::string name;
    bool isDurable = false;
    bool isAutoDelete = false;
    /// The connection that alone may use it and takes it along when it closes; none: not exclusive.
    ConnectionId exclusiveOwner;
    amqp::FieldTable arguments{};
    bool operator==(const QueueDefinition&) const = default;
};

enum class DestinationKind : std::uint8_t { Queue, Exchange };

/// Its own key: two bindings that differ in any member are two bindings.
struct BindingDefinition {
    std::string vhost;
    std::string source;
    std::string destination;
    DestinationKind destinationKind = DestinationKind::Queue;
    std::string routingKey;
    amqp::FieldTable arguments{};
    bool operator==(const BindingDefinition&) const = default;
};

// One change each. A put replaces what has the same key; removing what is not there changes
// nothing. Removing an exchange or a queue removes its bindings too.

struct PutVhost {
    VhostDefinition vhost;
};
struct PutExchange {
    ExchangeDefinition exchange;
};
struct PutQueue {
    QueueDefinition queue;
};
struct PutBinding {
    BindingDefinition binding;
};
struct RemoveVhost {
    std::string name;
};
struct RemoveExchange {
    std::string vhost;
    std::string name;
};
struct RemoveQueue {
    QueueId id;
    std::string vhost;
    std::string name;
};
struct RemoveBinding {
    BindingDefinition binding;
};

using CatalogueChange = std::variant<PutVhost, PutExchange, PutQueue, PutBinding, RemoveVhost,
                                     RemoveExchange, RemoveQueue, RemoveBinding>;

}  // namespace warren::broker
