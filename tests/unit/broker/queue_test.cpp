#include "core/broker/queue.h"

#include "tests/support/broker_harness.h"

#include <gtest/gtest.h>

#include <chrono>
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

    BodyMemory memory;
    Queue queue{definition(), memory};
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
    EXPECT_TRUE(Queue(durable, memory).isStored());
    durable.exclusiveOwner = {7};
    EXPECT_FALSE(Queue(durable, memory).isStored());
}

TEST_F(QueueTest, RefusesASequenceThatIsNotAboveTheLast)
{
    enqueue("a");
    EXPECT_DEATH(queue.enqueue({.message = test::messageOf("", "q", "b"), .sequence = 1}),
                 "sequence > m_lastSequence");
}

// ------------------------------------------------------------------------------ what is in memory

/// Every message of 100 bytes, stored at its sequence; the head has room for three.
class QueueMemoryTest : public QueueTest {
protected:
    QueueMemoryTest()
    {
        memory.keptBytes = 0;
        memory.headBytes = 300;
    }
    void enqueueMany(int count)
    {
        for (int i = 0; i < count; ++i)
            enqueue(std::string(100, static_cast<char>('a' + i)), queue.nextSequence());
    }
    /// Which messages are in memory, as a bit each: 1 if so.
    std::string map() const
    {
        std::string bits;
        queue.forEachReady([&](const QueueEntry& entry) {
            bits += entry.isInMemory() ? '1' : '0';
            return true;
        });
        return bits;
    }
    /// Answers what is asked for.
    std::size_t load(std::size_t bytesMax = 1'000'000)
    {
        std::vector<BodyRequest> requests;
        (void)queue.askAhead(bytesMax, requests);
        for (const BodyRequest& request : requests) {
            const auto letter = static_cast<char>('a' + request.sequence - 1);
            (void)queue.takeBack(request, test::messageOf("", "q", std::string(100, letter), true));
        }
        return requests.size();
    }
    void expectBooksToBalance() const
    {
        std::size_t bytes = 0;
        std::size_t pagedOut = 0;
        queue.forEachReady([&](const QueueEntry& entry) {
            bytes += entry.memoryBytes();
            pagedOut += !entry.isInMemory();
            return true;
        });
        EXPECT_EQ(queue.inMemoryBytes(), bytes);
        EXPECT_EQ(queue.pagedOutCount(), pagedOut);
        EXPECT_EQ(queue.pagedOutBytes(), pagedOut * 100);
        EXPECT_EQ(memory.inMemoryBytes, bytes);
        EXPECT_EQ(memory.pagedOutBytes, pagedOut * 100);
        EXPECT_EQ(memory.pagedOutCount, pagedOut);
    }
};

TEST_F(QueueMemoryTest, LetsGoWhatIsDurableAndBehindItsHead)
{
    enqueueMany(6);
    EXPECT_EQ(map(), "111111") << "nothing is durable yet";
    EXPECT_FALSE(queue.pageOutTails(4));
    EXPECT_EQ(map(), "111011");
    EXPECT_TRUE(queue.pageOutTails(6));
    EXPECT_EQ(map(), "111000");
    expectBooksToBalance();
    enqueueMany(1);
    EXPECT_TRUE(queue.hasTail(0));
    EXPECT_TRUE(queue.pageOutTails(7));
    EXPECT_EQ(map(), "1110000");
}

TEST_F(QueueMemoryTest, KeepsWhatIsNotStored)
{
    enqueueMany(3);
    enqueue(std::string(100, 'x'));
    enqueueMany(1);
    EXPECT_TRUE(queue.pageOutTails(9));
    EXPECT_EQ(map(), "11110");
    expectBooksToBalance();
}

TEST_F(QueueMemoryTest, ReadsAheadWhenHalfOfTheHeadIsUsed)
{
    enqueueMany(8);
    (void)queue.pageOutTails(8);
    EXPECT_EQ(load(), 0u) << "the head is full";
    (void)queue.removeFirst();
    EXPECT_FALSE(queue.wantsBodies());
    (void)queue.removeFirst();
    EXPECT_EQ(map(), "100000");
    EXPECT_TRUE(queue.wantsBodies());
    EXPECT_EQ(load(), 2u);
    EXPECT_EQ(map(), "111000");
    expectBooksToBalance();
    std::string bodies;
    while (queue.readyCount() > 0) {
        bodies += textOf(queue.removeFirst().message->body()).substr(0, 1);
        (void)load();
    }
    EXPECT_EQ(bodies, "cdefgh");
    EXPECT_EQ(memory.inMemoryBytes, 0u);
    EXPECT_EQ(memory.pagedOutCount, 0u);
}

