#include "core/cluster/placement.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

namespace warren::cluster {
namespace {

constexpr std::size_t kQueuesMax = 1'000'000;
constexpr Epoch kEpochMax = std::numeric_limits<Epoch>::max() / 2;

bool isAmong(const std::vector<NodeName>& nodes, const NodeName& node)
{
    return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

bool hasTwice(const std::vector<NodeName>& nodes)
{
    return std::set<NodeName>(nodes.begin(), nodes.end()).size() != nodes.size();
}

/// One command against the one placement it is about. Its epoch has been judged.
struct Change {
    Placement& placement;
    const Membership& membership;

    Status<Refusal> operator()(const PlaceQueue&) const { return Refusal::AlreadyPlaced; }

    Status<Refusal> operator()(const AddMirror& command) const
    {
        if (membership.find(command.node) == nullptr) return Refusal::NoSuchNode;
        if (!membership.isRunning(command.node)) return Refusal::NodeNotRunning;
        if (placement.hasReplica(command.node)) return Refusal::AlreadyMirror;
        placement.mirrors.push_back(command.node);
        return {};
    }

    Status<Refusal> operator()(const RemoveMirror& command) const
    {
        if (!placement.isMirror(command.node)) return Refusal::NotMirror;
        if (isLastInSync(command.node)) return Refusal::LastInSync;
        if (!placement.master && placement.mirrors.size() == 1) return Refusal::LastReplica;
        std::erase(placement.mirrors, command.node);
        std::erase(placement.inSync, command.node);
        return {};
    }

    Status<Refusal> operator()(const MarkInSync& command) const
    {
        if (!placement.isMirror(command.node)) return Refusal::NotMirror;
        if (placement.isInSync(command.node)) return Refusal::AlreadyInSync;
        // Nobody can say so but a master.
        if (!placement.master) return Refusal::StaleEpoch;
        const ClusterNode* node = membership.find(command.node);
        if (node == nullptr) return Refusal::NoSuchNode;
        if (node->state != NodeState::Running) return Refusal::NodeNotRunning;
        if (node->id != command.id) return Refusal::StaleNode;
        placement.inSync.push_back(command.node);
        return {};
    }

    Status<Refusal> operator()(const LeaveInSync& command) const
    {
        if (!placement.isMirror(command.node)) return Refusal::NotMirror;
        if (!placement.isInSync(command.node)) return Refusal::NotInSync;
        if (isLastInSync(command.node)) return Refusal::LastInSync;
        std::erase(placement.inSync, command.node);
        return {};
    }

    Status<Refusal> operator()(const Promote& command) const
    {
        if (!placement.isMirror(command.node)) return Refusal::NotMirror;
        if (!placement.isInSync(command.node)) return Refusal::NotInSync;
        return lead(command.node);
    }

    Status<Refusal> operator()(const PromoteUnsynced& command) const
    {
        if (!placement.isMirror(command.node)) return Refusal::NotMirror;
        if (placement.isInSync(command.node)) return Refusal::AlreadyInSync;
        if (placement.lossCount == std::numeric_limits<std::uint32_t>::max())
            return Refusal::TooMany;
        if (const auto led = lead(command.node); !led) return led;
        placement.inSync = {command.node};
        placement.lossCount += 1;
        return {};
    }

private:
    bool isLastInSync(const NodeName& node) const
    {
        return placement.inSync.size() == 1 && placement.inSync.front() == node;
    }

    Status<Refusal> lead(const NodeName& node) const
    {
        if (!membership.isRunning(node)) return Refusal::NodeNotRunning;
        if (placement.epoch >= kEpochMax) return Refusal::TooMany;
        std::erase(placement.mirrors, node);
        if (placement.master) placement.mirrors.push_back(placement.master);
        placement.master = node;
        placement.epoch += 1;
        return {};
    }
};

bool isValid(const Placement& placement, const Membership& membership)
{
    std::vector<NodeName> replicas = placement.mirrors;
    if (placement.master) replicas.push_back(placement.master);
    if (replicas.empty() || hasTwice(replicas) || hasTwice(placement.inSync)) return false;
    if (placement.master && !placement.isInSync(placement.master)) return false;
    if (placement.epoch == 0 || placement.epoch > kEpochMax) return false;
    return std::all_of(placement.inSync.begin(), placement.inSync.end(),
                       [&](const NodeName& node) { return isAmong(replicas, node); }) &&
           std::all_of(replicas.begin(), replicas.end(),
                       [&](const NodeName& node) { return membership.find(node) != nullptr; });
}

/// The node no longer has what it had.
void forget(Placement& placement, const NodeName& node)
{
    std::erase(placement.inSync, node);
    if (placement.master != node) return;
    placement.master = {};
    placement.mirrors.push_back(node);
}

}  // namespace

bool Placement::hasReplica(const NodeName& node) const
{
    return (node && master == node) || isMirror(node);
}

bool Placement::isMirror(const NodeName& node) const { return isAmong(mirrors, node); }

bool Placement::isInSync(const NodeName& node) const { return isAmong(inSync, node); }

QueueId queueOf(const PlacementCommand& command)
{
    return std::visit([](const auto& one) { return one.queue; }, command);
}

const Placement* Placements::find(QueueId queue) const
{
    const auto at = m_placements.find(queue);
    return at == m_placements.end() ? nullptr : &at->second;
}

Placement* Placements::findPlacement(QueueId queue)
{
    const auto at = m_placements.find(queue);
    return at == m_placements.end() ? nullptr : &at->second;
}

Status<Refusal> Placements::apply(const PlacementCommand& command, const Membership& membership)
{
    if (const auto* first = std::get_if<PlaceQueue>(&command)) return place(*first, membership);
    Placement* placement = findPlacement(queueOf(command));
    if (placement == nullptr) return Refusal::NotPlaced;
    const Epoch epoch = std::visit(
        [](const auto& one) {
            if constexpr (requires { one.epoch; }) return one.epoch;
            return Epoch{0};
        },
        command);
    if (epoch != placement->epoch) return Refusal::StaleEpoch;
    return std::visit(Change{*placement, membership}, command);
}

Status<Refusal> Placements::place(const PlaceQueue& command, const Membership& membership)
{
    if (m_placements.contains(command.queue)) return Refusal::AlreadyPlaced;
    if (m_placements.size() >= kQueuesMax) return Refusal::TooMany;
    Placement placement;
    placement.master = command.master;
    placement.mirrors = command.mirrors;
    placement.inSync = command.mirrors;
    placement.inSync.insert(placement.inSync.begin(), command.master);
    if (!command.master || hasTwice(placement.inSync)) return Refusal::Malformed;
    for (const NodeName& node : placement.inSync) {
        if (membership.find(node) == nullptr) return Refusal::NoSuchNode;
        if (!membership.isRunning(node)) return Refusal::NodeNotRunning;
    }
    m_placements.emplace(command.queue, std::move(placement));
    return {};
}

void Placements::emptyNode(const NodeName& node)
{
    for (auto& [queue, placement] : m_placements) {
        forget(placement, node);
    }
}

std::vector<QueueId> Placements::removeNode(const NodeName& node)
{
    std::vector<QueueId> orphans;
    for (auto& [queue, placement] : m_placements) {
        forget(placement, node);
        std::erase(placement.mirrors, node);
        if (!placement.master && placement.mirrors.empty()) orphans.push_back(queue);
    }
    for (const QueueId queue : orphans) {
        m_placements.erase(queue);
    }
    return orphans;
}

bool Placements::isLastInSync(const NodeName& node) const
{
    return std::any_of(m_placements.begin(), m_placements.end(), [&](const auto& entry) {
        return entry.second.inSync.size() == 1 && entry.second.inSync.front() == node;
    });
}

void Placements::encode(FieldWriter& to) const
{
    to.u32(static_cast<std::uint32_t>(m_placements.size()));
    for (const auto& [queue, placement] : m_placements) {
        to.u64(queue.value);
        to.node(placement.master);
        to.nodes(placement.mirrors);
        to.nodes(placement.inSync);
        to.u64(placement.epoch);
        to.u32(placement.lossCount);
    }
}

std::optional<Placements> Placements::decode(FieldReader& from, const Membership& membership)
{
    Placements placements;
    QueueId last;
    for (std::size_t left = from.count(kQueuesMax); left > 0; --left) {
        const QueueId queue{from.u64()};
        Placement placement;
        placement.master = from.node();
        placement.mirrors = from.nodes(Membership::kNodesMax);
        placement.inSync = from.nodes(Membership::kNodesMax);
        placement.epoch = from.u64();
        placement.lossCount = from.u32();
        if (!from.isGood() || queue <= last || !isValid(placement, membership)) {
            return std::nullopt;
        }
        last = queue;
        placements.m_placements.emplace(queue, std::move(placement));
    }
    if (!from.isGood()) return std::nullopt;
    return placements;
}

namespace {

template <typename Command>
Command targetOf(FieldReader& from)
{
    Command command;
    command.queue = {from.u64()};
    command.epoch = from.u64();
    command.node = from.node();
    return command;
}

struct PlacementWriter {
    FieldWriter& to;
    void operator()(const PlaceQueue& command) const
    {
        to.u64(command.queue.value);
        to.node(command.master);
        to.nodes(command.mirrors);
    }
    void operator()(const MarkInSync& command) const
    {
        (*this)(static_cast<const PlacementTarget&>(command));
        to.u64(command.id.value);
    }
    void operator()(const PlacementTarget& command) const
    {
        to.u64(command.queue.value);
        to.u64(command.epoch);
        to.node(command.node);
    }
};

}  // namespace

void encode(FieldWriter& to, const PlacementCommand& command)
{
    std::visit(PlacementWriter{to}, command);
}

std::optional<PlacementCommand> decodePlacementCommand(std::uint8_t kind, FieldReader& from)
{
    switch (kind) {
    case 0: {
        PlaceQueue place;
        place.queue = {from.u64()};
        place.master = from.node();
        place.mirrors = from.nodes(Membership::kNodesMax);
        return place;
    }
    case 1: return targetOf<AddMirror>(from);
    case 2: return targetOf<RemoveMirror>(from);
    case 3: {
        auto mark = targetOf<MarkInSync>(from);
        mark.id = {from.u64()};
        return mark;
    }
    case 4: return targetOf<LeaveInSync>(from);
    case 5: return targetOf<Promote>(from);
    case 6: return targetOf<PromoteUnsynced>(from);
    }
    return std::nullopt;
}

}  // namespace warren::cluster
