#include "core/node/rate_meter.h"

#include <gtest/gtest.h>

namespace warren::node {
namespace {

Instant at(double seconds)
{
    return {std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds))};
}

TEST(RateMeter, KnowsNoRateFromOneSample)
{
    RateMeter<1> meter;
    EXPECT_EQ(meter.sample(at(10), {1000})[0], 0);
}

TEST(RateMeter, AveragesOverTheLastSeconds)
{
    RateMeter<1> meter;
    double rate = 0;
    for (int second = 0; second <= 20; ++second) {
        rate = meter.sample(at(second), {static_cast<std::uint64_t>(second) * 100})[0];
    }
    EXPECT_NEAR(rate, 100, 1);
}

TEST(RateMeter, ForgetsAnOldBurst)
{
    RateMeter<1> meter;
    (void)meter.sample(at(0), {0});
    double rate = meter.sample(at(1), {5000})[0];
    EXPECT_NEAR(rate, 5000, 1);
    for (int second = 2; second <= 8; ++second)
        rate = meter.sample(at(second), {5000})[0];
    EXPECT_EQ(rate, 0);
}

}  // namespace
}  // namespace warren::node
