#include "core/peer/dial_address.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>

namespace warren::peer {
namespace {

TEST(DialAddressTest, HasAHostAndAPort)
{
    const auto parsed = [](std::string_view text) { return *DialAddress::parse(text); };
    EXPECT_EQ(parsed("rabbit.example.org:25672"), (DialAddress{"rabbit.example.org", 25672}));
    EXPECT_EQ(parsed("127.0.0.1:1"), (DialAddress{"127.0.0.1", 1}));
    EXPECT_EQ(parsed("[::1]:65535"), (DialAddress{"::1", 65535}));
}

TEST(DialAddressTest, IsRefusedByName)
{
    for (const char* wrong : {"", "host", ":1", "host:", "host:0", "host:65536", "host:-1",
                              "host:1x", "::1:5672", "[]:1", "[::1]", "host: 1"}) {
        const auto parsed = DialAddress::parse(wrong);
        ASSERT_FALSE(parsed) << wrong;
        EXPECT_THAT(parsed.error(), ::testing::HasSubstr(std::string("'") + wrong + "'"));
    }
}

}  // namespace
}  // namespace warren::peer
