#include "core/member/cluster_member.h"

#include <algorithm>
#include <utility>

// A planned stop: the others take over first.
namespace warren::member {

using cluster::NodeName;

namespace {

/// Whoever has not taken over by then does so once this node is gone.
constexpr std::chrono::seconds kHandOverMax{10};

}  // namespace

void ClusterMember::handOver(std::function<void()> done)
{
    if (m_stop || !isClustered() || !m_isServing) return done();
    m_world.note("this node is about to stop, and hands over to the others");
    m_stop = Stop{.done = std::move(done), .until = now() + kHandOverMax};
    m_nextStatus = now();
    m_mustControl = true;
    m_world.wake();
}

bool ClusterMember::isStopping(const NodeName& node) const
{
    if (node == m_world.self) return m_stop.has_value();
    const Status* status = statusOf(node);
    return status != nullptr && status->isStopping;
}

/// Whether the leader of the agreement will move a queue away from here.
bool ClusterMember::isLeadingWhatOthersCan() const
{
    const cluster::PlacementNodes nodes = placementNodes();
    if (cluster::findNode(nodes, m_world.self) == nullptr) return false;
    const auto& placements = m_metadata->placements().all();
    return std::ranges::any_of(placements, [&](const auto& one) {
        const auto& [queue, placement] = one;
        return placement.master == m_world.self &&
               cluster::wantedPlacement(placement, policyOf(queue), nodes).master != m_world.self;
    });
}

std::optional<cluster::MemberId> ClusterMember::nextLeader() const
{
    for (const cluster::Member& member : m_raft->members()) {
        const auto* node = m_metadata->membership().find(member.id);
        if (member.role != cluster::MemberRole::Voter || node == nullptr) continue;
        const auto peer = m_peers.find(node->name);
        const bool isThere = peer != m_peers.end() && peer->second.isReachable;
        if (isThere && !isStopping(node->name)) return member.id;
    }
    return std::nullopt;
}

void ClusterMember::continueHandingOver()
{
    if (!m_stop) return;
    if (now() < m_stop->until && m_isServing) {
        if (isLeadingWhatOthersCan()) return;
        const auto next = isLeader() ? nextLeader() : std::nullopt;
        if (next) {
            if (std::exchange(m_stop->isTransferring, true)) return;
            return m_raft->transferLeadership(*next, [this](cluster::Outcome) {
                if (m_stop) m_stop->isTransferring = false;
            });
        }
    }
    // Only once: it stays among those that stop.
    if (const auto done = std::exchange(m_stop->done, nullptr)) done();
}

}  // namespace warren::member
