#pragma once

#include "core/broker/state.h"
#include "core/management/management_command.h"

#include <functional>
#include <unordered_map>
#include <vector>

namespace warren::node {

/// Messages that have come back from the disk, by position.
using LoadedMessages = std::unordered_map<broker::LogPosition, broker::MessagePtr>;

/// The messages of a queue in order, ready and unacked ones alike, without touching them: no
/// delivery, no flag and no order changes.
///
/// Thread: the broker's. Cost: O(messages before the end of the page), O(n log n) in those unacked.
/// @param connectionName  the name that people see, for messages that a connection holds
/// @param loaded   those that are on disk only, as far as they were asked for
/// @param missing  gets those that are not among them; their rows have no contents. Not more than
/// 64 MiB of bodies, and the first one in any case
management::BrowseResult browse(const broker::State& state, const broker::Queue& queue,
                                const management::BrowseMessages& request,
                                const std::function<QString(ConnectionId)>& connectionName,
                                const LoadedMessages& loaded,
                                std::vector<broker::BodyRequest>& missing);

}  // namespace warren::node
