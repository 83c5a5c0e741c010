#include "core/member/cluster_member.h"
#include "core/raft/message_codec.h"

#include <algorithm>
#include <utility>

// How nodes come, go, and what they say to each other on the way.
namespace warren::member {

using cluster::NodeName;
using cluster::NodeState;

namespace {

constexpr std::chrono::milliseconds kJoinInterval{250};
constexpr std::chrono::seconds kJoinTimeout{60};
constexpr std::chrono::seconds kLeaveTimeout{3};

}  // namespace

// ------------------------------------------------------------------------------------------ frames

bool ClusterMember::send(NodeId to, const std::string& frame)
{
    const NodeName name = nameOf(to);
    return name && m_world.links.send(name, bytesOf(frame));
}

void ClusterMember::send(raft::Message message)
{
    const NodeName name = nameOf(NodeId{message.to.value});
    if (!name) return;
    Buffer frame;
    *frame.extend(1) = static_cast<std::byte>(FrameKind::Raft);
    raft::appendMessage(message, frame);
    m_world.links.send(name, frame.view());
}

void ClusterMember::received(const NodeName& from, const std::string& address, ByteView frame)
{
    if (frame.empty()) return;
    if (const auto at = m_peers.find(from); at != m_peers.end() && !at->second.isAnswering) {
        at->second.isAnswering = at->second.isHeard;
        updateReachability();
    }
    const auto kind = static_cast<FrameKind>(frame.front());
    const ByteView contents = frame.subspan(1);
    if (kind == FrameKind::JoinRequest) {
        if (const auto request = decodeJoinRequest(contents); request && request->name == from) {
            m_world.links.setPeer(from, address);
            takeJoinRequest(from, *request);
        }
        return;
    }
    if (kind == FrameKind::JoinAnswer) {
        if (const auto answer = decodeJoinAnswer(contents)) takeJoinAnswer(*answer);
        return;
    }
    if (m_raft == nullptr) return;
    if (kind == FrameKind::Raft && idOf(from) == kNoNode) noteRaftPeer(from, contents);
    const NodeId id = idOf(from);
    if (id == kNoNode || id == NodeId{}) return;  // no member of ours
    switch (kind) {
    case FrameKind::Raft:
        if (auto message = raft::decodeMessage(contents);
            message && message->from.value == id.value) {
            m_raft->receive(*message);
            flushDisk();
        }
        break;
    case FrameKind::Propose:
        if (auto proposal = decodePropose(contents); proposal && isLeader()) {
            std::vector<cluster::Done> done(proposal->commands.size(), [](cluster::Outcome) {});
            m_raft->propose(std::move(proposal->commands), std::move(done));
            flushDisk();
        }
        break;
    case FrameKind::Relay:
        // It is not known yet which queues are led here.
        if (!m_isActive) {
            m_peers[from].earlyRequests.emplace_back(textOf(contents));
            break;
        }
        if (auto requests = decodeRelay(contents)) {
            for (broker::RelayRequest& request : *requests) {
                const QueueId before = m_world.broker.state().lastQueueId;
                m_relays.apply(id, std::move(request));
                const QueueId last = m_world.broker.state().lastQueueId;
                if (last > before) m_askers[last] = from;
            }
        }
        break;
    case FrameKind::RelayEvents: takeRelayEvents(from, contents); break;
    case FrameKind::Publish:
        if (const auto publish = decodePublish(contents)) m_publishes.take(id, *publish);
        break;
    case FrameKind::PublishAnswer:
        if (const auto answer = decodePublishAnswer(contents)) m_publishes.take(id, *answer);
        break;
    case FrameKind::MirrorOpen:
        if (const auto open = decodeMirrorOpen(contents)) m_follower.take(id, *open);
        break;
    case FrameKind::MirrorState:
        if (const auto state = decodeMirrorState(contents)) m_leader.take(id, *state);
        break;
    case FrameKind::MirrorRanges:
        if (const auto ranges = decodeMirrorRanges(contents)) m_follower.take(id, *ranges);
        break;
    case FrameKind::MirrorOperations:
        if (const auto operations = mirroring::decodeOperations(contents)) {
            m_follower.take(id, *operations);
        }
        break;
    case FrameKind::MirrorAck:
        if (const auto ack = decodeMirrorAck(contents)) m_leader.take(id, *ack);
        break;
    case FrameKind::MirrorRefused:
        if (const auto refused = decodeMirrorRefused(contents)) m_leader.take(id, *refused);
        break;
    case FrameKind::Status:
        if (const auto status = decodeStatus(contents)) {
            m_mustControl = m_mustControl || status->isStopping != isStopping(from);
            m_peers[from].status = *status;
        }
        break;
    case FrameKind::SyncWish:
        if (const auto wish = decodeSyncWish(contents)) takeWish(*wish);
        break;
    case FrameKind::JoinRequest:
    case FrameKind::JoinAnswer: break;
    }
    m_world.wake();
}

/// A node that was just started may know the others' ids only, from its log.
void ClusterMember::noteRaftPeer(const NodeName& from, ByteView contents)
{
    const auto message = raft::decodeMessage(contents);
    if (!message) return;
    const auto members = m_raft->members();
    const bool isMember = std::ranges::any_of(
        members, [&](const cluster::Member& member) { return member.id == message->from; });
    if (isMember) m_knownIds[from] = message->from;
}

// ----------------------------------------------------------------------------------------- joining

void ClusterMember::join(const std::string& address, cluster::NodeType type, Done done)
{
    if (isClustered()) return done("this node is in a cluster already; reset it first");
    if (m_joining) return done("this node is about to join a cluster already");
    m_joining = Joining{.addresses = {address}, .type = type, .done = std::move(done)};
    m_joining->until = now() + kJoinTimeout;
    continueJoining();
}

/// The cluster knows this node, which has nothing: until it is heard, it asks.
void ClusterMember::joinAgain()
{
    const cluster::NodeType type = m_comesBackAs.value_or(cluster::NodeType::Ram);
    m_joining = Joining{.addresses = {}, .type = type, .done = {}};
    for (const JoinAnswer::Member& peer : m_world.disk.knownPeers())
        m_joining->addresses.push_back(peer.address);
    m_joining->until = Instant::never();
    m_joining->done = [this](const std::optional<std::string>& refusal) {
        if (refusal) m_world.warn("this node could not come back to its cluster: " + *refusal);
    };
    continueJoining();
}

void ClusterMember::continueJoining()
{
    if (!m_joining || m_joining->isAsking || now() < m_joining->nextTry) return;
    Joining& joining = *m_joining;
    joining.nextTry = now() + kJoinInterval;
    if (joining.addresses.empty()) return;
    if (now() > joining.until) {
        const Done done = std::move(joining.done);
        std::string text = "the cluster did not answer in time";
        if (!joining.lastReason.empty()) text += ": " + joining.lastReason;
        m_joining.reset();
        return done(text);
    }
    if (joining.contact && joining.addresses.size() > 1 && !m_world.links.isUp(joining.contact)) {
        joining.contact = {};  // another one may be there
    }
    if (!joining.contact) {
        joining.isAsking = true;
        const std::string address =
            joining.addresses[joining.triedCount++ % joining.addresses.size()];
        m_world.links.introduce(address, [this, address](Result<NodeName, NotIntroduced> answer) {
            if (!m_joining) return;
            m_joining->isAsking = false;
            if (answer) {
                m_joining->contact = *answer;
                m_joining->lastReason.clear();
                m_world.links.setPeer(*answer, address);
                return;
            }
            // It may not be up yet; a wrong cookie or certificate does not get right.
            m_joining->lastReason = answer.error().reason;
            if (!answer.error().isRefusal || m_joining->until == Instant::never()) return;
            const Done done = std::move(m_joining->done);
            m_joining.reset();
            done(answer.error().reason);
        });
        return;
    }
    const JoinRequest request{m_world.self, m_world.links.ownAddress(), joining.type, m_world.seed};
    m_world.links.send(joining.contact, bytesOf(encode(request)));
}

JoinAnswer ClusterMember::acceptance(const NodeName& name) const
{
    JoinAnswer answer{.verdict = JoinAnswer::Verdict::Accepted};
    const auto& membership = m_metadata->membership();
    answer.id = membership.find(name)->id;
    answer.clusterId = m_world.disk.identity().clusterId;
    for (const auto& [member, node] : membership.nodes()) {
        if (member != name) answer.members.push_back({member, node.id, node.address});
    }
    return answer;
}

void ClusterMember::takeJoinRequest(const NodeName& from, const JoinRequest& request)
{
    const auto reply = [&](const JoinAnswer& answer) {
        m_world.links.send(from, bytesOf(encode(answer)));
    };
    if (!isClustered()) {
        if (m_joining) return reply({.verdict = JoinAnswer::Verdict::Later});
        found();
        return reply({.verdict = JoinAnswer::Verdict::Later});
    }
    const auto& membership = m_metadata->membership();
    if (!isLeader()) {
        JoinAnswer answer{.verdict = JoinAnswer::Verdict::AskLeader};
        answer.leader = leaderName();
        if (const auto* node = membership.find(answer.leader)) answer.leaderAddress = node->address;
        return reply(answer);
    }
    const auto* node = membership.find(request.name);
    const bool isJoining = node != nullptr && node->state == NodeState::Joining;
    const bool startsEmpty = node != nullptr && node->startsEmpty() && node->type == request.type;
    const auto admitted = m_admitted.find(request.name);
    // An id is of one life of a node that keeps nothing.
    const bool isAdmitted =
        isJoining &&
        (!startsEmpty || (admitted != m_admitted.end() && admitted->second == request.life));
    if (isAdmitted) return reply(acceptance(request.name));
    if (node == nullptr || startsEmpty) {
        const bool isBusy = !m_proposals.empty() || !m_isActive || m_isChangingMembers;
        if (!isBusy) admit(request);
        return reply({.verdict = JoinAnswer::Verdict::Later});
    }
    reply({.verdict = JoinAnswer::Verdict::Refused,
           .text = "the cluster has a member " + request.name.text() +
                   " already; if that was lost, the cluster must forget it first"});
}

void ClusterMember::admit(const JoinRequest& request)
{
    if (m_metadata->membership().isRunning(request.name)) {
        // Who asks knows nothing of it, so it is another life than the one that runs.
        propose(cluster::MembershipCommand{cluster::StopNode{request.name}});
        return;
    }
    m_world.note("node " + request.name.text() + " joins");
    propose(cluster::MembershipCommand{cluster::JoinNode{
                request.name, m_metadata->membership().freshId(), request.type, request.address}},
            {}, false, [this, request](const std::optional<cluster::Refusal>& refusal) {
                if (!refusal) m_admitted[request.name] = request.life;
            });
}

void ClusterMember::takeJoinAnswer(const JoinAnswer& answer)
{
    if (!m_joining) return;
    switch (answer.verdict) {
    case JoinAnswer::Verdict::Later: return;
    case JoinAnswer::Verdict::AskLeader:
        if (answer.leader && !answer.leaderAddress.empty()) {
            m_joining->contact = answer.leader;
            m_world.links.setPeer(answer.leader, answer.leaderAddress);
        }
        return;
    case JoinAnswer::Verdict::Refused: {
        const Done done = std::move(m_joining->done);
        m_joining.reset();
        return done(answer.text);
    }
    case JoinAnswer::Verdict::Accepted: break;
    }
    const Done done = std::move(m_joining->done);
    const cluster::NodeType type = m_joining->type;
    m_joining.reset();
    begin(answer, type, done);
}

void ClusterMember::begin(const JoinAnswer& answer, cluster::NodeType type, const Done& done)
{
    setServing(false, "this node joins a cluster");
    // What it had belongs to nobody in the cluster.
    m_world.broker.agreedChanges().reconcile({});
    m_world.disk.rememberPeers(answer.members);
    for (const JoinAnswer::Member& member : answer.members) {
        m_knownIds[member.name] = member.id;
        m_world.links.setPeer(member.name, member.address);
    }
    if (auto kept = m_world.keep(type); !kept) return done(kept.error());
    if (auto begun = m_world.disk.begin({answer.id, answer.clusterId, type}, {}); !begun) {
        return done(begun.error());
    }
    m_startNumber = 0;
    if (auto started = startRaft({}); !started) return done(started.error());
    done(std::nullopt);
}

// ------------------------------------------------------------------------------------------- verbs

namespace {

/// What became of a proposal, for whoever gave the command.
std::function<void(std::optional<cluster::Refusal>)> answering(ClusterMember::Done done)
{
    return [done = std::move(done)](std::optional<cluster::Refusal> refusal) {
        if (!refusal) return done(std::nullopt);
        done(std::string{cluster::textOf(*refusal)});
    };
}

}  // namespace

void ClusterMember::reset(Done done)
{
    if (!isClustered()) return done("this node is in no cluster");
    if (m_metadata->membership().nodes().size() > 1) {
        if (isLeadingOthers(done)) return;
        if (m_leaveDone) return done("this node is about to leave already");
        m_leaveDone = std::move(done);
        m_leaveAt = now() + kLeaveTimeout;
        propose(cluster::MembershipCommand{cluster::LeaveNode{m_world.self}}, {}, false,
                [this](std::optional<cluster::Refusal> refusal) {
                    if (!refusal) return leaveAtLast();
                    m_leaveAt = Instant::never();
                    const Done waiting = std::exchange(m_leaveDone, nullptr);
                    if (waiting) waiting(std::string{cluster::textOf(*refusal)});
                });
        return;
    }
    m_isLeaving = true;
    done(std::nullopt);
}

/// Who leaves can't lead until it has left. @returns whether it does, and `done` was told
bool ClusterMember::isLeadingOthers(const Done& done)
{
    if (!isLeader()) return false;
    m_raft->transferLeadership({}, [](cluster::Outcome) {});
    done("this node leads the agreement and hands it over: try again in a moment");
    return true;
}

void ClusterMember::changeType(cluster::NodeType type, Done done)
{
    if (!isClustered()) return done("this node is in no cluster");
    const auto* node = m_metadata->membership().find(m_world.self);
    if (node == nullptr) return done("this node has yet to join its cluster");
    if (node->type == type) return done(std::nullopt);
    if (isLeadingOthers(done)) return;
    // Only a stopped node has nobody who relies on what it has.
    propose(cluster::MembershipCommand{cluster::StopNode{m_world.self}});
    propose(cluster::MembershipCommand{cluster::ChangeNodeType{m_world.self, type}}, {}, false,
            [this, type, done = std::move(done)](const std::optional<cluster::Refusal>& refusal) {
                if (refusal) return done(std::string{cluster::textOf(*refusal)});
                m_comesBackAs = type;
                m_leaveAt = now() + kLeaveTimeout;
                done(std::nullopt);
            });
}

/// Going while the others count on its vote could leave them without a majority.
bool ClusterMember::mayComeBackNow() const
{
    if (!m_comesBackAs || !isClustered()) return false;
    const auto members = m_raft->members();
    return std::ranges::none_of(members, [this](const cluster::Member& member) {
        return member.id == m_world.disk.identity().id && member.role == cluster::MemberRole::Voter;
    });
}

/// The others may have left it out before it heard that they agreed; and whoever wants to be alone
/// and empty is, whatever they say.
void ClusterMember::leaveAtLast()
{
    m_leaveAt = Instant::never();
    m_isLeaving = true;
    const Done waiting = std::exchange(m_leaveDone, nullptr);
    if (waiting) waiting(std::nullopt);
}

/// It is no member any more: alone, and empty; or it is about to come back as another type.
void ClusterMember::leave()
{
    m_isLeaving = false;
    setServing(false,
               m_comesBackAs ? "this node changes its type" : "this node leaves its cluster");
    forgetCluster();
    if (m_comesBackAs) {
        joinAgain();
        m_comesBackAs.reset();
        return;
    }
    if (auto kept = m_world.keep(cluster::NodeType::Disk); !kept) m_world.warn(kept.error());
    m_world.emptied();
    setServing(true, {});
}

void ClusterMember::forgetCluster()
{
    for (const auto& [name, node] : m_metadata->membership().nodes()) {
        if (name != m_world.self) m_world.links.removePeer(name);
    }
    for (auto& [name, peer] : m_peers) {
        m_world.links.removePeer(name);
        if (peer.isReachable) m_world.broker.removeReachable(idOf(name));
    }
    for (const auto& [number, proposal] : m_proposals) {
        for (const broker::LogPosition position : proposal.positions)
            m_away.satisfy(position);
    }
    m_proposals.clear();
    stopRaft();
    m_metadata = std::make_unique<cluster::Metadata>();
    m_peers.clear();
    m_knownIds.clear();
    m_startNumber = 0;
    m_isActive = false;
    if (auto begun = m_world.disk.begin({}, {}); !begun) m_world.warn(begun.error());
    m_world.broker.agreedChanges().reconcile({});
    m_world.broker.setClustered(false);
    m_world.broker.setDefinitionsLeader({});
}

void ClusterMember::forget(const NodeName& node, Done done)
{
    if (!isClustered()) return done("this node is in no cluster");
    propose(cluster::MembershipCommand{cluster::ForgetNode{node}}, {}, false,
            answering(std::move(done)));
}

void ClusterMember::rename(const std::string& name, Done done)
{
    if (!isClustered()) return done("this node is in no cluster");
    propose(cluster::MembershipCommand{cluster::RenameCluster{name}}, {}, false,
            answering(std::move(done)));
}

void ClusterMember::moveMaster(QueueId queue, const NodeName& node, Done done)
{
    const auto* placement = m_metadata->placements().find(queue);
    if (placement == nullptr) return done("the queue has no place in a cluster");
    if (placement->master == node) return done(std::nullopt);
    propose(cluster::PlacementCommand{cluster::Promote{{queue, placement->epoch, node}}}, {}, false,
            answering(std::move(done)));
}

void ClusterMember::synchronise(QueueId queue, Done done) { wish({queue, true}, std::move(done)); }

void ClusterMember::cancelSynchronisation(QueueId queue, Done done)
{
    wish({queue, false}, std::move(done));
}

/// Only a queue's master brings its mirrors up.
void ClusterMember::wish(const SyncWish& wish, Done done)
{
    const auto* placement = m_metadata->placements().find(wish.queue);
    if (placement == nullptr) return done("the queue has no place in a cluster");
    if (placement->master == m_world.self) {
        takeWish(wish);
        return done(std::nullopt);
    }
    const bool isSent =
        placement->master && m_world.links.send(placement->master, bytesOf(encode(wish)));
    done(isSent ? std::nullopt : std::optional<std::string>{"the queue's master can't be reached"});
}

void ClusterMember::takeWish(const SyncWish& wish)
{
    auto& now = wish.isWanted ? m_wantedSyncs : m_refusedSyncs;
    auto& before = wish.isWanted ? m_refusedSyncs : m_wantedSyncs;
    now.insert(wish.queue);
    before.erase(wish.queue);
    updateRole(wish.queue);
}

/// Moves masters from who leads most to a synchronised mirror that leads less, one per queue.
void ClusterMember::rebalance(Done done)
{
    if (!isClustered()) return done("this node is in no cluster");
    std::map<NodeName, std::size_t> counts;
    for (const auto& node : placementNodes())
        counts[node.name] = node.masterCount;
    for (const auto& [queue, placement] : m_metadata->placements().all()) {
        if (!placement.master || !counts.contains(placement.master)) continue;
        NodeName best = placement.master;
        for (const NodeName& mirror : placement.inSync) {
            const bool isLess = counts.contains(mirror) &&
                                counts[mirror] + 1 < counts[placement.master] &&
                                (best == placement.master || counts[mirror] < counts[best]);
            if (isLess) best = mirror;
        }
        if (best == placement.master) continue;
        counts[placement.master] -= 1;
        counts[best] += 1;
        propose(cluster::PlacementCommand{cluster::Promote{{queue, placement.epoch, best}}});
    }
    done(std::nullopt);
}

}  // namespace warren::member
