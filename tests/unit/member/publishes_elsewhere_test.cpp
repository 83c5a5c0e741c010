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
    publishes.take(kOther, PublishAnswer{.safeCount = 1});
    EXPECT_TRUE(isSafe(first));
    EXPECT_FALSE(isSafe(second));
    publishes.take(kOther, PublishAnswer{.safeCount = 1});
    EXPECT_TRUE(isSafe(second));
}

TEST_F(PublishesElsewhereTest, ARefusedOneIsNotCounted)
{
    letOtherLead();
    const auto first = publish("a");
    const auto second = publish("b");
    publishes.take(kOther, PublishAnswer{.safeCount = 1, .refused = {first}});
    EXPECT_TRUE(isSafe(second));
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
    publishes.take(kOther, PublishAnswer{.safeCount = 2});
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
    EXPECT_TRUE(isSafe(position));
}

TEST_F(PublishesElsewhereTest, AreAnsweredOnceTheyAreSafeHere)
{
    const auto message = broker::makeMessage("", "q", {}, true, bytesOf(std::string_view{"a"}));
    publishes.take(kOther, Publish{{{70, kQueue, message}, {71, {99}, message}}});
    publishes.answer(broker.lastPosition());
    EXPECT_EQ(answerSent(), (PublishAnswer{.safeCount = 1, .refused = {71}}))
        << "there is no queue 99";
    publishes.answer(broker.lastPosition());
    EXPECT_TRUE(sent.empty()) << "once";
}

TEST_F(PublishesElsewhereTest, WhatIsOwedIsRefusedWhenItMayBeLost)
{
    const auto message = broker::makeMessage("", "q", {}, true, bytesOf(std::string_view{"a"}));
    publishes.take(kOther, Publish{{{70, kQueue, message}}});
    publishes.refuseOwed();
    publishes.answer(broker.lastPosition());
    EXPECT_EQ(answerSent(), (PublishAnswer{.safeCount = 0, .refused = {70}}));
}

}  // namespace
}  // namespace warren::member
