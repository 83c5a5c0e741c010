#include "core/member/cluster_member.h"

#include "core/base/check.h"
#include "core/raft/message_codec.h"

#include <algorithm>
#include <utility>

namespace warren::member {

using cluster::NodeName;
using cluster::NodeState;

namespace {

/// Without a leader for this long, a node serves nobody.
constexpr std::chrono::milliseconds kPauseAfter{2000};
constexpr std::chrono::milliseconds kStatusInterval{1000};

constexpr int kMillisecondBits = 7;  // a node that starts again gets others

std::string hexOf(std::uint64_t number)
{
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4)
        text.push_back(kDigits[number >> shift & 15]);
    return text;
}

}  // namespace

ClusterMember::ClusterMember(MemberEnvironment environment)
    : m_world(std::move(environment)),
      m_prng(m_world.seed),
      m_leader(
          {.broker = m_world.broker,
           .sendOpen = [this](NodeId to, const auto& frame) { return send(to, encode(frame)); },
           .sendRanges = [this](NodeId to, const auto& frame) { return send(to, encode(frame)); },
           .sendOperations =
               [this](NodeId to, std::string&& operations) {
                   return send(to, framed(FrameKind::MirrorOperations, operations));
               },
           .load = [this](auto&& requests) { m_world.load(std::move(requests)); },
           .caughtUp =
               [this](QueueId queue, cluster::Epoch epoch, NodeId node) {
                   cluster::MarkInSync mark;
                   mark.queue = queue;
                   mark.epoch = epoch;
                   mark.node = nameOf(node);
                   mark.id = {node.value};
                   propose(cluster::PlacementCommand{std::move(mark)}, {}, false,
                           [this, queue, node](auto) { m_leader.settled(queue, node); });
               },
           .deposed =
               [this](QueueId queue) {
                   m_world.warn("another node leads queue " + std::to_string(queue.value) +
                                " now; what was not confirmed is refused");
                   m_world.broker.refuseUnconfirmed();
                   m_world.broker.doubtHeldDeliveries();
                   m_publishes.loseOwed(queue);
               }}),
      m_follower(
          {.broker = m_world.broker,
           .isMaster =
               [this](NodeId from, QueueId queue, cluster::Epoch epoch) {
                   const auto* placement = m_metadata->placements().find(queue);
                   return placement != nullptr && placement->epoch == epoch &&
                          placement->master == nameOf(from) && placement->isMirror(m_world.self);
               },
           .isAhead =
               [this](QueueId queue, cluster::Epoch epoch) {
                   const auto* placement = m_metadata->placements().find(queue);
                   return !m_isActive || placement == nullptr || placement->epoch < epoch ||
                          (placement->epoch == epoch && !placement->isMirror(m_world.self));
               },
           .sendState = [this](NodeId to, const auto& frame) { send(to, encode(frame)); },
           .sendAck = [this](NodeId to, const auto& frame) { send(to, encode(frame)); },
           .sendRefused = [this](NodeId to, const auto& frame) { send(to, encode(frame)); }}),
      m_relays(m_world.broker),
      m_publishes({.broker = m_world.broker,
                   .frontier = m_away,
                   .send = [this](NodeId to, const auto& frame) { return send(to, frame); }})
{
    m_metadata = std::make_unique<cluster::Metadata>();
    m_leader.setCopyRate(m_world.defaults.syncBytesPerSecondMax);
    m_lastNumber = m_world.seed & ~std::uint64_t{0} >> 24;
    m_world.disk.persisted = [this](raft::Ticket ticket) {
        if (m_raft != nullptr) m_raft->persisted(ticket);
    };
}

ClusterMember::~ClusterMember() { stopRaft(); }

// ------------------------------------------------------------------------------------------- start

