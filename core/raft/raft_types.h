#pragma once

#include "core/cluster/consensus.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/// Values that cross the border of RaftNode: what goes to the disk and over the links.
namespace warren::raft {

using cluster::LogIndex;
using cluster::Member;
using cluster::MemberId;
using cluster::MemberRole;
using cluster::Members;
using cluster::Term;

/// Names one write handed to the disk; see RaftDisk.
using Ticket = std::uint64_t;

enum class EntryType : std::uint8_t { Command = 1, Barrier = 2, Change = 3 };

struct Entry {
    Term term = 0;
    EntryType type = EntryType::Command;
    std::string data;  ///< of a Change: encodeMembers
    bool operator==(const Entry&) const = default;
};

/// Everything up to `index`, in place of the entries.
struct Snapshot {
    LogIndex index = 0;
    Term term = 0;
    Members members;
    LogIndex membersIndex = 0;  ///< of the change that made them
    std::string data;           ///< ReplicatedState::snapshot
    bool operator==(const Snapshot&) const = default;
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

/// One message between two members. Flat on purpose; what its type does not use is 0.
struct Message {
    enum class Type : std::uint8_t {
        AppendEntries = 1,
        AppendEntriesResult,
        RequestVote,
        RequestVoteResult,
        InstallSnapshot,
        TimeoutNow,
    };
    Type type = Type::AppendEntries;
    MemberId from;
    MemberId to;
    Term term = 0;
    std::uint8_t version = 0;     ///< of the library's message; receivers look at it
    LogIndex lastIndex = 0;       ///< votes, TimeoutNow, results; AppendEntries: the previous index
    Term lastTerm = 0;            ///< likewise
    LogIndex commit = 0;          ///< AppendEntries
    LogIndex rejected = 0;        ///< AppendEntriesResult
    bool isGranted = false;       ///< RequestVoteResult
    bool isPreVote = false;       ///< RequestVote and its result
    bool disruptsLeader = false;  ///< RequestVote
    std::uint16_t features = 0;   ///< results
    std::uint16_t capacity = 0;   ///< results
    std::vector<Entry> entries;   ///< AppendEntries
    SnapshotPtr snapshot;         ///< InstallSnapshot
};

/// What a member finds on its disk when it starts. As constructed: one that was never part of a
/// group and waits to be added.
struct PersistentState {
    Term term = 0;
    MemberId vote;
    SnapshotPtr snapshot;     ///< may be null
    LogIndex firstIndex = 1;  ///< of entries[0]; at most one more than the snapshot's index
    std::vector<Entry> entries;
};

}  // namespace warren::raft
