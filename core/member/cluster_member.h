#pragma once

#include "core/base/prng.h"
#include "core/base/time.h"
#include "core/broker/relay_service.h"
#include "core/cluster/metadata.h"
#include "core/cluster/mirror_policy.h"
#include "core/cluster/succession.h"
#include "core/member/member_environment.h"
#include "core/member/publishes_elsewhere.h"
#include "core/mirroring/commit_frontier.h"
#include "core/mirroring/mirror_follower.h"
#include "core/mirroring/mirror_leader.h"
#include "core/raft/raft_node.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace warren::member {

/// One node's life in its cluster: agrees with the others on definitions and on who leads which
/// queue, mirrors queues, and serves the clients of the other nodes as they serve its own.
///
/// A node that was never in a cluster is alone and agrees with nobody. When the first other node
/// wants to join, it founds a cluster, with all that it has.
///
/// A RAM node has no vote and keeps nothing: each time it starts it joins again, under another id,
/// and gets everything from the others.
///
/// Thread: the broker's; nothing here waits. Call `tick` every kTick, and `endTurn` at the end of
/// each turn of the broker.
class ClusterMember final : private raft::RaftLinks {
public:
    static constexpr std::chrono::milliseconds kTick{100};
    /// Ids of client connections have their member's id from this bit on: no two nodes have one.
    static constexpr int kMemberBit = 48;

    explicit ClusterMember(MemberEnvironment environment);
    ~ClusterMember() override;

    /// After the store was restored. @error why this node can't take part
    warren::Status<std::string> start();

    // ---- what happens

    void tick();
    void linkUp(const cluster::NodeName& peer);
    void linkDown(const cluster::NodeName& peer);
    void heard(const cluster::NodeName& peer, const std::string& address);
    void silent(const cluster::NodeName& peer);
    /// Nobody listens any more where it was: its process has ended. Again as long as that is so.
    void gone(const cluster::NodeName& peer);
    void received(const cluster::NodeName& from, const std::string& address, ByteView frame);
    /// What the broker logged, before the store gets it.
    void noteOperations(const std::vector<broker::StoredOperation>& operations);
    void storeCommitted(broker::LogPosition upTo);
    void takeBodies(std::vector<broker::LoadedBody>&& bodies);
    void takeEvents(ConnectionId id, std::span<broker::Event> events) { m_relays.take(id, events); }
    /// Sends what the turn has brought. @returns whether there is more to do
    bool endTurn();

    /// Up to where everything is safe on all nodes that matter: what may be confirmed to clients.
    broker::LogPosition safePosition() const;
    bool isClustered() const { return m_raft != nullptr; }
    bool isJoining() const { return m_joining.has_value(); }
    bool isRamNode() const { return m_world.disk.identity().type == cluster::NodeType::Ram; }

    // ---- verbs. `done` comes with nothing, or why it was refused

    using Done = std::function<void(std::optional<std::string> refusal)>;
    void join(const std::string& address, cluster::NodeType type, Done done);
    /// The node keeps its place in the cluster and starts with nothing, as the other type.
    void changeType(cluster::NodeType type, Done done);
    void reset(Done done);
    void forget(const cluster::NodeName& node, Done done);
    void rename(const std::string& name, Done done);
    void moveMaster(QueueId queue, const cluster::NodeName& node, Done done);
    void synchronise(QueueId queue, Done done);
    void cancelSynchronisation(QueueId queue, Done done);
    void rebalance(Done done);
    /// The node is about to stop: the others are to lead the queues that they have all of, and the
    /// agreement. Until `done` comes, all goes on; it comes after some seconds at the latest, at
    /// once if no other node is there to take over, or if this is asked for again.
    void handOver(std::function<void()> done);

    // ---- for people

