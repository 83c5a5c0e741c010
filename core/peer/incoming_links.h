#pragma once

#include "core/base/result.h"
#include "core/cluster/node_name.h"
#include "core/net/endpoint.h"
#include "core/peer/incoming_link.h"
#include "core/peer/link_context.h"

#include <QObject>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

class QTcpServer;

namespace warren::peer {

/// Accepts connections and keeps those whose other end has proven itself.
///
/// Thread: one, with Qt's event loop. Tells heard, silent, received and warned from there.
class IncomingLinks final : public QObject {
public:
    static constexpr std::size_t kLinksMax = 64;
    static constexpr std::size_t kStrangersMax = 32;  ///< not proven, or here for an introduction
    /// When the process has no descriptors left.
    static constexpr std::chrono::milliseconds kRestAfterExhaustion{200};

    /// @param context  must outlive this
    IncomingLinks(LinkContext& context, QObject* parent);
    /// Deletes the links first.
    ~IncomingLinks() override;

    /// See NodeLinks::listen.
    Result<net::Endpoint, std::string> listen(const std::string& address, std::uint16_t port);

    bool isHeard(const cluster::NodeName& name) const;
    /// Without a word.
    void closeFrom(const cluster::NodeName& name);

private:
    void accept(std::intptr_t descriptor);
    std::string objectionTo(const PeerIdentity& dialer) const;
    void welcome(IncomingLink& link);
    void forget(IncomingLink& link);
    void drop(IncomingLink& link);
    std::size_t authenticatedCount() const;

    LinkContext& m_context;
    QTcpServer* m_server;                // a child
    std::vector<IncomingLink*> m_links;  // children
};

}  // namespace warren::peer
