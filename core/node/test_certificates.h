#pragma once

#include "core/base/result.h"
#include "core/net/tls_options.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace warren::node {

/// A certificate authority and what it has issued, for testing on this machine: PEM files in one
/// folder, the keys for their owner only.
struct TestCertificates {
    std::filesystem::path authority;
    std::filesystem::path authorityKey;
    std::filesystem::path serverCertificate;
    std::filesystem::path serverKey;
    std::filesystem::path clientCertificate;
    std::filesystem::path clientKey;

    /// For a listener that asks clients for a certificate, and takes them without one too.
    net::TlsOptions tlsOptions() const;
};

/// A common name has no more. Spec: RFC 5280, ub-common-name.
inline constexpr std::size_t kCommonNameCharactersMax = 64;

/// True if a certificate can be issued in this name: some characters, none of them a control.
bool isValidCommonName(const std::string& name);

/// The files that certificates for this client are kept in; whether they are there or not.
TestCertificates testCertificatesIn(const std::filesystem::path& folder,
                                    const std::string& clientName);

/// Makes what is missing of the authority (it is good for ten years), and new certificates for the
/// server (localhost, its addresses, and `hostNames`) and the client, each good for 825 days, the
/// most that Apple's clients accept. An authority that is there goes on, so that clients which
/// trust it need not be told again.
/// @pre isValidCommonName(clientName)
/// @error  one sentence. The folder has an authority's certificate without its key, for example:
/// nothing of others is overwritten
Result<TestCertificates, std::string> createTestCertificates(
    const std::filesystem::path& folder, const std::string& clientName,
    const std::vector<std::string>& hostNames);

/// Makes the server's certificate anew if it ends within 30 days.
Status<std::string> renewTestServerCertificate(const std::filesystem::path& folder,
                                               const std::vector<std::string>& hostNames);

/// That a node listens with test certificates: kept in its data folder, for the next start.
struct TestListener {
    std::filesystem::path folder;  ///< of the certificates
    std::uint16_t port = 0;
    bool operator==(const TestListener&) const = default;
};

/// nullopt: none is remembered, or what is there makes no sense.
std::optional<TestListener> rememberedTestListener(const std::filesystem::path& dataFolder);
Status<std::string> rememberTestListener(const std::filesystem::path& dataFolder,
                                         const TestListener& listener);

/// Where a node keeps its own test certificates.
std::filesystem::path testCertificateFolder(const std::filesystem::path& dataFolder);

}  // namespace warren::node
