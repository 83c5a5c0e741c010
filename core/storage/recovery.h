#pragma once

#include "core/base/result.h"
#include "core/storage/message_store.h"
#include "core/storage/segment_table.h"
#include "core/storage/sqlite_connection.h"

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <unordered_set>

namespace warren::storage {

/// What a database file says, read and judged as a whole.
struct Recovery {
    RecoveredState state;
    SegmentTable segments;
    /// Queues without a definition, and how many messages they would have had.
    std::unordered_map<QueueId, std::size_t> orphans;
};

/// Reads everything; writes nothing. Every record that is live is checked on the way.
/// @param version  of the file, at most kSchemaVersion
/// @param bodyBytesMax  as StoreOptions::recoveredBodyBytesMax
/// @error Damaged  the contents don't fit together
Result<Recovery, IoError> recover(SqliteConnection& connection, std::uint32_t version,
                                  std::size_t bodyBytesMax);

}  // namespace warren::storage
