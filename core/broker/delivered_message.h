#pragma once

#include "core/broker/message.h"
#include "core/broker/queue.h"

#include <cstdint>
#include <optional>

/// What a receiver gets to see of a message.
namespace warren::broker {

/// Whether the queue counts how often each message comes back.
bool countsDeliveries(const Queue& queue);

/// The count that a delivery shows, if it shows one.
std::optional<std::uint32_t> shownDeliveryCount(const Queue& queue, const QueueEntry& entry);
/// Likewise of the answer to a get, which shows even a count of zero in a quorum queue.
/// Source: RabbitMQ 3.10.8, observed.
std::optional<std::uint32_t> shownToGet(const Queue& queue, const QueueEntry& entry);

/// Without blind keys, and with the count. Spec: RabbitMQ, "Quorum Queues", poison message
/// handling.
MessagePtr asDelivered(const MessagePtr& message, std::optional<std::uint32_t> deliveryCount);

}  // namespace warren::broker
