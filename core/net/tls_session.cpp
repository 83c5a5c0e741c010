#include "core/net/tls_session.h"

#include "core/base/check.h"
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

void TlsSession::Deleter::operator()(ssl_st* handle) const { SSL_free(handle); }

TlsSession::TlsSession(std::shared_ptr<const TlsContext> context)
    : m_context(std::move(context)), m_handle(SSL_new(m_context->handle()))
{
    WARREN_CHECK(m_handle != nullptr);
    BIO* bio = WireAccess::make(m_wire);
    SSL_set_bio(m_handle.get(), bio, bio);  // takes it over
    SSL_set_accept_state(m_handle.get());
}

TlsSession::~TlsSession() = default;

std::size_t TlsSession::receive(ByteView input, std::byte* plain, Buffer& toNetwork)
{
    if (m_phase == Phase::Failed || m_phase == Phase::PeerClosed) return 0;
    if (!m_isHandshakeDone && isAmqpWithoutTls(input)) {
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
    if (!m_isHandshakeDone || m_isClosed || m_phase == Phase::Failed) return;
    ERR_clear_error();
    m_wire = {{}, &toNetwork};
    std::size_t budgetBytes = plainBytesMax;
    while (!plain.isEmpty() && budgetBytes > 0) {
        std::size_t count = 0;
        const int result =
            SSL_write_ex(m_handle.get(), plain.data(), std::min(plain.size(), budgetBytes), &count);
        if (result != 1) {
            failWith(result);
            break;
        }
        plain.consume(count);
        budgetBytes -= count;
    }
    m_wire = {};
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
    std::string reason = takeTlsError();
    if (!m_isHandshakeDone && verdict != X509_V_OK) {
        reason = "the client's certificate is refused: ";
        reason += X509_verify_cert_error_string(verdict);
    }
    fail("TLS failed: " + reason);
}

std::string TlsSession::protocol() const { return SSL_get_version(m_handle.get()); }

std::string TlsSession::cipher() const { return SSL_get_cipher_name(m_handle.get()); }

}  // namespace warren::net
