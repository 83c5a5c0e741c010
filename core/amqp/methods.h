#pragma once

#include "core/amqp/constants.h"
#include "core/amqp/field_table.h"
#include "core/amqp/wire_string.h"

#include <cstdint>
#include <string_view>
#include <tuple>
#include <variant>

// Every method of AMQP 0-9-1 and of RabbitMQ's extension of it: a plain struct with its id, its
// name and its arguments in wire order (kFields), from which method_codec.h reads and writes it.
//
// The C++ type of a field is its wire type: bool is a bit, std::uint8_t an octet, std::uint16_t a
// short, std::uint32_t a long, std::uint64_t a longlong. Strings are borrowed: a decoded method
// lives no longer than the frame that it came from. `ticket` and `reserved…` are read and ignored.
// kHasContent marks the methods that a content header and body follow.
// Spec: AMQP 0-9-1 §1.2 (classes and methods); RabbitMQ's additions are marked.

namespace warren::amqp {

// Class connection, 10

/// connection.start. The server's offer; mechanisms and locales are lists separated by spaces.
struct ConnectionStart {
    static constexpr MethodId kId{kConnectionClass, 10};
    static constexpr std::string_view kName = "connection.start";
    std::uint8_t versionMajor = 0;
    std::uint8_t versionMinor = 9;
    FieldTable serverProperties{};
    LongString mechanisms{};
    LongString locales{};
    static constexpr auto kFields =
        std::tuple{&ConnectionStart::versionMajor, &ConnectionStart::versionMinor,
                   &ConnectionStart::serverProperties, &ConnectionStart::mechanisms,
                   &ConnectionStart::locales};
    bool operator==(const ConnectionStart&) const = default;
};

/// connection.start-ok
struct ConnectionStartOk {
    static constexpr MethodId kId{kConnectionClass, 11};
    static constexpr std::string_view kName = "connection.start-ok";
    FieldTable clientProperties{};
    ShortString mechanism{};
    LongString response{};
    ShortString locale{};
    static constexpr auto kFields =
        std::tuple{&ConnectionStartOk::clientProperties, &ConnectionStartOk::mechanism,
                   &ConnectionStartOk::response, &ConnectionStartOk::locale};
    bool operator==(const ConnectionStartOk&) const = default;
};

/// connection.secure. A further challenge of the mechanism.
struct ConnectionSecure {
    static constexpr MethodId kId{kConnectionClass, 20};
    static constexpr std::string_view kName = "connection.secure";
    LongString challenge{};
    static constexpr auto kFields = std::tuple{&ConnectionSecure::challenge};
    bool operator==(const ConnectionSecure&) const = default;
};

/// connection.secure-ok
struct ConnectionSecureOk {
    static constexpr MethodId kId{kConnectionClass, 21};
    static constexpr std::string_view kName = "connection.secure-ok";
    LongString response{};
    static constexpr auto kFields = std::tuple{&ConnectionSecureOk::response};
    bool operator==(const ConnectionSecureOk&) const = default;
};

/// connection.tune. Limits offered; 0 means none. The heartbeat is in seconds.
struct ConnectionTune {
    static constexpr MethodId kId{kConnectionClass, 30};
    static constexpr std::string_view kName = "connection.tune";
    std::uint16_t channelMax = 0;
    std::uint32_t frameMax = 0;
    std::uint16_t heartbeat = 0;
    static constexpr auto kFields = std::tuple{
        &ConnectionTune::channelMax, &ConnectionTune::frameMax, &ConnectionTune::heartbeat};
    bool operator==(const ConnectionTune&) const = default;
};

/// connection.tune-ok. Limits chosen.
struct ConnectionTuneOk {
    static constexpr MethodId kId{kConnectionClass, 31};
    static constexpr std::string_view kName = "connection.tune-ok";
    std::uint16_t channelMax = 0;
    std::uint32_t frameMax = 0;
    std::uint16_t heartbeat = 0;
    static constexpr auto kFields = std::tuple{
        &ConnectionTuneOk::channelMax, &ConnectionTuneOk::frameMax, &ConnectionTuneOk::heartbeat};
    bool operator==(const ConnectionTuneOk&) const = default;
};

/// connection.open
struct ConnectionOpen {
    static constexpr MethodId kId{kConnectionClass, 40};
    static constexpr std::string_view kName = "connection.open";
    ShortString virtualHost = "/";
    ShortString reserved1{};
    bool reserved2 = false;
    static constexpr auto kFields = std::tuple{
        &ConnectionOpen::virtualHost, &ConnectionOpen::reserved1, &ConnectionOpen::reserved2};
    bool operator==(const ConnectionOpen&) const = default;
};

/// connection.open-ok
struct ConnectionOpenOk {
    static constexpr MethodId kId{kConnectionClass, 41};
    static constexpr std::string_view kName = "connection.open-ok";
    ShortString reserved1{};
    static constexpr auto kFields = std::tuple{&ConnectionOpenOk::reserved1};
    bool operator==(const ConnectionOpenOk&) const = default;
};

/// connection.close. Either side; classId and methodId name the method at fault.
struct ConnectionClose {
    static constexpr MethodId kId{kConnectionClass, 50};
    static constexpr std::string_view kName = "connection.close";
    std::uint16_t replyCode = 0;
    ShortString replyText{};
    std::uint16_t classId = 0;
    std::uint16_t methodId = 0;
    static constexpr auto kFields =
        std::tuple{&ConnectionClose::replyCode, &ConnectionClose::replyText,
                   &ConnectionClose::classId, &ConnectionClose::methodId};
    bool operator==(const ConnectionClose&) const = default;
};

/// connection.close-ok
struct ConnectionCloseOk {
    static constexpr MethodId kId{kConnectionClass, 51};
    static constexpr std::string_view kName = "connection.close-ok";
    static constexpr auto kFields = std::tuple{};
    bool operator==(const ConnectionCloseOk&) const = default;
};

/// connection.blocked. RabbitMQ: to clients with the capability connection.blocked, when publishing
/// is held up.
struct ConnectionBlocked {
    static constexpr MethodId kId{kConnectionClass, 60};
    static constexpr std::string_view kName = "connection.blocked";
    ShortString reason{};
    static constexpr auto kFields = std::tuple{&ConnectionBlocked::reason};
    bool operator==(const ConnectionBlocked&) const = default;
};

/// connection.unblocked
struct ConnectionUnblocked {
    static constexpr MethodId kId{kConnectionClass, 61};
    static constexpr std::string_view kName = "connection.unblocked";
    static constexpr auto kFields = std::tuple{};
    bool operator==(const ConnectionUnblocked&) const = default;
};

/// connection.update-secret. RabbitMQ: a fresh credential for a connection that is open.
struct ConnectionUpdateSecret {
    static constexpr MethodId kId{kConnectionClass, 70};
    static constexpr std::string_view kName = "connection.update-secret";
    LongString newSecret{};
    ShortString reason{};
    static constexpr auto kFields =
        std::tuple{&ConnectionUpdateSecret::newSecret, &ConnectionUpdateSecret::reason};
    bool operator==(const ConnectionUpdateSecret&) const = default;
};

/// connection.update-secret-ok
struct ConnectionUpdateSecretOk {
    static constexpr MethodId kId{kConnectionClass, 71};
    static constexpr std::string_view kName = "connection.update-secret-ok";
    static constexpr auto kFields = std::tuple{};
    bool operator==(const ConnectionUpdateSecretOk&) const = default;
};

// Class channel, 20

/// channel.open
struct ChannelOpen {
    static constexpr MethodId kId{kChannelClass, 10};
    static constexpr std::string_view kName = "channel.open";
    ShortString reserved1{};
    static constexpr auto kFields = std::tuple{&ChannelOpen::reserved1};
    bool operator==(const ChannelOpen&) const = default;
};

/// channel.open-ok
struct ChannelOpenOk {
    static constexpr MethodId kId{kChannelClass, 11};
    static constexpr std::string_view kName = "channel.open-ok";
    LongString reserved1{};
    static constexpr auto kFields = std::tuple{&ChannelOpenOk::reserved1};
    bool operator==(const ChannelOpenOk&) const = default;
};

/// channel.flow
struct ChannelFlow {
    static constexpr MethodId kId{kChannelClass, 20};
    static constexpr std::string_view kName = "channel.flow";
    bool active = false;
    static constexpr auto kFields = std::tuple{&ChannelFlow::active};
    bool operator==(const ChannelFlow&) const = default;
};

/// channel.flow-ok
struct ChannelFlowOk {
    static constexpr MethodId kId{kChannelClass, 21};
    static constexpr std::string_view kName = "channel.flow-ok";
    bool active = false;
    static constexpr auto kFields = std::tuple{&ChannelFlowOk::active};
    bool operator==(const ChannelFlowOk&) const = default;
};

/// channel.close. Either side; classId and methodId name the method at fault.
struct ChannelClose {
    static constexpr MethodId kId{kChannelClass, 40};
    static constexpr std::string_view kName = "channel.close";
    std::uint16_t replyCode = 0;
    ShortString replyText{};
    std::uint16_t classId = 0;
    std::uint16_t methodId = 0;
    static constexpr auto kFields = std::tuple{&ChannelClose::replyCode, &ChannelClose::replyText,
                                               &ChannelClose::classId, &ChannelClose::methodId};
    bool operator==(const ChannelClose&) const = default;
};

/// channel.close-ok
struct ChannelCloseOk {
    static constexpr MethodId kId{kChannelClass, 41};
    static constexpr std::string_view kName = "channel.close-ok";
    static constexpr auto kFields = std::tuple{};
    bool operator==(const ChannelCloseOk&) const = default;
};

// Class access, 30

/// access.request. Of AMQP 0-8; still sent by old clients, answered without effect.
struct AccessRequest {
    static constexpr MethodId kId{kAccessClass, 10};
    static constexpr std::string_view kName = "access.request";
    ShortString realm = "/data";
    bool exclusive = false;
    bool passive = true;
    bool active = true;
    bool write = true;
    bool read = true;
    static constexpr auto kFields =
        std::tuple{&AccessRequest::realm,  &AccessRequest::exclusive, &AccessRequest::passive,
                   &AccessRequest::active, &AccessRequest::write,     &AccessRequest::read};
    bool operator==(const AccessRequest&) const = default;
};

/// access.request-ok
struct AccessRequestOk {
    static constexpr MethodId kId{kAccessClass, 11};
    static constexpr std::string_view kName = "access.request-ok";
    std::uint16_t ticket = 1;
    static constexpr auto kFields = std::tuple{&AccessRequestOk::ticket};
    bool operator==(const AccessRequestOk&) const = default;
};

// Class exchange, 40

/// exchange.declare
struct ExchangeDeclare {
    static constexpr MethodId kId{kExchangeClass, 10};
    static constexpr std::string_view kName = "exchange.declare";
    std::uint16_t ticket = 0;
    ShortString exchange{};
    ShortString type = "direct";
    bool passive = false;
    bool durable = false;
    bool autoDelete = false;
    bool internal = false;
    bool noWait = false;
    FieldTable arguments{};
    static constexpr auto kFields = std::tuple{
        &ExchangeDeclare::ticket,   &ExchangeDeclare::exchange, &ExchangeDeclare::type,
        &ExchangeDeclare::passive,  &ExchangeDeclare::durable,  &ExchangeDeclare::autoDelete,
        &ExchangeDeclare::internal, &ExchangeDeclare::noWait,   &ExchangeDeclare::arguments};
    bool operator==(const ExchangeDeclare&) const = default;
};

/// exchange.declare-ok
struct ExchangeDeclareOk {
    static constexpr MethodId kId{kExchangeClass, 11};
    static constexpr std::string_view kName = "exchange.declare-ok";
    static constexpr auto kFields = std::tuple{};
    bool operator==(const ExchangeDeclareOk&) const = default;
};

/// exchange.delete
struct ExchangeDelete {
    static constexpr MethodId kId{kExchangeClass, 20};
    static constexpr std::string_view kName = "exchange.delete";
    std::uint16_t ticket = 0;
    ShortString exchange{};
    bool ifUnused = false;
    bool noWait = false;
    static constexpr auto kFields = std::tuple{&ExchangeDelete::ticket, &ExchangeDelete::exchange,
                                               &ExchangeDelete::ifUnused, &ExchangeDelete::noWait};
    bool operator==(const ExchangeDelete&) const = default;
};

/// exchange.delete-ok
struct ExchangeDeleteOk {
    static constexpr MethodId kId{kExchangeClass, 21};
    static constexpr std::string_view kName = "exchange.delete-ok";
    static constexpr auto kFields = std::tuple{};
    bool operator==(const ExchangeDeleteOk&) const = default;
};

/// exchange.bind. RabbitMQ: binds an exchange to an exchange.
struct ExchangeBind {
    static constexpr MethodId kId{kExchangeClass, 30};
    static constexpr std::string_view kName = "exchange.bind";
    std::uint16_t ticket = 0;
    ShortString destination{};
    ShortString source{};
    ShortString routingKey{};
    bool noWait = false;
    FieldTable arguments{};
    static constexpr auto kFields =
        std::tuple{&ExchangeBind::ticket,     &ExchangeBind::destination, &ExchangeBind::source,
                   &ExchangeBind::routingKey, &ExchangeBind::noWait,      &ExchangeBind::arguments};
    bool operator==(const ExchangeBind&) const = default;
};

/// exchange.bind-ok
struct ExchangeBindOk {
    static constexpr MethodId kId{kExchangeClass, 31};
    static constexpr std::string_view kName = "exchange.bind-ok";
    static constexpr auto kFields = std::tuple{};
    bool operator==(const ExchangeBindOk&) const = default;
};

/// exchange.unbind
struct ExchangeUnbind {
    static constexpr MethodId kId{kExchangeClass, 40};
    static constexpr std::string_view kName = "exchange.unbind";
    std::uint16_t ticket = 0;
    ShortString destination{};
    ShortString source{};
    ShortString routingKey{};
    bool noWait = false;
    FieldTable arguments{};
    static constexpr auto kFields = std::tuple{
        &ExchangeUnbind::ticket,     &ExchangeUnbind::destination, &ExchangeUnbind::source,
        &ExchangeUnbind::routingKey, &ExchangeUnbind::noWait,      &ExchangeUnbind::arguments};
    bool operator==(const ExchangeUnbind&) const = default;
};

/// exchange.unbind-ok. 51, not 41: so it is in RabbitMQ's grammar and in every client.
struct ExchangeUnbindOk {
    static constexpr MethodId kId{kExchangeClass, 51};
    static constexpr std::string_view kName = "exchange.unbind-ok";
    static constexpr auto kFields = std::tuple{};
    bool operator==(const ExchangeUnbindOk&) const = default;
};

// Class queue, 50

/// queue.declare
struct QueueDeclare {
    static constexpr MethodId kId{kQueueClass, 10};
    static constexpr std::string_view kName = "queue.declare";
    std::uint16_t ticket = 0;
    ShortString queue{};
    bool passive = false;
    bool durable = false;
    bool exclusive = false;
    bool autoDelete = false;
    bool noWait = false;
    FieldTable arguments{};
    static constexpr auto kFields =
        std::tuple{&QueueDeclare::ticket,  &QueueDeclare::queue,     &QueueDeclare::passive,
                   &QueueDeclare::durable, &QueueDeclare::exclusive, &QueueDeclare::autoDelete,
                   &QueueDeclare::noWait,  &QueueDeclare::arguments};
    bool operator==(const QueueDeclare&) const = default;
};

/// queue.declare-ok. messageCount counts the ready ones.
struct QueueDeclareOk {
    static constexpr MethodId kId{kQueueClass, 11};
    static constexpr std::string_view kName = "queue.declare-ok";
    ShortString queue{};
    std::uint32_t messageCount = 0;
    std::uint32_t consumerCount = 0;
    static constexpr auto kFields = std::tuple{
        &QueueDeclareOk::queue, &QueueDeclareOk::messageCount, &QueueDeclareOk::consumerCount};
    bool operator==(const QueueDeclareOk&) const = default;
};

/// queue.bind
struct QueueBind {
    static constexpr MethodId kId{kQueueClass, 20};
    static constexpr std::string_view kName = "queue.bind";
    std::uint16_t ticket = 0;
    ShortString queue{};
    ShortString exchange{};
    ShortString routingKey{};
    bool noWait = false;
    FieldTable arguments{};
    static constexpr auto kFields =
        std::tuple{&QueueBind::ticket,     &QueueBind::queue,  &QueueBind::exchange,
                   &QueueBind::routingKey, &QueueBind::noWait, &QueueBind::arguments};
    bool operator==(const QueueBind&) const = default;
};

/// queue.bind-ok
struct QueueBindOk {
    static constexpr MethodId kId{kQueueClass, 21};
    static constexpr std::string_view kName = "queue.bind-ok";
    static constexpr auto kFields = std::tuple{};
    bool operator==(const QueueBindOk&) const = default;
};

/// queue.purge
struct QueuePurge {
    static constexpr MethodId kId{kQueueClass, 30};
    static constexpr std::string_view kName = "queue.purge";
    std::uint16_t ticket = 0;
    ShortString queue{};
    bool noWait = false;
    static constexpr auto kFields =
        std::tuple{&QueuePurge::ticket, &QueuePurge::queue, &QueuePurge::noWait};
    bool operator==(const QueuePurge&) const = default;
};

/// queue.purge-ok
struct QueuePurgeOk {
    static constexpr MethodId kId{kQueueClass, 31};
    static constexpr std::string_view kName = "queue.purge-ok";
    std::uint32_t messageCount = 0;
    static constexpr auto kFields = std::tuple{&QueuePurgeOk::messageCount};
    bool operator==(const QueuePurgeOk&) const = default;
};

/// queue.delete
struct QueueDelete {
    static constexpr MethodId kId{kQueueClass, 40};
    static constexpr std::string_view kName = "queue.delete";
    std::uint16_t ticket = 0;
    ShortString queue{};
    bool ifUnused = false;
    bool ifEmpty = false;
    bool noWait = false;
    static constexpr auto kFields =
        std::tuple{&QueueDelete::ticket, &QueueDelete::queue, &QueueDelete::ifUnused,
                   &QueueDelete::ifEmpty, &QueueDelete::noWait};
    bool operator==(const QueueDelete&) const = default;
};

/// queue.delete-ok
struct QueueDeleteOk {
    static constexpr MethodId kId{kQueueClass, 41};
    static constexpr std::string_view kName = "queue.delete-ok";
    std::uint32_t messageCount = 0;
    static constexpr auto kFields = std::tuple{&QueueDeleteOk::messageCount};
    bool operator==(const QueueDeleteOk&) const = default;
};

/// queue.unbind
struct QueueUnbind {
    static constexpr MethodId kId{kQueueClass, 50};
    static constexpr std::string_view kName = "queue.unbind";
    std::uint16_t ticket = 0;
    ShortString queue{};
    ShortString exchange{};
    ShortString routingKey{};
    FieldTable arguments{};
    static constexpr auto kFields =
        std::tuple{&QueueUnbind::ticket, &QueueUnbind::queue, &QueueUnbind::exchange,
                   &QueueUnbind::routingKey, &QueueUnbind::arguments};
    bool operator==(const QueueUnbind&) const = default;
};

/// queue.unbind-ok
struct QueueUnbindOk {
    static constexpr MethodId kId{kQueueClass, 51};
    static constexpr std::string_view kName = "queue.unbind-ok";
    static constexpr auto kFields = std::tuple{};
    bool operator==(const QueueUnbindOk&) const = default;
};

// Class basic, 60

/// basic.qos. RabbitMQ: `global` false limits each new consumer, true the channel.
struct BasicQos {
    static constexpr MethodId kId{kBasicClass, 10};
    static constexpr std::string_view kName = "basic.qos";
    std::uint32_t prefetchSize = 0;
    std::uint16_t prefetchCount = 0;
    bool global = false;
    static constexpr auto kFields =
        std::tuple{&BasicQos::prefetchSize, &BasicQos::prefetchCount, &BasicQos::global};
    bool operator==(const BasicQos&) const = default;
};

/// basic.qos-ok
struct BasicQosOk {
    static constexpr MethodId kId{kBasicClass, 11};
    static constexpr std::string_view kName = "basic.qos-ok";
    static constexpr auto kFields = std::tuple{};
    bool operator==(const BasicQosOk&) const = default;
};

/// basic.consume
struct BasicConsume {
    static constexpr MethodId kId{kBasicClass, 20};
    static constexpr std::string_view kName = "basic.consume";
    std::uint16_t ticket = 0;
    ShortString queue{};
    ShortString consumerTag{};
    bool noLocal = false;
    bool noAck = false;
    bool exclusive = false;
    bool noWait = false;
    FieldTable arguments{};
    static constexpr auto kFields =
        std::tuple{&BasicConsume::ticket,  &BasicConsume::queue,    &BasicConsume::consumerTag,
                   &BasicConsume::noLocal, &BasicConsume::noAck,    &BasicConsume::exclusive,
                   &BasicConsume::noWait,  &BasicConsume::arguments};
    bool operator==(const BasicConsume&) const = default;
};

/// basic.consume-ok
struct BasicConsumeOk {
    static constexpr MethodId kId{kBasicClass, 21};
    static constexpr std::string_view kName = "basic.consume-ok";
    ShortString consumerTag{};
    static constexpr auto kFields = std::tuple{&BasicConsumeOk::consumerTag};
    bool operator==(const BasicConsumeOk&) const = default;
};

/// basic.cancel. From the server too, to clients with the capability consumer_cancel_notify.
struct BasicCancel {
    static constexpr MethodId kId{kBasicClass, 30};
    static constexpr std::string_view kName = "basic.cancel";
    ShortString consumerTag{};
    bool noWait = false;
    static constexpr auto kFields = std::tuple{&BasicCancel::consumerTag, &BasicCancel::noWait};
    bool operator==(const BasicCancel&) const = default;
};

/// basic.cancel-ok
struct BasicCancelOk {
    static constexpr MethodId kId{kBasicClass, 31};
    static constexpr std::string_view kName = "basic.cancel-ok";
    ShortString consumerTag{};
    static constexpr auto kFields = std::tuple{&BasicCancelOk::consumerTag};
    bool operator==(const BasicCancelOk&) const = default;
};

/// basic.publish. Content follows.
struct BasicPublish {
    static constexpr MethodId kId{kBasicClass, 40};
    static constexpr std::string_view kName = "basic.publish";
    static constexpr bool kHasContent = true;
    std::uint16_t ticket = 0;
    ShortString exchange{};
    ShortString routingKey{};
    bool mandatory = false;
    bool immediate = false;
    static constexpr auto kFields =
        std::tuple{&BasicPublish::ticket, &BasicPublish::exchange, &BasicPublish::routingKey,
                   &BasicPublish::mandatory, &BasicPublish::immediate};
    bool operator==(const BasicPublish&) const = default;
};

/// basic.return. Content follows.
struct BasicReturn {
    static constexpr MethodId kId{kBasicClass, 50};
    static constexpr std::string_view kName = "basic.return";
    static constexpr bool kHasContent = true;
    std::uint16_t replyCode = 200;
    ShortString replyText{};
    ShortString exchange{};
    ShortString routingKey{};
    static constexpr auto kFields = std::tuple{&BasicReturn::replyCode, &BasicReturn::replyText,
                                               &BasicReturn::exchange, &BasicReturn::routingKey};
    bool operator==(const BasicReturn&) const = default;
};

/// basic.deliver. Content follows.
struct BasicDeliver {
    static constexpr MethodId kId{kBasicClass, 60};
    static constexpr std::string_view kName = "basic.deliver";
    static constexpr bool kHasContent = true;
    ShortString consumerTag{};
    std::uint64_t deliveryTag = 0;
    bool redelivered = false;
    ShortString exchange{};
    ShortString routingKey{};
    static constexpr auto kFields =
        std::tuple{&BasicDeliver::consumerTag, &BasicDeliver::deliveryTag,
                   &BasicDeliver::redelivered, &BasicDeliver::exchange, &BasicDeliver::routingKey};
    bool operator==(const BasicDeliver&) const = default;
};

/// basic.get
struct BasicGet {
    static constexpr MethodId kId{kBasicClass, 70};
    static constexpr std::string_view kName = "basic.get";
    std::uint16_t ticket = 0;
    ShortString queue{};
    bool noAck = false;
    static constexpr auto kFields =
        std::tuple{&BasicGet::ticket, &BasicGet::queue, &BasicGet::noAck};
    bool operator==(const BasicGet&) const = default;
};

/// basic.get-ok. Content follows. messageCount is what stays ready in the queue.
struct BasicGetOk {
    static constexpr MethodId kId{kBasicClass, 71};
    static constexpr std::string_view kName = "basic.get-ok";
    static constexpr bool kHasContent = true;
    std::uint64_t deliveryTag = 0;
    bool redelivered = false;
    ShortString exchange{};
    ShortString routingKey{};
    std::uint32_t messageCount = 0;
    static constexpr auto kFields =
        std::tuple{&BasicGetOk::deliveryTag, &BasicGetOk::redelivered, &BasicGetOk::exchange,
                   &BasicGetOk::routingKey, &BasicGetOk::messageCount};
    bool operator==(const BasicGetOk&) const = default;
};

/// basic.get-empty
struct BasicGetEmpty {
    static constexpr MethodId kId{kBasicClass, 72};
    static constexpr std::string_view kName = "basic.get-empty";
    ShortString reserved1{};
    static constexpr auto kFields = std::tuple{&BasicGetEmpty::reserved1};
    bool operator==(const BasicGetEmpty&) const = default;
};

/// basic.ack. `multiple` with tag 0 means "all so far"; RabbitMQ sends this method to publishers
/// too.
struct BasicAck {
    static constexpr MethodId kId{kBasicClass, 80};
    static constexpr std::string_view kName = "basic.ack";
    std::uint64_t deliveryTag = 0;
    bool multiple = false;
    static constexpr auto kFields = std::tuple{&BasicAck::deliveryTag, &BasicAck::multiple};
    bool operator==(const BasicAck&) const = default;
};

/// basic.reject
struct BasicReject {
    static constexpr MethodId kId{kBasicClass, 90};
    static constexpr std::string_view kName = "basic.reject";
    std::uint64_t deliveryTag = 0;
    bool requeue = true;
    static constexpr auto kFields = std::tuple{&BasicReject::deliveryTag, &BasicReject::requeue};
    bool operator==(const BasicReject&) const = default;
};

/// basic.recover-async
struct BasicRecoverAsync {
    static constexpr MethodId kId{kBasicClass, 100};
    static constexpr std::string_view kName = "basic.recover-async";
    bool requeue = false;
    static constexpr auto kFields = std::tuple{&BasicRecoverAsync::requeue};
    bool operator==(const BasicRecoverAsync&) const = default;
};

/// basic.recover
struct BasicRecover {
    static constexpr MethodId kId{kBasicClass, 110};
    static constexpr std::string_view kName = "basic.recover";
    bool requeue = false;
    static constexpr auto kFields = std::tuple{&BasicRecover::requeue};
    bool operator==(const BasicRecover&) const = default;
};

/// basic.recover-ok
struct BasicRecoverOk {
    static constexpr MethodId kId{kBasicClass, 111};
    static constexpr std::string_view kName = "basic.recover-ok";
    static constexpr auto kFields = std::tuple{};
    bool operator==(const BasicRecoverOk&) const = default;
};

/// basic.nack. RabbitMQ: reject for many; from the server it refuses a publish.
struct BasicNack {
    static constexpr MethodId kId{kBasicClass, 120};
    static constexpr std::string_view kName = "basic.nack";
    std::uint64_t deliveryTag = 0;
    bool multiple = false;
    bool requeue = true;
    static constexpr auto kFields =
        std::tuple{&BasicNack::deliveryTag, &BasicNack::multiple, &BasicNack::requeue};
    bool operator==(const BasicNack&) const = default;
};

// Class tx, 90

/// tx.select
struct TxSelect {
    static constexpr MethodId kId{kTxClass, 10};
    static constexpr std::string_view kName = "tx.select";
    static constexpr auto kFields = std::tuple{};
    bool operator==(const TxSelect&) const = default;
};

/// tx.select-ok
struct TxSelectOk {
    static constexpr MethodId kId{kTxClass, 11};
    static constexpr std::string_view kName = "tx.select-ok";
    static constexpr auto kFields = std::tuple{};
    bool operator==(const TxSelectOk&) const = default;
};

/// tx.commit
struct TxCommit {
    static constexpr MethodId kId{kTxClass, 20};
    static constexpr std::string_view kName = "tx.commit";
    static constexpr auto kFields = std::tuple{};
    bool operator==(const TxCommit&) const = default;
};

/// tx.commit-ok
struct TxCommitOk {
    static constexpr MethodId kId{kTxClass, 21};
    static constexpr std::string_view kName = "tx.commit-ok";
    static constexpr auto kFields = std::tuple{};
    bool operator==(const TxCommitOk&) const = default;
};

/// tx.rollback
struct TxRollback {
    static constexpr MethodId kId{kTxClass, 30};
    static constexpr std::string_view kName = "tx.rollback";
    static constexpr auto kFields = std::tuple{};
    bool operator==(const TxRollback&) const = default;
};

/// tx.rollback-ok
struct TxRollbackOk {
    static constexpr MethodId kId{kTxClass, 31};
    static constexpr std::string_view kName = "tx.rollback-ok";
    static constexpr auto kFields = std::tuple{};
    bool operator==(const TxRollbackOk&) const = default;
};

// Class confirm, 85

/// confirm.select. RabbitMQ: publisher confirms on this channel.
struct ConfirmSelect {
    static constexpr MethodId kId{kConfirmClass, 10};
    static constexpr std::string_view kName = "confirm.select";
    bool noWait = false;
    static constexpr auto kFields = std::tuple{&ConfirmSelect::noWait};
    bool operator==(const ConfirmSelect&) const = default;
};

/// confirm.select-ok
struct ConfirmSelectOk {
    static constexpr MethodId kId{kConfirmClass, 11};
    static constexpr std::string_view kName = "confirm.select-ok";
    static constexpr auto kFields = std::tuple{};
    bool operator==(const ConfirmSelectOk&) const = default;
};

/// Any method. The order is that of the structs above.
using Method = std::variant<
    ConnectionStart, ConnectionStartOk, ConnectionSecure, ConnectionSecureOk, ConnectionTune,
    ConnectionTuneOk, ConnectionOpen, ConnectionOpenOk, ConnectionClose, ConnectionCloseOk,
    ConnectionBlocked, ConnectionUnblocked, ConnectionUpdateSecret, ConnectionUpdateSecretOk,
    ChannelOpen, ChannelOpenOk, ChannelFlow, ChannelFlowOk, ChannelClose, ChannelCloseOk,
    AccessRequest, AccessRequestOk, ExchangeDeclare, ExchangeDeclareOk, ExchangeDelete,
    ExchangeDeleteOk, ExchangeBind, ExchangeBindOk, ExchangeUnbind, ExchangeUnbindOk, QueueDeclare,
    QueueDeclareOk, QueueBind, QueueBindOk, QueuePurge, QueuePurgeOk, QueueDelete, QueueDeleteOk,
    QueueUnbind, QueueUnbindOk, BasicQos, BasicQosOk, BasicConsume, BasicConsumeOk, BasicCancel,
    BasicCancelOk, BasicPublish, BasicReturn, BasicDeliver, BasicGet, BasicGetOk, BasicGetEmpty,
    BasicAck, BasicReject, BasicRecoverAsync, BasicRecover, BasicRecoverOk, BasicNack, TxSelect,
    TxSelectOk, TxCommit, TxCommitOk, TxRollback, TxRollbackOk, ConfirmSelect, ConfirmSelectOk>;

}  // namespace warren::amqp
