#pragma once

#include "core/base/result.h"
#include "core/cluster/consensus.h"
#include "core/raft/raft_environment.h"
#include "core/raft/raft_options.h"
#include "core/raft/raft_types.h"

#include <memory>
#include <string>
#include <vector>

namespace warren::raft {

class RaftCore;

/// One member of a Raft group: libraft's core, as a function from events to orders, behind the
/// interface Consensus.
///
/// Thread: one. Everything happens inside the calls below, and in the environment and the outcomes
/// that they call. All of these functions may be called from inside of those: the work is queued
/// and done after the current event.
class RaftNode final : public cluster::Consensus {
public:
    /// @pre the id was never used by another member, nor by this one before it lost its log
    RaftNode(MemberId id, const RaftOptions& options, RaftEnvironment environment);
    /// Stops without a word to anybody; outcomes that are still open are Unknown.
    ~RaftNode() override;
    RaftNode(const RaftNode&) = delete;
    RaftNode& operator=(const RaftNode&) = delete;

    /// With what the founders of a group start, the same on each of them; whoever comes later
    /// starts with a PersistentState as constructed, and is added. @pre isValid(members)
    static PersistentState founder(const Members& members);

    /// Called before all others, once.
    /// @error why this state can't be that of a member; it takes no part then
    Status<std::string> start(const PersistentState& state);
    /// To be called at every interval RaftOptions::heartbeat.
    void tick();
    /// A message that arrived from a member. One that can't be right is dropped.
    void receive(const Message& message);
    /// The process of this member has ended, as far as anybody can tell. If it led, nobody waits
    /// until it was silent for an election time. Safe also if it is not true.
    void noteGone(MemberId member);
    /// The write with this ticket is durable; see RaftDisk.
    void persisted(Ticket ticket);

    void propose(std::vector<std::string> commands, std::vector<cluster::Done> done) override;
    void barrier(cluster::Done done) override;
    void addMember(MemberId id, MemberRole role, cluster::Done done) override;
    void assignRole(MemberId id, MemberRole role, cluster::Done done) override;
    void removeMember(MemberId id, cluster::Done done) override;
    void transferLeadership(MemberId to, cluster::Done done) override;

    bool isLeader() const override;
    MemberId leader() const override;
    Term term() const override;
    Members members() const override;
    LogIndex lastIndex() const override;
    LogIndex commitIndex() const override;
    LogIndex lastApplied() const override;
    bool hasHalted() const override;
    const std::string& haltReason() const override;

private:
    std::unique_ptr<RaftCore> m_core;
};

}  // namespace warren::raft
