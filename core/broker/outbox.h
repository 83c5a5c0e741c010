#pragma once

#include "core/amqp/constants.h"
#include "core/base/ids.h"
#include "core/broker/message.h"
#include "core/broker/queue_operation.h"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

/// What the broker answers: events for client connections and operations for the store. The broker
/// only writes it; nothing in it reaches back into the broker.
namespace warren::broker {

/// A consumer's number on its channel, given with ConsumeOk; shorter than its tag in every
/// delivery.
using ConsumerSlot = std::uint32_t;

struct Delivery {
    ConsumerSlot consumer = 0;
    bool isRedelivered = false;
    DeliveryTag tag = 0;
    MessagePtr message;
};
/// Publisher confirm: basic.ack, or basic.nack when refused.
struct Confirm {
    DeliveryTag tag = 0;
    bool isMultiple = false;
    bool isRefused = false;
    bool operator==(const Confirm&) const = default;
};
struct GetOk {
    DeliveryTag tag = 0;
    bool isRedelivered = false;
    std::uint32_t messageCount = 0;  ///< left in the queue
    MessagePtr message;
};
struct GetEmpty {};
struct Returned {
    amqp::ReplyCode code = amqp::ReplyCode::NoRoute;
    MessagePtr message;
};
struct ConsumeOk {
    ConsumerSlot consumer = 0;
    std::string tag;
    bool isSilent = false;  ///< no-wait: remember the slot, send nothing
};
struct CancelOk {
    std::string tag;
};
/// The broker ends a consumer: its queue has gone.
struct CancelNotice {
    std::string tag;
};
struct DeclareQueueOk {
    std::string name;
    std::uint32_t messageCount = 0;
    std::uint32_t consumerCount = 0;
};
struct PurgeOk {
    std::uint32_t messageCount = 0;
};
struct DeleteQueueOk {
    std::uint32_t messageCount = 0;
};

/// Answers without arguments of their own.
enum class PlainReply : std::uint8_t {
    ConnectionOpenOk,
    ConnectionCloseOk,
    ChannelOpenOk,
    ChannelCloseOk,
    AccessRequestOk,
    FlowOkActive,
    FlowOkPaused,
    ExchangeDeclareOk,
    ExchangeDeleteOk,
    ExchangeBindOk,
    ExchangeUnbindOk,
    QueueBindOk,
    QueueUnbindOk,
    QosOk,
    RecoverOk,
    ConfirmSelectOk,
    TxSelectOk,
    TxCommitOk,
    TxRollbackOk,
};

/// The channel is closed by the broker; the client has to answer.
struct ChannelFailed {
    amqp::AmqpError error;
};
/// The connection is closed by the broker; it holds nothing any more.
struct ConnectionFailed {
    amqp::AmqpError error;
};
struct Blocked {
    std::string reason;
};
struct Unblocked {};

using EventBody = std::variant<Delivery, Confirm, GetOk, GetEmpty, Returned, ConsumeOk, CancelOk,
                               CancelNotice, DeclareQueueOk, PurgeOk, DeleteQueueOk, PlainReply,
                               ChannelFailed, ConnectionFailed, Blocked, Unblocked>;

struct Event {
    ChannelNumber channel = 0;
    EventBody body;
};

/// The message that an event carries; null if it carries none.
inline const MessagePtr* messageOf(const EventBody& event)
{
    if (const auto* delivery = std::get_if<Delivery>(&event)) return &delivery->message;
    if (const auto* answer = std::get_if<GetOk>(&event)) return &answer->message;
    if (const auto* returned = std::get_if<Returned>(&event)) return &returned->message;
    return nullptr;
}

/// The events of one connection since the last flush, in the order in which they must be sent.
struct ConnectionEvents {
    ConnectionId connection;
    std::vector<Event> events;
};

}  // namespace warren::broker
