#include "core/broker/queue.h"

#include "tests/support/broker_harness.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <string>
#include <vector>

namespace warren::broker {
namespace {

using ::testing::ElementsAre;

class QueueTest : public ::testing::Test {
protected:
    void enqueue(std::string_view body, LogPosition position = 0)
    {
        queue.enqueue({.message = test::messageOf("", "q", body, position != 0),
                       .sequence = queue.nextSequence(),
                       .position = position});
    }
    std::vector<std::string> ready() const
    {
        std::vector<std::string> bodies;
        queue.forEachReady([&](const QueueEntry& entry) {
            bodies.push_back(std::string{textOf(entry.message->body())} +
                             (entry.isRedelivered ? "!" : ""));
            return true;
        });
        return bodies;
    }

    static QueueDefinition definition()
    {
        QueueDefinition queue;
        queue.id = {1};
        queue.vhost = "/";
        queue.name = "q";
        return queue;
    }

    Queue queue{definition()};
};

TEST_F(QueueTest, HandsOutInTheOrderOfArrival)
{
    enqueue("a");
    enqueue("b");
    EXPECT_EQ(textOf(queue.deliver().message->body()), "a");
    EXPECT_EQ(textOf(queue.deliver().message->body()), "b");
    EXPECT_EQ(queue.readyCount(), 0u);
    EXPECT_EQ(queue.unackedCount(), 2u);
    EXPECT_EQ(queue.messageCount(), 2u);
}

TEST_F(QueueTest, PutsAMessageBackInItsOldPlaceAndMarksIt)
{
    for (const char* body : {"a", "b", "c", "d"})
        enqueue(body);
    QueueEntry a = queue.deliver();
    QueueEntry b = queue.deliver();
    QueueEntry c = queue.deliver();
    queue.requeue(std::move(b));
    EXPECT_THAT(ready(), ElementsAre("b!", "d"));
    queue.requeue(std::move(a));
    queue.requeue(std::move(c));
    EXPECT_THAT(ready(), ElementsAre("a!", "b!", "c!", "d"));
    EXPECT_EQ(textOf(queue.first().message->body()), "a");
    EXPECT_EQ(textOf(queue.deliver().message->body()), "a");
    EXPECT_THAT(ready(), ElementsAre("b!", "c!", "d"));
}

TEST_F(QueueTest, CountsBodiesAndPersistentMessagesUntilTheyAreRemoved)
{
    enqueue("four", 9);
    enqueue("sixsix");
    const std::size_t memoryBytes = queue.memoryBytes();
    EXPECT_EQ(queue.bodyBytes(), 10u);
    EXPECT_EQ(queue.persistentCount(), 1u);

    const QueueEntry first = queue.deliver();
    EXPECT_EQ(queue.bodyBytes(), 10u) << "an unacked message still belongs to the queue";
    queue.removeDelivered(first);
    EXPECT_EQ(queue.bodyBytes(), 6u);
    EXPECT_EQ(queue.persistentCount(), 0u);
    (void)queue.removeFirst();
    EXPECT_EQ(queue.bodyBytes(), 0u);
    EXPECT_EQ(queue.messageCount(), 0u);
    EXPECT_LT(queue.memoryBytes(), memoryBytes);
}

TEST_F(QueueTest, RestoresWhatWasDeliveredInFrontOfWhatWasNot)
{
    const auto restored = [](std::string_view body, Sequence sequence, bool wasDelivered) {
        return QueueEntry{.message = test::messageOf("", "q", body, true),
                          .sequence = sequence,
                          .position = sequence,
                          .isRedelivered = wasDelivered};
    };
    queue.enqueue(restored("a", 3, true));
    queue.enqueue(restored("b", 5, true));
    queue.enqueue(restored("c", 9, false));
    EXPECT_THAT(ready(), ElementsAre("a!", "b!", "c"));
    EXPECT_EQ(queue.nextSequence(), 10u);
    EXPECT_EQ(queue.lane(0).deliveredUpTo(), 8u);
}

TEST_F(QueueTest, KnowsHowFarItWasDelivered)
{
    EXPECT_EQ(queue.lane(0).deliveredUpTo(), 0u);
    enqueue("a");
    enqueue("b");
    EXPECT_EQ(queue.lane(0).deliveredUpTo(), 0u);
    queue.requeue(queue.deliver());
    EXPECT_EQ(queue.lane(0).deliveredUpTo(), 1u);
    (void)queue.removeFirst();
    (void)queue.deliver();
    EXPECT_EQ(queue.lane(0).deliveredUpTo(), 2u);
}

TEST_F(QueueTest, VisitsReadyMessagesUntilToldToStop)
{
    enqueue("a");
    enqueue("b");
    int visits = 0;
    queue.forEachReady([&](const QueueEntry&) {
        visits += 1;
        return false;
    });
    EXPECT_EQ(visits, 1);
}

TEST_F(QueueTest, KeepsItsMessagesOnlyWhenDurableAndNotExclusive)
{
    EXPECT_FALSE(queue.isStored());
    QueueDefinition durable = definition();
    durable.isDurable = true;
    EXPECT_TRUE(Queue{durable}.isStored());
    durable.exclusiveOwner = {7};
    EXPECT_FALSE(Queue{durable}.isStored());
}

TEST_F(QueueTest, RefusesASequenceThatIsNotAboveTheLast)
{
    enqueue("a");
    EXPECT_DEATH(queue.enqueue({.message = test::messageOf("", "q", "b"), .sequence = 1}),
                 "sequence > m_lastSequence");
}

}  // namespace
}  // namespace warren::broker
