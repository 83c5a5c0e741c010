#pragma once

#include "core/base/bytes.h"
#include "core/cluster/node_name.h"
#include "core/peer/link_context.h"
#include "core/peer/link_options.h"
#include "core/peer/peer_socket.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <chrono>
#include <string>

namespace warren::peer {

/// Keeps the link to one peer up: dials it, and again after each failure, later and later.
///
/// Thread: one, with Qt's event loop. Tells linkUp, linkDown, gone and warned from there.
class OutgoingLink final : public QObject, private PeerSocketSink {
public:
    /// @param context  must outlive this
    OutgoingLink(LinkContext& context, cluster::NodeName name, std::string address,
                 QObject* parent);
    ~OutgoingLink() override;

    /// Gives up what there is and dials there.
    void setAddress(const std::string& address);
    const std::string& address() const { return m_address; }

    /// @returns false if the link is not up, or not any more: too much would wait
    bool send(ByteView frame);
    bool isUp() const { return m_kind == LinkState::Kind::Up; }
    LinkState state() const;

    /// Ends it without a word; it is to be deleted later.
    void close();

private:
    void authenticated(const PeerIdentity& peer, Purpose purpose) override;
    void received(ByteView frame) override;
    void ended(const ConnectionEnd& end) override;

    void dial();
    void dialAgain(std::chrono::milliseconds delay);
    void dropSocket();
    void giveUp(const std::string& reason);
    std::chrono::milliseconds nextDelay();
    std::string sentenceAbout(const std::string& reason) const;

    LinkContext& m_context;
    const cluster::NodeName m_name;
    std::string m_address;
    PeerSocket* m_socket = nullptr;  // a child
    QTimer m_dialTimer;
    std::chrono::milliseconds m_backoff;
    QElapsedTimer m_upTime;
    LinkState::Kind m_kind = LinkState::Kind::Connecting;
    std::string m_reason;
    bool m_isClosed = false;
};

}  // namespace warren::peer
