#include "core/storage/sqlite_store.h"

#include "core/storage/sqlite_schema.h"
#include "tests/unit/storage/store_files.h"
#include "tests/unit/storage/temporary_folder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <gmock/gmock.h>
#include <iostream>
#include <string>
#include <vector>

namespace warren::storage {
namespace {

using namespace warren::test;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SqliteStoreTest : public ::testing::Test {
protected:
    RecoveredState reread() const { return StoreOnDisk{m_file}.recovered; }

    const TemporaryFolder m_folder;
    const std::filesystem::path m_file = m_folder / "warren.db";
};

TEST_F(SqliteStoreTest, ANewStoreIsEmpty)
{
    const StoreOnDisk disk{m_file};
    EXPECT_THAT(disk.recovered.definitions, IsEmpty());
    EXPECT_THAT(disk.recovered.messages, IsEmpty());
    EXPECT_EQ(disk.recovered.lastPosition, 0u);
    EXPECT_EQ(disk.recovered.lastQueueId, QueueId{});
    EXPECT_GT(disk.store->fileBytes(), 0u);
}

TEST_F(SqliteStoreTest, GivesMessagesBackByteForByte)
{
    std::string everyByte;
    for (int value = 0; value < 256; ++value) {
        everyByte.push_back(static_cast<char>(value));
    }
    const std::string large(3'000'000, 'L');
    {
        StoreOnDisk disk{m_file};
        const auto put = [](Sequence sequence, broker::LogPosition position,
                            const broker::MessagePtr& content) {
            return enqueue(1, sequence, position, content);
        };
        ASSERT_TRUE(disk.write(
            putQueue(1, 1, "q"), put(1, 2, broker::makeMessage("", "", {}, true, {})),
            put(2, 3,
                broker::makeMessage("amq.topic", everyByte.substr(1), bytesOf(everyByte), true,
                                    bytesOf(everyByte))),
            put(3, 4, broker::makeMessage("e", "k", bytesOf("p"), true, bytesOf(large)))));
    }
    const RecoveredState state = reread();
    ASSERT_EQ(state.messages.size(), 3u);
    EXPECT_EQ(state.messages[0].message->exchange(), "");
    EXPECT_EQ(state.messages[0].message->bodyBytes(), 0u);
    const broker::Message& second = *state.messages[1].message;
    EXPECT_EQ(second.exchange(), "amq.topic");
    EXPECT_EQ(second.routingKey(), everyByte.substr(1));
    EXPECT_EQ(textOf(second.properties()), everyByte);
    EXPECT_EQ(textOf(second.body()), everyByte);
    EXPECT_TRUE(second.isPersistent());
    EXPECT_EQ(textOf(state.messages[2].message->body()), large);
}

TEST_F(SqliteStoreTest, WhatWasStoredToRelieveMemoryIsGoneAfterARestart)
{
    {
        StoreOnDisk disk{m_file};
        ASSERT_TRUE(
            disk.write(putQueue(1, 1, "q"), enqueue(1, 1, 2, "kept"),
                       enqueue(1, 2, 3, broker::makeMessage("", "q", {}, false, bytesOf("gone")))));
        const std::vector<broker::BodyRequest> requests{
            {.queue = QueueId{1}, .sequence = 2, .position = 3}};
        const auto loaded = disk.store->load(requests);
        ASSERT_TRUE(loaded.isOk());
        EXPECT_FALSE((*loaded)[0].message->isPersistent());
    }
    EXPECT_THAT(bodiesOf(StoreOnDisk{m_file}.recovered), ElementsAre("kept"));
}

TEST_F(SqliteStoreTest, GivesMessagesBackByQueueAndSequenceWithTheirPositions)
{
    {
        StoreOnDisk disk{m_file};
        ASSERT_TRUE(disk.write(putQueue(1, 2, "b"), putQueue(2, 1, "a"), enqueue(2, 1, 3, "b1"),
                               enqueue(1, 1, 4, "a1")));
        ASSERT_TRUE(disk.write(enqueue(2, 2, 5, "b2"), enqueue(1, 2, 6, "a2")));
    }
    EXPECT_THAT(described(reread().messages),
                ElementsAre("1/1@4 a1", "1/2@6 a2", "2/1@3 b1", "2/2@5 b2"));
}

TEST_F(SqliteStoreTest, MessagesUpToTheMarkComeBackAsDelivered)
{
    {
        StoreOnDisk disk{m_file};
        ASSERT_TRUE(disk.write(putQueue(1, 1, "q"), enqueue(1, 1, 2, "a"), enqueue(1, 2, 3, "b"),
                               enqueue(1, 3, 4, "c"), mark(1, 64, 5)));
        ASSERT_TRUE(disk.write(mark(1, 2, 6)));
    }
    EXPECT_THAT(described(reread().messages), ElementsAre("1/1@2 a!", "1/2@3 b!", "1/3@4 c"));
}

TEST_F(SqliteStoreTest, AMarkIsForMessagesOfItsPriorityInTheQueue)
{
    {
        StoreOnDisk disk{m_file};
        ASSERT_TRUE(
            disk.write(putPriorityQueue(1, 1, "p", 3), putQueue(2, 2, "q"),
                       enqueue(1, 1, 3, message("low", 0)), enqueue(1, 2, 4, message("mid", 2)),
                       enqueue(1, 3, 5, message("high", 9)), enqueue(2, 1, 6, message("no", 9)),
                       mark(1, 64, 7, 2), mark(1, 3, 8, 3), mark(2, 1, 9, 0)));
        ASSERT_TRUE(disk.write(enqueue(1, 4, 10, message("later", 2)), mark(1, 3, 11, 2)));
    }
    EXPECT_THAT(described(reread().messages),
                ElementsAre("1/1@3 low", "1/2@4 mid!", "1/3@5 high!", "1/4@10 later", "2/1@6 no!"));
    {
        StoreOnDisk disk{m_file};
        ASSERT_TRUE(disk.write(removeQueue(disk.nextPosition(), 1, "p")));
    }
    EXPECT_EQ(queried(m_file, "SELECT count(*) FROM mark"), "1");
}

TEST_F(SqliteStoreTest, MessagesComeBackWithTheirExpiryAndDeliveryCount)
{
    {
        StoreOnDisk disk{m_file};
        ASSERT_TRUE(disk.write(putQueue(1, 1, "q"), expiring(enqueue(1, 1, 2, "a"), 5000),
                               enqueue(1, 2, 3, "b"), counted(1, 2, 1), enqueue(1, 3, 4, "c")));
        ASSERT_TRUE(disk.write(counted(1, 3, 1)));
        ASSERT_TRUE(disk.write(counted(1, 2, 2), counted(1, 3, 2), counted(1, 1, 1)));
    }
    const auto expected = ElementsAre("1/1@2 a until 5000 again 2", "1/2@3 b again 2", "1/3@4 c");
    EXPECT_THAT(described(reread().messages), expected);
    {
        StoreOnDisk disk{m_file};
        ASSERT_TRUE(disk.write(counted(1, 3, 3)));
    }
    EXPECT_THAT(described(reread().messages),
                ElementsAre("1/1@2 a until 5000 again 2", "1/2@3 b again 3", "1/3@4 c"));
}

TEST_F(SqliteStoreTest, ADeliveryCountGoesWithItsMessageItsSegmentAndItsQueue)
{
    const auto countRows = [this] {
        return queried(m_file,
                       "SELECT count(*) || '/' || coalesce(sum(length(counts)), 0)"
                       " FROM delivery_count");
    };
    StoreOnDisk disk{m_file};
    ASSERT_TRUE(disk.write(putQueue(1, 1, "q"), putQueue(2, 2, "p"), enqueue(1, 1, 3, "a"),
                           enqueue(1, 2, 4, "b"), enqueue(2, 1, 5, "c")));
    EXPECT_EQ(countRows(), "0/0");
    ASSERT_TRUE(disk.write(counted(1, 3, 1), counted(1, 4, 1), counted(2, 5, 1)));
    EXPECT_EQ(countRows(), "1/24");
    ASSERT_TRUE(disk.write(removal(1, 3), counted(1, 4, 2)));
    EXPECT_EQ(countRows(), "1/16") << "with its message";
    ASSERT_TRUE(disk.write(removeQueue(6, 2, "p"), counted(1, 4, 3)));
    EXPECT_EQ(countRows(), "1/8") << "with its queue";
    ASSERT_TRUE(disk.write(enqueue(1, 3, 7, "d"), counted(1, 7, 1)));
    EXPECT_EQ(countRows(), "2/16");
    ASSERT_TRUE(disk.write(counted(1, 4, 4), removal(1, 4)));
    EXPECT_EQ(countRows(), "1/8") << "with its segment";
    ASSERT_TRUE(disk.write(enqueue(1, 4, 8, "e"), removal(1, 7)));
    EXPECT_EQ(countRows(), "0/0");
}

TEST_F(SqliteStoreTest, DeadLetteringNeverLosesAMessageAtAnyCommit)
{
    // New places far away in the log, so that the flush takes several commits.
    const broker::LogPosition far = BatchBuilder::kSlotCountMax;
    const auto flush = operations(
        enqueue(1, 2, 10, "new"), enqueue(2, 1, 11, "old"), enqueue(2, 2, far + 11, "new"),
        deadLettered(1, 4), deadLettered(1, 10), enqueue(3, 1, 2 * far + 11, "old"),
        deadLettered(2, 11), enqueue(3, 2, 3 * far + 11, "new"), deadLettered(2, far + 11));
    int commits = 0;
    bool hasCrashed = true;
    for (int crashAt = 0; hasCrashed; ++crashAt) {
        hasCrashed = false;
        const TemporaryFolder folder;
        const TemporaryFolder crashed;
        auto options = optionsFor(folder / "warren.db");
        int left = -1;
        options.writeFault = [&]() -> std::optional<IoError> {
            if (left-- != 0) return std::nullopt;
            hasCrashed = true;
            std::filesystem::copy(folder.path(), crashed.path());
            return std::nullopt;
        };
        StoreOnDisk disk{options};
        ASSERT_TRUE(disk.write(putQueue(1, 1, "q"), putQueue(2, 2, "d"), putQueue(3, 3, "dd"),
                               enqueue(1, 1, 4, "old")));
        left = crashAt;
        ASSERT_TRUE(disk.writeAll(std::vector{flush}));
        commits += hasCrashed;
        if (hasCrashed) {
            const auto bodies = bodiesOf(StoreOnDisk{crashed / "warren.db"}.recovered);
            EXPECT_THAT(bodies, Contains("old")) << crashAt;
            EXPECT_EQ(std::ranges::count(bodies, "new") > 0, crashAt > 0) << crashAt;
        }
        disk.store.reset();
        EXPECT_THAT(bodiesOf(StoreOnDisk{folder / "warren.db"}.recovered),
                    ElementsAre("old", "new"));
    }
    EXPECT_EQ(commits, 4);
}

TEST_F(SqliteStoreTest, RemovedMessagesStayAway)
{
    {
        StoreOnDisk disk{m_file};
        ASSERT_TRUE(disk.write(putQueue(1, 1, "q"), enqueue(1, 1, 2, "a"), enqueue(1, 2, 3, "b"),
                               enqueue(1, 3, 4, "c")));
        ASSERT_TRUE(disk.write(removal(1, 3)));
    }
    {
        StoreOnDisk disk{m_file};
        EXPECT_THAT(described(disk.recovered.messages), ElementsAre("1/1@2 a", "1/3@4 c"));
        ASSERT_TRUE(disk.write(removal(1, 2)));
    }
    EXPECT_THAT(described(reread().messages), ElementsAre("1/3@4 c"));
}

TEST_F(SqliteStoreTest, ASettledSegmentLeavesNothingBehind)
{
    {
        StoreOnDisk disk{m_file};
        ASSERT_TRUE(disk.write(putQueue(1, 1, "q"), enqueue(1, 1, 2, "a"), enqueue(1, 2, 3, "b")));
        ASSERT_TRUE(disk.write(removal(1, 2)));
        ASSERT_TRUE(disk.write(removal(1, 3)));
    }
    for (const char* table : {"segment", "body", "settled"}) {
        EXPECT_EQ(queried(m_file, (std::string{"SELECT count(*) FROM "} + table).c_str()), "0")
            << table;
    }
}

TEST_F(SqliteStoreTest, AMessageOfSeveralQueuesIsSharedAgain)
{
    {
        StoreOnDisk disk{m_file};
        const auto shared = message(std::string(1000, 's'));
        ASSERT_TRUE(disk.write(putQueue(1, 1, "a"), putQueue(2, 2, "b"), enqueue(1, 1, 3, shared),
                               enqueue(2, 1, 4, shared)));
    }
    const RecoveredState state = reread();
    ASSERT_EQ(state.messages.size(), 2u);
    EXPECT_EQ(state.messages[0].message, state.messages[1].message);
    EXPECT_EQ(queried(m_file, "SELECT length(data) < 2000 FROM body"), "1");
}

TEST_F(SqliteStoreTest, GivesDefinitionsBackInTheOrderTheyNeed)
{
    const broker::ExchangeDefinition exchange{.vhost = "/",
                                              .name = "orders",
                                              .type = broker::ExchangeType::Topic,
                                              .isDurable = true,
                                              .arguments = {{"alternate-exchange", "lost"}}};
    auto queue = durableQueue(5, "q");
    queue.arguments = {{"x-max-length", std::int64_t{3}}};
    const broker::BindingDefinition binding{
        .vhost = "/", .source = "orders", .destination = "q", .routingKey = "#", .arguments = {}};
    {
        StoreOnDisk disk{m_file};
        ASSERT_TRUE(disk.write(change(1, broker::PutVhost{{"/", "described"}}),
                               change(2, broker::PutExchange{exchange}),
                               change(3, broker::PutQueue{queue}),
                               change(4, broker::PutBinding{binding})));
    }
    const auto definitions = reread().definitions;
    ASSERT_EQ(definitions.size(), 4u);
    EXPECT_EQ(std::get<broker::PutVhost>(definitions[0]).vhost.name, "/");
    EXPECT_EQ(std::get<broker::PutExchange>(definitions[1]).exchange, exchange);
    EXPECT_EQ(std::get<broker::PutQueue>(definitions[2]).queue, queue);
    EXPECT_EQ(std::get<broker::PutBinding>(definitions[3]).binding, binding);
}

TEST_F(SqliteStoreTest, ARemovedQueueTakesItsMessagesAndBindingsAlong)
{
    {
        StoreOnDisk disk{m_file};
        const broker::BindingDefinition binding{
            .vhost = "/", .source = "x", .destination = "gone", .routingKey = {}, .arguments = {}};
        ASSERT_TRUE(disk.write(putQueue(1, 1, "gone"), putQueue(2, 2, "kept"),
                               change(3, broker::PutBinding{binding}), enqueue(1, 1, 4, "g1"),
                               enqueue(2, 1, 5, "k1"), mark(1, 10, 6)));
        ASSERT_TRUE(disk.write(enqueue(1, 2, 7, "g2")));
        ASSERT_TRUE(disk.write(enqueue(2, 2, 8, "k2"), removeQueue(9, 1, "gone")));
        ASSERT_TRUE(disk.write(removal(1, 4))) << "an acknowledgement that came too late";
    }
    const RecoveredState state = reread();
    EXPECT_THAT(described(state.messages), ElementsAre("2/1@5 k1", "2/2@8 k2"));
    EXPECT_EQ(state.definitions.size(), 1u);
    EXPECT_EQ(state.lastQueueId, QueueId{2});
    EXPECT_EQ(queried(m_file, "SELECT count(*) FROM mark"), "0");
    EXPECT_EQ(queried(m_file, "SELECT count(*) FROM segment"), "2");
}

TEST_F(SqliteStoreTest, ARemovedVhostTakesEverythingAlong)
{
    {
        StoreOnDisk disk{m_file};
        auto queue = durableQueue(1, "q");
        queue.vhost = "v";
        ASSERT_TRUE(disk.write(change(1, broker::PutVhost{{"v"}}),
                               change(2, broker::PutVhost{{"vv"}}),
                               change(3, broker::PutQueue{queue}), enqueue(1, 1, 4, "gone"),
                               change(5, broker::PutBinding{{.vhost = "v",
                                                             .source = "x",
                                                             .destination = "q",
                                                             .routingKey = {},
                                                             .arguments = {}}})));
        ASSERT_TRUE(disk.write(change(6, broker::RemoveVhost{"v"})));
    }
    const RecoveredState state = reread();
    ASSERT_EQ(state.definitions.size(), 1u);
    EXPECT_EQ(std::get<broker::PutVhost>(state.definitions[0]).vhost.name, "vv");
    EXPECT_THAT(state.messages, IsEmpty());
    EXPECT_EQ(queried(m_file, "SELECT count(*) FROM segment"), "0");
}

TEST_F(SqliteStoreTest, UsersPermissionsAndPoliciesComeBack)
{
    const auto policy = [](const char* name, bool isOperator) {
        return broker::PolicyDefinition{.vhost = "v",
                                        .name = name,
                                        .isOperator = isOperator,
                                        .pattern = "^q",
                                        .applyTo = broker::PolicyTarget::Queues,
                                        .priority = 3,
                                        .definition = {{"max-length", std::int64_t{9}}}};
    };
    const broker::VhostDefinition vhost{.name = "v",
                                        .description = "Orders",
                                        .tags = {"a", "b"},
                                        .defaultQueueType = "classic",
                                        .maxConnections = 5,
                                        .isTracing = true};
    const broker::UserDefinition user{.name = "ann", .passwordHash = "hash", .tags = {"admin"}};
    {
        StoreOnDisk disk{m_file};
        ASSERT_TRUE(disk.write(
            change(1, broker::PutVhost{{"v"}}), change(2, broker::PutVhost{vhost}),
            change(3, broker::PutUser{user}),
            change(4, broker::PutPermission{{.vhost = "v", .user = "ann", .read = ".*"}}),
            change(5, broker::PutTopicPermission{{.vhost = "v", .user = "ann", .exchange = "x"}}),
            change(6, broker::PutPolicy{policy("p", true)}),
            change(7, broker::PutPolicy{policy("p", false)}),
            change(8, broker::PutPolicy{policy("other", false)}),
            change(9, broker::RemovePolicy{.vhost = "v", .name = "other"})));
    }
    const auto definitions = reread().definitions;
    ASSERT_EQ(definitions.size(), 6u);
    EXPECT_EQ(std::get<broker::PutVhost>(definitions[0]).vhost, vhost);
    EXPECT_EQ(std::get<broker::PutUser>(definitions[1]).user, user);
    EXPECT_EQ(std::get<broker::PutPermission>(definitions[2]).permission.read, ".*");
    EXPECT_EQ(std::get<broker::PutTopicPermission>(definitions[3]).permission.exchange, "x");
    EXPECT_EQ(std::get<broker::PutPolicy>(definitions[4]).policy, policy("p", false));
    EXPECT_EQ(std::get<broker::PutPolicy>(definitions[5]).policy, policy("p", true));
}

TEST_F(SqliteStoreTest, ARemovedUserTakesItsPermissionsAlongAndAVhostEverything)
{
    const auto permission = [](const char* vhost, const char* user) {
        return broker::PutPermission{{.vhost = vhost, .user = user}};
    };
    const auto topic = [](const char* vhost, const char* user) {
        return broker::PutTopicPermission{{.vhost = vhost, .user = user, .exchange = "x"}};
    };
    {
        StoreOnDisk disk{m_file};
        ASSERT_TRUE(disk.write(
            change(1, broker::PutVhost{{"v"}}), change(2, broker::PutVhost{{"w"}}),
            change(3, broker::PutUser{{.name = "ann"}}),
            change(4, broker::PutUser{{.name = "bob"}}), change(5, permission("v", "ann")),
            change(6, permission("w", "ann")), change(7, permission("w", "bob")),
            change(8, topic("w", "ann")), change(9, topic("w", "bob")),
            change(10, topic("v", "bob")),
            change(11, broker::PutPolicy{{.vhost = "v", .name = "p"}}),
            change(12, broker::PutPolicy{{.vhost = "w", .name = "p", .isOperator = true}})));
        ASSERT_TRUE(disk.write(change(13, broker::RemoveUser{"ann"})));
    }
    EXPECT_EQ(reread().definitions.size(), 8u);
    {
        StoreOnDisk disk{m_file};
        const broker::LogPosition next = disk.nextPosition();
        ASSERT_TRUE(disk.write(
            change(next, broker::RemoveVhost{"w"}),
            change(next + 1,
                   broker::RemoveTopicPermission{.vhost = "v", .user = "bob", .exchange = "x"})));
    }
    const auto definitions = reread().definitions;
    ASSERT_EQ(definitions.size(), 3u);
    EXPECT_EQ(std::get<broker::PutVhost>(definitions[0]).vhost.name, "v");
    EXPECT_EQ(std::get<broker::PutUser>(definitions[1]).user.name, "bob");
    EXPECT_EQ(std::get<broker::PutPolicy>(definitions[2]).policy.vhost, "v");
}

TEST_F(SqliteStoreTest, ARemovedExchangeTakesBindingsOfBothDirectionsAlong)
{
    const auto exchange = [](std::string name) {
        return broker::PutExchange{
            broker::ExchangeDefinition{.vhost = "/", .name = std::move(name), .arguments = {}}};
    };
    const auto binding = [](std::string source, std::string destination) {
        return broker::BindingDefinition{.vhost = "/",
                                         .source = std::move(source),
                                         .destination = std::move(destination),
                                         .destinationKind = broker::DestinationKind::Exchange,
                                         .routingKey = {},
                                         .arguments = {}};
    };
    {
        StoreOnDisk disk{m_file};
        ASSERT_TRUE(disk.write(change(1, exchange("a")), change(2, exchange("b")),
                               change(3, broker::PutBinding{binding("a", "b")}),
                               change(4, broker::PutBinding{binding("b", "a")}),
                               change(5, broker::PutBinding{binding("b", "b")}),
                               change(6, broker::PutBinding{binding("b", "c")}),
                               change(7, broker::RemoveExchange{.vhost = "/", .name = "a"}),
                               change(8, broker::RemoveBinding{binding("b", "c")})));
    }
    const auto definitions = reread().definitions;
    ASSERT_EQ(definitions.size(), 2u);
    EXPECT_EQ(std::get<broker::PutBinding>(definitions[1]).binding, binding("b", "b"));
}

TEST_F(SqliteStoreTest, PositionsAreNotUsedTwice)
{
    {
        StoreOnDisk disk{m_file};
        // Nothing of these messages is ever written.
        ASSERT_TRUE(disk.write(putQueue(1, 1, "q"), enqueue(1, 1, 2, "a"), removal(1, 2)));
    }
    broker::LogPosition afterCrash = 0;
    {
        StoreOnDisk disk{m_file};
        EXPECT_GE(disk.recovered.lastPosition, 2u);
        afterCrash = disk.recovered.lastPosition;
        ASSERT_TRUE(disk.write(enqueue(1, 1, afterCrash + 1, "b")));
        ASSERT_TRUE(disk.store->closeCleanly());
    }
    const RecoveredState state = reread();
    EXPECT_EQ(state.lastPosition, afterCrash + 1) << "exact after a clean shutdown";
    EXPECT_THAT(bodiesOf(state), ElementsAre("b"));
}

TEST_F(SqliteStoreTest, ReservesMorePositionsBeforeTheyRunOut)
{
    const broker::LogPosition far = broker::LogPosition{1} << 40;
    {
        StoreOnDisk disk{m_file};
        ASSERT_TRUE(disk.write(putQueue(1, 1, "q")));
        // Elided: without the reservation nothing would be written.
        ASSERT_TRUE(disk.write(enqueue(1, 1, far, "a"), removal(1, far)));
    }
    EXPECT_GT(reread().lastPosition, far);
}

TEST_F(SqliteStoreTest, QueueIdsAreNotUsedTwice)
{
    {
        StoreOnDisk disk{m_file};
        ASSERT_TRUE(disk.write(putQueue(1, 9, "q"), removeQueue(2, 9, "q")));
        ASSERT_TRUE(disk.store->closeCleanly());
    }
    EXPECT_EQ(reread().lastQueueId, QueueId{9});
}

TEST_F(SqliteStoreTest, DropsMessagesWithoutAQueueAndSaysSo)
{
    {
        StoreOnDisk disk{m_file};
        ASSERT_TRUE(disk.write(putQueue(1, 1, "q"), enqueue(1, 1, 2, "kept"),
                               enqueue(77, 1, 3, "lost"), enqueue(77, 2, 4, "lost")));
    }
    std::vector<std::string> log;
    auto options = optionsFor(m_file);
    options.log = [&log](const std::string& line) { log.push_back(line); };
    {
        const StoreOnDisk disk{options};
        EXPECT_THAT(bodiesOf(disk.recovered), ElementsAre("kept"));
        EXPECT_THAT(log, ElementsAre(HasSubstr("queue-id=77 messages=2")));
    }
    log.clear();
    EXPECT_THAT(bodiesOf(StoreOnDisk{options}.recovered), ElementsAre("kept"));
    EXPECT_THAT(log, IsEmpty()) << "they are gone for good";
}

TEST_F(SqliteStoreTest, ABatchOfNothingTouchesNothing)
{
    StoreOnDisk disk{m_file};
    ASSERT_TRUE(disk.write(putQueue(1, 1, "q")));
    const auto before = filesOf(m_folder.path());
    ASSERT_TRUE(disk.write(enqueue(1, 1, 2, "a"), removal(1, 2)));
    EXPECT_EQ(filesOf(m_folder.path()), before);
}

TEST_F(SqliteStoreTest, AFullDiskLosesNothingThatWasWritten)
{
    const std::string body(100 * 1024, 'x');
    auto options = optionsFor(m_file);
    options.pageCountMax = 400;  // 6.5 MB
    std::vector<std::string> written;
    {
        StoreOnDisk disk{options};
        ASSERT_TRUE(disk.write(putQueue(disk.nextPosition(), 1, "q")));
        Status<IoError> done;
        for (Sequence sequence = 1; done; ++sequence) {
            ASSERT_LT(sequence, 1000u);
            const std::string marked = std::to_string(sequence) + body;
            done = disk.write(enqueue(1, sequence, disk.nextPosition(), marked));
            if (done) written.push_back(marked);
        }
        EXPECT_EQ(done.error().kind, IoError::Kind::DiskFull);
        EXPECT_THAT(done.error().text, HasSubstr("disk is full"));
    }
    EXPECT_GT(written.size(), 10u);
    EXPECT_EQ(bodiesOf(reread()), written);
    EXPECT_EQ(queried(m_file, "PRAGMA integrity_check"), "ok");
}

TEST_F(SqliteStoreTest, AFailedCommitChangesNothing)
{
    auto options = optionsFor(m_file);
    bool fails = false;
    options.writeFault = [&fails]() -> std::optional<IoError> {
        if (!fails) return std::nullopt;
        return IoError{.kind = IoError::Kind::Failed, .text = "The disk broke."};
    };
    {
        StoreOnDisk disk{options};
        ASSERT_TRUE(disk.write(putQueue(1, 1, "q"), enqueue(1, 1, 2, "a"), enqueue(1, 2, 3, "b")));
        fails = true;
        const auto done = disk.write(enqueue(1, 3, 4, "c"), removal(1, 2), putQueue(5, 2, "p"));
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().text, "The disk broke.");
    }
    const RecoveredState state = reread();
    EXPECT_THAT(bodiesOf(state), ElementsAre("a", "b"));
    EXPECT_EQ(state.definitions.size(), 1u);
}

TEST_F(SqliteStoreTest, RewritesSegmentsWithFewSurvivors)
{
    const std::string body(10 * 1024, 'x');
    {
        StoreOnDisk disk{m_file};
        std::vector<broker::StoredOperation> list =
            operations(putQueue(1, 1, "a"), putQueue(2, 2, "b"));
        for (std::uint64_t i = 0; i < 50; ++i) {
            // Every tenth is for both queues.
            const auto content = message(std::to_string(i) + body);
            list.emplace_back(expiring(enqueue(1, i + 1, 3 + 2 * i, content), 7000));
            if (i % 10 == 0) list.emplace_back(enqueue(2, i + 1, 4 + 2 * i, content));
        }
        ASSERT_TRUE(disk.writeAll(std::move(list)));
        EXPECT_EQ(disk.store->sparseBytes(), 0u);

        std::vector<broker::StoredOperation> removals;
        for (std::uint64_t i = 0; i < 50; ++i) {
            if (i % 20 != 0) removals.emplace_back(removal(1, 3 + 2 * i));
        }
        removals.emplace_back(counted(1, 43, 6));
        ASSERT_TRUE(disk.writeAll(std::move(removals)));
        EXPECT_GT(disk.store->sparseBytes(), 500u * 1024u);

        const auto hasMore = disk.store->reclaimSpace();
        ASSERT_TRUE(hasMore);
        EXPECT_TRUE(*hasMore);
        EXPECT_EQ(disk.store->sparseBytes(), 0u);
        const auto again = disk.store->reclaimSpace();
        ASSERT_TRUE(again);
        EXPECT_FALSE(*again);
    }
    {
        StoreOnDisk disk{m_file};
        std::vector<std::string> lines;
        for (const std::string& line : described(disk.recovered.messages)) {
            lines.push_back(line.substr(0, line.find('x')));
            const auto details = line.find(" until");
            if (details != std::string::npos) lines.back() += line.substr(details);
        }
        EXPECT_THAT(lines, ElementsAre("1/1@3 0 until 7000", "1/21@43 20 until 7000 again 6",
                                       "1/41@83 40 until 7000", "2/1@4 0", "2/11@24 10",
                                       "2/21@44 20", "2/31@64 30", "2/41@84 40"));
        EXPECT_EQ(disk.recovered.messages[0].message, disk.recovered.messages[3].message);
        ASSERT_TRUE(disk.write(removal(1, 43)));
    }
    EXPECT_EQ(reread().messages.size(), 7u);
    EXPECT_EQ(queried(m_file, "SELECT length(data) / 10240 FROM body"), "5");
}

TEST_F(SqliteStoreTest, TheWriteAheadLogIsBegunAnew)
{
    StoreOnDisk disk{m_file};
    ASSERT_TRUE(disk.write(putQueue(1, 1, "q"), enqueue(1, 1, 2, std::string(500'000, 'x'))));
    EXPECT_GT(disk.store->walBytes(), 500'000u);
    ASSERT_TRUE(disk.store->restartWal());
    EXPECT_EQ(disk.store->walBytes(), 0u);
}

TEST_F(SqliteStoreTest, ACleanCloseLeavesOneFile)
{
    {
        StoreOnDisk disk{m_file};
        ASSERT_TRUE(disk.write(putQueue(1, 1, "q"), enqueue(1, 1, 2, "a")));
        ASSERT_TRUE(disk.store->closeCleanly());
    }
    EXPECT_FALSE(std::filesystem::exists(m_folder / "warren.db-wal"));
    EXPECT_EQ(queried(m_file, "SELECT value FROM meta WHERE key = 'clean_shutdown'"), "1");
}

TEST_F(SqliteStoreTest, TheFileIsRecognisable)
{
    {
        StoreOnDisk disk{m_file};
        ASSERT_TRUE(disk.store->closeCleanly());
    }
    EXPECT_EQ(queried(m_file, "PRAGMA page_size"), "16384");
    EXPECT_EQ(queried(m_file, "PRAGMA journal_mode"), "wal");
    EXPECT_EQ(queried(m_file, "PRAGMA user_version"), std::to_string(kSchemaVersion));
    EXPECT_EQ(contentsOf(m_file).substr(68, 4), "WRRN");
}

TEST_F(SqliteStoreTest, AFileWithoutAWriteAheadLogGetsOne)
{
    {
        StoreOnDisk disk{m_file};
        ASSERT_TRUE(disk.write(putQueue(1, 1, "q"), enqueue(1, 1, 2, "a")));
        ASSERT_TRUE(disk.store->closeCleanly());
    }
    // As a copy by VACUUM INTO is, or one that somebody has switched over.
    ASSERT_EQ(queried(m_file, "PRAGMA journal_mode=DELETE"), "delete");
    {
        StoreOnDisk disk{m_file};
        EXPECT_THAT(bodiesOf(disk.recovered), ElementsAre("a"));
    }
    EXPECT_EQ(queried(m_file, "PRAGMA journal_mode"), "wal");
}

TEST_F(SqliteStoreTest, AnUnfinishedCreationIsBegunAgain)
{
    std::ofstream(m_folder / "warren.db.new") << "half a database";
    StoreOnDisk disk{m_file};
    ASSERT_TRUE(disk.write(putQueue(1, 1, "q")));
    EXPECT_FALSE(std::filesystem::exists(m_folder / "warren.db.new"));
}

TEST_F(SqliteStoreTest, RestartsWithAHundredThousandMessages)
{
    constexpr std::uint64_t kCount = 100'000;
    constexpr std::uint64_t kQueues = 10;
    const std::string body(1024, 'x');
    {
        StoreOnDisk disk{m_file};
        std::vector<broker::StoredOperation> list;
        for (std::uint64_t queue = 1; queue <= kQueues; ++queue) {
            list.emplace_back(putQueue(disk.nextPosition(), queue, "q" + std::to_string(queue)));
        }
        for (std::uint64_t i = 0; i < kCount; ++i) {
            list.emplace_back(enqueue(1 + i % kQueues, 1 + i / kQueues, disk.nextPosition(),
                                      std::to_string(i) + body));
        }
        ASSERT_TRUE(disk.writeAll(std::move(list)));
        ASSERT_TRUE(disk.store->closeCleanly());
    }
    const auto start = std::chrono::steady_clock::now();
    const StoreOnDisk disk{m_file};
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    std::cout << "recovered " << kCount << " messages of 1 KiB in " << took.count() << " ms\n";

    ASSERT_EQ(disk.recovered.messages.size(), kCount);
    std::vector<broker::BodyRequest> requests;
    for (std::uint64_t at = 0; at < kCount; ++at) {
        const RecoveredMessage& one = disk.recovered.messages[at];
        const std::uint64_t perQueue = kCount / kQueues;
        ASSERT_EQ(one.queue.value, 1 + at / perQueue);
        ASSERT_EQ(one.sequence, 1 + at % perQueue);
        const std::uint64_t i = (one.sequence - 1) * kQueues + one.queue.value - 1;
        const std::string expected = std::to_string(i) + body;
        ASSERT_EQ(one.bodyBytes, expected.size());
        if (one.message) {
            ASSERT_EQ(textOf(one.message->body()), expected);
        } else if (at % 97 == 0) {
            requests.push_back({one.queue, one.sequence, one.position, one.bodyBytes});
        }
    }
    // Most of them stayed where they are.
    ASSERT_GT(requests.size(), 500u);
    const auto loaded = disk.store->load(requests);
    ASSERT_TRUE(loaded.isOk());
    for (const broker::LoadedBody& one : *loaded) {
        const std::uint64_t i = (one.request.sequence - 1) * kQueues + one.request.queue.value - 1;
        ASSERT_EQ(textOf(one.message->body()), std::to_string(i) + body);
    }
}

TEST_F(SqliteStoreTest, RemovingManyEmptyQueuesDoesNotLookAtMessages)
{
    constexpr std::uint64_t kQueues = 2'000;
    StoreOnDisk disk{m_file};
    std::vector<broker::StoredOperation> list =
        operations(putQueue(disk.nextPosition(), 1, "full"));
    for (std::uint64_t i = 1; i <= 1000; ++i) {
        list.emplace_back(enqueue(1, i, disk.nextPosition(), std::string(1000, 'x')));
    }
    for (std::uint64_t i = 0; i < kQueues; ++i) {
        list.emplace_back(putQueue(disk.nextPosition(), 10 + i, "e" + std::to_string(i)));
    }
    ASSERT_TRUE(disk.writeAll(std::move(list)));
    for (std::uint64_t i = 0; i < kQueues; ++i) {
        list.emplace_back(removeQueue(disk.nextPosition(), 10 + i, "e" + std::to_string(i)));
    }
    ASSERT_TRUE(disk.writeAll(std::move(list)));
    disk.store.reset();
    const RecoveredState state = reread();
    EXPECT_EQ(state.definitions.size(), 1u);
    EXPECT_EQ(state.messages.size(), 1000u);
}

}  // namespace
}  // namespace warren::storage
