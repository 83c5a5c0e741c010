#include "core/storage/raft_store.h"

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/raft/message_codec.h"
#include "core/raft/validity.h"
#include "core/storage/checksum.h"
#include "core/storage/sqlite_connection.h"
#include "core/storage/sqlite_schema.h"

#include <QByteArray>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <initializer_list>
#include <iterator>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace warren::storage {

namespace {

/// In the file's header: "WRRC".
constexpr std::int64_t kRaftApplicationId = 0x57525243;
constexpr std::int64_t kRaftFormat = 1;

// As raft_store.h describes it.
constexpr const char* kRaftTables[] = {
    "CREATE TABLE member(id INTEGER PRIMARY KEY CHECK(id = 1), member_id INTEGER NOT NULL,"
    " cluster_id BLOB NOT NULL, term INTEGER NOT NULL, vote INTEGER NOT NULL,"
    " checksum INTEGER NOT NULL)",
    "CREATE TABLE entries(idx INTEGER PRIMARY KEY, term INTEGER NOT NULL, type INTEGER NOT NULL,"
    " checksum INTEGER NOT NULL, data BLOB NOT NULL)",
    "CREATE TABLE snapshot(idx INTEGER PRIMARY KEY, checksum INTEGER NOT NULL,"
    " data BLOB NOT NULL)",
};

std::uint64_t rowChecksum(std::initializer_list<std::uint64_t> numbers, ByteView data)
{
    Buffer head;
    for (const std::uint64_t number : numbers) {
        head.appendBigEndian(number);
    }
    return segmentChecksum(head.view(), data);
}

std::uint64_t unsignedAt(const SqliteStatement& row, int column)
{
    return static_cast<std::uint64_t>(row.integer(column));
}

IoError cannotCreate(const std::filesystem::path& file, int code)
{
    const bool isFull = code == ENOSPC || code == EDQUOT;
    return {.kind = isFull ? IoError::Kind::DiskFull : IoError::Kind::NotWritable,
            .text = "The database " + file.string() +
                    " cannot be created: " + std::generic_category().message(code) + "."};
}

std::filesystem::path withSuffix(std::filesystem::path file, const char* suffix)
{
    return file += suffix;
}

Status<IoError> executeEach(SqliteConnection& connection, std::initializer_list<std::string> sql)
{
    for (const std::string& statement : sql) {
        if (auto done = connection.execute(statement.c_str()); !done) return done;
    }
    return {};
}

Status<IoError> createRaftTables(const std::filesystem::path& file)
{
    auto opened = SqliteConnection::open(file, SqliteConnection::Access::ReadWriteCreate);
    if (!opened) return opened.error();
    SqliteConnection& connection = **opened;
    auto done = executeEach(connection, {"PRAGMA synchronous=FULL", "BEGIN"});
    for (const char* sql : kRaftTables) {
        if (done) done = connection.execute(sql);
    }
    if (!done) return done;
    const std::string checksum =
        std::to_string(static_cast<std::int64_t>(rowChecksum({0, 0, 0}, {})));
    done =
        executeEach(connection, {"INSERT INTO member VALUES(1, 0, x'', 0, 0, " + checksum + ")",
                                 "PRAGMA application_id=" + std::to_string(kRaftApplicationId),
                                 "PRAGMA user_version=" + std::to_string(kRaftFormat), "COMMIT"});
    if (!done) return done;
    return provideWal(connection);
}

/// Makes the file's name survive a loss of power.
Status<IoError> syncNameOf(const std::filesystem::path& file)
{
    const int descriptor = ::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return cannotCreate(file, errno);
    const int code = ::fsync(descriptor) == 0 ? 0 : errno;
    ::close(descriptor);
    if (code != 0) return cannotCreate(file, code);
    return {};
}

/// Whole or not at all: a member that finds nothing but an empty file has lost its vote.
Status<IoError> createRaftFile(const std::filesystem::path& file)
{
    const std::filesystem::path unfinished = withSuffix(file, ".new");
    std::error_code error;
    for (const char* suffix : {"", "-wal", "-journal"}) {
        std::filesystem::remove(withSuffix(unfinished, suffix), error);
        if (error) return cannotCreate(file, error.value());
    }
    if (auto created = createRaftTables(unfinished); !created) return created;
    std::filesystem::rename(unfinished, file, error);
    if (error) return cannotCreate(file, error.value());
    return syncNameOf(file);
}

Status<IoError> provideRaftFile(const std::filesystem::path& file)
{
    std::error_code error;
    const bool isThere = std::filesystem::exists(file, error);
    if (error) return cannotCreate(file, error.value());
    if (isThere) return {};
    for (const char* suffix : {"-wal", "-journal"}) {
        const auto bytes = std::filesystem::file_size(withSuffix(file, suffix), error);
        if (!error && bytes > 0) return damagedDatabase(file, "only its log is there");
    }
    return createRaftFile(file);
}

/// Reads only.
Status<IoError> judgeRaftFile(SqliteConnection& connection)
{
    const std::filesystem::path& file = connection.file();
    auto id = connection.queryInteger("PRAGMA application_id");
    if (!id) return id.error();
    if (*id != kRaftApplicationId) {
        return damagedDatabase(file, "it is not that of a cluster's member");
    }
    auto version = connection.queryInteger("PRAGMA user_version");
    if (!version) return version.error();
    if (*version > kRaftFormat) {
        return IoError{.kind = IoError::Kind::NewerVersion,
                       .text = "The database " + file.string() +
                               " was written by a newer version of Warren: its format is " +
                               std::to_string(*version) + ", this version reads up to " +
                               std::to_string(kRaftFormat) + "."};
    }
    if (*version < 1) return damagedDatabase(file, "it has no version");
    auto isGood = connection.queryInteger("SELECT quick_check = 'ok' FROM pragma_quick_check");
    if (!isGood) return isGood.error();
    if (*isGood == 0) return damagedDatabase(file, "its pages don't fit together");
    return {};
}

}  // namespace

