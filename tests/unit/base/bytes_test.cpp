#include "core/base/bytes.h"

#include "core/base/prng.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>

namespace warren {
namespace {

std::string contentOf(const Buffer& buffer) { return std::string(textOf(buffer.view())); }

TEST(BigEndian, StoresTheHighestByteFirst)
{
    Buffer bytes;
    bytes.appendBigEndian(std::uint8_t{0x01});
    bytes.appendBigEndian(std::uint16_t{0x0203});
    bytes.appendBigEndian(std::uint32_t{0x04050607});
    bytes.appendBigEndian(std::uint64_t{0x08090A0B0C0D0E0F});
    for (std::size_t i = 0; i < 15; ++i)
        EXPECT_EQ(loadU8(bytes.view(), i), i + 1);
    EXPECT_EQ(loadU16(bytes.view(), 1), 0x0203u);
    EXPECT_EQ(loadU32(bytes.view(), 3), 0x04050607u);
    EXPECT_EQ(loadU64(bytes.view(), 7), 0x08090A0B0C0D0E0Fu);
}

TEST(Buffer, IsEmptyAndHoldsNothingAtFirst)
{
    const Buffer buffer;
    EXPECT_TRUE(buffer.isEmpty());
    EXPECT_EQ(buffer.size(), 0u);
    EXPECT_EQ(buffer.capacity(), 0u);
    EXPECT_TRUE(buffer.view().empty());
}

TEST(Buffer, TakesAtTheEndAndGivesAtTheFront)
{
    Buffer buffer;
    buffer.append("hello");
    buffer.append(" world");
    buffer.consume(6);
    EXPECT_EQ(contentOf(buffer), "world");
    buffer.truncate(3);
    EXPECT_EQ(contentOf(buffer), "wor");
    buffer.append("");
    buffer.consume(3);
    EXPECT_TRUE(buffer.isEmpty());
}

TEST(Buffer, HoldsWhatWentInLessWhatWentOut)
{
    constexpr std::uint64_t kSeed = 5;
    SCOPED_TRACE("seed " + std::to_string(kSeed));
    Prng random(kSeed);
    Buffer buffer;
    std::string expected;
    for (int round = 0; round < 20000; ++round) {
        if (random.below(2) == 0) {
            const std::string piece(random.below(200), static_cast<char>(random.next()));
            buffer.append(piece);
            expected += piece;
        } else {
            const std::size_t count = random.below(expected.size() + 1);
            buffer.consume(count);
            expected.erase(0, count);
        }
        ASSERT_EQ(textOf(buffer.view()), expected);
    }
}

TEST(Buffer, ReusesItsMemoryInSteadyState)
{
    Buffer buffer;
    buffer.append(std::string(100, 'x'));
    buffer.consume(50);
    for (int round = 0; round < 1000; ++round) {
        buffer.append(std::string(100, 'x'));
        buffer.consume(100);
    }
    EXPECT_EQ(buffer.size(), 50u);
    EXPECT_LE(buffer.capacity(), 512u);
}

TEST(Buffer, GivesItsMemoryBackOnRelease)
{
    Buffer buffer;
    buffer.append(std::string(10000, 'x'));
    buffer.clear();
    EXPECT_TRUE(buffer.isEmpty());
    EXPECT_GE(buffer.capacity(), 10000u);
    buffer.release();
    EXPECT_EQ(buffer.capacity(), 0u);
}

TEST(Buffer, MovesItsContentWithoutCopying)
{
    Buffer from;
    from.append("content");
    const std::byte* const data = from.data();
    Buffer to(std::move(from));
    EXPECT_EQ(contentOf(to), "content");
    EXPECT_EQ(to.data(), data);

    Buffer assigned;
    assigned.append("old");
    assigned = std::move(to);
    EXPECT_EQ(contentOf(assigned), "content");
}

}  // namespace
}  // namespace warren
