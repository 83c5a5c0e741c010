#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace warren::peer {

/// The limits of the links of a node. Both ends should have the same ones.
struct LinkOptions {
    std::chrono::milliseconds heartbeat{200};
    /// A link on which nothing was heard for that long is closed. Counted in heartbeats, so that a
    /// loop that stood still doesn't take its own silence for the peer's.
    std::chrono::milliseconds lossTimeout{2000};
    std::chrono::milliseconds backoffMin{50};
    std::chrono::milliseconds backoffMax{1000};
    /// From the dial, or the accept, until the other end is proven.
    std::chrono::milliseconds handshakeTimeout{5000};
    std::size_t unsentBytesMax = std::size_t{256} << 20;
    std::size_t frameBytesMax = std::size_t{192} << 20;  ///< at most 4 GiB - 1
};

/// How things stand with one peer.
struct LinkState {
    enum class Kind : std::uint8_t {
        Connecting,  ///< it is dialled, or will be again in a moment; `reason` says why not yet
        Up,
        Refused,  ///< somebody is there and one of us doesn't want the other; dialled all the same
    };
    Kind kind = Kind::Connecting;
    std::string reason;                       ///< empty if Up or never tried
    std::size_t unsentBytes = 0;              ///< what send took and the system didn't yet
    std::chrono::microseconds roundTrip{-1};  ///< of the last heartbeat; -1: unknown
    bool isHeard = false;                     ///< it has a link to us
    bool isEncrypted = false;                 ///< it is Up, with TLS
};

}  // namespace warren::peer
