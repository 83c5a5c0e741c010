#include "core/storage/memory_store.h"

#include "tests/unit/storage/operations.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <string>
#include <vector>

namespace warren::storage {
namespace {

using namespace warren::test;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class MemoryStoreTest : public ::testing::Test {
protected:
    void listenTo(MemoryStore& store)
    {
        store.setCallbacks({.committed = [this](auto upTo) { m_committed.push_back(upTo); },
                            .failed = [this](const auto& error) { m_failures.push_back(error); }});
    }

    std::vector<broker::LogPosition> m_committed;
    std::vector<IoError> m_failures;
};

TEST_F(MemoryStoreTest, ReportsOnlyWhatWasSynced)
{
    MemoryStore store;
    listenTo(store);
    store.append(operations(putQueue(1, 1, "q"), enqueue(1, 1, 2, "a")));
    store.append(operations(enqueue(1, 2, 3, "b")));
    EXPECT_THAT(m_committed, IsEmpty());
    EXPECT_GT(store.bytesInFlight(), 0u);

    store.sync(1);
    EXPECT_THAT(m_committed, ElementsAre(2u));
    store.sync();
    EXPECT_THAT(m_committed, ElementsAre(2u, 3u));
    EXPECT_EQ(store.bytesInFlight(), 0u);
}

TEST_F(MemoryStoreTest, ReportsSeveralGroupsAtOnce)
{
    MemoryStore store;
    listenTo(store);
    store.append(operations(enqueue(1, 1, 1, "a")));
    store.append(operations(enqueue(1, 2, 2, "b")));
    store.sync();
    EXPECT_THAT(m_committed, ElementsAre(2u));
}

TEST_F(MemoryStoreTest, ACrashLosesWhatWasNotSynced)
{
    MemoryStore store;
    listenTo(store);
    store.append(operations(putQueue(1, 1, "q"), enqueue(1, 1, 2, "a")));
    store.sync();
    store.append(operations(enqueue(1, 2, 3, "b")));
    store.append(operations(enqueue(1, 3, 4, "c")));
    store.crash();

    EXPECT_THAT(described(store.recover().messages), ElementsAre("1/1@2 a"));
    EXPECT_EQ(store.recover().lastPosition, 2u);
    EXPECT_EQ(store.bytesInFlight(), 0u);
}

TEST_F(MemoryStoreTest, GroupsMaySurviveACrashWithoutAnybodyKnowing)
{
    MemoryStore store;
    listenTo(store);
    store.append(operations(putQueue(1, 1, "q"), enqueue(1, 1, 2, "a")));
    store.append(operations(enqueue(1, 2, 3, "b"), enqueue(1, 3, 4, "c")));
    store.crash(1);

    EXPECT_THAT(m_committed, IsEmpty());
    EXPECT_THAT(described(store.recover().messages), ElementsAre("1/1@2 a"));
}

TEST_F(MemoryStoreTest, AFailureIsFinalUntilTheNextStart)
{
    MemoryStore store;
    listenTo(store);
    store.append(operations(putQueue(1, 1, "q")));
    store.sync();
    store.failNextCommit({.kind = IoError::Kind::DiskFull, .text = "The disk is full."});
    store.append(operations(enqueue(1, 1, 2, "a")));
    store.append(operations(enqueue(1, 2, 3, "b")));
    store.sync();
    store.append(operations(enqueue(1, 3, 4, "c")));
    store.sync();

    EXPECT_THAT(m_committed, ElementsAre(1u));
    ASSERT_EQ(m_failures.size(), 1u);
    EXPECT_EQ(m_failures[0].kind, IoError::Kind::DiskFull);
    EXPECT_TRUE(store.hasFailed());
    EXPECT_THAT(store.recover().messages, IsEmpty());

    store.crash();
    listenTo(store);
    store.append(operations(enqueue(1, 1, 2, "again")));
    store.sync();
    EXPECT_THAT(described(store.recover().messages), ElementsAre("1/1@2 again"));
}

TEST_F(MemoryStoreTest, SyncsByItselfIfAsked)
{
    MemoryStore store{MemoryStore::Sync::Immediate};
    listenTo(store);
    store.append(operations(putQueue(1, 1, "q"), enqueue(1, 1, 2, "a")));
    EXPECT_THAT(m_committed, ElementsAre(2u));
}

TEST_F(MemoryStoreTest, RecoversMessagesByQueueAndSequenceWithTheirMarks)
{
    MemoryStore store{MemoryStore::Sync::Immediate};
    store.append(operations(putQueue(1, 2, "b"), putQueue(2, 1, "a"), enqueue(2, 1, 3, "b1"),
                            enqueue(1, 1, 4, "a1"), enqueue(2, 2, 5, "b2"), enqueue(2, 3, 6, "b3"),
                            mark(2, 2, 7), removal(2, 3)));

    const RecoveredState state = store.recover();
    EXPECT_THAT(described(state.messages), ElementsAre("1/1@4 a1", "2/2@5 b2!", "2/3@6 b3"));
    EXPECT_EQ(state.lastPosition, 7u);
    EXPECT_EQ(state.lastQueueId, QueueId{2});
}

TEST_F(MemoryStoreTest, RecoversExpiryAndDeliveryCounts)
{
    MemoryStore store{MemoryStore::Sync::Immediate};
    store.append(operations(putQueue(1, 1, "q"), expiring(enqueue(1, 1, 2, "a"), 5000),
                            enqueue(1, 2, 3, "b"), counted(1, 2, 1)));
    store.append(operations(counted(1, 2, 2), counted(1, 3, 1), counted(1, 99, 1)));
    EXPECT_THAT(described(store.recover().messages),
                ElementsAre("1/1@2 a until 5000 again 2", "1/2@3 b again 1"));
    EXPECT_EQ(store.recover().lastPosition, 3u) << "a count is no place in the log";

    store.append(operations(removal(1, 3), counted(1, 3, 2)));
    EXPECT_THAT(described(store.recover().messages), ElementsAre("1/1@2 a until 5000 again 2"));
}

TEST_F(MemoryStoreTest, AMarkIsForMessagesOfItsPriorityInTheQueue)
{
    MemoryStore store{MemoryStore::Sync::Immediate};
    store.append(operations(
        putPriorityQueue(1, 1, "p", 3), putQueue(2, 2, "q"), enqueue(1, 1, 3, message("low", 0)),
        enqueue(1, 2, 4, message("mid", 2)), enqueue(1, 3, 5, message("high", 9)),
        enqueue(2, 1, 6, message("no", 9)), mark(1, 2, 7, 2), mark(1, 3, 8, 3), mark(2, 1, 9, 0)));
    EXPECT_THAT(described(store.recover().messages),
                ElementsAre("1/1@3 low", "1/2@4 mid!", "1/3@5 high!", "2/1@6 no!"));
}

TEST_F(MemoryStoreTest, ADeadLetteredMessageIsAlwaysSomewhere)
{
    // Groups are atomic, and the new place is never in a later one.
    for (std::size_t survivingGroups = 0; survivingGroups <= 3; ++survivingGroups) {
        MemoryStore store;
        store.append(
            operations(putQueue(1, 1, "q"), putQueue(2, 2, "dead"), enqueue(1, 1, 3, "moved")));
        store.sync();
        store.append(operations(enqueue(1, 2, 4, "other")));
        store.append(operations(enqueue(2, 1, 5, "moved")));
        store.append(operations(deadLettered(1, 3)));
        store.crash(survivingGroups);
        std::size_t places = 0;
        for (const RecoveredMessage& one : store.recover().messages) {
            places += textOf(one.message->body()) == "moved";
        }
        EXPECT_EQ(places, survivingGroups == 2 ? 2u : 1u);
    }
}

TEST_F(MemoryStoreTest, ARemovedUserTakesItsPermissionsAlongAndAVhostEverything)
{
    MemoryStore store{MemoryStore::Sync::Immediate};
    const auto permission = [](const char* vhost, const char* user) {
        return broker::PutPermission{{.vhost = vhost, .user = user}};
    };
    const auto topic = [](const char* vhost, const char* user) {
        return broker::PutTopicPermission{{.vhost = vhost, .user = user, .exchange = "x"}};
    };
    store.append(operations(
        change(1, broker::PutVhost{{"v"}}), change(2, broker::PutVhost{{"w"}}),
        change(3, broker::PutUser{{.name = "ann"}}), change(4, broker::PutUser{{.name = "bob"}}),
        change(5, permission("v", "ann")), change(6, permission("w", "ann")),
        change(7, permission("w", "bob")), change(8, topic("w", "ann")),
        change(9, topic("w", "bob")), change(10, broker::PutPolicy{{.vhost = "v", .name = "p"}}),
        change(11, broker::PutPolicy{{.vhost = "w", .name = "p", .isOperator = true}})));
    EXPECT_EQ(store.recover().definitions.size(), 11u);

    store.append(operations(change(12, broker::RemoveUser{"ann"})));
    EXPECT_EQ(store.recover().definitions.size(), 7u);
    store.append(operations(change(13, broker::RemoveVhost{"w"})));
    const auto definitions = store.recover().definitions;
    ASSERT_EQ(definitions.size(), 3u) << "vhost v, user bob, the policy of v";
    EXPECT_EQ(std::get<broker::PutPolicy>(definitions[2]).policy.vhost, "v");
}

TEST_F(MemoryStoreTest, ARemovedQueueTakesItsMessagesAndBindingsAlong)
{
    MemoryStore store{MemoryStore::Sync::Immediate};
    const broker::BindingDefinition toQueue{
        .vhost = "/", .source = "x", .destination = "q", .routingKey = "k", .arguments = {}};
    broker::BindingDefinition toOther = toQueue;
    toOther.destination = "other";
    store.append(operations(putQueue(1, 1, "q"), putQueue(2, 2, "other"),
                            change(3, broker::PutBinding{toQueue}),
                            change(4, broker::PutBinding{toOther}), enqueue(1, 1, 5, "gone"),
                            enqueue(2, 1, 6, "kept"), removeQueue(7, 1, "q")));

    const RecoveredState state = store.recover();
    EXPECT_THAT(described(state.messages), ElementsAre("2/1@6 kept"));
    ASSERT_EQ(state.definitions.size(), 2u);
    EXPECT_EQ(std::get<broker::PutQueue>(state.definitions[0]).queue.name, "other");
    EXPECT_EQ(std::get<broker::PutBinding>(state.definitions[1]).binding, toOther);
    EXPECT_EQ(state.lastQueueId, QueueId{2});
}

TEST_F(MemoryStoreTest, ARemovedExchangeTakesBindingsOfBothDirectionsAlong)
{
    MemoryStore store{MemoryStore::Sync::Immediate};
    const auto exchange = [](std::string name) {
        return broker::PutExchange{
            broker::ExchangeDefinition{.vhost = "/", .name = std::move(name), .arguments = {}}};
    };
    const auto binding = [](std::string source, std::string destination) {
        return broker::PutBinding{
            broker::BindingDefinition{.vhost = "/",
                                      .source = std::move(source),
                                      .destination = std::move(destination),
                                      .destinationKind = broker::DestinationKind::Exchange,
                                      .routingKey = {},
                                      .arguments = {}}};
    };
    store.append(operations(change(1, exchange("a")), change(2, exchange("b")),
                            change(3, binding("a", "b")), change(4, binding("b", "a")),
                            change(5, binding("b", "b")),
                            change(6, broker::RemoveExchange{.vhost = "/", .name = "a"})));
    EXPECT_EQ(store.recover().definitions.size(), 2u) << "exchange b and its own binding";
}

}  // namespace
}  // namespace warren::storage
