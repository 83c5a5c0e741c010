#include "core/storage/raft_store.h"

#include "core/raft/members_codec.h"
#include "core/raft/raft_node.h"
#include "tests/unit/storage/fault_disk.h"
#include "tests/unit/storage/raft_store_files.h"
#include "tests/unit/storage/store_files.h"
#include "tests/unit/storage/temporary_folder.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace warren::storage {
namespace {

using Fault = FaultDisk::Fault;

/// A store, what it has reported, and the state that it is expected to hold.
class RaftStoreTest : public ::testing::Test {
protected:
    RaftStoreTest() { reopen(); }

    void reopen()
    {
        store.reset();
        auto opened = RaftStore::open(file);
        ASSERT_TRUE(opened.isOk()) << opened.error().text;
        store = std::move(*opened);
        store->persisted = [this](Ticket ticket) { reported.push_back(ticket); };
        store->failed = [this](const IoError& error) { failures.push_back(error); };
    }
    Tickets takeReported() { return std::exchange(reported, {}); }
    /// Now, after a crash, and after another start.
    void expectOnDisk(const PersistentState& state)
    {
        EXPECT_EQ(loadedFrom(*store), described(state));
        EXPECT_EQ(loadedAfterCrash(folder), described(state));
        reopen();
        EXPECT_EQ(loadedFrom(*store), described(state));
    }
    /// Three commands of term 1, durable.
    PersistentState fill()
    {
        PersistentState state;
        state.term = 1;
        state.vote = MemberId{1};
        state.entries = {command(1, "a"), command(1, "b"), command(1, "c")};
        EXPECT_TRUE(store->saveTerm(1, MemberId{1}));
        store->append(1, 1, state.entries);
        store->flush();
        reported.clear();
        return state;
    }

