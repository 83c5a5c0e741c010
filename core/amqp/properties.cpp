#include "core/amqp/properties.h"

#include "core/amqp/wire_cursor.h"
#include "core/amqp/wire_reader.h"

#include <array>
#include <cstddef>
#include <string>
#include <utility>

namespace warren::amqp {
namespace {

AmqpError malformed(std::string_view reason)
{
    return {.code = ReplyCode::SyntaxError, .text = std::string(reason)};
}

std::optional<std::string> copyOf(std::optional<std::string_view> text)
{
    return text ? std::optional<std::string>(*text) : std::nullopt;
}

std::size_t bytesOfText(const std::optional<std::string>& text)
{
    return text ? ShortString::kLengthBytes + text->size() : 0;
}

void putText(WireCursor& to, const std::optional<std::string>& text)
{
    if (text) to.put(ShortString(*text));
}

}  // namespace

Result<PropertiesView, AmqpError> PropertiesView::parse(ByteView encoded)
{
    PropertiesView view;
    view.m_encoded = encoded;
    WireReader input(encoded);
    if (!input.read(view.m_flags)) return malformed("message properties are cut off");

    // The lowest bit announces another word of flags, the next one has no meaning; class basic
    // needs neither. Deviation: RabbitMQ ignores both, but to pass them on would harm stricter
    // consumers.
    constexpr std::uint16_t kNoProperty = 0b11;
    if ((view.m_flags & kNoProperty) != 0) return malformed("unknown message property");

    const auto read = [&](Flag flag, auto& value) { return !view.has(flag) || input.read(value); };
    const bool isRead =
        read(kContentType, view.m_contentType) && read(kContentEncoding, view.m_contentEncoding) &&
        read(kHeaders, view.m_headers) && read(kDeliveryMode, view.m_deliveryMode) &&
        read(kPriority, view.m_priority) && read(kCorrelationId, view.m_correlationId) &&
        read(kReplyTo, view.m_replyTo) && read(kExpiration, view.m_expiration) &&
        read(kMessageId, view.m_messageId) && read(kTimestamp, view.m_timestamp) &&
        read(kType, view.m_type) && read(kUserId, view.m_userId) && read(kAppId, view.m_appId) &&
        read(kClusterId, view.m_clusterId);
    if (!isRead) return malformed("message properties are cut off");
    if (!input.isAtEnd()) return malformed("unknown bytes after the message properties");
    return view;
}

Result<Properties, AmqpError> decodeProperties(ByteView encoded)
{
    const auto view = PropertiesView::parse(encoded);
    if (!view) return view.error();

    Properties properties;
    if (view->hasHeaders()) {
        auto table = decodeFieldTable(view->headers());
        if (!table) return std::move(table.error());
        properties.headers = std::move(*table);
    }
    properties.contentType = copyOf(view->contentType());
    properties.contentEncoding = copyOf(view->contentEncoding());
    properties.deliveryMode = view->deliveryMode();
    properties.priority = view->priority();
    properties.correlationId = copyOf(view->correlationId());
    properties.replyTo = copyOf(view->replyTo());
    properties.expiration = copyOf(view->expiration());
    properties.messageId = copyOf(view->messageId());
    properties.timestamp = view->timestamp();
    properties.type = copyOf(view->type());
    properties.userId = copyOf(view->userId());
    properties.appId = copyOf(view->appId());
    properties.clusterId = copyOf(view->clusterId());
    return properties;
}

void appendProperties(Buffer& to, const Properties& properties)
{
    using View = PropertiesView;
    const Properties& p = properties;
    int flags = 0;
    flags |= p.contentType ? View::kContentType : 0;
    flags |= p.contentEncoding ? View::kContentEncoding : 0;
    flags |= p.headers ? View::kHeaders : 0;
    flags |= p.deliveryMode ? View::kDeliveryMode : 0;
    flags |= p.priority ? View::kPriority : 0;
    flags |= p.correlationId ? View::kCorrelationId : 0;
    flags |= p.replyTo ? View::kReplyTo : 0;
    flags |= p.expiration ? View::kExpiration : 0;
    flags |= p.messageId ? View::kMessageId : 0;
    flags |= p.timestamp ? View::kTimestamp : 0;
    flags |= p.type ? View::kType : 0;
    flags |= p.userId ? View::kUserId : 0;
    flags |= p.appId ? View::kAppId : 0;
    flags |= p.clusterId ? View::kClusterId : 0;

    std::size_t bytes = sizeof(std::uint16_t);
    for (const auto* text :
         {&p.contentType, &p.contentEncoding, &p.correlationId, &p.replyTo, &p.expiration,
          &p.messageId, &p.type, &p.userId, &p.appId, &p.clusterId}) {
        bytes += bytesOfText(*text);
    }
    bytes += p.headers ? fieldTableBytes(*p.headers) : 0;
    bytes += p.deliveryMode ? sizeof *p.deliveryMode : 0;
    bytes += p.priority ? sizeof *p.priority : 0;
    bytes += p.timestamp ? sizeof p.timestamp->seconds : 0;

    WireCursor cursor{to.extend(bytes)};
    cursor.put(static_cast<std::uint16_t>(flags));
    putText(cursor, p.contentType);
    putText(cursor, p.contentEncoding);
    if (p.headers) writeFieldTable(cursor, *p.headers);
    if (p.deliveryMode) cursor.put(*p.deliveryMode);
    if (p.priority) cursor.put(*p.priority);
    putText(cursor, p.correlationId);
    putText(cursor, p.replyTo);
    putText(cursor, p.expiration);
    putText(cursor, p.messageId);
    if (p.timestamp) cursor.put(p.timestamp->seconds);
    putText(cursor, p.type);
    putText(cursor, p.userId);
    putText(cursor, p.appId);
    putText(cursor, p.clusterId);
}

Status<AmqpError> validateProperties(ByteView encoded)
{
    const auto view = PropertiesView::parse(encoded);
    if (!view) return view.error();
    return validateFieldTable(view->headers());
}

std::optional<std::uint8_t> peekDeliveryMode(ByteView encoded)
{
    const auto view = PropertiesView::parse(encoded);
    return view ? view->deliveryMode() : std::nullopt;
}

ByteView emptyProperties()
{
    static constexpr std::array<std::byte, 2> kNoFlags{};
    return kNoFlags;
}

}  // namespace warren::amqp
