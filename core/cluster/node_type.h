#pragma once

#include "core/cluster/consensus.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace warren::cluster {

/// What a node keeps. RabbitMQ's words for them are "disc" and "ram".
enum class NodeType : std::uint8_t {
    Disk,  ///< definitions and messages on its disk; votes
    Ram,   ///< definitions in memory only, fetched when it starts; has no vote
};

inline std::string_view textOf(NodeType type)
{
    switch (type) {
    case NodeType::Disk: return "disc";
    case NodeType::Ram: return "ram";
    }
    return {};
}

/// Also takes "disk", as `change_cluster_node_type` does.
inline std::optional<NodeType> nodeTypeOf(std::string_view text)
{
    if (text == "disc" || text == "disk") return NodeType::Disk;
    if (text == "ram") return NodeType::Ram;
    return std::nullopt;
}

/// A vote is a promise that must survive a restart, so a node without a disk can't have one.
inline MemberRole roleOf(NodeType type)
{
    return type == NodeType::Disk ? MemberRole::Voter : MemberRole::Standby;
}

}  // namespace warren::cluster
