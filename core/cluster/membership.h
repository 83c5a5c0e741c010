#pragma once

#include "core/base/result.h"
#include "core/cluster/consensus.h"
#include "core/cluster/field_codec.h"
#include "core/cluster/node_name.h"
#include "core/cluster/node_type.h"
#include "core/cluster/refusal.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>

namespace warren::cluster {

enum class NodeState : std::uint8_t {
    Joining,  ///< accepted, and catching up: nothing may depend on it yet
    Running,
    Down,  ///< stopped or lost; keeps its place until it is forgotten
};

struct ClusterNode {
    NodeName name;
    MemberId id;  ///< in the agreeing group; none until it starts after a change of its type
    NodeType type = NodeType::Disk;
    NodeState state = NodeState::Joining;
    std::string address{};  ///< where the others dial it: "host:port"
    bool operator==(const ClusterNode&) const = default;

    /// It starts without anything, so it joins each time.
    bool startsEmpty() const { return type == NodeType::Ram || !id; }
};

/// A node that is no member becomes one, or one that keeps nothing comes back: a RAM node that was
/// started again, or one whose type was changed. The first of a cluster is a disk node.
struct JoinNode {
    NodeName name;
    MemberId id;
    NodeType type = NodeType::Disk;
    std::string address{};
    bool operator==(const JoinNode&) const = default;
};
/// A member is there and has caught up, under the id that it has. Who has forgotten what it
/// promised comes under a fresh one: by JoinNode, or with this.
struct StartNode {
    NodeName name;
    MemberId id;
    std::string address{};  ///< as it is now
    bool operator==(const StartNode&) const = default;
};
/// A member stopped, or is lost.
struct StopNode {
    NodeName name;
    bool operator==(const StopNode&) const = default;
};
/// A member goes for good, by its own wish.
struct LeaveNode {
    NodeName name;
    bool operator==(const LeaveNode&) const = default;
};
/// The others give up a stopped member.
struct ForgetNode {
    NodeName name;
    bool operator==(const ForgetNode&) const = default;
};
/// Of a stopped member, as in RabbitMQ. It keeps nothing and starts under a fresh id.
struct ChangeNodeType {
    NodeName name;
    NodeType type = NodeType::Disk;
    bool operator==(const ChangeNodeType&) const = default;
};
struct RenameCluster {
    std::string name;
    bool operator==(const RenameCluster&) const = default;
};
using MembershipCommand = std::variant<JoinNode, StartNode, StopNode, LeaveNode, ForgetNode,
                                       ChangeNodeType, RenameCluster>;

/// Who belongs to a cluster: part of the agreed state.
///
/// Always: no two nodes of one name or one id, no id used twice, and once there is a settled disk
/// node there is one. Who sees whom is not agreed on and not here.
class Membership {
public:
    static constexpr std::size_t kNodesMax = 32;
    static constexpr std::size_t kNameBytesMax = 255;
    static constexpr std::size_t kAddressBytesMax = 300;
    using Nodes = std::map<NodeName, ClusterNode>;

    /// @error why nothing has changed
    Status<Refusal> apply(const MembershipCommand& command);

    const Nodes& nodes() const { return m_nodes; }
    const ClusterNode* find(const NodeName& name) const;
    const ClusterNode* find(MemberId id) const;
    bool isRunning(const NodeName& name) const;
    /// The lowest id that was never used.
    MemberId freshId() const { return {m_lastId.value + 1}; }
    const std::string& clusterName() const { return m_clusterName; }

    bool operator==(const Membership&) const = default;

    /// membership = cluster-name:text last-id:u64 count:u32 node*
    /// node       = name:node id:u64 type:u8 state:u8 address:text, ordered by name
    void encode(FieldWriter& to) const;
    /// Nothing unless it is what a sequence of commands can make.
    static std::optional<Membership> decode(FieldReader& from);

private:
    Status<Refusal> carryOut(const JoinNode& command);
    Status<Refusal> carryOut(const StartNode& command);
    Status<Refusal> carryOut(const StopNode& command);
    Status<Refusal> carryOut(const LeaveNode& command);
    Status<Refusal> carryOut(const ForgetNode& command);
    Status<Refusal> carryOut(const ChangeNodeType& command);
    Status<Refusal> carryOut(const RenameCluster& command);
    ClusterNode* findNode(const NodeName& name);
    bool isFresh(MemberId id) const { return id > m_lastId; }
    bool mayJoinAgain(const JoinNode& command) const;
    bool hasDiskNodeBeside(const NodeName& name) const;
    Status<Refusal> remove(const NodeName& name);

    Nodes m_nodes;
    MemberId m_lastId;  // the highest ever used
    std::string m_clusterName;
};

void encode(FieldWriter& to, const MembershipCommand& command);
/// @param kind  index of the alternative
std::optional<MembershipCommand> decodeMembershipCommand(std::uint8_t kind, FieldReader& from);

}  // namespace warren::cluster
