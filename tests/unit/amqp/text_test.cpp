#include "core/amqp/text.h"

#include "tests/support/wire.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace warren::amqp {
namespace {

using test::operator""_bytes;

TEST(Utf8, AcceptsEveryLengthOfCharacter)
{
    EXPECT_TRUE(isUtf8(""));
    EXPECT_TRUE(isUtf8("plain ascii, longer than eight bytes"));
    EXPECT_TRUE(isUtf8("grüße €uro 𝄞 at the end of a longer text 𝄞"));
    EXPECT_TRUE(isUtf8("\xED\x9F\xBF"));      // U+D7FF
    EXPECT_TRUE(isUtf8("\xF4\x8F\xBF\xBF"));  // U+10FFFF
}

TEST(Utf8, RefusesWhatIsNoCharacter)
{
    EXPECT_FALSE(isUtf8("\x80"));              // a continuation alone
    EXPECT_FALSE(isUtf8("\xC0\x80"));          // overlong zero
    EXPECT_FALSE(isUtf8("\xC1\xBF"));          // overlong DEL
    EXPECT_FALSE(isUtf8("\xE0\x9F\xBF"));      // overlong, three bytes
    EXPECT_FALSE(isUtf8("\xF0\x8F\xBF\xBF"));  // overlong, four bytes
    EXPECT_FALSE(isUtf8("\xED\xA0\x80"));      // surrogate
    EXPECT_FALSE(isUtf8("\xF4\x90\x80\x80"));  // beyond U+10FFFF
    EXPECT_FALSE(isUtf8("\xFF"));
    EXPECT_FALSE(isUtf8("12345678\xE2\x82"));  // cut off behind a full block
    EXPECT_FALSE(isUtf8("\xE2\x82x"));
}

TEST(Utf8, IsCutBetweenCharacters)
{
    EXPECT_EQ(cutUtf8("abc", 3), "abc");
    EXPECT_EQ(cutUtf8("abc", 2), "ab");
    EXPECT_EQ(cutUtf8("a€", 4), "a€");
    EXPECT_EQ(cutUtf8("a€", 3), "a");
    EXPECT_EQ(cutUtf8("€", 2), "");
}

TEST(ErlangNotation, ShowsPrintableBytesAsText)
{
    const auto shown = [](ByteView bytes) {
        std::string text;
        appendErlangBinary(text, bytes);
        return text;
    };
    EXPECT_EQ(shown("abc"_bytes), R"(<<"abc">>)");
    EXPECT_EQ(shown(""_bytes), "<<>>");
    EXPECT_EQ(shown("a\0"_bytes), "<<97,0>>");
    EXPECT_EQ(shown("\n\"\\\t"_bytes), R"(<<"\n\"\\\t">>)");
    EXPECT_EQ(shown("\xE4"_bytes), "<<228>>");
}

// Expected texts as Erlang/OTP 25 printed them with ~p.
TEST(ErlangNotation, ShowsFloatsAsErlangDoes)
{
    const std::pair<double, const char*> kCases[] = {
        {0.0, "0.0"},
        {-0.0, "-0.0"},
        {1.0, "1.0"},
        {1.5, "1.5"},
        {-2.25, "-2.25"},
        {0.1, "0.1"},
        {0.001, "0.001"},
        {0.0001, "0.0001"},
        {1.0e-5, "1.0e-5"},
        {1.234e-5, "1.234e-5"},
        {0.000123456, "1.23456e-4"},
        {100.0, "100.0"},
        {1000.0, "1.0e3"},
        {10000.0, "1.0e4"},
        {123456.0, "123456.0"},
        {1.0e10, "1.0e10"},
        {12345678901.0, "12345678901.0"},
        {9007199254740991.0, "9007199254740991.0"},
        {9007199254740992.0, "9.007199254740992e15"},
        {1.0e22, "1.0e22"},
        {1.2345e100, "1.2345e100"},
        {1.7976931348623157e308, "1.7976931348623157e308"},
        {5.0e-324, "5.0e-324"},
        {1.100000023841858, "1.100000023841858"},
        {123456789.125, "123456789.125"},
        {0.05, "0.05"},
        {0.012, "0.012"},
        {1230000.0, "1.23e6"},
        {12300000000.0, "1.23e10"},
    };
    for (const auto& [value, expected] : kCases) {
        std::string text;
        appendErlangFloat(text, value);
        EXPECT_EQ(text, expected);
    }
}

}  // namespace
}  // namespace warren::amqp