warren::Status<std::string> ClusterMember::start()
{
    if (m_world.disk.isRamNode()) {
        setServing(false, "this node waits for the others of its cluster");
        joinAgain();
        return {};
    }
    if (!m_world.disk.identity().id) return {};
    auto state = m_world.disk.load();
    if (!state) return state.error();
    setServing(false, "this node waits for the others of its cluster");
    // What it has may be old: nobody is served before it has heard from the others.
    for (const broker::Vhost* vhost : m_world.broker.state().catalogue.vhostsByName()) {
        for (const broker::Queue* queue : vhost->queuesByName())
            m_world.broker.roles().mirror(*m_world.broker.findQueue(queue->id()), kNoNode, false);
    }
    for (const JoinAnswer::Member& peer : m_world.disk.knownPeers()) {
        m_knownIds[peer.name] = peer.id;
        m_world.links.setPeer(peer.name, peer.address);
    }
    return startRaft(std::move(*state));
}

warren::Status<std::string> ClusterMember::startRaft(raft::PersistentState state)
{
    m_metadata = std::make_unique<cluster::Metadata>();
    m_metadata->applied = [this](const cluster::AppliedCommand& command) { applied(command); };
    m_metadata->restored = [this] { restored(); };
    raft::RaftOptions options;
    options.seed = static_cast<std::uint32_t>(m_world.seed ^ m_world.seed >> 32);
    options.isVolatile = isRamNode();
    m_raft = std::make_unique<raft::RaftNode>(
        m_world.disk.identity().id, options,
        raft::RaftEnvironment{m_world.clock, m_world.disk, *this, *m_metadata});
    m_raft->leaderChanged = [this](cluster::MemberId, cluster::Term) { leadershipChanged(); };
    m_leaderSeenAt = now();
    m_isActive = false;
    m_world.broker.setClustered(true);
    m_world.broker.setDefinitionsLeader(kNoNode);
    if (auto started = m_raft->start(state); !started) return started.error();
    flushDisk();
    return {};
}

void ClusterMember::stopRaft() { m_raft.reset(); }

void ClusterMember::flushDisk()
{
    // What becomes durable lets the node go on, and may give it more to write.
    for (int rounds = 0; rounds < 100 && m_world.disk.hasWork(); ++rounds)
        m_world.disk.flush();
}

/// The first node of a cluster brings all that it has.
void ClusterMember::found()
{
    m_world.note("this node founds a cluster");
    const MemberIdentity identity{.id = {1}, .clusterId = hexOf(m_prng.next())};
    const auto state = raft::RaftNode::founder({{identity.id, cluster::MemberRole::Voter}});
    if (auto begun = m_world.disk.begin(identity, state); !begun) {
        return m_world.warn("no cluster could be founded: " + begun.error());
    }
    if (auto started = startRaft(state); !started) {
        return m_world.warn("no cluster could be founded: " + started.error());
    }
    m_isFounding = true;
    m_world.broker.setDefinitionsLeader({});
    m_isActive = true;
    importDefinitions();
}

void ClusterMember::importDefinitions()
{
    propose(cluster::MembershipCommand{cluster::RenameCluster{m_world.self.text()}});
    propose(cluster::MembershipCommand{
        cluster::JoinNode{m_world.self, {1}, cluster::NodeType::Disk, m_world.links.ownAddress()}});
    m_startNumber = propose(cluster::MembershipCommand{
        cluster::StartNode{m_world.self, {1}, m_world.links.ownAddress()}});
    const broker::Catalogue& catalogue = m_world.broker.state().catalogue;
    const auto put = [this](broker::CatalogueChange change) {
        return propose(std::move(change), {}, true);
    };
    std::vector<const broker::Queue*> queues;
    for (const auto& [name, user] : catalogue.users())
        put(broker::PutUser{user});
    for (const broker::Vhost* vhost : catalogue.vhostsByName()) {
        put(broker::PutVhost{vhost->definition});
        for (const broker::Exchange* exchange : vhost->exchangesByName()) {
            if (!exchange->definition.name.empty()) put(broker::PutExchange{exchange->definition});
        }
        for (const broker::Queue* queue : vhost->queuesByName())
            queues.push_back(queue);
        for (const auto* list : {&vhost->policies, &vhost->operatorPolicies}) {
            for (const auto& [name, policy] : *list)
                put(broker::PutPolicy{policy});
        }
    }
    for (const auto& [key, permission] : catalogue.permissions())
        put(broker::PutPermission{permission});
    for (const auto& [key, permission] : catalogue.topicPermissions())
        put(broker::PutTopicPermission{permission});
    // Ids rise in the order of declarations, and only so.
    std::ranges::sort(queues, {}, [](const broker::Queue* queue) { return queue->id(); });
    for (const broker::Queue* queue : queues) {
        put(broker::PutQueue{queue->definition()});
        propose(cluster::PlacementCommand{cluster::PlaceQueue{queue->id(), m_world.self, {}}});
    }
    for (const broker::Vhost* vhost : catalogue.vhostsByName()) {
        vhost->bindings.forEach(
            [&](const broker::BindingDefinition& binding) { put(broker::PutBinding{binding}); });
    }
}

