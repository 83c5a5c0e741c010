#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/peer/link_context.h"
#include "core/peer/peer_socket.h"

#include <QObject>

#include <functional>
#include <string>

namespace warren::peer {

/// Finds out once who is at an address; then deletes itself.
///
/// Thread: one, with Qt's event loop, from where the outcome is told.
class Introduction final : public QObject, private PeerSocketSink {
public:
    using Done = std::function<void(Result<PeerIdentity, ConnectionEnd>)>;

    /// @param context  must outlive this
    Introduction(LinkContext& context, std::string address, Done done, QObject* parent);

private:
    void authenticated(const PeerIdentity& peer, Purpose purpose) override;
    void received(ByteView frame) override;
    void ended(const ConnectionEnd& end) override;

    void dial();
    void finish(const Result<PeerIdentity, ConnectionEnd>& outcome);

    const std::string m_address;
    const Done m_done;
    PeerSocket m_socket;
};

}  // namespace warren::peer
