#include "ui/models/byte_amount.h"

#include <gtest/gtest.h>

namespace warren::ui {
namespace {

TEST(ByteAmount, ReadsUnitsAsRabbitMqHasThem)
{
    EXPECT_EQ(typedBytes(QStringLiteral("4096")), 4096U);
    EXPECT_EQ(typedBytes(QStringLiteral("0")), 0U);
    EXPECT_EQ(typedBytes(QStringLiteral("50MB")), 50'000'000U);
    EXPECT_EQ(typedBytes(QStringLiteral(" 50 mb ")), 50'000'000U);
    EXPECT_EQ(typedBytes(QStringLiteral("2GiB")), 2'147'483'648U);
    EXPECT_EQ(typedBytes(QStringLiteral("2G")), 2'147'483'648U);
    EXPECT_EQ(typedBytes(QStringLiteral("1.5 k")), 1536U);
    EXPECT_EQ(typedBytes(QStringLiteral("7 B")), 7U);
    EXPECT_EQ(typedBytes(QStringLiteral("1 TB")), 1'000'000'000'000U);
}

TEST(ByteAmount, RefusesWhatIsNoAmount)
{
    for (const char* text : {"", " ", "MB", "-1", "+1", "1e9", "0x10", "1 2 MB", "1,5 MB", "5 XB",
                             "nan", "inf", "1.MB", "2000000 TiB", "99999999999999999999"}) {
        EXPECT_FALSE(typedBytes(QString::fromLatin1(text)).has_value()) << text;
    }
}

TEST(ByteAmount, ReadsFactors)
{
    EXPECT_DOUBLE_EQ(typedFactor(QStringLiteral("1.5x")).value_or(0), 1.5);
    EXPECT_DOUBLE_EQ(typedFactor(QStringLiteral(" 2 X")).value_or(0), 2);
    EXPECT_DOUBLE_EQ(typedFactor(QStringLiteral("3 \u00d7")).value_or(0), 3);
    for (const char* text : {"", "x", "1.5", "-1x", "1e3x", "nanx", "2000000x"}) {
        EXPECT_FALSE(typedFactor(QString::fromLatin1(text)).has_value()) << text;
    }
}

TEST(ByteAmount, IsReadBackAsItWasWritten)
{
    EXPECT_EQ(exactBytes(50'000'000), QStringLiteral("50 MB"));
    EXPECT_EQ(exactBytes(52'428'800), QStringLiteral("50 MiB"));
    EXPECT_EQ(exactBytes(0), QStringLiteral("0"));
    EXPECT_EQ(exactBytes(1025), QStringLiteral("1025"));
    for (const std::uint64_t bytes : {1ULL, 999ULL, 1000ULL, 1024ULL, 1'000'001ULL, 1ULL << 40U}) {
        EXPECT_EQ(typedBytes(exactBytes(bytes)), bytes);
    }
}

}  // namespace
}  // namespace warren::ui
