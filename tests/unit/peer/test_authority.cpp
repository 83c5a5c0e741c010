#include "tests/unit/peer/test_authority.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <utility>

namespace warren::test {

struct TestAuthority::Identity {
    struct Deleter {
        void operator()(X509* certificate) const { X509_free(certificate); }
        void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    };
    std::unique_ptr<X509, Deleter> certificate{X509_new()};
    std::unique_ptr<EVP_PKEY, Deleter> key{EVP_EC_gen("P-256")};

    /// @param issuer  null: itself
    Identity(const CertificateWish& wish, int serial, const Identity* issuer)
    {
        const Identity& signer = issuer == nullptr ? *this : *issuer;
        X509_set_version(certificate.get(), X509_VERSION_3);
        ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
        // As if made two days ago, so that it can have ended.
        X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -48L * 3600);
        X509_gmtime_adj(X509_getm_notAfter(certificate.get()), wish.endsInSeconds);
        X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(wish.commonName.data()),
                                   static_cast<int>(wish.commonName.size()), -1, 0);
        X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer.certificate.get()));
        X509_set_pubkey(certificate.get(), key.get());
        add(NID_basic_constraints, issuer == nullptr ? "critical,CA:TRUE" : "critical,CA:FALSE");
        if (!wish.extendedUse.empty()) add(NID_ext_key_usage, wish.extendedUse);
        EXPECT_GT(X509_sign(certificate.get(), signer.key.get(), EVP_sha256()), 0);
    }

private:
    void add(int nid, const std::string& value)
    {
        X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
        ASSERT_NE(extension, nullptr);
        X509_add_ext(certificate.get(), extension, -1);
        X509_EXTENSION_free(extension);
    }
};

TestAuthority::TestAuthority(std::string name)
    : m_identity(
          std::make_unique<Identity>(CertificateWish{.commonName = std::move(name)}, 1, nullptr)),
      m_file(save(*m_identity, "authority"))
{
}

TestAuthority::~TestAuthority() = default;

net::TlsOptions TestAuthority::issue(const CertificateWish& wish)
{
    m_issuedCount += 1;
    const Identity issued(wish, m_issuedCount + 1, m_identity.get());
    net::TlsOptions options;
    options.authorityFile = m_file;
    options.certificateFile = save(issued, "node" + std::to_string(m_issuedCount));
    options.keyFile = options.certificateFile;  // both are in it
    options.verifiesPeer = true;
    options.requiresPeerCertificate = true;
    return options;
}

std::shared_ptr<const net::TlsContext> TestAuthority::context(const CertificateWish& wish)
{
    return contextOf(issue(wish));
}

std::string TestAuthority::save(const Identity& identity, const std::string& name) const
{
    std::string path = m_folder.filePath(QString::fromStdString(name)).toStdString();
    FILE* file = std::fopen(path.c_str(), "w");
    EXPECT_NE(file, nullptr);
    if (file == nullptr) return path;
    EXPECT_EQ(PEM_write_X509(file, identity.certificate.get()), 1);
    EXPECT_EQ(PEM_write_PrivateKey(file, identity.key.get(), nullptr, nullptr, 0, nullptr, nullptr),
              1);
    std::fclose(file);
    return path;
}

std::shared_ptr<const net::TlsContext> contextOf(const net::TlsOptions& options)
{
    auto context = net::TlsContext::load(options);
    EXPECT_TRUE(context) << context.error();
    return context ? *context : nullptr;
}

}  // namespace warren::test
