#include "core/base/prng.h"
#include "core/raft/members_codec.h"
#include "core/storage/raft_store.h"
#include "tests/unit/storage/fault_disk.h"
#include "tests/unit/storage/raft_store_files.h"
#include "tests/unit/storage/temporary_folder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <gmock/gmock.h>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace warren::storage {
namespace {

using Fault = FaultDisk::Fault;

/// What a disk has to hold, as RaftDisk says it; one entry per index.
class Model {
public:
    LogIndex nextIndex() const { return m_next; }
    LogIndex firstIndex() const { return m_entries.empty() ? m_next : m_entries.begin()->first; }
    LogIndex snapshotIndex() const { return m_state.snapshot ? m_state.snapshot->index : 0; }
    Term term() const { return m_state.term; }
    Term termAt(LogIndex index) const { return m_entries.at(index).term; }
    bool has(LogIndex index) const { return m_entries.contains(index); }

    void saveTerm(Term term, MemberId vote)
    {
        m_state.term = term;
        m_state.vote = vote;
    }
    void append(const std::vector<Entry>& entries)
    {
        for (const Entry& entry : entries) {
            m_entries[m_next++] = entry;
        }
    }
    void truncate(LogIndex from)
    {
        m_entries.erase(m_entries.lower_bound(from), m_entries.end());
        m_next = std::min(m_next, from);
    }
    void storeSnapshot(const SnapshotPtr& snapshot, LogIndex keepFrom)
    {
        m_state.snapshot = snapshot;
        if (keepFrom == 0) {
            m_entries.clear();
            m_next = snapshot->index + 1;
        } else {
            m_entries.erase(m_entries.begin(), m_entries.lower_bound(keepFrom));
        }
    }
    std::string text() const
    {
        PersistentState state = m_state;
        state.firstIndex = firstIndex();
        for (const auto& [index, entry] : m_entries) {
            state.entries.push_back(entry);
        }
        return described(state);
    }

private:
    PersistentState m_state;  // without entries
    std::map<LogIndex, Entry> m_entries;
    LogIndex m_next = 1;
};

/// A member that does random things which a member may do, and knows what is durable.
class RandomMember {
public:
    RandomMember(std::filesystem::path file, std::uint64_t seed, std::size_t bytesMax)
        : m_file(std::move(file)), m_random(seed), m_bytesMax(bytesMax)
    {
    }

    /// @returns false once a write has failed
    bool play(int rounds)
    {
        if (!open() || !saveTerm(1)) return false;
        for (int round = 0; round < rounds; ++round) {
            if (!playRound()) return false;
        }
        return true;
    }
    void end() { m_store.reset(); }

    /// What every write that succeeded has left, and what the one that failed may have left too.
    std::vector<std::string> mayBeOnDisk() const { return {m_durable, m_handedOver.text()}; }
    const std::string& durable() const { return m_durable; }

private:
    bool open()
    {
        m_store.reset();
        auto opened = RaftStore::open(m_file);
        if (!opened) return false;
        m_store = std::move(*opened);
        m_store->persisted = [this](Ticket ticket) { m_reported.push_back(ticket); };
        m_store->failed = [this](const IoError&) { m_hasFailed = true; };
        return true;
    }
    bool playRound()
    {
        for (std::uint64_t count = m_random.below(4); count > 0; --count) {
            if (!act()) return false;
        }
        m_store->flush();
        if (m_hasFailed) return false;
        noteDurable();
        EXPECT_EQ(std::exchange(m_reported, {}), std::exchange(m_expected, {}));
        EXPECT_FALSE(m_store->hasWork());
        if (m_random.below(8) != 0) return true;
        if (!open()) return false;
        EXPECT_EQ(loadedFrom(*m_store), m_durable);
        return true;
    }
    bool act()
    {
        switch (m_random.below(10)) {
        case 0: return saveTerm(m_handedOver.term() + m_random.below(3));
        case 1: truncate(); return true;
        case 2: takeSnapshot(); return true;
        case 3:
            if (m_random.below(4) == 0) installSnapshot();
            return true;
        default: append(); return true;
        }
    }
    bool saveTerm(Term term)
    {
        const MemberId vote{m_random.below(4)};
        m_handedOver.saveTerm(term, vote);
        if (!m_store->saveTerm(term, vote)) return false;
        noteDurable();
        return true;
    }
    void append()
    {
        std::vector<Entry> entries(m_random.below(4));
        for (Entry& entry : entries) {
            entry = command(m_handedOver.term(), bytes());
            if (m_random.below(8) == 0) {
                entry = {entry.term, EntryType::Change, encodeMembers(kMembers)};
            }
        }
        const LogIndex first = m_handedOver.nextIndex();
        m_handedOver.append(entries);
        m_store->append(ticket(), first, std::move(entries));
    }
    void truncate()
    {
        const LogIndex least = m_handedOver.snapshotIndex() + 1;
        const LogIndex from = least + m_random.below(m_handedOver.nextIndex() - least + 1);
        m_handedOver.truncate(from);
        m_store->truncate(from);
    }
    void takeSnapshot()
    {
        const LogIndex last = m_handedOver.nextIndex() - 1;
        const LogIndex before = m_handedOver.snapshotIndex();
        if (last <= before) return;
        const LogIndex index = before + 1 + m_random.below(last - before);
        const LogIndex first = m_handedOver.firstIndex();
        store(snapshotAt(index, m_handedOver.termAt(index), bytes()),
              first + m_random.below(index + 2 - first));
    }
    void installSnapshot()
    {
        store(snapshotAt(m_handedOver.snapshotIndex() + 1 + m_random.below(20), m_handedOver.term(),
                         bytes()),
              0);
    }
    void store(const SnapshotPtr& snapshot, LogIndex keepFrom)
    {
        m_handedOver.storeSnapshot(snapshot, keepFrom);
        m_store->storeSnapshot(ticket(), snapshot, keepFrom);
    }
    std::string bytes()
    {
        const std::uint64_t bound = m_random.below(8) == 0 ? m_bytesMax : 40;
        return std::string(m_random.below(bound), static_cast<char>('a' + m_random.below(26)));
    }
    Ticket ticket()
    {
        m_expected.push_back(m_nextTicket);
        return m_nextTicket++;
    }
    void noteDurable() { m_durable = m_handedOver.text(); }

