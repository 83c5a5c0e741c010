#pragma once

#include "core/net/tls_context.h"
#include "core/net/tls_options.h"

#include <QTemporaryDir>

#include <memory>
#include <string>

struct x509_st;
struct evp_pkey_st;

namespace warren::test {

/// What a certificate of a TestAuthority says.
struct CertificateWish {
    std::string commonName = "node";
    std::string extendedUse{};  ///< "serverAuth"; empty: for everything
    long endsInSeconds = 24L * 3600;
};

/// A certificate authority for the nodes of a test, with its files in a folder of its own.
class TestAuthority {
public:
    explicit TestAuthority(std::string name);
    ~TestAuthority();
    TestAuthority(const TestAuthority&) = delete;
    TestAuthority& operator=(const TestAuthority&) = delete;

    /// Its own certificate.
    const std::string& file() const { return m_file; }
    /// Files of a new certificate, for a node that trusts this authority.
    net::TlsOptions issue(const CertificateWish& wish = {});
    /// The same, loaded.
    std::shared_ptr<const net::TlsContext> context(const CertificateWish& wish = {});

private:
    struct Identity;

    std::string save(const Identity& identity, const std::string& name) const;

    QTemporaryDir m_folder;
    std::unique_ptr<Identity> m_identity;
    std::string m_file;
    int m_issuedCount = 0;
};

/// @pre it can be loaded
std::shared_ptr<const net::TlsContext> contextOf(const net::TlsOptions& options);

}  // namespace warren::test
