#include "core/storage/migration.h"

#include "core/broker/queue_settings.h"
#include "core/storage/checksum.h"
#include "core/storage/definition_codec.h"
#include "core/storage/record_format.h"
#include "core/storage/sqlite_schema.h"

#include <cstdint>
#include <cstring>
#include <utility>
#include <variant>
#include <vector>

namespace warren::storage::version1 {

namespace {

static_assert(kIndexEntryBytes < IndexEntry::kBytes);

Status<IoError> migrateVhosts(SqliteConnection& connection)
{
    auto update = connection.prepare("UPDATE definition SET value = ? WHERE kind = ?");
    if (!update) return update.error();
    const DefinitionRow row = rowOf(broker::VhostDefinition{});
    update->bind(0, bytesOf(row.value));
    update->bind(1, static_cast<std::uint64_t>(row.kind));
    return update->run();
}

/// A mark was for messages of every priority; now each priority that the queue has gets its own.
Status<IoError> migrateMarks(SqliteConnection& connection)
{
    for (const char* sql : {"ALTER TABLE mark RENAME TO old_mark", kMarkTable,
                            "INSERT INTO mark SELECT queue, 0, up_to FROM old_mark"}) {
        if (auto done = connection.execute(sql); !done) return done;
    }
    auto insert =
        connection.prepare("INSERT INTO mark SELECT queue, ?, up_to FROM old_mark WHERE queue = ?");
    if (!insert) return insert.error();
    auto done = connection.forEachRow(
        "SELECT kind, key, value FROM definition",
        [&](const SqliteStatement& row) -> Status<IoError> {
            const auto change = changeOf(static_cast<DefinitionKind>(row.integer(0)),
                                         viewOf(row.bytes(1)), viewOf(row.bytes(2)));
            if (!change) return damagedDatabase(connection.file(), "a definition cannot be read");
            const auto* put = std::get_if<broker::PutQueue>(&*change);
            if (put == nullptr) return {};
            const std::uint64_t priorityMax = broker::priorityMaxOf(put->queue);
            for (std::uint64_t priority = 1; priority <= priorityMax; ++priority) {
                insert->bind(0, priority);
                insert->bind(1, put->queue.id.value);
                if (auto inserted = insert->run(); !inserted) return inserted;
            }
            return {};
        });
    if (!done) return done;
    return connection.execute("DROP TABLE old_mark");
}

class SegmentMigration {
public:
    static Status<IoError> run(SqliteConnection& connection)
    {
        // Not while the table is read: SQLite leaves open what a query sees of its own changes.
        std::vector<std::int64_t> ids;
        auto listed = connection.forEachRow("SELECT id FROM segment",
                                            [&ids](const SqliteStatement& row) -> Status<IoError> {
                                                ids.push_back(row.integer(0));
                                                return {};
                                            });
        if (!listed) return listed;
        auto select = connection.prepare(
            "SELECT segment.data, body.data FROM segment JOIN body USING(id) WHERE id = ?");
        if (!select) return select.error();
        auto updateIndex = connection.prepare("UPDATE segment SET data = ? WHERE id = ?");
        if (!updateIndex) return updateIndex.error();
        // The bodies stay where they are: SQLite overwrites only the page with the checksum.
        auto updateChecksum = connection.prepare("UPDATE body SET checksum = ? WHERE id = ?");
        if (!updateChecksum) return updateChecksum.error();
        SegmentMigration migration{connection, std::move(*select), std::move(*updateIndex),
                                   std::move(*updateChecksum)};
        for (const std::int64_t id : ids) {
            if (auto done = migration.migrate(id); !done) return done;
        }
        return {};
    }

private:
    SegmentMigration(SqliteConnection& connection, SqliteStatement select,
                     SqliteStatement updateIndex, SqliteStatement updateChecksum)
        : m_connection(connection),
          m_select(std::move(select)),
          m_updateIndex(std::move(updateIndex)),
          m_updateChecksum(std::move(updateChecksum))
    {
    }

    Status<IoError> migrate(std::int64_t id)
    {
        m_select.bind(0, id);
        if (auto started = m_select.start(); !started) return started;
        auto hasRow = m_select.next();
        if (!hasRow) return hasRow.error();
        if (!*hasRow) return damagedDatabase(m_connection.file(), "a segment has no messages");
        const QByteArray oldIndex = m_select.bytes(0);
        const QByteArray records = m_select.bytes(1);
        m_select.finish();

        const Buffer index = currentIndex(viewOf(oldIndex));
        m_updateIndex.bind(0, index.view());
        m_updateIndex.bind(1, id);
        if (auto done = m_updateIndex.run(); !done) return done;
        m_updateChecksum.bind(0, segmentChecksum(index.view(), viewOf(records)));
        m_updateChecksum.bind(1, id);
        return m_updateChecksum.run();
    }

    SqliteConnection& m_connection;
    SqliteStatement m_select;
    SqliteStatement m_updateIndex;
    SqliteStatement m_updateChecksum;
};

}  // namespace

Buffer currentIndex(ByteView index)
{
    // Today's entry is longer by a time of expiry, which is 0 for never.
    const std::size_t count = index.size() / kIndexEntryBytes;
    Buffer current;
    std::byte* const to = current.extend(count * IndexEntry::kBytes);
    std::memset(to, 0, count * IndexEntry::kBytes);
    for (std::size_t slot = 0; slot < count; ++slot) {
        std::memcpy(to + slot * IndexEntry::kBytes, index.data() + slot * kIndexEntryBytes,
                    kIndexEntryBytes);
    }
    return current;
}

Status<IoError> migrate(SqliteConnection& connection)
{
    if (auto done = migrateVhosts(connection); !done) return done;
    if (auto done = migrateMarks(connection); !done) return done;
    if (auto done = connection.execute(kDeliveryCountTable); !done) return done;
    if (auto done = SegmentMigration::run(connection); !done) return done;
    return connection.execute("PRAGMA user_version=2");
}

}  // namespace warren::storage::version1

namespace warren::storage::version2 {

Status<IoError> migrate(SqliteConnection& connection)
{
    if (auto done = connection.execute(kBodyPartTable); !done) return done;
    return connection.execute("PRAGMA user_version=3");
}

}  // namespace warren::storage::version2