    const cluster::Metadata& metadata() const { return *m_metadata; }
    const cluster::NodeName& self() const { return m_world.self; }
    cluster::NodeName leaderName() const;
    bool isServing() const { return m_isServing; }
    const std::string& pausedReason() const { return m_pausedReason; }
    const Status* statusOf(const cluster::NodeName& node) const;
    /// Whether it was told to stop, going by what it said last.
    bool isStopping(const cluster::NodeName& node) const;
    mirroring::MirrorProgress progressOf(QueueId queue, const cluster::NodeName& node) const;
    /// Any node's, this one's included.
    broker::Alarms clusterAlarms() const;

private:
    struct Proposal {
        std::string command;  // encoded
        std::vector<broker::LogPosition> positions{};
        bool isApplied = false;  // here already, before it was agreed on
        bool isSent = false;
        Instant sentAt{};
        std::function<void(std::optional<cluster::Refusal>)> done{};
    };
    struct Peer {
        std::vector<std::string> earlyRequests{};  // while this node starts
        std::deque<std::string> heldEvents{};      // relay events that wait for commands
        std::optional<Status> status{};
        Instant lostAt{};  // never: it is there
        bool isHeard = false;
        bool isGone = false;  // nobody listens there, and it has not been heard since
        /// Something has come over the connection on which it is heard. So it has begun anew like
        /// us: what it gets before that, it forgets.
        bool isAnswering = false;
        bool isReachable = false;
    };
    struct Joining {
        std::vector<std::string> addresses;  // of members; tried in turn
        cluster::NodeType type = cluster::NodeType::Disk;
        Done done;
        std::size_t triedCount = 0;
        cluster::NodeName contact{};
        Instant nextTry{};
        Instant until{};
        bool isAsking = false;
        std::string lastReason{};  ///< why nobody was there to ask; empty: somebody is
    };
    struct Stop {
        std::function<void()> done;  // empty once it was called
        Instant until{};
        bool isTransferring = false;  // the lead of the agreement
    };

    // raft
    void send(raft::Message message) override;
    warren::Status<std::string> startRaft(raft::PersistentState state);
    void stopRaft();
    void found();
    void importDefinitions();
    void applied(const cluster::AppliedCommand& command);
    void appliedDefinition(const cluster::AppliedCommand& command, bool isAppliedHere);
    void appliedMembership();
    void restored();
    void leadershipChanged();
    bool isLeader() const { return m_raft != nullptr && m_raft->isLeader(); }
    void loseOptimism();
    void flushDisk();

    // proposals
    std::uint64_t propose(cluster::MetadataCommand::Body body,
                          std::vector<broker::LogPosition> positions = {}, bool isApplied = false,
                          std::function<void(std::optional<cluster::Refusal>)> done = {});
    void sendProposals();
    void proposeChange(const broker::StoredChange& change);
    void place(const broker::QueueDefinition& queue, std::vector<broker::LogPosition> positions);

    // the leader's care
    void control();
    void controlNodes();
    void controlNow();
    void controlQueues();
    void controlQueue(QueueId queue, const cluster::Placement& placement,
                      const cluster::PlacementNodes& nodes);
    void controlRaftMembers();
    bool isLastOnDisk(const cluster::Placement& placement, const cluster::NodeName& node) const;
    cluster::PlacementNodes placementNodes() const;
    cluster::MirrorPolicy policyOf(QueueId queue) const;
    std::optional<cluster::MasterLocator> locatorOf(QueueId queue) const;
    enum class NextStep { WithTick, AtOnce };
    void proposeOnce(QueueId queue, cluster::PlacementCommand command,
                     NextStep next = NextStep::WithTick);

    void wish(const SyncWish& wish, Done done);
    void takeWish(const SyncWish& wish);

    // a planned stop
    void continueHandingOver();
    bool isLeadingWhatOthersCan() const;
    std::optional<cluster::MemberId> nextLeader() const;

