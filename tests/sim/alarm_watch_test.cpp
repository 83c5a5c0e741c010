#include "app/sim/alarm_watch.h"

#include <gtest/gtest.h>

namespace warren::sim {
namespace {

using std::chrono::milliseconds;

constexpr ConnectionId kConnection{1};

Instant at(milliseconds time) { return {time}; }

TEST(AlarmWatchTest, OnePublishIsTakenAndNoMore)
{
    AlarmWatch watch;
    watch.looked(0, true, at(milliseconds{0}));
    watch.published(0, kConnection, at(milliseconds{500}));
    watch.published(0, kConnection, at(milliseconds{900}));
    watch.published(0, kConnection, at(milliseconds{1500}));
    EXPECT_FALSE(watch.violation());
    watch.published(0, ConnectionId{2}, at(milliseconds{1600}));
    watch.published(1, kConnection, at(milliseconds{1700}));
    EXPECT_FALSE(watch.violation()) << "others are others";
    watch.published(0, kConnection, at(milliseconds{1800}));
    EXPECT_TRUE(watch.violation());
}

TEST(AlarmWatchTest, AfterAnAlarmEverybodyPublishes)
{
    AlarmWatch watch;
    watch.looked(0, true, at(milliseconds{0}));
    watch.published(0, kConnection, at(milliseconds{1500}));
    watch.looked(0, false, at(milliseconds{2000}));
    watch.published(0, kConnection, at(milliseconds{2100}));
    watch.looked(0, true, at(milliseconds{3000}));
    watch.published(0, kConnection, at(milliseconds{4500}));
    EXPECT_FALSE(watch.violation());
}

TEST(AlarmWatchTest, WhoCouldHaveHeardOfItHasToKnow)
{
    AlarmWatch watch;
    for (int time = 0; time <= 2500; time += 100)
        watch.expected(0, 1, true, false, at(milliseconds{time}));
    EXPECT_FALSE(watch.violation());
    watch.expected(0, 1, true, false, at(milliseconds{2600}));
    EXPECT_TRUE(watch.violation());
}

TEST(AlarmWatchTest, WhoIsCutOffForAMomentHasTimeAgain)
{
    AlarmWatch watch;
    watch.expected(0, 1, true, false, at(milliseconds{0}));
    watch.expected(0, 1, false, false, at(milliseconds{2400}));
    watch.expected(0, 1, true, false, at(milliseconds{2500}));
    watch.expected(0, 1, true, false, at(milliseconds{4900}));
    EXPECT_FALSE(watch.violation());
    watch.expected(0, 1, true, true, at(milliseconds{6000}));
    EXPECT_FALSE(watch.violation());
}

}  // namespace
}  // namespace warren::sim
