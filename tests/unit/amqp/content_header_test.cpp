#include "core/amqp/content_header.h"

#include "tests/support/wire.h"

#include <gtest/gtest.h>

#include <string>

namespace warren::amqp {
namespace {

TEST(ContentHeader, KeepsThePropertiesEncoded)
{
    const std::string payload = test::fromHex("003c 0001 0000000100000002 8000 0161");
    const auto header = decodeContentHeader(bytesOf(payload));
    ASSERT_TRUE(header);
    EXPECT_EQ(header->classId, kBasicClass);
    EXPECT_EQ(header->weight, 1);
    EXPECT_EQ(header->bodyBytes, 0x1'0000'0002u);
    EXPECT_EQ(test::toHex(header->properties), "80000161");
}

TEST(ContentHeader, IsAFrameErrorWhenCutOff)
{
    const std::string payload = test::fromHex("003c 0000");
    const auto header = decodeContentHeader(bytesOf(payload));
    ASSERT_FALSE(header);
    EXPECT_EQ(replyText(header.error()),
              "FRAME_ERROR - type 2, all octets = <<0,60,0,0>>: unknown_frame");
}

}  // namespace
}  // namespace warren::amqp
