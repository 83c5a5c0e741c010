#include "core/amqp/frame_parser.h"
#include "core/base/check.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/support/wire.h"

#include <algorithm>
#include <string>
#include <vector>

namespace warren::fuzz {
namespace {

struct Outcome {
    std::vector<test::OwnedFrame> frames;
    std::string error;
    bool operator==(const Outcome&) const = default;
};

/// What a receiver gets that reads `stream` in pieces of this size.
Outcome receive(ByteView stream, std::size_t pieceBytes)
{
    Outcome outcome;
    const amqp::FrameParser parser;
    Buffer received;
    while (!stream.empty()) {
        const ByteView piece = stream.first(std::min(stream.size(), pieceBytes));
        received.append(piece);
        stream = stream.subspan(piece.size());
        for (;;) {
            const auto next = parser.next(received.view());
            if (!next) {
                outcome.error = amqp::replyText(next.error());
                WARREN_CHECK(outcome.error.size() <= amqp::kShortStringBytesMax);
                return outcome;
            }
            if (!next.value()) break;
            const amqp::Frame& frame = **next;
            const std::size_t consumedBytes = amqp::FrameParser::consumedBytes(frame);
            WARREN_CHECK(consumedBytes <= received.size());
            outcome.frames.push_back(
                {frame.type, frame.channel, std::string(textOf(frame.payload))});
            received.consume(consumedBytes);
        }
        WARREN_CHECK(received.size() < amqp::kFrameBytesMin + amqp::kFrameOverheadBytes);
    }
    return outcome;
}

}  // namespace
}  // namespace warren::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace warren;
    constexpr std::size_t kSplitBytes = 2;
    if (size < kSplitBytes) return 0;
    const ByteView input = fuzz::inputOf(data, size);
    const std::size_t pieceBytes = std::size_t{1} + loadU16(input, 0);
    const ByteView stream = input.subspan(kSplitBytes);

    const fuzz::Outcome whole = fuzz::receive(stream, std::max<std::size_t>(stream.size(), 1));
    WARREN_CHECK(fuzz::receive(stream, pieceBytes) == whole);

    std::string written;
    for (const test::OwnedFrame& frame : whole.frames) {
        written +=
            test::rawFrame(static_cast<std::uint8_t>(frame.type), frame.channel, frame.payload);
    }
    WARREN_CHECK(textOf(stream).starts_with(written));
    return 0;
}
