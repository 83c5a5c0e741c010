#include "core/base/prng.h"
#include "core/storage/memory_store.h"
#include "core/storage/sqlite_connection.h"
#include "core/storage/sqlite_schema.h"
#include "core/storage/sqlite_store.h"
#include "core/storage/store_batch.h"
#include "tests/unit/storage/fault_disk.h"
#include "tests/unit/storage/random_broker.h"
#include "tests/unit/storage/store_files.h"
#include "tests/unit/storage/temporary_folder.h"
#include "tests/unit/storage/version_1_file.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// Every write and sync of a workload fails once, in every way; what was committed is there
// afterwards, whether the process starts again or the power was lost as well.

namespace warren::storage {
namespace {

using namespace warren::test;
using Fault = FaultDisk::Fault;
using Operations = std::vector<broker::StoredOperation>;

constexpr int kRounds = 14;
constexpr Fault kFaults[] = {Fault::ShortWrite, Fault::WriteError, Fault::SyncError,
                             Fault::DiskFull, Fault::PowerCut};

/// What may be on the disk: what every commit so far has made durable, and perhaps the one that
/// failed.
class Expectation {
public:
    /// Operations that one flush appends, and the batches that they are cut into.
    void begin(Operations list, std::vector<broker::LogPosition> lastPositions)
    {
        m_list = std::move(list);
        m_lastPositions = std::move(lastPositions);
        m_committedCount = 0;
        m_isUnderWay = false;
    }
    void beginCommit() { m_isUnderWay = true; }
    void noteCommit()
    {
        m_isUnderWay = false;
        m_committedCount += 1;
        if (m_committedCount < m_lastPositions.size()) return;
        m_durable.append(std::exchange(m_list, {}));
        m_lastPositions.clear();
        m_committedCount = 0;
    }

    /// @returns what is wrong; empty: nothing. Goes on with what was found.
    std::string judge(const RecoveredState& found)
    {
        std::string fault;
        const std::size_t last = m_committedCount + (m_isUnderWay ? 1 : 0);
        for (std::size_t count = m_committedCount; count <= last; ++count) {
            MemoryStore expected = after(count, found);
            fault = difference(expected.recover(), found);
            if (!fault.empty()) continue;
            m_durable = std::move(expected);
            begin({}, {});
            return {};
        }
        return fault;
    }

private:
    /// After so many batches of the list. Messages that are removed later on, and that nobody wants
    /// back, may never have been written.
    MemoryStore after(std::size_t batchCount, const RecoveredState& found) const
    {
        MemoryStore store = m_durable;
        if (batchCount == 0) return store;
        if (batchCount == m_lastPositions.size()) {
            store.append(Operations{m_list});
            return store;
        }
        std::size_t count = 0;
        while (count < m_list.size() &&
               positionOf(m_list[count]) <= m_lastPositions[batchCount - 1]) {
            count += 1;
        }
        const auto middle = m_list.begin() + static_cast<std::ptrdiff_t>(count);
        store.append({m_list.begin(), middle});
        std::set<broker::LogPosition> onDisk;
        for (const RecoveredMessage& one : found.messages)
            onDisk.insert(one.position);
        Operations elided;
        for (auto at = middle; at != m_list.end(); ++at) {
            const auto* one = std::get_if<broker::Remove>(&*at);
            if (one == nullptr || one->reason == broker::RemovalReason::DeadLettered) continue;
            if (!onDisk.contains(one->position)) elided.emplace_back(*one);
        }
        store.append(std::move(elided));
        return store;
    }

