#pragma once

#include "core/base/result.h"
#include "core/broker/errors.h"
#include "core/broker/message.h"

#include <string>
#include <vector>

/// Routing keys that a message names itself, in the headers CC and BCC.
/// Spec: RabbitMQ, "Sender-selected Distribution".
namespace warren::broker {

struct SenderSelectedKeys {
    std::vector<std::string> cc;
    std::vector<std::string> bcc;  ///< not shown to who receives the message
};

/// @error PreconditionFailed  a header that is no array. Elements that are no text count for
/// nothing
Result<SenderSelectedKeys, Refusal> senderSelectedKeys(const Message& message);

/// The message as receivers may see it: the same one, or a copy without the header BCC.
MessagePtr withoutBlindKeys(const MessagePtr& message);

}  // namespace warren::broker