// -------------------------------------------------------------------------------------------- time

void ClusterMember::tick()
{
    if (m_raft != nullptr) {
        m_raft->tick();
        flushDisk();
        if (m_raft != nullptr && m_raft->hasHalted()) {
            setServing(false, "this node has left the agreement: " + m_raft->haltReason());
        }
        watchMajority();
        announceStart();
        m_leader.retry();
        m_leader.passTime(kTick);
        m_publishes.retry();
        control();
        sendProposals();
    }
    continueJoining();
    continueHandingOver();
    if (now() >= m_leaveAt || mayComeBackNow()) leaveAtLast();
    if (isClustered() && now() >= m_nextStatus) {
        m_nextStatus = now() + kStatusInterval;
        const Status status = ownStatus();
        const std::string frame = encode(status);
        for (const auto& [name, node] : m_metadata->membership().nodes()) {
            if (name == m_world.self) {
                m_peers[name].status = status;
            } else if (m_world.links.isUp(name)) {
                m_world.links.send(name, bytesOf(frame));
            }
        }
    }
    m_world.wake();
}

Status ClusterMember::ownStatus() const
{
    Status status = m_world.status();
    status.isPaused = !m_isServing;
    status.isStopping = m_stop.has_value();
    for (const auto& [name, node] : m_metadata->membership().nodes()) {
        if (status.linkedTo.size() == kStatusLinksMax) break;
        if (name != m_world.self && m_world.links.isUp(name)) status.linkedTo.push_back(name);
    }
    return status;
}

/// A member serves clients once the others know that it is there, and it knows what they do.
void ClusterMember::announceStart()
{
    const cluster::ClusterNode* node = m_metadata->membership().find(m_world.self);
    if (node == nullptr || m_startNumber != 0 || !m_raft->leader()) return;
    m_startNumber =
        propose(cluster::MembershipCommand{cluster::StartNode{
                    m_world.self, m_world.disk.identity().id, m_world.links.ownAddress()}},
                {}, false, [this](std::optional<cluster::Refusal> refusal) {
                    if (!refusal) return;
                    m_startNumber = 0;
                    m_world.warn("the cluster does not take this node: " +
                                 std::string{cluster::textOf(*refusal)});
                });
}

void ClusterMember::watchMajority()
{
    if (m_raft->leader()) m_leaderSeenAt = now();
    if (!m_isActive || m_isFounding) return;
    const bool isAlone = now() - m_leaderSeenAt > kPauseAfter;
    const bool isMember = m_metadata->membership().isRunning(m_world.self);
    if (isAlone && m_isServing) {
        setServing(false, "this node is paused: it can't reach a majority of its cluster");
        loseOptimism();
    } else if (!isAlone && !isMember) {
        if (m_isServing) setServing(false, "this node was lost by its cluster, and comes back");
        const bool isAsked = m_proposals.contains(m_startNumber);
        if (!isAsked) m_startNumber = 0;
    } else if (!isAlone && isMember && !m_isServing && !m_proposals.contains(m_startNumber)) {
        setServing(true, {});
    }
}

