#include "core/broker/lifetimes.h"

#include "tests/unit/broker/queue_scene.h"

#include <gtest/gtest.h>

#include <chrono>
#include <gmock/gmock.h>

namespace warren::broker {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class LifetimesTest : public test::QueueScene {};

TEST_F(LifetimesTest, ExpireMessagesOfAQueueWithATtl)
{
    declare("q", {{"x-message-ttl", 100}});
    publish("q", "a");
    harness.advance(60ms);
    publish("q", "b");
    harness.advance(39ms);
    EXPECT_THAT(harness.ready("q"), ElementsAre("a", "b"));
    harness.advance(1ms);
    EXPECT_THAT(harness.ready("q"), ElementsAre("b"));
    harness.advance(60ms);
    EXPECT_THAT(harness.ready("q"), IsEmpty());
}

TEST_F(LifetimesTest, TakeTheShorterOfBothLifetimes)
{
    declare("q", {{"x-message-ttl", 100}});
    publish("q", "short", {.expiration = "10"});
    harness.advance(10ms);
    EXPECT_THAT(harness.ready("q"), IsEmpty());
    publish("q", "long", {.expiration = "1000"});
    harness.advance(100ms);
    EXPECT_THAT(harness.ready("q"), IsEmpty());
}

TEST_F(LifetimesTest, ExpireAtTheHeadOnly)
{
    declare("q");
    publish("q", "stays");
    publish("q", "expired", {.expiration = "10"});
    harness.advance(1s);
    EXPECT_THAT(harness.ready("q"), ElementsAre("stays", "expired"));
    client.get(1, "q", true);
    EXPECT_THAT(harness.ready("q"), IsEmpty());
}

TEST_F(LifetimesTest, ExpireAnywhereWithExactTtl)
{
    declare("q", {{"x-exact-ttl", true}});
    publish("q", "a");
    publish("q", "b", {.expiration = "30"});
    publish("q", "c", {.expiration = "10"});
    publish("q", "d");
    harness.advance(10ms);
    EXPECT_THAT(harness.ready("q"), ElementsAre("a", "b", "d"));
    harness.advance(20ms);
    EXPECT_THAT(harness.ready("q"), ElementsAre("a", "d"));
    client.drop();
    client.get(1, "q", true);
    client.get(1, "q", true);
    EXPECT_THAT(client.take(), ElementsAre("1 get-ok 1 a 1 left", "1 get-ok 2 d 0 left"));
}

TEST_F(LifetimesTest, ExpireARequeuedMessageAnywhereWithExactTtl)
{
    declare("q", {{"x-exact-ttl", true}});
    publish("q", "a");
    publish("q", "b", {.expiration = "30"});
    client.get(1, "q");
    client.get(1, "q");
    harness.advance(1s);  // held, so they stay
    client.nack(1, 0, true, true);
    EXPECT_THAT(harness.ready("q"), ElementsAre("a!"));
}

TEST_F(LifetimesTest, DeliverAtOnceOrNeverWithoutALifetime)
{
    declare("q");
    publish("q", "lost", {.expiration = "0"});
    EXPECT_THAT(harness.ready("q"), IsEmpty());
    client.consume(1, "q", "c");
    client.drop();
    publish("q", "got", {.expiration = "0"});
    EXPECT_THAT(client.take(), ElementsAre("1 deliver c 1 got"));
}

TEST_F(LifetimesTest, NeverDeliverWhatHasExpired)
{
    declare("q", {{"x-message-ttl", 10}});
    client.setPrefetch(1, 1);
    client.consume(1, "q", "c");
    publish("q", "a");
    publish("q", "b");
    client.drop();
    harness.advance(1s);
    client.ack(1, 1);
    EXPECT_THAT(client.take(), IsEmpty());
}

TEST_F(LifetimesTest, KeepTheLifetimeOverACrash)
{
    declareDurable("q", {{"x-message-ttl", 1000}});
    publish("q", "a", {.isPersistent = true});
    harness.advance(600ms);
    harness.crash();
    EXPECT_THAT(harness.ready("q"), ElementsAre("a"));
    harness.advance(400ms);
    EXPECT_THAT(harness.ready("q"), IsEmpty());
}

TEST_F(LifetimesTest, FollowACalendarThatIsSet)
{
    declare("q", {{"x-message-ttl", 60'000}});
    publish("q", "a");
    // The machine slept for an hour: only the calendar went on.
    const WallTime later{harness.wallNow().sinceEpoch + 1h};
    harness.broker().setNow(harness.now(), later);
    harness.settle();
    EXPECT_THAT(harness.ready("q"), IsEmpty());
}

TEST_F(LifetimesTest, SayWhenTheyAreDue)
{
    EXPECT_EQ(harness.broker().nextDeadline(), Instant::never());
    declare("q", {{"x-message-ttl", 100}});
    publish("q", "a");
    EXPECT_EQ(harness.broker().nextDeadline(), harness.now() + 100ms);
}

TEST_F(LifetimesTest, RemoveAQueueThatNobodyUses)
{
    declare("q", {{"x-expires", 100}});
    publish("q", "a");
    harness.advance(99ms);
    publish("q", "b");  // publishing is no use
    harness.advance(1ms);
    EXPECT_EQ(harness.findQueue("q"), nullptr);
}

TEST_F(LifetimesTest, KeepAQueueThatIsDeclaredOrGotFrom)
{
    declare("q", {{"x-expires", 100}});
    harness.advance(99ms);
    declare("q", {{"x-expires", 100}});
    harness.advance(99ms);
    client.get(1, "q");
    harness.advance(99ms);
    client.send(1, DeclareQueue{.name = "q", .isPassive = true});
    harness.advance(99ms);
    EXPECT_NE(harness.findQueue("q"), nullptr);
    harness.advance(1ms);
    EXPECT_EQ(harness.findQueue("q"), nullptr);
}

TEST_F(LifetimesTest, CountFromTheLastConsumerOn)
{
    declare("q", {{"x-expires", 100}});
    client.consume(1, "q", "c");
    harness.advance(10s);
    ASSERT_NE(harness.findQueue("q"), nullptr);
    client.send(1, Cancel{.tag = "c"});
    harness.advance(99ms);
    EXPECT_NE(harness.findQueue("q"), nullptr);
    harness.advance(1ms);
    EXPECT_EQ(harness.findQueue("q"), nullptr);
}

TEST_F(LifetimesTest, CloseAChannelThatHoldsADeliveryForTooLong)
{
    harness.broker().setConsumerTimeout(1s);
    declare("q");
    client.consume(1, "q", "c");
    publish("q", "a");
    harness.advance(600ms);
    publish("q", "b");
    client.ack(1, 1);
    client.drop();
    harness.advance(600ms);  // the acknowledged one doesn't count
    EXPECT_THAT(client.take(), IsEmpty());
    harness.advance(400ms);
    EXPECT_THAT(client.take(),
                ElementsAre("1 channel.close 406 delivery acknowledgement on channel 1 timed out. "
                            "Timeout value used: 1000 ms. This timeout value can be configured, "
                            "see consumers doc guide to learn more"));
    EXPECT_THAT(harness.ready("q"), ElementsAre("b!"));
}

}  // namespace
}  // namespace warren::broker
