#pragma once

#include "core/base/bytes.h"
#include "core/net/peer_certificate.h"
#include "core/net/tls_context.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

struct ssl_st;

namespace warren::net {

/// Why TLS failed, for owners that have words of their own for it.
struct TlsFault {
    enum class Kind {
        None,
        UnknownAuthority,     ///< `detail`: who issued the peer's certificate; we trust it not
        BadCertificate,       ///< `detail`: what else is wrong with the peer's
        NoCertificate,        ///< the peer has shown none, and has to
        CertificateRefused,   ///< `detail`: what the peer has against ours, "certificate expired"
        AuthorityNotTrusted,  ///< the peer doesn't trust who issued ours
        Other,                ///< `detail`: OpenSSL's words
    };
    Kind kind = Kind::None;
    std::string detail;  ///< printable, and not long
};

/// One side of TLS on one connection, as a filter without I/O: what came from the network goes in
/// and plain bytes come out, and the other way round.
///
/// It holds back at most one record of what it is given. Thread: that of its socket.
class TlsSession {
public:
    /// The most that comes out of `receive` more than goes in: a record that was begun before.
    static constexpr std::size_t kRecordBytesMax = 16 * 1024 + 2048;

    /// Which end it is. A client knows nobody's name: it judges a certificate by who issued it.
    enum class Side { Server, Client };

    enum class Phase {
        Handshaking,
        Open,
        PeerClosed,  ///< the peer has said that nothing more comes
        Failed,      ///< see error(); what waits for the network is the last word
    };

    explicit TlsSession(std::shared_ptr<const TlsContext> context, Side side = Side::Server);
    ~TlsSession();
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    /// A client speaks first: appends its first words. A server has none.
    void begin(Buffer& toNetwork);

    /// Takes all of `input`. @param plain  room for input.size() + kRecordBytesMax bytes
    /// @param toNetwork  answers of TLS itself are appended
    /// @returns how many plain bytes there are now
    std::size_t receive(ByteView input, std::byte* plain, Buffer& toNetwork);

    /// Moves up to `plainBytesMax` bytes from the front of `plain` into records behind `toNetwork`.
    /// Nothing moves before the handshake is done, or after a failure.
    void send(Buffer& plain, std::size_t plainBytesMax, Buffer& toNetwork);
    /// The same for all of `plain`, which stays where it is. @returns how many bytes of it moved
    std::size_t send(ByteView plain, Buffer& toNetwork);

    /// Says that nothing more comes. Once; nothing is sent afterwards.
    void close(Buffer& toNetwork);

    /// Ends it for a reason that TLS doesn't know of.
    void fail(std::string reason);

    Phase phase() const { return m_phase; }
    bool isHandshakeDone() const { return m_isHandshakeDone; }
    /// Why it failed, as one sentence for the log; empty if it hasn't.
    const std::string& error() const { return m_error; }
    const TlsFault& fault() const { return m_fault; }

    /// "TLSv1.3". @pre isHandshakeDone()
    std::string protocol() const;
    /// OpenSSL's name of the cipher suite. @pre isHandshakeDone()
    std::string cipher() const;
    /// The peer's certificate, verified; nullopt if it has shown none.
    const std::optional<PeerCertificate>& peerCertificate() const { return m_peerCertificate; }

private:
    struct Wire {
        ByteView input;
        Buffer* output = nullptr;
    };
    struct Deleter {
        void operator()(ssl_st* handle) const;
    };
    struct WireAccess;
    struct Judge;

    bool isAmqpWithoutTls(ByteView input);
    void shakeHands();
    void failWith(int result);
    TlsFault faultOf(unsigned long error, const std::string& words) const;

    std::shared_ptr<const TlsContext> m_context;
    const Side m_side;
    Wire m_wire;  // what OpenSSL reads from and writes to during a call
    std::unique_ptr<ssl_st, Deleter> m_handle;
    Phase m_phase = Phase::Handshaking;
    bool m_isHandshakeDone = false;
    bool m_isClosed = false;
    std::string m_beginning;  // the first bytes of the peer, as many as tell what it speaks
    std::string m_error;
    TlsFault m_fault;
    std::string m_refusedIssuer;  // of the certificate that was refused in this handshake
    std::optional<PeerCertificate> m_peerCertificate;
};

}  // namespace warren::net
