#include "core/amqp/frame_parser.h"

#include "core/amqp/text.h"
#include "core/base/check.h"

#include <algorithm>

namespace warren::amqp {
namespace {

bool isFrameType(std::uint8_t type)
{
    switch (FrameType{type}) {
    case FrameType::Method:
    case FrameType::Header:
    case FrameType::Body:
    case FrameType::Heartbeat: return true;
    }
    return false;
}

/// "type 1, first 16 octets = <<…>>": how RabbitMQ shows a frame that it does not like.
std::string frameText(std::uint8_t type, ByteView payload)
{
    constexpr std::size_t kShownBytes = 16;
    std::string text = "type " + std::to_string(type) + ", ";
    text += payload.size() <= kShownBytes ? "all" : "first " + std::to_string(kShownBytes);
    text += " octets = ";
    appendErlangBinary(text, payload.first(std::min(payload.size(), kShownBytes)));
    return text;
}

AmqpError frameError(std::uint8_t type, ByteView payload, const std::string& reason)
{
    return {.code = ReplyCode::FrameError, .text = frameText(type, payload) + ": " + reason};
}

}  // namespace

FrameParser::FrameParser(std::uint32_t frameBytesMax) { setFrameBytesMax(frameBytesMax); }

void FrameParser::setFrameBytesMax(std::uint32_t frameBytesMax)
{
    WARREN_CHECK(frameBytesMax >= kFrameBytesMin);
    m_frameBytesMax = frameBytesMax;
}

Result<std::optional<Frame>, AmqpError> FrameParser::next(ByteView input) const
{
    if (input.size() < kFrameHeaderBytes) return std::optional<Frame>{};

    const auto type = loadU8(input, 0);
    const auto channel = loadU16(input, 1);
    const std::size_t payloadBytes = loadU32(input, 3);

    // Judge the size before waiting for the payload: a peer must not make us buffer 4 GiB. The type
    // waits, since the error shows the payload.
    if (payloadBytes > m_frameBytesMax) {
        return frameError(type, {},
                          "{frame_too_large," + std::to_string(payloadBytes) + ',' +
                              std::to_string(m_frameBytesMax - kFrameOverheadBytes) + '}');
    }
    if (input.size() < payloadBytes + kFrameOverheadBytes) return std::optional<Frame>{};

    const ByteView payload = input.subspan(kFrameHeaderBytes, payloadBytes);
    const std::byte endOctet = input[kFrameHeaderBytes + payloadBytes];
    if (endOctet != kFrameEndOctet) {
        return frameError(
            type, payload,
            "{invalid_frame_end_marker," + std::to_string(std::to_integer<int>(endOctet)) + '}');
    }
    const bool isHeartbeat = type == static_cast<std::uint8_t>(FrameType::Heartbeat);
    if (!isFrameType(type) || (isHeartbeat && !payload.empty())) return unknownFrame(type, payload);
    return std::optional{Frame{FrameType{type}, channel, payload}};
}

AmqpError unknownFrame(std::uint8_t type, ByteView payload)
{
    return frameError(type, payload, "unknown_frame");
}

AmqpError unexpectedFrame(const Frame& frame)
{
    return {.code = ReplyCode::UnexpectedFrame,
            .text = frameText(static_cast<std::uint8_t>(frame.type), frame.payload)};
}

}  // namespace warren::amqp
