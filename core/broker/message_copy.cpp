#include "core/broker/message_copy.h"

#include <utility>

namespace warren::broker {

amqp::Properties propertiesOf(const Message& message)
{
    auto properties = amqp::decodeProperties(message.properties());
    return properties ? std::move(*properties) : amqp::Properties{};
}

amqp::FieldTable headersOf(const Message& message)
{
    const auto view = amqp::PropertiesView::parse(message.properties());
    if (!view || !view->hasHeaders()) return {};
    auto headers = amqp::decodeFieldTable(view->headers());
    return headers ? std::move(*headers) : amqp::FieldTable{};
}

MessagePtr copyOf(const Message& message, std::string_view exchange, std::string_view routingKey,
                  const amqp::Properties& properties)
{
    Buffer encoded;
    amqp::appendProperties(encoded, properties);
    return makeMessage(exchange, routingKey, encoded.view(), message.isPersistent(),
                       message.body());
}

MessagePtr withHeaders(const Message& message, amqp::FieldTable&& headers)
{
    amqp::Properties properties = propertiesOf(message);
    properties.headers = std::move(headers);
    return copyOf(message, message.exchange(), message.routingKey(), properties);
}

}  // namespace warren::broker
