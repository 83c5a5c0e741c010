#pragma once

#include "core/base/bytes.h"
#include "core/net/tls_context.h"
#include "core/net/tls_session.h"
#include "core/peer/handshake.h"

#include <cstddef>
#include <memory>
#include <string>

namespace warren::peer {

/// TLS on one connection between two nodes, as a filter without I/O: both ends show a certificate
/// and judge the other's by who issued it. What names it has doesn't matter: who may be in the
/// cluster is decided by the cookie, whose proof follows inside.
///
/// Thread: one at a time.
class LinkTls {
public:
    /// What one read may bring while the other end is a stranger: a record, thus a certificate.
    static constexpr std::size_t kHandshakeReadBytes = net::TlsSession::kRecordBytesMax;
    /// What is encrypted at a time. More would only need more memory.
    static constexpr std::size_t kEncryptBytes = std::size_t{256} << 10;

    /// @param context  verifies the other end, and wants a certificate of it
    LinkTls(std::shared_ptr<const net::TlsContext> context, Handshake::Role role);

    /// Appends the first words, which are the dialer's.
    void begin(Buffer& toNetwork) { m_session.begin(toNetwork); }
    /// Takes all of `input`; appends to `plain` what was in it, and to `toNetwork` what TLS itself
    /// has to say, also when it fails.
    void receive(ByteView input, Buffer& plain, Buffer& toNetwork);
    /// Appends `plain` to `toNetwork`, encrypted. @pre isEstablished()
    void send(ByteView plain, Buffer& toNetwork) { m_session.send(plain, toNetwork); }

    /// The other end's certificate is good; whether it likes ours is known for sure when it has
    /// said something.
    bool isEstablished() const { return m_session.isHandshakeDone(); }
    bool isOver() const;
    /// The first byte that came was none of TLS. Nobody was told: it wouldn't understand.
    bool isOtherWithoutTls() const { return m_isOtherWithoutTls; }
    /// Part of a sentence. @pre isOver()
    std::string reason() const;

private:
    bool isTls(ByteView beginning) const;

    const Handshake::Role m_role;
    net::TlsSession m_session;
    bool m_hasHeard = false;
    bool m_isOtherWithoutTls = false;
};

}  // namespace warren::peer