    const std::filesystem::path m_file;
    Prng m_random;
    const std::size_t m_bytesMax;
    std::unique_ptr<RaftStore> m_store;
    Model m_handedOver;
    std::string m_durable = described(PersistentState{});
    Tickets m_reported;
    Tickets m_expected;
    Ticket m_nextTicket = 1;
    bool m_hasFailed = false;
};

std::uint64_t numberIn(const char* variable, std::uint64_t otherwise)
{
    const char* text = std::getenv(variable);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// WARREN_TEST_SEED chooses the work.
TEST(RaftStoreModel, HoldsWhatARandomMemberWrites)
{
    FaultDisk disk;  // without faults: it only spares the real disk the syncs
    const std::uint64_t first = numberIn("WARREN_TEST_SEED", 1);
    for (std::uint64_t seed = first; seed < first + 10 && !HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const TemporaryFolder folder;
        disk.watch(folder.path());
        RandomMember member(folder / "cluster.db", seed, 60'000);
        ASSERT_TRUE(member.play(80));
        ASSERT_EQ(loadedAfterCrash(folder), member.durable());
        member.end();
        ASSERT_EQ(loadedFrom(folder / "cluster.db"), member.durable());
    }
}

/// Plays with one fault. @returns whether the member noticed it
bool tryFault(FaultDisk& disk, std::uint64_t seed, std::uint64_t step, Fault fault)
{
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + nameOf(fault) + " at step " +
                 std::to_string(step));
    const TemporaryFolder folder;
    const TemporaryFolder copied;
    disk.watch(folder.path());
    disk.failAt(step, fault);
    RandomMember member(folder / "cluster.db", seed, 20'000);
    const bool isGood = member.play(12);
    member.end();
    disk.repair();
    const auto expectGood = [&](const std::filesystem::path& file) {
        EXPECT_THAT(member.mayBeOnDisk(), ::testing::Contains(loadedFrom(file)));
    };
    // With what the system still had in memory, unless that was lost too.
    if (fault != Fault::PowerCut) {
        copyFiles(folder, copied);
        expectGood(copied / "cluster.db");
    }
    Prng random(seed * 1'000'003 + step);
    disk.losePower(random);
    expectGood(folder / "cluster.db");
    return !isGood;
}

/// WARREN_TEST_SEED chooses the work; with WARREN_TEST_STRIDE n, every n-th step fails.
TEST(RaftStoreModel, LosesNothingThatWasDurableWhateverFails)
{
    FaultDisk disk;
    const std::uint64_t seed = numberIn("WARREN_TEST_SEED", 1);
    const std::uint64_t stride = numberIn("WARREN_TEST_STRIDE", 7);
    std::uint64_t stepCount = 0;
    {
        const TemporaryFolder folder;
        disk.watch(folder.path());
        RandomMember member(folder / "cluster.db", seed, 20'000);
        ASSERT_TRUE(member.play(12));
        member.end();
        stepCount = disk.stepCount();
    }
    int failureCount = 0;
    std::uint64_t offset = seed;
    for (const Fault fault : {Fault::ShortWrite, Fault::WriteError, Fault::SyncError,
                              Fault::DiskFull, Fault::PowerCut}) {
        offset += 1;  // other steps for each kind
        for (std::uint64_t step = 1 + offset % stride; step <= stepCount; step += stride) {
            failureCount += tryFault(disk, seed, step, fault);
            if (HasFailure()) return;
        }
    }
    RecordProperty("steps", static_cast<int>(stepCount));
    EXPECT_GT(failureCount, 20);
}

}  // namespace
}  // namespace warren::storage
