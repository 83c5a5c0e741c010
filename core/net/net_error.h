#pragma once

#include <string>

namespace warren::net {

/// What the world did to a socket, as one sentence for a person.
struct NetError {
    enum class Kind {
        PortInUse,            ///< somebody else listens there
        NotPermitted,         ///< the port is reserved for the superuser
        AddressNotAvailable,  ///< no interface of this machine has the address
        InvalidAddress,       ///< not an address and not the name of one
        Failed,               ///< any other error of the system
    };
    Kind kind = Kind::Failed;
    std::string text;
};

}  // namespace warren::net
