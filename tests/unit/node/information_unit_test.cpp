#include "core/node/information_unit.h"

#include <gtest/gtest.h>

namespace warren::node {
namespace {

TEST(InformationUnit, IsDecimalWithABAndBinaryWithout)
{
    EXPECT_EQ(parseInformationUnit("50MB"), 50'000'000u);
    EXPECT_EQ(parseInformationUnit("1kB"), 1000u);
    EXPECT_EQ(parseInformationUnit("1k"), 1024u);
    EXPECT_EQ(parseInformationUnit("1KiB"), 1024u);
    EXPECT_EQ(parseInformationUnit("3M"), 3u << 20);
    EXPECT_EQ(parseInformationUnit("3MiB"), 3u << 20);
    EXPECT_EQ(parseInformationUnit("2gb"), 2'000'000'000u);
    EXPECT_EQ(parseInformationUnit("2G"), 2ull << 30);
    EXPECT_EQ(parseInformationUnit("2GIB"), 2ull << 30);
    EXPECT_EQ(parseInformationUnit("1TB"), 1'000'000'000'000u);
    EXPECT_EQ(parseInformationUnit("1TiB"), 1ull << 40);
}

TEST(InformationUnit, WithoutAUnitIsBytes)
{
    EXPECT_EQ(parseInformationUnit("0"), 0u);
    EXPECT_EQ(parseInformationUnit("10"), 10u);
    EXPECT_EQ(parseInformationUnit("18446744073709551615"), 18'446'744'073'709'551'615u);
}

TEST(InformationUnit, RefusesEverythingElse)
{
    for (const char* text : {"", "MB", "50 MB", "1.5GB", "-1", "+1", "1b", "1PB", "1MBB", "0x10",
                             "18446744073709551616", "18446744073709551615k"}) {
        EXPECT_EQ(parseInformationUnit(text), std::nullopt) << text;
    }
}

TEST(ByteSize, IsAlwaysBinary)
{
    EXPECT_EQ(parseByteSize("131072"), 131072u);
    EXPECT_EQ(parseByteSize("128kb"), 131072u);
    EXPECT_EQ(parseByteSize("1MB"), 1u << 20);
    EXPECT_EQ(parseByteSize("1GB"), 1u << 30);
    EXPECT_EQ(parseByteSize("128k"), std::nullopt);
}

}  // namespace
}  // namespace warren::node
