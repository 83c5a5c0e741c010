#include "core/amqp/frame_parser.h"

#include "core/base/prng.h"
#include "tests/support/wire.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

namespace warren::amqp {
namespace {

using test::OwnedFrame;
using test::rawFrame;

/// What a receiver gets that reads `stream` in pieces of the given sizes (the last one repeats).
struct Outcome {
    std::vector<OwnedFrame> frames;
    std::string error;
    bool operator==(const Outcome&) const = default;
};

Outcome receive(const std::string& stream, const std::vector<std::size_t>& pieces)
{
    Outcome outcome;
    const FrameParser parser(kFrameBytesMin);
    Buffer received;
    std::size_t at = 0;
    for (std::size_t piece = 0; at < stream.size(); ++piece) {
        const std::size_t wanted = pieces[std::min(piece, pieces.size() - 1)];
        const std::string part = stream.substr(at, wanted);
        received.append(part);
        at += part.size();
        for (;;) {
            const auto next = parser.next(received.view());
            if (!next) {
                outcome.error = replyText(next.error());
                return outcome;
            }
            if (!next.value()) break;
            const Frame& frame = **next;
            outcome.frames.push_back(
                {frame.type, frame.channel, std::string(textOf(frame.payload))});
            received.consume(FrameParser::consumedBytes(frame));
        }
    }
    return outcome;
}

std::string errorOfStream(const std::string& stream)
{
    return receive(stream, {stream.size()}).error;
}

TEST(FrameParser, ReadsOneFrameAndLeavesTheRest)
{
    const std::string input = rawFrame(1, 7, "abcd") + "\x08";
    const auto next = FrameParser().next(bytesOf(input));
    ASSERT_TRUE(next && *next);
    const Frame& frame = **next;
    EXPECT_EQ(frame.type, FrameType::Method);
    EXPECT_EQ(frame.channel, 7);
    EXPECT_EQ(textOf(frame.payload), "abcd");
    EXPECT_EQ(frame.payload.data(), bytesOf(input).data() + kFrameHeaderBytes);
    EXPECT_EQ(FrameParser::consumedBytes(frame), input.size() - 1);
}

TEST(FrameParser, GivesTheSameFramesHoweverTheInputIsSplit)
{
    const std::string stream = rawFrame(1, 0, "method") + rawFrame(2, 1, std::string(20, 'h')) +
                               rawFrame(3, 65535, "") + rawFrame(8, 0, "") +
                               rawFrame(3, 1, std::string(300, 'b'));
    const Outcome whole = receive(stream, {stream.size()});
    ASSERT_EQ(whole.frames.size(), 5u);
    EXPECT_EQ(receive(stream, {1}), whole);
    for (std::size_t cut = 1; cut < stream.size(); ++cut) {
        EXPECT_EQ(receive(stream, {cut, stream.size()}), whole) << "cut at " << cut;
    }
}

TEST(FrameParser, GivesTheSameErrorHoweverTheInputIsSplit)
{
    constexpr std::uint64_t kSeed = 20260101;
    SCOPED_TRACE("seed " + std::to_string(kSeed));
    Prng random(kSeed);
    for (int round = 0; round < 500; ++round) {
        std::string stream = rawFrame(1, 1, std::string(random.below(40), 'm')) +
                             rawFrame(3, 1, std::string(random.below(40), 'b'));
        stream[random.below(stream.size())] = static_cast<char>(random.next());
        const Outcome whole = receive(stream, {stream.size()});
        EXPECT_EQ(receive(stream, {1}), whole) << test::toHex(bytesOf(stream));
        EXPECT_EQ(receive(stream, {1 + random.below(stream.size()), 3}), whole);
    }
}

TEST(FrameParser, TakesPayloadsUpToTheLimitAndNoLarger)
{
    EXPECT_EQ(receive(rawFrame(3, 1, std::string(kFrameBytesMin, 'x')), {100000}).frames.size(),
              1u);
    EXPECT_EQ(errorOfStream(rawFrame(3, 1, std::string(kFrameBytesMin + 1, 'x'))),
              "FRAME_ERROR - type 3, all octets = <<>>: {frame_too_large,4097,4088}");
}

TEST(FrameParser, RefusesAnOversizedFrameByItsHeaderAlone)
{
    EXPECT_EQ(errorOfStream(test::fromHex("01 0001 ffffffff")),
              "FRAME_ERROR - type 1, all octets = <<>>: {frame_too_large,4294967295,4088}");
}

TEST(FrameParser, TakesTheNegotiatedLimitFromTheNextFrameOn)
{
    FrameParser parser;
    EXPECT_EQ(parser.frameBytesMax(), kFrameBytesMin);
    const std::string frame = rawFrame(3, 1, std::string(5000, 'x'));
    EXPECT_FALSE(parser.next(bytesOf(frame)).isOk());
    parser.setFrameBytesMax(8192);
    EXPECT_TRUE(parser.next(bytesOf(frame)).isOk());
    parser.setFrameBytesMax(std::numeric_limits<std::uint32_t>::max());
    EXPECT_TRUE(parser.next(bytesOf(frame)).isOk());
}

TEST(FrameParser, RefusesALimitBelowTheSmallestOne)
{
    EXPECT_DEATH(FrameParser(kFrameBytesMin - 1), "kFrameBytesMin");
}

// The texts below are RabbitMQ 3.10.8's, for the same frames.
TEST(FrameParser, ShowsAFrameWithABadEnd)
{
    std::string frame = rawFrame(1, 1, std::string("\0\x3c\0\x28", 4));
    frame.back() = 0;
    EXPECT_EQ(errorOfStream(frame),
              "FRAME_ERROR - type 1, all octets = <<0,60,0,40>>: {invalid_frame_end_marker,0}");
}

TEST(FrameParser, ShowsAFrameOfUnknownType)
{
    EXPECT_EQ(errorOfStream(rawFrame(9, 0, "")),
              "FRAME_ERROR - type 9, all octets = <<>>: unknown_frame");
    EXPECT_EQ(errorOfStream(rawFrame(9, 1, "abc")),
              "FRAME_ERROR - type 9, all octets = <<\"abc\">>: unknown_frame");
    EXPECT_EQ(errorOfStream(rawFrame(9, 1, "abcdefghijklmnopqrstu\x01")),
              "FRAME_ERROR - type 9, first 16 octets = <<\"abcdefghijklmnop\">>: unknown_frame");
    EXPECT_EQ(errorOfStream(rawFrame(8, 0, "x")),
              "FRAME_ERROR - type 8, all octets = <<\"x\">>: unknown_frame");
}

TEST(UnexpectedFrame, ShowsTheFrame)
{
    const AmqpError error =
        unexpectedFrame({.type = FrameType::Body, .channel = 0, .payload = bytesOf("x")});
    EXPECT_EQ(replyText(error), "UNEXPECTED_FRAME - type 3, all octets = <<\"x\">>");
    EXPECT_EQ(error.method, MethodId{});
}

}  // namespace
}  // namespace warren::amqp
