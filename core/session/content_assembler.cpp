#include "core/session/content_assembler.h"

#include "core/amqp/content_header.h"
#include "core/amqp/properties.h"

#include <algorithm>
#include <utility>

namespace warren::session {

using amqp::AmqpError;
using amqp::ReplyCode;

namespace {

constexpr amqp::MethodId kPublish{amqp::kBasicClass, 40};

AmqpError unexpected(std::string text)
{
    return {ReplyCode::UnexpectedFrame, std::move(text), kPublish};
}

}  // namespace

void ContentAssembler::begin(const amqp::BasicPublish& publish)
{
    // Copied, because the header may come with another read. Their capacity is kept.
    m_exchange.assign(publish.exchange);
    m_routingKey.assign(publish.routingKey);
    m_isMandatory = publish.mandatory;
    m_isImmediate = publish.immediate;
    m_phase = Phase::AwaitsHeader;
}

Result<ContentAssembler::Progress, AmqpError> ContentAssembler::addHeader(
    ByteView payload, std::uint64_t messageBytesMax)
{
    switch (m_phase) {
    case Phase::Idle:
        return AmqpError{
            ReplyCode::UnexpectedFrame, "expected method frame, got non method frame instead", {}};
    case Phase::AwaitsBody:
    case Phase::Skips:
        return unexpected("expected content body, got non content body frame instead");
    case Phase::AwaitsHeader: break;
    }
    const auto header = amqp::decodeContentHeader(payload);
    if (!header) return header.error();
    if (header->weight != 0) {
        return unexpected(
            "expected content header for class 60, got non content header frame instead");
    }
    if (header->classId != amqp::kBasicClass) {
        return unexpected("expected content header for class 60, got one for class " +
                          std::to_string(header->classId) + " instead");
    }
    const auto properties = amqp::PropertiesView::parse(header->properties);
    if (!properties) return properties.error();
    if (properties->hasHeaders()) {
        const auto verdict = amqp::validateFieldTable(properties->headers());
        if (!verdict) return verdict.error();
    }

    m_hasUserId = properties->userId().has_value();
    if (m_hasUserId) m_userId.assign(*properties->userId());
    m_bodyBytes = header->bodyBytes;
    if (m_bodyBytes > messageBytesMax) {
        m_bytesToSkip = m_bodyBytes;
        m_phase = Phase::Skips;
        return Progress::TooLarge;
    }
    m_builder.begin(m_exchange, m_routingKey, header->properties, properties->isPersistent(),
                    m_bodyBytes);
    m_phase = Phase::AwaitsBody;
    return m_builder.isComplete() ? Progress::Complete : Progress::NeedsMore;
}

Result<ContentAssembler::Progress, AmqpError> ContentAssembler::addBody(ByteView payload)
{
    switch (m_phase) {
    case Phase::Idle:
        return AmqpError{
            ReplyCode::UnexpectedFrame, "expected method frame, got non method frame instead", {}};
    case Phase::AwaitsHeader:
        return unexpected(
            "expected content header for class 60, got non content header frame instead");
    case Phase::Skips:
        m_bytesToSkip -= std::min<std::uint64_t>(payload.size(), m_bytesToSkip);
        if (m_bytesToSkip == 0) m_phase = Phase::Idle;
        return Progress::NeedsMore;
    case Phase::AwaitsBody: break;
    }
    if (payload.size() > m_builder.bodyBytesMissing()) {
        return AmqpError{ReplyCode::FrameError, "content body larger than its header says",
                         kPublish};
    }
    m_builder.append(payload);
    return m_builder.isComplete() ? Progress::Complete : Progress::NeedsMore;
}

AmqpError ContentAssembler::unexpectedMethod() const
{
    if (m_phase == Phase::AwaitsHeader) {
        return unexpected(
            "expected content header for class 60, got non content header frame instead");
    }
    return unexpected("expected content body, got non content body frame instead");
}

broker::MessagePtr ContentAssembler::take()
{
    m_phase = Phase::Idle;
    return m_builder.take();
}

}  // namespace warren::session
