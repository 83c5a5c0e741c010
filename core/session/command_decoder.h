#pragma once

#include "core/amqp/constants.h"
#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/broker/command.h"

namespace warren::session {

/// The command in a channel's method frame; its views borrow from `payload`. All methods that a
/// client may send on an open channel but basic.publish, which has content, and channel.open.
/// @error CommandInvalid  a method that a server never gets, or one of the connection class
/// @error NotImplemented  what RabbitMQ refuses as well: prefetch-size, recover without requeue
/// @error FrameError, SyntaxError, NotImplemented  as amqp::decodeMethod
Result<broker::CommandBody, amqp::AmqpError> decodeCommand(ByteView payload);

}  // namespace warren::session
