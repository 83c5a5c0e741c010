#include "core/raft/library_values.h"

#include "core/base/check.h"

#include <cstring>
#include <string>

namespace warren::raft {

static_assert(static_cast<int>(MemberRole::Standby) == RAFT_STANDBY);
static_assert(static_cast<int>(MemberRole::Voter) == RAFT_VOTER);
static_assert(static_cast<int>(MemberRole::Spare) == RAFT_SPARE);
static_assert(static_cast<int>(EntryType::Command) == RAFT_COMMAND);
static_assert(static_cast<int>(EntryType::Barrier) == RAFT_BARRIER);
static_assert(static_cast<int>(EntryType::Change) == RAFT_CHANGE);

Members membersOf(const raft_configuration& configuration)
{
    Members members;
    for (unsigned i = 0; i < configuration.n; ++i) {
        const raft_server& server = configuration.servers[i];
        members.push_back({MemberId{server.id}, static_cast<MemberRole>(server.role)});
    }
    return members;
}

raft_configuration libraryMembers(const Members& members)
{
    raft_configuration configuration;
    raft_configuration_init(&configuration);
    for (const Member& member : members) {
        // Addresses must be there and differ; the id does both.
        const std::string address = std::to_string(member.id.value);
        WARREN_CHECK(raft_configuration_add(&configuration, member.id.value, address.c_str(),
                                            static_cast<int>(member.role)) == 0);
    }
    return configuration;
}

raft_snapshot_metadata libraryMetadata(const Snapshot& snapshot)
{
    raft_snapshot_metadata metadata{};
    metadata.index = snapshot.index;
    metadata.term = snapshot.term;
    metadata.configuration = libraryMembers(snapshot.members);
    metadata.configuration_index = snapshot.membersIndex;
    return metadata;
}

Entry entryOf(const raft_entry& entry)
{
    return {entry.term, static_cast<EntryType>(entry.type),
            std::string(static_cast<const char*>(entry.buf.base), entry.buf.len)};
}

LibraryEntries::LibraryEntries(std::span<const Entry> entries)
    : m_count(static_cast<unsigned>(entries.size()))
{
    if (entries.empty()) return;
    std::size_t blockBytes = 1;
    for (const Entry& entry : entries) {
        blockBytes += entry.data.size();
    }
    m_block = raft_malloc(blockBytes);
    m_array = static_cast<raft_entry*>(raft_calloc(m_count, sizeof *m_array));
    WARREN_CHECK(m_block != nullptr && m_array != nullptr);
    char* at = static_cast<char*>(m_block);
    raft_entry* to = m_array;
    for (const Entry& entry : entries) {
        to->term = entry.term;
        to->type = static_cast<raft_entry_type>(entry.type);
        to->buf.base = at;
        to->buf.len = entry.data.size();
        to->batch = m_block;
        std::memcpy(at, entry.data.data(), entry.data.size());
        at += entry.data.size();
        to += 1;
    }
}

void LibraryEntries::freeBlock()
{
    raft_free(m_block);
    m_block = nullptr;
}

}  // namespace warren::raft