/// Prepared once; QtSql compiles a statement anew otherwise.
struct RaftStore::Statements {
    SqliteStatement begin;
    SqliteStatement commit;
    SqliteStatement rollback;
    SqliteStatement putEntry;
    SqliteStatement deleteFrom;
    SqliteStatement deleteBefore;
    SqliteStatement putSnapshot;
    SqliteStatement deleteSnapshot;
    SqliteStatement putMember;

    static Result<std::unique_ptr<Statements>, IoError> prepare(SqliteConnection& connection)
    {
        auto prepared = connection.prepareAll({
            "BEGIN IMMEDIATE",
            "COMMIT",
            "ROLLBACK",
            "INSERT INTO entries VALUES(?, ?, ?, ?, ?)",
            "DELETE FROM entries WHERE idx >= ?",
            "DELETE FROM entries WHERE idx < ?",
            "INSERT INTO snapshot VALUES(?, ?, ?)",
            "DELETE FROM snapshot",
            "INSERT OR REPLACE INTO member VALUES(1, ?, ?, ?, ?, ?)",
        });
        if (!prepared) return prepared.error();
        auto next = std::make_move_iterator(prepared->begin());
        // In the order of the members, which is the order of the list above.
        return std::unique_ptr<Statements>{new Statements{
            *next++, *next++, *next++, *next++, *next++, *next++, *next++, *next++, *next++}};
    }
};

RaftStore::RaftStore(std::unique_ptr<SqliteConnection> connection)
    : m_connection(std::move(connection))
{
}

RaftStore::~RaftStore() = default;

// ---- reading

Result<std::unique_ptr<RaftStore>, IoError> RaftStore::open(const std::filesystem::path& file)
{
    if (auto done = provideRaftFile(file); !done) return done.error();
    auto connection = SqliteConnection::open(file, SqliteConnection::Access::ReadWrite);
    if (!connection) return connection.error();
    std::unique_ptr<RaftStore> store{new RaftStore(std::move(*connection))};
    if (auto done = store->prepare(); !done) return done.error();
    return store;
}

