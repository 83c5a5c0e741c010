#pragma once

#include "core/cluster/node_name.h"

#include <cstdint>
#include <string>

namespace warren::peer {

/// Who a node says it is. What a link or an introduction tells of the other end was proven to come
/// from somebody with the same cookie.
struct PeerIdentity {
    cluster::NodeName name;
    std::string address;         ///< "host:port" where it wants to be dialled
    std::uint64_t instance = 0;  ///< another one each time the node starts

    bool operator==(const PeerIdentity&) const = default;
};

}  // namespace warren::peer
