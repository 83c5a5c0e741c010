#include "core/broker/sender_selection.h"

#include "core/amqp/properties.h"
#include "core/broker/message_copy.h"

#include <utility>

namespace warren::broker {

namespace {

constexpr std::string_view kCc = "CC";
constexpr std::string_view kBcc = "BCC";

Result<std::vector<std::string>, Refusal> keysOf(const amqp::FieldTable& headers,
                                                 std::string_view name)
{
    std::vector<std::string> keys;
    const amqp::FieldValue* value = headers.find(name);
    if (value == nullptr) return keys;
    const auto* array = value->as<amqp::FieldArray>();
    if (array == nullptr) {
        return Refusal{amqp::ReplyCode::PreconditionFailed,
                       "invalid message: {unacceptable_type_in_header,\"" + std::string{name} +
                           "\"," + std::string{amqp::fieldTypeName(*value)} + "}",
                       {}};
    }
    for (const amqp::FieldValue& element : *array) {
        if (const auto* key = element.as<std::string>()) keys.push_back(*key);
    }
    return keys;
}

}  // namespace

Result<SenderSelectedKeys, Refusal> senderSelectedKeys(const Message& message)
{
    SenderSelectedKeys keys;
    if (!message.hasSenderSelectedKeys()) return keys;
    const amqp::FieldTable headers = headersOf(message);
    auto cc = keysOf(headers, kCc);
    if (!cc) return cc.error();
    auto bcc = keysOf(headers, kBcc);
    if (!bcc) return bcc.error();
    keys.cc = std::move(*cc);
    keys.bcc = std::move(*bcc);
    return keys;
}

MessagePtr withoutBlindKeys(const MessagePtr& message)
{
    if (!message->hasSenderSelectedKeys()) return message;
    amqp::FieldTable headers = headersOf(*message);
    if (!headers.remove(kBcc)) return message;
    return withHeaders(*message, std::move(headers));
}

}  // namespace warren::broker