Status<IoError> RaftStore::prepare()
{
    // Before the first look: the lock is kept from then on, and no shared memory is needed.
    if (auto done = m_connection->execute("PRAGMA locking_mode=EXCLUSIVE"); !done) return done;
    if (auto good = judgeRaftFile(*m_connection); !good) return good;
    if (auto done = readMember(); !done) return done;
    auto snapshot = m_connection->queryInteger("SELECT max(idx) FROM snapshot");
    if (!snapshot) return snapshot.error();
    auto last = m_connection->queryInteger("SELECT max(idx) FROM entries");
    if (!last) return last.error();
    m_snapshotIndex = static_cast<raft::LogIndex>(*snapshot);
    m_nextIndex = static_cast<raft::LogIndex>(std::max(*snapshot, *last)) + 1;

    if (auto done = provideWal(*m_connection); !done) return done;
    if (auto done = configureConnection(*m_connection, Synchronous::Full); !done) return done;
    // There is no thread for checkpoints: SQLite makes one every 4 MiB, within a commit. A large
    // snapshot must not leave a large log behind for ever.
    auto done = executeEach(
        *m_connection, {"PRAGMA wal_autocheckpoint=1000", "PRAGMA journal_size_limit=16777216"});
    if (!done) return done;
    auto statements = Statements::prepare(*m_connection);
    if (!statements) return statements.error();
    m_statements = std::move(*statements);
    return {};
}

Status<IoError> RaftStore::readMember()
{
    bool isThere = false;
    auto done = m_connection->forEachRow(
        "SELECT member_id, cluster_id, term, vote, checksum FROM member",
        [&](const SqliteStatement& row) -> Status<IoError> {
            const QByteArray clusterId = row.bytes(1);
            m_member.identity.memberId = unsignedAt(row, 0);
            m_member.identity.clusterId = textOf(viewOf(clusterId));
            m_member.term = unsignedAt(row, 2);
            m_member.vote = raft::MemberId{unsignedAt(row, 3)};
            isThere = rowChecksum({unsignedAt(row, 0), unsignedAt(row, 2), unsignedAt(row, 3)},
                                  viewOf(clusterId)) == unsignedAt(row, 4);
            return {};
        });
    if (!done || isThere) return done;
    return damagedDatabase(m_connection->file(), "its term and vote can't be read");
}

Result<raft::PersistentState, IoError> RaftStore::load()
{
    if (m_failure) return *m_failure;
    raft::PersistentState state;
    state.term = m_member.term;
    state.vote = m_member.vote;
    if (auto done = readSnapshot(state); !done) return done.error();
    if (auto done = readEntries(state); !done) return done.error();
    if (auto why = raft::whyInvalid(state)) {
        return damagedDatabase(m_connection->file(),
                               "its contents don't fit together (" + *why + ")");
    }
    return state;
}

Status<IoError> RaftStore::readSnapshot(raft::PersistentState& state)
{
    return m_connection->forEachRow(
        "SELECT idx, checksum, data FROM snapshot",
        [&](const SqliteStatement& row) -> Status<IoError> {
            const QByteArray data = row.bytes(2);
            const std::uint64_t index = unsignedAt(row, 0);
            std::optional<raft::Snapshot> snapshot;
            if (rowChecksum({index}, viewOf(data)) == unsignedAt(row, 1)) {
                snapshot = raft::decodeSnapshot(viewOf(data));
            }
            if (!snapshot || snapshot->index != index || state.snapshot != nullptr) {
                return damagedDatabase(m_connection->file(), "its snapshot can't be read");
            }
            state.snapshot = std::make_shared<const raft::Snapshot>(std::move(*snapshot));
            return {};
        });
}

