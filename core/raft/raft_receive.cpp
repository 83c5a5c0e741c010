#include "core/raft/library_values.h"
#include "core/raft/raft_core.h"
#include "core/raft/validity.h"

#include <algorithm>
#include <utility>

namespace warren::raft {

void RaftCore::receive(const Message& message)
{
    if (!m_isStarted || m_hasHalted || whyInvalid(message)) return;
    const bool isAboutVoting =
        message.type == Message::Type::RequestVote || message.type == Message::Type::TimeoutNow;
    if (m_options.isVolatile && isAboutVoting) return;
    const bool isFromLeader = message.type == Message::Type::AppendEntries ||
                              message.type == Message::Type::InstallSnapshot;
    if (isFromLeader && message.term >= m_raft.current_term) {
        m_leaderHeardMs = m_clock.milliseconds();
        m_goneLeader = {};
    }
    holdIfRefused(message);
    if (m_options.guards.dropsLateRejections && isLateRejection(message)) return;
    if (m_options.guards.skipsWhatIsCompacted && isBehindOurSnapshot(message)) {
        return receiveFromSnapshotOn(message);
    }
    receiveInParts(message);
}

/// Guard G2. A rejection of an index that its sender has accepted since. The library would set the
/// next index below the one that is known to match (an assertion, off in Debian's build) and never
/// send that follower an entry again.
bool RaftCore::isLateRejection(const Message& message) const
{
    if (message.type != Message::Type::AppendEntriesResult || message.rejected == 0) return false;
    if (!isLeader() || message.term != m_raft.current_term) return false;
    raft_index match = 0;
    return raft_match_index(const_cast<::raft*>(&m_raft), message.from.value, &match) == 0 &&
           message.rejected <= match;
}

/// Guard G3. The leader starts from a point that is compacted away here (our answers were lost).
/// The library would say "missing", and the leader go back one step at a time.
bool RaftCore::isBehindOurSnapshot(const Message& message) const
{
    return message.type == Message::Type::AppendEntries && m_snapshot != nullptr &&
           m_installing == nullptr && !m_raft.snapshot.installing &&
           message.term >= m_raft.current_term && message.lastIndex + 1 < m_log.firstIndex() &&
           message.lastIndex < m_snapshot->index;
}

/// Up to our snapshot all is agreed on, so the leader's entries are the same: let it start there.
void RaftCore::receiveFromSnapshotOn(const Message& message)
{
    Message rest = message;
    const auto known =
        std::min<LogIndex>(m_snapshot->index - message.lastIndex, message.entries.size());
    rest.entries.erase(rest.entries.begin(),
                       rest.entries.begin() + static_cast<std::ptrdiff_t>(known));
    rest.lastIndex = m_snapshot->index;
    rest.lastTerm = m_snapshot->term;
    receiveInParts(rest);
}

/// Guard G1. The library (0.22.1 and later) files a change of the members under the index of the
/// first new entry of the message that it came in. So a change must be the first of its message:
/// cut before every one. Each part is a message that the leader could have sent.
void RaftCore::receiveInParts(const Message& message)
{
    std::size_t from = 0;
    for (std::size_t i = 1; i < message.entries.size() && m_options.guards.splitsChanges; ++i) {
        if (message.entries[i].type != EntryType::Change) continue;
        receivePart(message, from, i);
        from = i;
    }
    receivePart(message, from, message.entries.size());
}

/// Guard G5. The library refuses its vote while its own log says that it has none. A member that
/// was just promoted may not have heard of it; if its vote is needed, nobody is ever elected. Raft
/// lets it vote: whether it counts is the candidate's to know.
raft_server* RaftCore::selfIfNotVoter()
{
    for (unsigned i = 0; i < m_raft.configuration.n; ++i) {
        raft_server& server = m_raft.configuration.servers[i];
        if (server.id == m_id.value && server.role != RAFT_VOTER) return &server;
    }
    return nullptr;
}

/// Also guard G5. A member with a leader refuses its vote, until it has not heard of it for the
/// election time; but without a vote of its own it never stops believing in it.
bool RaftCore::isLeaderSilent()
{
    const auto silence = m_clock.milliseconds() - m_leaderHeardMs;
    return silence >= static_cast<std::uint64_t>(m_options.election.count());
}

/// The asker may know before us that our leader is gone: it is to have its answer then, since it
/// does not ask again before an election time has passed.
void RaftCore::holdIfRefused(const Message& message)
{
    const bool hasLeader = m_raft.state == RAFT_FOLLOWER && leader() && !isLeaderGone();
    if (message.type != Message::Type::RequestVote || !message.isPreVote || !hasLeader) return;
    m_heldRequest = message;
    m_heldUntilMs = m_clock.milliseconds() + static_cast<std::uint64_t>(m_options.election.count());
}

/// Pre-votes and votes decide as ever who is elected, and a wrong word costs no more than that:
/// only the waiting is left out.
void RaftCore::noteGone(MemberId member)
{
    if (!m_isStarted || m_hasHalted || m_raft.state != RAFT_FOLLOWER) return;
    if (!member || leader() != member) return;
    m_goneLeader = member;
    const auto held = std::exchange(m_heldRequest, std::nullopt);
    if (held && m_clock.milliseconds() < m_heldUntilMs) {
        hastenElection(turnOfOurs() + m_options.heartbeat);  // another one has begun
        return receive(*held);
    }
    hastenElection(turnOfOurs());
    tick();
}

/// Who has the lowest id asks at once, the others when that has led to nothing: if all asked at the
/// same time, none might get enough votes.
std::chrono::milliseconds RaftCore::turnOfOurs() const
{
    std::chrono::milliseconds turn{0};
    for (const Member& member : members()) {
        const bool isBefore = member.id < m_id && member.id != m_goneLeader;
        if (isBefore && member.role == MemberRole::Voter) turn += m_options.heartbeat;
    }
    return turn;
}

/// The library's timer of a follower ends that soon, unless it ends earlier anyway. Only its start
/// is moved: it begins anew with the next leader, or a vote that is given, and is as long as ever.
void RaftCore::hastenElection(std::chrono::milliseconds patience)
{
    const raft_time length = m_raft.follower_state.randomized_election_timeout;
    const raft_time end = m_clock.milliseconds() + static_cast<raft_time>(patience.count());
    if (m_raft.election_timer_start + length > end) m_raft.election_timer_start = end - length;
}

/// Hands the message to the library with the entries [from, to) only.
void RaftCore::receivePart(const Message& message, std::size_t from, std::size_t to)
{
    if (m_hasHalted) return;
    const std::string address = std::to_string(message.from.value);
    raft_message in{};
    in.server_id = message.from.value;
    in.server_address = address.c_str();
    in.type = static_cast<raft_message_type>(message.type);
    const bool carriesEntries = message.type == Message::Type::AppendEntries;
    LibraryEntries entries(carriesEntries ? std::span(message.entries).subspan(from, to - from)
                                          : std::span<const Entry>());
    raft_server* promoted = nullptr;
    switch (message.type) {
    case Message::Type::AppendEntries: {
        raft_append_entries& append = in.append_entries;
        append.version = message.version;
        append.term = message.term;
        append.prev_log_index = message.lastIndex + from;
        append.prev_log_term = from == 0 ? message.lastTerm : message.entries[from - 1].term;
        append.leader_commit = message.commit;
        append.entries = entries.array();
        append.n_entries = entries.count();
        // A late message must not lower the commit index, which the lesser of the leader's and the
        // last new entry's may.
        if (append.leader_commit > m_raft.commit_index &&
            append.prev_log_index + append.n_entries < m_raft.commit_index) {
            append.leader_commit = m_raft.commit_index;
        }
        break;
    }
    case Message::Type::AppendEntriesResult: {
        raft_append_entries_result& result = in.append_entries_result;
        result.version = message.version;
        result.term = message.term;
        result.rejected = message.rejected;
        result.last_log_index = message.lastIndex;
        result.features = message.features;
        result.capacity = message.capacity;
        break;
    }
    case Message::Type::RequestVote: {
        raft_request_vote& vote = in.request_vote;
        vote.version = message.version;
        vote.term = message.term;
        vote.candidate_id = message.from.value;
        vote.last_log_index = message.lastIndex;
        vote.last_log_term = message.lastTerm;
        vote.disrupt_leader = message.disruptsLeader;
        vote.pre_vote = message.isPreVote;
        if (m_options.guards.votesBeforePromotion && !m_options.isVolatile) {
            promoted = selfIfNotVoter();
            if (promoted != nullptr && isLeaderSilent()) vote.disrupt_leader = true;
        }
        if (isLeaderGone()) vote.disrupt_leader = true;
        break;
    }
    case Message::Type::RequestVoteResult: {
        raft_request_vote_result& result = in.request_vote_result;
        result.version = message.version;
        result.term = message.term;
        result.vote_granted = message.isGranted;
        result.pre_vote = message.isPreVote;
        result.features = message.features;
        result.capacity = message.capacity;
        break;
    }
    case Message::Type::InstallSnapshot: {
        // One is being installed: the library would leak this one. The leader sends it again.
        if (m_raft.snapshot.installing) return;
        raft_install_snapshot& install = in.install_snapshot;
        install.version = message.version;
        install.term = message.term;
        install.last_index = message.snapshot->index;
        install.last_term = message.snapshot->term;
        install.conf = libraryMembers(message.snapshot->members);
        install.conf_index = message.snapshot->membersIndex;
        // The contents stay in our snapshot; the library only passes them through.
        install.data.base = raft_malloc(1);
        install.data.len = 1;
        m_incoming = message.snapshot;
        break;
    }
    case Message::Type::TimeoutNow:
        in.timeout_now.version = message.version;
        in.timeout_now.term = message.term;
        in.timeout_now.last_log_index = message.lastIndex;
        in.timeout_now.last_log_term = message.lastTerm;
        break;
    }
    const int role = promoted != nullptr ? promoted->role : RAFT_VOTER;
    if (promoted != nullptr) promoted->role = RAFT_VOTER;
    raft_event event{};
    event.type = RAFT_RECEIVE;
    event.receive.message = &in;
    // It takes over the block of the entries and the parts of the snapshot.
    stepOrHalt(event, [&] {
        if (promoted != nullptr) promoted->role = role;
    });
    m_incoming = nullptr;
}

}  // namespace warren::raft
