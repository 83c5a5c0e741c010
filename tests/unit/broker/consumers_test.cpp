#include "core/broker/consumers.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace warren::broker {
namespace {

class QueueConsumersTest : public ::testing::Test {
protected:
    QueueConsumersTest()
    {
        all[0].tag = "a";
        all[1].tag = "b";
        all[2].tag = "c";
    }
    void addAll()
    {
        for (Consumer& consumer : all)
            consumers.add(consumer, WallTime{});
    }
    /// Tags in the order in which messages would be handed out.
    std::string round(int count)
    {
        std::string tags;
        for (int i = 0; i < count && consumers.current() != nullptr; ++i) {
            tags += consumers.current()->tag;
            consumers.advance();
        }
        return tags;
    }

    std::array<Consumer, 3> all{};
    QueueConsumers consumers;
};

TEST_F(QueueConsumersTest, TakeTurnsInTheOrderOfTheirArrival)
{
    addAll();
    EXPECT_EQ(round(7), "abcabca");
}

TEST_F(QueueConsumersTest, SkipAParkedOneUntilItIsWoken)
{
    addAll();
    consumers.parkCurrent();
    EXPECT_TRUE(all[0].isParked);
    EXPECT_EQ(round(4), "bcbc");
    consumers.unpark(all[0]);
    EXPECT_EQ(round(6), "bcabca");
}

TEST_F(QueueConsumersTest, HaveNobodyWhenAllAreParked)
{
    addAll();
    for (int i = 0; i < 3; ++i)
        consumers.parkCurrent();
    EXPECT_EQ(consumers.current(), nullptr);
    EXPECT_EQ(consumers.count(), 3u);
}

TEST_F(QueueConsumersTest, WakingOneThatIsAwakeChangesNothing)
{
    addAll();
    consumers.unpark(all[1]);
    EXPECT_EQ(round(6), "abcabc");
}

TEST_F(QueueConsumersTest, KeepTheRoundWhenOneLeaves)
{
    addAll();
    (void)round(1);
    consumers.remove(all[2], WallTime{});
    EXPECT_EQ(round(4), "baba");
    consumers.parkCurrent();
    consumers.remove(all[1], WallTime{});
    EXPECT_EQ(round(2), "aa");
    consumers.remove(all[0], WallTime{});
    EXPECT_TRUE(consumers.isEmpty());
    EXPECT_EQ(consumers.current(), nullptr);
}

TEST_F(QueueConsumersTest, KnowAnExclusiveOne)
{
    all[0].isExclusive = true;
    EXPECT_FALSE(consumers.hasExclusive());
    consumers.add(all[0], WallTime{});
    EXPECT_TRUE(consumers.hasExclusive());
    consumers.remove(all[0], WallTime{});
    consumers.add(all[1], WallTime{});
    EXPECT_FALSE(consumers.hasExclusive());
}

}  // namespace
}  // namespace warren::broker
