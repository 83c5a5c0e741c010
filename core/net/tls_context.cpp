#include "core/net/tls_context.h"

#include "core/net/peer_certificate.h"
#include "core/net/tls_error.h"

#include <algorithm>
#include <cstring>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509err.h>
#include <string_view>
#include <utility>

namespace warren::net {

namespace {

struct PasswordRequest {
    const std::string& password;
    bool wasMade = false;
};

/// Without this OpenSSL would ask for the password on the terminal.
int givePassword(char* buffer, int bytesMax, int /*isForWriting*/, void* data)
{
    auto& request = *static_cast<PasswordRequest*>(data);
    request.wasMade = true;
    const std::string& text = request.password;
    if (text.empty() || text.size() > static_cast<std::size_t>(bytesMax)) return -1;
    std::memcpy(buffer, text.data(), text.size());
    return static_cast<int>(text.size());
}

std::string problemWith(std::string_view what, const std::string& file)
{
    std::string text{what};
    text += " '" + file + "': " + takeTlsError();
    return text;
}

std::string joined(const std::vector<std::string>& parts)
{
    std::string text;
    for (const std::string& part : parts) {
        if (!text.empty()) text += ':';
        text += part;
    }
    return text;
}

Status<std::string> useVersions(SSL_CTX* context, const TlsOptions& options)
{
    if (!options.allowsTls12 && !options.allowsTls13) {
        return std::string{"neither TLS 1.2 nor TLS 1.3 is allowed"};
    }
    const int min = options.allowsTls12 ? TLS1_2_VERSION : TLS1_3_VERSION;
    const int max = options.allowsTls13 ? TLS1_3_VERSION : TLS1_2_VERSION;
    if (SSL_CTX_set_min_proto_version(context, min) != 1 ||
        SSL_CTX_set_max_proto_version(context, max) != 1) {
        return "the versions of TLS cannot be set: " + takeTlsError();
    }
    return {};
}

/// OpenSSL keeps the suites of TLS 1.3 apart; their names tell them.
Status<std::string> useCiphers(SSL_CTX* context, const TlsOptions& options)
{
    if (options.ciphers.empty()) return {};
    std::vector<std::string> older;
    std::vector<std::string> suites;
    for (const std::string& cipher : options.ciphers)
        (cipher.starts_with("TLS_") ? suites : older).push_back(cipher);
    if (!older.empty() && SSL_CTX_set_cipher_list(context, joined(older).c_str()) != 1) {
        return "none of these ciphers is known: " + joined(older);
    }
    if (!suites.empty() && SSL_CTX_set_ciphersuites(context, joined(suites).c_str()) != 1) {
        return "one of these cipher suites is unknown: " + joined(suites);
    }
    ERR_clear_error();
    return {};
}

Status<std::string> useCertificate(SSL_CTX* context, const TlsOptions& options)
{
    if (SSL_CTX_use_certificate_chain_file(context, options.certificateFile.c_str()) != 1) {
        return problemWith("cannot use the certificate", options.certificateFile);
    }
    PasswordRequest request{options.keyPassword};
    SSL_CTX_set_default_passwd_cb(context, givePassword);
    SSL_CTX_set_default_passwd_cb_userdata(context, &request);
    const bool isKey =
        SSL_CTX_use_PrivateKey_file(context, options.keyFile.c_str(), SSL_FILETYPE_PEM) == 1;
    SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
    SSL_CTX_set_default_passwd_cb(context, nullptr);
    if (!isKey && request.wasMade && options.keyPassword.empty()) {
        ERR_clear_error();
        return "cannot use the private key '" + options.keyFile +
               "': it is encrypted, and there is no password for it";
    }
    const unsigned long error = ERR_peek_error();
    const bool isOther = !isKey && ERR_GET_LIB(error) == ERR_LIB_X509 &&
                         (ERR_GET_REASON(error) == X509_R_KEY_VALUES_MISMATCH ||
                          ERR_GET_REASON(error) == X509_R_KEY_TYPE_MISMATCH);
    if (isOther || (isKey && SSL_CTX_check_private_key(context) != 1)) {
        ERR_clear_error();
        return "the private key '" + options.keyFile + "' does not belong to the certificate '" +
               options.certificateFile + "'";
    }
    if (!isKey) return problemWith("cannot use the private key", options.keyFile);
    return {};
}

Status<std::string> useAuthorities(SSL_CTX* context, const TlsOptions& options)
{
    if (!options.authorityFile.empty()) {
        // Also when clients are not judged: it completes the chain of our own certificate.
        if (SSL_CTX_load_verify_file(context, options.authorityFile.c_str()) != 1) {
            return problemWith("cannot use the certificates of authorities", options.authorityFile);
        }
    }
    if (!options.verifiesPeer) return {};
    if (options.authorityFile.empty()) {
        return std::string{"clients cannot be verified without certificates of authorities"};
    }
    STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(options.authorityFile.c_str());
    if (names == nullptr) {
        return problemWith("cannot use the certificates of authorities", options.authorityFile);
    }
    SSL_CTX_set_client_CA_list(context, names);  // takes them over
    const int refusal = options.requiresPeerCertificate ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | refusal, nullptr);
    SSL_CTX_set_verify_depth(context, options.depthMax);
    return {};
}

void setRules(SSL_CTX* context)
{
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                     SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context, 0);
    // An idle connection gives its 34 KB of record buffers back.
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

}  // namespace

void TlsContext::Deleter::operator()(ssl_ctx_st* handle) const { SSL_CTX_free(handle); }

TlsContext::TlsContext(Handle handle) : m_handle(std::move(handle))
{
    if (const X509* certificate = SSL_CTX_get0_certificate(m_handle.get())) {
        const PeerCertificate own = readPeerCertificate(*certificate);
        m_expiresAt = own.expiresAt;
        m_subject = own.subject;
    }
}

TlsContext::~TlsContext() = default;

Result<std::shared_ptr<const TlsContext>, std::string> TlsContext::load(const TlsOptions& options)
{
    ERR_clear_error();
    Handle handle{SSL_CTX_new(TLS_method())};
    if (handle == nullptr) return "TLS cannot be set up: " + takeTlsError();
    setRules(handle.get());
    if (auto status = useVersions(handle.get(), options); !status) return status.error();
    if (auto status = useCiphers(handle.get(), options); !status) return status.error();
    if (auto status = useCertificate(handle.get(), options); !status) return status.error();
    if (auto status = useAuthorities(handle.get(), options); !status) return status.error();
    return std::shared_ptr<const TlsContext>{new TlsContext{std::move(handle)}};
}

}  // namespace warren::net
