#include "core/raft/library_values.h"
#include "core/raft/raft_core.h"

#include <algorithm>
#include <utility>

namespace warren::raft {

/// The library's appends and snapshots come without their contents; these are ours.
void RaftCore::send(const raft_message& message)
{
    Message out;
    out.type = static_cast<Message::Type>(message.type);
    out.from = m_id;
    out.to = MemberId{message.server_id};
    switch (message.type) {
    case RAFT_APPEND_ENTRIES: fillAppendEntries(message.append_entries, out); break;
    case RAFT_APPEND_ENTRIES_RESULT: {
        const raft_append_entries_result& result = message.append_entries_result;
        out.version = result.version;
        out.term = result.term;
        out.rejected = result.rejected;
        out.lastIndex = result.last_log_index;
        out.features = result.features;
        out.capacity = result.capacity;
        break;
    }
    case RAFT_REQUEST_VOTE: {
        const raft_request_vote& vote = message.request_vote;
        out.version = vote.version;
        out.term = vote.term;
        out.lastIndex = vote.last_log_index;
        out.lastTerm = vote.last_log_term;
        out.disruptsLeader = vote.disrupt_leader;
        out.isPreVote = vote.pre_vote;
        break;
    }
    case RAFT_REQUEST_VOTE_RESULT: {
        const raft_request_vote_result& result = message.request_vote_result;
        out.version = result.version;
        out.term = result.term;
        out.isGranted = result.vote_granted;
        out.isPreVote = result.pre_vote;
        // Guard G4. The library refuses a pre-vote with the asker's own term. An asker with the
        // best log and an old term then never learns the new one and is refused for ever, and the
        // others can't win against its log: no leader, for good. The receiving side expects the
        // real term.
        if (m_options.guards.tellsTerm && result.pre_vote && !result.vote_granted) {
            out.term = std::max<Term>(out.term, m_raft.current_term);
        }
        out.features = result.features;
        out.capacity = result.capacity;
        break;
    }
    case RAFT_INSTALL_SNAPSHOT:
        out.version = message.install_snapshot.version;
        out.term = message.install_snapshot.term;
        out.snapshot = m_snapshot;  // maybe newer than the one the library named: as good
        if (m_snapshot == nullptr) halt("The library sends a snapshot that is not there.");
        break;
    case RAFT_TIMEOUT_NOW:
        out.version = message.timeout_now.version;
        out.term = message.timeout_now.term;
        out.lastIndex = message.timeout_now.last_log_index;
        out.lastTerm = message.timeout_now.last_log_term;
        break;
    default: return halt("The library sends a message of an unknown type.");
    }
    if (!m_hasHalted) m_environment.links.send(std::move(out));
}

void RaftCore::fillAppendEntries(const raft_append_entries& from, Message& to)
{
    to.version = from.version;
    to.term = from.term;
    to.lastIndex = from.prev_log_index;
    to.lastTerm = from.prev_log_term;
    to.commit = from.leader_commit;
    to.entries.reserve(from.n_entries);
    for (unsigned i = 0; i < from.n_entries; ++i) {
        const LogIndex index = from.prev_log_index + 1 + i;
        if (!m_log.contains(index)) return halt("The library sends an entry that is not there.");
        to.entries.push_back(m_log.at(index));
    }
}

}  // namespace warren::raft
