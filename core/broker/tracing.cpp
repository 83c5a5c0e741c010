#include "core/broker/tracing.h"

#include "core/amqp/properties.h"
#include "core/amqp/text.h"
#include "core/broker/message_copy.h"
#include "core/broker/sender_selection.h"

#include <cstdint>
#include <string>
#include <utility>

namespace warren::broker {

using amqp::FieldArray;
using amqp::FieldTable;
using amqp::FieldValue;

namespace {

constexpr std::size_t kRoutingKeyBytesMax = 255;

/// Somebody listens, and it is no copy itself.
bool isWanted(const Vhost& vhost, const Message& message)
{
    if (message.exchange() == kTraceExchange) return false;
    const Exchange* exchange = vhost.findExchange(kTraceExchange);
    return exchange != nullptr && !exchange->router->isEmpty();
}

/// In RabbitMQ's order and with its types.
FieldTable tableOf(const amqp::Properties& properties)
{
    FieldTable table;
    const auto appendText = [&](const char* name, const std::optional<std::string>& text) {
        if (text) table.append(name, *text);
    };
    appendText("cluster_id", properties.clusterId);
    appendText("app_id", properties.appId);
    appendText("user_id", properties.userId);
    appendText("type", properties.type);
    if (properties.timestamp) {
        const std::uint64_t seconds = properties.timestamp->seconds;
        if (seconds <= INT32_MAX) {
            table.append("timestamp", static_cast<std::int32_t>(seconds));
        } else {
            table.append("timestamp", static_cast<std::int64_t>(seconds));
        }
    }
    appendText("message_id", properties.messageId);
    appendText("expiration", properties.expiration);
    appendText("reply_to", properties.replyTo);
    appendText("correlation_id", properties.correlationId);
    if (properties.priority) table.append("priority", std::int32_t{*properties.priority});
    if (properties.deliveryMode) {
        table.append("delivery_mode", std::int32_t{*properties.deliveryMode});
    }
    if (properties.headers) table.append("headers", *properties.headers);
    appendText("content_encoding", properties.contentEncoding);
    appendText("content_type", properties.contentType);
    return table;
}

FieldArray routingKeysOf(const Message& message)
{
    FieldArray list{FieldValue{message.routingKey()}};
    if (!message.hasSenderSelectedKeys()) return list;
    const auto keys = senderSelectedKeys(message);
    if (!keys) return list;
    for (const auto* more : {&keys->cc, &keys->bcc}) {
        for (const std::string& key : *more)
            list.emplace_back(key);
    }
    return list;
}

FieldTable headersOf(const State& state, const Vhost& vhost, const Channel* channel,
                     const MessagePtr& message)
{
    FieldTable headers;
    headers.append("exchange_name", message->exchange());
    headers.append("routing_keys", routingKeysOf(*message));
    headers.append("properties", tableOf(propertiesOf(*withoutBlindKeys(message))));
    headers.append("node", state.nodeName);
    headers.append("vhost", vhost.definition.name);
    // Source: RabbitMQ 3.10: these words when there is no channel.
    headers.append("connection", channel == nullptr ? "unknown" : channel->connection.name);
    headers.append("channel", std::int32_t{channel == nullptr ? 0 : channel->number});
    headers.append("user", channel == nullptr ? "none" : channel->connection.user);
    return headers;
}

void put(State& state, const Vhost& vhost, std::string key, FieldTable headers,
         const Message& message)
{
    key = std::string{amqp::cutUtf8(key, kRoutingKeyBytesMax)};
    amqp::Properties properties;
    properties.headers = std::move(headers);
    Buffer encoded;
    amqp::appendProperties(encoded, properties);
    state.traces.push_back({vhost.definition.name, makeMessage(kTraceExchange, key, encoded.view(),
                                                               false, message.body())});
}

/// Something happened on a channel to a message of a queue.
void traceOf(State& state, const Channel& channel, const Queue& queue, const QueueEntry& entry,
             std::string_view event)
{
    const Vhost& vhost = *channel.connection.vhost;
    if (!isWanted(vhost, *entry.message)) return;
    FieldTable headers = headersOf(state, vhost, &channel, entry.message);
    headers.append("redelivered", std::int32_t{entry.isRedelivered});
    put(state, vhost, std::string{event} + queue.definition().name, std::move(headers),
        *entry.message);
}

}  // namespace

void tracePublish(State& state, const Vhost& vhost, const Channel* channel,
                  const MessagePtr& message, std::span<Queue* const> queues)
{
    if (!isWanted(vhost, *message)) return;
    FieldTable headers = headersOf(state, vhost, channel, message);
    FieldArray names;
    for (const Queue* queue : queues)
        names.emplace_back(queue->definition().name);
    headers.append("routed_queues", std::move(names));
    put(state, vhost, "publish." + std::string{message->exchange()}, std::move(headers), *message);
}

void traceDelivery(State& state, const Channel& channel, const Queue& queue,
                   const QueueEntry& entry)
{
    traceOf(state, channel, queue, entry, "deliver.");
}

void traceAck(State& state, const Channel& channel, const Queue& queue, const QueueEntry& entry)
{
    traceOf(state, channel, queue, entry, "ack.");
}

}  // namespace warren::broker