void ClusterMember::setServing(bool isServing, const std::string& reason)
{
    if (m_isServing == isServing && m_pausedReason == reason) return;
    m_isServing = isServing;
    m_pausedReason = reason;
    if (isServing) {
        m_world.note("this node serves clients");
    } else {
        m_world.warn(reason);
    }
    m_world.serve(isServing, reason);
}

void ClusterMember::activate()
{
    m_isActive = true;
    if (!std::exchange(m_isFounding, false)) {
        m_world.broker.agreedChanges().reconcile(m_metadata->definitions().all());
        for (auto& [number, proposal] : m_proposals)
            proposal.isApplied = false;
    }
    m_world.broker.noteQueueId(m_metadata->definitions().lastQueueId());
    appliedMembership();
    updateRoles();
    leadershipChanged();
    for (auto& [name, peer] : m_peers) {
        for (const std::string& contents : std::exchange(peer.earlyRequests, {})) {
            auto requests = decodeRelay(bytesOf(contents));
            if (!requests) continue;
            for (broker::RelayRequest& request : *requests)
                m_relays.apply(idOf(name), std::move(request));
        }
    }
    const auto milliseconds =
        static_cast<std::uint64_t>(m_world.broker.state().wallNow.sinceEpoch.count());
    constexpr std::uint64_t kLowBits = (std::uint64_t{1} << kMemberBit) - 1;
    m_world.setConnectionBase((m_world.disk.identity().id.value << kMemberBit) +
                              (milliseconds << kMillisecondBits & kLowBits));
    setServing(true, {});
}

// ------------------------------------------------------------------------------------------ agreed

void ClusterMember::applied(const cluster::AppliedCommand& command)
{
    m_mustControl = true;
    bool isAppliedHere = false;
    std::function<void(std::optional<cluster::Refusal>)> done;
    const bool isOurs =
        command.command != nullptr && command.command->origin == m_world.disk.identity().id;
    if (isOurs) {
        const auto at = m_proposals.find(command.command->number);
        if (at != m_proposals.end()) {
            isAppliedHere = at->second.isApplied;
            for (const broker::LogPosition position : at->second.positions)
                m_away.satisfy(position);
            m_mustSpread |= !at->second.positions.empty();
            done = std::move(at->second.done);
            m_proposals.erase(at);
        }
    }
    if (command.command != nullptr) {
        if (std::holds_alternative<broker::CatalogueChange>(command.command->body)) {
            appliedDefinition(command, isAppliedHere);
        } else if (std::holds_alternative<cluster::MembershipCommand>(command.command->body)) {
            if (!command.refusal && m_isActive) appliedMembership();
            m_isUrgent = true;
        } else if (!command.refusal && m_isActive) {
            const auto& placement = std::get<cluster::PlacementCommand>(command.command->body);
            updateRole(cluster::queueOf(placement));
            // Until the others know of the new master, they refuse what is published; and until
            // that knows that a mirror has left, it confirms nothing.
            m_mustSpread |= std::holds_alternative<cluster::Promote>(placement) ||
                            std::holds_alternative<cluster::PromoteUnsynced>(placement) ||
                            std::holds_alternative<cluster::LeaveInSync>(placement);
        }
    }
    if (done) done(command.refusal);
    const bool isStart = isOurs && m_startNumber != 0 && command.command->number == m_startNumber &&
                         !command.refusal;
    if (isStart) activate();
    m_world.wake();
}

void ClusterMember::appliedDefinition(const cluster::AppliedCommand& command, bool isAppliedHere)
{
    if (!m_isActive) return;
    if (command.refusal) {
        // What was done here ahead of the agreement does not hold.
        if (isAppliedHere) m_mustReconcile = true;
        return;
    }
    const auto& change = std::get<broker::CatalogueChange>(command.command->body);
    if (!isAppliedHere) m_world.broker.agreedChanges().apply(change);
    for (const QueueId queue : command.removedQueues) {
        m_leader.remove(queue);
        m_follower.remove(queue);
    }
    const bool isPolicy = std::holds_alternative<broker::PutPolicy>(change) ||
                          std::holds_alternative<broker::RemovePolicy>(change);
    if (isPolicy) updateRoles();
}

