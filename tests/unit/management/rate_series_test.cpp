#include "core/management/rate_series.h"

#include <gtest/gtest.h>

namespace warren::management {
namespace {

TEST(RateSeries, GivesTheLastSecondsInOrder)
{
    RateSeries series;
    for (int second = 0; second < 120; ++second)
        series.add(second, second * 2.0);
    const auto points = series.last(60);
    ASSERT_EQ(points.size(), 61u);
    EXPECT_EQ(points.front(), (RateSeries::Point{59, 118}));
    EXPECT_EQ(points.back(), (RateSeries::Point{119, 238}));
    EXPECT_EQ(series.latest(), 238);
}

TEST(RateSeries, ReplacesASampleThatComesTooSoon)
{
    RateSeries series;
    series.add(10, 1);
    series.add(10.2, 5);
    ASSERT_EQ(series.last(60).size(), 1u);
    EXPECT_EQ(series.latest(), 5);
}

TEST(RateSeries, ReachesAnHourBackInCoarserSteps)
{
    RateSeries series;
    for (int second = 0; second < 4000; ++second)
        series.add(second, second < 2000 ? 10 : 20);
    const auto points = series.last(3600);
    EXPECT_LE(points.front().atSeconds, 500);
    EXPECT_EQ(points.front().value, 10);
    EXPECT_EQ(points.back().value, 20);
    EXPECT_LE(points.size(), RateSeries::kFinePointsMax + RateSeries::kCoarsePointsMax);
    for (std::size_t i = 1; i < points.size(); ++i) {
        ASSERT_LT(points[i - 1].atSeconds, points[i].atSeconds);
    }
}

TEST(RateSeries, IsBounded)
{
    RateSeries series;
    for (int second = 0; second < 100'000; ++second)
        series.add(second, 1);
    EXPECT_LE(series.last(1e9).size(), RateSeries::kFinePointsMax + RateSeries::kCoarsePointsMax);
}

}  // namespace
}  // namespace warren::management