    static std::string difference(const RecoveredState& expected, const RecoveredState& found)
    {
        const auto firstOf = [](const std::vector<std::string>& a,
                                const std::vector<std::string>& b) {
            for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
                const std::string one = i < a.size() ? a[i].substr(0, 60) : "nothing";
                const std::string other = i < b.size() ? b[i].substr(0, 60) : "nothing";
                if (i >= a.size() || i >= b.size() || a[i] != b[i]) {
                    return "expected " + one + ", found " + other;
                }
            }
            return std::string{};
        };
        std::string fault =
            firstOf(test::described(expected.messages), test::described(found.messages));
        if (!fault.empty()) return fault;
        fault = firstOf(test::described(expected.definitions), test::described(found.definitions));
        if (!fault.empty()) return fault;
        if (found.lastPosition < expected.lastPosition) return "positions would be used twice";
        if (found.lastQueueId < expected.lastQueueId) return "queue ids would be used twice";
        return {};
    }

    MemoryStore m_durable{MemoryStore::Sync::Immediate};
    Operations m_list;                                 // of the flush that is being written
    std::vector<broker::LogPosition> m_lastPositions;  // of its batches
    std::size_t m_committedCount = 0;                  // of them
    bool m_isUnderWay = false;                         // the next one was begun
};

/// A store that is used until it fails.
class Workload {
public:
    Workload(FaultDisk& disk, std::filesystem::path file, std::uint64_t seed)
        : m_disk(disk), m_file(std::move(file)), m_random(seed)
    {
    }

    /// @returns whether everything went well
    bool play(int rounds)
    {
        if (!open()) return false;
        for (int round = 0; round < rounds; ++round) {
            if (!playRound(m_random.below(100))) return false;
        }
        return true;
    }
    /// Like a process that ends; SQLite closes its files.
    void end() { m_store.reset(); }

    /// Opens what is there, which has to be what was committed, and goes on with it for a while.
    void expectGood(const std::filesystem::path& file)
    {
        end();
        m_file = file;
        ASSERT_TRUE(open()) << m_error;
        ASSERT_TRUE(write()) << m_error;
        ASSERT_TRUE(m_store->closeCleanly());
        ASSERT_EQ(queried(file, "PRAGMA integrity_check"), "ok");
        ASSERT_TRUE(open()) << m_error;
        end();
    }
    Expectation expectation;

private:
    bool playRound(std::uint64_t dice)
    {
        if (dice < 62) return write();
        if (dice < 74) return checkpoint();
        if (dice < 82) return note(m_store->restartWal());
        if (dice < 88) {
            const auto reclaimed = m_store->reclaimSpace();
            return reclaimed ? true : note(reclaimed.error());
        }
        if (dice < 94 && !note(m_store->closeCleanly())) return false;
        return open();
    }

    bool note(const Status<IoError>& status)
    {
        if (!status) m_error = status.error().text;
        return status.isOk();
    }

    bool open()
    {
        m_store.reset();
        auto opened = SqliteStore::open(optionsFor(m_file));
        if (!opened) return note(opened.error());
        m_store = std::move(*opened);
        const RecoveredState found = m_store->takeRecovered();
        m_error = expectation.judge(found);
        EXPECT_EQ(m_error, "");
        if (!m_error.empty()) return false;
        m_builder = BatchBuilder{found.lastPosition};
        if (!found.definitions.empty()) {
            m_broker.emplace(m_random, found);
            return true;
        }
        // Everything else needs a vhost to be in.
        RecoveredState first = found;
        first.lastPosition += 1;
        m_broker.emplace(m_random, first);
        return write(operations(change(first.lastPosition, broker::PutVhost{vhostOfTests()})));
    }

    bool write() { return write(m_broker->operations()); }

    bool write(Operations list)
    {
        m_builder.add(Operations{list});
        std::vector<StoreBatch> batches;
        std::vector<broker::LogPosition> lastPositions;
        while (!m_builder.isEmpty()) {
            batches.push_back(m_builder.take());
            lastPositions.push_back(batches.back().lastPosition);
        }
        expectation.begin(std::move(list), std::move(lastPositions));
        for (const StoreBatch& batch : batches) {
            expectation.beginCommit();
            const bool hadFailed = m_disk.hasFailed();
            const auto written = m_store->write(batch);
            // A fault during a commit is never passed over.
            EXPECT_TRUE(!written || hadFailed == m_disk.hasFailed());
            if (!written) return note(written);
            expectation.noteCommit();
        }
        return true;
    }

