#pragma once

#include <cstdint>
#include <string>

namespace warren::net {

/// One end of a TCP connection, or where a listener is bound.
struct Endpoint {
    std::string address;  ///< numeric; IPv4 mapped into IPv6 is shown as IPv4
    std::uint16_t port = 0;

    bool operator==(const Endpoint&) const = default;

    /// "127.0.0.1:5672" or "[::1]:5672".
    std::string text() const;
};

/// The far end of a connected socket; empty when it is not connected any more.
Endpoint peerEndpoint(int descriptor);

/// The near end of a socket.
Endpoint localEndpoint(int descriptor);

}  // namespace warren::net
