#include "core/node/certificate_user.h"

namespace warren::node {

namespace {

std::string joined(const std::vector<std::string>& names)
{
    std::string text;
    for (const std::string& name : names) {
        if (!text.empty()) text += ',';
        text += name;
    }
    return text;
}

std::string alternativeName(const net::PeerCertificate& certificate, const CertificateLogin& login)
{
    std::size_t index = 0;
    for (const net::AlternativeName& name : certificate.alternativeNames) {
        if (name.kind != login.alternativeKind) continue;
        if (index == login.alternativeIndex) return name.value;
        index += 1;
    }
    return {};
}

std::string nameIn(const net::PeerCertificate& certificate, const CertificateLogin& login)
{
    using Source = CertificateLogin::Source;
    switch (login.source) {
    case Source::DistinguishedName: return certificate.subject;
    case Source::CommonName: return joined(certificate.commonNames);
    case Source::SubjectAlternativeName: return alternativeName(certificate, login);
    }
    return {};
}

}  // namespace

std::optional<std::string> certificateUser(const net::PeerCertificate& certificate,
                                           const CertificateLogin& login)
{
    std::string name = nameIn(certificate, login);
    if (name.empty()) return std::nullopt;
    return name;
}

}  // namespace warren::node
