#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/storage/message_store.h"

#include <QSqlDatabase>
#include <QSqlQuery>

#include <cstdint>
#include <filesystem>
#include <memory>

namespace warren::storage {

class SqliteConnection;

/// A prepared SQL statement with every result checked. Lives no longer than its connection.
/// Thread: its connection's.
class SqliteStatement {
public:
    // Parameters by their place, from 0. Bytes are borrowed until the statement has run.
    void bind(int place, std::int64_t value);
    void bind(int place, std::uint64_t value);
    void bind(int place, ByteView bytes);
    void bindNull(int place);

    /// Runs a statement that returns no rows.
    Status<IoError> run();

    /// Runs a query; then `next` for each row.
    Status<IoError> start();
    /// Goes to the next row, if there is one. After the last the statement is free again.
    Result<bool, IoError> next();
    std::int64_t integer(int column) const;
    /// A copy of the column's bytes.
    QByteArray bytes(int column) const;

private:
    friend class SqliteConnection;
    SqliteStatement(const SqliteConnection& connection, QSqlQuery query);

    const SqliteConnection* m_connection;
    QSqlQuery m_query;
};

/// One connection to one SQLite file, through QtSql: the only place that knows Qt's SQL classes and
/// SQLite's error codes.
///
/// Thread: the one that opened it.
class SqliteConnection {
public:
    enum class Access {
        ReadWriteCreate,
        ReadWrite,
        /// Writes nothing but the shared memory of a write-ahead log, which must be there.
        ReadOnly,
        /// Touches nothing at all; takes the file for all there is, without a write-ahead log.
        Immutable,
    };
    static Result<std::unique_ptr<SqliteConnection>, IoError> open(
        const std::filesystem::path& file, Access access);
    ~SqliteConnection();
    SqliteConnection(const SqliteConnection&) = delete;
    SqliteConnection& operator=(const SqliteConnection&) = delete;

    const std::filesystem::path& file() const { return m_file; }

    Result<SqliteStatement, IoError> prepare(const char* sql);
    Status<IoError> execute(const char* sql);
    /// First column of the first row as an integer; 0 if there is no row.
    Result<std::int64_t, IoError> queryInteger(const char* sql);

    /// Runs PRAGMA wal_checkpoint in the given mode ("PASSIVE", "RESTART", …).
    /// @returns false if somebody was in the way and it could not finish
    Result<bool, IoError> checkpointWal(const char* mode);

private:
    friend class SqliteStatement;
    SqliteConnection(std::filesystem::path file, QString name);
    IoError errorOf(const QSqlError& error) const;

    std::filesystem::path m_file;
    QString m_name;  // under which QtSql knows the connection
};

/// "The database FILE is damaged: WHAT."
IoError damagedDatabase(const std::filesystem::path& file, const std::string& what);

}  // namespace warren::storage
