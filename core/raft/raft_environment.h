#pragma once

#include "core/base/time.h"
#include "core/cluster/consensus.h"
#include "core/raft/raft_types.h"

#include <vector>

namespace warren::raft {

/// Where a member keeps its term, vote, log and snapshot.
///
/// `append`, `truncate` and `storeSnapshot` return at once and take effect in the order of the
/// calls; after a crash the disk holds the effect of a prefix of them, each wholly or not at all.
/// Once it would survive a loss of power, an append or snapshot is reported by
/// RaftNode::persisted(ticket), in order, never from inside these functions. What was handed over
/// during one commit may go into one transaction together. After a failure nothing is ever reported
/// any more and the node's owner stops it.
///
/// Reading it back gives a PersistentState.
class RaftDisk {
public:
    virtual ~RaftDisk() = default;

    /// Durable before it returns, and everything handed over earlier need not be.
    /// @returns whether it is; if not, the node halts before it says anything to anybody
    [[nodiscard]] virtual bool saveTerm(Term term, MemberId vote) = 0;
    /// @pre `first` is one more than the index of the last entry, or of the snapshot
    virtual void append(Ticket ticket, LogIndex first, std::vector<Entry> entries) = 0;
    /// Forgets the entries from `from` on.
    virtual void truncate(LogIndex from) = 0;
    /// Replaces the snapshot and forgets the entries before `keepFrom`; 0 forgets all, and the next
    /// one appended follows the snapshot. In one transaction.
    virtual void storeSnapshot(Ticket ticket, SnapshotPtr snapshot, LogIndex keepFrom) = 0;
};

/// Takes messages to other members; may lose, delay, repeat and reorder them, but only members'
/// messages may ever arrive: whoever receives them refuses ids that are not members.
class RaftLinks {
public:
    virtual ~RaftLinks() = default;
    virtual void send(Message message) = 0;
};

class RaftClock {
public:
    virtual ~RaftClock() = default;
    virtual Instant now() = 0;
};

/// The world as a member sees it. All of it outlives the node.
struct RaftEnvironment {
    RaftClock& clock;
    RaftDisk& disk;
    RaftLinks& links;
    cluster::ReplicatedState& state;
};

}  // namespace warren::raft
