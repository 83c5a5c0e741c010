#include "core/peer/introduction.h"

#include <QTimer>

#include <utility>

namespace warren::peer {

Introduction::Introduction(LinkContext& context, std::string address, Done done, QObject* parent)
    : QObject(parent),
      m_address(std::move(address)),
      m_done(std::move(done)),
      m_socket(
          *this,
          Handshake::dialer(context.self, context.cookie, randomNonce(), Purpose::Introduction),
          context.options, context.tls, nullptr)
{
    QTimer::singleShot(0, this, &Introduction::dial);
}

void Introduction::dial()
{
    const auto address = DialAddress::parse(m_address);
    if (!address) return finish(ConnectionEnd{.isRefusal = true, .reason = address.error()});
    m_socket.dial(*address);
}

void Introduction::authenticated(const PeerIdentity& peer, Purpose) { finish(peer); }

// The socket takes no frames of an acceptor.
void Introduction::received(ByteView) {}

void Introduction::ended(const ConnectionEnd& end)
{
    if (end.isRefusal) return finish(end);
    finish(ConnectionEnd{.reason = m_address + " can't be reached: " + end.reason});
}

void Introduction::finish(const Result<PeerIdentity, ConnectionEnd>& outcome)
{
    m_socket.close();
    deleteLater();
    m_done(outcome);
}

}  // namespace warren::peer
