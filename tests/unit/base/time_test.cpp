#include "core/base/time.h"

#include <gtest/gtest.h>

namespace warren {
namespace {

using namespace std::chrono_literals;

TEST(Instant, MovesByDurations)
{
    const Instant start{5s};
    EXPECT_EQ(start + 2s, Instant{7s});
    EXPECT_EQ((start + 2s) - start, 2s);
    EXPECT_LT(start, start + 1ns);
}

TEST(Instant, NeverComes)
{
    EXPECT_LT(Instant{std::chrono::hours(24 * 365 * 100)}, Instant::never());
}

}  // namespace
}  // namespace warren
