#include "tests/support/tls_peer.h"

#include <algorithm>
#include <array>
#include <limits>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace warren::test {

void TlsPeer::Deleter::operator()(ssl_st* handle) const { SSL_free(handle); }
void TlsPeer::Deleter::operator()(ssl_ctx_st* handle) const { SSL_CTX_free(handle); }

TlsPeer::TlsPeer(std::uint16_t port, const TlsPeerOptions& options)
    : m_socket(port),
      m_context(SSL_CTX_new(TLS_client_method())),
      m_sendBytesMax(options.sendBytesMax)
{
    // So that versions that are given up can be tried at all.
    SSL_CTX_set_security_level(m_context.get(), 0);
    SSL_CTX_set_min_proto_version(m_context.get(), options.versionMin);
    SSL_CTX_set_max_proto_version(m_context.get(), options.versionMax);
    bool isReady = true;
    if (!options.authorityFile.empty()) {
        isReady &= SSL_CTX_load_verify_file(m_context.get(), options.authorityFile.c_str()) == 1;
        SSL_CTX_set_verify(m_context.get(), SSL_VERIFY_PEER, nullptr);
    }
    if (!options.certificateFile.empty()) {
        isReady &= SSL_CTX_use_certificate_chain_file(m_context.get(),
                                                      options.certificateFile.c_str()) == 1;
        isReady &= SSL_CTX_use_PrivateKey_file(m_context.get(), options.keyFile.c_str(),
                                               SSL_FILETYPE_PEM) == 1;
    }
    if (!isReady) m_error = "the files of the test cannot be used";
    m_handle.reset(SSL_new(m_context.get()));
    m_fromNetwork = BIO_new(BIO_s_mem());
    m_toNetwork = BIO_new(BIO_s_mem());
    BIO_set_mem_eof_return(m_fromNetwork, -1);
    SSL_set_bio(m_handle.get(), m_fromNetwork, m_toNetwork);
    SSL_set_connect_state(m_handle.get());
    if (!options.serverName.empty()) {
        // What SSL_set_tlsext_host_name does, without its cast.
        SSL_ctrl(m_handle.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                 const_cast<char*>(options.serverName.c_str()));
        if (!options.authorityFile.empty())
            SSL_set1_host(m_handle.get(), options.serverName.c_str());
    }
}

TlsPeer::~TlsPeer() = default;

void TlsPeer::pump()
{
    if (m_isReading && m_socket.isOpen()) {
        Buffer arrived;
        m_socket.receiveSome(arrived);
        if (!arrived.isEmpty()) {
            BIO_write(m_fromNetwork, arrived.data(), static_cast<int>(arrived.size()));
        }
    }
    if (m_error.empty()) step();
    std::array<char, 16 * 1024> chunk{};
    for (int count; (count = BIO_read(m_toNetwork, chunk.data(), chunk.size())) > 0;)
        m_encrypted.append(std::string_view{chunk.data(), static_cast<std::size_t>(count)});
    const std::size_t sendBytesMax =
        m_sendBytesMax == 0 ? std::numeric_limits<std::size_t>::max() : m_sendBytesMax;
    m_encrypted.consume(
        m_socket.sendSome(m_encrypted.view().first(std::min(m_encrypted.size(), sendBytesMax))));
}

void TlsPeer::finish() { m_isFinishing = true; }

void TlsPeer::renegotiate()
{
    SSL_renegotiate(m_handle.get());
    (void)hasFailed(SSL_do_handshake(m_handle.get()));
}

void TlsPeer::step()
{
    ERR_clear_error();
    if (!m_isEstablished) {
        if (hasFailed(SSL_do_handshake(m_handle.get()))) return;
        m_isEstablished = SSL_is_init_finished(m_handle.get()) == 1;
    }
    if (!m_isEstablished) return;
    if (!m_toSend.isEmpty() && m_encrypted.isEmpty()) {
        std::size_t count = 0;
        if (SSL_write_ex(m_handle.get(), m_toSend.data(), m_toSend.size(), &count) == 1) {
            m_toSend.consume(count);
        }
    }
    if (m_isFinishing && m_toSend.isEmpty()) {
        m_isFinishing = false;
        SSL_shutdown(m_handle.get());
    }
    std::array<char, 16 * 1024> chunk{};
    for (;;) {
        std::size_t count = 0;
        const int result = SSL_read_ex(m_handle.get(), chunk.data(), chunk.size(), &count);
        if (result != 1) {
            (void)hasFailed(result);
            return;
        }
        m_received.append(chunk.data(), count);
    }
}

bool TlsPeer::hasFailed(int result)
{
    if (result == 1) return false;
    switch (SSL_get_error(m_handle.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return false;
    case SSL_ERROR_ZERO_RETURN: m_hasSeenNotify = true; return false;
    default: break;
    }
    const char* reason = ERR_reason_error_string(ERR_get_error());
    m_error = reason == nullptr ? "unknown" : reason;
    return true;
}

}  // namespace warren::test
