#include "core/base/block_ring.h"

#include "core/base/prng.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>

namespace warren {
namespace {

TEST(BlockRing, BehavesAsADequeWould)
{
    constexpr std::uint64_t kSeed = 12;
    SCOPED_TRACE("seed " + std::to_string(kSeed));
    Prng random(kSeed);
    BlockRing<std::unique_ptr<std::uint64_t>> ring;
    std::deque<std::uint64_t> expected;
    for (int round = 0; round < 50000; ++round) {
        // Longer phases of growing and of shrinking, down to nothing.
        const bool isGrowing = round / 2000 % 2 == 0;
        if (expected.empty() || random.below(10) < (isGrowing ? 7u : 2u)) {
            const std::uint64_t number = random.next();
            EXPECT_EQ(*ring.pushBack(std::make_unique<std::uint64_t>(number)), number);
            expected.push_back(number);
        } else {
            ASSERT_EQ(*ring.popFront(), expected.front());
            expected.pop_front();
        }
        ASSERT_EQ(ring.size(), expected.size());
        ASSERT_EQ(ring.isEmpty(), expected.empty());
        if (expected.empty()) continue;
        ASSERT_EQ(*ring.front(), expected.front());
        ASSERT_EQ(*ring.back(), expected.back());
        const std::size_t at = random.below(expected.size());
        ASSERT_EQ(*ring[at], expected[at]);
    }
}

TEST(BlockRing, TakesLittleMoreThanItHolds)
{
    BlockRing<int> ring;
    for (int i = 0; i < 100'000; ++i)
        ring.pushBack(int{i});
    EXPECT_LT(ring.capacity(), 100'100u);
    while (ring.size() > 1)
        ring.dropFront();
    EXPECT_LE(ring.capacity(), 1100u);
}

TEST(BlockRing, MovesWithItsElements)
{
    BlockRing<std::string> ring;
    for (int i = 0; i < 100; ++i)
        ring.pushBack(std::to_string(i));
    BlockRing<std::string> other(std::move(ring));
    EXPECT_EQ(other.size(), 100u);
    EXPECT_EQ(other[77], "77");
    ring = std::move(other);
    EXPECT_EQ(ring.popFront(), "0");
    EXPECT_EQ(ring.back(), "99");
}

TEST(BlockRing, RefusesToTakeFromNothing)
{
    BlockRing<int> ring;
    EXPECT_DEATH((void)ring.popFront(), "m_count > 0");
}

}  // namespace
}  // namespace warren
