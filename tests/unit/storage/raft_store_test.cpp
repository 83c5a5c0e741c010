#include "core/storage/raft_store.h"

#include "core/base/prng.h"
#include "core/raft/members_codec.h"
#include "core/raft/raft_node.h"
#include "core/storage/sqlite_schema.h"
#include "tests/unit/storage/fault_disk.h"
#include "tests/unit/storage/store_files.h"
#include "tests/unit/storage/temporary_folder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <gmock/gmock.h>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace warren::storage {
namespace {

using namespace warren::test;
using namespace raft;
using Fault = FaultDisk::Fault;
using Tickets = std::vector<Ticket>;

const Members kMembers{{MemberId{1}, MemberRole::Voter}, {MemberId{2}, MemberRole::Standby}};
constexpr MemberId kNobody{};

Entry command(Term term, std::string data) { return {term, EntryType::Command, std::move(data)}; }

SnapshotPtr snapshotAt(LogIndex index, Term term, std::string data)
{
    return std::make_shared<const Snapshot>(Snapshot{index, term, kMembers, 1, std::move(data)});
}

/// Short enough to read when two differ.
std::string described(const std::string& data)
{
    if (data.size() <= 30) return "'" + data + "'";
    return std::to_string(data.size()) + " bytes #" +
           std::to_string(std::hash<std::string>{}(data));
}

std::string described(const PersistentState& state)
{
    std::string text = "term " + std::to_string(state.term) + " vote " +
                       std::to_string(state.vote.value) + " first " +
                       std::to_string(state.firstIndex);
    if (state.snapshot != nullptr) {
        text += " snapshot " + std::to_string(state.snapshot->index) + ":" +
                std::to_string(state.snapshot->term) + ":" +
                std::to_string(state.snapshot->membersIndex) + ":" +
                described(encodeMembers(state.snapshot->members)) + ":" +
                described(state.snapshot->data);
    }
    for (const Entry& entry : state.entries) {
        text += " " + std::to_string(entry.term) + ":" +
                std::to_string(static_cast<int>(entry.type)) + ":" + described(entry.data);
    }
    return text;
}

/// What is loaded, described; or why nothing is.
std::string loadedFrom(RaftStore& store)
{
    const auto state = store.load();
    return state ? described(*state) : state.error().text;
}

std::string loadedFrom(const std::filesystem::path& file)
{
    const auto store = RaftStore::open(file);
    return store ? loadedFrom(**store) : store.error().text;
}

/// How opening and loading goes wrong; nothing if it doesn't.
std::optional<IoError> errorOf(const std::filesystem::path& file)
{
    const auto store = RaftStore::open(file);
    if (!store) return store.error();
    const auto state = (*store)->load();
    if (!state) return state.error();
    return std::nullopt;
}

void copyFiles(const TemporaryFolder& from, const TemporaryFolder& to)
{
    for (const auto& entry : std::filesystem::directory_iterator(from.path())) {
        std::filesystem::copy(entry.path(), to.path() / entry.path().filename(),
                              std::filesystem::copy_options::overwrite_existing);
    }
}

/// What a crash of the process would leave now, loaded.
std::string loadedAfterCrash(const TemporaryFolder& folder)
{
    const TemporaryFolder copied;
    copyFiles(folder, copied);
    return loadedFrom(copied / "cluster.db");
}

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

// ---- random work against a model

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

const char* nameOf(Fault fault)
{
    switch (fault) {
    case Fault::None: return "no fault";
    case Fault::ShortWrite: return "short write";
    case Fault::WriteError: return "write error";
    case Fault::SyncError: return "sync error";
    case Fault::DiskFull: return "full disk";
    case Fault::PowerCut: return "power cut";
    }
    return "";
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

// ---- below a node

/// The only voter of its group; its state is the list of commands.
class LoneVoter final : private RaftClock, private RaftLinks, private cluster::ReplicatedState {
public:
    explicit LoneVoter(const std::filesystem::path& file)
    {
        auto opened = RaftStore::open(file);
        EXPECT_TRUE(opened.isOk());
        store = std::move(*opened);
        if (store->identity().memberId == 0) {
            const Members alone{{kSelf, MemberRole::Voter}};
            EXPECT_TRUE(store->begin({kSelf.value, "c"}, RaftNode::founder(alone)).isOk());
        }
        m_options.heartbeat = std::chrono::milliseconds(50);
        m_options.election = std::chrono::milliseconds(300);
        m_options.snapshotThreshold = 5;
        m_options.snapshotTrailing = 2;
        node = std::make_unique<RaftNode>(kSelf, m_options,
                                          RaftEnvironment{*this, *store, *this, *this});
        store->persisted = [this](Ticket ticket) { node->persisted(ticket); };
        auto state = store->load();
        EXPECT_TRUE(state.isOk());
        const auto started = node->start(*state);
        EXPECT_TRUE(started.isOk()) << (started.isOk() ? "" : started.error());
    }
    ~LoneVoter() override { node.reset(); }

    void lead()
    {
        for (int i = 0; i < 20 && !node->isLeader(); ++i) {
            m_now = m_now + m_options.heartbeat;
            node->tick();
        }
        settle();
        EXPECT_TRUE(node->isLeader());
    }
    void settle()
    {
        while (store->hasWork()) {
            store->flush();
        }
    }
    /// @returns whether it is agreed on
    bool propose(const std::string& command)
    {
        const auto outcome = std::make_shared<cluster::Outcome>(cluster::Outcome::Busy);
        node->propose({command}, {[outcome](cluster::Outcome it) { *outcome = it; }});
        EXPECT_EQ(*outcome, cluster::Outcome::Busy);  // nothing before it is on the disk
        settle();
        return *outcome == cluster::Outcome::Done;
    }

    std::unique_ptr<RaftStore> store;
    std::vector<std::string> applied;
    std::unique_ptr<RaftNode> node;

private:
    static constexpr MemberId kSelf{1};

    Instant now() override { return m_now; }
    void send(Message) override { ADD_FAILURE() << "there is nobody to talk to"; }
    void apply(LogIndex, ByteView command) override { applied.emplace_back(textOf(command)); }
    std::string snapshot() const override
    {
        std::string all;
        for (const std::string& command : applied) {
            all += command + "\n";
        }
        return all;
    }
    bool restore(LogIndex, ByteView snapshot) override
    {
        applied.clear();
        std::string_view rest = textOf(snapshot);
        while (!rest.empty()) {
            const std::size_t end = rest.find('\n');
            applied.emplace_back(rest.substr(0, end));
            rest.remove_prefix(end + 1);
        }
        return true;
    }

    RaftOptions m_options;
    Instant m_now{std::chrono::hours(100)};
};

TEST(RaftStoreBelowANode, KeepsWhatALoneVoterHasAgreedOn)
{
    const TemporaryFolder folder;
    const TemporaryFolder copied;
    Term term = 0;
    {
        LoneVoter voter(folder / "cluster.db");
        voter.lead();
        EXPECT_TRUE(voter.propose("a"));
        EXPECT_EQ(voter.applied, std::vector<std::string>{"a"});
        term = voter.node->term();
        copyFiles(folder, copied);  // and here it crashes
    }
    LoneVoter again(copied / "cluster.db");
    again.lead();
    EXPECT_GT(again.node->term(), term);
    EXPECT_EQ(again.applied, std::vector<std::string>{"a"});
    EXPECT_TRUE(again.propose("b"));
    EXPECT_EQ(again.applied, (std::vector<std::string>{"a", "b"}));
}

TEST(RaftStoreBelowANode, KeepsItWithSnapshotsAndManyCrashes)
{
    std::vector<std::string> expected;
    TemporaryFolder folders[7];
    for (int life = 0; life < 6; ++life) {
        LoneVoter voter(folders[life] / "cluster.db");
        voter.lead();
        ASSERT_EQ(voter.applied, expected);
        for (int i = 0; i < 4; ++i) {
            expected.push_back(std::to_string(life) + "." + std::to_string(i));
            ASSERT_TRUE(voter.propose(expected.back()));
        }
        const auto state = voter.store->load();
        ASSERT_TRUE(state.isOk());
        if (life > 0) {
            ASSERT_NE(state->snapshot, nullptr);
            EXPECT_LE(state->entries.size(), 9u);
        }
        voter.node->propose({"not flushed"}, {[](cluster::Outcome) {}});
        copyFiles(folders[life], folders[life + 1]);
    }
}

}  // namespace
}  // namespace warren::storage
