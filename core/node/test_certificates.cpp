#include "core/node/test_certificates.h"

#include "core/net/tls_error.h"
#include "core/node/value_conversion.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>
#include <QString>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <memory>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string_view>
#include <system_error>
#include <utility>

namespace warren::node {

namespace {

constexpr int kAuthorityDays = 3650;
constexpr int kLeafDays = 825;
constexpr int kRenewDays = 30;
constexpr long kSecondsPerDay = 24L * 3600;
/// Clocks of clients may be behind ours.
constexpr long kBackdatedSeconds = 3600;

template <auto kFree>
struct FreeWith {
    template <typename T>
    void operator()(T* pointer) const
    {
        kFree(pointer);
    }
};
using Certificate = std::unique_ptr<X509, FreeWith<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>>;
using Number = std::unique_ptr<BIGNUM, FreeWith<BN_free>>;

struct Identity {
    Certificate certificate;
    Key key;
};

enum class Purpose { Authority, Server, Client };

struct Wish {
    Purpose purpose = Purpose::Client;
    std::string commonName;
    std::string alternativeNames{};  ///< OpenSSL's notation: "DNS:localhost,IP:::1"
};

std::string problem(std::string_view what)
{
    std::string text{what};
    text += ": " + net::takeTlsError();
    return text;
}

bool addExtension(X509& certificate, X509& issuer, int nid, const std::string& value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
    const Extension extension{X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str())};
    return extension != nullptr && X509_add_ext(&certificate, extension.get(), -1) == 1;
}

bool addExtensions(X509& certificate, X509& issuer, const Wish& wish)
{
    const auto add = [&](int nid, const std::string& value) {
        return addExtension(certificate, issuer, nid, value);
    };
    if (!add(NID_subject_key_identifier, "hash")) return false;
    if (!add(NID_authority_key_identifier, "keyid:always")) return false;
    switch (wish.purpose) {
    case Purpose::Authority:
        return add(NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
               add(NID_key_usage, "critical,keyCertSign,cRLSign");
    case Purpose::Server:
        return add(NID_basic_constraints, "critical,CA:FALSE") &&
               add(NID_key_usage, "critical,digitalSignature") &&
               add(NID_ext_key_usage, "serverAuth") &&
               add(NID_subject_alt_name, wish.alternativeNames);
    case Purpose::Client:
        return add(NID_basic_constraints, "critical,CA:FALSE") &&
               add(NID_key_usage, "critical,digitalSignature") &&
               add(NID_ext_key_usage, "clientAuth");
    }
    return false;
}

bool setSerialNumber(X509& certificate)
{
    constexpr int kBits = 159;  // positive, and within the 20 bytes of RFC 5280
    const Number number{BN_new()};
    return number != nullptr &&
           BN_rand(number.get(), kBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
           BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(&certificate)) != nullptr;
}

/// @param issuer  null: it issues itself
Result<Identity, std::string> issue(const Wish& wish, const Identity* issuer)
{
    Identity made{Certificate{X509_new()}, Key{EVP_EC_gen("P-256")}};
    if (made.certificate == nullptr || made.key == nullptr) return problem("cannot make a key");
    X509& certificate = *made.certificate;
    X509& signer = issuer == nullptr ? certificate : *issuer->certificate;
    EVP_PKEY* signingKey = issuer == nullptr ? made.key.get() : issuer->key.get();
    X509_NAME* name = X509_get_subject_name(&certificate);
    const auto* text = reinterpret_cast<const unsigned char*>(wish.commonName.data());
    const long days = wish.purpose == Purpose::Authority ? kAuthorityDays : kLeafDays;
    const bool isDone =
        X509_set_version(&certificate, X509_VERSION_3) == 1 && setSerialNumber(certificate) &&
        X509_gmtime_adj(X509_getm_notBefore(&certificate), -kBackdatedSeconds) != nullptr &&
        X509_gmtime_adj(X509_getm_notAfter(&certificate), days * kSecondsPerDay) != nullptr &&
        X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, text,
                                   static_cast<int>(wish.commonName.size()), -1, 0) == 1 &&
        X509_set_issuer_name(&certificate, X509_get_subject_name(&signer)) == 1 &&
        X509_set_pubkey(&certificate, made.key.get()) == 1 &&
        addExtensions(certificate, signer, wish) &&
        X509_sign(&certificate, signingKey, EVP_sha256()) > 0;
    if (!isDone) return problem("cannot make the certificate of '" + wish.commonName + "'");
    return made;
}

// ------------------------------------------------------------------------------------------- files

QString pathOf(const std::filesystem::path& path)
{
    return textOf(std::string_view{path.native()});
}

Status<std::string> save(const std::filesystem::path& path, const QByteArray& content)
{
    QSaveFile file(pathOf(path));
    const bool isSaved = file.open(QIODevice::WriteOnly) &&
                         file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner) &&
                         file.write(content) == content.size() && file.commit();
    if (isSaved) return {};
    return "cannot write '" + path.string() + "': " + utf8Of(file.errorString());
}

