#include "core/member/cluster_member.h"

#include <algorithm>
#include <utility>

// What this node is to the queues, and who the other nodes are to it.
namespace warren::member {

using cluster::NodeName;
using cluster::NodeState;

NodeId ClusterMember::idOf(const NodeName& name) const
{
    if (name == m_world.self) return {};
    const auto* node = m_metadata->membership().find(name);
    if (node != nullptr && node->id) return {node->id.value};
    const auto known = m_knownIds.find(name);
    return known == m_knownIds.end() ? kNoNode : NodeId{known->second.value};
}

NodeName ClusterMember::nameOf(NodeId id) const
{
    if (id == NodeId{}) return m_world.self;
    const auto* node = m_metadata->membership().find(cluster::MemberId{id.value});
    if (node != nullptr) return node->name;
    for (const auto& [name, known] : m_knownIds) {
        if (known.value == id.value) return name;
    }
    return {};
}

void ClusterMember::updateRoles()
{
    for (const auto& [queue, placement] : m_metadata->placements().all())
        updateRole(queue);
}

void ClusterMember::updateRole(QueueId id)
{
    broker::Queue* queue = m_world.broker.findQueue(id);
    if (queue == nullptr) return m_leader.forget(id);
    const cluster::Placement* placement = m_metadata->placements().find(id);
    if (placement == nullptr) return;
    broker::QueueRoles& roles = m_world.broker.roles();
    if (placement->master == m_world.self) {
        m_follower.forget(id);
        roles.lead(*queue, !placement->mirrors.empty());
        const cluster::MirrorPolicy policy = policyOf(id);
        const auto nodes = placementNodes();
        const auto wanted = cluster::mirrorsToSynchronise(*placement, policy, nodes);
        std::vector<mirroring::MirrorTarget> targets;
        for (const NodeName& mirror : placement->mirrors) {
            const bool isAsked =
                m_wantedSyncs.contains(id) || std::ranges::find(wanted, mirror) != wanted.end();
            targets.push_back({.node = idOf(mirror),
                               .isInSync = placement->isInSync(mirror),
                               .isWanted = isAsked && !m_refusedSyncs.contains(id)});
        }
        m_leader.lead(id, placement->epoch, targets, policy.syncBatchSize);
        return;
    }
    m_leader.forget(id);
    const NodeId master = placement->master ? idOf(placement->master) : kNoNode;
    const bool isFailover = queue->isLed() || !m_metadata->membership().isRunning(m_world.self);
    if (placement->isMirror(m_world.self)) {
        if (queue->leader != master) m_follower.forget(id);
        roles.mirror(*queue, master, isFailover);
    } else {
        m_follower.forget(id);
        roles.letGo(*queue, master, isFailover);
    }
    m_follower.learned(id);
}

void ClusterMember::updateReachability()
{
    for (const auto& [name, node] : m_metadata->membership().nodes()) {
        if (name == m_world.self) continue;
        Peer& peer = m_peers[name];
        const bool isReachable = m_isActive && m_world.links.isUp(name) && peer.isAnswering &&
                                 node.id && node.state == NodeState::Running;
        if (isReachable == peer.isReachable) continue;
        peer.isReachable = isReachable;
        const NodeId id = idOf(name);
        if (isReachable) {
            m_leader.nodeUp(id);
            m_world.broker.addReachable(id);
            m_mustControl = true;
        } else {
            m_world.broker.removeReachable(id);
            m_leader.nodeDown(id);
            m_publishes.giveUp(id);
        }
    }
}

// ------------------------------------------------------------------------------------------- peers

/// Whatever was on its way may be lost, so both begin anew.
void ClusterMember::resetPeer(const NodeName& name)
{
    Peer& peer = m_peers[name];
    const NodeId id = idOf(name);
    if (peer.isReachable) {
        m_world.broker.removeReachable(id);
        m_leader.nodeDown(id);
        peer.isReachable = false;
    }
    m_publishes.giveUp(id);
    m_publishes.forget(id);
    peer.heldEvents.clear();
    peer.earlyRequests.clear();
    if (id != kNoNode) {
        m_relays.lose(id);
        m_follower.forget(id);
    }
    for (auto& [number, proposal] : m_proposals)
        proposal.isSent = proposal.isSent && isLeader();
    updateReachability();
    m_world.wake();
}

/// The other node waits for the first word: from there on we forget nothing that it sends.
void ClusterMember::linkUp(const NodeName& peer)
{
    m_peers[peer].isGone = false;
    resetPeer(peer);
    if (isClustered()) m_world.links.send(peer, bytesOf(encode(ownStatus())));
}

void ClusterMember::linkDown(const NodeName& peer)
{
    resetPeer(peer);
    m_mustControl = true;
}

void ClusterMember::heard(const NodeName& name, const std::string& address)
{
    Peer& peer = m_peers[name];
    peer.isHeard = true;
    peer.isGone = false;
    peer.isAnswering = false;
    peer.lostAt = Instant::never();
    // A member that has moved, or wants to become one, is to be answered.
    if (isClustered() || !address.empty()) m_world.links.setPeer(name, address);
    resetPeer(name);
    m_mustControl = true;
}

void ClusterMember::silent(const NodeName& name)
{
    Peer& peer = m_peers[name];
    peer.isHeard = false;
    peer.isAnswering = false;
    peer.lostAt = now();
    resetPeer(name);
    m_mustControl = true;
    loseIfGone(name);
}

void ClusterMember::gone(const NodeName& name)
{
    m_peers[name].isGone = true;
    loseIfGone(name);
}

bool ClusterMember::isGone(const NodeName& name) const
{
    const auto at = m_peers.find(name);
    return at != m_peers.end() && at->second.isGone && !at->second.isHeard &&
           !m_world.links.isUp(name);
}

/// Nobody has to wait and see whether it comes back: what it led is led by others at once.
void ClusterMember::loseIfGone(const NodeName& name)
{
    if (!isClustered() || !isGone(name)) return;
    m_raft->noteGone({idOf(name).value});
    flushDisk();
    m_isUrgent = true;
    m_world.wake();
}

}  // namespace warren::member
