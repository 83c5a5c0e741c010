#include "app/perf/delivery_checker.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

namespace warren::perf {
namespace {

constexpr std::uint8_t kRun = 7;
constexpr RunMark kMark{.tag = kRun};

Topology topologyOf(const std::vector<std::string>& arguments)
{
    return Topology(std::get<Options>(*parseCommandLine(arguments)));
}

/// One consumer of one queue that gets messages of 16 bytes.
class PerfDeliveryChecker : public ::testing::Test {
protected:
    void deliver(std::uint64_t sequence, bool isRedelivered = false)
    {
        checker.record(0, {.run = kRun, .producer = 0, .sequence = sequence}, 16, isRedelivered,
                       order);
    }
    void deliver(std::initializer_list<std::uint64_t> sequences)
    {
        for (const std::uint64_t sequence : sequences)
            deliver(sequence);
    }

    Topology topology = topologyOf({});
    DeliveryChecker checker{topology, kMark, {16}};
    OrderTracker order;
};

TEST_F(PerfDeliveryChecker, FindsNothingInWhatIsRight)
{
    deliver({0, 1, 2, 3});
    EXPECT_EQ(checker.counts().distinct, 4u);
    EXPECT_EQ(checker.counts().duplicates, 0u);
    EXPECT_EQ(checker.counts().outOfOrder, 0u);
    EXPECT_EQ(checker.holeCount(), 0u);
    EXPECT_EQ(checker.received(0, 0)->count(), 4u);
    EXPECT_EQ(checker.received(0, 1), nullptr);
}

TEST_F(PerfDeliveryChecker, SeesLosses)
{
    deliver({0, 1, 3, 4, 7});
    EXPECT_EQ(checker.holeCount(), 3u);
    EXPECT_FALSE(checker.received(0, 0)->contains(2));
    EXPECT_EQ(checker.counts().outOfOrder, 0u);
}

TEST_F(PerfDeliveryChecker, SeesDuplicates)
{
    deliver({0, 1, 1, 2, 0});
    EXPECT_EQ(checker.counts().duplicates, 2u);
    EXPECT_EQ(checker.counts().distinct, 3u);
    EXPECT_EQ(checker.counts().outOfOrder, 0u) << "a duplicate is one finding, not two";
}

TEST_F(PerfDeliveryChecker, ForgivesDuplicatesThatAreMarkedAsRedelivered)
{
    deliver({0, 1, 2});
    deliver(1, true);
    deliver(2, true);
    EXPECT_EQ(checker.counts().redelivered, 2u);
    EXPECT_EQ(checker.counts().duplicates, 0u);
    EXPECT_EQ(checker.counts().outOfOrder, 0u);
}

TEST_F(PerfDeliveryChecker, SeesDisorder)
{
    deliver({0, 2, 1, 3, 5, 4});
    EXPECT_EQ(checker.counts().outOfOrder, 2u);
    EXPECT_EQ(checker.counts().duplicates, 0u);
    EXPECT_EQ(checker.holeCount(), 0u);
}

TEST_F(PerfDeliveryChecker, ForgivesDisorderOfWhatIsRedelivered)
{
    deliver({5, 6});
    deliver(3, true);
    deliver({7});
    EXPECT_EQ(checker.counts().outOfOrder, 0u);
    EXPECT_EQ(checker.counts().distinct, 4u);
}

TEST_F(PerfDeliveryChecker, KeepsProducersApart)
{
    for (const auto producer : std::initializer_list<std::uint16_t>{0, 1, 0, 1}) {
        const std::uint64_t next =
            producer == 0 ? checker.counts().distinct / 2 : 100 + checker.counts().distinct;
        checker.record(0, {.run = kRun, .producer = producer, .sequence = next}, 16, false, order);
    }
    EXPECT_EQ(checker.counts().outOfOrder, 0u);
    EXPECT_EQ(checker.counts().duplicates, 0u);
}

TEST_F(PerfDeliveryChecker, CountsMessagesOfOtherRunsApart)
{
    checker.record(0, {.run = kRun + 1, .producer = 0, .sequence = 0}, 16, false, order);
    EXPECT_EQ(checker.counts().foreign, 1u);
    EXPECT_EQ(checker.counts().distinct, 0u);
}

TEST_F(PerfDeliveryChecker, TellsAnEarlierRunOfTheSameTagByItsTime)
{
    DeliveryChecker later(topology, RunMark{.tag = kRun, .began = {Duration{500}}}, {16});
    later.record(0, {.run = kRun, .sequence = 0, .stamp = {Duration{499}}}, 16, false, order);
    EXPECT_EQ(later.counts().foreign, 1u);
    later.record(0, {.run = kRun, .sequence = 0, .stamp = {Duration{500}}}, 16, false, order);
    EXPECT_EQ(later.counts().foreign, 1u);
    EXPECT_EQ(later.counts().distinct, 1u);
}

TEST_F(PerfDeliveryChecker, SeesBodiesOfTheWrongSize)
{
    DeliveryChecker mixed(topology, kMark, {16, 100});
    mixed.record(0, {.run = kRun, .sequence = 0}, 16, false, order);
    mixed.record(0, {.run = kRun, .sequence = 1}, 100, false, order);
    EXPECT_EQ(mixed.counts().damaged, 0u);
    mixed.record(0, {.run = kRun, .sequence = 2}, 100, false, order);
    mixed.recordDamaged();
    EXPECT_EQ(mixed.counts().damaged, 2u);
    EXPECT_EQ(mixed.counts().distinct, 2u);
}

TEST_F(PerfDeliveryChecker, HoldsEachQueueOfAFanOutToAllMessages)
{
    const Topology fanOut = topologyOf({"-t", "fanout", "-y", "2"});
    DeliveryChecker both(fanOut, kMark, {16});
    OrderTracker orders[2];
    both.record(0, {.run = kRun, .sequence = 0}, 16, false, orders[0]);
    both.record(1, {.run = kRun, .sequence = 0}, 16, false, orders[1]);
    both.record(0, {.run = kRun, .sequence = 1}, 16, false, orders[0]);
    EXPECT_EQ(both.counts().distinct, 3u);
    EXPECT_EQ(both.counts().duplicates, 0u);
    EXPECT_EQ(both.received(0, 0)->count(), 2u);
    EXPECT_EQ(both.received(1, 0)->count(), 1u);
}

TEST_F(PerfDeliveryChecker, TakesAMessageFromAnyQueueWhereTheExchangeChooses)
{
    const Topology hashed = topologyOf({"-t", "x-consistent-hash", "--queues", "2"});
    DeliveryChecker any(hashed, kMark, {16});
    OrderTracker orders[2];
    any.record(0, {.run = kRun, .sequence = 0}, 16, false, orders[0]);
    any.record(1, {.run = kRun, .sequence = 1}, 16, false, orders[1]);
    any.record(1, {.run = kRun, .sequence = 0}, 16, false, orders[1]);
    EXPECT_EQ(any.counts().duplicates, 1u) << "the same message from two queues";
    EXPECT_EQ(any.received(1, 0)->count(), 2u);
}

TEST_F(PerfDeliveryChecker, WelcomesAllRunsWhileDraining)
{
    DeliveryChecker draining(topology, std::nullopt, {});
    OrderTracker orders;
    for (const auto run : std::initializer_list<std::uint8_t>{1, 2, 1, 2}) {
        const std::uint64_t sequence = 1000 + draining.counts().distinct / 2;
        draining.record(0, {.run = run, .sequence = sequence}, 50, false, orders);
    }
    EXPECT_EQ(draining.counts().distinct, 4u);
    EXPECT_EQ(draining.counts().foreign, 0u);
    EXPECT_EQ(draining.holeCount(), 0u);
    draining.record(0, {.run = 1, .sequence = 1005}, 50, false, orders);
    EXPECT_EQ(draining.holeCount(), 3u);
}

TEST(PerfMessageId, ComesBackAsItWasWritten)
{
    std::byte bytes[MessageId::kBytes];
    for (const MessageId& id :
         {MessageId{},
          MessageId{.run = 255,
          .producer = 65535,
          .sequence = MessageId::kSequenceMax,
          .stamp = {Duration{INT64_MAX}}},
          MessageId{.run = 1, .producer = 2, .sequence = 3, .stamp = {Duration{4}}}}) {
        id.write(bytes);
        EXPECT_EQ(MessageId::read(bytes), id);
    }
}

}  // namespace
}  // namespace warren::perf
