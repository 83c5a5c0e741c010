#include "core/net/tls_session.h"

#include "core/base/check.h"
#include "core/net/peer_certificate.h"
#include "core/net/tls_error.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <string_view>
#include <utility>

namespace warren::net {

namespace {

/// What a stranger calls somebody may be as long as a certificate; this is enough for a log.
constexpr std::size_t kNameBytesMax = 200;

/// Verdicts that mean: nobody whom we trust has issued it.
bool isAboutAuthority(long verdict)
{
    switch (verdict) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:  // of somebody with the name of one whom we trust
        return true;
    default:  // an open set
        return false;
    }
}

bool isAlertAboutCertificate(int reason)
{
    switch (reason) {
    case SSL_R_SSLV3_ALERT_NO_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV1_ALERT_DECRYPT_ERROR:  // its signature is wrong
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED: return true;
    default:  // an open set
        return false;
    }
}

}  // namespace

/// The BIO through which OpenSSL sees a session's Wire: it reads what was received, writes into the
/// socket's output, and so copies each byte once less than with OpenSSL's own memory BIO.
struct TlsSession::WireAccess {
    static Wire& wireOf(BIO* bio) { return *static_cast<Wire*>(BIO_get_data(bio)); }

    static int read(BIO* bio, char* to, int bytesMax)
    {
        Wire& wire = wireOf(bio);
        BIO_clear_retry_flags(bio);
        if (wire.input.empty()) {
            BIO_set_retry_read(bio);  // not the end: more comes with the next call
            return -1;
        }
        const std::size_t count = std::min(wire.input.size(), static_cast<std::size_t>(bytesMax));
        std::memcpy(to, wire.input.data(), count);
        wire.input = wire.input.subspan(count);
        return static_cast<int>(count);
    }

    static int write(BIO* bio, const char* from, int count)
    {
        BIO_clear_retry_flags(bio);
        Wire& wire = wireOf(bio);
        if (wire.output == nullptr) return -1;
        wire.output->append(bytesOf({from, static_cast<std::size_t>(count)}));
        return count;
    }

    static long control(BIO*, int command, long, void*)
    {
        return command == BIO_CTRL_FLUSH ? 1 : 0;
    }

    static BIO_METHOD* makeMethod()
    {
        BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "warren");
        WARREN_CHECK(method != nullptr);
        BIO_meth_set_read(method, read);
        BIO_meth_set_write(method, write);
        BIO_meth_set_ctrl(method, control);
        return method;
    }

    static BIO* make(Wire& wire)
    {
        static BIO_METHOD* const method = makeMethod();  // for the whole life of the process
        BIO* bio = BIO_new(method);
        WARREN_CHECK(bio != nullptr);
        BIO_set_data(bio, &wire);
        BIO_set_init(bio, 1);
        return bio;
    }
};

/// Listens when OpenSSL judges a certificate, and leaves the verdict as it is: of one that is
/// refused nothing is kept that could be asked later.
struct TlsSession::Judge {
    static int listen(int isGood, X509_STORE_CTX* store)
    {
        if (isGood != 0) return isGood;
        const void* handle =
            X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
        auto* session = static_cast<TlsSession*>(SSL_get_app_data(static_cast<const SSL*>(handle)));
        // The one in the chain where it breaks off.
        const X509* certificate = X509_STORE_CTX_get_current_cert(store);
        if (certificate != nullptr) {
            session->m_refusedIssuer = issuerText(*certificate).substr(0, kNameBytesMax);
        }
        return isGood;
    }
};

void TlsSession::Deleter::operator()(ssl_st* handle) const { SSL_free(handle); }

TlsSession::TlsSession(std::shared_ptr<const TlsContext> context, Side side)
    : m_context(std::move(context)), m_side(side), m_handle(SSL_new(m_context->handle()))
{
    WARREN_CHECK(m_handle != nullptr);
    BIO* bio = WireAccess::make(m_wire);
    SSL_set_bio(m_handle.get(), bio, bio);  // takes it over
    SSL_set_app_data(m_handle.get(), this);
    SSL_set_verify(m_handle.get(), SSL_get_verify_mode(m_handle.get()), &Judge::listen);
    if (m_side == Side::Server) {
        SSL_set_accept_state(m_handle.get());
    } else {
        SSL_set_connect_state(m_handle.get());
    }
}

TlsSession::~TlsSession() = default;

void TlsSession::begin(Buffer& toNetwork)
{
    if (m_side == Side::Server || m_phase != Phase::Handshaking) return;
    ERR_clear_error();
    m_wire = {{}, &toNetwork};
    shakeHands();
    m_wire = {};
}

std::size_t TlsSession::receive(ByteView input, std::byte* plain, Buffer& toNetwork)
{
    if (m_phase == Phase::Failed || m_phase == Phase::PeerClosed) return 0;
    if (m_side == Side::Server && !m_isHandshakeDone && isAmqpWithoutTls(input)) {
        fail("the client speaks AMQP without TLS; this port is for TLS only");
        return 0;
    }
    ERR_clear_error();
    m_wire = {input, &toNetwork};
    std::size_t plainBytes = 0;
    if (!m_isHandshakeDone) shakeHands();
    while (m_phase == Phase::Open) {
        std::size_t count = 0;
        const std::size_t room = input.size() + kRecordBytesMax - plainBytes;
        const int result = SSL_read_ex(m_handle.get(), plain + plainBytes, room, &count);
        if (result != 1) {
            failWith(result);
            break;
        }
        plainBytes += count;
    }
    m_wire = {};
    return plainBytes;
}

