#include "core/amqp/frame_writer.h"

#include "core/amqp/properties.h"
#include "tests/support/wire.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace warren::amqp {
namespace {

using test::framesOf;
using test::fromHex;
using test::methodIn;
using test::OwnedFrame;
using test::stringOf;

constexpr std::uint32_t kFrameBytesMax = kFrameBytesMin;
constexpr std::size_t kFragmentBytesMax = kFrameBytesMax - kFrameOverheadBytes;

std::vector<OwnedFrame> delivered(std::string_view body)
{
    Buffer out;
    appendDeliver(out, 1, {.consumerTag = "c", .deliveryTag = 1},
                  {.properties = emptyProperties(), .body = bytesOf(body)}, kFrameBytesMax);
    return framesOf(out.view(), kFrameBytesMax);
}

TEST(FrameWriter, WritesAnAck)
{
    Buffer out;
    appendAck(out, 258, 3, true);
    EXPECT_EQ(stringOf(out), fromHex("01 0102 0000000d 003c 0050 0000000000000003 01 ce"));
}

TEST(FrameWriter, WritesAHeartbeat)
{
    Buffer out;
    appendHeartbeat(out);
    EXPECT_EQ(stringOf(out), fromHex("08 0000 00000000 ce"));
}

TEST(FrameWriter, WritesADeliveryByteForByte)
{
    Buffer out;
    out.append("before");
    const std::string properties = fromHex("1000 02");
    appendDeliver(out, 1,
                  {.consumerTag = "tag",
                   .deliveryTag = 0x0102030405060708,
                   .redelivered = true,
                   .exchange = "ex",
                   .routingKey = "key"},
                  {.properties = bytesOf(properties), .body = bytesOf("body")}, kFrameBytesMax);
    EXPECT_EQ(stringOf(out),
              "before" +
                  fromHex("01 0001 00000018 003c 003c 03 746167 0102030405060708 01 02 6578 03"
                          "6b6579 ce") +
                  fromHex("02 0001 0000000f 003c 0000 0000000000000004 1000 02 ce") +
                  fromHex("03 0001 00000004 626f6479 ce"));
}

TEST(FrameWriter, SendsNoBodyFrameForAnEmptyBody)
{
    const auto frames = delivered("");
    ASSERT_EQ(frames.size(), 2u);
    EXPECT_EQ(frames[0].type, FrameType::Method);
    EXPECT_EQ(frames[1].type, FrameType::Header);
}

TEST(FrameWriter, SplitsABodyAtTheLargestFrame)
{
    for (const std::size_t bodyBytes :
         {std::size_t{1}, kFragmentBytesMax - 1, kFragmentBytesMax, kFragmentBytesMax + 1,
          2 * kFragmentBytesMax, 5 * kFragmentBytesMax + 17}) {
        std::string body(bodyBytes, 0);
        for (std::size_t i = 0; i < bodyBytes; ++i)
            body[i] = static_cast<char>(i % 251);

        const auto frames = delivered(body);
        const std::size_t fragmentCount = (bodyBytes + kFragmentBytesMax - 1) / kFragmentBytesMax;
        ASSERT_EQ(frames.size(), 2 + fragmentCount) << bodyBytes;
        const auto header = decodeContentHeader(bytesOf(frames[1].payload));
        ASSERT_TRUE(header);
        EXPECT_EQ(header->bodyBytes, bodyBytes);
        std::string joined;
        for (std::size_t i = 2; i < frames.size(); ++i) {
            EXPECT_EQ(frames[i].type, FrameType::Body);
            EXPECT_LE(frames[i].payload.size(), kFragmentBytesMax);
            joined += frames[i].payload;
        }
        EXPECT_EQ(joined, body);
    }
}

TEST(FrameWriter, WritesReturnAndGetOkWithTheirContent)
{
    Buffer out;
    const ContentView content{.properties = emptyProperties(), .body = bytesOf("x")};
    appendReturn(out, 2, {.replyCode = 312, .replyText = "NO_ROUTE", .routingKey = "k"}, content,
                 kFrameBytesMax);
    appendGetOk(out, 3, {.deliveryTag = 9, .exchange = "e", .messageCount = 4}, content,
                kFrameBytesMax);

    const auto frames = framesOf(out.view());
    ASSERT_EQ(frames.size(), 6u);
    EXPECT_EQ(methodIn<BasicReturn>(frames[0]),
              (BasicReturn{.replyCode = 312, .replyText = "NO_ROUTE", .routingKey = "k"}));
    EXPECT_EQ(frames[2], (OwnedFrame{FrameType::Body, 2, "x"}));
    EXPECT_EQ(methodIn<BasicGetOk>(frames[3]),
              (BasicGetOk{.deliveryTag = 9, .exchange = "e", .messageCount = 4}));
    EXPECT_EQ(frames[5], (OwnedFrame{FrameType::Body, 3, "x"}));
}

TEST(FrameWriter, KeepsPropertiesLargerThanAFrameInOneHeader)
{
    Buffer out;
    const std::string properties =
        test::encoded({.headers = FieldTable{{"large", std::string(2 * kFrameBytesMax, 'x')}}});
    appendDeliver(out, 1, {}, {.properties = bytesOf(properties)}, kFrameBytesMax);
    const auto frames = framesOf(out.view());
    ASSERT_EQ(frames.size(), 2u);
    EXPECT_EQ(frames[1].payload.size(), kContentHeaderBytes + properties.size());
}

TEST(FrameWriter, RefusesANameThatFitsNoShortString)
{
    Buffer out;
    const std::string name(256, 'x');
    EXPECT_DEATH(appendMethod(out, 1, QueueDeclareOk{.queue = name}), "text.size");
}

}  // namespace
}  // namespace warren::amqp
