#pragma once

#include "core/amqp/frame_parser.h"
#include "core/amqp/frame_writer.h"
#include "core/amqp/method_codec.h"
#include "core/amqp/properties.h"
#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/ids.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Bytes of the AMQP wire for tests: literals, single frames, and what came out read back.

namespace warren::test {

/// Bytes of a string literal, embedded zeroes included: "\x01\0"_bytes.
inline ByteView operator""_bytes(const char* text, std::size_t count)
{
    return bytesOf({text, count});
}

/// Bytes written in hexadecimal; blanks are for the reader: fromHex("01 0000 ce").
/// @pre nothing but pairs of digits and blanks
inline std::string fromHex(std::string_view digits)
{
    std::string bytes;
    int high = -1;
    for (const char c : digits) {
        if (c == ' ' || c == '\n') continue;
        const std::size_t value = std::string_view("0123456789abcdef").find(c);
        WARREN_CHECK(value != std::string_view::npos);
        if (high < 0) {
            high = static_cast<int>(value);
        } else {
            bytes += static_cast<char>(high * 16 + static_cast<int>(value));
            high = -1;
        }
    }
    WARREN_CHECK(high < 0);
    return bytes;
}

inline std::string toHex(ByteView bytes)
{
    std::string digits;
    for (const std::byte byte : bytes) {
        digits += "0123456789abcdef"[std::to_integer<unsigned>(byte) >> 4];
        digits += "0123456789abcdef"[std::to_integer<unsigned>(byte) & 15];
    }
    return digits;
}

inline std::string stringOf(const Buffer& buffer) { return std::string(textOf(buffer.view())); }

/// A frame of any type with any payload, also one that makes no sense.
inline std::string rawFrame(std::uint8_t type, ChannelNumber channel, std::string_view payload)
{
    Buffer frame;
    frame.appendBigEndian(type);
    frame.appendBigEndian(channel);
    frame.appendBigEndian(static_cast<std::uint32_t>(payload.size()));
    frame.append(payload);
    frame.appendBigEndian(static_cast<std::uint8_t>(amqp::kFrameEndOctet));
    return stringOf(frame);
}

template <typename M>
std::string methodFrame(ChannelNumber channel, const M& method)
{
    Buffer frame;
    amqp::appendMethod(frame, channel, method);
    return stringOf(frame);
}

inline std::string encoded(const amqp::Properties& properties)
{
    Buffer bytes;
    amqp::appendProperties(bytes, properties);
    return stringOf(bytes);
}

/// A method with content, header and body frames included.
template <typename M>
std::string contentFrames(ChannelNumber channel, const M& method, std::string_view body,
                          const amqp::Properties& properties = {},
                          std::uint32_t frameBytesMax = 131072)
{
    Buffer frames;
    const std::string propertyBytes = encoded(properties);
    amqp::appendContentMethod(frames, channel, method,
                              {.properties = bytesOf(propertyBytes), .body = bytesOf(body)},
                              frameBytesMax);
    return stringOf(frames);
}

/// A frame that owns its payload, to outlive the buffer it was read from.
struct OwnedFrame {
    amqp::FrameType type = amqp::FrameType::Method;
    ChannelNumber channel = 0;
    std::string payload{};
    bool operator==(const OwnedFrame&) const = default;
};

/// All frames of `bytes`. @pre well-formed, and nothing is left over
inline std::vector<OwnedFrame> framesOf(ByteView bytes, std::uint32_t frameBytesMax = 131072)
{
    std::vector<OwnedFrame> frames;
    const amqp::FrameParser parser(frameBytesMax);
    while (!bytes.empty()) {
        const auto next = parser.next(bytes);
        WARREN_CHECK(next.isOk() && next.value().has_value());
        const amqp::Frame& frame = **next;
        frames.push_back({frame.type, frame.channel, std::string(textOf(frame.payload))});
        bytes = bytes.subspan(amqp::FrameParser::consumedBytes(frame));
    }
    return frames;
}

/// The method in a method frame, borrowing its strings from it.
/// @pre the frame holds a method M that can be decoded
template <typename M>
M methodIn(const OwnedFrame& frame)
{
    WARREN_CHECK(frame.type == amqp::FrameType::Method);
    auto method = amqp::decodeMethod(bytesOf(frame.payload));
    WARREN_CHECK(method.isOk() && std::holds_alternative<M>(*method));
    return std::get<M>(std::move(*method));
}

}  // namespace warren::test
