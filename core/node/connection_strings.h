#pragma once

#include "core/management/snapshot.h"
#include "core/net/endpoint.h"
#include "core/node/node_config.h"

#include <vector>

namespace warren::node {

/// What clients connect to, for people: addresses, ports and URIs of the first listener of each
/// kind. No secrets but the default's, which everybody knows.
void describeListeners(const NodeConfig& config, const std::vector<net::Endpoint>& endpoints,
                       const std::vector<net::Endpoint>& tlsEndpoints,
                       management::Overview& overview);

}  // namespace warren::node
