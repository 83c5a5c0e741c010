#include "core/session/heartbeat.h"

#include <gtest/gtest.h>

#include <chrono>

namespace warren::session {
namespace {

using namespace std::chrono_literals;

constexpr Instant at(Duration sinceStart) { return {sinceStart}; }

TEST(Heartbeat, IsOffUntilAnIntervalIsAgreed)
{
    Heartbeat heartbeat;
    EXPECT_FALSE(heartbeat.isActive());
    heartbeat.start(0, at(0s));
    EXPECT_FALSE(heartbeat.isActive());
    EXPECT_FALSE(heartbeat.isDue(at(1h)));
    EXPECT_FALSE(heartbeat.isLost(at(1h)));
    EXPECT_EQ(heartbeat.sendDeadline(), Instant::never());
    EXPECT_EQ(heartbeat.lossDeadline(), Instant::never());
}

TEST(Heartbeat, IsDueAfterHalfAnIntervalWithoutTraffic)
{
    Heartbeat heartbeat;
    heartbeat.start(10, at(0s));
    EXPECT_FALSE(heartbeat.isDue(at(4999ms)));
    EXPECT_TRUE(heartbeat.isDue(at(5s)));
    heartbeat.noteSent(at(5s));
    EXPECT_FALSE(heartbeat.isDue(at(9s)));
    EXPECT_EQ(heartbeat.sendDeadline(), at(10s));
}

TEST(Heartbeat, TakesAPeerForLostAfterTwoSilentIntervals)
{
    Heartbeat heartbeat;
    heartbeat.start(10, at(0s));
    EXPECT_FALSE(heartbeat.isLost(at(19'999ms)));
    EXPECT_TRUE(heartbeat.isLost(at(20s)));
    heartbeat.noteReceived(at(19s));
    EXPECT_FALSE(heartbeat.isLost(at(38s)));
    EXPECT_EQ(heartbeat.lossDeadline(), at(39s));
}

TEST(Heartbeat, DoesNotCountSilenceWhileWeDoNotListen)
{
    Heartbeat heartbeat;
    heartbeat.start(10, at(0s));
    heartbeat.setHearing(false, at(5s));
    EXPECT_FALSE(heartbeat.isLost(at(1h)));
    EXPECT_EQ(heartbeat.lossDeadline(), Instant::never());
    EXPECT_TRUE(heartbeat.isDue(at(1h))) << "our own go on";
    heartbeat.setHearing(true, at(1h));
    EXPECT_FALSE(heartbeat.isLost(at(1h + 19s)));
    EXPECT_TRUE(heartbeat.isLost(at(1h + 20s)));
}

}  // namespace
}  // namespace warren::session
