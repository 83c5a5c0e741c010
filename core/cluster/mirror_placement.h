#pragma once

#include "core/base/ids.h"
#include "core/base/prng.h"
#include "core/cluster/mirror_policy.h"
#include "core/cluster/node_name.h"
#include "core/cluster/node_type.h"
#include "core/cluster/placement.h"

#include <cstddef>
#include <vector>

/// Where queues ought to be. Pure decisions; what is decided becomes true by commands.
namespace warren::cluster {

/// A node that runs, as far as placing queues goes. Who is down or can't be reached is left out;
/// whoever gives this list waits until an absence is worth moving queues for.
struct PlacementNode {
    NodeName name;
    NodeType type = NodeType::Disk;
    bool isDraining = false;       ///< under maintenance: gets nothing new
    std::size_t masterCount = 0;   ///< queues that it leads
    std::size_t replicaCount = 0;  ///< queues that it has, led or mirrored
};
using PlacementNodes = std::vector<PlacementNode>;

/// Null if it is not among them.
const PlacementNode* findNode(const PlacementNodes& nodes, const NodeName& name);

/// A queue that is about to be declared.
struct NewQueue {
    NodeName clientNode;  ///< whom the declaring client is connected to
    bool isDurable = false;
    MasterLocator locator = MasterLocator::ClientLocal;
    MirrorPolicy policy{};  ///< of an exclusive queue: none
};

/// Where the queues ought to be, master and mirrors.
struct WantedPlacement {
    NodeName master;
    std::vector<NodeName> mirrors{};
    bool operator==(const WantedPlacement&) const = default;

    bool has(const NodeName& node) const;
};

/// The place of a new queue. Of nodes of equal worth the one with the lowest name is taken.
///
/// With ha-mode "nodes" the master is one of those, if any of them runs. Deviation: RabbitMQ's
/// client-local then first takes the client's node nevertheless, and moves the queue away later.
/// A queue that must outlive its node goes to a disk node if there is one: a RAM node keeps
/// nothing. Draining nodes are taken only if there are no others.
/// @pre `nodes` is not empty, has no name twice
WantedPlacement placeNew(const NewQueue& queue, const PlacementNodes& nodes, Prng& prng);

/// Where a queue that is placed ought to be: as little as possible away from where it is.
///
/// - The master stays, but for: "nodes" without it moves the queue to the longest synchronised node
///   of the list, once there is one; a mirrored queue on a RAM node goes back to the longest
///   synchronised disk node; a draining node hands over to the longest synchronised mirror.
/// - "exactly" takes mirrors as they are, synchronised ones first, oldest first, and adds the nodes
///   with the fewest queues, disk nodes before RAM nodes.
/// - "all" and "nodes" keep a mirror that is down, "exactly" replaces it.
/// - With "nodes" of which none runs, the master keeps the queue alone.
/// @pre the placement has a master that runs
WantedPlacement wantedPlacement(const Placement& now, const MirrorPolicy& policy,
                                const PlacementNodes& nodes);

/// What can be asked for now on the way to `wanted`, all with the present epoch: new mirrors first;
/// nobody who is in sync goes before all that are wanted are in sync. A promotion comes
/// alone, since the epoch ends with it. Empty: the queue is there, or has to wait for mirrors.
/// @pre the placement has a master
std::vector<PlacementCommand> stepsTo(const WantedPlacement& wanted, QueueId queue,
                                      const Placement& now, const PlacementNodes& nodes);

/// Mirrors that are to be brought up by the master, without being told, oldest first.
std::vector<NodeName> mirrorsToSynchronise(const Placement& now, const MirrorPolicy& policy,
                                           const PlacementNodes& nodes);

/// How many must be in sync for a confirm: the majority of those that ought to have the queue.
/// @param replicaCount  master and mirrors
inline std::size_t inSyncCountMin(std::size_t replicaCount) { return replicaCount / 2 + 1; }

}  // namespace warren::cluster
