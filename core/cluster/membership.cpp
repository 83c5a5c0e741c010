#include "core/cluster/membership.h"

#include <algorithm>
#include <limits>
#include <set>
#include <string_view>
#include <utility>

namespace warren::cluster {
namespace {

// Ids rise by one each, so this is never reached; from a peer it would leave none to give.
constexpr std::uint64_t kIdMax = std::numeric_limits<std::uint64_t>::max() / 2;

bool isClusterName(std::string_view name)
{
    return name.size() <= Membership::kNameBytesMax &&
           std::none_of(name.begin(), name.end(), [](char c) {
               const auto byte = static_cast<unsigned char>(c);
               return byte < ' ' || byte == 0x7F;
           });
}

/// Empty: not told yet.
bool isAddress(std::string_view address)
{
    return address.size() <= Membership::kAddressBytesMax && isClusterName(address);
}

}  // namespace

Status<Refusal> Membership::apply(const MembershipCommand& command)
{
    return std::visit([this](const auto& one) { return carryOut(one); }, command);
}

const ClusterNode* Membership::find(const NodeName& name) const
{
    const auto at = m_nodes.find(name);
    return at == m_nodes.end() ? nullptr : &at->second;
}

const ClusterNode* Membership::find(MemberId id) const
{
    if (!id) return nullptr;
    const auto at = std::find_if(m_nodes.begin(), m_nodes.end(),
                                 [&](const auto& entry) { return entry.second.id == id; });
    return at == m_nodes.end() ? nullptr : &at->second;
}

bool Membership::isRunning(const NodeName& name) const
{
    const ClusterNode* node = find(name);
    return node != nullptr && node->state == NodeState::Running;
}

ClusterNode* Membership::findNode(const NodeName& name)
{
    const auto at = m_nodes.find(name);
    return at == m_nodes.end() ? nullptr : &at->second;
}

bool Membership::hasDiskNodeBeside(const NodeName& name) const
{
    return std::any_of(m_nodes.begin(), m_nodes.end(), [&](const auto& entry) {
        const ClusterNode& node = entry.second;
        // One without an id has emptied its disk: it is none before it has started.
        return node.name != name && node.type == NodeType::Disk && node.id &&
               node.state != NodeState::Joining;
    });
}

Status<Refusal> Membership::carryOut(const JoinNode& command)
{
    if (!command.name || command.id.value > kIdMax || !isAddress(command.address))
        return Refusal::Malformed;
    const bool isKnown = m_nodes.contains(command.name);
    if (isKnown && !mayJoinAgain(command)) return Refusal::NameTaken;
    if (!isFresh(command.id)) return Refusal::IdUsed;
    if (!isKnown && m_nodes.size() >= kNodesMax) return Refusal::TooMany;
    if (m_nodes.empty() && command.type != NodeType::Disk) return Refusal::LastDiskNode;
    m_nodes[command.name] = {command.name, command.id, command.type, NodeState::Joining,
                             command.address};
    m_lastId = command.id;
    return {};
}

bool Membership::mayJoinAgain(const JoinNode& command) const
{
    const ClusterNode* node = find(command.name);
    return node->startsEmpty() && node->type == command.type && node->state != NodeState::Running;
}

Status<Refusal> Membership::carryOut(const StartNode& command)
{
    ClusterNode* node = findNode(command.name);
    if (node == nullptr) return Refusal::NoSuchNode;
    if (command.id.value > kIdMax || !isAddress(command.address)) return Refusal::Malformed;
    if (!node->id || command.id != node->id) {
        const bool mayChange = node->startsEmpty() && node->state != NodeState::Joining;
        if (!mayChange || !isFresh(command.id)) return Refusal::IdUsed;
        m_lastId = command.id;
    }
    node->id = command.id;
    node->state = NodeState::Running;
    node->address = command.address;
    return {};
}

Status<Refusal> Membership::carryOut(const StopNode& command)
{
    ClusterNode* node = findNode(command.name);
    if (node == nullptr) return Refusal::NoSuchNode;
    if (node->state != NodeState::Running) return Refusal::NodeNotRunning;
    node->state = NodeState::Down;
    return {};
}

Status<Refusal> Membership::carryOut(const LeaveNode& command) { return remove(command.name); }

Status<Refusal> Membership::carryOut(const ForgetNode& command)
{
    if (isRunning(command.name)) return Refusal::NodeRunning;
    return remove(command.name);
}

Status<Refusal> Membership::remove(const NodeName& name)
{
    const ClusterNode* node = findNode(name);
    if (node == nullptr) return Refusal::NoSuchNode;
    if (!hasDiskNodeBeside(name)) return Refusal::LastDiskNode;
    m_nodes.erase(name);
    return {};
}

Status<Refusal> Membership::carryOut(const ChangeNodeType& command)
{
    ClusterNode* node = findNode(command.name);
    if (node == nullptr) return Refusal::NoSuchNode;
    if (node->state != NodeState::Down) return Refusal::NodeRunning;
    if (node->type == command.type) return {};
    if (node->type == NodeType::Disk && !hasDiskNodeBeside(command.name)) {
        return Refusal::LastDiskNode;
    }
    node->type = command.type;
    node->id = {};
    return {};
}

Status<Refusal> Membership::carryOut(const RenameCluster& command)
{
    if (command.name.empty() || !isClusterName(command.name)) return Refusal::Malformed;
    m_clusterName = command.name;
    return {};
}

void Membership::encode(FieldWriter& to) const
{
    to.text(m_clusterName);
    to.u64(m_lastId.value);
    to.u32(static_cast<std::uint32_t>(m_nodes.size()));
    for (const auto& [name, node] : m_nodes) {
        to.node(name);
        to.u64(node.id.value);
        to.u8(static_cast<std::uint8_t>(node.type));
        to.u8(static_cast<std::uint8_t>(node.state));
        to.text(node.address);
    }
}

std::optional<Membership> Membership::decode(FieldReader& from)
{
    Membership membership;
    membership.m_clusterName = from.text();
    membership.m_lastId = {from.u64()};
    std::set<MemberId> ids;
    NodeName last;
    for (std::size_t left = from.count(kNodesMax); left > 0 && from.isGood(); --left) {
        ClusterNode node;
        node.name = from.node();
        node.id = {from.u64()};
        node.type = from.oneOf(NodeType::Ram);
        node.state = from.oneOf(NodeState::Down);
        node.address = from.text();
        const bool isOrdered = node.name && node.name > last;
        const bool isOnlyOne = !node.id || ids.insert(node.id).second;
        const bool mayHaveNoId = node.state == NodeState::Down;
        if (!isOrdered || !isOnlyOne || node.id > membership.m_lastId ||
            (!node.id && !mayHaveNoId) || !isAddress(node.address)) {
            return std::nullopt;
        }
        last = node.name;
        membership.m_nodes.emplace(node.name, std::move(node));
    }
    if (!from.isGood() || membership.m_lastId.value > kIdMax ||
        !isClusterName(membership.m_clusterName)) {
        return std::nullopt;
    }
    // It may still be joining, if it is the first.
    const auto& nodes = membership.m_nodes;
    const bool hasDiskNode = std::any_of(nodes.begin(), nodes.end(), [](const auto& entry) {
        return entry.second.type == NodeType::Disk;
    });
    if (!nodes.empty() && !hasDiskNode) return std::nullopt;
    return membership;
}

namespace {

struct CommandWriter {
    FieldWriter& to;
    void operator()(const JoinNode& command) const
    {
        to.node(command.name);
        to.u64(command.id.value);
        to.u8(static_cast<std::uint8_t>(command.type));
        to.text(command.address);
    }
    void operator()(const StartNode& command) const
    {
        to.node(command.name);
        to.u64(command.id.value);
        to.text(command.address);
    }
    void operator()(const StopNode& command) const { to.node(command.name); }
    void operator()(const LeaveNode& command) const { to.node(command.name); }
    void operator()(const ForgetNode& command) const { to.node(command.name); }
    void operator()(const ChangeNodeType& command) const
    {
        to.node(command.name);
        to.u8(static_cast<std::uint8_t>(command.type));
    }
    void operator()(const RenameCluster& command) const { to.text(command.name); }
};

}  // namespace

void encode(FieldWriter& to, const MembershipCommand& command)
{
    std::visit(CommandWriter{to}, command);
}

std::optional<MembershipCommand> decodeMembershipCommand(std::uint8_t kind, FieldReader& from)
{
    switch (kind) {
    case 0: {
        JoinNode join;
        join.name = from.node();
        join.id = {from.u64()};
        join.type = from.oneOf(NodeType::Ram);
        join.address = from.text();
        return join;
    }
    case 1: {
        StartNode start;
        start.name = from.node();
        start.id = {from.u64()};
        start.address = from.text();
        return start;
    }
    case 2: return StopNode{from.node()};
    case 3: return LeaveNode{from.node()};
    case 4: return ForgetNode{from.node()};
    case 5: {
        ChangeNodeType change;
        change.name = from.node();
        change.type = from.oneOf(NodeType::Ram);
        return change;
    }
    case 6: return RenameCluster{from.text()};
    }
    return std::nullopt;
}

}  // namespace warren::cluster
