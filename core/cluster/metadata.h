#pragma once

#include "core/cluster/consensus.h"
#include "core/cluster/definition_set.h"
#include "core/cluster/membership.h"
#include "core/cluster/metadata_command.h"
#include "core/cluster/placement.h"
#include "core/cluster/refusal.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace warren::cluster {

/// What became of one agreed command, here as everywhere.
struct AppliedCommand {
    LogIndex index = 0;
    /// Borrowed for the call; null if it was not by the grammar.
    const MetadataCommand* command = nullptr;
    std::optional<Refusal> refusal{};  ///< why it changed nothing
    /// Queues that it took along. Those whose last node went are not named by the command.
    std::vector<QueueId> removedQueues{};
};

/// All that the nodes of a cluster agree on: members, definitions, and where each queue is.
///
/// Deterministic and complete: the snapshot of two nodes that applied the same commands has the
/// same bytes. A command changes all that belongs to it or nothing.
class Metadata final : public ReplicatedState {
public:
    void apply(LogIndex index, ByteView command) override;
    /// snapshot = version:u8 (1) index:u64 membership definitions placements
    std::string snapshot() const override;
    [[nodiscard]] bool restore(LogIndex index, ByteView snapshot) override;

    const Membership& membership() const { return m_membership; }
    const DefinitionSet& definitions() const { return m_definitions; }
    const Placements& placements() const { return m_placements; }
    /// Of the last command that was applied.
    LogIndex index() const { return m_index; }

    /// Called after each command. It must not come back to this object with changes.
    std::function<void(const AppliedCommand&)> applied;
    /// Called when everything may have changed.
    std::function<void()> restored;

private:
    using Removed = Result<std::vector<QueueId>, Refusal>;

    Removed carryOut(const broker::CatalogueChange& change);
    Removed carryOut(const MembershipCommand& command);
    Removed carryOut(const PlacementCommand& command);
    std::vector<QueueId> followNode(const NodeName& name, MemberId idBefore);

    Membership m_membership;
    DefinitionSet m_definitions;
    Placements m_placements;
    LogIndex m_index = 0;
};

}  // namespace warren::cluster