Status<IoError> RaftStore::readEntries(raft::PersistentState& state)
{
    const raft::LogIndex snapshotIndex = state.snapshot != nullptr ? state.snapshot->index : 0;
    raft::LogIndex next = 0;
    const auto readRow = [&](const SqliteStatement& row) -> Status<IoError> {
        const raft::LogIndex index = unsignedAt(row, 0);
        const std::uint64_t type = unsignedAt(row, 2);
        const QByteArray data = row.bytes(4);
        const bool isGood =
            rowChecksum({index, unsignedAt(row, 1), type}, viewOf(data)) == unsignedAt(row, 3) &&
            type >= static_cast<std::uint64_t>(raft::EntryType::Command) &&
            type <= static_cast<std::uint64_t>(raft::EntryType::Change);
        if (!isGood || (next != 0 && index != next)) {
            return damagedDatabase(m_connection->file(),
                                   "the entry " + std::to_string(next != 0 ? next : index) +
                                       " of its log can't be read");
        }
        if (next == 0) state.firstIndex = index;
        next = index + 1;
        state.entries.push_back({unsignedAt(row, 1), static_cast<raft::EntryType>(type),
                                 std::string(textOf(viewOf(data)))});
        return {};
    };
    auto done = m_connection->forEachRow(
        "SELECT idx, term, type, checksum, data FROM entries ORDER BY idx", readRow);
    if (!done) return done;
    if (state.entries.empty()) state.firstIndex = snapshotIndex + 1;
    if (next != 0 && next <= snapshotIndex) {
        return damagedDatabase(m_connection->file(), "its log ends before its snapshot");
    }
    return {};
}

// ---- what is handed over

bool RaftStore::saveTerm(raft::Term term, raft::MemberId vote)
{
    Member member = m_member;
    member.term = term;
    member.vote = vote;
    return commit(member).isOk();
}

void RaftStore::append(raft::Ticket ticket, raft::LogIndex first, std::vector<raft::Entry> entries)
{
    if (m_failure) return;
    WARREN_CHECK(first == m_nextIndex);
    m_nextIndex = first + entries.size();
    m_writes.push_back(Append{ticket, first, std::move(entries)});
}

void RaftStore::truncate(raft::LogIndex from)
{
    if (m_failure) return;
    WARREN_CHECK(from > m_snapshotIndex);
    m_nextIndex = std::min(m_nextIndex, from);
    m_writes.push_back(Truncate{from});
}

void RaftStore::storeSnapshot(raft::Ticket ticket, raft::SnapshotPtr snapshot,
                              raft::LogIndex keepFrom)
{
    if (m_failure) return;
    WARREN_CHECK(snapshot != nullptr);
    m_snapshotIndex = snapshot->index;
    if (keepFrom == 0) {
        m_nextIndex = m_snapshotIndex + 1;
    } else {
        // Else the log would begin or end where the snapshot does not reach.
        WARREN_CHECK(keepFrom <= m_snapshotIndex + 1 && m_nextIndex > m_snapshotIndex);
    }
    m_writes.push_back(StoreSnapshot{ticket, std::move(snapshot), keepFrom});
}

bool RaftStore::hasWork() const
{
    if (m_failure) return !m_isFailureTold;
    return !m_writes.empty() || !m_tickets.empty();
}

void RaftStore::flush()
{
    if (!m_writes.empty()) (void)commit(m_member);  // how it ended is told below
    for (std::size_t count = m_tickets.size(); count > 0 && !m_failure; --count) {
        const raft::Ticket ticket = m_tickets.front();
        m_tickets.pop_front();
        if (persisted) persisted(ticket);
    }
    if (!m_failure || m_isFailureTold) return;
    m_isFailureTold = true;
    if (failed) failed(*m_failure);
}

Status<IoError> RaftStore::setIdentity(const RaftIdentity& identity)
{
    Member member = m_member;
    member.identity = identity;
    auto done = commit(member);
    noteReturned(done);
    return done;
}

Status<IoError> RaftStore::begin(const RaftIdentity& identity, const raft::PersistentState& state)
{
    const raft::LogIndex next = state.firstIndex + state.entries.size();
    const raft::LogIndex snapshotIndex = state.snapshot != nullptr ? state.snapshot->index : 0;
    WARREN_CHECK(!raft::whyInvalid(state) && next > snapshotIndex);
    m_writes.clear();
    m_tickets.clear();
    m_nextIndex = next;
    m_snapshotIndex = snapshotIndex;
    auto done = replaceAll({identity, state.term, state.vote}, state);
    noteReturned(done);
    return done;
}

/// Who gets the error from a function need not hear of it once more.
void RaftStore::noteReturned(const Status<IoError>& done)
{
    if (!done) m_isFailureTold = true;
}

// ---- writing

