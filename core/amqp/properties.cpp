#include "core/amqp/properties.h"

#include "core/amqp/wire_cursor.h"
#include "core/amqp/wire_reader.h"
#include "core/amqp/wire_string.h"
#include "core/base/check.h"

#include <array>
#include <bit>
#include <cstddef>
#include <string>
#include <utility>

namespace warren::amqp {
namespace {

/// A property by its place in the list; its flag is that bit, counted from the highest.
/// Spec: AMQP 0-9-1 §4.2.6.1.
enum class Property {
    ContentType,
    ContentEncoding,
    Headers,
    DeliveryMode,
    Priority,
    CorrelationId,
    ReplyTo,
    Expiration,
    MessageId,
    Timestamp,
    Type,
    UserId,
    AppId,
    ClusterId,
};
constexpr int kPropertyCount = 14;

constexpr std::uint16_t flagOf(int index) { return static_cast<std::uint16_t>(0x8000u >> index); }
constexpr std::uint16_t flagOf(Property property) { return flagOf(static_cast<int>(property)); }

// The lowest flag announces another word of flags, the next one has no meaning; class basic needs
// neither. Deviation: RabbitMQ ignores both, but to pass them on would harm stricter consumers.
constexpr std::uint16_t kFlagsWithoutProperty = 0xFFFF >> kPropertyCount;

constexpr std::size_t kFlagBytes = sizeof(std::uint16_t);

AmqpError malformed(std::string_view reason)
{
    return {.code = ReplyCode::SyntaxError, .text = std::string(reason)};
}

/// Reads over one property. @returns whether all of it is there
bool skip(Property property, WireReader& input)
{
    ShortString text;
    LongString table;
    std::uint8_t octet = 0;
    std::uint64_t seconds = 0;
    switch (property) {
    case Property::Headers: return input.read(table);
    case Property::DeliveryMode:
    case Property::Priority: return input.read(octet);
    case Property::Timestamp: return input.read(seconds);
    case Property::ContentType:
    case Property::ContentEncoding:
    case Property::CorrelationId:
    case Property::ReplyTo:
    case Property::Expiration:
    case Property::MessageId:
    case Property::Type:
    case Property::UserId:
    case Property::AppId:
    case Property::ClusterId: return input.read(text);
    }
    return false;
}

/// Skips the properties of these flags, in their order. @returns whether all of them are there
bool skipAll(std::uint16_t flags, WireReader& input)
{
    while (flags != 0) {
        const int index = std::countl_zero(flags);
        if (!skip(Property{index}, input)) return false;
        flags = static_cast<std::uint16_t>(flags & ~flagOf(index));
    }
    return true;
}

/// The value of a property; nothing if it is absent. @pre `encoded` was parsed
template <typename Value>
std::optional<Value> find(ByteView encoded, Property property)
{
    const std::uint16_t flags = loadU16(encoded, 0);
    if ((flags & flagOf(property)) == 0) return std::nullopt;
    WireReader input(encoded.subspan(kFlagBytes));
    const auto before = static_cast<std::uint16_t>(flags & ~(flagOf(property) * 2u - 1u));
    Value value{};
    WARREN_CHECK(skipAll(before, input) && input.read(value));
    return value;
}

std::optional<std::string_view> findText(ByteView encoded, Property property)
{
    const auto text = find<ShortString>(encoded, property);
    return text ? std::optional(text->view()) : std::nullopt;
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
    WireReader input(encoded);
    std::uint16_t flags = 0;
    if (!input.read(flags)) return malformed("message properties are cut off");
    if ((flags & kFlagsWithoutProperty) != 0) return malformed("unknown message property");
    if (!skipAll(flags, input)) return malformed("message properties are cut off");
    if (!input.isAtEnd()) return malformed("unknown bytes after the message properties");
    return PropertiesView(encoded);
}

bool PropertiesView::hasHeaders() const
{
    return (loadU16(m_encoded, 0) & flagOf(Property::Headers)) != 0;
}
ByteView PropertiesView::headers() const
{
    return bytesOf(find<LongString>(m_encoded, Property::Headers).value_or(LongString{}));
}
std::optional<std::uint8_t> PropertiesView::deliveryMode() const
{
    return find<std::uint8_t>(m_encoded, Property::DeliveryMode);
}
std::optional<std::uint8_t> PropertiesView::priority() const
{
    return find<std::uint8_t>(m_encoded, Property::Priority);
}
std::optional<Timestamp> PropertiesView::timestamp() const
{
    const auto seconds = find<std::uint64_t>(m_encoded, Property::Timestamp);
    return seconds ? std::optional(Timestamp{*seconds}) : std::nullopt;
}
std::optional<std::string_view> PropertiesView::contentType() const
{
    return findText(m_encoded, Property::ContentType);
}
std::optional<std::string_view> PropertiesView::contentEncoding() const
{
    return findText(m_encoded, Property::ContentEncoding);
}
std::optional<std::string_view> PropertiesView::correlationId() const
{
    return findText(m_encoded, Property::CorrelationId);
}
std::optional<std::string_view> PropertiesView::replyTo() const
{
    return findText(m_encoded, Property::ReplyTo);
}
std::optional<std::string_view> PropertiesView::expiration() const
{
    return findText(m_encoded, Property::Expiration);
}
std::optional<std::string_view> PropertiesView::messageId() const
{
    return findText(m_encoded, Property::MessageId);
}
std::optional<std::string_view> PropertiesView::type() const
{
    return findText(m_encoded, Property::Type);
}
std::optional<std::string_view> PropertiesView::userId() const
{
    return findText(m_encoded, Property::UserId);
}
std::optional<std::string_view> PropertiesView::appId() const
{
    return findText(m_encoded, Property::AppId);
}
std::optional<std::string_view> PropertiesView::clusterId() const
{
    return findText(m_encoded, Property::ClusterId);
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
    const Properties& p = properties;
    std::uint16_t flags = 0;
    const auto mark = [&](Property property, const auto& value) {
        if (value) flags = static_cast<std::uint16_t>(flags | flagOf(property));
    };
    mark(Property::ContentType, p.contentType);
    mark(Property::ContentEncoding, p.contentEncoding);
    mark(Property::Headers, p.headers);
    mark(Property::DeliveryMode, p.deliveryMode);
    mark(Property::Priority, p.priority);
    mark(Property::CorrelationId, p.correlationId);
    mark(Property::ReplyTo, p.replyTo);
    mark(Property::Expiration, p.expiration);
    mark(Property::MessageId, p.messageId);
    mark(Property::Timestamp, p.timestamp);
    mark(Property::Type, p.type);
    mark(Property::UserId, p.userId);
    mark(Property::AppId, p.appId);
    mark(Property::ClusterId, p.clusterId);

    std::size_t bytes = kFlagBytes;
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
    cursor.put(flags);
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
