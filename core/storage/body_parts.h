#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/broker/queue_operation.h"
#include "core/storage/sqlite_connection.h"

#include <QByteArray>

#include <cstddef>

namespace warren::storage {

/// The records of a segment beyond the first row, for large messages: in rows of limited size,
/// since SQLite makes a copy of each row that it writes.
///
/// Lives no longer than its connection. Thread: its connection's.
class BodyParts {
public:
    /// A row of `body` or `body_part` has so much of the records; only if that of `body` is full
    /// can there be parts.
    static constexpr std::size_t kRowBytes = 1024 * 1024;

    /// @pre the file has the table
    static Result<BodyParts, IoError> prepare(SqliteConnection& connection);

    /// Puts everything behind the first row. @pre no parts of the segment are there
    Status<IoError> put(broker::LogPosition id, ByteView records);
    /// Appends them to the first row. @returns their number
    Result<std::size_t, IoError> appendTo(QByteArray& records, broker::LogPosition id);
    Status<IoError> remove(broker::LogPosition id);

private:
    BodyParts(SqliteStatement insert, SqliteStatement size, SqliteStatement select,
              SqliteStatement remove);

    SqliteStatement m_insert;
    SqliteStatement m_size;
    SqliteStatement m_select;
    SqliteStatement m_delete;
};

}  // namespace warren::storage
