#pragma once

#include "core/amqp/constants.h"
#include "core/amqp/content_header.h"
#include "core/amqp/method_codec.h"
#include "core/amqp/methods.h"
#include "core/amqp/wire_cursor.h"
#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/ids.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

// Appends frames to an output buffer: sizes first, then one reservation, then plain stores. Nothing
// is allocated but the buffer's own growth, and no frame is built anywhere else first.
// Spec: AMQP 0-9-1 §4.2.3.

namespace warren::amqp {

/// A message's content as it travels: encoded properties (flags and list) and body, both borrowed.
struct ContentView {
    ByteView properties{};
    ByteView body{};
    /// How much more of the body follows later, see appendBodyFrames.
    std::size_t laterBodyBytes = 0;
};

inline void writeFrameHeader(WireCursor& to, FrameType type, ChannelNumber channel,
                             std::size_t payloadBytes)
{
    to.put(static_cast<std::uint8_t>(type));
    to.put(channel);
    to.put(static_cast<std::uint32_t>(payloadBytes));
}

inline void writeFrameEnd(WireCursor& to) { *to.at++ = kFrameEndOctet; }

template <typename M>
std::size_t methodFrameBytes(const M& method)
{
    return kFrameOverheadBytes + kMethodIdBytes + argumentBytes(method);
}

template <typename M>
void writeMethodFrame(WireCursor& to, ChannelNumber channel, const M& method,
                      std::size_t frameBytes)
{
    writeFrameHeader(to, FrameType::Method, channel, frameBytes - kFrameOverheadBytes);
    to.put(M::kId.key());
    writeArguments(to, method);
    writeFrameEnd(to);
}

/// Appends a method frame. For methods with content see appendContentMethod.
/// @pre every string of the method fits its length field
template <typename M>
void appendMethod(Buffer& to, ChannelNumber channel, const M& method)
{
    const std::size_t bytes = methodFrameBytes(method);
    WireCursor cursor{to.extend(bytes)};
    writeMethodFrame(cursor, channel, method, bytes);
}

inline std::size_t bodyFramesBytes(std::size_t bodyBytes, std::uint32_t frameBytesMax)
{
    const std::size_t fragmentBytesMax = frameBytesMax - kFrameOverheadBytes;
    const std::size_t fragmentCount = (bodyBytes + fragmentBytesMax - 1) / fragmentBytesMax;
    return fragmentCount * kFrameOverheadBytes + bodyBytes;
}

/// Header and body frames of `content`, all of them.
inline std::size_t contentFramesBytes(const ContentView& content, std::uint32_t frameBytesMax)
{
    return kFrameOverheadBytes + kContentHeaderBytes + content.properties.size() +
           bodyFramesBytes(content.body.size(), frameBytesMax);
}

inline void writeBodyFrames(WireCursor& to, ChannelNumber channel, ByteView body,
                            std::uint32_t frameBytesMax)
{
    const std::size_t fragmentBytesMax = frameBytesMax - kFrameOverheadBytes;
    while (!body.empty()) {
        const ByteView fragment = body.first(std::min(body.size(), fragmentBytesMax));
        writeFrameHeader(to, FrameType::Body, channel, fragment.size());
        to.putBytes(fragment);
        writeFrameEnd(to);
        body = body.subspan(fragment.size());
    }
}

inline void writeContentFrames(WireCursor& to, ChannelNumber channel, const ContentView& content,
                               std::uint32_t frameBytesMax)
{
    writeFrameHeader(to, FrameType::Header, channel,
                     kContentHeaderBytes + content.properties.size());
    to.put(kBasicClass);
    to.put(std::uint16_t{0});  // weight
    to.put(std::uint64_t{content.body.size() + content.laterBodyBytes});
    to.putBytes(content.properties);
    writeFrameEnd(to);
    writeBodyFrames(to, channel, content.body, frameBytesMax);
}

/// Appends more of a body whose first part went out with its method (ContentView::laterBodyBytes).
/// No other content may come in between on the channel. Spec: AMQP 0-9-1 §4.2.6.
inline void appendBodyFrames(Buffer& to, ChannelNumber channel, ByteView body,
                             std::uint32_t frameBytesMax)
{
    WireCursor cursor{to.extend(bodyFramesBytes(body.size(), frameBytesMax))};
    writeBodyFrames(cursor, channel, body, frameBytesMax);
}

/// Appends a method with its content: method frame, header frame, body frames, in one reservation.
///
/// A header frame can't be split: properties that a publisher with a larger frame-max sent go out
/// whole, as from RabbitMQ.
/// @param frameBytesMax  negotiated frame-max, overhead included; at least kFrameBytesMin
/// @pre every string of the method fits its length field
template <typename M>
requires kHasContent<M>
void appendContentMethod(Buffer& to, ChannelNumber channel, const M& method,
                         const ContentView& content, std::uint32_t frameBytesMax)
{
    WARREN_CHECK(frameBytesMax >= kFrameBytesMin);
    const std::size_t methodBytes = methodFrameBytes(method);
    WireCursor cursor{to.extend(methodBytes + contentFramesBytes(content, frameBytesMax))};
    writeMethodFrame(cursor, channel, method, methodBytes);
    writeContentFrames(cursor, channel, content, frameBytesMax);
}

/// The hot path of a consumer; see appendContentMethod.
inline void appendDeliver(Buffer& to, ChannelNumber channel, const BasicDeliver& deliver,
                          const ContentView& content, std::uint32_t frameBytesMax)
{
    appendContentMethod(to, channel, deliver, content, frameBytesMax);
}

inline void appendReturn(Buffer& to, ChannelNumber channel, const BasicReturn& basicReturn,
                         const ContentView& content, std::uint32_t frameBytesMax)
{
    appendContentMethod(to, channel, basicReturn, content, frameBytesMax);
}

inline void appendGetOk(Buffer& to, ChannelNumber channel, const BasicGetOk& getOk,
                        const ContentView& content, std::uint32_t frameBytesMax)
{
    appendContentMethod(to, channel, getOk, content, frameBytesMax);
}

/// The hot path of a publisher with confirms.
inline void appendAck(Buffer& to, ChannelNumber channel, DeliveryTag deliveryTag, bool multiple)
{
    appendMethod(to, channel, BasicAck{.deliveryTag = deliveryTag, .multiple = multiple});
}

inline void appendHeartbeat(Buffer& to)
{
    WireCursor cursor{to.extend(kFrameOverheadBytes)};
    writeFrameHeader(cursor, FrameType::Heartbeat, 0, 0);
    writeFrameEnd(cursor);
}

}  // namespace warren::amqp