void ClusterMember::appliedMembership()
{
    const auto& nodes = m_metadata->membership().nodes();
    std::vector<JoinAnswer::Member> others;
    for (const auto& [name, node] : nodes) {
        // One that changes its type is to hear of that under the id that it had.
        if (node.id) m_knownIds[name] = node.id;
        if (name == m_world.self || node.address.empty()) continue;
        m_world.links.setPeer(name, node.address);
        others.push_back({name, node.id, node.address});
    }
    for (const JoinAnswer::Member& before : m_remembered) {
        if (nodes.contains(before.name)) continue;
        m_peers.erase(before.name);
        m_world.links.removePeer(before.name);
    }
    if (others != m_remembered) m_world.disk.rememberPeers(others);
    m_remembered = std::move(others);
    updateReachability();
    if (m_isActive) updateRoles();
}

void ClusterMember::restored()
{
    m_mustControl = true;
    if (!m_isActive) return;
    m_mustReconcile = true;
    appliedMembership();
}

void ClusterMember::leadershipChanged()
{
    if (m_raft == nullptr) return;
    const cluster::MemberId leader = m_raft->leader();
    const bool wasOurs = m_leaderBefore && m_leaderBefore == m_world.disk.identity().id;
    const bool isOurs = m_raft->isLeader();
    m_leaderBefore = leader;
    m_mustControl = true;
    m_isUrgent = true;
    m_queueProposals.clear();
    m_isChangingMembers = false;
    if (wasOurs && !isOurs && m_isActive) loseOptimism();
    const auto* node = m_metadata->membership().find(leader);
    const NodeId id = isOurs ? NodeId{} : node != nullptr ? idOf(node->name) : kNoNode;
    m_world.broker.setDefinitionsLeader(m_isFounding ? NodeId{} : id);
    for (auto& [number, proposal] : m_proposals)
        proposal.isSent = false;
    m_world.wake();
}

/// Definitions that were changed here ahead of the agreement may never be agreed on: who asked for
/// them is not answered any more.
void ClusterMember::loseOptimism()
{
    std::vector<broker::LogPosition> lost;
    std::erase_if(m_proposals, [&](const auto& one) {
        const Proposal& proposal = one.second;
        if (!proposal.isApplied || proposal.positions.empty()) return false;
        lost.insert(lost.end(), proposal.positions.begin(), proposal.positions.end());
        return true;
    });
    if (lost.empty()) return;
    m_mustReconcile = true;
    const std::string reason = "the cluster has lost its leader before a definition was agreed on";
    m_world.broker.refuseUnconfirmed();
    if (m_isServing) {
        m_world.serve(false, reason);
        m_world.serve(true, {});
    }
    // Clients of other nodes too, before their answers could look as if they had come.
    m_world.broker.closeWaitingRelayed(reason);
    for (const broker::LogPosition position : lost)
        m_away.satisfy(position);
}

// -------------------------------------------------------------------------------------- for people

cluster::NodeName ClusterMember::leaderName() const
{
    if (m_raft == nullptr) return {};
    const auto* node = m_metadata->membership().find(m_raft->leader());
    return node == nullptr ? NodeName{} : node->name;
}

const Status* ClusterMember::statusOf(const NodeName& node) const
{
    const auto at = m_peers.find(node);
    return at == m_peers.end() || !at->second.status ? nullptr : &*at->second.status;
}

mirroring::MirrorProgress ClusterMember::progressOf(QueueId queue, const NodeName& node) const
{
    return m_leader.progress(queue, idOf(node));
}

broker::Alarms ClusterMember::clusterAlarms() const
{
    broker::Alarms alarms;
    for (const auto& [name, peer] : m_peers) {
        if (name == m_world.self || !peer.isReachable || !peer.status) continue;
        alarms.isLowOnMemory |= peer.status->hasMemoryAlarm;
        alarms.isLowOnDisk |= peer.status->hasDiskAlarm;
    }
    return alarms;
}

}  // namespace warren::member