QByteArray contentOf(BIO& memory)
{
    char* data = nullptr;
    const long count = BIO_get_mem_data(&memory, &data);
    return {data, static_cast<qsizetype>(count)};
}

/// The key first: a reader who comes between sees a pair that doesn't fit, and looks again.
Status<std::string> save(const Identity& identity, const std::filesystem::path& certificateFile,
                         const std::filesystem::path& keyFile)
{
    const Bio certificate{BIO_new(BIO_s_mem())};
    const Bio key{BIO_new(BIO_s_mem())};
    if (certificate == nullptr || key == nullptr ||
        PEM_write_bio_X509(certificate.get(), identity.certificate.get()) != 1 ||
        PEM_write_bio_PKCS8PrivateKey(key.get(), identity.key.get(), nullptr, nullptr, 0, nullptr,
                                      nullptr) != 1) {
        return problem("cannot write a certificate");
    }
    if (auto status = save(keyFile, contentOf(*key)); !status) return status;
    return save(certificateFile, contentOf(*certificate));
}

Bio openFile(const std::filesystem::path& path) { return Bio{BIO_new_file(path.c_str(), "r")}; }

Certificate readCertificate(const std::filesystem::path& path)
{
    const Bio file = openFile(path);
    Certificate certificate;
    if (file) certificate.reset(PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr));
    if (!certificate) (void)net::takeTlsError();  // what is missing is told by who asked
    return certificate;
}

Key readKey(const std::filesystem::path& path)
{
    // An encrypted key is none of ours: without this OpenSSL would ask on the terminal.
    const auto refuse = [](char*, int, int, void*) { return -1; };
    const Bio file = openFile(path);
    Key key;
    if (file) key.reset(PEM_read_bio_PrivateKey(file.get(), nullptr, refuse, nullptr));
    if (!key) (void)net::takeTlsError();
    return key;
}

bool endsWithin(const X509& certificate, long days)
{
    std::time_t limit = std::time(nullptr) + days * kSecondsPerDay;
    return X509_cmp_time(X509_get0_notAfter(&certificate), &limit) <= 0;
}

/// Ours, or the reason why the one that is there can't be used.
Result<Identity, std::string> findOrMakeAuthority(const TestCertificates& files)
{
    std::error_code error;
    const bool isThere = std::filesystem::exists(files.authority, error) ||
                         std::filesystem::exists(files.authorityKey, error);
    if (isThere) {
        Identity found{readCertificate(files.authority), readKey(files.authorityKey)};
        if (!found.certificate || !found.key ||
            X509_check_private_key(found.certificate.get(), found.key.get()) != 1) {
            (void)net::takeTlsError();
            return "'" + files.authority.string() +
                   "' and its key do not belong together; choose another folder";
        }
        if (!endsWithin(*found.certificate, kLeafDays)) return found;
    }
    auto made =
        issue({.purpose = Purpose::Authority, .commonName = "Warren test authority"}, nullptr);
    if (!made) return made;
    if (auto status = save(*made, files.authority, files.authorityKey); !status) {
        return status.error();
    }
    return made;
}

bool isHostName(const std::string& name)
{
    constexpr std::size_t kHostNameBytesMax = 253;
    const auto isAllowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '.';
    };
    return !name.empty() && name.size() <= kHostNameBytesMax && name.front() != '.' &&
           std::ranges::all_of(name, isAllowed);
}

Status<std::string> issueServer(const TestCertificates& files, const Identity& authority,
                                const std::vector<std::string>& hostNames)
{
    std::string names = "DNS:localhost,IP:127.0.0.1,IP:::1";
    for (const std::string& name : hostNames) {
        if (isHostName(name) && name != "localhost") names += ",DNS:" + name;
    }
    const auto server = issue({.purpose = Purpose::Server,
                               .commonName = "localhost",
                               .alternativeNames = std::move(names)},
                              &authority);
    if (!server) return server.error();
    return save(*server, files.serverCertificate, files.serverKey);
}

