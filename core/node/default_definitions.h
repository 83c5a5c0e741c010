#pragma once

#include "core/base/result.h"
#include "core/broker/broker.h"
#include "core/node/node_config.h"

#include <string>

namespace warren::node {

/// What an empty node begins with: a vhost, and a user who may do everything. What is there already
/// stays. @error why the user could not be added
Status<std::string> addDefaultDefinitions(broker::Broker& broker, const NodeConfig& config);

}  // namespace warren::node
