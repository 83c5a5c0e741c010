#include "core/member/publishes_elsewhere.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace warren::member {
namespace {

constexpr NodeId kOther{2};
constexpr QueueId kQueue{1};

/// One node's part; the other end is played by the test.
class PublishesElsewhereTest : public testing::Test {
protected:
    PublishesElsewhereTest()
        : publishes({.broker = broker,
                     .frontier = frontier,
                     .send = [this](NodeId to, const std::string& frame) {
                         if (!hasLink) return false;
                         sent.push_back({to, frame});
                         return true;
                     }})
    {
        broker.ensureVhost("/");
        broker.restore(
            broker::PutQueue{{.id = kQueue, .vhost = "/", .name = "q", .exclusiveOwner = {}}});
        broker.finishRestore(0, kQueue);
        broker.setClustered(true);
    }

    void letOtherLead()
    {
        broker.roles().letGo(*broker.findQueue(kQueue), kOther, false);
        broker.addReachable(kOther);
    }
    /// A message of nobody who could be told: as a dead letter is. @returns its position
    broker::LogPosition publish(std::string_view body)
    {
        const auto message = broker::makeMessage("", "q", {}, true, bytesOf(body));
        EXPECT_TRUE(broker.publishing().publish(*broker.findVhost("/"), message));
        const broker::LogPosition position = broker.lastPosition();
        publishes.sendNew();
        return position;
    }
    std::vector<broker::LogPosition> positionsSent()
    {
        std::vector<broker::LogPosition> positions;
        for (const auto& [to, frame] : std::exchange(sent, {})) {
            const auto publish = decodePublish(bytesOf(frame).subspan(1));
            if (!publish) continue;
            for (const Publish::One& one : publish->messages)
                positions.push_back(one.position);
        }
        return positions;
    }
    PublishAnswer answerSent()
    {
        EXPECT_EQ(sent.size(), 1u);
        if (sent.empty()) return {};
        const auto answer = decodePublishAnswer(bytesOf(sent.front().second).subspan(1));
        sent.clear();
        return answer.value_or(PublishAnswer{});
    }
    bool isSafe(broker::LogPosition position) { return frontier.reached(position) == position; }

