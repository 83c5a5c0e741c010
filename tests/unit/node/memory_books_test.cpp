#include "core/node/memory_books.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>

namespace warren::node {
namespace {

using namespace std::chrono_literals;
using Amounts = MemoryBooks::Amounts;

constexpr std::uint64_t kMiB = 1024 * 1024;

Instant at(std::chrono::seconds time) { return Instant{} + Duration{time}; }

TEST(MemoryBooks, ForeseesWhatCameSinceTheLastReading)
{
    MemoryBooks books;
    books.noteReading(100 * kMiB, {.messageBytes = 40 * kMiB, .storeBytes = 5 * kMiB});
    EXPECT_EQ(books.foreseenBytes({.messageBytes = 40 * kMiB, .storeBytes = 5 * kMiB}), 100 * kMiB);
    EXPECT_EQ(books.foreseenBytes({.messageBytes = 60 * kMiB, .unsentBytes = 5 * kMiB}),
              120 * kMiB);
    EXPECT_EQ(books.foreseenBytes({}), 100 * kMiB) << "the system gets memory back later";
}

TEST(MemoryBooks, MessagesGetWhatTheRestLeavesThem)
{
    const auto limits = MemoryBooks::bodyLimits({.messageBytes = 300 * kMiB}, 500 * kMiB);
    EXPECT_EQ(limits.bytesMax, 436 * kMiB);
    EXPECT_EQ(limits.keptBytes, 64 * kMiB);
    const auto less = MemoryBooks::bodyLimits(
        {.messageBytes = 300 * kMiB, .storeBytes = 60 * kMiB, .unsentBytes = 100 * kMiB},
        500 * kMiB);
    EXPECT_EQ(less.bytesMax, 276 * kMiB);
    const auto least = MemoryBooks::bodyLimits({.unsentBytes = 900 * kMiB}, 500 * kMiB);
    EXPECT_EQ(least.bytesMax, 8 * kMiB);
    EXPECT_EQ(least.keptBytes, 4 * kMiB);
}

TEST(MemoryBooks, GivesBackWhatAPeakLeftOnceNothingMoves)
{
    MemoryBooks books;
    books.noteStart(20 * kMiB);
    Amounts amounts{.messageBytes = 100 * kMiB, .movedCount = 1000};
    books.noteReading(130 * kMiB, amounts);
    EXPECT_FALSE(books.mayGiveBack(amounts, false, false, at(10s))) << "messages moved";
    EXPECT_FALSE(books.mayGiveBack(amounts, false, false, at(11s))) << "all of it is used";
    amounts.messageBytes = 0;
    EXPECT_FALSE(books.mayGiveBack(amounts, true, false, at(12s))) << "there is work to do";
    EXPECT_TRUE(books.mayGiveBack(amounts, false, false, at(13s)));
    EXPECT_FALSE(books.mayGiveBack(amounts, false, false, at(20s))) << "nothing was freed since";
    amounts.movedCount += 1;
    EXPECT_FALSE(books.mayGiveBack(amounts, false, false, at(21s)));
    EXPECT_TRUE(books.mayGiveBack(amounts, false, false, at(22s)));
    books.noteReading(40 * kMiB, amounts);
    amounts.movedCount += 1;
    (void)books.mayGiveBack(amounts, false, false, at(30s));
    EXPECT_FALSE(books.mayGiveBack(amounts, false, false, at(31s))) << "there is little to give";
}

TEST(MemoryBooks, GivesBackWhilePublishersWaitForIt)
{
    MemoryBooks books;
    books.noteStart(20 * kMiB);
    Amounts amounts{.messageBytes = 10 * kMiB, .movedCount = 1};
    books.noteReading(200 * kMiB, amounts);
    EXPECT_TRUE(books.mayGiveBack(amounts, true, true, at(10s)));
    amounts.movedCount += 1;
    EXPECT_FALSE(books.mayGiveBack(amounts, true, true, at(11s))) << "not all the time";
    EXPECT_TRUE(books.mayGiveBack(amounts, true, true, at(12s)));
}

TEST(MemoryBooks, AStartWithMuchToRestoreCountsForLittle)
{
    MemoryBooks books;
    books.noteStart(900 * kMiB);
    books.noteReading(900 * kMiB, {});
    (void)books.mayGiveBack({}, false, false, at(1s));
    books.noteReading(120 * kMiB, {});
    EXPECT_TRUE(books.mayGiveBack({.movedCount = 1}, false, true, at(9s)));
}

}  // namespace
}  // namespace warren::node
