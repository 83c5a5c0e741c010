#include "app/perf/timing.h"

#include <gtest/gtest.h>

#include <chrono>

namespace warren::perf {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{100s};

TEST(PerfTiming, CutsTheMeasurementIntoEqualIntervals)
{
    const Timing timing{.start = kStart, .measureBegin = kStart, .interval = 2s};
    EXPECT_EQ(timing.intervalEnd(0), kStart + 2s);
    EXPECT_EQ(timing.intervalEnd(5), kStart + 12s);
}

TEST(PerfTiming, EndsAnIntervalWithTheWarmUpAndWithTheMeasurement)
{
    const Timing timing{
        .start = kStart, .measureBegin = kStart + 3s, .measureEnd = kStart + 8s, .interval = 2s};
    for (const auto& [number, end] :
         {std::pair{0, 3s}, {1, 5s}, {2, 7s}, {3, 8s}, {4, 10s}, {5, 12s}})
        EXPECT_EQ(timing.intervalEnd(static_cast<std::uint64_t>(number)), kStart + end) << number;
}

TEST(PerfTiming, HasNoEmptyIntervalWhenTheMeasurementIsAMultiple)
{
    const Timing timing{
        .start = kStart, .measureBegin = kStart, .measureEnd = kStart + 4s, .interval = 2s};
    EXPECT_EQ(timing.intervalEnd(1), kStart + 4s);
    EXPECT_EQ(timing.intervalEnd(2), kStart + 6s);
}

TEST(PerfTiming, CountsAMessageByWhenItWasDue)
{
    const Timing timing{
        .start = kStart, .measureBegin = kStart + 1s, .measureEnd = kStart + 2s, .interval = 1s};
    EXPECT_TRUE(timing.counts(kStart + 1s, kStart + 1500ms));
    EXPECT_TRUE(timing.counts(kStart + 1999ms, kStart + 60s)) << "late, but of the measurement";
    EXPECT_FALSE(timing.counts(kStart + 2s, kStart + 2s));
    EXPECT_FALSE(timing.counts(kStart + 900ms, kStart + 1100ms)) << "of the warm-up";
    EXPECT_TRUE(timing.counts(kStart + 100ms, kStart + 200ms)) << "shown while the warm-up lasts";
}

}  // namespace
}  // namespace warren::perf