    /// As StoreThread's second thread does it: what fails there is no loss.
    bool checkpoint()
    {
        auto connection = SqliteConnection::open(m_file, SqliteConnection::Access::ReadWrite);
        if (!connection || !configureConnection(**connection, Synchronous::Full)) return true;
        (void)(*connection)->checkpointWal(SqliteConnection::WalCheckpoint::Passive);
        return true;
    }

    FaultDisk& m_disk;
    std::filesystem::path m_file;
    Prng m_random;
    std::unique_ptr<SqliteStore> m_store;
    BatchBuilder m_builder;
    std::optional<RandomBroker> m_broker;
    std::string m_error;
};

class StoreFaultTest : public ::testing::Test {
protected:
    /// Brings the files that a run begins with into a folder.
    using Prepare =
        std::function<void(const std::filesystem::path& file, Expectation& expectation)>;
    struct Run {
        std::uint64_t seed = 0;
        int rounds = kRounds;
        Prepare prepare = [](const std::filesystem::path&, Expectation&) {};
    };

    /// One fault at one step, and everything that may follow from it.
    void tryFault(const Run& run, std::uint64_t step, Fault fault)
    {
        SCOPED_TRACE("seed " + std::to_string(run.seed) + ": " + nameOf(fault) + " at step " +
                     std::to_string(step));
        const TemporaryFolder folder;
        const TemporaryFolder copied;
        Workload workload = begin(run, folder);
        m_disk.failAt(step, fault);
        const bool isGood = workload.play(run.rounds);
        workload.end();
        m_failureCount += !isGood;
        m_tryCount += 1;
        m_disk.repair();
        // With what the system still had in memory, unless that was lost too.
        if (fault != Fault::PowerCut) {
            for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
                if (entry.path().string().ends_with("-shm")) continue;
                std::filesystem::copy(entry.path(), copied.path() / entry.path().filename());
            }
            workloadAfter(workload, run.seed + step).expectGood(copied / "warren.db");
            if (HasFailure()) return;
        }
        Prng random(run.seed * 1'000'003 + step);
        m_disk.losePower(random);
        workloadAfter(workload, run.seed + step).expectGood(folder / "warren.db");
    }
    /// Every n-th step, other ones for each kind of fault.
    void tryFaults(const Run& run, std::uint64_t stride)
    {
        const std::uint64_t stepCount = stepCountOf(run);
        std::uint64_t offset = run.seed;
        for (const Fault fault : kFaults) {
            offset += 1;
            for (std::uint64_t step = 1 + offset % stride; step <= stepCount; step += stride) {
                tryFault(run, step, fault);
                if (HasFailure()) return;
            }
        }
    }

    Workload begin(const Run& run, const TemporaryFolder& folder)
    {
        const std::filesystem::path file = folder / "warren.db";
        Workload workload(m_disk, file, run.seed);
        run.prepare(file, workload.expectation);
        m_disk.watch(folder.path());
        return workload;
    }
    Workload workloadAfter(const Workload& before, std::uint64_t seed)
    {
        Workload after(m_disk, {}, seed);
        after.expectation = before.expectation;
        return after;
    }
    std::uint64_t stepCountOf(const Run& run)
    {
        const TemporaryFolder folder;
        Workload workload = begin(run, folder);
        EXPECT_TRUE(workload.play(run.rounds));
        workload.end();
        return m_disk.stepCount();
    }

    FaultDisk m_disk;
    int m_failureCount = 0;
    int m_tryCount = 0;
};

