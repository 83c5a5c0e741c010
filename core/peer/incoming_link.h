#pragma once

#include "core/base/bytes.h"
#include "core/peer/link_context.h"
#include "core/peer/peer_socket.h"

#include <QObject>

#include <cstdint>
#include <functional>
#include <string>

namespace warren::peer {

/// One connection that somebody dialled to this node, from the accept to its end.
///
/// Thread: one, with Qt's event loop, from where the frames and the two events are told.
class IncomingLink final : public QObject, private PeerSocketSink {
public:
    struct Events {
        /// It has proven itself, and means to stay. Not told of an introduction.
        std::function<void(IncomingLink& link)> authenticated;
        /// It is over and to be deleted later; `peer()` and `isAuthenticated()` still hold.
        std::function<void(IncomingLink& link)> ended;
    };

    /// @param context  must outlive this
    /// @param from  where it comes from, for the log
    IncomingLink(LinkContext& context, std::string from, Handshake::Objection objection,
                 Events events, QObject* parent);
    ~IncomingLink() override;

    /// @returns false if nothing can be done with the descriptor, which is taken over
    bool adopt(std::intptr_t descriptor) { return m_socket.adopt(descriptor); }

    /// It has proven itself, and not for an introduction only.
    bool isAuthenticated() const { return m_isAuthenticated; }
    const PeerIdentity& peer() const { return m_socket.peer(); }

    /// Ends it without a word; it is to be deleted later.
    void close() { m_socket.close(); }

private:
    void authenticated(const PeerIdentity& peer, Purpose purpose) override;
    void received(ByteView frame) override;
    void ended(const ConnectionEnd& end) override;
    /// Whom warnings are about.
    std::string about() const;

    LinkContext& m_context;
    const std::string m_from;
    const Events m_events;
    bool m_isAuthenticated = false;
    PeerSocket m_socket;
};

}  // namespace warren::peer
