#pragma once

#include "core/base/result.h"
#include "core/net/tls_options.h"

#include <cstdint>
#include <memory>
#include <string>

struct ssl_ctx_st;

namespace warren::net {

/// This end's certificate, key and rules, loaded: what all its TLS connections share, those that
/// it accepts and those that it dials. Never changes; new files make a new one, and connections
/// keep the one that they began with.
///
/// Whatever server name a client asks for is accepted, and nothing depends on it; as a client it
/// asks for none, and judges a server's certificate as it does a client's. There is no
/// resumption of sessions: connections here live long, and a resumed one would outlive the
/// certificate that it was judged by. Thread: that of its sockets.
class TlsContext {
public:
    /// @error  one sentence that names the file or setting; never the password
    static Result<std::shared_ptr<const TlsContext>, std::string> load(const TlsOptions& options);

    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    ssl_ctx_st* handle() const { return m_handle.get(); }
    /// When this end's own certificate ends, in seconds since 1970.
    std::int64_t expiresAt() const { return m_expiresAt; }
    /// Of this end's own certificate.
    const std::string& subject() const { return m_subject; }

private:
    struct Deleter {
        void operator()(ssl_ctx_st* handle) const;
    };
    using Handle = std::unique_ptr<ssl_ctx_st, Deleter>;

    explicit TlsContext(Handle handle);

    Handle m_handle;
    std::int64_t m_expiresAt = 0;
    std::string m_subject;
};

}  // namespace warren::net
