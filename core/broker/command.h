#pragma once

#include "core/amqp/constants.h"
#include "core/amqp/field_table.h"
#include "core/base/ids.h"
#include "core/broker/definition.h"
#include "core/broker/message.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What a client connection asks of the broker: one struct per request, in the order in which the
/// client sent them. Views are borrowed for the call of Broker::apply.
namespace warren::broker {

// ---- the connection

struct OpenConnection {
    std::string_view vhost{};
    std::string_view user{};
    /// Capabilities that the client announced in connection.start-ok.
    bool wantsConsumerCancelNotify = false;
    bool wantsBlockedNotify = false;
    // For who listens to what happens (event_exchange.h).
    std::string_view mechanism{};
    const amqp::FieldTable* clientProperties = nullptr;
    std::uint32_t frameBytesMax = 0;
    std::uint16_t channelMax = 0;
    std::uint16_t heartbeatSeconds = 0;
};
/// Somebody could not log in; the session ends the connection.
struct RefuseLogin {
    std::string_view user{};
    std::string_view mechanism{};
    std::string_view reason{};
};
/// The client closed in order (connection.close): everything of it goes, and it is told close-ok.
struct CloseConnection {};
/// The session found a fault of the peer that ends the connection.
struct FailConnection {
    amqp::AmqpError error{};
};
/// The socket has gone: everything of the connection goes; nobody is left to be told.
struct LoseConnection {};

// ---- channels

struct OpenChannel {};
struct CloseChannel {};
/// The session found a fault of the peer that ends the channel.
struct FailChannel {
    amqp::AmqpError error{};
};
/// The client answered our channel.close.
struct ConfirmChannelClosed {};
struct SetFlow {
    bool isActive = true;
};

/// access.request: obsolete, always granted.
struct RequestAccess {};

// ---- exchanges and queues

struct DeclareExchange {
    std::string_view name{};
    std::string_view type{};
    bool isPassive = false;
    bool isDurable = false;
    bool isAutoDelete = false;
    bool isInternal = false;
    bool noWait = false;
    amqp::FieldTable arguments{};
};
struct DeleteExchange {
    std::string_view name{};
    bool onlyIfUnused = false;
    bool noWait = false;
};
struct BindExchange {
    std::string_view destination{};
    std::string_view source{};
    std::string_view routingKey{};
    bool noWait = false;
    amqp::FieldTable arguments{};
};
struct UnbindExchange {
    std::string_view destination{};
    std::string_view source{};
    std::string_view routingKey{};
    bool noWait = false;
    amqp::FieldTable arguments{};
};
struct DeclareQueue {
    std::string_view name{};
    bool isPassive = false;
    bool isDurable = false;
    bool isExclusive = false;
    bool isAutoDelete = false;
    bool noWait = false;
    amqp::FieldTable arguments{};
};
struct DeleteQueue {
    std::string_view name{};
    bool onlyIfUnused = false;
    bool onlyIfEmpty = false;
    bool noWait = false;
};
struct BindQueue {
    std::string_view queue{};
    std::string_view exchange{};
    std::string_view routingKey{};
    bool noWait = false;
    amqp::FieldTable arguments{};
};
struct UnbindQueue {
    std::string_view queue{};
    std::string_view exchange{};
    std::string_view routingKey{};
    amqp::FieldTable arguments{};
};
struct PurgeQueue {
    std::string_view name{};
    bool noWait = false;
};

// ---- messages

struct Publish {
    MessagePtr message{};
    bool isMandatory = false;
    /// Its property user-id is not the user of the connection.
    bool namesAnotherUser = false;
};
struct Consume {
    std::string_view queue{};
    std::string_view tag{};  ///< empty: the broker chooses
    bool noAck = false;
    bool isExclusive = false;
    bool noWait = false;
    amqp::FieldTable arguments{};
};
struct Cancel {
    std::string_view tag{};
    bool noWait = false;
};
struct Get {
    std::string_view queue{};
    bool noAck = false;
};
struct Ack {
    DeliveryTag tag = 0;
    bool isMultiple = false;
};
/// basic.reject and basic.nack.
struct Reject {
    DeliveryTag tag = 0;
    bool isMultiple = false;
    bool requeues = true;
    amqp::MethodId method{};
};
struct Recover {
    bool wantsReply = true;
    amqp::MethodId method{};
};
struct SetPrefetch {
    std::uint16_t count = 0;
    bool isGlobal = false;
};

// ---- modes

struct SelectConfirms {
    bool noWait = false;
};
struct SelectTransactions {};
struct CommitTransaction {};
struct RollbackTransaction {};

using CommandBody =
    std::variant<Publish, Ack, Reject, Get, Consume, Cancel, Recover, SetPrefetch, OpenConnection,
                 RefuseLogin, CloseConnection, FailConnection, LoseConnection, OpenChannel,
                 CloseChannel, FailChannel, ConfirmChannelClosed, SetFlow, RequestAccess,
                 DeclareExchange, DeleteExchange, BindExchange, UnbindExchange, DeclareQueue,
                 DeleteQueue, BindQueue, UnbindQueue, PurgeQueue, SelectConfirms,
                 SelectTransactions, CommitTransaction, RollbackTransaction>;

struct Command {
    ChannelNumber channel = 0;  ///< 0: the connection itself
    CommandBody body{};
};

/// All commands of one read of one connection, or as many as a batch may hold.
using CommandBatch = std::vector<Command>;

}  // namespace warren::broker
