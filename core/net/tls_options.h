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

/// With what a server proves who it is, and what it wants to know of its clients. Versions before
/// TLS 1.2 can't be asked for.
struct TlsOptions {
    std::string authorityFile;    ///< PEM; whose certificates of clients are trusted
    std::string certificateFile;  ///< PEM; the server's own, then those between it and the root
    std::string keyFile;          ///< PEM
    std::string keyPassword;      ///< empty: the key is not encrypted
    bool verifiesPeer = false;    ///< asks clients for a certificate, and refuses a bad one
    bool requiresPeerCertificate = false;  ///< refuses clients that have none
    std::uint8_t depthMax = 10;            ///< certificates between a client's and a trusted one
    bool allowsTls12 = true;
    bool allowsTls13 = true;
    std::vector<std::string> ciphers;  ///< OpenSSL's names, best first; empty: OpenSSL's choice
    bool operator==(const TlsOptions&) const = default;
};

}  // namespace warren::net