std::uint64_t numberIn(const char* variable, std::uint64_t otherwise)
{
    const char* text = std::getenv(variable);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// WARREN_TEST_STRIDE: 1 tries every step, n every n-th.
std::uint64_t stride(std::uint64_t otherwise) { return numberIn("WARREN_TEST_STRIDE", otherwise); }

/// WARREN_TEST_SEED and WARREN_TEST_SEEDS choose workloads.
TEST_F(StoreFaultTest, NothingThatWasCommittedIsLostWhateverFails)
{
    const std::uint64_t first = numberIn("WARREN_TEST_SEED", 1);
    const std::uint64_t seedCount = numberIn("WARREN_TEST_SEEDS", 2);
    for (std::uint64_t seed = first; seed < first + seedCount && !HasFailure(); ++seed)
        tryFaults({.seed = seed}, stride(31));
    RecordProperty("tries", m_tryCount);
    EXPECT_GT(m_failureCount, 20);
}

TEST_F(StoreFaultTest, AFileWithoutAWriteAheadLogLosesNothingWhateverFails)
{
    const Prepare prepare = [this](const std::filesystem::path& file, Expectation& expectation) {
        Workload workload(m_disk, file, 1);
        ASSERT_TRUE(workload.play(3));
        workload.end();
        expectation = workload.expectation;
        ASSERT_EQ(queried(file, "PRAGMA journal_mode=DELETE"), "delete");
    };
    tryFaults({.seed = 1, .rounds = 1, .prepare = prepare}, stride(5));
    RecordProperty("tries", m_tryCount);
    EXPECT_GT(m_failureCount, 5);
}

/// A vhost, a queue, and messages in two segments, some of them settled, some delivered.
void fillVersion1(Version1File& file)
{
    file.put(1, "000000012F");                                          // vhost "/"
    file.put(3, "000000012F0000000161", "00000000000000010100000000");  // queue 1 "a"
    std::vector<Version1File::Entry> many(408);
    for (std::size_t i = 0; i < many.size(); ++i)
        many[i] = {1, 1 + i, "message " + std::to_string(i)};
    file.putSegment(10, many);
    file.putSegment(500, {{1, 501, std::string(300'000, 'l')}, {1, 502, "a"}, {1, 503, "b"}});
    file.execute(
        "INSERT INTO settled VALUES(10, x'FF"
        "000000000000000000000000000000000000000000000000000000000000"
        "0000000000000000000000000000000000000000')");
    file.execute("INSERT INTO mark VALUES(1, 100)");
}

TEST_F(StoreFaultTest, AFileOfVersion1LosesNothingWhateverFails)
{
    const auto recovered = [](const std::filesystem::path& file) {
        const auto store = SqliteStore::open(optionsFor(file));
        EXPECT_TRUE(store.isOk()) << (store.isOk() ? "" : store.error().text);
        return store ? test::described((*store)->takeRecovered().messages)
                     : std::vector<std::string>{};
    };
    for (const Fault fault : kFaults) {
        const int failureCountBefore = m_failureCount;
        std::uint64_t stepCount = 1;
        for (std::uint64_t step = 1; step <= stepCount; step += stride(3)) {
            SCOPED_TRACE(std::string{nameOf(fault)} + " at step " + std::to_string(step));
            const TemporaryFolder folder;
            const std::filesystem::path file = folder / "warren.db";
            {
                Version1File old{file};
                fillVersion1(old);
            }
            const TemporaryFolder copied;
            std::filesystem::copy(file, copied / "warren.db");
            m_disk.watch(folder.path());
            m_disk.failAt(step, fault);
            {
                const auto store = SqliteStore::open(optionsFor(file));
                m_failureCount += !store.isOk();
            }
            stepCount = std::max(stepCount, m_disk.stepCount());
            m_disk.repair();
            Prng random(step);
            m_disk.losePower(random);
            const std::vector<std::string> found = recovered(file);
            m_disk.watch(copied.path());
            ASSERT_EQ(found, recovered(copied / "warren.db"));
            ASSERT_EQ(found.size(), 403u);
            ASSERT_EQ(queried(file, "PRAGMA user_version"), "3");
            ASSERT_EQ(queried(file, "PRAGMA integrity_check"), "ok");
        }
        EXPECT_GT(m_failureCount, failureCountBefore) << nameOf(fault);
    }
}

}  // namespace
}  // namespace warren::storage