void TlsSession::send(Buffer& plain, std::size_t plainBytesMax, Buffer& toNetwork)
{
    plain.consume(send(plain.view().first(std::min(plain.size(), plainBytesMax)), toNetwork));
}

std::size_t TlsSession::send(ByteView plain, Buffer& toNetwork)
{
    if (!m_isHandshakeDone || m_isClosed || m_phase == Phase::Failed) return 0;
    ERR_clear_error();
    m_wire = {{}, &toNetwork};
    std::size_t movedBytes = 0;
    while (movedBytes < plain.size()) {
        std::size_t count = 0;
        const ByteView rest = plain.subspan(movedBytes);
        const int result = SSL_write_ex(m_handle.get(), rest.data(), rest.size(), &count);
        if (result != 1) {
            failWith(result);
            break;
        }
        movedBytes += count;
    }
    m_wire = {};
    return movedBytes;
}

void TlsSession::close(Buffer& toNetwork)
{
    if (!m_isHandshakeDone || m_isClosed || m_phase == Phase::Failed) return;
    m_isClosed = true;
    ERR_clear_error();
    m_wire = {{}, &toNetwork};
    (void)SSL_shutdown(m_handle.get());  // says so in a record of its own; the answer can't matter
    ERR_clear_error();
    m_wire = {};
}

void TlsSession::fail(std::string reason)
{
    m_phase = Phase::Failed;
    if (m_fault.kind == TlsFault::Kind::None) m_fault = {TlsFault::Kind::Other, reason};
    m_error = std::move(reason);
}

/// Clients that forget TLS are common, and "wrong version number" helps nobody.
bool TlsSession::isAmqpWithoutTls(ByteView input)
{
    constexpr std::string_view kAmqp = "AMQP";
    if (m_beginning.size() >= kAmqp.size()) return false;
    m_beginning += textOf(input.first(std::min(input.size(), kAmqp.size() - m_beginning.size())));
    return m_beginning == kAmqp;
}

void TlsSession::shakeHands()
{
    const int result = SSL_do_handshake(m_handle.get());
    if (result != 1) return failWith(result);
    m_isHandshakeDone = true;
    m_phase = Phase::Open;
    // Verified, or the handshake would have failed.
    if (const X509* certificate = SSL_get0_peer_certificate(m_handle.get())) {
        m_peerCertificate = readPeerCertificate(*certificate);
    }
}

/// Judges a call that was not done. That more input is needed is no failure.
void TlsSession::failWith(int result)
{
    switch (SSL_get_error(m_handle.get(), result)) {
    case SSL_ERROR_WANT_READ: return;
    case SSL_ERROR_ZERO_RETURN: m_phase = Phase::PeerClosed; return;
    default: break;  // all others end it
    }
    const long verdict = SSL_get_verify_result(m_handle.get());
    const unsigned long error = ERR_peek_error();
    std::string reason = takeTlsError();
    m_fault = faultOf(error, reason);
    if (!m_isHandshakeDone && verdict != X509_V_OK) {
        reason = m_side == Side::Server ? "the client's certificate is refused: "
                                        : "the server's certificate is refused: ";
        reason += X509_verify_cert_error_string(verdict);
    }
    fail("TLS failed: " + reason);
}

TlsFault TlsSession::faultOf(unsigned long error, const std::string& words) const
{
    using Kind = TlsFault::Kind;
    const long verdict = SSL_get_verify_result(m_handle.get());
    if (!m_isHandshakeDone && verdict != X509_V_OK) {
        if (isAboutAuthority(verdict)) return {Kind::UnknownAuthority, m_refusedIssuer};
        std::string what = X509_verify_cert_error_string(verdict);
        if (verdict == X509_V_ERR_INVALID_PURPOSE) {
            what +=
                m_side == Side::Server ? " (it is not for clients)" : " (it is not for servers)";
        }
        return {Kind::BadCertificate, std::move(what)};
    }
    if (ERR_GET_LIB(error) != ERR_LIB_SSL) return {Kind::Other, words};
    const int reason = ERR_GET_REASON(error);
    if (reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE) return {Kind::NoCertificate, {}};
    // What the peer says against us comes as an alert, in TLS 1.3 after a client's handshake.
    if (reason == SSL_R_TLSV1_ALERT_UNKNOWN_CA) return {Kind::AuthorityNotTrusted, {}};
    if (!isAlertAboutCertificate(reason)) return {Kind::Other, words};
    // "sslv3 alert certificate expired": what stands in front says nothing, and differs.
    constexpr std::string_view kAlert = "alert ";
    const std::size_t at = words.find(kAlert);
    return {Kind::CertificateRefused,
            at == std::string::npos ? words : words.substr(at + kAlert.size())};
}

std::string TlsSession::protocol() const { return SSL_get_version(m_handle.get()); }

std::string TlsSession::cipher() const { return SSL_get_cipher_name(m_handle.get()); }

}  // namespace warren::net
