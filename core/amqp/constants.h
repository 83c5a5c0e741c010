#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace warren::amqp {

/// Smallest frame-max that a peer may ask for, in bytes, overhead included; also the limit that
/// holds until connection.tune-ok. Spec: constant frame-min-size.
inline constexpr std::uint32_t kFrameBytesMin = 4096;
/// Type, channel and payload size in front of a payload. Spec: AMQP 0-9-1 §4.2.3.
inline constexpr std::size_t kFrameHeaderBytes = 7;
/// What a frame adds to its payload: the header and the end octet.
inline constexpr std::size_t kFrameOverheadBytes = kFrameHeaderBytes + 1;
inline constexpr auto kFrameEndOctet = std::byte{0xCE};
/// Longest short string. Spec: AMQP 0-9-1 §4.2.5.3.
inline constexpr std::size_t kShortStringBytesMax = 255;

inline constexpr std::uint16_t kConnectionClass = 10;
inline constexpr std::uint16_t kChannelClass = 20;
inline constexpr std::uint16_t kAccessClass = 30;
inline constexpr std::uint16_t kExchangeClass = 40;
inline constexpr std::uint16_t kQueueClass = 50;
inline constexpr std::uint16_t kBasicClass = 60;
inline constexpr std::uint16_t kConfirmClass = 85;
inline constexpr std::uint16_t kTxClass = 90;

/// Spec: AMQP 0-9-1 §4.2.3. Heartbeat is 8 as in the grammar (§4.2.1) and in every peer; the prose
/// of §4.2.3 says 4.
enum class FrameType : std::uint8_t { Method = 1, Header = 2, Body = 3, Heartbeat = 8 };

/// Spec: AMQP 0-9-1 §1.1, constants of class soft-error and hard-error.
enum class ReplyCode : std::uint16_t {
    Success = 200,
    ContentTooLarge = 311,
    NoRoute = 312,
    NoConsumers = 313,
    ConnectionForced = 320,
    InvalidPath = 402,
    AccessRefused = 403,
    NotFound = 404,
    ResourceLocked = 405,
    PreconditionFailed = 406,
    FrameError = 501,
    SyntaxError = 502,
    CommandInvalid = 503,
    ChannelError = 504,
    UnexpectedFrame = 505,
    ResourceError = 506,
    NotAllowed = 530,
    NotImplemented = 540,
    InternalError = 541,
};

/// The name as it begins a reply text: "NOT_FOUND". Empty for a number that is no reply code.
std::string_view replyName(ReplyCode code);

/// Whether the error ends the connection (hard error) or only its channel (soft error).
bool isConnectionError(ReplyCode code);

/// Which method a frame carries: class 60, method 40 is basic.publish. {0, 0} is none.
struct MethodId {
    std::uint16_t classId = 0;
    std::uint16_t methodId = 0;

    bool operator==(const MethodId&) const = default;
    /// Both in one number, for a switch or a table.
    constexpr std::uint32_t key() const { return std::uint32_t{classId} << 16 | methodId; }
};

/// A fault of the peer, as it goes into connection.close or channel.close.
struct AmqpError {
    ReplyCode code = ReplyCode::InternalError;
    std::string text{};  // what follows "NOT_FOUND - "; may be empty
    MethodId method{};   // the method at fault, {0, 0} when there is none

    bool operator==(const AmqpError&) const = default;
};

/// The reply text in RabbitMQ's form: "NOT_FOUND - no queue 'q' in vhost '/'", or the name alone
/// when the error has no text. Fits a short string: what is longer is cut between two characters
/// and ends in "...". Where it quotes bytes that are no UTF-8, every octet above 127 becomes a '?'.
std::string replyText(const AmqpError& error);

}  // namespace warren::amqp
