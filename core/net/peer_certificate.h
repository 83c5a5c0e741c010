#pragma once

#include "core/net/tls_options.h"

#include <cstdint>
#include <string>
#include <vector>

struct x509_st;

namespace warren::net {

/// What a certificate says of its owner.
struct PeerCertificate {
    std::string subject;  ///< as subjectText gives it
    /// All common names of the subject, in their order.
    std::vector<std::string> commonNames;
    std::vector<AlternativeName> alternativeNames;  ///< in their order
    std::int64_t expiresAt = 0;                     ///< in seconds since 1970
    bool operator==(const PeerCertificate&) const = default;
};

/// Reads `certificate`. What can't be understood is left out.
PeerCertificate readPeerCertificate(const x509_st& certificate);

/// The subject as RabbitMQ writes it, and takes it for a user's name: RFC 4514, the most specific
/// part first, with types in capitals where they have a name ("CN=a,O=b") and in numbers where not;
/// parts of one set are joined by "+". Special characters and a space at either end are escaped
/// with "\", bytes beyond ASCII and control characters as "\C3". Source: RabbitMQ 3.10.8, observed.
std::string subjectText(const x509_st& certificate);
/// Who has issued it, written in the same way.
std::string issuerText(const x509_st& certificate);

}  // namespace warren::net