TEST_F(QueueMemoryTest, AsksForEachMessageOnce)
{
    enqueueMany(8);
    (void)queue.pageOutTails(8);
    (void)queue.removeFirst();
    (void)queue.removeFirst();
    std::vector<BodyRequest> requests;
    EXPECT_TRUE(queue.askAhead(1'000'000, requests));
    EXPECT_TRUE(queue.askAhead(1'000'000, requests));
    ASSERT_EQ(requests.size(), 2u);
    (void)queue.removeFirst();
    const QueueEntry taken = queue.removeFirst();
    EXPECT_EQ(taken.sequence, requests[0].sequence) << "it has left while it was on its way";
    EXPECT_FALSE(taken.isLoading);
    EXPECT_FALSE(queue.takeBack(requests[0], test::messageOf("", "q", "x", true)));
    EXPECT_TRUE(queue.askAhead(1'000'000, requests));
    EXPECT_EQ(requests.size(), 2u) << "half of a head is still on its way";
    (void)queue.removeFirst();
    EXPECT_TRUE(queue.askAhead(1'000'000, requests));
    EXPECT_EQ(requests.size(), 4u) << "nothing was";
    (void)queue.removeFirst();
    (void)queue.removeFirst();
    EXPECT_FALSE(queue.askAhead(0, requests)) << "there is no room";
}

TEST_F(QueueMemoryTest, ShrinksItsHeadFromTheEnd)
{
    memory.keptBytes = BodyMemory::kUnlimited;
    enqueueMany(6);
    EXPECT_EQ(map(), "111111");
    queue.shrinkHeads(5, 500);
    EXPECT_EQ(map(), "111001") << "the last one is not durable";
    EXPECT_TRUE(queue.pageOutTails(6));
    EXPECT_EQ(map(), "111000");
    queue.shrinkHeads(6, 0);
    EXPECT_EQ(map(), "000000");
    expectBooksToBalance();
    EXPECT_EQ(load(), 2u);
    EXPECT_EQ(map(), "110000");
}

TEST_F(QueueMemoryTest, SpillsFromTheEnd)
{
    for (int i = 0; i < 5; ++i)
        enqueue(std::string(100, static_cast<char>('a' + i)));
    queue.shrinkHeads(0, 0);
    std::size_t lookCount = 100;
    LogPosition position = 10;
    const auto next = [&] { return ++position; };
    auto spilled = queue.spillLast(lookCount, next);
    ASSERT_TRUE(spilled.has_value());
    EXPECT_EQ(textOf(spilled->message->body()).front(), 'e');
    EXPECT_EQ(spilled->position, 11u);
    spilled = queue.spillLast(lookCount, next);
    EXPECT_EQ(textOf(spilled->message->body()).front(), 'd');
    EXPECT_EQ(map(), "11111");
    queue.pageOut({.sequence = 5, .position = 11});
    queue.pageOut({.sequence = 4, .position = 99});
    EXPECT_EQ(map(), "11110");
    EXPECT_EQ(queue.persistentCount(), 0u);
    EXPECT_TRUE(queue.hasSpilled());
    expectBooksToBalance();
    lookCount = 0;
    EXPECT_FALSE(queue.spillLast(lookCount, next).has_value()) << "it has looked enough";
    while (queue.readyCount() > 0)
        (void)queue.removeFirst();
    EXPECT_FALSE(queue.hasSpilled());
}

TEST_F(QueueMemoryTest, PagesOutWhatConsumersHold)
{
    memory.unackedBytes = 150;
    enqueueMany(4);
    std::vector<QueueEntry> held;
    for (int i = 0; i < 4; ++i) {
        held.push_back(queue.deliver());
        queue.pageOutDelivered(held.back(), 3);
    }
    EXPECT_TRUE(held[0].isInMemory());
    EXPECT_FALSE(held[1].isInMemory());
    EXPECT_FALSE(held[2].isInMemory());
    EXPECT_TRUE(held[3].isInMemory()) << "it is not durable";
    queue.requeue(std::move(held[2]));
    queue.requeue(std::move(held[0]));
    EXPECT_EQ(map(), "10");
    queue.removeDelivered(held[1]);
    queue.removeDelivered(held[3]);
    expectBooksToBalance();
}

