#pragma once

#include "core/amqp/field_table.h"
#include "core/cluster/node_name.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace warren::cluster {

/// RabbitMQ's ha-mode.
enum class MirrorMode : std::uint8_t {
    None,     ///< one node only
    All,      ///< every node
    Exactly,  ///< so many nodes, the master counted
    Nodes,    ///< these nodes
};

/// RabbitMQ's ha-sync-mode: whether a mirror gets what the queue had before it came.
enum class SyncMode : std::uint8_t {
    Manual,  ///< by command; else it is in sync once all that it lacks is gone
    Automatic,
};

/// RabbitMQ's ha-promote-on-shutdown and ha-promote-on-failure: which mirrors may become master.
enum class PromoteWhen : std::uint8_t {
    WhenSynced,
    Always,  ///< may lose confirmed messages
};

/// RabbitMQ's queue-master-locator: where the master of a new queue goes.
enum class MasterLocator : std::uint8_t { ClientLocal, MinMasters, Random };

std::optional<MasterLocator> masterLocatorNamed(std::string_view name);

/// What a policy says about mirrors.
struct MirrorPolicy {
    static constexpr std::uint32_t kSyncBatchSize = 4096;  // RabbitMQ's default

    MirrorMode mode = MirrorMode::None;
    std::size_t count = 0;          ///< of Exactly
    std::vector<NodeName> nodes{};  ///< of Nodes, sorted
    SyncMode sync = SyncMode::Manual;
    std::uint32_t syncBatchSize = kSyncBatchSize;  ///< in messages
    PromoteWhen onShutdown = PromoteWhen::WhenSynced;
    /// Deviation: RabbitMQ promotes always if nothing is said, and confirmed messages are lost.
    /// Said, when-synced holds for shutdowns too, as there.
    std::optional<PromoteWhen> onFailure{};

    bool operator==(const MirrorPolicy&) const = default;
};

/// @param definition  the policy that holds for the queue. What isn't valid in it, or names no
/// possible node, counts as not said: a policy is judged when it is made.
/// @param syncBatchSize  if it says nothing of that
MirrorPolicy mirrorPolicyOf(const amqp::FieldTable& definition,
                            std::uint32_t syncBatchSize = MirrorPolicy::kSyncBatchSize);

}  // namespace warren::cluster
