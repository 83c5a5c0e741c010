#include "core/storage/recovery.h"

#include "core/storage/checksum.h"
#include "core/storage/definition_codec.h"
#include "core/storage/record_format.h"

#include <QByteArray>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>

namespace warren::storage {

namespace {

/// One pass over a database.
class Reader {
public:
    explicit Reader(SqliteConnection& connection) : m_connection(connection) {}

    Result<Recovery, IoError> read()
    {
        if (auto done = readDefinitions(); !done) return done.error();
        if (auto done = readMarks(); !done) return done.error();
        if (auto done = readSettled(); !done) return done.error();
        if (auto done = readSegments(); !done) return done.error();
        if (auto done = readMeta(); !done) return done.error();
        std::sort(m_recovery.state.messages.begin(), m_recovery.state.messages.end(),
                  [](const RecoveredMessage& a, const RecoveredMessage& b) {
                      return std::tie(a.queue, a.sequence) < std::tie(b.queue, b.sequence);
                  });
        return std::move(m_recovery);
    }

private:
    IoError damaged(const std::string& what) const
    {
        return damagedDatabase(m_connection.file(), what);
    }
    IoError damagedSegment(broker::LogPosition id, const std::string& what) const
    {
        return damaged("segment " + std::to_string(id) + " " + what);
    }

    /// Calls `row` for each row of a query. @error what the query or `row` fails with
    template <typename Row>
    Status<IoError> forEachRow(const char* sql, Row row)
    {
        auto statement = m_connection.prepare(sql);
        if (!statement) return statement.error();
        if (auto started = statement->start(); !started) return started;
        while (true) {
            auto hasRow = statement->next();
            if (!hasRow) return hasRow.error();
            if (!*hasRow) return {};
            if (Status<IoError> done = row(*statement); !done) return done;
        }
    }

    Status<IoError> readDefinitions();
    Status<IoError> readMarks();
    Status<IoError> readSettled();
    Status<IoError> readSegments();
    Status<IoError> readSegment(broker::LogPosition id, ByteView index, std::uint64_t checksum,
                                ByteView records);
    Status<IoError> readMessages(broker::LogPosition id, ByteView index, ByteView records);
    Status<IoError> readMeta();

