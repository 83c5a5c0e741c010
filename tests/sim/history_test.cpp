#include "app/sim/history.h"

#include <gtest/gtest.h>

namespace warren::sim {
namespace {

using Id = History::Id;
using Death = History::Death;

constexpr Id kFirst{1, 1};
constexpr Id kSecond{1, 2};

TEST(HistoryTest, HoldsWhenEverythingConfirmedIsDeliveredInOrder)
{
    History history;
    for (const Id id : {kFirst, kSecond}) {
        history.sent(id);
        history.confirmed(id);
        history.delivered(id, false);
    }
    EXPECT_FALSE(history.violation(true));
    EXPECT_FALSE(history.disturbance());
}

TEST(HistoryTest, MissesWhatWasConfirmedAndNotDelivered)
{
    History history;
    history.sent(kFirst);
    history.confirmed(kFirst);
    EXPECT_FALSE(history.violation(false));
    EXPECT_TRUE(history.violation(true));
    EXPECT_EQ(history.missingCount(), 1u);
}

TEST(HistoryTest, SeesWhatComesAgainUnmarked)
{
    History history;
    history.sent(kFirst);
    history.delivered(kFirst, false);
    history.delivered(kFirst, true);
    EXPECT_FALSE(history.violation(false));
    history.delivered(kFirst, false);
    EXPECT_TRUE(history.violation(false));
}

TEST(HistoryTest, SeesWhatWasNeverSent)
{
    History history;
    history.delivered(kFirst, false);
    EXPECT_TRUE(history.violation(false));
}

TEST(HistoryTest, SeesAnotherOrderOfOneConsumerOnly)
{
    History history;
    history.sent(kFirst);
    history.sent(kSecond);
    history.delivered(kSecond, false, 7);
    history.delivered(kFirst, false, 8);
    EXPECT_FALSE(history.violation(false)) << "nobody knows which of two consumers was first";
    History other;
    other.sent(kFirst);
    other.sent(kSecond);
    other.delivered(kSecond, false, 7);
    other.delivered(kFirst, false, 7);
    EXPECT_TRUE(other.violation(false));
}

/// warren-sim, seed 105183 of c39afbd: the publisher's node was killed, and it went on, as the
/// consumer did, at a master that had not heard yet that it was deposed.
TEST(HistoryTest, OrderIsThatOfOneConnectionAtLeast)
{
    for (const bool losesPublisher : {false, true}) {
        for (const bool losesConsumer : {false, true}) {
            History history;
            history.sent(kFirst);
            if (losesPublisher) history.connectionLost(kFirst.publisher);
            history.sent(kSecond);
            history.delivered(kSecond, false, 7);
            if (losesConsumer) history.connectionLost(7);
            history.delivered(kFirst, false, 7);
            EXPECT_EQ(history.violation(false).has_value(), !losesPublisher || !losesConsumer);
        }
    }
}

TEST(HistoryTest, MissesWhatWasRejectedAndIsNoDeadLetter)
{
    History history(History::Fate::AckedOrDead);
    history.sent(kFirst);
    history.confirmed(kFirst);
    history.delivered(kFirst, false);
    history.rejected(kFirst);
    EXPECT_TRUE(history.violation(true)) << "delivered is not enough";
    history.died(kFirst, Death::Rejected, false);
    EXPECT_FALSE(history.violation(true));
}

TEST(HistoryTest, WhatIsAcknowledgedNeedNotDie)
{
    History history(History::Fate::AckedOrDead);
    history.sent(kFirst);
    history.confirmed(kFirst);
    history.delivered(kFirst, false);
    history.acknowledged(kFirst);
    EXPECT_FALSE(history.violation(true));
}

TEST(HistoryTest, DeathsHaveTheirReason)
{
    History rejected(History::Fate::AckedOrDead);
    rejected.sent(kFirst, true);
    rejected.died(kFirst, Death::Rejected, false);
    EXPECT_TRUE(rejected.violation(false)) << "nobody rejected it";
    History expired(History::Fate::AckedOrDead);
    expired.sent(kFirst);
    expired.died(kFirst, Death::Expired, false);
    EXPECT_TRUE(expired.violation(false)) << "it had no lifetime";
}

TEST(HistoryTest, DeadLettersMayComeTwiceOnlyWhereSomethingWentWrong)
{
    History history(History::Fate::AckedOrDead);
    history.sent(kFirst, true);
    history.died(kFirst, Death::Expired, false);
    EXPECT_FALSE(history.disturbance());
    history.died(kFirst, Death::Expired, false);
    EXPECT_FALSE(history.violation(true));
    EXPECT_TRUE(history.disturbance());
}

TEST(HistoryTest, RefusalsAndReturnsComeOfSomethingThatWentWrong)
{
    History refused;
    refused.refused();
    EXPECT_TRUE(refused.disturbance());
    History redelivered;
    redelivered.sent(kFirst);
    redelivered.delivered(kFirst, true);
    EXPECT_TRUE(redelivered.disturbance());
}

TEST(HistoryTest, ARemovalExcusesWhatWasSentBeforeItsEndAndNothingElse)
{
    History history;
    history.removalBegan();
    history.sent(kFirst);
    history.confirmed(kFirst);
    history.removalEnded();
    EXPECT_FALSE(history.violation(true));
    history.sent(kSecond);
    history.confirmed(kSecond);
    EXPECT_TRUE(history.violation(true));
    EXPECT_EQ(history.missingCount(), 1u);
}

}  // namespace
}  // namespace warren::sim
