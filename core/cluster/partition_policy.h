#pragma once

#include "core/cluster/node_name.h"
#include "core/cluster/node_type.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

/// What a node does when it can't reach others: RabbitMQ's cluster_partition_handling as pure
/// decisions. Source: RabbitMQ, "Clustering and Network Partitions".
namespace warren::cluster {

enum class PartitionMode : std::uint8_t {
    PauseMinority,   ///< who can't agree on anything serves nobody
    PauseIfAllDown,  ///< who reaches none of some nodes serves nobody; can lose messages
    Autoheal,        ///< afterwards, all sides but one start anew; loses what these had alone
    Ignore,          ///< nothing; can lose messages
};

struct PartitionSettings {
    PartitionMode mode = PartitionMode::PauseMinority;
    std::vector<NodeName> nodes{};  ///< of PauseIfAllDown
    /// Of PauseIfAllDown: what follows if two sides went on. RabbitMQ's "recover".
    bool healsAfterwards = false;
};

using NodeTypes = std::map<NodeName, NodeType>;

/// Who reaches whom, one way each. Everybody reaches himself.
class Reachability {
public:
    void add(const NodeName& from, const NodeName& to) { m_ways.emplace(from, to); }
    void remove(const NodeName& from, const NodeName& to) { m_ways.erase({from, to}); }
    /// Both ways: a question without an answer is none.
    bool areConnected(const NodeName& one, const NodeName& other) const;

private:
    std::set<std::pair<NodeName, NodeName>> m_ways;
};

struct PauseDecision {
    bool mustPause = false;
    std::string reason{};  ///< as one sentence, for clients and people; empty if it goes on
    bool operator==(const PauseDecision&) const = default;
};

/// Whether `self` serves clients now; to be asked again whenever the reachability changes. A node
/// that has not been with the others since it started waits for them, which is no pause.
///
/// A majority is one of the disk nodes, more than half of them: they are who agrees. Deviation:
/// RabbitMQ counts RAM nodes as well. Half of an even number is a minority, on both sides.
/// @pre `members` has `self`
PauseDecision decidePause(const PartitionSettings& settings, const NodeName& self,
                          const NodeTypes& members, const Reachability& reachability);

/// Nodes that were all connected with each other.
using Side = std::vector<NodeName>;

/// The sides of a partition: each node is in one, nobody in it is cut off from another in it, and
/// the first nodes by name have as many with them as possible. One side: no partition. So a partial
/// partition counts as a full one, as in RabbitMQ.
std::vector<Side> sidesOf(const NodeTypes& members, const Reachability& reachability);

struct HealDecision {
    Side winner{};
    std::vector<NodeName> restarting{};  ///< everybody else, by name
    bool operator==(const HealDecision&) const = default;
};

/// Once all are connected again: whose state stays. The side with the most clients, then with the
/// most nodes, then with the first node by name.
/// @param sides  as they were, at least two; each with nodes
/// @param connectionCounts  clients of a node; a missing one has none
HealDecision decideHeal(const std::vector<Side>& sides,
                        const std::map<NodeName, std::size_t>& connectionCounts);

/// Whether all members are connected again, which healing waits for, and the mode heals at all.
bool mayHeal(const PartitionSettings& settings, const NodeTypes& members,
             const Reachability& reachability);

}  // namespace warren::cluster
