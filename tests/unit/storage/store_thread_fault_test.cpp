#include "core/base/prng.h"
#include "core/storage/memory_store.h"
#include "core/storage/store_thread.h"
#include "tests/support/event_loop.h"
#include "tests/unit/storage/fault_disk.h"
#include "tests/unit/storage/random_broker.h"
#include "tests/unit/storage/store_files.h"
#include "tests/unit/storage/temporary_folder.h"

#include <QObject>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// A disk that fails below the store's threads, at whatever they are doing then.

namespace warren::storage {
namespace {

using namespace warren::test;
using namespace std::chrono_literals;
using Fault = FaultDisk::Fault;
using Operations = std::vector<broker::StoredOperation>;

class StoreThreadFaultTest : public ::testing::TestWithParam<Fault> {
protected:
    /// Opens what is there. @returns whether that went well
    bool open()
    {
        m_store.reset();
        m_committed = 0;
        m_failureCount = 0;
        auto opened = StoreThread::open(optionsFor(m_file), &m_context);
        if (!opened) return false;
        m_store = std::move(*opened);
        m_store->setCallbacks({.committed =
                                   [this](broker::LogPosition upTo) {
                                       EXPECT_EQ(m_failureCount, 0) << "committed after a failure";
                                       m_committed = upTo;
                                   },
                               .failed = [this](const IoError&) { m_failureCount += 1; }});
        return true;
    }

    void append(Operations list)
    {
        for (const broker::StoredOperation& operation : list) {
            m_lastPosition = std::max(m_lastPosition, positionOf(operation));
            m_log.push_back(operation);
        }
        m_store->append(std::move(list));
    }

    /// What is on the disk are the first of the operations, and those that were committed among
    /// them.
    void expectPrefix(const RecoveredState& found) const
    {
        std::set<broker::LogPosition> onDisk;
        for (const RecoveredMessage& one : found.messages)
            onDisk.insert(one.position);
        MemoryStore store{MemoryStore::Sync::Immediate};
        for (std::size_t count = 0;; ++count) {
            const bool mayEnd = count == m_log.size() || positionOf(m_log[count]) > m_committed;
            if (mayEnd && isAsFound(store, count, onDisk, found)) return;
            if (count == m_log.size()) break;
            store.append({m_log[count]});
        }
        ADD_FAILURE() << "the disk holds something else than what was committed up to "
                      << m_committed;
    }

    bool isAsFound(MemoryStore store, std::size_t count,
                   const std::set<broker::LogPosition>& onDisk, const RecoveredState& found) const
    {
        // What is removed later on, and nobody wants back, may never have been written.
        Operations elided;
        for (std::size_t i = count; i < m_log.size(); ++i) {
            const auto* one = std::get_if<broker::Remove>(&m_log[i]);
            if (one == nullptr || one->reason == broker::RemovalReason::DeadLettered) continue;
            if (!onDisk.contains(one->position)) elided.emplace_back(*one);
        }
        store.append(std::move(elided));
        const RecoveredState expected = store.recover();
        const auto hasSameMessages =
            std::ranges::equal(expected.messages, found.messages, {}, &RecoveredMessage::position,
                               &RecoveredMessage::position);
        return hasSameMessages &&
               test::described(expected.messages) == test::described(found.messages) &&
               test::described(expected.definitions) == test::described(found.definitions);
    }

    FaultDisk m_disk;
    const TemporaryFolder m_folder;
    const std::filesystem::path m_file = m_folder / "warren.db";
    QObject m_context;
    std::unique_ptr<StoreThread> m_store;
    Operations m_log;
    broker::LogPosition m_lastPosition = 0;
    broker::LogPosition m_committed = 0;
    int m_failureCount = 0;
};

TEST_P(StoreThreadFaultTest, IsFinalAndLosesNothingThatWasCommitted)
{
    constexpr int kListCount = 40;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Prng random(seed);
        m_log.clear();
        m_lastPosition = 0;
        std::filesystem::remove_all(m_folder.path());
        std::filesystem::create_directory(m_folder.path());
        m_disk.watch(m_folder.path());
        ASSERT_TRUE(open());
        append(operations(change(1, broker::PutVhost{vhostOfTests()})));
        RecoveredState first = m_store->takeRecovered();
        first.lastPosition = 1;
        RandomBroker broker(random, first);
        m_disk.failAt(m_disk.stepCount() + 1 + random.below(300), GetParam());
        for (int i = 0; i < kListCount && m_failureCount == 0; ++i) {
            append(broker.operations());
            if (random.below(3) == 0) continue;  // more than one batch waits then
            ASSERT_TRUE(
                runUntil([this] { return m_committed >= m_lastPosition || m_failureCount > 0; }));
        }
        // Whatever comes after a failure is not committed.
        append(broker.operations());
        ASSERT_TRUE(
            runUntil([this] { return m_committed >= m_lastPosition || m_failureCount > 0; }));
        if (m_failureCount > 0) {
            for (int i = 0; i < 3; ++i)
                append(broker.operations());
            EXPECT_FALSE(runUntil([] { return false; }, 30ms));
            EXPECT_FALSE(m_store->closeCleanly().isOk());
        }
        EXPECT_LE(m_failureCount, 1);
        const broker::LogPosition committed = m_committed;
        m_store.reset();
        m_disk.repair();
        m_disk.losePower(random);
        ASSERT_TRUE(open());
        m_committed = committed;
        expectPrefix(m_store->takeRecovered());
        m_store.reset();
        EXPECT_EQ(queried(m_file, "PRAGMA integrity_check"), "ok");
        if (HasFailure()) return;
    }
}

std::string nameOf(const ::testing::TestParamInfo<Fault>& info)
{
    switch (info.param) {
    case Fault::None: return "None";
    case Fault::ShortWrite: return "ShortWrite";
    case Fault::WriteError: return "WriteError";
    case Fault::SyncError: return "SyncError";
    case Fault::DiskFull: return "DiskFull";
    case Fault::PowerCut: return "PowerCut";
    }
    return {};
}

INSTANTIATE_TEST_SUITE_P(Faults, StoreThreadFaultTest,
                         ::testing::Values(Fault::None, Fault::ShortWrite, Fault::WriteError,
                                           Fault::SyncError, Fault::DiskFull, Fault::PowerCut),
                         nameOf);

}  // namespace
}  // namespace warren::storage
