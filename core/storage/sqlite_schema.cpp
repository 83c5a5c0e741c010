#include "core/storage/sqlite_schema.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <fstream>
#include <initializer_list>
#include <string>
#include <string_view>
#include <system_error>
#include <unistd.h>

namespace warren::storage {

namespace {

// What README.md describes. Bodies are apart from the index because a queue's removal reads the
// index only.
constexpr const char* kTables[] = {
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE definition(kind INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL,"
    " source BLOB, PRIMARY KEY(kind, key)) WITHOUT ROWID",
    "CREATE INDEX binding_by_source ON definition(source) WHERE source IS NOT NULL",
    "CREATE TABLE segment(id INTEGER PRIMARY KEY, data BLOB NOT NULL)",
    "CREATE TABLE body(id INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, data BLOB NOT NULL)",
    kBodyPartTable,
    "CREATE TABLE settled(id INTEGER PRIMARY KEY, bitmap BLOB NOT NULL)",
    kDeliveryCountTable,
    kMarkTable,
    "INSERT INTO meta VALUES('clean_shutdown', 1), ('last_queue_id', 0), ('position_limit', 0)",
};

// Layout of a database's header: https://www.sqlite.org/fileformat2.html#the_database_header
constexpr std::size_t kHeaderBytes = 100;
constexpr std::string_view kMagic{"SQLite format 3\0", 16};
constexpr std::size_t kUserVersionAt = 60;
constexpr std::size_t kApplicationIdAt = 68;

IoError newerVersion(const std::filesystem::path& file, std::int64_t version)
{
    return {.kind = IoError::Kind::NewerVersion,
            .text = "The database " + file.string() +
                    " was written by a newer version of Warren: its format is " +
                    std::to_string(version) + ", this version reads up to " +
                    std::to_string(kSchemaVersion) + "."};
}

IoError failed(const std::filesystem::path& file, const std::string& what, int code)
{
    const bool isFull = code == ENOSPC || code == EDQUOT;
    return {.kind = isFull ? IoError::Kind::DiskFull : IoError::Kind::NotWritable,
            .text = "The database " + file.string() + " cannot be " + what + ": " +
                    std::generic_category().message(code) + "."};
}

Status<IoError> executeAll(SqliteConnection& connection, std::initializer_list<std::string> sql)
{
    for (const std::string& statement : sql) {
        if (auto done = connection.execute(statement.c_str()); !done) return done;
    }
    return {};
}

Result<bool, IoError> usesWal(SqliteConnection& connection)
{
    auto answer = connection.queryInteger("SELECT journal_mode = 'wal' FROM pragma_journal_mode");
    if (!answer) return answer.error();
    return *answer != 0;
}

Status<IoError> switchToWal(SqliteConnection& connection)
{
    if (auto done = connection.execute("PRAGMA journal_mode=WAL"); !done) return done;
    // When a write fails, SQLite stays in the old mode and calls that a success.
    auto isDone = usesWal(connection);
    if (!isDone) return isDone.error();
    if (*isDone) return {};
    return IoError{.kind = IoError::Kind::Failed,
                   .text = "The database " + connection.file().string() +
                           " failed: it cannot be given a write-ahead log."};
}

Status<IoError> createTables(const std::filesystem::path& file)
{
    auto opened = SqliteConnection::open(file, SqliteConnection::Access::ReadWriteCreate);
    if (!opened) return opened.error();
    SqliteConnection& connection = **opened;
    // The first two only work before there is a table.
    auto done = executeAll(connection,
                           {"PRAGMA page_size=" + std::to_string(kPageBytes),
                            "PRAGMA auto_vacuum=INCREMENTAL", "PRAGMA synchronous=FULL", "BEGIN"});
    for (const char* sql : kTables) {
        if (done) done = connection.execute(sql);
    }
    if (!done) return done;
    done =
        executeAll(connection, {"PRAGMA application_id=" + std::to_string(kApplicationId),
                                "PRAGMA user_version=" + std::to_string(kSchemaVersion), "COMMIT"});
    if (!done) return done;
    return switchToWal(connection);
}

/// Makes the new name of a file in this folder survive a loss of power.
/// @returns 0 or an error number
int syncFolder(const std::filesystem::path& folder)
{
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return errno;
    const int code = ::fsync(descriptor) == 0 ? 0 : errno;
    ::close(descriptor);
    return code;
}

}  // namespace

std::filesystem::path rollbackJournalOf(std::filesystem::path file) { return file += "-journal"; }

Status<IoError> undoUnfinishedCommit(const std::filesystem::path& file)
{
    std::error_code error;
    const auto bytes = std::filesystem::file_size(rollbackJournalOf(file), error);
    if (error || bytes == 0) return {};  // mostly: there is none
    auto connection = SqliteConnection::open(file, SqliteConnection::Access::ReadWrite);
    if (!connection) return connection.error();
    // The first look at the file does it.
    auto looked = (*connection)->queryInteger("PRAGMA user_version");
    return looked ? Status<IoError>{} : Status<IoError>{looked.error()};
}

Status<IoError> provideWal(SqliteConnection& connection)
{
    auto isThere = usesWal(connection);
    if (!isThere) return isThere.error();
    if (*isThere) return {};
    if (auto done = switchToWal(connection); !done) return done;
    // Else the rollback journal of the switch might come back, and undo it.
    const int code = syncFolder(connection.file().parent_path());
    if (code != 0) return failed(connection.file(), "written", code);
    return {};
}

Status<IoError> createDatabase(const std::filesystem::path& file)
{
    std::filesystem::path unfinished = file;
    unfinished += ".new";
    std::error_code error;
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
        std::filesystem::path leftover = unfinished;
        leftover += suffix;
        std::filesystem::remove(leftover, error);
        if (error) return failed(file, "created", error.value());
    }
    if (auto created = createTables(unfinished); !created) return created;
    std::filesystem::rename(unfinished, file, error);
    if (error) return failed(file, "created", error.value());
    if (const int code = syncFolder(file.parent_path()); code != 0) {
        return failed(file, "created", code);
    }
    return {};
}

Status<IoError> checkDatabaseHeader(const std::filesystem::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    if (!stream) return failed(file, "read", errno);
    std::array<std::byte, kHeaderBytes> header{};
    stream.read(reinterpret_cast<char*>(header.data()), header.size());
    const ByteView read{header.data(), static_cast<std::size_t>(stream.gcount())};

    if (read.size() < kHeaderBytes) return damagedDatabase(file, "it is too short");
    if (!textOf(read).starts_with(kMagic)) return damagedDatabase(file, "it is not a database");
    if (loadU32(read, kApplicationIdAt) != kApplicationId) {
        return damagedDatabase(file, "it is a database of another program");
    }
    const std::uint32_t version = loadU32(read, kUserVersionAt);
    if (version > kSchemaVersion) return newerVersion(file, version);
    return {};
}

Result<std::uint32_t, IoError> schemaVersionOf(SqliteConnection& connection)
{
    auto version = connection.queryInteger("PRAGMA user_version");
    if (!version) return version.error();
    if (*version > std::int64_t{kSchemaVersion}) return newerVersion(connection.file(), *version);
    if (*version < 1) return damagedDatabase(connection.file(), "it has no version");
    return static_cast<std::uint32_t>(*version);
}

Status<IoError> configureConnection(SqliteConnection& connection, Synchronous synchronous)
{
    // Checkpoints are made by StoreThread, at moments that disturb nobody. Debian builds SQLite so
    // that freed pages are zeroed, through the write-ahead log.
    return executeAll(
        connection,
        {synchronous == Synchronous::Full ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL",
         "PRAGMA secure_delete=OFF", "PRAGMA wal_autocheckpoint=0", "PRAGMA temp_store=MEMORY",
         "PRAGMA cache_size=-" + std::to_string(kPageCacheBytes / 1024),
         "PRAGMA journal_size_limit=134217728"});
}

}  // namespace warren::storage
