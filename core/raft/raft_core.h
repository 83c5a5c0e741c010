#pragma once

#include "core/base/result.h"
#include "core/cluster/consensus.h"
#include "core/raft/append_tracker.h"
#include "core/raft/forward_clock.h"
#include "core/raft/raft_environment.h"
#include "core/raft/raft_library.h"
#include "core/raft/raft_log.h"
#include "core/raft/raft_options.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace warren::raft {

/// What is behind RaftNode: turns calls into the library's events, carries out what it orders, and
/// stands between it and its defects. Its parts are in raft_core.cpp (events and orders),
/// raft_receive.cpp and raft_send.cpp (messages), raft_snapshots.cpp, raft_proposals.cpp (what was
/// asked for) and raft_membership.cpp.
///
/// Members named here are not to be called from outside of `post`, but for the questions at the
/// end.
class RaftCore {
public:
    RaftCore(MemberId id, const RaftOptions& options, RaftEnvironment environment,
             std::function<void(MemberId, Term)> leaderChanged);
    ~RaftCore();
    RaftCore(const RaftCore&) = delete;
    RaftCore& operator=(const RaftCore&) = delete;

    /// Does the work now, or after the current event if this is called from inside of one.
    void post(std::function<void()> work);

    /// @pre !whyInvalid(state)
    void start(PersistentState state);
    void tick();
    void receive(const Message& message);
    void noteGone(MemberId member);
    void persisted(Ticket ticket);
    void propose(std::vector<std::string> commands, const std::vector<cluster::Done>& done);
    void barrier(const cluster::Done& done);
    void addMember(MemberId id, MemberRole role, const cluster::Done& done);
    void assignRole(MemberId id, MemberRole role, const cluster::Done& done);
    void removeMember(MemberId id, const cluster::Done& done);
    void transferLeadership(MemberId to, const cluster::Done& done);

    bool isInEvent() const { return m_isDraining; }
    bool isLeader() const { return m_isStarted && !m_hasHalted && m_raft.state == RAFT_LEADER; }
    MemberId leader() const;
    Term term() const { return m_raft.current_term; }
    Members members() const;
    LogIndex lastIndex() const { return m_log.lastIndex(); }
    LogIndex commitIndex() const { return m_raft.commit_index; }
    LogIndex lastApplied() const { return m_lastApplied; }
    bool hasHalted() const { return m_hasHalted; }
    const std::string& haltReason() const { return m_haltReason; }

private:
    struct Proposal {
        Term term;
        cluster::Done done;
    };
    /// The one change of members under way, and where it is to be in the log; while a member that
    /// becomes a voter catches up, nowhere yet.
    struct Change {
        cluster::Done done;
        LogIndex index = 0;
        MemberId catchingUp;
    };

    // Events and orders.
    bool beginTermOfLoneVoter(PersistentState& state);
    int step(raft_event& event, const std::function<void()>& afterwards = {});
    void stepOrHalt(raft_event& event, const std::function<void()>& afterwards = {});
    void carryOut(raft_update& update);
    void halt(std::string reason);
    void storeEntries(LogIndex first, const raft_entry* batch, unsigned count);
    void applyCommitted();
    void applyEntry(LogIndex index, const Entry& entry, std::vector<raft_event>& changes);
    void noticeState();
    void reportLeader();

    // Messages.
    void send(const raft_message& message);
    void fillAppendEntries(const raft_append_entries& from, Message& to);
    bool isLateRejection(const Message& message) const;
    bool isBehindOurSnapshot(const Message& message) const;
    void receiveFromSnapshotOn(const Message& message);
    void receiveInParts(const Message& message);
    void receivePart(const Message& message, std::size_t from, std::size_t to);
    raft_server* selfIfNotVoter();
    bool isLeaderSilent();
    bool isLeaderGone() const { return m_goneLeader && leader() == m_goneLeader; }
    void holdIfRefused(const Message& message);
    void hastenElection(std::chrono::milliseconds patience);
    std::chrono::milliseconds turnOfOurs() const;

    // Snapshots.
    LogIndex keepFrom(const Snapshot& snapshot) const;
    void installSnapshot(raft_update& update);
    void takeSnapshotIfDue();
    void ownSnapshotPersisted();
    void leadersSnapshotPersisted();

    // What was asked for.
    int submit(std::vector<Entry> entries, const std::vector<cluster::Done>& done);
    void finish(const cluster::Done& done, cluster::Outcome outcome);
    void finishAllAsUnknown();
    cluster::Outcome mayChange() const;
    void submitMembers(const Members& members, const cluster::Done& done);
    void checkCatchUp();
    void checkTransfer();

    const MemberId m_id;
    const RaftOptions m_options;
    RaftEnvironment m_environment;
    std::function<void(MemberId, Term)> m_leaderChanged;
    ForwardClock m_clock;
    ::raft m_raft{};
    bool m_isStarted = false;
    bool m_hasHalted = false;
    bool m_isEnding = false;
    std::string m_haltReason;

    RaftLog m_log;  // the library itself keeps only the terms
    LogIndex m_lastApplied = 0;
    unsigned m_changesToReport = 0;  // applied, but the library has not been told yet
    AppendTracker m_appends;
    Ticket m_nextTicket = 1;

    std::uint64_t m_leaderHeardMs = 0;  // of the clock; guard G5
    MemberId m_goneLeader;              // its process has ended, and nobody has led since
    /// The last one that was refused because there is a leader, and until when it is good.
    std::optional<Message> m_heldRequest;
    std::uint64_t m_heldUntilMs = 0;

    SnapshotPtr m_snapshot;    // the last one known to be on the disk
    SnapshotPtr m_taking;      // our own, on its way to the disk
    SnapshotPtr m_incoming;    // of the message that is being received
    SnapshotPtr m_installing;  // the leader's, on its way to the disk
    Ticket m_takingTicket = 0;
    Ticket m_installingTicket = 0;

    std::map<LogIndex, Proposal> m_proposals;  // own commands and barriers; of a leader only
    std::optional<Change> m_change;
    std::optional<cluster::Done> m_transferDone;
    Term m_readyTerm = 0;  // an entry of this term, in which we lead, is committed and applied
    unsigned short m_lastState = RAFT_FOLLOWER;
    MemberId m_reportedLeader;
    Term m_reportedTerm = 0;

    std::deque<std::function<void()>> m_work;
    bool m_isDraining = false;
};

}  // namespace warren::raft
