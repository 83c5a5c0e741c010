#include "core/node/client_link.h"

#include "core/node/certificate_user.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

namespace warren::node {

namespace {

/// A deadline may have come closer since it was asked for.
constexpr std::chrono::seconds kTickMax{1};

bool isLoopback(const std::string& address)
{
    return address == "::1" || address.starts_with("127.");
}

/// How many of `events` to encode on top of `unsentBytes`, whole: none with a large body.
std::size_t countFitting(std::span<const broker::Event> events, std::size_t unsentBytes)
{
    std::size_t count = 0;
    while (count < events.size() && unsentBytes < ClientLink::kUnsentBytesMax) {
        if (const broker::MessagePtr* message = broker::messageOf(events[count].body)) {
            if ((*message)->bodyBytes() > session::Session::kBodyPartBytes) break;
            unsentBytes += static_cast<std::size_t>(broker::Connection::wireBytes(**message));
        }
        count += 1;
    }
    return count;
}

}  // namespace

ClientLink::ClientLink(Context& context, ConnectionId id, net::FileDescriptor descriptor,
                       std::shared_ptr<const net::TlsContext> tlsContext)
    : m_context(context),
      m_id(id),
      m_socket(context.poller, std::move(descriptor), *this, std::move(tlsContext),
               context.tlsHandshakeTimeout),
      m_session(context.sessionConfig, context.authenticator, isLoopback(m_socket.peer().address),
                context.now()),
      m_name(m_socket.peer().text() + " -> " + m_socket.local().text()),
      m_connectedAt(QDateTime::currentDateTime())
{
    m_context.broker.addConnection(id, m_name, m_socket.tls() != nullptr);
}

void ClientLink::touch()
{
    if (!isTouched) m_context.onTouched(*this);
}

void ClientLink::secured()
{
    const auto& certificate = m_socket.tls()->peerCertificate();
    if (!certificate) return;
    auto user = certificateUser(*certificate, m_context.certificateLogin);
    if (user) m_session.setCertificateUser(std::move(*user));
}

std::size_t ClientLink::received(ByteView bytes)
{
    const Instant now = m_context.now();
    m_context.broker.setNow(now, m_context.wallNow());
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
    m_context.onReceived(consumed);
    return consumed;
}

void ClientLink::noteUnsent(std::size_t bytes)
{
    m_context.unsentBytes += bytes - m_notedUnsentBytes;
    m_notedUnsentBytes = bytes;
}

/// What deliveries may still add to the output.
std::int64_t ClientLink::sendCredit() const
{
    constexpr std::size_t kPart = 16;
    const std::size_t total = std::min(m_context.unsentBytes, kUnsentTotalBytesMax);
    const std::size_t share =
        std::clamp((kUnsentTotalBytesMax - total) / kPart, kSendCreditBytesMin,
                   static_cast<std::size_t>(broker::Connection::kSendCreditBytes));
    return static_cast<std::int64_t>(share) - static_cast<std::int64_t>(m_notedUnsentBytes);
}

void ClientLink::send(std::span<const broker::Event> events)
{
    std::size_t fittingCount = 0;
    if (m_waiting.empty() && !m_session.isMidBody()) {
        fittingCount = countFitting(events, m_socket.unsentBytes());
        m_session.encode(events.first(fittingCount), m_context.now(), m_socket.output());
    }
    const auto rest = events.subspan(fittingCount);
    m_waiting.insert(m_waiting.end(), rest.begin(), rest.end());
    touch();
}

/// Once per flush, so that a client who reads fast does not keep others waiting.
void ClientLink::encodeWaiting()
{
    while (hasWaiting() && m_socket.unsentBytes() < kUnsentBytesMax) {
        if (m_session.isMidBody()) {
            m_session.encodeMore(m_context.now(), m_socket.output());
        } else {
            m_session.encodeInParts(m_waiting.front(), m_context.now(), m_socket.output());
            m_waiting.pop_front();
        }
    }
}

void ClientLink::flush()
{
    if (!m_socket.isOpen()) return;
    if (!m_session.isClosed()) encodeWaiting();
    if (m_session.isClosed()) {
        m_waiting.clear();
        if (!m_socket.isClosing()) m_socket.closeAfterFlush();
        return;
    }
    m_socket.flush();
    const std::size_t unsentBytes = m_socket.unsentBytes();
    noteUnsent(unsentBytes);
    m_context.broker.setSendCredit(m_id, sendCredit());
    updateReading();
    if (hasWaiting() && unsentBytes < kUnsentBytesMax) touch();
}

void ClientLink::tick(Instant now)
{
    // With thousands of idle connections, looking into each session is what costs.
    if (now < m_nextTick || !m_socket.isOpen()) return;
    m_session.tick(now, m_socket.output());
    m_nextTick = std::min(m_session.nextDeadline(), now + kTickMax);
    if (m_session.isClosed() || m_socket.unsentBytes() > 0) touch();
}

void ClientLink::setHold(Hold hold)
{
    m_hold = hold;
    updateReading();
}

management::ConnectionState ClientLink::lookAtState(bool hasAlarm, const QDateTime& at)
{
    const broker::Connection& connection = *m_context.broker.state().findConnection(m_id);
    return m_states.look(m_session, connection, isInFlow(), hasAlarm, m_context.now(), at);
}

void ClientLink::updateReading()
{
    if (!m_socket.isOpen() || m_socket.isClosing()) return;
    const bool isFull = m_socket.unsentBytes() > kUnsentBytesMax || hasWaiting();
    const bool isPaused = isFull || m_hold != Hold::None;
    if (isPaused == m_socket.isReadingPaused()) return;
    m_socket.pauseReading(isPaused);
    // While we don't read, we can't hear heartbeats either.
    m_session.setHearing(!isPaused, m_context.now());
}

void ClientLink::outputDrained() { touch(); }

void ClientLink::closed(net::CloseReason reason)
{
    m_context.broker.apply(m_id, {0, broker::LoseConnection{}});
    m_context.onGone(*this, reason);
}

}  // namespace warren::node
