#include "core/base/prng.h"

#include <gtest/gtest.h>

#include <array>

namespace warren {
namespace {

// First numbers of SplitMix64 with seed 0, as its author's reference program prints them.
TEST(Prng, GivesTheNumbersOfItsAlgorithm)
{
    Prng random(0);
    EXPECT_EQ(random.next(), 0xE220A8397B1DCDAFu);
    EXPECT_EQ(random.next(), 0x6E789E6AA1B965F4u);
    EXPECT_EQ(random.next(), 0x06C45D188009454Fu);
}

TEST(Prng, RepeatsItselfFromTheSameSeed)
{
    Prng a(42);
    Prng b(42);
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(a.next(), b.next());
}

TEST(Prng, ReachesEveryNumberBelowTheBound)
{
    Prng random(7);
    std::array<int, 10> hits{};
    for (int i = 0; i < 1000; ++i)
        hits.at(random.below(hits.size())) += 1;
    for (const int count : hits)
        EXPECT_GT(count, 50);
}

}  // namespace
}  // namespace warren
