#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace warren::net {

/// One of the names that a certificate gives its owner beside the subject.
struct AlternativeName {
    enum class Kind { Dns, Ip, Email, Uri, Other };
    Kind kind = Kind::Dns;
    std::string value;  ///< an address as text; of another name only text is kept
    bool operator==(const AlternativeName&) const = default;
};

/// With what one end proves who it is, and what it wants to know of the other: a server of its
/// clients, or a node of other nodes. Versions before TLS 1.2 can't be asked for.
struct TlsOptions {
    std::string authorityFile;    ///< PEM; who issues the certificates that are trusted
    std::string certificateFile;  ///< PEM; this end's own, then those between it and the root
    std::string keyFile;          ///< PEM
    std::string keyPassword;      ///< empty: the key is not encrypted
    bool verifiesPeer = false;    ///< asks the other end for a certificate, and refuses a bad one
    bool requiresPeerCertificate = false;  ///< refuses clients that have none
    std::uint8_t depthMax = 10;            ///< certificates between the other's and a trusted one
    bool allowsTls12 = true;
    bool allowsTls13 = true;
    std::vector<std::string> ciphers;  ///< OpenSSL's names, best first; empty: OpenSSL's choice
    bool operator==(const TlsOptions&) const = default;
};

}  // namespace warren::net
