#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/cluster/node_name.h"
#include "core/net/endpoint.h"
#include "core/net/tls_context.h"
#include "core/peer/connection_end.h"
#include "core/peer/cookie.h"
#include "core/peer/link_context.h"
#include "core/peer/link_options.h"
#include "core/peer/peer_identity.h"

#include <QObject>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace warren::peer {

class IncomingLinks;
class OutgoingLink;

/// The authenticated links of this node to and from the others of its cluster.
///
/// Each node dials each other: what it sends goes over the link that it dialled, what it receives
/// comes over the link that was dialled to it. A link that is lost is dialled again, for ever.
/// Frames of one link come whole and in order; when a link is lost, those on their way are lost
/// too, and nobody says which.
///
/// Thread: the one that made it, whose event loop runs. Callbacks come from that loop and never out
/// of a call of the owner. They may call everything here but the destructor.
class NodeLinks final : public QObject {
public:
    static constexpr std::size_t kIntroductionsMax = 32;  ///< at the same time

    using Callbacks = LinkCallbacks;

    /// @param self  an empty address becomes the one where it listens
    NodeLinks(PeerIdentity self, Cookie cookie, LinkOptions options, Callbacks callbacks,
              QObject* parent = nullptr);
    /// Closes everything and tells nobody here.
    ~NodeLinks() override;

    /// Connections that begin from now on, dialled or accepted, run over TLS; those that are there
    /// stay as they are. Again when the files have changed.
    /// @param context  not null; verifies the other end, and wants a certificate of it
    void useTls(std::shared_ptr<const net::TlsContext> context);

    /// Accepts links from now on. @pre it doesn't yet
    /// @param address  numeric, IPv4 or IPv6; "0.0.0.0" is all of IPv4, "::" all there is
    /// @param port  0: any free one
    /// @returns where it listens, with the real port  @error why it can't, with the address
    Result<net::Endpoint, std::string> listen(const std::string& address, std::uint16_t port);

    const PeerIdentity& self() const { return m_context.self; }

    /// Keeps a link to that peer up from now on. With another address than before the link is given
    /// up (linkDown, if it was up) and the new one dialled.
    /// @param address  "host:port"
    void setPeer(const cluster::NodeName& name, const std::string& address);
    /// Gives up the links to and from that peer. No callback tells of it, and none names this peer
    /// until it is set again or has dialled us anew.
    void removePeer(const cluster::NodeName& name);

    /// Finds out who is at an address, in one try. Both ends prove that they know the cookie; no
    /// link remains and nobody is heard. `done` comes within LinkOptions::handshakeTimeout, or
    /// never if this is destroyed first.
    void introduce(const std::string& address,
                   std::function<void(Result<PeerIdentity, ConnectionEnd>)> done);

    /// Hands a frame to the link to that peer. @pre 0 < frame.size() ≤ frameBytesMax
    /// @returns false if there is no link. It is given up (linkDown follows from the event loop,
    /// and it isn't up any more) when more than unsentBytesMax would wait.
    bool send(const cluster::NodeName& to, ByteView frame);

    bool isUp(const cluster::NodeName& name) const;
    /// Of a peer that isn't set: Connecting, and whether it is heard.
    LinkState state(const cluster::NodeName& name) const;
    /// Those that are set, by name.
    std::vector<cluster::NodeName> peers() const;

private:
    LinkContext m_context;
    IncomingLinks* m_incoming;                              // a child
    std::map<cluster::NodeName, OutgoingLink*> m_outgoing;  // children
    std::size_t m_introductionCount = 0;
};

}  // namespace warren::peer