/// Creates it for its owner only. One that is there keeps its permissions: it may be anything.
Status<std::string> ensureFolder(const std::filesystem::path& folder)
{
    std::error_code error;
    if (std::filesystem::is_directory(folder, error)) return {};
    std::filesystem::create_directories(folder, error);
    if (!error) {
        std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
    }
    if (!error) return {};
    return "cannot create the folder '" + folder.string() + "': " + error.message();
}

/// A file's name out of any text.
std::string fileNameOf(const std::string& clientName)
{
    std::string name;
    for (const char c : clientName) {
        const bool isPlain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                             (c >= '0' && c <= '9') || c == '-' || c == '_';
        name += isPlain ? c : '_';
    }
    return name;
}

std::filesystem::path markerIn(const std::filesystem::path& dataFolder)
{
    return testCertificateFolder(dataFolder) / "listener.json";
}

}  // namespace

net::TlsOptions TestCertificates::tlsOptions() const
{
    net::TlsOptions options;
    options.authorityFile = authority.string();
    options.certificateFile = serverCertificate.string();
    options.keyFile = serverKey.string();
    options.verifiesPeer = true;
    return options;
}

bool isValidCommonName(const std::string& name)
{
    const QString text = textOf(std::string_view{name});
    const auto characterCount = static_cast<std::size_t>(text.toUcs4().size());
    return !name.empty() && characterCount <= kCommonNameCharactersMax && utf8Of(text) == name &&
           std::ranges::none_of(text, [](QChar c) { return c.category() == QChar::Other_Control; });
}

TestCertificates testCertificatesIn(const std::filesystem::path& folder,
                                    const std::string& clientName)
{
    const std::string client = "client_" + fileNameOf(clientName);
    return {folder / "ca_certificate.pem",          folder / "ca_key.pem",
            folder / "server_certificate.pem",      folder / "server_key.pem",
            folder / (client + "_certificate.pem"), folder / (client + "_key.pem")};
}

Result<TestCertificates, std::string> createTestCertificates(
    const std::filesystem::path& folder, const std::string& clientName,
    const std::vector<std::string>& hostNames)
{
    const TestCertificates files = testCertificatesIn(folder, clientName);
    if (auto status = ensureFolder(folder); !status) return status.error();
    const auto authority = findOrMakeAuthority(files);
    if (!authority) return authority.error();
    if (auto status = issueServer(files, *authority, hostNames); !status) return status.error();
    const auto client = issue({.purpose = Purpose::Client, .commonName = clientName}, &*authority);
    if (!client) return client.error();
    if (auto status = save(*client, files.clientCertificate, files.clientKey); !status) {
        return status.error();
    }
    return files;
}

Status<std::string> renewTestServerCertificate(const std::filesystem::path& folder,
                                               const std::vector<std::string>& hostNames)
{
    const TestCertificates files = testCertificatesIn(folder, {});
    const Certificate server = readCertificate(files.serverCertificate);
    if (server != nullptr && !endsWithin(*server, kRenewDays)) return {};
    const auto authority = findOrMakeAuthority(files);
    if (!authority) return authority.error();
    return issueServer(files, *authority, hostNames);
}

std::optional<TestListener> rememberedTestListener(const std::filesystem::path& dataFolder)
{
    QFile file(pathOf(markerIn(dataFolder)));
    if (!file.open(QIODevice::ReadOnly)) return std::nullopt;
    constexpr qint64 kMarkerBytesMax = 64 * 1024;
    const QJsonObject marker = QJsonDocument::fromJson(file.read(kMarkerBytesMax)).object();
    const int port = marker.value(QStringLiteral("port")).toInt();
    const std::filesystem::path folder = utf8Of(marker.value(QStringLiteral("folder")).toString());
    if (port <= 0 || port > 65535 || !folder.is_absolute()) return std::nullopt;
    return TestListener{folder, static_cast<std::uint16_t>(port)};
}

Status<std::string> rememberTestListener(const std::filesystem::path& dataFolder,
                                         const TestListener& listener)
{
    if (auto status = ensureFolder(testCertificateFolder(dataFolder)); !status) return status;
    const QJsonObject marker{{QStringLiteral("folder"), pathOf(listener.folder)},
                             {QStringLiteral("port"), listener.port}};
    return save(markerIn(dataFolder), QJsonDocument(marker).toJson());
}

std::filesystem::path testCertificateFolder(const std::filesystem::path& dataFolder)
{
    return dataFolder / "tls";
}

}  // namespace warren::node
