#include "core/member/cluster_member.h"

#include <algorithm>
#include <utility>

// What the leader of the agreement sees to: who is lost, who leads which queue, who votes.
namespace warren::member {

using cluster::NodeName;
using cluster::NodeState;

namespace {

/// A node whose links are down for this long is lost; one that is known to have ended, at once.
constexpr std::chrono::milliseconds kLostAfter{400};
/// Who is no member under this id any more hears of it by then.
constexpr std::chrono::milliseconds kFarewell{1000};

}  // namespace

cluster::PlacementNodes ClusterMember::placementNodes() const
{
    cluster::PlacementNodes nodes;
    for (const auto& [name, node] : m_metadata->membership().nodes()) {
        if (node.state != NodeState::Running) continue;
        nodes.push_back({.name = name, .type = node.type, .isDraining = isStopping(name)});
    }
    for (const auto& [queue, placement] : m_metadata->placements().all()) {
        for (cluster::PlacementNode& node : nodes) {
            node.masterCount += placement.master == node.name;
            node.replicaCount += placement.hasReplica(node.name);
        }
    }
    return nodes;
}

namespace {

const broker::PolicyDefinition* policyDefinitionOf(const broker::State& state, QueueId id)
{
    const broker::Queue* queue = state.catalogue.findQueue(id);
    if (queue == nullptr || queue->policy().empty()) return nullptr;
    const broker::Vhost* vhost = state.catalogue.findVhost(queue->definition().vhost);
    const auto policy = vhost->policies.find(queue->policy());
    return policy == vhost->policies.end() ? nullptr : &policy->second;
}

}  // namespace

cluster::MirrorPolicy ClusterMember::policyOf(QueueId id) const
{
    const broker::State& state = m_world.broker.state();
    const broker::Queue* queue = state.catalogue.findQueue(id);
    const auto* policy = policyDefinitionOf(state, id);
    const bool canMirror =
        queue != nullptr && queue->definition().isDurable && !queue->definition().exclusiveOwner;
    if (policy == nullptr || !canMirror) return {};
    return cluster::mirrorPolicyOf(policy->definition, m_world.defaults.syncBatchSize);
}

std::optional<cluster::MasterLocator> ClusterMember::locatorOf(QueueId id) const
{
    const auto* policy = policyDefinitionOf(m_world.broker.state(), id);
    if (policy == nullptr) return std::nullopt;
    const auto* value = policy->definition.find("queue-master-locator");
    const auto* name = value == nullptr ? nullptr : value->as<std::string>();
    return name == nullptr ? std::nullopt : cluster::masterLocatorNamed(*name);
}

void ClusterMember::control()
{
    if (!isLeader() || !m_isActive || m_isFounding) return;
    controlNodes();
    controlRaftMembers();
    if (!std::exchange(m_mustControl, false)) return;
    controlQueues();
}

/// What clients wait for when a node is lost does not wait for ticks.
void ClusterMember::controlNow()
{
    const std::set<QueueId> due = std::exchange(m_dueQueues, {});
    if (std::exchange(m_isUrgent, false)) return control();
    if (due.empty() || !isLeader() || !m_isActive || m_isFounding) return;
    const cluster::PlacementNodes nodes = placementNodes();
    for (const QueueId queue : due) {
        const auto* placement = m_metadata->placements().find(queue);
        if (placement != nullptr) controlQueue(queue, *placement, nodes);
    }
}

void ClusterMember::controlNodes()
{
    for (const auto& [name, node] : m_metadata->membership().nodes()) {
        if (name == m_world.self || node.state != NodeState::Running) continue;
        Peer& peer = m_peers[name];
        const bool isThere = peer.isHeard && m_world.links.isUp(name);
        if (isThere) {
            peer.lostAt = Instant::never();
            continue;
        }
        if (peer.lostAt == Instant::never()) peer.lostAt = now();
        const bool isOver = isGone(name);
        const auto patience = isOver || isStopping(name) ? Duration{0} : kLostAfter;
        if (now() - peer.lostAt < patience) continue;
        peer.lostAt = now() + std::chrono::seconds{2};  // not again at once
        m_world.warn("node " + name.text() + (isOver ? " is gone" : " is lost"));
        propose(cluster::MembershipCommand{cluster::StopNode{name}});
    }
}

void ClusterMember::controlRaftMembers()
{
    if (m_isChangingMembers) return;
    const auto members = m_raft->members();
    const auto roleIn = [&](cluster::MemberId id) -> std::optional<cluster::MemberRole> {
        for (const cluster::Member& member : members) {
            if (member.id == id) return member.role;
        }
        return std::nullopt;
    };
    const auto done = [this](cluster::Outcome) { m_isChangingMembers = false; };
    for (const auto& [name, node] : m_metadata->membership().nodes()) {
        if (!node.id) continue;
        const auto role = roleIn(node.id);
        const cluster::MemberRole wanted = cluster::roleOf(node.type);
        if (!role) {
            m_isChangingMembers = true;
            return m_raft->addMember(node.id, cluster::MemberRole::Standby, done);
        }
        if (*role != wanted && node.state != NodeState::Down) {
            m_isChangingMembers = true;
            return m_raft->assignRole(node.id, wanted, done);
        }
    }
    for (const cluster::Member& member : members) {
        if (m_metadata->membership().find(member.id) != nullptr) continue;
        if (member.id == m_world.disk.identity().id) continue;
        // One that changes its type goes when it has heard that it is not needed for a majority.
        const Instant since = m_outcasts.try_emplace(member.id, now()).first->second;
        const bool isAwaited = nameOf(NodeId{member.id.value}) && now() - since < kFarewell;
        if (isAwaited && member.role == cluster::MemberRole::Voter) {
            m_isChangingMembers = true;
            return m_raft->assignRole(member.id, cluster::MemberRole::Standby, done);
        }
        if (isAwaited) continue;
        m_outcasts.erase(member.id);
        m_isChangingMembers = true;
        return m_raft->removeMember(member.id, done);
    }
}

void ClusterMember::controlQueues()
{
    const cluster::PlacementNodes nodes = placementNodes();
    for (const auto& [queue, placement] : m_metadata->placements().all())
        controlQueue(queue, placement, nodes);
    // Who declared a queue may have been lost before it was placed.
    for (const broker::Vhost* vhost : m_world.broker.state().catalogue.vhostsByName()) {
        for (const broker::Queue* queue : vhost->queuesByName()) {
            const QueueId id = queue->id();
            const bool isAgreed = m_metadata->definitions().hasQueue(id);
            if (!isAgreed || m_metadata->placements().find(id) != nullptr) continue;
            const bool isOnItsWay = std::ranges::any_of(
                m_proposals, [](const auto& one) { return !one.second.positions.empty(); });
            if (!isOnItsWay) place(queue->definition(), {});
        }
    }
}

/// Without this one only RAM nodes would have all of the queue: what is confirmed then would be on
/// no disk. Confirms wait until it is back, or another disk node has everything.
bool ClusterMember::isLastOnDisk(const cluster::Placement& placement, const NodeName& node) const
{
    const auto isDisk = [this](const NodeName& name) {
        const auto* member = m_metadata->membership().find(name);
        return member != nullptr && member->type == cluster::NodeType::Disk;
    };
    return isDisk(node) && std::ranges::count_if(placement.inSync, isDisk) == 1;
}

void ClusterMember::controlQueue(QueueId id, const cluster::Placement& placement,
                                 const cluster::PlacementNodes& nodes)
{
    const auto& membership = m_metadata->membership();
    const broker::Queue* queue = m_world.broker.findQueue(id);
    if (queue == nullptr) return;
    const bool hasMaster = placement.master && membership.isRunning(placement.master);
    const broker::QueueDefinition& definition = queue->definition();
    const bool endsWithNode = !definition.isDurable || bool{definition.exclusiveOwner};
    if (!hasMaster && endsWithNode) {
        if (m_queueProposals.contains(id)) return;
        const std::uint64_t number = propose(
            broker::CatalogueChange{broker::RemoveQueue{id, definition.vhost, definition.name}}, {},
            false, [this, id](auto) { m_queueProposals.erase(id); });
        m_queueProposals[id] = number;
        return;
    }
    const cluster::MirrorPolicy policy = policyOf(id);
    if (!hasMaster) {
        const auto departure = isStopping(placement.master) ? cluster::Departure::Shutdown
                                                            : cluster::Departure::Failure;
        const auto next = cluster::successionOf(placement, policy, departure, nodes);
        const cluster::PlacementTarget target{id, placement.epoch, next.node};
        if (next.kind == cluster::SuccessionKind::Promote) {
            m_world.note("node " + next.node.text() + " is promoted: it leads queue '" +
                         definition.name + "' in vhost '" + definition.vhost + "'");
            proposeOnce(id, cluster::Promote{target}, NextStep::AtOnce);
        } else if (next.kind == cluster::SuccessionKind::PromoteUnsynced) {
            m_world.warn("node " + next.node.text() +
                         " is promoted though it may lack confirmed "
                         "messages of queue '" +
                         definition.name + "'");
            proposeOnce(id, cluster::PromoteUnsynced{target}, NextStep::AtOnce);
        }
        return;
    }
    for (const NodeName& node : placement.inSync) {
        if (node == placement.master || membership.isRunning(node)) continue;
        if (isLastOnDisk(placement, node)) continue;
        return proposeOnce(id, cluster::LeaveInSync{{id, placement.epoch, node}}, NextStep::AtOnce);
    }
    const auto wanted = cluster::wantedPlacement(placement, policy, nodes);
    const auto steps = cluster::stepsTo(wanted, id, placement, nodes);
    if (!steps.empty()) proposeOnce(id, steps.front());
}

void ClusterMember::proposeOnce(QueueId queue, cluster::PlacementCommand command, NextStep next)
{
    if (m_queueProposals.contains(queue)) return;
    m_queueProposals[queue] =
        propose(std::move(command), {}, false, [this, queue, next](const auto& refusal) {
            m_queueProposals.erase(queue);
            m_mustControl = true;
            if (next == NextStep::AtOnce && !refusal) m_dueQueues.insert(queue);
        });
}

}  // namespace warren::member
