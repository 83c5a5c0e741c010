#include "core/node/consumer_pacing.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>

namespace warren::node {
namespace {

using namespace std::chrono_literals;
constexpr std::uint64_t kCount = ConsumerPacing::kCount;

Instant at(std::chrono::microseconds time) { return Instant{} + Duration{time}; }

TEST(ConsumerPacing, NobodyWaitsWithoutConsumersThatAreBehind)
{
    ConsumerPacing pacing;
    pacing.update(false, 1'000'000, at(1s));
    pacing.update(false, 9'000'000, at(2s));
    EXPECT_FALSE(pacing.isHolding());
    EXPECT_EQ(pacing.nextDeadline(), Instant::never());
}

TEST(ConsumerPacing, PublishersWaitUntilConsumersTakeTheNextOnes)
{
    ConsumerPacing pacing;
    pacing.update(true, 5000, at(1s));
    EXPECT_FALSE(pacing.isHolding());
    pacing.update(false, 5000 + kCount - 1, at(1s + 100us));
    EXPECT_FALSE(pacing.isHolding());
    pacing.update(false, 5000 + kCount, at(1s + 200us));
    EXPECT_TRUE(pacing.isHolding());
    pacing.update(false, 5000 + kCount, at(1s + 300us));
    EXPECT_TRUE(pacing.isHolding());
    pacing.update(true, 5000 + kCount, at(1s + 400us));
    EXPECT_FALSE(pacing.isHolding());
    pacing.update(false, 5000 + 2 * kCount, at(1s + 500us));
    EXPECT_TRUE(pacing.isHolding());
}

TEST(ConsumerPacing, NotForLong)
{
    ConsumerPacing pacing;
    pacing.update(true, 0, at(1s));
    pacing.update(false, kCount, at(1s + 200us));
    ASSERT_TRUE(pacing.isHolding());
    EXPECT_EQ(pacing.nextDeadline(), at(1s + 200us) + ConsumerPacing::kInterval);
    pacing.update(false, kCount, pacing.nextDeadline());
    EXPECT_FALSE(pacing.isHolding());
    EXPECT_EQ(pacing.nextDeadline(), Instant::never());
}

TEST(ConsumerPacing, WhoTakesNothingIsNotWaitedFor)
{
    ConsumerPacing pacing;
    pacing.update(true, 0, at(1s));
    pacing.update(false, 100 * kCount, at(1s) + ConsumerPacing::kBehindFor);
    EXPECT_FALSE(pacing.isHolding());
}

}  // namespace
}  // namespace warren::node
