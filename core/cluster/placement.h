#pragma once

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/cluster/field_codec.h"
#include "core/cluster/membership.h"
#include "core/cluster/node_name.h"
#include "core/cluster/refusal.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <variant>
#include <vector>

namespace warren::cluster {

/// A queue's count of masters, from 1: each promotion raises it, and what comes from an earlier one
/// is refused.
using Epoch = std::uint64_t;

/// Where a queue is, and who has all of it. A master is always in the in-sync set.
struct Placement {
    NodeName master;                  ///< none: its node is gone, and nobody was promoted yet
    std::vector<NodeName> mirrors{};  ///< oldest first
    /// Who has everything that was ever confirmed, the master included; longest first. Empty only
    /// if all who had it lost it: then nothing but PromoteUnsynced helps.
    std::vector<NodeName> inSync{};
    Epoch epoch = 1;
    /// Promotions of a mirror that was not in sync: so often may confirmed messages have been lost.
    std::uint32_t lossCount = 0;
    bool operator==(const Placement&) const = default;

    bool hasReplica(const NodeName& node) const;  ///< as master or mirror
    bool isMirror(const NodeName& node) const;
    bool isInSync(const NodeName& node) const;
};

/// A queue gets its place, right after it was declared: it is empty, so all have all of it.
struct PlaceQueue {
    QueueId queue;
    NodeName master;
    std::vector<NodeName> mirrors;
    bool operator==(const PlaceQueue&) const = default;
};

/// What the others are about: a node's part in a queue, as who asks knows it.
struct PlacementTarget {
    QueueId queue;
    Epoch epoch = 0;
    NodeName node;
    bool operator==(const PlacementTarget&) const = default;
};

/// A node begins to have the queue, with nothing of it.
struct AddMirror : PlacementTarget {
    bool operator==(const AddMirror&) const = default;
};
struct RemoveMirror : PlacementTarget {
    bool operator==(const RemoveMirror&) const = default;
};
/// A mirror has all of it, says the master. From here on every confirm waits for it.
struct MarkInSync : PlacementTarget {
    /// Of the node when it had all of it. A RAM node that has started since has nothing.
    MemberId id;
    bool operator==(const MarkInSync&) const = default;
};
/// The master wants to confirm without this mirror. Only once it is agreed on it may.
struct LeaveInSync : PlacementTarget {
    bool operator==(const LeaveInSync&) const = default;
};
/// A mirror that is in sync becomes master, and the master its youngest mirror. That one stays in
/// sync: it has all that was confirmed, and nothing more will be without it until it has left.
struct Promote : PlacementTarget {
    bool operator==(const Promote&) const = default;
};
/// A mirror that may lack confirmed messages becomes master: by command, or by a policy that says
/// "always". Leaves a mark for ever.
struct PromoteUnsynced : PlacementTarget {
    bool operator==(const PromoteUnsynced&) const = default;
};
using PlacementCommand = std::variant<PlaceQueue, AddMirror, RemoveMirror, MarkInSync, LeaveInSync,
                                      Promote, PromoteUnsynced>;

QueueId queueOf(const PlacementCommand& command);

/// Of all queues: part of the agreed state.
class Placements {
public:
    using ByQueue = std::map<QueueId, Placement>;

    /// @pre the queue is declared
    Status<Refusal> apply(const PlacementCommand& command, const Membership& membership);

    const ByQueue& all() const { return m_placements; }
    const Placement* find(QueueId queue) const;

    void remove(QueueId queue) { m_placements.erase(queue); }
    /// The node started anew and has nothing of what it had.
    void emptyNode(const NodeName& node);
    /// The node is no member any more. @returns queues that nobody has now; they have no placement
    std::vector<QueueId> removeNode(const NodeName& node);
    /// Whether there is a queue that nobody else has completely.
    bool isLastInSync(const NodeName& node) const;

    bool operator==(const Placements&) const = default;

    /// placements = count:u32 placement*
    /// placement  = queue:u64 master:node mirrors:nodes in-sync:nodes epoch:u64 loss-count:u32,
    ///              ordered by queue
    void encode(FieldWriter& to) const;
    /// Nothing unless it is what a sequence of commands can make.
    static std::optional<Placements> decode(FieldReader& from, const Membership& membership);

private:
    Status<Refusal> place(const PlaceQueue& command, const Membership& membership);
    Placement* findPlacement(QueueId queue);

    ByQueue m_placements;
};

void encode(FieldWriter& to, const PlacementCommand& command);
/// @param kind  index of the alternative
std::optional<PlacementCommand> decodePlacementCommand(std::uint8_t kind, FieldReader& from);

}  // namespace warren::cluster
