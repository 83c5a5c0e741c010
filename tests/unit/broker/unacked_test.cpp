#include "core/broker/unacked.h"

#include "tests/support/broker_harness.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <vector>

namespace warren::broker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class UnackedMessagesTest : public ::testing::Test {
protected:
    DeliveryTag add()
    {
        sequence += 1;
        return unacked.add(UnackedMessage{.queue = {1}, .entry = {.sequence = sequence}});
    }
    void release(DeliveryTag tag)
    {
        UnackedMessage* message = unacked.find(tag);
        ASSERT_NE(message, nullptr);
        EXPECT_EQ(message->tag, tag);
        (void)unacked.release(*message);
        unacked.tidy();
    }
    std::vector<DeliveryTag> heldUpTo(DeliveryTag tag)
    {
        std::vector<DeliveryTag> tags;
        unacked.forEachHeld(tag, [&](UnackedMessage& one) { tags.push_back(one.tag); });
        return tags;
    }

    Sequence sequence = 0;
    UnackedMessages unacked;
};

TEST_F(UnackedMessagesTest, NumberDeliveriesFromOneAndCountThoseWithoutAcknowledgement)
{
    EXPECT_EQ(add(), 1u);
    EXPECT_EQ(unacked.skip(), 2u);
    EXPECT_EQ(add(), 3u);
    EXPECT_EQ(unacked.lastTag(), 3u);
    EXPECT_EQ(unacked.count(), 2u);
}

TEST_F(UnackedMessagesTest, FindOnlyWhatIsHeld)
{
    (void)add();
    (void)unacked.skip();
    (void)add();
    EXPECT_EQ(unacked.find(0), nullptr);
    EXPECT_NE(unacked.find(1), nullptr);
    EXPECT_EQ(unacked.find(2), nullptr) << "delivered without acknowledgement";
    EXPECT_NE(unacked.find(3), nullptr);
    EXPECT_EQ(unacked.find(4), nullptr);
    release(1);
    EXPECT_EQ(unacked.find(1), nullptr);
}

TEST_F(UnackedMessagesTest, FindAcrossGapsOfEveryKind)
{
    for (int i = 0; i < 1000; ++i) {
        if (i % 3 == 0) (void)unacked.skip();
        (void)add();
    }
    std::vector<DeliveryTag> held = heldUpTo(unacked.lastTag());
    for (std::size_t i = 0; i < held.size(); i += 2)
        release(held[i]);
    for (std::size_t i = 0; i < held.size(); ++i)
        EXPECT_EQ(unacked.find(held[i]) != nullptr, i % 2 == 1) << "tag " << held[i];
}

TEST_F(UnackedMessagesTest, VisitHeldOnesUpToATagInOrder)
{
    for (int i = 0; i < 5; ++i)
        (void)add();
    release(2);
    EXPECT_THAT(heldUpTo(4), ElementsAre(1, 3, 4));
    EXPECT_THAT(heldUpTo(0), IsEmpty());
}

TEST_F(UnackedMessagesTest, KeepWhatIsInATransactionApart)
{
    (void)add();
    (void)add();
    unacked.find(1)->state = UnackedMessage::State::InTransaction;
    EXPECT_EQ(unacked.find(1), nullptr);
    EXPECT_THAT(heldUpTo(2), ElementsAre(2));
    EXPECT_EQ(unacked.count(), 2u);
    EXPECT_EQ(unacked.inTransaction(1).tag, 1u);

    std::vector<DeliveryTag> live;
    unacked.forEachLive([&](UnackedMessage& one) { live.push_back(one.tag); });
    EXPECT_THAT(live, ElementsAre(1, 2));
    EXPECT_DEATH((void)unacked.inTransaction(2), "InTransaction");
}

TEST_F(UnackedMessagesTest, ReleaseGivesTheEntryBackOnce)
{
    (void)add();
    UnackedMessage& message = *unacked.find(1);
    EXPECT_EQ(unacked.release(message).sequence, 1u);
    EXPECT_DEATH((void)unacked.release(message), "Gone");
}

TEST_F(UnackedMessagesTest, StayBoundedWhileOneOldMessageIsHeldThroughAMillionOthers)
{
    const std::size_t before = unacked.memoryBytes();
    (void)add();
    std::size_t peakBytes = 0;
    for (int i = 0; i < 1'000'000; ++i) {
        release(add());
        peakBytes = std::max(peakBytes, unacked.memoryBytes());
    }
    EXPECT_EQ(unacked.count(), 1u);
    EXPECT_NE(unacked.find(1), nullptr);
    EXPECT_LT(peakBytes - before, 64u * 1024);
}

TEST_F(UnackedMessagesTest, GiveMemoryBackAfterAPeakAcknowledgedInReverse)
{
    for (int i = 0; i < 100'000; ++i)
        (void)add();
    const std::size_t peakBytes = unacked.memoryBytes();
    for (DeliveryTag tag = 100'000; tag >= 1; --tag)
        release(tag);
    EXPECT_EQ(unacked.count(), 0u);
    EXPECT_LT(unacked.memoryBytes(), peakBytes / 50);
}

}  // namespace
}  // namespace warren::broker
