#include "core/storage/sqlite_store.h"

#include "core/base/check.h"
#include "core/storage/checksum.h"
#include "core/storage/migration.h"
#include "core/storage/record_format.h"
#include "core/storage/recovery.h"
#include "core/storage/sqlite_schema.h"

#include <QByteArray>

#include <algorithm>
#include <filesystem>
#include <span>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

namespace warren::storage {

namespace {

constexpr broker::LogPosition kPositionsReserved = broker::LogPosition{1} << 32;
/// So much room is kept free for a growing backlog: growing a file costs more than reusing it.
constexpr std::int64_t kFreePageCountMax = 256 * 1024 * 1024 / kPageBytes;
/// A step of giving space back: 4 MiB.
constexpr const char* kVacuumStep = "PRAGMA incremental_vacuum(256)";

std::filesystem::path walOf(std::filesystem::path file) { return file += "-wal"; }

std::uint64_t bytesOfFile(const std::filesystem::path& file)
{
    std::error_code error;
    const auto bytes = std::filesystem::file_size(file, error);
    return error ? 0 : bytes;
}

/// Runs one step after another until one fails.
template <typename... Steps>
Status<IoError> inOrder(Steps... steps)
{
    Status<IoError> done;
    (void)((done = steps(), done.isOk()) && ...);  // `done` says it all
    return done;
}

}  // namespace

/// Prepared once; QtSql compiles a statement anew otherwise.
struct SqliteStore::Statements {
    SqliteStatement begin;
    SqliteStatement commit;
    SqliteStatement rollback;
    SqliteStatement insertSegment;
    SqliteStatement insertBody;
    SqliteStatement selectIndex;
    SqliteStatement selectRecords;
    SqliteStatement selectChecksum;
    SqliteStatement deleteSegment;
    SqliteStatement deleteBody;
    SqliteStatement deleteSettled;
    SqliteStatement putSettled;
    SqliteStatement putDeliveryCounts;
    SqliteStatement deleteDeliveryCounts;
    SqliteStatement putMark;
    SqliteStatement deleteMark;
    SqliteStatement putDefinition;
    SqliteStatement deleteDefinition;
    SqliteStatement deleteDefinitions;
    SqliteStatement deleteDefinitionsBySource;
    SqliteStatement selectQueues;
    SqliteStatement putMeta;
    BodyParts parts;

