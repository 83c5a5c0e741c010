#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/storage/message_store.h"

#include <QByteArray>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QString>

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace warren::storage {

/// The bytes of a blob, borrowed.
inline ByteView viewOf(const QByteArray& bytes)
{
    return std::as_bytes(std::span{bytes.constData(), static_cast<std::size_t>(bytes.size())});
}

class SqliteConnection;

/// A prepared SQL statement with every result checked. Lives no longer than its connection.
/// Thread: its connection's.
class SqliteStatement {
public:
    // Parameters by their place, from 0. Bytes are borrowed until the statement has run.
    void bind(int place, std::int64_t value);
    void bind(int place, std::uint64_t value);
    void bind(int place, ByteView bytes);
    void bind(int place, std::string_view text);
    void bindNull(int place);

    /// Runs a statement that returns no rows.
    Status<IoError> run();

    /// Runs a query; then `next` for each row.
    Status<IoError> start();
    /// Goes to the next row, if there is one. After the last the statement is free again.
    Result<bool, IoError> next();
    /// Frees the statement before its last row was read.
    void finish();
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
    /// Each of them, in this order.
    Result<std::vector<SqliteStatement>, IoError> prepareAll(
        std::initializer_list<const char*> all);
    Status<IoError> execute(const char* sql);
    /// Runs a query whose rows say nothing, to its end.
    Status<IoError> executeToEnd(const char* sql);
    /// Calls `row(statement)` for each row of a query. @error what the query or `row` fails with
    template <typename Row>
    Status<IoError> forEachRow(const char* sql, Row row)
    {
        auto statement = prepare(sql);
        if (!statement) return statement.error();
        if (auto started = statement->start(); !started) return started;
        while (true) {
            auto hasRow = statement->next();
            if (!hasRow) return hasRow.error();
            if (!*hasRow) return {};
            if (Status<IoError> done = row(*statement); !done) return done;
        }
    }
    /// First column of the first row as an integer; 0 if there is no row.
    Result<std::int64_t, IoError> queryInteger(const char* sql);

    enum class WalCheckpoint {
        Passive,  ///< copies what it can without waiting for anybody
        Restart,  ///< copies everything, so that the log begins anew with the next commit
    };
    /// @returns false if somebody was in the way and it could not finish
    Result<bool, IoError> checkpointWal(WalCheckpoint mode);

private:
    friend class SqliteStatement;
    explicit SqliteConnection(std::filesystem::path file);
    IoError errorOf(const QSqlError& error) const;

    std::filesystem::path m_file;
    QString m_name;  // under which QtSql knows the connection
};

/// "The database FILE is damaged: WHAT."
IoError damagedDatabase(const std::filesystem::path& file, const std::string& what);

}  // namespace warren::storage
