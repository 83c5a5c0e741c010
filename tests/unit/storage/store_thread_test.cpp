#include "core/storage/store_thread.h"

#include "core/base/prng.h"
#include "tests/support/event_loop.h"
#include "tests/unit/storage/store_files.h"
#include "tests/unit/storage/temporary_folder.h"

#include <QObject>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <gmock/gmock.h>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace warren::storage {
namespace {

using namespace warren::test;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StoreThreadTest : public ::testing::Test {
protected:
    void open(StoreOptions options)
    {
        m_store.reset();
        m_committed.clear();
        provideVhost(options.databaseFile);
        auto opened = StoreThread::open(std::move(options), &m_context);
        ASSERT_TRUE(opened.isOk()) << opened.error().text;
        m_store = std::move(*opened);
        m_recovered = m_store->takeRecovered();
        m_store->setCallbacks(
            {.committed = [this](broker::LogPosition upTo) { m_committed.push_back(upTo); },
             .failed = [this](const IoError& error) { m_failures.push_back(error); }});
    }
    void open() { open(optionsFor(m_file)); }

    template <typename... Operations>
    void append(Operations... each)
    {
        m_store->append(operations(std::move(each)...));
    }
    bool runUntilCommitted(broker::LogPosition position)
    {
        return runUntil([&] { return !m_committed.empty() && m_committed.back() >= position; });
    }

    const TemporaryFolder m_folder;
    const std::filesystem::path m_file = m_folder / "warren.db";
    QObject m_context;
    std::unique_ptr<StoreThread> m_store;
    RecoveredState m_recovered;
    std::vector<broker::LogPosition> m_committed;
    std::vector<IoError> m_failures;
};

/// Holds the store's thread back before a commit until the test lets it go.
class Gate {
public:
    std::function<std::optional<IoError>()> hook()
    {
        return [this]() -> std::optional<IoError> {
            if (!m_isClosed) return std::nullopt;
            m_isReached = true;
            m_open.get_future().wait();
            return std::nullopt;
        };
    }
    void close() { m_isClosed = true; }
    bool isReached() const { return m_isReached; }
    void release()
    {
        m_isClosed = false;
        m_open.set_value();
    }

private:
    std::atomic<bool> m_isClosed = false;
    std::atomic<bool> m_isReached = false;
    std::promise<void> m_open;
};

TEST_F(StoreThreadTest, ReportsACommitOnTheBrokersThread)
{
    open();
    append(putQueue(1, 1, "q"), enqueue(1, 1, 2, "a"));
    EXPECT_THAT(m_committed, IsEmpty());
    EXPECT_GT(m_store->bytesInFlight(), 0u);
    ASSERT_TRUE(runUntilCommitted(2));
    EXPECT_EQ(m_store->bytesInFlight(), 0u);
    EXPECT_GT(m_store->stats().databaseBytes, 0u);
    EXPECT_EQ(m_store->stats().commitCount, 1u);
}

TEST_F(StoreThreadTest, WhatWasCommittedSurvivesACrash)
{
    open();
    append(putQueue(1, 1, "q"), enqueue(1, 1, 2, "a"));
    ASSERT_TRUE(runUntilCommitted(2));
    open();
    EXPECT_THAT(described(m_recovered.messages), ElementsAre("1/1@2 a"));
}

TEST_F(StoreThreadTest, GroupsWhatArrivesDuringACommit)
{
    Gate gate;
    auto options = optionsFor(m_file);
    options.writeFault = gate.hook();
    open(std::move(options));
    gate.close();
    append(putQueue(1, 1, "q"));
    ASSERT_TRUE(runUntil([&gate] { return gate.isReached(); }));
    for (broker::LogPosition position = 2; position <= 1001; ++position) {
        append(enqueue(1, position - 1, position, "a"));
    }
    gate.release();
    ASSERT_TRUE(runUntilCommitted(1001));
    EXPECT_EQ(m_store->stats().commitCount, 2u);
}

TEST_F(StoreThreadTest, GroupsWhatArrivesInOneTurn)
{
    open();
    append(putQueue(1, 1, "q"));
    append(enqueue(1, 1, 2, "a"));
    append(enqueue(1, 2, 3, "b"));
    ASSERT_TRUE(runUntilCommitted(3));
    EXPECT_EQ(m_store->stats().commitCount, 1u);
}

TEST_F(StoreThreadTest, NeverWritesWhatIsRemovedDuringACommit)
{
    Gate gate;
    auto options = optionsFor(m_file);
    options.writeFault = gate.hook();
    open(std::move(options));
    gate.close();
    append(putQueue(1, 1, "q"));
    ASSERT_TRUE(runUntil([&gate] { return gate.isReached(); }));
    append(enqueue(1, 1, 2, "a"), enqueue(1, 2, 3, "b"));
    append(removal(1, 2), removal(1, 3));
    EXPECT_EQ(m_store->bytesInFlight(), 0u);
    gate.release();
    ASSERT_TRUE(runUntilCommitted(3)) << "their positions are due all the same";
    EXPECT_THAT(m_committed, ElementsAre(1u, 3u));
    EXPECT_EQ(m_store->stats().elidedCount, 2u);
}

TEST_F(StoreThreadTest, WritesRemovalsSoonAlthoughNobodyWaits)
{
    open();
    append(putQueue(1, 1, "q"), enqueue(1, 1, 2, "a"), enqueue(1, 2, 3, "b"));
    ASSERT_TRUE(runUntilCommitted(3));
    const auto commits = m_store->stats().commitCount;
    append(removal(1, 2));
    ASSERT_TRUE(runUntil([&] { return m_store->stats().commitCount > commits; }));
    open();
    EXPECT_THAT(described(m_recovered.messages), ElementsAre("1/2@3 b"));
}

TEST_F(StoreThreadTest, RemovesMessagesOfTheRunBefore)
{
    open();
    append(putQueue(1, 1, "q"), enqueue(1, 1, 2, "a"), enqueue(1, 2, 3, "b"));
    ASSERT_TRUE(m_store->closeCleanly());
    open();
    append(removal(1, 2));
    ASSERT_TRUE(m_store->closeCleanly());
    open();
    EXPECT_THAT(described(m_recovered.messages), ElementsAre("1/2@3 b"));
}

TEST_F(StoreThreadTest, ACleanCloseWritesEverythingAndReportsIt)
{
    open();
    const std::string body(400'000, 'x');
    append(putQueue(1, 1, "q"));
    for (broker::LogPosition position = 2; position <= 21; ++position) {
        append(enqueue(1, position - 1, position, body));
    }
    ASSERT_TRUE(m_store->closeCleanly());
    ASSERT_THAT(m_committed, ::testing::Not(IsEmpty()));
    EXPECT_EQ(m_committed.back(), 21u);
    append(enqueue(1, 21, 22, "too late"));

    open();
    EXPECT_EQ(m_recovered.messages.size(), 20u);
    EXPECT_EQ(m_recovered.lastPosition, 21u);
}

TEST_F(StoreThreadTest, AFailedCommitIsFinal)
{
    std::atomic<bool> fails = false;
    auto options = optionsFor(m_file);
    options.writeFault = [&fails]() -> std::optional<IoError> {
        if (!fails) return std::nullopt;
        return IoError{.kind = IoError::Kind::DiskFull, .text = "The disk is full."};
    };
    open(std::move(options));
    append(putQueue(1, 1, "q"), enqueue(1, 1, 2, "a"));
    ASSERT_TRUE(runUntilCommitted(2));
    fails = true;
    append(enqueue(1, 2, 3, "b"));
    append(enqueue(1, 3, 4, "c"));
    ASSERT_TRUE(runUntil([this] { return !m_failures.empty(); }));
    fails = false;
    append(enqueue(1, 4, 5, "d"));
    const auto closed = m_store->closeCleanly();
    ASSERT_FALSE(closed);
    EXPECT_EQ(closed.error().text, "The disk is full.");

    EXPECT_THAT(m_committed, ElementsAre(2u));
    ASSERT_EQ(m_failures.size(), 1u);
    EXPECT_EQ(m_failures[0].kind, IoError::Kind::DiskFull);
    open();
    EXPECT_THAT(described(m_recovered.messages), ElementsAre("1/1@2 a"));
}

TEST_F(StoreThreadTest, AFullDiskFailsOnceAndKeepsWhatWasConfirmed)
{
    auto options = optionsFor(m_file);
    options.pageCountMax = 400;  // 6.5 MB
    open(std::move(options));
    append(putQueue(1, 1, "q"));
    const std::string body(100'000, 'x');
    for (broker::LogPosition position = 2; position <= 101; ++position) {
        append(enqueue(1, position - 1, position, body));
    }
    ASSERT_TRUE(runUntil([this] { return !m_failures.empty(); }));
    EXPECT_EQ(m_failures[0].kind, IoError::Kind::DiskFull);
    const broker::LogPosition confirmed = m_committed.empty() ? 0 : m_committed.back();
    EXPECT_GT(confirmed, 20u);
    EXPECT_LT(confirmed, 101u);

    open();
    EXPECT_EQ(m_failures.size(), 1u);
    ASSERT_EQ(m_recovered.messages.size(), confirmed - 1);
    m_store.reset();
    EXPECT_EQ(queried(m_file, "PRAGMA integrity_check"), "ok");
}

TEST_F(StoreThreadTest, SaysWhyItCannotBeOpened)
{
    std::ofstream(m_file) << "nonsense";
    const auto store = StoreThread::open(optionsFor(m_file), &m_context);
    ASSERT_FALSE(store.isOk());
    EXPECT_EQ(store.error().kind, IoError::Kind::Damaged);
}

TEST_F(StoreThreadTest, AnEventThatComesAfterItIsGoneIsHarmless)
{
    Gate gate;
    auto options = optionsFor(m_file);
    options.writeFault = gate.hook();
    open(std::move(options));
    append(putQueue(1, 1, "q"), enqueue(1, 1, 2, "a"));
    append(removal(1, 2));
    m_store.reset();
    bool isTurned = false;
    QTimer::singleShot(std::chrono::milliseconds{50}, &m_context, [&isTurned] { isTurned = true; });
    ASSERT_TRUE(runUntil([&isTurned] { return isTurned; }));
    EXPECT_THAT(m_committed, IsEmpty());
}

TEST_F(StoreThreadTest, KeepsTheWriteAheadLogShortUnderLoad)
{
    auto options = optionsFor(m_file);
    options.synchronous = Synchronous::Normal;
    open(std::move(options));
    append(putQueue(1, 1, "q"));
    const std::string body(100'000, 'x');
    broker::LogPosition position = 2;
    std::uint64_t databaseBytesMax = 0;
    for (int round = 0; round < 30; ++round) {
        for (int i = 0; i < 100; ++i, ++position) {
            append(enqueue(1, position - 1, position, body));
            if (position > 120) append(removal(1, position - 100));
        }
        ASSERT_TRUE(runUntilCommitted(position - 1));
        databaseBytesMax = std::max(databaseBytesMax, m_store->stats().databaseBytes);
    }
    // 300 MB went through; at most 20 MB were there at a time.
    EXPECT_LT(databaseBytesMax, 250'000'000u);
    ASSERT_TRUE(m_store->closeCleanly());
}

}  // namespace
}  // namespace warren::storage
