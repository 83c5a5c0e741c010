#pragma once

#include "core/amqp/constants.h"
#include "core/base/ids.h"
#include "core/base/result.h"

#include <string>
#include <string_view>

/// The refusals of the broker in RabbitMQ's words, which clients and people recognise.
/// Source: RabbitMQ 3.10.8, observed.
namespace warren::broker {

using Refusal = amqp::AmqpError;
using Verdict = Status<Refusal>;

/// "queue 'q' in vhost '/'"
std::string queueText(std::string_view vhost, std::string_view name);
/// "exchange 'x' in vhost '/'"
std::string exchangeText(std::string_view vhost, std::string_view name);

Refusal noQueue(std::string_view vhost, std::string_view name);
Refusal noExchange(std::string_view vhost, std::string_view name);
Refusal defaultExchangeRefused();
/// Another node leads the queue, or nobody does.
Refusal queueElsewhere(std::string_view vhost, std::string_view name);
/// Definitions change at the node that leads the agreement on them, and nowhere if there is none.
Refusal definitionsElsewhere();
Refusal queueLocked(std::string_view vhost, std::string_view name);
/// `what` is "queue" or "exchange".
Refusal reservedName(std::string_view what, std::string_view name);
/// @param entity  queueText or exchangeText
Refusal inequivalent(std::string_view argument, std::string_view entity, std::string_view received,
                     std::string_view current);
Refusal inequivalent(std::string_view argument, std::string_view entity, bool received,
                     bool current);
Refusal unknownDeliveryTag(DeliveryTag tag);

}  // namespace warren::broker
