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

/// The properties of a message in place: checked, but neither decoded nor copied. What a broker
/// needs to know of every message that it passes on.
///
/// Thread: any one. No allocation; borrows the encoded bytes and is no larger than a reference to
/// them. Cost: parse and each accessor take one step per property that is there; the content of
/// headers is skipped.
class PropertiesView {
public:
    /// Checks flags and lengths.
    /// @error SyntaxError  as decodeProperties, but for a bad table in headers
    static Result<PropertiesView, AmqpError> parse(ByteView encoded);

    ByteView encoded() const { return m_encoded; }
    bool isPersistent() const { return deliveryMode() == kDeliveryModePersistent; }
    bool hasHeaders() const;
    /// Content of the headers table without its length, for decodeFieldTable. Empty without
    /// headers.
    ByteView headers() const;
    std::optional<std::uint8_t> deliveryMode() const;
    std::optional<std::uint8_t> priority() const;
    std::optional<Timestamp> timestamp() const;
    std::optional<std::string_view> contentType() const;
    std::optional<std::string_view> contentEncoding() const;
    std::optional<std::string_view> correlationId() const;
    std::optional<std::string_view> replyTo() const;
    std::optional<std::string_view> expiration() const;
    std::optional<std::string_view> messageId() const;
    std::optional<std::string_view> type() const;
    std::optional<std::string_view> userId() const;
    std::optional<std::string_view> appId() const;
    std::optional<std::string_view> clusterId() const;

private:
    explicit PropertiesView(ByteView encoded) : m_encoded(encoded) {}

    ByteView m_encoded;
};

/// Whether decodeProperties would accept it, headers included; without allocation.
Status<AmqpError> validateProperties(ByteView encoded);

/// The delivery mode if it is there; nothing if it is not or the bytes are malformed.
std::optional<std::uint8_t> peekDeliveryMode(ByteView encoded);

/// The encoded form of a message without properties: flags that are all zero.
ByteView emptyProperties();

}  // namespace warren::amqp
