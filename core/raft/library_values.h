#pragma once

#include "core/raft/raft_library.h"
#include "core/raft/raft_types.h"

#include <span>

/// Between our values and the library's structs.
namespace warren::raft {

Members membersOf(const raft_configuration& configuration);

/// In the library's allocation, for it to take over.
raft_configuration libraryMembers(const Members& members);

raft_snapshot_metadata libraryMetadata(const Snapshot& snapshot);

Entry entryOf(const raft_entry& entry);

/// Entries as the library wants them: one block that holds all their data, and every `batch`
/// pointing to it. The array is freed with this; who frees the block differs from call to call.
class LibraryEntries {
public:
    explicit LibraryEntries(std::span<const Entry> entries);
    ~LibraryEntries() { raft_free(m_array); }
    LibraryEntries(const LibraryEntries&) = delete;
    LibraryEntries& operator=(const LibraryEntries&) = delete;

    raft_entry* array() { return m_array; }
    unsigned count() const { return m_count; }
    void freeBlock();

private:
    unsigned m_count;
    void* m_block = nullptr;
    raft_entry* m_array = nullptr;
};

}  // namespace warren::raft
