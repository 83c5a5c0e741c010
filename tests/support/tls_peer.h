#pragma once

#include "core/base/bytes.h"
#include "tests/support/tcp_socket.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;
struct bio_st;

namespace warren::test {

/// How a TlsPeer behaves.
struct TlsPeerOptions {
    std::string authorityFile{};    ///< whom it trusts; empty: everybody
    std::string certificateFile{};  ///< what it shows; empty: nothing
    std::string keyFile{};
    std::string serverName{};  ///< sent to the server, and expected of its certificate
    int versionMin = 0;        ///< 0: OpenSSL's choice
    int versionMax = 0;
    std::size_t sendBytesMax = 0;  ///< per pump; 0: all
};

/// A client's TLS connection to this machine that never waits: `pump` moves what can be moved.
///
/// Thread: one at a time.
class TlsPeer {
public:
    explicit TlsPeer(std::uint16_t port, const TlsPeerOptions& options = {});
    ~TlsPeer();
    TlsPeer(const TlsPeer&) = delete;
    TlsPeer& operator=(const TlsPeer&) = delete;

    /// Sends, receives, and goes on with the handshake.
    void pump();
    /// To be sent by the next pumps.
    void send(std::string_view text) { m_toSend.append(text); }
    /// Says that nothing more comes, once all is sent.
    void finish();
    /// Asks for a new handshake. TLS 1.2 only.
    void renegotiate();
    /// Stops reading from the network, as a slow client does.
    void setReading(bool isReading) { m_isReading = isReading; }

    bool isEstablished() const { return m_isEstablished; }
    const std::string& received() const { return m_received; }
    /// The server has said that nothing more comes, in TLS's words.
    bool hasSeenNotify() const { return m_hasSeenNotify; }
    bool isOpen() const { return m_socket.isOpen(); }
    /// Why TLS failed, in OpenSSL's words; empty: it hasn't.
    const std::string& error() const { return m_error; }
    /// Without TLS on it.
    TcpSocket& socket() { return m_socket; }

private:
    struct Deleter {
        void operator()(ssl_st* handle) const;
        void operator()(ssl_ctx_st* handle) const;
    };
    void step();
    bool hasFailed(int result);

    TcpSocket m_socket;
    std::unique_ptr<ssl_ctx_st, Deleter> m_context;
    std::unique_ptr<ssl_st, Deleter> m_handle;
    bio_st* m_fromNetwork = nullptr;  // both belong to the handle
    bio_st* m_toNetwork = nullptr;
    std::size_t m_sendBytesMax;
    Buffer m_toSend;
    Buffer m_encrypted;
    std::string m_received;
    std::string m_error;
    bool m_isEstablished = false;
    bool m_isReading = true;
    bool m_isFinishing = false;
    bool m_hasSeenNotify = false;
};

}  // namespace warren::test