    static Result<std::unique_ptr<Statements>, IoError> prepare(SqliteConnection& connection)
    {
        auto prepared = connection.prepareAll({
            "BEGIN IMMEDIATE",
            "COMMIT",
            "ROLLBACK",
            "INSERT OR REPLACE INTO segment VALUES(?, ?)",
            "INSERT OR REPLACE INTO body VALUES(?, ?, ?)",
            "SELECT data FROM segment WHERE id = ?",
            "SELECT data FROM body WHERE id = ?",
            "SELECT checksum FROM body WHERE id = ?",
            "DELETE FROM segment WHERE id = ?",
            "DELETE FROM body WHERE id = ?",
            "DELETE FROM settled WHERE id = ?",
            "INSERT OR REPLACE INTO settled VALUES(?, ?)",
            "INSERT OR REPLACE INTO delivery_count VALUES(?, ?)",
            "DELETE FROM delivery_count WHERE id = ?",
            "INSERT OR REPLACE INTO mark VALUES(?, ?, ?)",
            "DELETE FROM mark WHERE queue = ?",
            "INSERT OR REPLACE INTO definition VALUES(?, ?, ?, ?)",
            "DELETE FROM definition WHERE kind = ? AND key = ?",
            "DELETE FROM definition WHERE kind = ? AND key >= ? AND key < ?",
            "DELETE FROM definition WHERE kind = ? AND source = ?",
            "SELECT key, value FROM definition WHERE kind = ? AND key >= ? AND key < ?",
            "INSERT OR REPLACE INTO meta VALUES(?, ?)",
        });
        if (!prepared) return prepared.error();
        auto parts = BodyParts::prepare(connection);
        if (!parts) return parts.error();
        auto next = std::make_move_iterator(prepared->begin());
        // In the order of the members, which is the order of the list above.
        return std::unique_ptr<Statements>{new Statements{
            *next++, *next++, *next++, *next++, *next++, *next++, *next++,          *next++,
            *next++, *next++, *next++, *next++, *next++, *next++, *next++,          *next++,
            *next++, *next++, *next++, *next++, *next++, *next++, std::move(*parts)}};
    }
};

SqliteStore::SqliteStore(StoreOptions options) : m_options(std::move(options)) {}

SqliteStore::~SqliteStore() = default;

Result<std::unique_ptr<SqliteStore>, IoError> SqliteStore::open(StoreOptions options)
{
    std::unique_ptr<SqliteStore> store{new SqliteStore(std::move(options))};
    if (auto loaded = store->load(); !loaded) return loaded.error();
    return store;
}

Status<IoError> SqliteStore::load()
{
    const std::filesystem::path& file = m_options.databaseFile;
    const bool hasWal = bytesOfFile(walOf(file)) > 0;
    std::error_code error;
    if (!std::filesystem::exists(file, error) && !error) {
        if (hasWal) return damagedDatabase(file, "only its write-ahead log is there");
        if (bytesOfFile(rollbackJournalOf(file)) > 0) {
            return damagedDatabase(file, "only its rollback journal is there");
        }
        if (auto created = createDatabase(file); !created) return created;
    }

    // Everything is read and judged before the first byte is written.
    Recovery recovery;
    std::uint32_t version = kSchemaVersion;
    {
        if (auto good = checkDatabaseHeader(file); !good) return good;
        if (auto done = undoUnfinishedCommit(file); !done) return done;
        auto connection =
            SqliteConnection::open(file, hasWal ? SqliteConnection::Access::ReadOnly
                                                : SqliteConnection::Access::Immutable);
        if (!connection) return connection.error();
        auto found = schemaVersionOf(**connection);
        if (!found) return found.error();
        version = *found;
        auto recovered = recover(**connection, version, m_options.recoveredBodyBytesMax);
        if (!recovered) return recovered.error();
        recovery = std::move(*recovered);
    }
    m_recovered = std::move(recovery.state);
    m_segments = std::move(recovery.segments);
    m_lastPosition = m_recovered.lastPosition;
    m_lastQueueId = m_recovered.lastQueueId;
    for (const auto& [queue, messageCount] : recovery.orphans) {
        m_removedQueues.insert(queue);
        if (!m_options.log) continue;
        m_options.log("Dropped the messages of a queue that is not defined. queue-id=" +
                      std::to_string(queue.value) + " messages=" + std::to_string(messageCount));
    }
    return beginWriting(version);
}

Status<IoError> SqliteStore::beginWriting(std::uint32_t version)
{
    auto connection =
        SqliteConnection::open(m_options.databaseFile, SqliteConnection::Access::ReadWrite);
    if (!connection) return connection.error();
    m_connection = std::move(*connection);
    if (auto done = configureConnection(*m_connection, m_options.synchronous); !done) return done;
    if (auto done = provideWal(*m_connection); !done) return done;
    if (m_options.pageCountMax > 0) {
        const std::string sql = "PRAGMA max_page_count=" + std::to_string(m_options.pageCountMax);
        if (auto done = m_connection->execute(sql.c_str()); !done) return done;
    }
    if (version < kSchemaVersion) {
        if (auto done = migrate(version); !done) return done;
    }
    auto statements = Statements::prepare(*m_connection);
    if (!statements) return statements.error();
    m_statements = std::move(*statements);

    return inTransaction([this] {
        return inOrder([this] { return putMeta("clean_shutdown", 0); },
                       [this] { return raisePositionLimit(); },
                       [this] { return removeContentsOfRemovedQueues(); },
                       [this] { return writeDeliveryCounts(); }, [this] { return writeSettled(); });
    });
}

Status<IoError> SqliteStore::migrate(std::uint32_t version)
{
    // Whole or not at all: a crash leaves the old version, complete.
    auto done = inOrder(
        [this] { return m_connection->execute("BEGIN IMMEDIATE"); },
        [&, this] { return version > 1 ? Status<IoError>{} : version1::migrate(*m_connection); },
        [this] { return version2::migrate(*m_connection); }, [this] { return beforeCommit(); },
        [this] { return m_connection->execute("COMMIT"); });
    if (!done) {
        // Nothing can be done if it fails too; SQLite undoes the rest on its next open.
        (void)m_connection->execute("ROLLBACK");
        return done;
    }
    if (version == 1) {  // every index was written anew
        for (auto id = m_segments.segmentFrom(0); id != 0; id = m_segments.segmentFrom(id + 1)) {
            m_walBytes += m_segments.segment(id).slotCount * IndexEntry::kBytes + 2 * kPageBytes;
        }
    }
    if (m_options.log) {
        m_options.log("Brought the database up to date. version=" + std::to_string(kSchemaVersion));
    }
    return {};
}

RecoveredState SqliteStore::takeRecovered() { return std::exchange(m_recovered, {}); }

template <typename Work>
Status<IoError> SqliteStore::inTransaction(Work work)
{
    WARREN_CHECK(m_connection != nullptr);
    Status<IoError> done =
        inOrder([this] { return m_statements->begin.run(); }, work, [this] { return commit(); });
    if (done) return done;
    // Nothing can be done about a rollback that fails too; SQLite undoes the rest on its next open.
    (void)m_statements->rollback.run();
    m_statements.reset();
    m_connection.reset();
    return done;
}

Status<IoError> SqliteStore::commit()
{
    return inOrder([this] { return beforeCommit(); },
                   [this] { return m_statements->commit.run(); });
}

Status<IoError> SqliteStore::beforeCommit()
{
    if (m_options.writeFault) {
        if (auto fault = m_options.writeFault()) return std::move(*fault);
    }
    return {};
}

Status<IoError> SqliteStore::write(const StoreBatch& batch)
{
    m_lastPosition = std::max(m_lastPosition, batch.lastPosition);
    const bool needsPositions = m_lastPosition + kPositionsReserved / 2 > m_positionLimit;
    if (batch.isEmpty() && !needsPositions) return {};

    return inTransaction([&, this] {
        return inOrder(
            [&] { return writeOperations(batch); },
            [this] { return removeContentsOfRemovedQueues(); },
            [this] { return writeDeliveryCounts(); }, [this] { return writeSettled(); },
            [&, this] { return needsPositions ? raisePositionLimit() : Status<IoError>{}; });
    });
}

Status<IoError> SqliteStore::writeOperations(const StoreBatch& batch)
{
    // A few pages are written whole however little changes in them.
    m_walBytes += batch.records.size() + batch.index.size() + 4 * kPageBytes;
    if (!batch.index.isEmpty()) {
        if (auto done = insertSegment(batch); !done) return done;
    }
    for (const broker::CatalogueChange& change : batch.changes) {
        if (auto done = apply(change); !done) return done;
    }
    for (const StoreBatch::Mark& mark : batch.marks) {
        m_statements->putMark.bind(0, mark.queue.value);
        m_statements->putMark.bind(1, std::uint64_t{mark.priority});
        m_statements->putMark.bind(2, mark.upTo);
        if (auto done = m_statements->putMark.run(); !done) return done;
    }
    for (const StoreBatch::Count& count : batch.counts) {
        m_segments.setDeliveryCount(count.position, count.count);
    }
    for (const StoreBatch::Removal& removal : batch.removals) {
        m_segments.settle(removal.queue, removal.position);
    }
    return {};
}

Status<IoError> SqliteStore::insertSegment(const StoreBatch& batch)
{
    m_segments.add(batch.segmentId, batch.index.view(), batch.records.size());
    return putSegment(batch.segmentId, batch.index.view(), batch.records.view());
}

Status<IoError> SqliteStore::putSegment(broker::LogPosition id, ByteView index, ByteView records)
{
    m_statements->insertSegment.bind(0, id);
    m_statements->insertSegment.bind(1, index);
    m_statements->insertBody.bind(0, id);
    m_statements->insertBody.bind(1, segmentChecksum(index, records));
    m_statements->insertBody.bind(2, records.first(std::min(records.size(), BodyParts::kRowBytes)));
    return inOrder([this] { return m_statements->insertSegment.run(); },
                   [this] { return m_statements->insertBody.run(); },
                   [&, this] { return m_statements->parts.put(id, records); });
}

Status<IoError> SqliteStore::apply(const broker::CatalogueChange& change)
{
    if (auto done = noteQueues(change); !done) return done;
    const DefinitionEdit edit = editOf(change);
    if (const auto* row = std::get_if<DefinitionRow>(&edit)) return putDefinition(*row);
    for (const auto& selection : std::get<std::vector<DefinitionSelection>>(edit)) {
        if (auto done = removeDefinitions(selection); !done) return done;
    }
    return {};
}

Status<IoError> SqliteStore::noteQueues(const broker::CatalogueChange& change)
{
    if (const auto* put = std::get_if<broker::PutQueue>(&change)) {
        if (put->queue.id <= m_lastQueueId) return {};
        m_lastQueueId = put->queue.id;
        return putMeta("last_queue_id", m_lastQueueId.value);
    }
    if (const auto* queue = std::get_if<broker::RemoveQueue>(&change)) {
        m_removedQueues.insert(queue->id);
    }
    if (const auto* vhost = std::get_if<broker::RemoveVhost>(&change)) {
        return noteRemovedQueuesOf(vhost->name);
    }
    return {};
}

Status<IoError> SqliteStore::noteRemovedQueuesOf(std::string_view vhost)
{
    const std::string prefix = vhostPrefix(vhost);
    const std::string end = endOfPrefix(prefix);
    SqliteStatement& queues = m_statements->selectQueues;
    queues.bind(0, static_cast<std::uint64_t>(DefinitionKind::Queue));
    queues.bind(1, bytesOf(prefix));
    queues.bind(2, bytesOf(end));
    if (auto started = queues.start(); !started) return started;
    while (true) {
        auto hasRow = queues.next();
        if (!hasRow) return hasRow.error();
        if (!*hasRow) return {};
        const auto queue =
            changeOf(DefinitionKind::Queue, viewOf(queues.bytes(0)), viewOf(queues.bytes(1)));
        if (!queue) return damagedDatabase(m_connection->file(), "a definition cannot be read");
        m_removedQueues.insert(std::get<broker::PutQueue>(*queue).queue.id);
    }
}

Status<IoError> SqliteStore::putDefinition(const DefinitionRow& row)
{
    SqliteStatement& put = m_statements->putDefinition;
    put.bind(0, static_cast<std::uint64_t>(row.kind));
    put.bind(1, bytesOf(row.key));
    put.bind(2, bytesOf(row.value));
    if (row.source.empty()) {
        put.bindNull(3);
    } else {
        put.bind(3, bytesOf(row.source));
    }
    return put.run();
}

Status<IoError> SqliteStore::removeDefinitions(const DefinitionSelection& selection)
{
    using By = DefinitionSelection::By;
    const auto runFor = [&](SqliteStatement& statement) {
        statement.bind(0, static_cast<std::uint64_t>(selection.kind));
        statement.bind(1, bytesOf(selection.text));
        return statement.run();
    };
    switch (selection.by) {
    case By::Key: return runFor(m_statements->deleteDefinition);
    case By::KeyPrefix: {
        const std::string end = endOfPrefix(selection.text);
        m_statements->deleteDefinitions.bind(2, bytesOf(end));
        return runFor(m_statements->deleteDefinitions);
    }
    case By::Source: return runFor(m_statements->deleteDefinitionsBySource);
    }
    return {};
}

Status<IoError> SqliteStore::putMeta(std::string_view key, std::uint64_t value)
{
    m_statements->putMeta.bind(0, key);
    m_statements->putMeta.bind(1, value);
    return m_statements->putMeta.run();
}

Status<IoError> SqliteStore::raisePositionLimit()
{
    m_positionLimit = m_lastPosition + kPositionsReserved;
    return putMeta("position_limit", m_positionLimit);
}

Status<IoError> SqliteStore::removeContentsOfRemovedQueues()
{
    // Only queues that have messages cost a look at the segments, and all of them only one.
    const std::unordered_set<QueueId> queues = std::exchange(m_removedQueues, {});
    std::uint64_t liveCount = 0;
    broker::LogPosition id = m_segments.endPosition();
    for (const QueueId queue : queues) {
        m_statements->deleteMark.bind(0, queue.value);
        if (auto done = m_statements->deleteMark.run(); !done) return done;
        liveCount += m_segments.liveCount(queue);
        id = std::min(id, m_segments.firstSegmentOf(queue));
    }
    const std::uint64_t othersLiveCount = m_segments.liveCount() - liveCount;
    while (m_segments.liveCount() > othersLiveCount) {
        id = m_segments.segmentFrom(id);
        WARREN_CHECK(id != 0);
        if (m_segments.segment(id).liveCount > 0) {
            auto index = select(m_statements->selectIndex, id);
            if (!index) return index.error();
            m_segments.settleQueues(id, viewOf(*index), queues);
        }
        id += 1;
    }
    return {};
}

Result<QByteArray, IoError> SqliteStore::select(SqliteStatement& statement, broker::LogPosition id)
{
    statement.bind(0, id);
    if (auto started = statement.start(); !started) return started.error();
    auto hasRow = statement.next();
    if (!hasRow) return hasRow.error();
    QByteArray bytes = *hasRow ? statement.bytes(0) : QByteArray{};
    statement.finish();
    return bytes;
}

Result<QByteArray, IoError> SqliteStore::readRecords(broker::LogPosition id)
{
    auto records = select(m_statements->selectRecords, id);
    if (!records || viewOf(*records).size() < BodyParts::kRowBytes) return records;
    auto appended = m_statements->parts.appendTo(*records, id);
    if (!appended) return appended.error();
    return records;
}

Status<IoError> SqliteStore::removeParts(broker::LogPosition id)
{
    if (m_segments.segment(id).recordBytes <= BodyParts::kRowBytes) return {};
    return m_statements->parts.remove(id);
}

Status<IoError> SqliteStore::writeDeliveryCounts()
{
    for (const broker::LogPosition id : m_segments.takeDirtyCounts()) {
        const SegmentTable::Segment& segment = m_segments.segment(id);
        if (segment.deliveryCounts.empty()) {
            m_statements->deleteDeliveryCounts.bind(0, id);
            if (auto done = m_statements->deleteDeliveryCounts.run(); !done) return done;
            continue;
        }
        Buffer counts;
        for (const auto& [slot, count] : segment.deliveryCounts) {
            storeDeliveryCount(counts.extend(DeliveryCount::kBytes), {slot, count});
        }
        m_statements->putDeliveryCounts.bind(0, id);
        m_statements->putDeliveryCounts.bind(1, counts.view());
        if (auto done = m_statements->putDeliveryCounts.run(); !done) return done;
        m_walBytes += counts.size();
    }
    return {};
}

Status<IoError> SqliteStore::writeSettled()
{
    for (const broker::LogPosition id : m_segments.takeDirty()) {
        const SegmentTable::Segment& segment = m_segments.segment(id);
        if (segment.liveCount == 0) {
            if (auto done = removeSegment(id); !done) return done;
            continue;
        }
        m_statements->putSettled.bind(0, id);
        m_statements->putSettled.bind(1, ByteView{segment.settled});
        if (auto done = m_statements->putSettled.run(); !done) return done;
    }
    return {};
}

Result<const SegmentCache::Segment*, IoError> SqliteStore::loadSegment(broker::LogPosition id)
{
    if (const auto* kept = m_loadedSegments.find(id)) return kept;
    auto index = select(m_statements->selectIndex, id);
    if (!index) return index.error();
    auto records = readRecords(id);
    if (!records) return records.error();
    m_statements->selectChecksum.bind(0, id);
    if (auto started = m_statements->selectChecksum.start(); !started) return started.error();
    auto hasRow = m_statements->selectChecksum.next();
    if (!hasRow) return hasRow.error();
    const auto checksum =
        *hasRow ? static_cast<std::uint64_t>(m_statements->selectChecksum.integer(0)) : 0;
    m_statements->selectChecksum.finish();
    if (!*hasRow || segmentChecksum(viewOf(*index), viewOf(*records)) != checksum) {
        return damagedDatabase(m_connection->file(),
                               "segment " + std::to_string(id) + " does not match its checksum");
    }
    return &m_loadedSegments.put(
        {.id = id, .index = std::move(*index), .records = std::move(*records)});
}

Result<std::vector<broker::LoadedBody>, IoError> SqliteStore::load(
    std::span<const broker::BodyRequest> requests)
{
    WARREN_CHECK(m_connection != nullptr);
    const auto fail = [this](const IoError& error) {
        m_statements.reset();
        m_connection.reset();
        return error;
    };
    std::vector<broker::LoadedBody> bodies;
    bodies.reserve(requests.size());
    for (const broker::BodyRequest& request : requests) {
        broker::LoadedBody& body = bodies.emplace_back(broker::LoadedBody{request, {}});
        const broker::LogPosition id = m_segments.segmentWith(request.position);
        const auto slot = static_cast<std::uint32_t>(request.position - id);
        if (id == 0 || !m_segments.isLive(id, slot)) continue;
        const auto segment = loadSegment(id);
        if (!segment) return fail(segment.error());
        const IndexEntry entry = loadIndexEntry(viewOf((*segment)->index), slot);
        const ByteView records = viewOf((*segment)->records);
        const std::size_t end = std::size_t{entry.recordOffset} + entry.recordBytes;
        if (end <= records.size()) {
            body.message = loadRecord(records.subspan(entry.recordOffset, entry.recordBytes));
        }
        if (!body.message) {
            return fail(damagedDatabase(
                m_connection->file(),
                "segment " + std::to_string(id) + " has a message that cannot be read"));
        }
    }
    return bodies;
}

Status<IoError> SqliteStore::removeSegment(broker::LogPosition id)
{
    m_loadedSegments.remove(id);
    for (SqliteStatement* statement :
         {&m_statements->deleteSegment, &m_statements->deleteBody, &m_statements->deleteSettled}) {
        statement->bind(0, id);
        if (auto done = statement->run(); !done) return done;
    }
    if (auto done = removeParts(id); !done) return done;
    if (m_segments.segment(id).hadCounts) {
        m_statements->deleteDeliveryCounts.bind(0, id);
        if (auto done = m_statements->deleteDeliveryCounts.run(); !done) return done;
    }
    m_segments.remove(id);
    return {};
}

Status<IoError> SqliteStore::restartWal()
{
    WARREN_CHECK(m_connection != nullptr);
    auto isDone = m_connection->checkpointWal(SqliteConnection::WalCheckpoint::Restart);
    if (!isDone) {
        m_statements.reset();
        m_connection.reset();
        return isDone.error();
    }
    if (*isDone) m_walBytes = 0;
    return {};
}

Result<bool, IoError> SqliteStore::reclaimSpace()
{
    if (const broker::LogPosition id = m_segments.sparseSegment(); id != 0) {
        auto done = inTransaction([&, this] { return rewriteSegment(id); });
        if (!done) return done.error();
        return true;
    }
    std::int64_t freePageCount = 0;
    auto done = inTransaction([&, this]() -> Status<IoError> {
        auto counted = m_connection->queryInteger("PRAGMA freelist_count");
        if (!counted) return counted.error();
        freePageCount = *counted;
        if (freePageCount <= kFreePageCountMax) return {};
        m_walBytes += 128 * kPageBytes;
        return m_connection->executeToEnd(kVacuumStep);
    });
    if (!done) return done.error();
    return freePageCount > kFreePageCountMax;
}

Status<IoError> SqliteStore::rewriteSegment(broker::LogPosition id)
{
    auto oldIndex = select(m_statements->selectIndex, id);
    if (!oldIndex) return oldIndex.error();
    auto oldRecords = readRecords(id);
    if (!oldRecords) return oldRecords.error();
    if (auto done = removeParts(id); !done) return done;

    // The places of the messages in the log stay; only what was settled goes.
    Buffer index;
    Buffer records;
    std::size_t oldOffset = 0;
    std::size_t newOffset = 0;
    for (std::uint32_t slot = 0; slot < m_segments.segment(id).slotCount; ++slot) {
        IndexEntry entry;
        if (m_segments.isLive(id, slot)) {
            entry = loadIndexEntry(viewOf(*oldIndex), slot);
            if (records.isEmpty() || entry.recordOffset != oldOffset) {
                oldOffset = entry.recordOffset;
                newOffset = records.size();
                records.append(viewOf(*oldRecords).subspan(oldOffset, entry.recordBytes));
            }
            entry.recordOffset = static_cast<std::uint32_t>(newOffset);
        }
        storeIndexEntry(index.extend(IndexEntry::kBytes), entry);
    }
    m_walBytes += records.size() + index.size() + 4 * kPageBytes;
    m_loadedSegments.remove(id);
    m_segments.setRewritten(id, records.size());
    return putSegment(id, index.view(), records.view());
}

Status<IoError> SqliteStore::closeCleanly()
{
    auto done = inTransaction([this] {
        return inOrder([this] { return putMeta("clean_shutdown", 1); },
                       [this] { return putMeta("position_limit", m_lastPosition); });
    });
    m_statements.reset();
    m_connection.reset();
    return done;
}

std::uint64_t SqliteStore::fileBytes() const
{
    return bytesOfFile(m_options.databaseFile) + bytesOfFile(walOf(m_options.databaseFile));
}

}  // namespace warren::storage
