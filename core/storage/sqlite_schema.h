#pragma once

#include "core/base/result.h"
#include "core/storage/message_store.h"
#include "core/storage/sqlite_connection.h"
#include "core/storage/store_options.h"

#include <cstdint>
#include <filesystem>

/// The shape of the database file: how it is made, recognised and brought up to date.
namespace warren::storage {

/// In the file's header, where `file` and SQLite look for it: "WRRN".
inline constexpr std::uint32_t kApplicationId = 0x5752524E;
/// Version of the tables and of what is encoded in them. A file of a later one is refused, one of
/// an earlier one brought up to date (migration.h).
inline constexpr std::uint32_t kSchemaVersion = 3;
/// Of new files; older ones keep theirs of 64 KiB. Larger pages cost a commit of one message more,
/// for it writes two, smaller ones those of many. Measured: README.md.
inline constexpr std::uint32_t kPageBytes = 16 * 1024;
/// Of each connection, at most.
inline constexpr std::uint32_t kPageCacheBytes = 16 * 1024 * 1024;

/// Tables that version 1 did not have like this.
inline constexpr const char* kMarkTable =
    "CREATE TABLE mark(queue INTEGER NOT NULL, priority INTEGER NOT NULL, up_to INTEGER NOT NULL,"
    " PRIMARY KEY(queue, priority)) WITHOUT ROWID";
inline constexpr const char* kDeliveryCountTable =
    "CREATE TABLE delivery_count(id INTEGER PRIMARY KEY, counts BLOB NOT NULL)";
/// Version 2 did not have it.
inline constexpr const char* kBodyPartTable =
    "CREATE TABLE body_part(id INTEGER NOT NULL, part INTEGER NOT NULL, data BLOB NOT NULL,"
    " PRIMARY KEY(id, part)) WITHOUT ROWID";

/// Creates a new, empty database at `file`: whole or not at all.
/// @pre nothing is there
/// @error NotWritable, DiskFull, Failed
Status<IoError> createDatabase(const std::filesystem::path& file);

/// Judges the first bytes of the file without SQLite, which would touch it.
/// @error Damaged, NewerVersion, NotWritable
Status<IoError> checkDatabaseHeader(const std::filesystem::path& file);

/// Where SQLite keeps what a commit overwrites in a file without a write-ahead log.
std::filesystem::path rollbackJournalOf(std::filesystem::path file);

/// Lets SQLite undo a commit that was cut off in a file without a write-ahead log: a connection
/// that may not write would not see that it is to be undone.
/// @pre the header is good
Status<IoError> undoUnfinishedCommit(const std::filesystem::path& file);

/// Gives the file a write-ahead log, if it has none: a copy that somebody made with SQLite's tools.
/// Without, a commit would not survive a loss of power.
Status<IoError> provideWal(SqliteConnection& connection);

/// The version as it is with the write-ahead log: 1 to kSchemaVersion.
/// @error NewerVersion, Damaged
Result<std::uint32_t, IoError> schemaVersionOf(SqliteConnection& connection);

/// Sets what belongs to the connection, not to the file.
Status<IoError> configureConnection(SqliteConnection& connection, Synchronous synchronous);

}  // namespace warren::storage
