#include "core/peer/outgoing_link.h"

#include <QRandomGenerator>

#include <algorithm>
#include <utility>

namespace warren::peer {

using std::chrono::milliseconds;

OutgoingLink::OutgoingLink(LinkContext& context, cluster::NodeName name, std::string address,
                           QObject* parent)
    : QObject(parent),
      m_context(context),
      m_name(std::move(name)),
      m_address(std::move(address)),
      m_backoff(context.options.backoffMin)
{
    m_dialTimer.setSingleShot(true);
    connect(&m_dialTimer, &QTimer::timeout, this, &OutgoingLink::dial);
    dialAgain(milliseconds(0));
}

OutgoingLink::~OutgoingLink() { close(); }

void OutgoingLink::setAddress(const std::string& address)
{
    if (address == m_address) return;
    m_address = address;
    m_backoff = m_context.options.backoffMin;
    giveUp("its address is " + address + " now");
    dialAgain(milliseconds(0));
}

void OutgoingLink::dial()
{
    const auto address = DialAddress::parse(m_address);
    if (!address) return ended({.isRefusal = true, .reason = address.error()});
    const auto objection = [name = m_name, at = m_address](const PeerIdentity& found) {
        if (found.name == name) return std::string();
        return "at " + at + " is " + found.name.text() + ", not " + name.text();
    };
    m_socket = new PeerSocket(*this,
                              Handshake::dialer(m_context.self, m_context.cookie, randomNonce(),
                                                Purpose::Link, objection),
                              m_context.options, m_context.tls, this);
    m_socket->dial(*address);
}

void OutgoingLink::authenticated(const PeerIdentity& peer, Purpose)
{
    m_kind = LinkState::Kind::Up;
    m_reason.clear();
    m_backoff = m_context.options.backoffMin;
    m_upTime.start();
    m_context.warnings.forget("to " + m_name.text());
    m_context.callbacks.linkUp(peer);
}

// The socket takes no frames of an acceptor.
void OutgoingLink::received(ByteView) {}

void OutgoingLink::ended(const ConnectionEnd& end)
{
    const bool wasUp = isUp();
    dropSocket();
    m_kind = end.isRefusal ? LinkState::Kind::Refused : LinkState::Kind::Connecting;
    m_reason = end.reason;
    // Nothing of a refusal changes by itself.
    if (end.isRefusal) m_backoff = m_context.options.backoffMax;
    // Whether the process is still there is known as soon as it is dialled. One that comes and goes
    // is not dialled in a circle.
    const bool wasUpForLong = wasUp && m_upTime.hasExpired(m_context.options.backoffMax.count());
    dialAgain(wasUpForLong && !end.isRefusal ? milliseconds(0) : nextDelay());
    if (wasUp) m_context.callbacks.linkDown(m_name, end.reason);
    if (end.isNobodyThere && !m_isClosed) m_context.callbacks.gone(m_name);
    if (end.isRefusal && !m_isClosed) {
        m_context.warnings.warn("to " + m_name.text(), sentenceAbout(end.reason));
    }
}

bool OutgoingLink::send(ByteView frame)
{
    if (!isUp()) return false;
    const std::size_t unsentBytes = m_socket->unsentBytes();
    const std::size_t unsentBytesMax = m_context.options.unsentBytesMax;
    if (unsentBytes + frame.size() > unsentBytesMax) {
        giveUp(std::to_string(unsentBytes) + " bytes were waiting to be sent, and " +
               std::to_string(frame.size()) + " more would be over the limit of " +
               std::to_string(unsentBytesMax));
        dialAgain(nextDelay());
        return false;
    }
    m_socket->send(frame);
    return true;
}

LinkState OutgoingLink::state() const
{
    LinkState state{.kind = m_kind, .reason = m_reason};
    if (m_socket != nullptr) {
        state.unsentBytes = m_socket->unsentBytes();
        state.roundTrip = m_socket->roundTrip();
        state.isEncrypted = isUp() && m_socket->isEncrypted();
    }
    return state;
}

void OutgoingLink::close()
{
    m_isClosed = true;
    m_kind = LinkState::Kind::Connecting;
    m_dialTimer.stop();
    dropSocket();
}

/// Leaves the link out of a call of the owner, who hears of it later.
void OutgoingLink::giveUp(const std::string& reason)
{
    const bool wasUp = isUp();
    dropSocket();
    m_kind = LinkState::Kind::Connecting;
    m_reason = reason;
    if (!wasUp) return;
    QMetaObject::invokeMethod(
        this,
        [this, reason] {
            if (!m_isClosed) m_context.callbacks.linkDown(m_name, reason);
        },
        Qt::QueuedConnection);
}

void OutgoingLink::dropSocket()
{
    if (m_socket == nullptr) return;
    m_socket->close();
    m_socket->deleteLater();  // it may be what is calling us
    m_socket = nullptr;
}

void OutgoingLink::dialAgain(milliseconds delay) { m_dialTimer.start(delay); }

/// Between half of the back-off and all of it, so that nodes don't dial in step.
milliseconds OutgoingLink::nextDelay()
{
    const auto half = static_cast<int>(m_backoff.count() / 2);
    const milliseconds delay(half + QRandomGenerator::global()->bounded(half + 1));
    m_backoff = std::min(m_backoff * 2, m_context.options.backoffMax);
    return delay;
}

std::string OutgoingLink::sentenceAbout(const std::string& reason) const
{
    return "No link to " + m_name.text() + " at " + m_address + ": " + reason + '.';
}

}  // namespace warren::peer
