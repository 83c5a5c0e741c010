#pragma once

#include "core/base/result.h"
#include "core/storage/body_parts.h"
#include "core/storage/definition_codec.h"
#include "core/storage/message_store.h"
#include "core/storage/segment_cache.h"
#include "core/storage/segment_table.h"
#include "core/storage/sqlite_connection.h"
#include "core/storage/store_batch.h"
#include "core/storage/store_options.h"

#include <QByteArray>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace warren::storage {

/// The SQLite file as a synchronous engine: recovers, then writes one batch per transaction.
///
/// README.md describes the format. Thread: the one that opened it. Needs a QCoreApplication, for
/// Qt's SQL driver.
class SqliteStore {
public:
    /// Reads the file, or creates it, and makes it ready for writing. A file that is refused stays
    /// as it was. The folder must exist and be reserved (DataFolder).
    /// @error NewerVersion, Damaged, NotWritable, DiskFull, InUse, Failed
    static Result<std::unique_ptr<SqliteStore>, IoError> open(StoreOptions options);

    /// Leaves on disk what was committed, like a crash; see closeCleanly.
    ~SqliteStore();
    SqliteStore(const SqliteStore&) = delete;
    SqliteStore& operator=(const SqliteStore&) = delete;

    /// What the file held when it was opened. Once.
    RecoveredState takeRecovered();

    /// Makes the batch durable, or changes nothing.
    /// @pre no earlier call failed
    /// @error DiskFull, Failed, …  final: the file is closed, as it was after the last commit
    Status<IoError> write(const StoreBatch& batch);

    /// The messages that are wanted back, in the order of the requests; those that are not live any
    /// more are null.
    /// @error as write: a segment that can't be read, or is not what it was
    Result<std::vector<broker::LoadedBody>, IoError> load(
        std::span<const broker::BodyRequest> requests);
    /// After the last load for some time: gives back what it has kept.
    void forgetLoaded() { m_loadedSegments.clear(); }

    /// Written to the write-ahead log since it was last begun anew (an estimate, rather too high).
    std::uint64_t walBytes() const { return m_walBytes; }
    /// Brings the write-ahead log into the database and begins it anew; nothing happens while
    /// another connection is at it. Else the log grows without bound.
    /// @error as write
    Status<IoError> restartWal();

    /// Gives back the space of segments with few survivors and of free pages, in steps of at most a
    /// few MiB, for idle moments.
    /// @returns whether there may be more to do
    /// @error as write
    Result<bool, IoError> reclaimSpace();
    /// What reclaimSpace could rewrite; while this is large, don't wait for an idle moment.
    std::uint64_t sparseBytes() const { return m_segments.sparseBytes(); }

    /// Notes that nothing is missing, and closes the file. The last call.
    Status<IoError> closeCleanly();

    /// Size of the database and its write-ahead log on disk.
    std::uint64_t fileBytes() const;

private:
    struct Statements;

    explicit SqliteStore(StoreOptions options);
    Status<IoError> load();
    Status<IoError> beginWriting(std::uint32_t version);
    Status<IoError> migrate(std::uint32_t version);

    /// All or nothing of what `work` writes. @error final: the file is closed then
    template <typename Work>
    Status<IoError> inTransaction(Work work);
    Status<IoError> commit();
    Status<IoError> beforeCommit();

    Status<IoError> writeOperations(const StoreBatch& batch);
    Status<IoError> insertSegment(const StoreBatch& batch);
    Status<IoError> putSegment(broker::LogPosition id, ByteView index, ByteView records);
    Status<IoError> apply(const broker::CatalogueChange& change);
    Status<IoError> noteQueues(const broker::CatalogueChange& change);
    Status<IoError> noteRemovedQueuesOf(std::string_view vhost);
    Status<IoError> putDefinition(const DefinitionRow& row);
    Status<IoError> removeDefinitions(const DefinitionSelection& selection);
    Status<IoError> putMeta(std::string_view key, std::uint64_t value);
    Status<IoError> raisePositionLimit();
    Status<IoError> removeContentsOfRemovedQueues();
    Result<QByteArray, IoError> select(SqliteStatement& statement, broker::LogPosition id);
    /// The records of a segment, all of them.
    Result<QByteArray, IoError> readRecords(broker::LogPosition id);
    Status<IoError> writeDeliveryCounts();
    Status<IoError> writeSettled();
    /// Valid until the next call.
    Result<const SegmentCache::Segment*, IoError> loadSegment(broker::LogPosition id);
    Status<IoError> removeParts(broker::LogPosition id);
    Status<IoError> removeSegment(broker::LogPosition id);
    Status<IoError> rewriteSegment(broker::LogPosition id);

    StoreOptions m_options;
    RecoveredState m_recovered;
    SegmentTable m_segments;
    SegmentCache m_loadedSegments;
    std::unordered_set<QueueId> m_removedQueues;  // in this transaction; contents go at its end
    broker::LogPosition m_lastPosition = 0;
    /// Where positions go on after a crash: one write pays for very many positions, and none is
    /// used twice, whether or not anything of it had reached the disk.
    broker::LogPosition m_positionLimit = 0;
    QueueId m_lastQueueId;
    std::uint64_t m_walBytes = 0;

    std::unique_ptr<SqliteConnection> m_connection;  // null once failed or closed
    std::unique_ptr<Statements> m_statements;        // of m_connection
};

}  // namespace warren::storage