    // life
    void announceStart();
    void activate();
    void setServing(bool isServing, const std::string& reason);
    void watchMajority();
    void updateRole(QueueId queue);
    void updateRoles();
    void updateReachability();
    bool isGone(const cluster::NodeName& peer) const;
    void loseIfGone(const cluster::NodeName& peer);
    Status ownStatus() const;
    void resetPeer(const cluster::NodeName& peer);
    void leave();
    void leaveAtLast();
    void forgetCluster();
    void joinAgain();
    bool mayComeBackNow() const;
    bool isLeadingOthers(const Done& done);
    void continueJoining();
    void takeJoinAnswer(const JoinAnswer& answer);
    void begin(const JoinAnswer& answer, cluster::NodeType type, const Done& done);
    void takeJoinRequest(const cluster::NodeName& from, const JoinRequest& request);
    void admit(const JoinRequest& request);
    JoinAnswer acceptance(const cluster::NodeName& name) const;

    // frames
    void noteRaftPeer(const cluster::NodeName& from, ByteView contents);
    void takeRelayEvents(const cluster::NodeName& from, ByteView contents);
    void releaseHeldEvents();
    broker::LogPosition ownPosition() const;

    NodeId idOf(const cluster::NodeName& name) const;
    cluster::NodeName nameOf(NodeId id) const;
    bool send(NodeId to, const std::string& frame);
    Instant now() { return m_world.clock.now(); }

    MemberEnvironment m_world;
    Prng m_prng;
    std::unique_ptr<cluster::Metadata> m_metadata;
    std::unique_ptr<raft::RaftNode> m_raft;
    mirroring::MirrorLeader m_leader;
    mirroring::MirrorFollower m_follower;
    broker::RelayService m_relays;
    mirroring::CommitFrontier m_away;  // other nodes' answers: publishes and agreements
    PublishesElsewhere m_publishes;
    std::map<std::uint64_t, Proposal> m_proposals;
    std::uint64_t m_lastNumber = 0;
    std::map<QueueId, std::uint64_t> m_queueProposals;  // one at a time, of the leader's care
    std::map<cluster::NodeName, Peer> m_peers;
    std::map<cluster::NodeName, cluster::MemberId> m_knownIds;  // before membership tells
    std::vector<JoinAnswer::Member> m_remembered;
    std::optional<Joining> m_joining;
    std::optional<Stop> m_stop;
    std::map<cluster::NodeName, std::uint64_t> m_admitted;  // lives, by the leader
    std::map<cluster::MemberId, Instant> m_outcasts;        // since when, by the leader
    std::map<QueueId, cluster::NodeName> m_askers;  // whose client declared the queue, until placed
    std::set<QueueId> m_wantedSyncs;                // by command
    std::set<QueueId> m_refusedSyncs;               // cancelled
    std::uint64_t m_startNumber = 0;                // of our StartNode
    broker::LogPosition m_storeCommitted = 0;
    broker::LogPosition m_storeHanded = 0;
    broker::LogPosition m_positionKnown = 0;  // everything up to it is the store's, or others'
    Instant m_leaderSeenAt{};
    Instant m_nextStatus{};
    cluster::MemberId m_leaderBefore{};
    bool m_isActive = false;  // started, and knows what is agreed on
    bool m_isServing = true;
    bool m_isFounding = false;
    bool m_isLeaving = false;                        // agreed on; done at the end of the turn
    std::optional<cluster::NodeType> m_comesBackAs;  // after that
    Done m_leaveDone;                                // of a reset that waits for its outcome
    Instant m_leaveAt = Instant::never();            // without one, it leaves nevertheless
    bool m_mustReconcile = false;
    bool m_mustControl = true;
    bool m_isUrgent = false;        // control is wanted with this turn, not with the next tick
    std::set<QueueId> m_dueQueues;  // control of these is
    bool m_mustSpread = false;      // others are to hear at once of what was agreed on
    bool m_isChangingMembers = false;
    std::string m_pausedReason;
};

}  // namespace warren::member