TEST_F(QueueMemoryTest, TakesFromTheMiddleWhateverIsThere)
{
    QueueDefinition exact = definition();
    exact.arguments = {{"x-exact-ttl", true}};
    Queue expiring(exact, memory);
    for (int i = 1; i <= 300; ++i) {
        expiring.enqueue({.message = test::messageOf("", "q", std::string(100, 'x'), true),
                          .sequence = static_cast<Sequence>(i),
                          .position = static_cast<LogPosition>(i),
                          .expiresAt = {std::chrono::milliseconds{i % 3 == 0 ? 1000 : 1}}});
    }
    (void)expiring.pageOutTails(300);
    for (int i = 0; i < 200; ++i)
        (void)expiring.removeExpired();
    EXPECT_EQ(expiring.readyCount(), 100u);
    EXPECT_EQ(memory.pagedOutCount, expiring.pagedOutCount());
    EXPECT_EQ(memory.inMemoryBytes, expiring.inMemoryBytes());
    std::vector<BodyRequest> requests;
    (void)expiring.askAhead(1'000'000, requests);
    std::size_t loaded = 0;
    for (const BodyRequest& request : requests)
        loaded += expiring.takeBack(request, test::messageOf("", "q", std::string(100, 'y'), true));
    EXPECT_EQ(loaded, requests.size());
    while (expiring.readyCount() > 0)
        (void)expiring.removeFirst();
    EXPECT_EQ(memory.inMemoryBytes, 0u);
    EXPECT_EQ(memory.pagedOutCount, 0u);
}

TEST_F(QueueMemoryTest, GivesItsShareBackWhenItGoes)
{
    enqueueMany(2);
    {
        Queue other(definition(), memory);
        other.enqueue({.message = test::messageOf("", "q", "body"), .sequence = 1});
        other.enqueue({.sequence = 2, .position = 7, .bodyBytes = 5});
    }
    expectBooksToBalance();
}

/// A mirror that lacks messages 1 to 3.
class QueueFillingTest : public QueueTest {
protected:
    QueueFillingTest()
    {
        queue.beginFilling(0, 3);
        enqueue("new", 1);
    }
    void fillIn(Sequence sequence, std::string_view body)
    {
        queue.fillIn({.message = test::messageOf("", "q", body, true),
                      .sequence = sequence,
                      .position = 10 + sequence});
    }
};

TEST_F(QueueFillingTest, WhatIsNewWaitsForWhatIsMissing)
{
    EXPECT_THAT(ready(), ElementsAre());
    fillIn(1, "a");
    fillIn(3, "c");
    EXPECT_THAT(ready(), ElementsAre("a", "c"));
    EXPECT_EQ(queue.waitingCount(), 1u);
    queue.endFilling();
    EXPECT_THAT(ready(), ElementsAre("a", "c", "new"));
    EXPECT_EQ(queue.messageCount(), 3u);
    EXPECT_EQ(queue.lastSequence(), 4u);
}

TEST_F(QueueFillingTest, WhatIsThereOrCameTooLateIsNotMissing)
{
    fillIn(2, "b");
    EXPECT_FALSE(queue.isMissing(1));
    EXPECT_FALSE(queue.isMissing(2));
    EXPECT_TRUE(queue.isMissing(3));
    EXPECT_FALSE(queue.isMissing(4));
    queue.endFilling();
    EXPECT_FALSE(queue.isMissing(3));
}

TEST_F(QueueFillingTest, WhatWaitsMayGo)
{
    EXPECT_TRUE(queue.removeAt(4));
    EXPECT_FALSE(queue.removeAt(4));
    EXPECT_EQ(queue.messageCount(), 0u);
    EXPECT_EQ(queue.bodyBytes(), 0u);
}

TEST_F(QueueFillingTest, WhatWaitsLeavesMemoryToo)
{
    EXPECT_TRUE(queue.hasTail(0));
    EXPECT_FALSE(queue.pageOutTails(0));
    EXPECT_TRUE(queue.pageOutTails(1));
    EXPECT_EQ(queue.inMemoryCount(), 0u);
    EXPECT_EQ(queue.pagedOutCount(), 1u);
    queue.endFilling();
    EXPECT_EQ(queue.readyCount(), 1u);
}

TEST_F(QueueFillingTest, WhatWasReadyBehindTheGapWaitsAgain)
{
    queue.endFilling();
    enqueue("newer", 2);
    queue.beginFilling(0, 5);
    EXPECT_EQ(queue.waitingCount(), 2u);
    fillIn(1, "a");
    queue.endFilling();
    EXPECT_THAT(ready(), ElementsAre("a", "new", "newer"));
}

}  // namespace
}  // namespace warren::broker
