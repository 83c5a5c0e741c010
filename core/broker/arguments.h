#pragma once

#include "core/amqp/field_table.h"
#include "core/broker/definition.h"
#include "core/broker/errors.h"
#include "core/broker/queue_settings.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The arguments of queue.declare and basic.consume: which there are, which values they may have,
/// and RabbitMQ's words for the others. Source: RabbitMQ 3.10.8, observed.
namespace warren::broker {

/// Whether a queue may be declared like this: first the arguments that its type knows, in a fixed
/// order, then those of other types, then its properties. Names that nobody knows are fine.
///
/// Deviation: RabbitMQ knows x-delivery-limit for quorum queues only, where it takes values that
/// are no number, and ends the connection with an internal error for a wrong
/// x-queue-master-locator; here the one works for every type and both are refused like others.
/// Names and keys of dead letters have at most 255 bytes, since no method could carry longer ones.
/// Streams are not supported.
/// @error PreconditionFailed
Verdict judgeQueueArguments(const QueueDefinition& queue);

/// The first of the checks above, which RabbitMQ makes before it looks at rights.
Verdict judgeDeadLetterExchange(const QueueDefinition& queue);

/// What makes two declarations of a queue of this type different, in RabbitMQ's order.
std::span<const std::string_view> comparedArguments(QueueType type);

/// The arguments that this version stores and shows but does not act on, in the order given.
std::vector<std::string> argumentsNotHonoured(const QueueDefinition& queue);

/// The arguments of a consumer of this queue. @error PreconditionFailed
Verdict judgeConsumeArguments(const QueueDefinition& queue, const amqp::FieldTable& arguments);

/// x-priority of a consumer; 0 without it. What is out of range is the nearest there is.
std::int32_t consumerPriorityOf(const amqp::FieldTable& arguments);
/// x-consumer-timeout of a consumer, which comes before its queue's.
std::optional<std::chrono::milliseconds> consumerTimeoutOf(const amqp::FieldTable& arguments);

}  // namespace warren::broker
