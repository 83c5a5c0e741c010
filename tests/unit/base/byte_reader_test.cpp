#include "core/base/byte_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace warren {
namespace {

using namespace std::string_view_literals;

TEST(ByteReader, ReadsFieldsInOrder)
{
    ByteReader from{bytesOf("\1\0\0\0\2\0\0\0\0\0\0\0\3\0\0\0\2hi"sv)};
    EXPECT_EQ(from.u8(), 1u);
    EXPECT_EQ(from.u32(), 2u);
    EXPECT_EQ(from.u64(), 3u);
    EXPECT_FALSE(from.isComplete());
    EXPECT_EQ(from.text(), "hi");
    EXPECT_TRUE(from.isComplete());
}

TEST(ByteReader, NothingComesAfterWhatDoesNotFit)
{
    ByteReader from{bytesOf("\0\0\0\5ab\7"sv)};
    EXPECT_TRUE(from.bytes().empty());
    EXPECT_FALSE(from.isGood());
    EXPECT_EQ(from.u8(), 0u) << "although there is one";
    EXPECT_FALSE(from.isComplete());
}

TEST(ByteReader, RefusesAByteThatIsTooLarge)
{
    enum class Two : std::uint8_t { First, Second };
    ByteReader from{bytesOf("\1\2"sv)};
    EXPECT_EQ(from.oneOf(Two::Second), Two::Second);
    EXPECT_EQ(from.oneOf(Two::Second), Two::First);
    EXPECT_FALSE(from.isGood());
}

TEST(ByteReader, ACallerMayRefuse)
{
    ByteReader from{{}};
    EXPECT_TRUE(from.isComplete());
    from.refuse();
    EXPECT_FALSE(from.isComplete());
}

}  // namespace
}  // namespace warren
