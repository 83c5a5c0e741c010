#include "app/perf/histogram.h"

#include "core/base/prng.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace warren::perf {
namespace {

/// The value of rank ⌈p·n⌉ in a sorted list: what a percentile means.
std::uint64_t exactPercentile(const std::vector<std::uint64_t>& sorted, double percent)
{
    const double share = std::ceil(percent / 100 * static_cast<double>(sorted.size()));
    const auto rank = std::max<std::size_t>(static_cast<std::size_t>(share), 1);
    return sorted[rank - 1];
}

TEST(Histogram, IsZeroWithoutValues)
{
    const Histogram histogram;
    EXPECT_TRUE(histogram.isEmpty());
    EXPECT_EQ(histogram.percentile(50), 0u);
    EXPECT_EQ(histogram.min(), 0u);
    EXPECT_EQ(histogram.max(), 0u);
    EXPECT_EQ(histogram.mean(), 0);
}

TEST(Histogram, CountsSmallValuesExactly)
{
    Histogram histogram;
    for (std::uint64_t value = 0; value < 256; ++value)
        histogram.record(value);
    EXPECT_EQ(histogram.count(), 256u);
    EXPECT_EQ(histogram.min(), 0u);
    EXPECT_EQ(histogram.max(), 255u);
    EXPECT_DOUBLE_EQ(histogram.mean(), 127.5);
    for (std::uint64_t value = 0; value < 256; ++value)
        EXPECT_EQ(histogram.percentile(100.0 * static_cast<double>(value + 1) / 256), value);
}

TEST(Histogram, IsNeverBelowTheTrueValueAndAtMostOnePercentAbove)
{
    for (const std::uint64_t seed : {1u, 2u, 3u}) {
        Prng random(seed);
        Histogram histogram;
        std::vector<std::uint64_t> values;
        for (int i = 0; i < 20'000; ++i) {
            // All magnitudes alike, up to 64 bits.
            const std::uint64_t value = random.next() >> random.below(64);
            values.push_back(value);
            histogram.record(value);
        }
        std::sort(values.begin(), values.end());
        for (const double percent :
             {0.0, 0.1, 1.0, 25.0, 50.0, 75.0, 95.0, 99.0, 99.9, 99.99, 100.0}) {
            const std::uint64_t exact = exactPercentile(values, percent);
            const std::uint64_t found = histogram.percentile(percent);
            EXPECT_GE(found, exact) << percent;
            EXPECT_LE(found - exact, exact / 128) << percent;
        }
        EXPECT_EQ(histogram.percentile(100), values.back());
        EXPECT_EQ(histogram.min(), values.front());
    }
}

TEST(Histogram, TakesTheExtremeValues)
{
    Histogram histogram;
    histogram.record(UINT64_MAX);
    EXPECT_EQ(histogram.max(), UINT64_MAX);
    EXPECT_EQ(histogram.percentile(50), UINT64_MAX);
    histogram.record(0);
    EXPECT_EQ(histogram.percentile(50), 0u);
}

TEST(Histogram, OfTwoPartsIsTheHistogramOfTheWhole)
{
    Prng random(7);
    Histogram one;
    Histogram other;
    Histogram whole;
    for (int i = 0; i < 10'000; ++i) {
        const std::uint64_t value = random.below(10'000'000);
        (i % 3 == 0 ? one : other).record(value);
        whole.record(value);
    }
    one.add(other);
    EXPECT_EQ(one.count(), whole.count());
    EXPECT_EQ(one.min(), whole.min());
    EXPECT_EQ(one.max(), whole.max());
    EXPECT_NEAR(one.mean(), whole.mean(), 1e-3);
    for (const double percent : {1.0, 50.0, 99.0, 99.9})
        EXPECT_EQ(one.percentile(percent), whole.percentile(percent));
}

TEST(Histogram, ForgetsEverythingWhenCleared)
{
    Histogram histogram;
    histogram.record(1'000'000);
    histogram.clear();
    EXPECT_TRUE(histogram.isEmpty());
    histogram.record(3);
    EXPECT_EQ(histogram.max(), 3u);
    EXPECT_EQ(histogram.percentile(99), 3u);
}

}  // namespace
}  // namespace warren::perf
