#pragma once

#include "core/amqp/field_table.h"
#include "core/amqp/properties.h"
#include "core/broker/message.h"

#include <string_view>

/// Messages are immutable: whoever has to change one makes another with the same body.
namespace warren::broker {

/// The decoded properties; none if they are malformed, which no session lets through.
amqp::Properties propertiesOf(const Message& message);
/// The decoded headers; empty if there are none.
amqp::FieldTable headersOf(const Message& message);

/// The same body under another address and other properties.
MessagePtr copyOf(const Message& message, std::string_view exchange, std::string_view routingKey,
                  const amqp::Properties& properties);
/// The same message with other headers.
MessagePtr withHeaders(const Message& message, amqp::FieldTable&& headers);

}  // namespace warren::broker
