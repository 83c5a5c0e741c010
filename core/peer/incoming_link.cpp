#include "core/peer/incoming_link.h"

#include <utility>

namespace warren::peer {

IncomingLink::IncomingLink(LinkContext& context, std::string from, Handshake::Objection objection,
                           Events events, QObject* parent)
    : QObject(parent),
      m_context(context),
      m_from(std::move(from)),
      m_events(std::move(events)),
      m_socket(
          *this,
          Handshake::acceptor(context.self, context.cookie, randomNonce(), std::move(objection)),
          context.options, context.tls, nullptr)
{
}

IncomingLink::~IncomingLink() = default;

void IncomingLink::authenticated(const PeerIdentity&, Purpose purpose)
{
    m_context.warnings.forget(about());
    if (purpose != Purpose::Link) return;
    m_isAuthenticated = true;
    m_events.authenticated(*this);
}

void IncomingLink::received(ByteView frame) { m_context.callbacks.received(peer(), frame); }

void IncomingLink::ended(const ConnectionEnd& end)
{
    std::string who = "No link from " + m_from;
    if (peer().name) who += ", which calls itself " + peer().name.text();
    const std::string whom = about();
    m_events.ended(*this);
    // This is still there: who ends a link deletes it later.
    if (end.isRefusal) m_context.warnings.warn(whom, who + ": " + end.reason + '.');
}

std::string IncomingLink::about() const
{
    return "from " + (peer().name ? peer().name.text() : m_from);
}

}  // namespace warren::peer
