#include "core/storage/body_parts.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace warren::storage {

BodyParts::BodyParts(SqliteStatement insert, SqliteStatement size, SqliteStatement select,
                     SqliteStatement remove)
    : m_insert(std::move(insert)),
      m_size(std::move(size)),
      m_select(std::move(select)),
      m_delete(std::move(remove))
{
}

Result<BodyParts, IoError> BodyParts::prepare(SqliteConnection& connection)
{
    auto insert = connection.prepare("INSERT INTO body_part VALUES(?, ?, ?)");
    if (!insert) return insert.error();
    auto size = connection.prepare("SELECT sum(length(data)) FROM body_part WHERE id = ?");
    if (!size) return size.error();
    auto select = connection.prepare("SELECT data FROM body_part WHERE id = ? ORDER BY part");
    if (!select) return select.error();
    auto remove = connection.prepare("DELETE FROM body_part WHERE id = ?");
    if (!remove) return remove.error();
    return BodyParts{std::move(*insert), std::move(*size), std::move(*select), std::move(*remove)};
}

Status<IoError> BodyParts::put(broker::LogPosition id, ByteView records)
{
    std::uint64_t part = 1;
    for (std::size_t at = kRowBytes; at < records.size(); at += kRowBytes) {
        m_insert.bind(0, id);
        m_insert.bind(1, part);
        m_insert.bind(2, records.subspan(at, std::min(kRowBytes, records.size() - at)));
        if (auto done = m_insert.run(); !done) return done;
        part += 1;
    }
    return {};
}

Result<std::size_t, IoError> BodyParts::appendTo(QByteArray& records, broker::LogPosition id)
{
    m_size.bind(0, id);
    if (auto started = m_size.start(); !started) return started.error();
    auto hasSize = m_size.next();
    if (!hasSize) return hasSize.error();
    // Growing step by step would take twice the memory.
    if (*hasSize) records.reserve(records.size() + static_cast<qsizetype>(m_size.integer(0)));
    m_size.finish();

    m_select.bind(0, id);
    if (auto started = m_select.start(); !started) return started.error();
    std::size_t count = 0;
    while (true) {
        auto hasRow = m_select.next();
        if (!hasRow) return hasRow.error();
        if (!*hasRow) return count;
        records.append(m_select.bytes(0));
        count += 1;
    }
}

Status<IoError> BodyParts::remove(broker::LogPosition id)
{
    m_delete.bind(0, id);
    return m_delete.run();
}

}  // namespace warren::storage
