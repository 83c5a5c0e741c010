#include "core/session/event_encoder.h"

#include "core/amqp/frame_writer.h"
#include "core/amqp/methods.h"
#include "core/base/check.h"

#include <algorithm>
#include <variant>

namespace warren::session {

namespace {

amqp::ContentView contentOf(const broker::Message& message, std::size_t bodyBytesMax)
{
    const ByteView body = message.body().first(std::min(message.bodyBytes(), bodyBytesMax));
    return {.properties = message.properties(),
            .body = body,
            .laterBodyBytes = message.bodyBytes() - body.size()};
}

void encodePlain(ChannelNumber channel, broker::PlainReply reply, Buffer& out)
{
    using broker::PlainReply;
    const auto send = [&](const auto& method) { amqp::appendMethod(out, channel, method); };
    switch (reply) {
    case PlainReply::ConnectionOpenOk: return send(amqp::ConnectionOpenOk{});
    case PlainReply::ConnectionCloseOk: return send(amqp::ConnectionCloseOk{});
    case PlainReply::ChannelOpenOk: return send(amqp::ChannelOpenOk{});
    case PlainReply::ChannelCloseOk: return send(amqp::ChannelCloseOk{});
    case PlainReply::AccessRequestOk: return send(amqp::AccessRequestOk{.ticket = 1});
    case PlainReply::FlowOkActive: return send(amqp::ChannelFlowOk{.active = true});
    case PlainReply::FlowOkPaused: return send(amqp::ChannelFlowOk{.active = false});
    case PlainReply::ExchangeDeclareOk: return send(amqp::ExchangeDeclareOk{});
    case PlainReply::ExchangeDeleteOk: return send(amqp::ExchangeDeleteOk{});
    case PlainReply::ExchangeBindOk: return send(amqp::ExchangeBindOk{});
    case PlainReply::ExchangeUnbindOk: return send(amqp::ExchangeUnbindOk{});
    case PlainReply::QueueBindOk: return send(amqp::QueueBindOk{});
    case PlainReply::QueueUnbindOk: return send(amqp::QueueUnbindOk{});
    case PlainReply::QosOk: return send(amqp::BasicQosOk{});
    case PlainReply::RecoverOk: return send(amqp::BasicRecoverOk{});
    case PlainReply::ConfirmSelectOk: return send(amqp::ConfirmSelectOk{});
    case PlainReply::TxSelectOk: return send(amqp::TxSelectOk{});
    case PlainReply::TxCommitOk: return send(amqp::TxCommitOk{});
    case PlainReply::TxRollbackOk: return send(amqp::TxRollbackOk{});
    }
}

/// One event as frames; the overload says which.
struct FrameWriter {
    ChannelNumber channel;
    std::uint32_t frameBytesMax;
    std::size_t bodyBytesMax;
    std::vector<std::string>& consumerTags;
    Buffer& out;