template <typename Work>
Status<IoError> RaftStore::inTransaction(Work work)
{
    if (m_failure) return *m_failure;
    Status<IoError> done = m_statements->begin.run();
    if (done) done = work();
    if (done) done = m_statements->commit.run();
    if (done) return done;
    // Nothing can be done about a rollback that fails too; SQLite undoes the rest on its next open.
    (void)m_statements->rollback.run();
    m_statements.reset();
    m_connection.reset();
    m_writes.clear();
    m_tickets.clear();
    m_failure = done.error();
    return done;
}

/// Everything handed over, and then this member.
Status<IoError> RaftStore::commit(const Member& member)
{
    auto done = inTransaction([&, this]() -> Status<IoError> {
        for (const Write& one : m_writes) {
            auto written = std::visit([this](const auto& it) { return write(it); }, one);
            if (!written) return written;
        }
        return member == m_member ? Status<IoError>{} : putMember(member);
    });
    if (!done) return done;
    m_member = member;
    for (const Write& one : m_writes) {
        if (const auto* append = std::get_if<Append>(&one)) m_tickets.push_back(append->ticket);
        if (const auto* snapshot = std::get_if<StoreSnapshot>(&one)) {
            m_tickets.push_back(snapshot->ticket);
        }
    }
    m_writes.clear();
    return done;
}

Status<IoError> RaftStore::replaceAll(const Member& member, const raft::PersistentState& state)
{
    auto done = inTransaction([&, this]() -> Status<IoError> {
        if (auto written = write(Truncate{0}); !written) return written;
        if (auto written = m_statements->deleteSnapshot.run(); !written) return written;
        if (state.snapshot != nullptr) {
            if (auto written = putSnapshot(*state.snapshot); !written) return written;
        }
        if (auto written = putEntries(state.firstIndex, state.entries); !written) return written;
        return putMember(member);
    });
    if (done) m_member = member;
    return done;
}

Status<IoError> RaftStore::write(const Append& append)
{
    return putEntries(append.first, append.entries);
}

Status<IoError> RaftStore::write(const Truncate& truncate)
{
    m_statements->deleteFrom.bind(0, truncate.from);
    return m_statements->deleteFrom.run();
}

Status<IoError> RaftStore::write(const StoreSnapshot& snapshot)
{
    if (auto done = m_statements->deleteSnapshot.run(); !done) return done;
    if (auto done = putSnapshot(*snapshot.snapshot); !done) return done;
    if (snapshot.keepFrom == 0) return write(Truncate{0});
    m_statements->deleteBefore.bind(0, snapshot.keepFrom);
    return m_statements->deleteBefore.run();
}

Status<IoError> RaftStore::putEntries(raft::LogIndex first, const std::vector<raft::Entry>& entries)
{
    SqliteStatement& put = m_statements->putEntry;
    raft::LogIndex index = first;
    for (const raft::Entry& entry : entries) {
        const auto type = static_cast<std::uint64_t>(entry.type);
        const ByteView data = bytesOf(entry.data);
        put.bind(0, index);
        put.bind(1, entry.term);
        put.bind(2, type);
        put.bind(3, rowChecksum({index, entry.term, type}, data));
        put.bind(4, data);
        if (auto done = put.run(); !done) return done;
        index += 1;
    }
    return {};
}

Status<IoError> RaftStore::putSnapshot(const raft::Snapshot& snapshot)
{
    const std::string encoded = raft::encodeSnapshot(snapshot);
    const ByteView data = bytesOf(encoded);
    SqliteStatement& put = m_statements->putSnapshot;
    put.bind(0, snapshot.index);
    put.bind(1, rowChecksum({snapshot.index}, data));
    put.bind(2, data);
    return put.run();
}

Status<IoError> RaftStore::putMember(const Member& member)
{
    const ByteView clusterId = bytesOf(member.identity.clusterId);
    SqliteStatement& put = m_statements->putMember;
    put.bind(0, member.identity.memberId);
    put.bind(1, clusterId);
    put.bind(2, member.term);
    put.bind(3, member.vote.value);
    put.bind(4, rowChecksum({member.identity.memberId, member.term, member.vote.value}, clusterId));
    return put.run();
}

}  // namespace warren::storage
