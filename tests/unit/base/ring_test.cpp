#include "core/base/ring.h"

#include "core/base/prng.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>

namespace warren {
namespace {

TEST(Ring, IsFirstInFirstOut)
{
    Ring<std::string> ring;
    ring.pushBack("a");
    ring.pushBack("b");
    ring.pushBack("c");
    EXPECT_EQ(ring.front(), "a");
    EXPECT_EQ(ring.back(), "c");
    EXPECT_EQ(ring[1], "b");
    EXPECT_EQ(ring.popFront(), "a");
    EXPECT_EQ(ring.popFront(), "b");
    EXPECT_EQ(ring.size(), 1u);
}

TEST(Ring, BehavesAsADequeWould)
{
    constexpr std::uint64_t kSeed = 11;
    SCOPED_TRACE("seed " + std::to_string(kSeed));
    Prng random(kSeed);
    Ring<std::unique_ptr<std::uint64_t>> ring;
    std::deque<std::uint64_t> expected;
    for (int round = 0; round < 50000; ++round) {
        // Longer phases of growing and of shrinking, so that the block is resized both ways.
        const bool isGrowing = round / 5000 % 2 == 0;
        if (expected.empty() || random.below(10) < (isGrowing ? 7u : 3u)) {
            const std::uint64_t number = random.next();
            ring.pushBack(std::make_unique<std::uint64_t>(number));
            expected.push_back(number);
        } else {
            ASSERT_EQ(*ring.popFront(), expected.front());
            expected.pop_front();
        }
        ASSERT_EQ(ring.size(), expected.size());
        if (expected.empty()) continue;
        ASSERT_EQ(*ring.front(), expected.front());
        ASSERT_EQ(*ring.back(), expected.back());
        const std::size_t at = random.below(expected.size());
        ASSERT_EQ(*ring[at], expected[at]);
    }
}

TEST(Ring, GivesMemoryBackAfterAPeak)
{
    Ring<int> ring;
    for (int i = 0; i < 100000; ++i)
        ring.pushBack(int{i});
    const std::size_t peak = ring.capacity();
    while (ring.size() > 1)
        ring.dropFront();
    EXPECT_LT(ring.capacity(), peak / 16);
    EXPECT_EQ(ring.front(), 99999);
}

TEST(Ring, DestroysWhatItHolds)
{
    const auto witness = std::make_shared<int>(1);
    {
        Ring<std::shared_ptr<int>> ring;
        for (int i = 0; i < 10; ++i)
            ring.pushBack(std::shared_ptr<int>(witness));
        ring.dropFront();
        EXPECT_EQ(witness.use_count(), 10);
        Ring<std::shared_ptr<int>> moved(std::move(ring));
        EXPECT_EQ(witness.use_count(), 10);
        moved.clear();
        EXPECT_TRUE(moved.isEmpty());
        EXPECT_EQ(witness.use_count(), 1);
        moved.pushBack(std::shared_ptr<int>(witness));
    }
    EXPECT_EQ(witness.use_count(), 1);
}

TEST(Ring, AbortsWhenTakenFromEmpty)
{
    Ring<int> ring;
    EXPECT_DEATH((void)ring.popFront(), "m_count > 0");
}

}  // namespace
}  // namespace warren