    const TemporaryFolder folder;
    const std::filesystem::path file = folder / "cluster.db";
    std::unique_ptr<RaftStore> store;
    Tickets reported;
    std::vector<IoError> failures;
};

TEST_F(RaftStoreTest, ANewOneHoldsNothing)
{
    expectOnDisk({});
    EXPECT_EQ(store->identity(), RaftIdentity{});
    EXPECT_FALSE(store->hasWork());
    store.reset();
    EXPECT_EQ(queried(file, "PRAGMA journal_mode"), "wal");
}

TEST_F(RaftStoreTest, KeepsEntriesAsTheyAre)
{
    PersistentState state;
    state.term = 7;
    state.vote = MemberId{~std::uint64_t{0}};
    state.entries = {{1, EntryType::Change, encodeMembers(kMembers)},
                     {2, EntryType::Barrier, ""},
                     {7, EntryType::Command, std::string("\0\xFF'\0", 4)},
                     {7, EntryType::Command, std::string(300'000, 'l')}};
    EXPECT_TRUE(store->saveTerm(state.term, state.vote));
    store->append(1, 1, {state.entries[0], state.entries[1]});
    store->append(2, 3, {state.entries[2], state.entries[3]});
    store->flush();
    expectOnDisk(state);
}

TEST_F(RaftStoreTest, ReportsFromFlushOnlyAndInOrder)
{
    EXPECT_TRUE(store->saveTerm(1, kNobody));
    EXPECT_FALSE(store->hasWork());
    store->append(3, 1, {command(1, "a")});
    store->truncate(1);
    store->append(4, 1, {command(1, "b")});
    store->storeSnapshot(5, snapshotAt(1, 1, "s"), 1);
    EXPECT_TRUE(store->hasWork());
    EXPECT_EQ(takeReported(), Tickets{});
    store->flush();
    EXPECT_EQ(takeReported(), (Tickets{3, 4, 5}));
    EXPECT_FALSE(store->hasWork());
    store->flush();
    EXPECT_EQ(takeReported(), Tickets{});
}

TEST_F(RaftStoreTest, ReplacesWhatWasTruncated)
{
    PersistentState state = fill();
    EXPECT_TRUE(store->saveTerm(2, kNobody));
    state.term = 2;
    state.vote = kNobody;
    store->truncate(2);
    store->flush();
    state.entries.resize(1);
    expectOnDisk(state);
    store->append(7, 2, {command(2, "d"), command(2, "e")});
    store->truncate(3);
    store->append(8, 3, {command(2, "f")});
    store->flush();
    EXPECT_EQ(takeReported(), (Tickets{7, 8}));
    state.entries = {command(1, "a"), command(2, "d"), command(2, "f")};
    expectOnDisk(state);
    store->truncate(1);
    store->flush();
    state.entries.clear();
    expectOnDisk(state);
    store->append(9, 1, {command(2, "g")});
    store->flush();
    state.entries = {command(2, "g")};
    expectOnDisk(state);
}

TEST_F(RaftStoreTest, ForgetsWhatASnapshotCovers)
{
    PersistentState state = fill();
    state.snapshot = snapshotAt(2, 1, "first");
    store->storeSnapshot(2, state.snapshot, 1);
    store->flush();
    expectOnDisk(state);  // with all that it could have dropped
    state.snapshot = snapshotAt(3, 1, std::string(2'000'000, 's'));
    store->storeSnapshot(3, state.snapshot, 2);
    store->flush();
    state.firstIndex = 2;
    state.entries = {command(1, "b"), command(1, "c")};
    expectOnDisk(state);
    store->storeSnapshot(4, state.snapshot, 4);  // and nothing remains
    store->flush();
    state.firstIndex = 4;
    state.entries.clear();
    expectOnDisk(state);
    store->append(5, 4, {command(1, "d")});
    store->flush();
    state.entries = {command(1, "d")};
    expectOnDisk(state);
    EXPECT_EQ(takeReported(), (Tickets{2, 3, 4, 5}));
}

TEST_F(RaftStoreTest, BeginsAnewBehindTheSnapshotOfALeader)
{
    PersistentState state = fill();
    state.snapshot = snapshotAt(100, 1, "of the leader");
    store->storeSnapshot(2, state.snapshot, 0);
    store->append(3, 101, {command(1, "x")});
    store->flush();
    state.firstIndex = 101;
    state.entries = {command(1, "x")};
    expectOnDisk(state);
    state.snapshot = snapshotAt(101, 1, "");
    store->storeSnapshot(4, state.snapshot, 0);
    store->flush();
    state.firstIndex = 102;
    state.entries.clear();
    expectOnDisk(state);
    EXPECT_EQ(takeReported(), (Tickets{2, 3, 4}));
}

TEST_F(RaftStoreTest, LosesInACrashWhatWasNotFlushedAndNothingElse)
{
    const PersistentState state = fill();
    store->append(2, 4, {command(1, "d")});
    store->truncate(2);
    store->storeSnapshot(3, snapshotAt(9, 1, "s"), 0);
    EXPECT_EQ(loadedAfterCrash(folder), described(state));
    reopen();
    EXPECT_EQ(loadedFrom(*store), described(state));
    EXPECT_EQ(takeReported(), Tickets{});
    store->append(4, 4, {command(1, "e")});  // where it was, not where it would have been
    store->flush();
    EXPECT_EQ(takeReported(), Tickets{4});
}

TEST_F(RaftStoreTest, SavesTheTermAtOnceWithWhatCameBefore)
{
    PersistentState state = fill();
    store->append(2, 4, {command(1, "d")});
    EXPECT_TRUE(store->saveTerm(5, MemberId{3}));
    state.term = 5;
    state.vote = MemberId{3};
    state.entries.push_back(command(1, "d"));
    EXPECT_EQ(loadedAfterCrash(folder), described(state));
    EXPECT_EQ(takeReported(), Tickets{});  // not from inside
    EXPECT_TRUE(store->hasWork());
    store->append(3, 5, {command(5, "e")});
    EXPECT_EQ(loadedAfterCrash(folder), described(state));
    store->flush();
    EXPECT_EQ(takeReported(), (Tickets{2, 3}));
    state.entries.push_back(command(5, "e"));
    expectOnDisk(state);
}

TEST_F(RaftStoreTest, LeavesWhatAReportLeadsToForTheNextFlush)
{
    PersistentState state = fill();
    store->persisted = [&](Ticket ticket) {
        reported.push_back(ticket);
        if (ticket == 2) {
            store->append(4, 6, {command(1, "f")});
            EXPECT_TRUE(store->saveTerm(2, kNobody));
            store->append(5, 7, {command(2, "g")});
        }
    };
    store->append(2, 4, {command(1, "d")});
    store->append(3, 5, {command(1, "e")});
    store->flush();
    EXPECT_EQ(takeReported(), (Tickets{2, 3}));
    EXPECT_TRUE(store->hasWork());
    store->flush();
    EXPECT_EQ(takeReported(), (Tickets{4, 5}));
    EXPECT_FALSE(store->hasWork());
    state.term = 2;
    state.vote = kNobody;
    for (Entry entry : {command(1, "d"), command(1, "e"), command(1, "f"), command(2, "g")}) {
        state.entries.push_back(std::move(entry));
    }
    expectOnDisk(state);
}

TEST_F(RaftStoreTest, KnowsWhoItIs)
{
    const RaftIdentity identity{3, "a cluster's id \xC3\xA4"};
    const PersistentState state = fill();
    ASSERT_TRUE(store->setIdentity(identity).isOk());
    EXPECT_EQ(store->identity(), identity);
    expectOnDisk(state);
    EXPECT_EQ(store->identity(), identity);
    EXPECT_TRUE(store->saveTerm(2, kNobody));
    reopen();
    EXPECT_EQ(store->identity(), identity);
}

TEST_F(RaftStoreTest, BeginsAsAFounder)
{
    fill();
    store->append(2, 4, {command(1, "lost")});
    EXPECT_TRUE(store->saveTerm(2, kNobody));
    store->append(3, 5, {command(1, "lost")});
    const PersistentState founder = RaftNode::founder(kMembers);
    ASSERT_TRUE(store->begin({2, "c"}, founder).isOk());
    store->flush();
    EXPECT_EQ(takeReported(), Tickets{});
    expectOnDisk(founder);
    EXPECT_EQ(store->identity(), (RaftIdentity{2, "c"}));

    PersistentState behindSnapshot = founder;
    behindSnapshot.term = 4;
    behindSnapshot.snapshot = snapshotAt(5, 3, "s");
    behindSnapshot.firstIndex = 5;
    behindSnapshot.entries = {command(3, "x"), command(4, "y")};
    ASSERT_TRUE(store->begin({2, "c"}, behindSnapshot).isOk());
    store->append(9, 7, {command(4, "z")});
    store->flush();
    behindSnapshot.entries.push_back(command(4, "z"));
    expectOnDisk(behindSnapshot);
}

TEST_F(RaftStoreTest, ForgetsEverything)
{
    fill();
    store->storeSnapshot(2, snapshotAt(3, 1, "s"), 2);
    ASSERT_TRUE(store->setIdentity({3, "c"}).isOk());
    ASSERT_TRUE(store->reset().isOk());
    EXPECT_FALSE(store->hasWork());
    expectOnDisk({});
    EXPECT_EQ(store->identity(), RaftIdentity{});
    store->append(1, 1, {});
    store->flush();
    EXPECT_EQ(takeReported(), Tickets{1});
}

TEST_F(RaftStoreTest, BelongsToOneAtATime)
{
    const auto other = RaftStore::open(file);
    ASSERT_FALSE(other.isOk());
    EXPECT_EQ(other.error().kind, IoError::Kind::InUse);
}

TEST_F(RaftStoreTest, TheWriteAheadLogDoesNotGrowWithoutBound)
{
    EXPECT_TRUE(store->saveTerm(1, kNobody));
    for (LogIndex index = 1; index <= 120; ++index) {
        store->append(index, index, {command(1, std::string(100'000, 'x'))});
        if (index % 10 == 0) {
            store->storeSnapshot(1000 + index, snapshotAt(index, 1, std::string(500'000, 's')),
                                 index);
        }
        store->flush();
    }
    EXPECT_LT(std::filesystem::file_size(folder / "cluster.db-wal"), 6u * 1024 * 1024);
    EXPECT_LT(std::filesystem::file_size(file), 4u * 1024 * 1024);
}

// ---- damage

class DamagedRaftStoreTest : public RaftStoreTest {
protected:
    /// Entries 2 to 4 and a snapshot at 2.
    DamagedRaftStoreTest()
    {
        fill();
        EXPECT_TRUE(store->setIdentity({1, "c"}).isOk());
        store->append(2, 4, {command(1, "d")});
        store->storeSnapshot(3, snapshotAt(2, 1, "state"), 2);
        store->flush();
        store.reset();
        EXPECT_FALSE(errorOf(file).has_value());
    }
    /// Changes the file with SQL; then it is damaged.
    void expectDamagedBy(const char* sql)
    {
        SCOPED_TRACE(sql);
        const std::string whole = contentsOf(file);
        (void)queried(file, sql);
        expectDamaged();
        write(whole);
        EXPECT_FALSE(errorOf(file).has_value());
    }
    void expectDamaged()
    {
        const auto error = errorOf(file);
        ASSERT_TRUE(error.has_value());
        EXPECT_EQ(error->kind, IoError::Kind::Damaged) << error->text;
        EXPECT_NE(error->text.find("cluster.db"), std::string::npos);
    }
    void write(const std::string& content)
    {
        std::ofstream stream(file, std::ios::binary | std::ios::trunc);
        stream << content;
    }
};

TEST_F(DamagedRaftStoreTest, RefusesRowsThatAreNotWhatWasWritten)
{
    expectDamagedBy("UPDATE entries SET data = x'65' WHERE idx = 3");
    expectDamagedBy("UPDATE entries SET term = 2 WHERE idx = 4");
    expectDamagedBy("UPDATE entries SET type = 2 WHERE idx = 4");
    expectDamagedBy("UPDATE entries SET idx = 5 WHERE idx = 4");
    expectDamagedBy("UPDATE snapshot SET data = substr(data, 1, length(data) - 1)");
    expectDamagedBy("UPDATE snapshot SET idx = 3");
    expectDamagedBy("UPDATE member SET vote = 2");
    expectDamagedBy("UPDATE member SET term = 3");
    expectDamagedBy("UPDATE member SET cluster_id = x'64'");
    expectDamagedBy("UPDATE member SET member_id = 2");
}

TEST_F(DamagedRaftStoreTest, RefusesRowsThatDoNotFitTogether)
{
    expectDamagedBy("DELETE FROM entries WHERE idx = 3");
    expectDamagedBy("DELETE FROM entries WHERE idx <= 3");  // 3 is not in the snapshot
    expectDamagedBy("DELETE FROM snapshot");                // the log begins at 2
    expectDamagedBy("DELETE FROM member");
    expectDamagedBy("DROP TABLE entries");
    expectDamagedBy("PRAGMA application_id = 1");
    expectDamagedBy("PRAGMA user_version = 0");
}

TEST_F(DamagedRaftStoreTest, RefusesALogThatEndsBeforeItsSnapshot)
{
    reopen();
    store->storeSnapshot(4, snapshotAt(4, 1, "state"), 2);
    store->flush();
    store.reset();
    expectDamagedBy("DELETE FROM entries WHERE idx = 4");
}

TEST_F(DamagedRaftStoreTest, RefusesAnyPartOfAFile)
{
    const std::string whole = contentsOf(file);
    for (std::size_t bytes = 0; bytes < whole.size(); bytes += 1000) {
        SCOPED_TRACE(bytes);
        write(whole.substr(0, bytes));
        expectDamaged();
    }
    write("This is not a database, but it is long enough to be the header of one. " + whole);
    expectDamaged();
}

TEST_F(DamagedRaftStoreTest, RefusesBytesThatHaveChanged)
{
    const std::string whole = contentsOf(file);
    const std::size_t at = whole.find("state", whole.find("CREATE TABLE"));
    ASSERT_NE(at, std::string::npos);
    std::string changed = whole;
    changed[at] = 'S';
    write(changed);
    expectDamaged();
}

TEST_F(DamagedRaftStoreTest, RefusesAPageThatHasLostItsLastEntry)
{
    const std::size_t root =
        std::stoul(queried(file, "SELECT rootpage FROM sqlite_master WHERE name = 'entries'"));
    const std::size_t page = (root - 1) * std::stoul(queried(file, "PRAGMA page_size"));
    std::string changed = contentsOf(file);
    ASSERT_EQ(changed[page], 0x0D);  // a leaf; https://www.sqlite.org/fileformat2.html
    ASSERT_EQ(changed[page + 4], 3);
    changed[page + 4] = 2;
    write(changed);
    expectDamaged();
}

TEST_F(DamagedRaftStoreTest, RefusesTheFileOfANewerVersionAndLeavesIt)
{
    (void)queried(file, "PRAGMA user_version = 2");
    const std::string before = contentsOf(file);
    const auto error = errorOf(file);
    ASSERT_TRUE(error.has_value());
    EXPECT_EQ(error->kind, IoError::Kind::NewerVersion);
    EXPECT_EQ(contentsOf(file), before);
}

TEST_F(DamagedRaftStoreTest, RefusesTheStoreOfMessages)
{
    std::filesystem::remove(file);
    ASSERT_TRUE(createDatabase(file).isOk());
    expectDamaged();
}

TEST_F(DamagedRaftStoreTest, DoesNotBeginAnewBesideALogWithoutItsFile)
{
    const TemporaryFolder copied;
    reopen();
    store->append(4, 5, {command(1, "e")});
    store->flush();
    copyFiles(folder, copied);
    ASSERT_GT(std::filesystem::file_size(copied / "cluster.db-wal"), 0u);
    std::filesystem::remove(copied / "cluster.db");
    const auto error = errorOf(copied / "cluster.db");
    ASSERT_TRUE(error.has_value());
    EXPECT_EQ(error->kind, IoError::Kind::Damaged);
    EXPECT_FALSE(std::filesystem::exists(copied / "cluster.db"));
}

TEST(RaftStore, NeedsItsFolder)
{
    const TemporaryFolder folder;
    const auto error = errorOf(folder.path() / "missing" / "cluster.db");
    ASSERT_TRUE(error.has_value());
    EXPECT_EQ(error->kind, IoError::Kind::NotWritable) << error->text;
}

TEST(RaftStore, TakesNoNoticeOfAFileThatWasNotFinished)
{
    const TemporaryFolder folder;
    std::ofstream(folder / "cluster.db.new") << "half of it";
    EXPECT_EQ(loadedFrom(folder / "cluster.db"), described(PersistentState{}));
    EXPECT_FALSE(std::filesystem::exists(folder / "cluster.db.new"));
}

// ---- a disk that fails

TEST(RaftStoreFailure, IsToldOnceAndNothingIsReportedAfterwards)
{
    FaultDisk disk;
    const TemporaryFolder folder;
    disk.watch(folder.path());
    auto opened = RaftStore::open(folder / "cluster.db");
    ASSERT_TRUE(opened.isOk());
    RaftStore& store = **opened;
    Tickets reported;
    std::vector<IoError> failures;
    store.persisted = [&](Ticket ticket) { reported.push_back(ticket); };
    store.failed = [&](const IoError& error) { failures.push_back(error); };
    ASSERT_TRUE(store.saveTerm(1, kNobody));
    store.append(1, 1, {command(1, "a")});
    ASSERT_TRUE(store.saveTerm(2, kNobody));  // ticket 1 is durable, but not reported yet

    disk.failAt(disk.stepCount() + 1, Fault::DiskFull);
    store.append(2, 2, {command(2, "b")});
    EXPECT_FALSE(store.saveTerm(3, kNobody));
    EXPECT_TRUE(failures.empty());  // not from inside
    EXPECT_TRUE(store.hasWork());
    disk.repair();
    store.append(3, 3, {command(2, "c")});
    store.flush();
    ASSERT_EQ(failures.size(), 1u);
    EXPECT_EQ(failures[0].kind, IoError::Kind::DiskFull);
    EXPECT_FALSE(store.hasWork());
    EXPECT_FALSE(store.saveTerm(4, kNobody));
    EXPECT_FALSE(store.setIdentity({1, "c"}).isOk());
    EXPECT_FALSE(store.reset().isOk());
    EXPECT_FALSE(store.load().isOk());
    store.append(7, 7, {command(2, "d")});
    store.truncate(1);
    store.storeSnapshot(8, snapshotAt(3, 2, "s"), 1);
    store.flush();
    EXPECT_EQ(failures.size(), 1u);
    EXPECT_EQ(reported, Tickets{});

    opened->reset();
    PersistentState expected;
    expected.term = 2;
    expected.entries = {command(1, "a")};
    EXPECT_EQ(loadedFrom(folder / "cluster.db"), described(expected));
}

TEST(RaftStoreFailure, ThatWasReturnedIsNotToldAgain)
{
    FaultDisk disk;
    const TemporaryFolder folder;
    disk.watch(folder.path());
    auto opened = RaftStore::open(folder / "cluster.db");
    ASSERT_TRUE(opened.isOk());
    RaftStore& store = **opened;
    int failureCount = 0;
    store.failed = [&](const IoError&) { failureCount += 1; };
    disk.failAt(disk.stepCount() + 1, Fault::WriteError);
    EXPECT_FALSE(store.setIdentity({1, "c"}).isOk());
    EXPECT_EQ(store.identity(), RaftIdentity{});
    EXPECT_FALSE(store.hasWork());
    store.flush();
    EXPECT_EQ(failureCount, 0);
}

}  // namespace
}  // namespace warren::storage
