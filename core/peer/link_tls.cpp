#include "core/peer/link_tls.h"

#include <utility>

namespace warren::peer {
namespace {

// Spec: RFC 8446 §5.1, ContentType.
constexpr std::byte kTlsAlert{21};

using TlsSide = net::TlsSession::Side;

}  // namespace

LinkTls::LinkTls(std::shared_ptr<const net::TlsContext> context, Handshake::Role role)
    : m_role(role),
      m_session(std::move(context),
                role == Handshake::Role::Dialer ? TlsSide::Client : TlsSide::Server)
{
}

void LinkTls::receive(ByteView input, Buffer& plain, Buffer& toNetwork)
{
    if (input.empty() || isOver()) return;
    if (!std::exchange(m_hasHeard, true) && !isTls(input)) {
        m_isOtherWithoutTls = true;
        return;
    }
    const std::size_t bytesBefore = plain.size();
    std::byte* room = plain.extend(input.size() + net::TlsSession::kRecordBytesMax);
    plain.truncate(bytesBefore + m_session.receive(input, room, toNetwork));
}

/// A server may have nothing but an alert to say.
bool LinkTls::isTls(ByteView beginning) const
{
    if (m_role == Handshake::Role::Dialer && beginning.front() == kTlsAlert) return true;
    return beginsWithTls(beginning);
}

bool LinkTls::isOver() const
{
    using Phase = net::TlsSession::Phase;
    return m_isOtherWithoutTls || m_session.phase() == Phase::Failed ||
           m_session.phase() == Phase::PeerClosed;
}

std::string LinkTls::reason() const
{
    if (m_isOtherWithoutTls) return "it doesn't use TLS, and this node does";
    const net::TlsFault& fault = m_session.fault();
    using Kind = net::TlsFault::Kind;
    switch (fault.kind) {
    case Kind::None: return "it closed the connection";
    case Kind::UnknownAuthority:
        return "this node doesn't trust the authority of its certificate, " + fault.detail;
    case Kind::BadCertificate: return "its certificate is refused: " + fault.detail;
    case Kind::NoCertificate: return "it shows no certificate";
    case Kind::CertificateRefused: return "it refuses this node's certificate: " + fault.detail;
    case Kind::AuthorityNotTrusted:
        return "it doesn't trust the authority of this node's certificate";
    case Kind::Other: return "TLS failed: " + fault.detail;
    }
    return {};
}

}  // namespace warren::peer
