#pragma once

#include "core/amqp/constants.h"
#include "core/amqp/field_table.h"
#include "core/amqp/wire_string.h"
#include "core/base/bytes.h"
#include "core/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace warren::amqp {

/// The properties of a basic message, decoded; who only passes a message on keeps them encoded.
///
/// "Encoded" means here: property flags and property list, as in a content header frame after the
/// body size. Owns its strings.
/// Spec: AMQP 0-9-1, class basic.
struct Properties {
    std::optional<std::string> contentType{};
    std::optional<std::string> contentEncoding{};
    std::optional<FieldTable> headers{};
    std::optional<std::uint8_t> deliveryMode{};  // 2 is persistent, anything else transient
    std::optional<std::uint8_t> priority{};
    std::optional<std::string> correlationId{};
    std::optional<std::string> replyTo{};
    std::optional<std::string> expiration{};  // milliseconds in decimal digits
    std::optional<std::string> messageId{};
    std::optional<Timestamp> timestamp{};
    std::optional<std::string> type{};
    std::optional<std::string> userId{};
    std::optional<std::string> appId{};
    std::optional<std::string> clusterId{};

    bool operator==(const Properties&) const = default;
};

inline constexpr std::uint8_t kDeliveryModePersistent = 2;

/// @error SyntaxError  cut off, something after the last property, a flag that stands for no
/// property, or a bad table
Result<Properties, AmqpError> decodeProperties(ByteView encoded);

/// Appends flags and list. @pre every string fits a short string
void appendProperties(Buffer& to, const Properties& properties);

/// The properties of a message in place: found, but neither decoded nor copied. What a broker needs
/// to know of every message that it passes on.
///
/// Thread: any one. No allocation; borrows the encoded bytes. Cost: one step per property; the
/// content of headers is skipped.
class PropertiesView {
public:
    /// Finds the properties.
    /// @error SyntaxError  as decodeProperties, but for a bad table in headers
    static Result<PropertiesView, AmqpError> parse(ByteView encoded);

    ByteView encoded() const { return m_encoded; }
    bool isPersistent() const
    {
        return has(kDeliveryMode) && m_deliveryMode == kDeliveryModePersistent;
    }
    bool hasHeaders() const { return has(kHeaders); }
    /// Content of the headers table without its length, for decodeFieldTable. Empty without
    /// headers.
    ByteView headers() const { return bytesOf(m_headers); }
    std::optional<std::uint8_t> deliveryMode() const
    {
        return has(kDeliveryMode) ? std::optional(m_deliveryMode) : std::nullopt;
    }
    std::optional<std::uint8_t> priority() const
    {
        return has(kPriority) ? std::optional(m_priority) : std::nullopt;
    }
    std::optional<Timestamp> timestamp() const
    {
        return has(kTimestamp) ? std::optional(Timestamp{m_timestamp}) : std::nullopt;
    }
    std::optional<std::string_view> contentType() const
    {
        return text(kContentType, m_contentType);
    }
    std::optional<std::string_view> contentEncoding() const
    {
        return text(kContentEncoding, m_contentEncoding);
    }
    std::optional<std::string_view> correlationId() const
    {
        return text(kCorrelationId, m_correlationId);
    }
    std::optional<std::string_view> replyTo() const { return text(kReplyTo, m_replyTo); }
    std::optional<std::string_view> expiration() const { return text(kExpiration, m_expiration); }
    std::optional<std::string_view> messageId() const { return text(kMessageId, m_messageId); }
    std::optional<std::string_view> type() const { return text(kType, m_type); }
    std::optional<std::string_view> userId() const { return text(kUserId, m_userId); }
    std::optional<std::string_view> appId() const { return text(kAppId, m_appId); }
    std::optional<std::string_view> clusterId() const { return text(kClusterId, m_clusterId); }

private:
    /// Property flags, from the highest bit down in the order of the list; the lowest bit would
    /// announce another word of flags. Spec: AMQP 0-9-1 §4.2.6.1.
    enum Flag : std::uint16_t {
        kContentType = 1 << 15,
        kContentEncoding = 1 << 14,
        kHeaders = 1 << 13,
        kDeliveryMode = 1 << 12,
        kPriority = 1 << 11,
        kCorrelationId = 1 << 10,
        kReplyTo = 1 << 9,
        kExpiration = 1 << 8,
        kMessageId = 1 << 7,
        kTimestamp = 1 << 6,
        kType = 1 << 5,
        kUserId = 1 << 4,
        kAppId = 1 << 3,
        kClusterId = 1 << 2,
    };
    friend void appendProperties(Buffer& to, const Properties& properties);

    PropertiesView() = default;

    bool has(Flag flag) const { return (m_flags & flag) != 0; }
    std::optional<std::string_view> text(Flag flag, ShortString value) const
    {
        return has(flag) ? std::optional(value.view()) : std::nullopt;
    }

    ByteView m_encoded;
    std::uint16_t m_flags = 0;
    std::uint8_t m_deliveryMode = 0;
    std::uint8_t m_priority = 0;
    std::uint64_t m_timestamp = 0;
    LongString m_headers;
    ShortString m_contentType;
    ShortString m_contentEncoding;
    ShortString m_correlationId;
    ShortString m_replyTo;
    ShortString m_expiration;
    ShortString m_messageId;
    ShortString m_type;
    ShortString m_userId;
    ShortString m_appId;
    ShortString m_clusterId;
};

/// Whether decodeProperties would accept it, headers included; without allocation.
Status<AmqpError> validateProperties(ByteView encoded);

/// The delivery mode if it is there; nothing if it is not or the bytes are malformed.
std::optional<std::uint8_t> peekDeliveryMode(ByteView encoded);

/// The encoded form of a message without properties: flags that are all zero.
ByteView emptyProperties();

}  // namespace warren::amqp
