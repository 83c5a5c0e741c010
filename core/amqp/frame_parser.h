#pragma once

#include "core/amqp/constants.h"
#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace warren::amqp {

/// One frame of the input; the payload is borrowed from it.
struct Frame {
    FrameType type = FrameType::Method;
    ChannelNumber channel = 0;
    ByteView payload{};
};

/// Cuts a byte stream into frames, without copying and without I/O.
///
/// Thread: any one. Cost: O(1) per frame.
/// Spec: AMQP 0-9-1 §4.2.3.
class FrameParser {
public:
    /// @param frameBytesMax  limit in bytes, overhead included; at least kFrameBytesMin, the
    /// default that holds until tune-ok
    explicit FrameParser(std::uint32_t frameBytesMax = kFrameBytesMin);

    /// Takes the negotiated frame-max, for the frames from the next call on.
    void setFrameBytesMax(std::uint32_t frameBytesMax);
    std::uint32_t frameBytesMax() const { return m_frameBytesMax; }

    /// The first frame of `input`, or nullopt if more bytes are needed (then nothing is consumed).
    /// Drop consumedBytes(frame) from the front before the next call.
    ///
    /// Deviation: like RabbitMQ it lets a payload be as large as frame-max, 8 bytes more than the
    /// specification allows; old clients count without the overhead.
    /// @error FrameError  unknown type, oversized frame, bad end octet, heartbeat with a payload:
    /// the stream is of no use any more, close the connection
    Result<std::optional<Frame>, AmqpError> next(ByteView input) const;

    static std::size_t consumedBytes(const Frame& frame)
    {
        return frame.payload.size() + kFrameOverheadBytes;
    }

private:
    std::uint32_t m_frameBytesMax;
};

/// A frame whose type or payload makes no sense at any time, in RabbitMQ's words: unknown type, a
/// method without its ids.
AmqpError unknownFrame(std::uint8_t type, ByteView payload);

/// A well-formed frame at the wrong moment, in RabbitMQ's words: a heartbeat on a channel, content
/// on channel 0.
AmqpError unexpectedFrame(const Frame& frame);

}  // namespace warren::amqp
