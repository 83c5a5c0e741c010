#include "app/sim/amqp_speech.h"

#include "core/amqp/content_header.h"
#include "core/amqp/frame_writer.h"
#include "core/amqp/method_codec.h"
#include "core/amqp/properties.h"
#include "core/amqp/protocol_header.h"

#include <string>
#include <utility>
#include <variant>

namespace warren::sim {

namespace {

constexpr std::uint32_t kFrameBytesMax = 131072;
constexpr ChannelNumber kChannel = 1;

template <typename Close>
amqp::AmqpError errorOf(const Close& close)
{
    return {static_cast<amqp::ReplyCode>(close.replyCode),
            std::string{close.replyText},
            {close.classId, close.methodId}};
}

/// Each of the commands that clients here have, as a method.
struct Speaker {
    Buffer& to;

    template <typename M>
    void method(const M& method) const
    {
        amqp::appendMethod(to, kChannel, method);
    }
    void operator()(const broker::Publish& publish) const
    {
        amqp::appendContentMethod(
            to, kChannel,
            amqp::BasicPublish{.exchange = publish.message->exchange(),
                               .routingKey = publish.message->routingKey(),
                               .mandatory = publish.isMandatory},
            {.properties = publish.message->properties(), .body = publish.message->body()},
            kFrameBytesMax);
    }
    void operator()(const broker::Ack& ack) const
    {
        method(amqp::BasicAck{.deliveryTag = ack.tag, .multiple = ack.isMultiple});
    }
    void operator()(const broker::Reject& reject) const
    {
        method(amqp::BasicNack{
            .deliveryTag = reject.tag, .multiple = reject.isMultiple, .requeue = reject.requeues});
    }
    void operator()(const broker::Consume& consume) const
    {
        method(amqp::BasicConsume{.queue = consume.queue, .consumerTag = consume.tag});
    }
    void operator()(const broker::SetPrefetch& prefetch) const
    {
        method(amqp::BasicQos{.prefetchCount = prefetch.count, .global = prefetch.isGlobal});
    }
    void operator()(const broker::SelectConfirms&) const { method(amqp::ConfirmSelect{}); }
    void operator()(const broker::PurgeQueue& purge) const
    {
        method(amqp::QueuePurge{.queue = purge.name});
    }
    void operator()(const broker::DeleteQueue& removal) const
    {
        method(amqp::QueueDelete{.queue = removal.name});
    }
    void operator()(const broker::DeclareQueue& declare) const
    {
        method(amqp::QueueDeclare{
            .queue = declare.name, .durable = declare.isDurable, .arguments = declare.arguments});
    }
    template <typename Other>
    void operator()(const Other&) const
    {
    }
};

}  // namespace

AmqpSpeech::AmqpSpeech() : m_parser(kFrameBytesMax) { m_output.append(amqp::kProtocolHeader); }

void AmqpSpeech::say(const broker::CommandBody& command) { std::visit(Speaker{m_output}, command); }

Buffer AmqpSpeech::takeOutput() { return std::exchange(m_output, {}); }

bool AmqpSpeech::hear(ByteView bytes, std::vector<broker::Event>& events)
{
    m_input.append(bytes);
    for (;;) {
        const auto frame = m_parser.next(m_input.view());
        if (!frame) return false;
        if (!frame->has_value()) return true;
        const bool isMethod = (*frame)->type == amqp::FrameType::Method;
        const bool isHeartbeat = (*frame)->type == amqp::FrameType::Heartbeat;
        const bool isUnderstood =
            isHeartbeat || (isMethod ? hearMethod(**frame, events) : hearContent(**frame, events));
        if (!isUnderstood) return false;
        m_input.consume(amqp::FrameParser::consumedBytes(**frame));
    }
}

bool AmqpSpeech::hearMethod(const amqp::Frame& frame, std::vector<broker::Event>& events)
{
    const auto method = amqp::decodeMethod(frame.payload);
    if (!method || m_incomplete) return false;
    if (const auto* deliver = std::get_if<amqp::BasicDeliver>(&*method)) {
        m_incomplete = Incomplete{.event = broker::Delivery{.isRedelivered = deliver->redelivered,
                                                            .tag = deliver->deliveryTag,
                                                            .message = {}},
                                  .exchange = std::string{deliver->exchange},
                                  .routingKey = std::string{deliver->routingKey}};
    } else if (const auto* returned = std::get_if<amqp::BasicReturn>(&*method)) {
        m_incomplete = Incomplete{.event = broker::Returned{},
                                  .exchange = std::string{returned->exchange},
                                  .routingKey = std::string{returned->routingKey}};
    } else if (!m_isOpen) {
        answerHandshake(*method);
    }
    if (auto event = eventOf(*method)) events.push_back({frame.channel, std::move(*event)});
    return true;
}

bool AmqpSpeech::hearContent(const amqp::Frame& frame, std::vector<broker::Event>& events)
{
    if (!m_incomplete) return false;
    broker::MessageBuilder& builder = m_incomplete->builder;
    if (frame.type == amqp::FrameType::Header) {
        const auto header = amqp::decodeContentHeader(frame.payload);
        if (!header || builder.isActive()) return false;
        const auto properties = amqp::PropertiesView::parse(header->properties);
        if (!properties) return false;
        builder.begin(m_incomplete->exchange, m_incomplete->routingKey, header->properties,
                      properties->isPersistent(), header->bodyBytes);
    } else {
        if (!builder.isActive() || builder.bodyBytesMissing() < frame.payload.size()) return false;
        builder.append(frame.payload);
    }
    if (!builder.isComplete()) return true;
    broker::EventBody event = std::move(m_incomplete->event);
    if (auto* delivery = std::get_if<broker::Delivery>(&event)) {
        delivery->message = builder.take();
    } else if (auto* returned = std::get_if<broker::Returned>(&event)) {
        returned->message = builder.take();
    }
    m_incomplete.reset();
    events.push_back({frame.channel, std::move(event)});
    return true;
}

void AmqpSpeech::answerHandshake(const amqp::Method& method)
{
    using namespace std::string_view_literals;
    if (std::holds_alternative<amqp::ConnectionStart>(method)) {
        const amqp::FieldTable capabilities{{"authentication_failure_close", true},
                                            {"basic.nack", true},
                                            {"connection.blocked", true},
                                            {"consumer_cancel_notify", true},
                                            {"publisher_confirms", true}};
        amqp::appendMethod(m_output, 0,
                           amqp::ConnectionStartOk{
                               .clientProperties = amqp::FieldTable{{"capabilities", capabilities}},
                               .mechanism = "PLAIN",
                               .response = "\0guest\0guest"sv,
                               .locale = "en_US"});
    } else if (const auto* tune = std::get_if<amqp::ConnectionTune>(&method)) {
        amqp::appendMethod(
            m_output, 0,
            amqp::ConnectionTuneOk{.channelMax = tune->channelMax, .frameMax = kFrameBytesMax});
        amqp::appendMethod(m_output, 0, amqp::ConnectionOpen{});
    } else if (std::holds_alternative<amqp::ConnectionOpenOk>(method)) {
        amqp::appendMethod(m_output, kChannel, amqp::ChannelOpen{});
    } else if (std::holds_alternative<amqp::ChannelOpenOk>(method)) {
        m_isOpen = true;
    }
}

std::optional<broker::EventBody> AmqpSpeech::eventOf(const amqp::Method& method) const
{
    using broker::EventBody;
    if (const auto* ack = std::get_if<amqp::BasicAck>(&method)) {
        return EventBody{broker::Confirm{ack->deliveryTag, ack->multiple, false}};
    }
    if (const auto* nack = std::get_if<amqp::BasicNack>(&method)) {
        return EventBody{broker::Confirm{nack->deliveryTag, nack->multiple, true}};
    }
    if (const auto* cancel = std::get_if<amqp::BasicCancel>(&method)) {
        return EventBody{broker::CancelNotice{std::string{cancel->consumerTag}}};
    }
    if (const auto* purged = std::get_if<amqp::QueuePurgeOk>(&method)) {
        return EventBody{broker::PurgeOk{purged->messageCount}};
    }
    if (const auto* removed = std::get_if<amqp::QueueDeleteOk>(&method)) {
        return EventBody{broker::DeleteQueueOk{removed->messageCount}};
    }
    if (const auto* declared = std::get_if<amqp::QueueDeclareOk>(&method)) {
        return EventBody{broker::DeclareQueueOk{std::string{declared->queue},
                                                declared->messageCount, declared->consumerCount}};
    }
    if (const auto* close = std::get_if<amqp::ChannelClose>(&method)) {
        return EventBody{broker::ChannelFailed{errorOf(*close)}};
    }
    if (const auto* close = std::get_if<amqp::ConnectionClose>(&method)) {
        return EventBody{broker::ConnectionFailed{errorOf(*close)}};
    }
    if (const auto* blocked = std::get_if<amqp::ConnectionBlocked>(&method)) {
        return EventBody{broker::Blocked{std::string{blocked->reason}}};
    }
    if (std::holds_alternative<amqp::ConnectionUnblocked>(method)) {
        return EventBody{broker::Unblocked{}};
    }
    return std::nullopt;
}

}  // namespace warren::sim
