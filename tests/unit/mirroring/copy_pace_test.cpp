#include "core/mirroring/copy_pace.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

namespace warren::mirroring {
namespace {

using std::chrono::milliseconds;

/// Publishers whose speed depends on how much is copied.
class CopyPaceTest : public testing::Test {
protected:
    /// One interval. @returns the bytes that were copied in it
    template <typename RateAt>
    std::int64_t interval(bool isCopying, RateAt rateAt)
    {
        std::int64_t copied = 0;
        constexpr std::int64_t kPiece = 16 * 1024;
        while (isCopying && pace.mayCopy()) {
            pace.noteCopied(kPiece);
            copied += kPiece;
        }
        publishedCount = static_cast<int>(rateAt(copied) / 10);
        for (int i = 0; i < publishedCount; ++i)
            pace.notePublished();
        pace.passTime(milliseconds{100}, isCopying);
        return copied;
    }

    CopyPace pace;
    int publishedCount = 0;
};

TEST_F(CopyPaceTest, WithoutPublishersItIsAsFastAsItGoes)
{
    const auto none = [](std::int64_t) { return 0.0; };
    for (int i = 0; i < 100; ++i)
        EXPECT_GE(interval(true, none), CopyPace::kBytesMax);
    EXPECT_FALSE(pace.hasPublishers());
}

TEST_F(CopyPaceTest, PublishersWhomItDoesNotHinderDoNotSlowItDown)
{
    const auto steady = [](std::int64_t) { return 50'000.0; };
    for (int i = 0; i < 20; ++i)
        interval(false, steady);
    for (int i = 0; i < 400; ++i)
        interval(true, steady);
    EXPECT_GE(interval(true, steady), CopyPace::kBytesMax);
}

TEST_F(CopyPaceTest, PublishersWhomItHindersKeepMostOfTheirSpeed)
{
    // Ten megabytes in an interval would leave them nothing.
    const auto hindered = [](std::int64_t copied) {
        return std::max(0.0, 100'000.0 * (1 - static_cast<double>(copied) / 1e7));
    };
    for (int i = 0; i < 20; ++i)
        interval(false, hindered);
    for (int i = 0; i < 200; ++i)
        interval(true, hindered);  // until it has found its pace
    std::int64_t published = 0;
    std::int64_t copied = 0;
    constexpr int kIntervals = 200;
    for (int i = 0; i < kIntervals; ++i) {
        copied += interval(true, hindered);
        published += publishedCount;
    }
    EXPECT_GT(published, kIntervals * 10'000 * 88 / 100);
    EXPECT_GT(copied, kIntervals * 300'000);  // and it does not starve
}

TEST_F(CopyPaceTest, ItNeverStopsAltogether)
{
    const auto stopped = [](std::int64_t copied) { return copied > 0 ? 0.0 : 100'000.0; };
    for (int i = 0; i < 20; ++i)
        interval(false, stopped);
    std::int64_t copied = 0;
    for (int i = 0; i < 100; ++i)
        copied += interval(true, stopped);
    EXPECT_GT(copied, 80 * CopyPace::kBytesMin);
}

TEST_F(CopyPaceTest, PublishersWhoHaveGoneAreForgotten)
{
    const auto hindered = [](std::int64_t copied) { return copied > 500'000 ? 0.0 : 100'000.0; };
    const auto none = [](std::int64_t) { return 0.0; };
    for (int i = 0; i < 20; ++i)
        interval(false, hindered);
    for (int i = 0; i < 60; ++i)
        interval(true, hindered);
    EXPECT_TRUE(pace.hasPublishers());
    for (int i = 0; i < 300; ++i)
        interval(true, none);
    EXPECT_FALSE(pace.hasPublishers());
}

}  // namespace
}  // namespace warren::mirroring
