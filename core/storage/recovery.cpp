#include "core/storage/recovery.h"

#include "core/broker/queue_settings.h"
#include "core/storage/body_parts.h"
#include "core/storage/checksum.h"
#include "core/storage/definition_check.h"
#include "core/storage/definition_codec.h"
#include "core/storage/migration.h"
#include "core/storage/record_format.h"

#include <QByteArray>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace warren::storage {

namespace {

/// One pass over a database.
class Reader {
public:
    Reader(SqliteConnection& connection, std::uint32_t version, std::size_t bodyBytesMax)
        : m_connection(connection), m_version(version), m_bodyBytesLeft(bodyBytesMax)
    {
    }

    Result<Recovery, IoError> read()
    {
        if (auto done = readDefinitions(); !done) return done.error();
        if (auto done = readMarks(); !done) return done.error();
        if (auto done = readSettled(); !done) return done.error();
        if (auto done = readDeliveryCounts(); !done) return done.error();
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

    Status<IoError> readDefinitions();
    std::optional<broker::CatalogueChange> changeOfRow(const SqliteStatement& row) const;
    Status<IoError> readMarks();
    Status<IoError> readSettled();
    Status<IoError> readDeliveryCounts();
    Status<IoError> readSegments();
    Status<IoError> readSegment(broker::LogPosition id, ByteView index, std::uint64_t checksum,
                                ByteView records);
    Status<IoError> restoreDeliveryCounts(broker::LogPosition id, std::size_t slotCount);
    Status<IoError> readMessages(broker::LogPosition id, ByteView index, ByteView records);
    Status<IoError> readMeta();

    SqliteConnection& m_connection;
    const std::uint32_t m_version;
    std::size_t m_bodyBytesLeft;
    Recovery m_recovery;
    DefinitionCheck m_definitions;
    /// Of every queue that is defined, by priority: a queue without priorities has one mark.
    std::unordered_map<QueueId, std::vector<Sequence>> m_marksOfQueue;
    std::map<broker::LogPosition, QByteArray> m_settled;
    std::map<broker::LogPosition, QByteArray> m_deliveryCounts;
};

Status<IoError> Reader::readDefinitions()
{
    return m_connection.forEachRow(
        "SELECT kind, key, value FROM definition ORDER BY kind, key",
        [this](const SqliteStatement& row) -> Status<IoError> {
            auto change = changeOfRow(row);
            if (!change) return damaged("a definition cannot be read");
            if (auto fault = m_definitions.add(*change)) return damaged(*fault);
            if (const auto* put = std::get_if<broker::PutQueue>(&*change)) {
                std::vector<Sequence> marks(broker::priorityMaxOf(put->queue) + 1u);
                if (!m_marksOfQueue.emplace(put->queue.id, std::move(marks)).second) {
                    return damaged("two queues have the same id");
                }
            }
            m_recovery.state.definitions.push_back(std::move(*change));
            return {};
        });
}

std::optional<broker::CatalogueChange> Reader::changeOfRow(const SqliteStatement& row) const
{
    const auto kind = static_cast<DefinitionKind>(row.integer(0));
    const QByteArray key = row.bytes(1);
    const QByteArray value = row.bytes(2);
    if (m_version == 1 && kind == DefinitionKind::Vhost && value.isEmpty()) {
        const DefinitionRow plain = rowOf(broker::VhostDefinition{});
        return changeOf(kind, viewOf(key), bytesOf(plain.value));
    }
    return changeOf(kind, viewOf(key), viewOf(value));
}

Status<IoError> Reader::readMarks()
{
    if (m_version == 1) {
        return m_connection.forEachRow(
            "SELECT queue, up_to FROM mark", [this](const SqliteStatement& row) -> Status<IoError> {
                const QueueId queue{static_cast<std::uint64_t>(row.integer(0))};
                const auto at = m_marksOfQueue.find(queue);
                if (at == m_marksOfQueue.end()) return {};
                std::ranges::fill(at->second, static_cast<Sequence>(row.integer(1)));
                return {};
            });
    }
    return m_connection.forEachRow(
        "SELECT queue, priority, up_to FROM mark",
        [this](const SqliteStatement& row) -> Status<IoError> {
            const auto priority = static_cast<std::uint64_t>(row.integer(1));
            if (priority > 255) return damaged("a mark is for a priority that there is not");
            const auto at =
                m_marksOfQueue.find(QueueId{static_cast<std::uint64_t>(row.integer(0))});
            if (at == m_marksOfQueue.end() || priority >= at->second.size()) return {};
            at->second[priority] = static_cast<Sequence>(row.integer(2));
            return {};
        });
}

Status<IoError> Reader::readSettled()
{
    return m_connection.forEachRow(
        "SELECT id, bitmap FROM settled", [this](const SqliteStatement& row) -> Status<IoError> {
            m_settled.emplace(static_cast<broker::LogPosition>(row.integer(0)), row.bytes(1));
            return {};
        });
}

Status<IoError> Reader::readDeliveryCounts()
{
    if (m_version == 1) return {};
    return m_connection.forEachRow("SELECT id, counts FROM delivery_count",
                                   [this](const SqliteStatement& row) -> Status<IoError> {
                                       m_deliveryCounts.emplace(
                                           static_cast<broker::LogPosition>(row.integer(0)),
                                           row.bytes(1));
                                       return {};
                                   });
}

Status<IoError> Reader::readSegments()
{
    auto bodyCount = m_connection.queryInteger("SELECT count(*) FROM body");
    if (!bodyCount) return bodyCount.error();
    // Growing step by step would take half as much again.
    auto indexBytes = m_connection.queryInteger("SELECT sum(length(data)) FROM segment");
    if (!indexBytes) return indexBytes.error();
    m_recovery.state.messages.reserve(static_cast<std::size_t>(*indexBytes) / IndexEntry::kBytes);
    std::optional<BodyParts> parts;
    std::int64_t partCount = 0;
    if (m_version > 2) {
        auto prepared = BodyParts::prepare(m_connection);
        if (!prepared) return prepared.error();
        parts = std::move(*prepared);
        auto counted = m_connection.queryInteger("SELECT count(*) FROM body_part");
        if (!counted) return counted.error();
        partCount = *counted;
    }
    std::int64_t segmentCount = 0;
    auto done = m_connection.forEachRow(
        "SELECT segment.id, segment.data, body.checksum, body.data FROM segment"
        " LEFT JOIN body ON body.id = segment.id ORDER BY segment.id",
        [&, this](const SqliteStatement& row) -> Status<IoError> {
            segmentCount += 1;
            const auto id = static_cast<broker::LogPosition>(row.integer(0));
            const QByteArray index = row.bytes(1);
            QByteArray records = row.bytes(3);
            if (parts && viewOf(records).size() >= BodyParts::kRowBytes) {
                auto appended = parts->appendTo(records, id);
                if (!appended) return appended.error();
                partCount -= static_cast<std::int64_t>(*appended);
            }
            return readSegment(id, viewOf(index), static_cast<std::uint64_t>(row.integer(2)),
                               viewOf(records));
        });
    if (!done) return done;
    if (*bodyCount != segmentCount) return damaged("it has messages without an index");
    if (partCount != 0) return damaged("it has parts of messages without the rest");
    if (!m_settled.empty()) {
        return damagedSegment(m_settled.begin()->first, "has nothing but a bitmap");
    }
    if (!m_deliveryCounts.empty()) {
        return damagedSegment(m_deliveryCounts.begin()->first, "has nothing but delivery counts");
    }
    return {};
}

Status<IoError> Reader::readSegment(broker::LogPosition id, ByteView index, std::uint64_t checksum,
                                    ByteView records)
{
    const std::size_t entryBytes = m_version == 1 ? version1::kIndexEntryBytes : IndexEntry::kBytes;
    const std::size_t count = index.size() / entryBytes;
    if (id < std::max<broker::LogPosition>(m_recovery.segments.endPosition(), 1)) {
        return damagedSegment(id, "overlaps another");
    }
    if (count == 0 || index.size() % entryBytes != 0) {
        return damagedSegment(id, "has an index of a wrong size");
    }
    if (segmentChecksum(index, records) != checksum) {
        return damagedSegment(id, "does not match its checksum");
    }
    Buffer converted;
    if (m_version == 1) {
        converted = version1::currentIndex(index);
        index = converted.view();
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
    if (auto done = restoreDeliveryCounts(id, count); !done) return done;
    return readMessages(id, index, records);
}

Status<IoError> Reader::restoreDeliveryCounts(broker::LogPosition id, std::size_t slotCount)
{
    const auto at = m_deliveryCounts.find(id);
    if (at == m_deliveryCounts.end()) return {};
    const QByteArray stored = at->second;
    m_deliveryCounts.erase(at);
    const ByteView counts = viewOf(stored);
    if (counts.size() % DeliveryCount::kBytes != 0) {
        return damagedSegment(id, "has delivery counts of a wrong size");
    }
    for (std::size_t place = 0; place < counts.size() / DeliveryCount::kBytes; ++place) {
        const DeliveryCount one = loadDeliveryCount(counts, place);
        if (one.slot >= slotCount) {
            return damagedSegment(id, "has the delivery count of a message beyond its end");
        }
        m_recovery.segments.restoreDeliveryCount(id, one.slot, one.count);
    }
    return {};
}

Status<IoError> Reader::readMessages(broker::LogPosition id, ByteView index, ByteView records)
{
    std::optional<RecordParts> parts;  // of the entry before, which this one may share
    broker::MessagePtr message;
    std::size_t offset = 0;
    for (std::uint32_t slot = 0; slot < slotCount(index); ++slot) {
        if (!m_recovery.segments.isLive(id, slot)) continue;
        const IndexEntry entry = loadIndexEntry(index, slot);
        const auto marks = m_marksOfQueue.find(entry.queue);
        if (marks == m_marksOfQueue.end()) {
            m_recovery.orphans[entry.queue] += 1;
            continue;
        }
        if (!parts || entry.recordOffset != offset) {
            if (std::size_t{entry.recordOffset} + entry.recordBytes > records.size()) {
                return damagedSegment(id, "has an index that points beyond its messages");
            }
            const ByteView record = records.subspan(entry.recordOffset, entry.recordBytes);
            parts = partsOfRecord(record);
            offset = entry.recordOffset;
            if (!parts) return damagedSegment(id, "has a message that cannot be read");
            message.reset();
            if (parts->isPersistent && record.size() <= m_bodyBytesLeft) {
                m_bodyBytesLeft -= record.size();
                message = loadRecord(record);
            }
        }
        if (!parts->isPersistent) {
            // It was on disk to relieve memory only.
            m_recovery.segments.settle(entry.queue, id + slot);
            continue;
        }
        const std::uint8_t ownPriority = parts->priority();
        const std::size_t priority = std::min<std::size_t>(ownPriority, marks->second.size() - 1);
        m_recovery.state.messages.push_back(
            {.queue = entry.queue,
             .sequence = entry.sequence,
             .position = id + slot,
             .message = message,
             .bodyBytes = static_cast<std::uint32_t>(parts->body.size()),
             .priority = ownPriority,
             .wasDelivered = entry.sequence <= marks->second[priority],
             .expiresAt = entry.expiresAt,
             .deliveryCount = m_recovery.segments.deliveryCount(id, slot)});
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
    for (const auto& [queue, marks] : m_marksOfQueue) {
        if (queue > m_recovery.state.lastQueueId) return damaged("a queue's id exceeds the limit");
    }
    return {};
}

}  // namespace

Result<Recovery, IoError> recover(SqliteConnection& connection, std::uint32_t version,
                                  std::size_t bodyBytesMax)
{
    return Reader{connection, version, bodyBytesMax}.read();
}

}  // namespace warren::storage