    void operator()(const broker::Delivery& event) const
    {
        WARREN_CHECK(event.consumer < consumerTags.size());
        const amqp::BasicDeliver deliver{.consumerTag = consumerTags[event.consumer],
                                         .deliveryTag = event.tag,
                                         .redelivered = event.isRedelivered,
                                         .exchange = event.message->exchange(),
                                         .routingKey = event.message->routingKey()};
        amqp::appendDeliver(out, channel, deliver, contentOf(*event.message, bodyBytesMax),
                            frameBytesMax);
    }
    void operator()(const broker::Confirm& event) const
    {
        if (event.isRefused) {
            // The bit means nothing to publishers; RabbitMQ 3.10 sets it.
            amqp::appendMethod(
                out, channel,
                amqp::BasicNack{
                    .deliveryTag = event.tag, .multiple = event.isMultiple, .requeue = true});
        } else {
            amqp::appendAck(out, channel, event.tag, event.isMultiple);
        }
    }
    void operator()(const broker::GetOk& event) const
    {
        const amqp::BasicGetOk getOk{.deliveryTag = event.tag,
                                     .redelivered = event.isRedelivered,
                                     .exchange = event.message->exchange(),
                                     .routingKey = event.message->routingKey(),
                                     .messageCount = event.messageCount};
        amqp::appendGetOk(out, channel, getOk, contentOf(*event.message, bodyBytesMax),
                          frameBytesMax);
    }
    void operator()(const broker::GetEmpty&) const
    {
        amqp::appendMethod(out, channel, amqp::BasicGetEmpty{});
    }
    void operator()(const broker::Returned& event) const
    {
        const amqp::BasicReturn returned{.replyCode = static_cast<std::uint16_t>(event.code),
                                         .replyText = amqp::replyName(event.code),
                                         .exchange = event.message->exchange(),
                                         .routingKey = event.message->routingKey()};
        amqp::appendReturn(out, channel, returned, contentOf(*event.message, bodyBytesMax),
                           frameBytesMax);
    }
    void operator()(const broker::ConsumeOk& event) const
    {
        if (event.consumer >= consumerTags.size()) consumerTags.resize(event.consumer + 1);
        consumerTags[event.consumer] = event.tag;
        if (event.isSilent) return;
        amqp::appendMethod(out, channel, amqp::BasicConsumeOk{.consumerTag = event.tag});
    }
    void operator()(const broker::CancelOk& event) const
    {
        amqp::appendMethod(out, channel, amqp::BasicCancelOk{.consumerTag = event.tag});
    }
    void operator()(const broker::CancelNotice& event) const
    {
        amqp::appendMethod(out, channel,
                           amqp::BasicCancel{.consumerTag = event.tag, .noWait = true});
    }
    void operator()(const broker::DeclareQueueOk& event) const
    {
        amqp::appendMethod(out, channel,
                           amqp::QueueDeclareOk{.queue = event.name,
                                                .messageCount = event.messageCount,
                                                .consumerCount = event.consumerCount});
    }
    void operator()(const broker::PurgeOk& event) const
    {
        amqp::appendMethod(out, channel, amqp::QueuePurgeOk{.messageCount = event.messageCount});
    }
    void operator()(const broker::DeleteQueueOk& event) const
    {
        amqp::appendMethod(out, channel, amqp::QueueDeleteOk{.messageCount = event.messageCount});
    }
    void operator()(broker::PlainReply reply) const { encodePlain(channel, reply, out); }
    void operator()(const broker::ChannelFailed& event) const
    {
        const std::string text = amqp::replyText(event.error);
        amqp::appendMethod(
            out, channel,
            amqp::ChannelClose{.replyCode = static_cast<std::uint16_t>(event.error.code),
                               .replyText = text,
                               .classId = event.error.method.classId,
                               .methodId = event.error.method.methodId});
    }
    void operator()(const broker::ConnectionFailed& event) const
    {
        const std::string text = amqp::replyText(event.error);
        amqp::appendMethod(
            out, 0,
            amqp::ConnectionClose{.replyCode = static_cast<std::uint16_t>(event.error.code),
                                  .replyText = text,
                                  .classId = event.error.method.classId,
                                  .methodId = event.error.method.methodId});
    }
    void operator()(const broker::Blocked& event) const
    {
        amqp::appendMethod(out, 0, amqp::ConnectionBlocked{.reason = event.reason});
    }
    void operator()(const broker::Unblocked&) const
    {
        amqp::appendMethod(out, 0, amqp::ConnectionUnblocked{});
    }
};

}  // namespace

void EventEncoder::encode(ChannelNumber channel, const broker::EventBody& event,
                          std::uint32_t frameBytesMax, Buffer& out, std::size_t bodyBytesMax)
{
    std::visit(FrameWriter{channel, frameBytesMax, bodyBytesMax, m_consumerTags, out}, event);
}

}  // namespace warren::session
