#pragma once

#include "core/base/bytes.h"
#include "core/cluster/node_name.h"
#include "core/net/tls_context.h"
#include "core/peer/cookie.h"
#include "core/peer/handshake.h"
#include "core/peer/link_options.h"
#include "core/peer/peer_identity.h"
#include "core/peer/warnings.h"

#include <functional>
#include <memory>
#include <string>

namespace warren::peer {

/// Whom the links of a node tell what happens; see NodeLinks, which is where they are explained.
struct LinkCallbacks {
    /// The link to this peer is authenticated: send works.
    std::function<void(const PeerIdentity& peer)> linkUp;
    /// The link to this peer is lost; only after linkUp, and once.
    std::function<void(const cluster::NodeName& peer, const std::string& reason)> linkDown;
    /// A dial was refused by the peer's machine: no process of its listens where it should. A way
    /// that is cut never says so. After linkDown, and again for each dial.
    std::function<void(const cluster::NodeName& peer)> gone;
    /// A link from this peer is authenticated. Again for each new one.
    std::function<void(const PeerIdentity& peer)> heard;
    /// The last link from this peer is closed, or it was silent for too long.
    std::function<void(const cluster::NodeName& peer)> silent;
    /// A frame from this peer. @param frame  borrowed for the call
    std::function<void(const PeerIdentity& from, ByteView frame)> received;
    /// A sentence for the log: somebody was refused or refused us, with the reason. Once per peer
    /// and reason, until a link with that peer succeeds.
    std::function<void(const std::string& sentence)> warned;
};

/// What all links of a node have in common. Outlives them.
struct LinkContext {
    PeerIdentity self;
    const Cookie cookie;
    const LinkOptions options;
    const LinkCallbacks callbacks;  // none of them is empty
    Warnings warnings;
    /// Of the connections that begin from now on; null: without TLS.
    std::shared_ptr<const net::TlsContext> tls{};
};

/// For a new handshake of this thread's.
Nonce randomNonce();

}  // namespace warren::peer
