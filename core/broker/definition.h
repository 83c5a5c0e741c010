#pragma once

#include "core/amqp/field_table.h"
#include "core/base/ids.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// Definitions: what is declared, as opposed to what lies in the queues. They change only through
/// `Catalogue::apply(CatalogueChange)`; the durable ones among the changes are what the store keeps
/// and what a cluster will agree on.
namespace warren::broker {

enum class ExchangeType : std::uint8_t {
    Direct,
    Fanout,
    Topic,
    Headers,
    ConsistentHash,
    Random,
    RecentHistory,
};

struct VhostDefinition {
    std::string name;
    std::string description{};
    std::vector<std::string> tags{};
    std::string defaultQueueType{};  ///< "classic" or "quorum"; empty: classic
    /// Limits; absent or negative: none. Source: RabbitMQ, "Virtual Hosts", limits.
    std::optional<std::int64_t> maxConnections{};
    std::optional<std::int64_t> maxQueues{};
    bool isProtected = false;  ///< must be unprotected before it can be deleted
    bool isTracing = false;    ///< copies of all messages go to amq.rabbitmq.trace
    bool operator==(const VhostDefinition&) const = default;
};

/// How a password hash was made: base64 of four bytes of salt and the digest of salt and password.
/// Source: RabbitMQ, "Credentials and Passwords".
enum class PasswordHashing : std::uint8_t { Sha256, Sha512, Md5 };

/// A user. The hashes are opaque here; who judges passwords is outside the broker.
struct UserDefinition {
    std::string name;
    /// In RabbitMQ's format, as definitions carry it; empty: no password, so no login with one.
    std::string passwordHash{};
    PasswordHashing hashing = PasswordHashing::Sha256;
    /// Of the same password by a slow function (PHC string); empty: only the other one is known.
    std::string slowHash{};
    std::vector<std::string> tags{};
    /// Limits; absent or negative: none.
    std::optional<std::int64_t> maxConnections{};
    std::optional<std::int64_t> maxChannels{};
    bool operator==(const UserDefinition&) const = default;
};

/// What a user may do in a vhost: three patterns that names of resources are matched with.
/// Source: RabbitMQ, "Access Control".
struct PermissionDefinition {
    std::string vhost{};
    std::string user{};
    std::string configure{};
    std::string write{};
    std::string read{};
    bool operator==(const PermissionDefinition&) const = default;
};

/// What routing keys of a topic exchange a user may write and read. Without one, any.
struct TopicPermissionDefinition {
    std::string vhost{};
    std::string user{};
    std::string exchange{};
    std::string write{};
    std::string read{};
    bool operator==(const TopicPermissionDefinition&) const = default;
};

enum class PolicyTarget : std::uint8_t { All, Queues, Exchanges, ClassicQueues, QuorumQueues };

/// Settings for all queues or exchanges whose names match. Source: RabbitMQ, "Parameters and
/// Policies".
struct PolicyDefinition {
    std::string vhost{};
    std::string name{};
    bool isOperator = false;  ///< an operator policy: a name space and a precedence of its own
    std::string pattern{};
    PolicyTarget applyTo = PolicyTarget::All;
    std::int64_t priority = 0;
    amqp::FieldTable definition{};
    bool operator==(const PolicyDefinition&) const = default;
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
struct PutUser {
    UserDefinition user;
};
struct PutPermission {
    PermissionDefinition permission;
};
struct PutTopicPermission {
    TopicPermissionDefinition permission;
};
struct PutPolicy {
    PolicyDefinition policy;
};
/// With everything in it, its policies and permissions too.
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

/// With its permissions.
struct RemoveUser {
    std::string name;
};
struct RemovePermission {
    std::string vhost;
    std::string user;
};
struct RemoveTopicPermission {
    std::string vhost;
    std::string user;
    std::string exchange;
};
struct RemovePolicy {
    std::string vhost;
    std::string name;
    bool isOperator = false;
};

using CatalogueChange =
    std::variant<PutVhost, PutExchange, PutQueue, PutBinding, PutUser, PutPermission,
                 PutTopicPermission, PutPolicy, RemoveVhost, RemoveExchange, RemoveQueue,
                 RemoveBinding, RemoveUser, RemovePermission, RemoveTopicPermission, RemovePolicy>;

}  // namespace warren::broker
