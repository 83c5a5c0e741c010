#include "core/node/certificate_user.h"

#include <gtest/gtest.h>

namespace warren::node {
namespace {

using Source = CertificateLogin::Source;
using Kind = net::AlternativeName::Kind;

const net::PeerCertificate kCertificate{
    .subject = "CN=two,CN=one,O=Org",
    .commonNames = {"one", "two"},
    .alternativeNames = {{Kind::Dns, "a"}, {Kind::Ip, "::1"}, {Kind::Dns, "b"}},
    .expiresAt = 0};

TEST(CertificateUser, IsTheWholeSubject)
{
    EXPECT_EQ(certificateUser(kCertificate, {}), "CN=two,CN=one,O=Org");
}

TEST(CertificateUser, IsTheCommonNames)  // several joined by commas, as RabbitMQ does
{
    EXPECT_EQ(certificateUser(kCertificate, {.source = Source::CommonName}), "one,two");
}

TEST(CertificateUser, IsAnAlternativeNameOfAKind)
{
    const auto at = [](Kind kind, std::size_t index) {
        return certificateUser(kCertificate, {.source = Source::SubjectAlternativeName,
                                              .alternativeKind = kind,
                                              .alternativeIndex = index});
    };
    EXPECT_EQ(at(Kind::Dns, 0), "a");
    EXPECT_EQ(at(Kind::Dns, 1), "b");
    EXPECT_EQ(at(Kind::Dns, 2), std::nullopt);
    EXPECT_EQ(at(Kind::Ip, 0), "::1");
    EXPECT_EQ(at(Kind::Email, 0), std::nullopt);
}

TEST(CertificateUser, IsNobodyWithoutAName)
{
    EXPECT_EQ(certificateUser({}, {}), std::nullopt);
    EXPECT_EQ(certificateUser({}, {.source = Source::CommonName}), std::nullopt);
}

}  // namespace
}  // namespace warren::node