    broker::Broker broker{1};
    mirroring::CommitFrontier frontier;
    PublishesElsewhere publishes;
    bool hasLink = true;
    std::vector<std::pair<NodeId, std::string>> sent;
};

TEST_F(PublishesElsewhereTest, WaitForTheirAnswer)
{
    letOtherLead();
    const auto first = publish("a");
    const auto second = publish("b");
    EXPECT_EQ(positionsSent(), (std::vector{first, second}));
    EXPECT_FALSE(isSafe(first));
    publishes.take(kOther, PublishAnswer{.safe = {first}});
    EXPECT_TRUE(isSafe(first));
    EXPECT_FALSE(isSafe(second));
    publishes.take(kOther, PublishAnswer{.safe = {second}});
    EXPECT_TRUE(isSafe(second));
}

TEST_F(PublishesElsewhereTest, ARefusedOneIsNotCounted)
{
    letOtherLead();
    const auto first = publish("a");
    const auto second = publish("b");
    publishes.take(kOther, PublishAnswer{.safe = {second}, .refused = {first}});
    EXPECT_TRUE(isSafe(second));
}

TEST_F(PublishesElsewhereTest, AnAnswerToWhatWasGivenUpIsForNothingElse)
{
    letOtherLead();
    const auto old = publish("a");
    publishes.giveUp(kOther);
    broker.removeReachable(kOther);
    const auto later = publish("b");
    broker.addReachable(kOther);
    publishes.sendNew();
    // The link was never lost: the other node owes what it took before it was given up.
    publishes.take(kOther, PublishAnswer{.safe = {old}});
    EXPECT_TRUE(isSafe(old));
    EXPECT_FALSE(isSafe(later));
}

TEST_F(PublishesElsewhereTest, ADeadLetterThatMayBeLostIsSentAgain)
{
    letOtherLead();
    const auto position = publish("a");
    EXPECT_EQ(positionsSent(), std::vector{position});
    publishes.take(kOther, PublishAnswer{.lost = {position}});
    publishes.sendNew();
    EXPECT_TRUE(positionsSent().empty()) << "not at once: the other node would say the same";
    publishes.retry();
    publishes.sendNew();
    EXPECT_EQ(positionsSent(), std::vector{position});
    EXPECT_FALSE(isSafe(position));
}

TEST_F(PublishesElsewhereTest, AnOldOneThatIsSentAgainKeepsNobodyWaiting)
{
    letOtherLead();
    const auto old = publish("a");
    broker.removeReachable(kOther);
    publishes.giveUp(kOther);
    (void)positionsSent();
    broker.addReachable(kOther);
    const auto later = publish("b");
    EXPECT_EQ(positionsSent(), (std::vector{later, old})) << "not in the order of positions";
    publishes.take(kOther, PublishAnswer{.safe = {later, old}});
    EXPECT_TRUE(isSafe(later));
}

TEST_F(PublishesElsewhereTest, WhatNobodyLeadsWaitsAndArrivesWhereItIsLedNext)
{
    letOtherLead();
    hasLink = false;
    const auto position = publish("a");
    EXPECT_FALSE(isSafe(position));
    broker.roles().lead(*broker.findQueue(kQueue), false);
    publishes.sendNew();
    EXPECT_EQ(broker.findQueue(kQueue)->readyCount(), 1u);
    EXPECT_FALSE(isSafe(position)) << "it has only just come into the log";
    publishes.answer(broker.lastPosition());
    EXPECT_TRUE(isSafe(position));
}

TEST_F(PublishesElsewhereTest, WhatWasTakenHereIsSentToWhoLeadsNextUnlessItIsSafe)
{
    letOtherLead();
    hasLink = false;
    const auto position = publish("a");
    broker.roles().lead(*broker.findQueue(kQueue), true);
    publishes.sendNew();
    publishes.loseOwed(kQueue);
    hasLink = true;
    letOtherLead();
    publishes.sendNew();
    EXPECT_EQ(positionsSent(), std::vector{position});
    publishes.answer(broker.lastPosition());
    EXPECT_FALSE(isSafe(position));
}

TEST_F(PublishesElsewhereTest, AreAnsweredOnceTheyAreSafeHere)
{
    const auto message = broker::makeMessage("", "q", {}, true, bytesOf(std::string_view{"a"}));
    publishes.take(kOther, Publish{{{70, kQueue, message}, {71, {99}, message}}});
    publishes.answer(broker.lastPosition());
    EXPECT_EQ(answerSent(), (PublishAnswer{.safe = {70}, .lost = {71}}))
        << "there is no queue 99 here, but there may be one";
    publishes.answer(broker.lastPosition());
    EXPECT_TRUE(sent.empty()) << "once";
}

TEST_F(PublishesElsewhereTest, WhoDoesNotLeadTheQueueTakesNothing)
{
    letOtherLead();
    const auto message = broker::makeMessage("", "q", {}, true, bytesOf(std::string_view{"a"}));
    publishes.take(kOther, Publish{{{70, kQueue, message}}});
    publishes.answer(broker.lastPosition());
    EXPECT_EQ(answerSent(), (PublishAnswer{.lost = {70}}));
}

TEST_F(PublishesElsewhereTest, WhatIsOwedIsSaidToBeLostWhenItMayBe)
{
    const auto message = broker::makeMessage("", "q", {}, true, bytesOf(std::string_view{"a"}));
    publishes.take(kOther, Publish{{{70, kQueue, message}}});
    publishes.loseOwed(kQueue);
    publishes.answer(broker.lastPosition());
    EXPECT_EQ(answerSent(), (PublishAnswer{.lost = {70}}));
}

TEST_F(PublishesElsewhereTest, WhatIsOwedIsSaidToBeLostWhenTheLinkWas)
{
    const auto message = broker::makeMessage("", "q", {}, true, bytesOf(std::string_view{"a"}));
    publishes.take(kOther, Publish{{{70, kQueue, message}}});
    publishes.forget(kOther);
    publishes.answer(broker.lastPosition());
    EXPECT_EQ(answerSent(), (PublishAnswer{.lost = {70}}));
}

}  // namespace
}  // namespace warren::member
