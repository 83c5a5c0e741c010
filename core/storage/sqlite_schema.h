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
/// Version of the tables and of what is encoded in them. A file of a later one is refused. There is
/// no earlier one yet; when there is, its files are brought up to date after checkSchemaVersion.
inline constexpr std::uint32_t kSchemaVersion = 1;
/// Large pages are the lever: a quarter of the time per message that SQLite's default takes.
inline constexpr std::uint32_t kPageBytes = 64 * 1024;

/// Creates a new, empty database at `file`: whole or not at all.
/// @pre nothing is there
/// @error NotWritable, DiskFull, Failed
Status<IoError> createDatabase(const std::filesystem::path& file);

/// Judges the first bytes of the file without SQLite, which would touch it.
/// @error Damaged, NewerVersion, NotWritable
Status<IoError> checkDatabaseHeader(const std::filesystem::path& file);

/// Judges the version as it is with the write-ahead log.
/// @error NewerVersion, Damaged
Status<IoError> checkSchemaVersion(SqliteConnection& connection);

/// Sets what belongs to the connection, not to the file.
Status<IoError> configureConnection(SqliteConnection& connection, Synchronous synchronous);

}  // namespace warren::storage
