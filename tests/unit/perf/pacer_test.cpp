#include "app/perf/pacer.h"

#include <gtest/gtest.h>

#include <chrono>

namespace warren::perf {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{10s};

TEST(Pacer, SpacesMessagesEvenlyFromTheStart)
{
    Pacer pacer(kStart, 4);
    for (const Duration offset : {0ms, 250ms, 500ms, 750ms, 1000ms, 1250ms}) {
        EXPECT_EQ(pacer.due(), kStart + offset);
        pacer.advance();
    }
}

TEST(Pacer, IsDueFromTheMomentOn)
{
    const Pacer pacer(kStart, 1);
    EXPECT_FALSE(pacer.isDue({10s - 1ns}));
    EXPECT_TRUE(pacer.isDue(kStart));
    EXPECT_TRUE(pacer.isDue({20s}));
}

TEST(Pacer, KeepsTheMomentsOfMessagesThatAStallHeldUp)
{
    // Nothing could be sent for three seconds: what was due meanwhile keeps its moments, so that
    // the stall shows in the latency of each of them.
    Pacer pacer(kStart, 1000);
    const Instant now = kStart + 3s;
    int sent = 0;
    while (pacer.isDue(now)) {
        EXPECT_EQ(pacer.due(), kStart + sent * 1ms);
        pacer.advance();
        sent += 1;
    }
    EXPECT_EQ(sent, 3001);
    EXPECT_EQ(pacer.due(), kStart + 3001ms);
}

TEST(Pacer, DoesNotDrift)
{
    // A third of a nanosecond for each message would be a millisecond after three million.
    Pacer pacer(kStart, 300'000);
    for (int i = 0; i < 3'000'000; ++i)
        pacer.advance();
    EXPECT_EQ(pacer.due(), kStart + 10s);
}

TEST(Pacer, ChangesTheRateAfterEachStepAndBeginsAnew)
{
    Pacer pacer(kStart, {{.perSecond = 2, .lasts = 1s}, {.perSecond = 4, .lasts = 500ms}});
    for (const Duration offset : {0ms, 500ms, 1000ms, 1250ms, 1500ms, 2000ms, 2500ms, 2750ms}) {
        EXPECT_EQ(pacer.due(), kStart + offset);
        pacer.advance();
    }
}

TEST(Pacer, SendsNothingAtRateZero)
{
    Pacer pacer(kStart, {{.perSecond = 0, .lasts = 3s}, {.perSecond = 1, .lasts = 2s}});
    for (const Duration offset : {3s, 4s, 8s, 9s}) {
        EXPECT_EQ(pacer.due(), kStart + offset);
        pacer.advance();
    }
}

}  // namespace
}  // namespace warren::perf
