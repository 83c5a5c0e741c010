#include "app/perf/sequence_set.h"

#include "core/base/prng.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>

namespace warren::perf {
namespace {

using Insertion = SequenceSet::Insertion;

TEST(SequenceSet, KnowsWhatItHas)
{
    SequenceSet set;
    EXPECT_TRUE(set.isEmpty());
    EXPECT_FALSE(set.contains(0));
    EXPECT_EQ(set.insert(3), Insertion::New);
    EXPECT_EQ(set.insert(3), Insertion::Known);
    EXPECT_EQ(set.insert(70), Insertion::New);
    EXPECT_TRUE(set.contains(3));
    EXPECT_FALSE(set.contains(4));
    EXPECT_FALSE(set.contains(1'000'000));
    EXPECT_EQ(set.count(), 2u);
    EXPECT_EQ(set.min(), 3u);
    EXPECT_EQ(set.max(), 70u);
    EXPECT_EQ(set.holeCount(), 66u);
}

TEST(SequenceSet, IsASetInRandomOrder)
{
    for (const std::uint64_t seed : {1u, 2u, 3u, 4u}) {
        Prng random(seed);
        SequenceSet set;
        std::set<std::uint64_t> model;
        const std::uint64_t base = random.below(1'000'000);
        for (int i = 0; i < 5000; ++i) {
            const std::uint64_t number = base + random.below(8000);
            const bool isNew = model.insert(number).second;
            EXPECT_EQ(set.insert(number), isNew ? Insertion::New : Insertion::Known);
        }
        ASSERT_EQ(set.count(), model.size());
        EXPECT_EQ(set.min(), *model.begin());
        EXPECT_EQ(set.max(), *model.rbegin());
        EXPECT_EQ(set.holeCount(), *model.rbegin() - *model.begin() + 1 - model.size());
        for (std::uint64_t number = base; number < base + 8000; ++number)
            EXPECT_EQ(set.contains(number), model.contains(number));
    }
}

TEST(SequenceSet, KeepsNoMemoryForWhatIsComplete)
{
    SequenceSet set;
    constexpr std::uint64_t kCount = 5'000'000;
    for (std::uint64_t number = 0; number < kCount; ++number)
        ASSERT_EQ(set.insert(number), Insertion::New);
    EXPECT_EQ(set.count(), kCount);
    EXPECT_LE(set.allocatedWords(), 4096u);  // instead of 78,125
    EXPECT_TRUE(set.contains(0));
    EXPECT_TRUE(set.contains(kCount - 1));
    EXPECT_EQ(set.insert(17), Insertion::Known);
    EXPECT_EQ(set.min(), 0u);
    EXPECT_EQ(set.max(), kCount - 1);
    EXPECT_EQ(set.holeCount(), 0u);
}

TEST(SequenceSet, SeesOneHoleInMillions)
{
    SequenceSet set;
    constexpr std::uint64_t kMissing = 777'777;
    for (std::uint64_t number = 0; number < 2'000'000; ++number) {
        if (number != kMissing) (void)set.insert(number);
    }
    EXPECT_EQ(set.holeCount(), 1u);
    EXPECT_FALSE(set.contains(kMissing));
    EXPECT_TRUE(set.contains(kMissing - 1));
    EXPECT_TRUE(set.contains(kMissing + 1));
    EXPECT_EQ(set.insert(kMissing), Insertion::New);
    EXPECT_EQ(set.holeCount(), 0u);
}

TEST(SequenceSet, TakesWhatComesBeforeItsFirstNumber)
{
    SequenceSet set;
    for (std::uint64_t number = 640; number < 1'000'000; ++number)
        (void)set.insert(number);
    EXPECT_EQ(set.insert(5), Insertion::New);
    EXPECT_EQ(set.insert(5), Insertion::Known);
    EXPECT_EQ(set.insert(700), Insertion::Known);
    EXPECT_EQ(set.insert(639), Insertion::New);
    EXPECT_EQ(set.min(), 5u);
    EXPECT_EQ(set.holeCount(), 633u);
}

TEST(SequenceSet, RefusesNumbersThatAreFarFromAllOthers)
{
    // A body that is no message of ours must not make us allocate gigabytes.
    SequenceSet set;
    (void)set.insert(100);
    EXPECT_EQ(set.insert(std::uint64_t{1} << 39), Insertion::TooFar);
    EXPECT_EQ(set.count(), 1u);
    SequenceSet high;
    (void)high.insert(std::uint64_t{1} << 39);
    EXPECT_EQ(high.insert(0), Insertion::TooFar);
    EXPECT_EQ(high.insert((std::uint64_t{1} << 39) + SequenceSet::kDistanceMax), Insertion::New);
}

}  // namespace
}  // namespace warren::perf
