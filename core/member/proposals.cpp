#include "core/member/cluster_member.h"

#include <algorithm>
#include <utility>

// How a member has things agreed on.
namespace warren::member {

using cluster::NodeName;

namespace {

/// Proposals that are on their way at the same time; raft::RaftOptions::proposalsMax is more.
constexpr std::size_t kSentMax = 64;
/// An answer that has not come by then never will.
constexpr std::chrono::milliseconds kResendAfter{2000};

/// The last one that the store reports; 0: it reports none of them.
broker::LogPosition lastPositionOf(const std::vector<broker::StoredOperation>& operations)
{
    broker::LogPosition last = 0;
    for (const broker::StoredOperation& operation : operations) {
        if (const auto* enqueue = std::get_if<broker::Enqueue>(&operation)) {
            last = std::max(last, enqueue->position);
        } else if (const auto* mark = std::get_if<broker::MarkDelivered>(&operation)) {
            last = std::max(last, mark->position);
        } else if (const auto* change = std::get_if<broker::StoredChange>(&operation)) {
            last = std::max(last, change->position);
        }
    }
    return last;
}

}  // namespace

std::uint64_t ClusterMember::propose(cluster::MetadataCommand::Body body,
                                     std::vector<broker::LogPosition> positions, bool isApplied,
                                     std::function<void(std::optional<cluster::Refusal>)> done)
{
    const std::uint64_t number = ++m_lastNumber;
    cluster::MetadataCommand command;
    command.origin = m_world.disk.identity().id;
    command.number = number;
    command.body = std::move(body);
    m_proposals[number] = {.command = cluster::encode(command),
                           .positions = std::move(positions),
                           .isApplied = isApplied,
                           .done = std::move(done)};
    m_world.wake();
    return number;
}

void ClusterMember::sendProposals()
{
    if (m_raft == nullptr || m_proposals.empty()) return;
    std::vector<std::uint64_t> numbers;
    std::size_t sentCount = 0;
    for (auto& [number, proposal] : m_proposals) {
        if (proposal.isSent && now() - proposal.sentAt > kResendAfter) proposal.isSent = false;
        if (sentCount >= kSentMax) break;
        sentCount += 1;
        if (!proposal.isSent) numbers.push_back(number);
    }
    if (numbers.empty()) return;
    const NodeName leader = leaderName();
    // A founder leads before it is a member.
    const bool isOurs = isLeader();
    if (!isOurs && (!leader || !m_world.links.isUp(leader))) return;
    Propose frame;
    for (const std::uint64_t number : numbers) {
        Proposal& proposal = m_proposals.at(number);
        proposal.isSent = true;
        proposal.sentAt = now();
        frame.commands.push_back(proposal.command);
    }
    if (!isOurs) {
        m_world.links.send(leader, bytesOf(encode(frame)));
        return;
    }
    std::vector<cluster::Done> done;
    for (const std::uint64_t number : numbers) {
        done.emplace_back([this, number](cluster::Outcome outcome) {
            const auto at = m_proposals.find(number);
            if (at == m_proposals.end()) return;
            if (outcome != cluster::Outcome::Refused) {
                at->second.isSent = false;  // again, unless it was applied already
                return;
            }
            const Proposal proposal = std::move(at->second);
            m_proposals.erase(at);
            for (const broker::LogPosition position : proposal.positions)
                m_away.satisfy(position);
            if (proposal.isApplied) m_mustReconcile = true;
            if (proposal.done) proposal.done(cluster::Refusal::Malformed);
        });
    }
    m_raft->propose(std::move(frame.commands), std::move(done));
}

// ----------------------------------------------------------------------------- the broker's work

void ClusterMember::noteOperations(const std::vector<broker::StoredOperation>& operations)
{
    m_positionKnown = m_world.broker.lastPosition();
    if (!operations.empty()) m_storeHanded = std::max(m_storeHanded, lastPositionOf(operations));
    if (!isClustered()) return;
    m_publishes.sendNew();
    m_leader.note(operations);
    for (const broker::StoredOperation& operation : operations) {
        const auto* change = std::get_if<broker::StoredChange>(&operation);
        if (change != nullptr && !change->isAgreed) proposeChange(*change);
    }
}

void ClusterMember::proposeChange(const broker::StoredChange& change)
{
    m_away.expect(change.position);
    const auto* put = std::get_if<broker::PutQueue>(&change.change);
    if (put == nullptr) {
        propose(change.change, {change.position}, true);
        return;
    }
    propose(change.change, {}, true);
    place(put->queue, {change.position});
}

void ClusterMember::place(const broker::QueueDefinition& queue,
                          std::vector<broker::LogPosition> positions)
{
    cluster::NewQueue wish;
    wish.clientNode = m_world.self;
    wish.locator = m_world.defaults.locator;
    wish.isDurable = queue.isDurable;
    const auto asker = m_askers.find(queue.id);
    if (asker != m_askers.end()) {
        wish.clientNode = asker->second;
        m_askers.erase(asker);
    }
    const std::uint64_t clientMember = queue.exclusiveOwner.value >> kMemberBit;
    if (clientMember != 0) {
        const auto* node = m_metadata->membership().find(cluster::MemberId{clientMember});
        if (node != nullptr) wish.clientNode = node->name;
    }
    cluster::PlacementNodes nodes = placementNodes();
    // A node that is cut off gets nothing new.
    std::erase_if(nodes, [&](const cluster::PlacementNode& node) {
        return node.name != m_world.self && !m_peers[node.name].isReachable;
    });
    if (nodes.empty()) nodes.push_back({.name = m_world.self});
    const bool canMirror = queue.isDurable && !queue.exclusiveOwner;
    if (canMirror) wish.policy = policyOf(queue.id);
    const auto* argument = queue.arguments.find("x-queue-master-locator");
    const auto* locator = argument == nullptr ? nullptr : argument->as<std::string>();
    if (locator != nullptr) {
        wish.locator = cluster::masterLocatorNamed(*locator).value_or(wish.locator);
    } else if (const auto named = locatorOf(queue.id)) {
        wish.locator = *named;
    }
    cluster::WantedPlacement wanted = cluster::placeNew(wish, nodes, m_prng);
    if (queue.exclusiveOwner) wanted = {.master = wish.clientNode};
    propose(cluster::PlacementCommand{cluster::PlaceQueue{queue.id, wanted.master, wanted.mirrors}},
            std::move(positions));
}

void ClusterMember::storeCommitted(broker::LogPosition upTo)
{
    m_storeCommitted = std::max(m_storeCommitted, upTo);
    m_follower.committed(ownPosition());
}

/// Up to where this node's own store has everything: what never went there counts as there.
broker::LogPosition ClusterMember::ownPosition() const
{
    return m_storeCommitted >= m_storeHanded ? m_positionKnown : m_storeCommitted;
}

broker::LogPosition ClusterMember::safePosition() const
{
    return m_away.reached(m_leader.frontier().reached(ownPosition()));
}

void ClusterMember::takeBodies(std::vector<broker::LoadedBody>&& bodies)
{
    m_leader.provide(std::move(bodies));
}

bool ClusterMember::endTurn()
{
    if (!isClustered()) return false;
    if (m_isLeaving) {
        leave();
        return true;
    }
    if (std::exchange(m_mustReconcile, false) && m_isActive) {
        m_world.broker.agreedChanges().reconcile(m_metadata->definitions().all());
        updateRoles();
    }
    controlNow();
    sendProposals();
    flushDisk();
    m_leader.flush();
    m_follower.committed(ownPosition());
    m_publishes.answer(m_leader.frontier().reached(ownPosition()));
    releaseHeldEvents();
    for (auto& [node, requests] : m_world.broker.takeRelayRequests())
        send(node, encode(requests));
    for (auto& [node, events] : m_relays.takeEvents()) {
        const bool isAnswer = std::ranges::any_of(events, [](const broker::RelayEvent& event) {
            return std::holds_alternative<broker::PlainReply>(event.body) ||
                   std::holds_alternative<broker::DeclareQueueOk>(event.body) ||
                   std::holds_alternative<broker::DeleteQueueOk>(event.body);
        });
        const bool waits = isAnswer && isLeader();
        send(node, encode(waits ? m_metadata->index() : 0, events));
        m_mustSpread |= waits;
    }
    // An entry takes the news along that the ones before it are agreed on; else that waits for the
    // next heartbeat.
    if (std::exchange(m_mustSpread, false) && isLeader()) m_raft->barrier([](cluster::Outcome) {});
    return m_leader.hasWork();
}

// ----------------------------------------------------------------------------------------- relays

void ClusterMember::takeRelayEvents(const NodeName& from, ByteView contents)
{
    m_peers[from].heldEvents.emplace_back(textOf(contents));
    releaseHeldEvents();
}

/// What another node answers may rest on definitions that have not come here yet.
void ClusterMember::releaseHeldEvents()
{
    for (auto& [name, peer] : m_peers) {
        while (!peer.heldEvents.empty()) {
            auto frame = decodeRelayEvents(bytesOf(peer.heldEvents.front()));
            if (frame && frame->after > m_metadata->index()) break;
            peer.heldEvents.pop_front();
            if (!frame) continue;
            const NodeId node = idOf(name);
            for (broker::RelayEvent& event : frame->events)
                m_world.broker.takeRelayEvent(node, std::move(event));
            m_world.wake();
        }
    }
}

}  // namespace warren::member
