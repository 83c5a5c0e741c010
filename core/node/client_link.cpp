#include "core/node/client_link.h"

#include <algorithm>
#include <utility>

namespace warren::node {

namespace {

bool isLoopback(const std::string& address)
{
    return address == "::1" || address.starts_with("127.");
}

}  // namespace

ClientLink::ClientLink(Context& context, ConnectionId id, net::FileDescriptor descriptor)
    : m_context(context),
      m_id(id),
      m_socket(context.poller, std::move(descriptor), *this),
      m_session(context.sessionConfig, context.authenticator, isLoopback(m_socket.peer().address),
                context.now()),
      m_name(m_socket.peer().text() + " -> " + m_socket.local().text()),
      m_connectedAt(QDateTime::currentDateTime())
{
    m_context.broker.addConnection(id);
}

void ClientLink::touch()
{
    if (!isTouched) m_context.onTouched(*this);
}

std::size_t ClientLink::received(ByteView bytes)
{
    const Instant now = m_context.now();
    std::size_t consumed = 0;
    do {
        m_commands.clear();
        consumed += m_session.receive(bytes.subspan(consumed), now, m_commands, m_socket.output());
        for (broker::Command& command : m_commands) {
            m_context.broker.apply(m_id, std::move(command));
        }
    } while (m_commands.size() >= session::Session::kCommandsMax);
    m_commands.clear();
    touch();
    return consumed;
}

void ClientLink::send(std::span<const broker::Event> events)
{
    m_session.encode(events, m_context.now(), m_socket.output());
    touch();
}

void ClientLink::flush()
{
    if (!m_socket.isOpen()) return;
    if (m_session.isClosed()) {
        if (!m_socket.isClosing()) m_socket.closeAfterFlush();
        return;
    }
    m_socket.flush();
    const auto unsent = static_cast<std::int64_t>(m_socket.unsentBytes());
    m_context.broker.setSendCredit(m_id, broker::Connection::kSendCreditBytes - unsent);
    updateReading();
}

void ClientLink::tick()
{
    if (!m_socket.isOpen()) return;
    m_session.tick(m_context.now(), m_socket.output());
    if (m_session.isClosed() || m_socket.unsentBytes() > 0) touch();
}

void ClientLink::setHeldBack(bool isHeldBack)
{
    m_isHeldBack = isHeldBack;
    // While we don't read, we can't hear heartbeats either.
    m_session.setHearing(!isHeldBack, m_context.now());
    updateReading();
}

void ClientLink::updateReading()
{
    if (!m_socket.isOpen() || m_socket.isClosing()) return;
    const bool isFull = m_socket.unsentBytes() > kUnsentBytesMax;
    m_socket.pauseReading(isFull || m_isHeldBack);
}

void ClientLink::outputDrained() { touch(); }

void ClientLink::closed(net::CloseReason reason)
{
    m_context.broker.apply(m_id, {0, broker::LoseConnection{}});
    m_context.onGone(*this, reason);
}

}  // namespace warren::node
