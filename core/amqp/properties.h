#pragma once

#include "core/amqp/constants.h"
#include "core/amqp/field_table.h"
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
    std::optional<std::string> contentType;
    std::optional<std::string> contentEncoding;
    std::optional<FieldTable> headers;
    std::optional<std::uint8_t> deliveryMode;  // 2 is persistent, anything else transient
    std::optional<std::uint8_t> priority;
    std::optional<std::string> correlationId;
    std::optional<std::string> replyTo;
    std::optional<std::string> expiration;  // milliseconds in decimal digits
    std::optional<std::string> messageId;
    std::optional<Timestamp> timestamp;
    std::optional<std::string> type;
    std::optional<std::string> userId;
    std::optional<std::string> appId;
    std::optional<std::string> clusterId;

    bool operator==(const Properties&) const = default;
};

inline constexpr std::uint8_t kDeliveryModePersistent = 2;

/// @error SyntaxError  cut off, something after the last property, a flag that stands for no
/// property, or a bad table
Result<Properties, AmqpError> decodeProperties(ByteView encoded);

/// Appends flags and list. @pre every string fits a short string
void appendProperties(Buffer& to, const Properties& properties);

/// Reads single properties from the encoded form, without decoding or copying the rest: what a
/// broker needs to know of every message that it passes on.
///
/// Thread: any one. No allocation; borrows the encoded bytes. Cost: one pass over the properties,
/// headers are skipped, not read.
class PropertiesView {
public:
    /// Finds the properties; the headers' own content is left unread.
    /// @error SyntaxError  as decodeProperties, but for a bad table in headers
    static Result<PropertiesView, AmqpError> parse(ByteView encoded);

    ByteView encoded() const { return m_encoded; }
    bool isPersistent() const { return m_deliveryMode == kDeliveryModePersistent; }
    bool hasHeaders() const { return m_hasHeaders; }
    /// Content of the headers table, without its length: for decodeFieldTable. Empty without
    /// headers.
    ByteView headers() const { return m_headers; }
    std::optional<std::uint8_t> deliveryMode() const { return m_deliveryMode; }
    std::optional<std::uint8_t> priority() const { return m_priority; }
    std::optional<std::string_view> replyTo() const { return m_replyTo; }
    std::optional<std::string_view> expiration() const { return m_expiration; }
    std::optional<std::string_view> userId() const { return m_userId; }

private:
    PropertiesView() = default;

    ByteView m_encoded;
    ByteView m_headers;
    bool m_hasHeaders = false;
    std::optional<std::uint8_t> m_deliveryMode;
    std::optional<std::uint8_t> m_priority;
    std::optional<std::string_view> m_replyTo;
    std::optional<std::string_view> m_expiration;
    std::optional<std::string_view> m_userId;
};

/// Whether decodeProperties would accept it, headers included; without allocation.
Status<AmqpError> validateProperties(ByteView encoded);

/// The delivery mode if it is there; nothing if it is not or the bytes are malformed.
std::optional<std::uint8_t> peekDeliveryMode(ByteView encoded);

/// The encoded form of a message without properties: flags that are all zero.
ByteView emptyProperties();

}  // namespace warren::amqp
