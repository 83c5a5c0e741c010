#include "core/broker/confirm_tracker.h"

#include "core/base/prng.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <gmock/gmock.h>
#include <set>
#include <vector>

namespace warren::broker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Confirm single(DeliveryTag tag) { return {.tag = tag, .isMultiple = false, .isRefused = false}; }
Confirm multiple(DeliveryTag tag) { return {.tag = tag, .isMultiple = true, .isRefused = false}; }

std::vector<Confirm> taken(ConfirmTracker& tracker, LogPosition committed)
{
    std::vector<Confirm> confirms;
    tracker.take(committed, confirms);
    return confirms;
}

TEST(ConfirmTracker, NumbersPublishesFromOne)
{
    ConfirmTracker tracker;
    EXPECT_EQ(tracker.publish(0), 1u);
    EXPECT_EQ(tracker.publish(5), 2u);
    EXPECT_EQ(tracker.publish(0), 3u);
}

TEST(ConfirmTracker, ConfirmsAtOnceWhatWaitsForNothing)
{
    ConfirmTracker tracker;
    (void)tracker.publish(0);
    EXPECT_THAT(taken(tracker, 0), ElementsAre(single(1)));
    EXPECT_EQ(tracker.unconfirmedCount(), 0u);
}

TEST(ConfirmTracker, AnswersARunWithOneMultiple)
{
    ConfirmTracker tracker;
    for (int i = 0; i < 3; ++i)
        (void)tracker.publish(0);
    EXPECT_THAT(taken(tracker, 0), ElementsAre(multiple(3)));
}

TEST(ConfirmTracker, WaitsForTheCommit)
{
    ConfirmTracker tracker;
    (void)tracker.publish(7);
    EXPECT_THAT(taken(tracker, 6), IsEmpty());
    EXPECT_EQ(tracker.unconfirmedCount(), 1u);
    EXPECT_THAT(taken(tracker, 7), ElementsAre(single(1)));
}

TEST(ConfirmTracker, ConfirmsBeyondTheOldestWaitingOneSingly)
{
    ConfirmTracker tracker;
    (void)tracker.publish(0);
    (void)tracker.publish(0);
    (void)tracker.publish(7);
    (void)tracker.publish(0);
    (void)tracker.publish(0);
    EXPECT_THAT(taken(tracker, 0), ElementsAre(multiple(2), single(4), single(5)));
    EXPECT_EQ(tracker.unconfirmedCount(), 1u);
}

TEST(ConfirmTracker, ConfirmsAWaitingOneByItsOwnTagWhenLaterOnesWentAhead)
{
    ConfirmTracker tracker;
    (void)tracker.publish(7);
    (void)tracker.publish(0);
    EXPECT_THAT(taken(tracker, 0), ElementsAre(single(2)));
    EXPECT_THAT(taken(tracker, 7), ElementsAre(single(1)));
    EXPECT_EQ(tracker.unconfirmedCount(), 0u);
}

TEST(ConfirmTracker, EndsAMultipleAtTheLastTagThatIsStillDue)
{
    ConfirmTracker tracker;
    (void)tracker.publish(7);
    (void)tracker.publish(8);
    (void)tracker.publish(0);
    EXPECT_THAT(taken(tracker, 0), ElementsAre(single(3)));
    EXPECT_THAT(taken(tracker, 8), ElementsAre(multiple(2)));
}

TEST(ConfirmTracker, SaysNothingTwice)
{
    ConfirmTracker tracker;
    (void)tracker.publish(0);
    (void)taken(tracker, 0);
    EXPECT_THAT(taken(tracker, 100), IsEmpty());
}

/// Every publish is covered by exactly one confirm that names it for the first time, never before
/// it is due.
TEST(ConfirmTracker, CoversEachTagOnceAndNeverTooEarly)
{
    constexpr std::uint64_t kSeed = 20240611;
    SCOPED_TRACE(kSeed);
    Prng prng(kSeed);
    ConfirmTracker tracker;
    std::vector<LogPosition> waitsFor;  // by tag - 1
    std::set<DeliveryTag> open;
    LogPosition last = 0;
    LogPosition committed = 0;
    for (int step = 0; step < 20'000; ++step) {
        if (prng.below(3) > 0) {
            const LogPosition position = prng.below(2) == 0 ? 0 : ++last;
            ASSERT_EQ(tracker.publish(position), waitsFor.size() + 1);
            waitsFor.push_back(position);
            open.insert(waitsFor.size());
            continue;
        }
        committed += prng.below(last - committed + 1);
        for (const Confirm& confirm : taken(tracker, committed)) {
            ASSERT_TRUE(open.contains(confirm.tag)) << "tag " << confirm.tag << " again";
            const auto end = open.upper_bound(confirm.tag);
            const auto begin = confirm.isMultiple ? open.begin() : open.find(confirm.tag);
            for (auto it = begin; it != end; ++it)
                ASSERT_LE(waitsFor[*it - 1], committed) << "tag " << *it;
            open.erase(begin, end);
        }
        const auto isDue = [&](DeliveryTag tag) { return waitsFor[tag - 1] == 0; };
        ASSERT_FALSE(std::ranges::any_of(open, isDue)) << "a tag that waits for nothing waits";
        if (!open.empty()) {
            ASSERT_GT(waitsFor[*open.begin() - 1], committed);
        }
        ASSERT_EQ(tracker.unconfirmedCount(), open.size());
    }
}

TEST(ConfirmTracker, RefusesLateWhatWaitsForAPosition)
{
    ConfirmTracker tracker;
    for (const LogPosition position : {5u, 7u, 9u})
        tracker.publish(position);
    tracker.refuseWaiting(7);
    EXPECT_EQ(taken(tracker, 4), (std::vector<Confirm>{{.tag = 2, .isRefused = true}}));
    EXPECT_EQ(taken(tracker, 6), (std::vector<Confirm>{{.tag = 1}}));
    EXPECT_EQ(taken(tracker, 9), (std::vector<Confirm>{{.tag = 3}}));
    EXPECT_EQ(tracker.unconfirmedCount(), 0u);
}

TEST(ConfirmTracker, APositionInBetweenIsThatOfTheNextPublish)
{
    // A publish to two queues waits for the later one; the earlier one was refused.
    ConfirmTracker tracker;
    tracker.publish(5);
    tracker.publish(8);
    tracker.refuseWaiting(7);
    EXPECT_EQ(taken(tracker, 9), (std::vector<Confirm>{{.tag = 1}, {.tag = 2, .isRefused = true}}));
}

TEST(ConfirmTracker, RefusesEverythingThatWaitsOnce)
{
    ConfirmTracker tracker;
    tracker.publish(3);
    EXPECT_EQ(taken(tracker, 3).size(), 1u);
    tracker.publish(5);
    tracker.publish(0);
    tracker.refuseAll();
    tracker.refuseAll();
    EXPECT_EQ(taken(tracker, 3),
              (std::vector<Confirm>{{.tag = 2, .isRefused = true}, {.tag = 3, .isRefused = true}}));
    EXPECT_EQ(taken(tracker, 9), std::vector<Confirm>{});
    EXPECT_EQ(tracker.unconfirmedCount(), 0u);
}

}  // namespace
}  // namespace warren::broker