    SqliteConnection& m_connection;
    Recovery m_recovery;
    std::unordered_map<QueueId, Sequence> m_markOfQueue;  // of every queue that is defined
    std::map<broker::LogPosition, QByteArray> m_settled;
};

Status<IoError> Reader::readDefinitions()
{
    return forEachRow("SELECT kind, key, value FROM definition ORDER BY kind, key",
                      [this](const SqliteStatement& row) -> Status<IoError> {
                          const auto kind = static_cast<DefinitionKind>(row.integer(0));
                          auto change = changeOf(kind, viewOf(row.bytes(1)), viewOf(row.bytes(2)));
                          if (!change) return damaged("a definition cannot be read");
                          if (const auto* put = std::get_if<broker::PutQueue>(&*change)) {
                              if (!m_markOfQueue.emplace(put->queue.id, 0).second) {
                                  return damaged("two queues have the same id");
                              }
                          }
                          m_recovery.state.definitions.push_back(std::move(*change));
                          return {};
                      });
}

Status<IoError> Reader::readMarks()
{
    return forEachRow("SELECT queue, up_to FROM mark",
                      [this](const SqliteStatement& row) -> Status<IoError> {
                          const QueueId queue{static_cast<std::uint64_t>(row.integer(0))};
                          const auto at = m_markOfQueue.find(queue);
                          if (at != m_markOfQueue.end()) {
                              at->second = static_cast<Sequence>(row.integer(1));
                          }
                          return {};
                      });
}

Status<IoError> Reader::readSettled()
{
    return forEachRow(
        "SELECT id, bitmap FROM settled", [this](const SqliteStatement& row) -> Status<IoError> {
            m_settled.emplace(static_cast<broker::LogPosition>(row.integer(0)), row.bytes(1));
            return {};
        });
}

Status<IoError> Reader::readSegments()
{
    auto bodyCount = m_connection.queryInteger("SELECT count(*) FROM body");
    if (!bodyCount) return bodyCount.error();
    std::int64_t segmentCount = 0;
    auto done = forEachRow(
        "SELECT segment.id, segment.data, body.checksum, body.data FROM segment"
        " LEFT JOIN body ON body.id = segment.id ORDER BY segment.id",
        [&, this](const SqliteStatement& row) {
            segmentCount += 1;
            const QByteArray index = row.bytes(1);
            const QByteArray records = row.bytes(3);
            return readSegment(static_cast<broker::LogPosition>(row.integer(0)), viewOf(index),
                               static_cast<std::uint64_t>(row.integer(2)), viewOf(records));
        });
    if (!done) return done;
    if (*bodyCount != segmentCount) return damaged("it has messages without an index");
    if (!m_settled.empty()) {
        return damagedSegment(m_settled.begin()->first, "has nothing but a bitmap");
    }
    return {};
}

Status<IoError> Reader::readSegment(broker::LogPosition id, ByteView index, std::uint64_t checksum,
                                    ByteView records)
{
    const std::size_t count = slotCount(index);
    if (id < std::max<broker::LogPosition>(m_recovery.segments.endPosition(), 1)) {
        return damagedSegment(id, "overlaps another");
    }
    if (count == 0 || index.size() % IndexEntry::kBytes != 0) {
        return damagedSegment(id, "has an index of a wrong size");
    }
    if (segmentChecksum(index, records) != checksum) {
        return damagedSegment(id, "does not match its checksum");
    }
    QByteArray bitmap;
    if (const auto at = m_settled.find(id); at != m_settled.end()) {
        bitmap = at->second;
        m_settled.erase(at);
        if (static_cast<std::size_t>(bitmap.size()) != (count + 7) / 8) {
            return damagedSegment(id, "has a bitmap of a wrong size");
        }
    }
    m_recovery.segments.add(id, index, records.size(), viewOf(bitmap));
    return readMessages(id, index, records);
}

Status<IoError> Reader::readMessages(broker::LogPosition id, ByteView index, ByteView records)
{
    broker::MessagePtr message;  // of the entry before, which this one may share
    std::size_t offset = 0;
    for (std::uint32_t slot = 0; slot < slotCount(index); ++slot) {
        if (!m_recovery.segments.isLive(id, slot)) continue;
        const IndexEntry entry = loadIndexEntry(index, slot);
        const auto mark = m_markOfQueue.find(entry.queue);
        if (mark == m_markOfQueue.end()) {
            m_recovery.orphans[entry.queue] += 1;
            continue;
        }
        if (!message || entry.recordOffset != offset) {
            if (std::size_t{entry.recordOffset} + entry.recordBytes > records.size()) {
                return damagedSegment(id, "has an index that points beyond its messages");
            }
            message = loadRecord(records.subspan(entry.recordOffset, entry.recordBytes));
            offset = entry.recordOffset;
            if (!message) return damagedSegment(id, "has a message that cannot be read");
        }
        m_recovery.state.messages.push_back({.queue = entry.queue,
                                             .sequence = entry.sequence,
                                             .position = id + slot,
                                             .message = message,
                                             .wasDelivered = entry.sequence <= mark->second});
    }
    return {};
}

Status<IoError> Reader::readMeta()
{
    auto limit = m_connection.queryInteger("SELECT value FROM meta WHERE key = 'position_limit'");
    if (!limit) return limit.error();
    auto queueId = m_connection.queryInteger("SELECT value FROM meta WHERE key = 'last_queue_id'");
    if (!queueId) return queueId.error();

    const auto end = m_recovery.segments.endPosition();
    m_recovery.state.lastPosition = static_cast<broker::LogPosition>(*limit);
    if (end > m_recovery.state.lastPosition + 1) return damaged("positions exceed their limit");
    m_recovery.state.lastQueueId = {static_cast<std::uint64_t>(*queueId)};
    for (const auto& [queue, mark] : m_markOfQueue) {
        if (queue > m_recovery.state.lastQueueId) return damaged("a queue's id exceeds the limit");
    }
    return {};
}

}  // namespace

Result<Recovery, IoError> recover(SqliteConnection& connection)
{
    return Reader{connection}.read();
}

}  // namespace warren::storage
