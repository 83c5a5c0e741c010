#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/storage/message_store.h"
#include "core/storage/sqlite_connection.h"

#include <cstddef>

/// What databases of earlier versions have in other ways, and how they are brought up to date.
///
/// Version 1 knew no expiry, delivery counts, priorities, users, policies or settings of vhosts:
///
///   entry          = queue:u64 sequence:u64 record-offset:u32 record-bytes:u32
///   value of vhost = (empty)
///   mark(queue PRIMARY KEY, up_to)      -- whatever the priority
///   no table delivery_count, no definitions of kind 5 to 8, exchanges of types 0 to 3
/// Version 2 had every record whole in one row; there was no table body_part.
namespace warren::storage {

namespace version1 {

inline constexpr std::size_t kIndexEntryBytes = 24;

/// Its index of a segment in today's form. @pre its size is a multiple of kIndexEntryBytes
Buffer currentIndex(ByteView index);

/// Makes a database of version 1 one of version 2. The caller has read it without finding damage,
/// and calls this within a transaction.
Status<IoError> migrate(SqliteConnection& connection);

}  // namespace version1

namespace version2 {

/// Makes a database of version 2 one of version 3, likewise.
Status<IoError> migrate(SqliteConnection& connection);

}  // namespace version2

}  // namespace warren::storage
