#pragma once

#include "core/broker/state.h"
#include "core/management/management_command.h"

#include <functional>
#include <string>

namespace warren::node {

/// Reads messages of a queue where they lie, ready and unacked ones in their order: no consumer, no
/// flag, no order changes. Thread: the broker's.
/// @param connectionName  names a connection for people
management::BrowseResult browse(const broker::State& state, const broker::Queue& queue,
                                const management::BrowseMessages& request,
                                const std::function<QString(ConnectionId)>& connectionName);

}  // namespace warren::node
