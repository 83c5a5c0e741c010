#include "core/net/peer_certificate.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <initializer_list>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string>

namespace warren::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Part {
    const char* type;
    std::string value;
    int set = 0;  ///< -1: together with the one before
};

/// A certificate without key and signature: only what is read here.
class Made {
public:
    explicit Made(std::initializer_list<Part> subject, const char* alternativeNames = nullptr)
        : m_certificate(X509_new())
    {
        X509_NAME* name = X509_get_subject_name(m_certificate);
        for (const Part& part : subject) {
            EXPECT_EQ(X509_NAME_add_entry_by_txt(
                          name, part.type, MBSTRING_UTF8,
                          reinterpret_cast<const unsigned char*>(part.value.data()),
                          static_cast<int>(part.value.size()), -1, part.set),
                      1)
                << part.type;
        }
        if (alternativeNames == nullptr) return;
        X509_EXTENSION* extension =
            X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, alternativeNames);
        EXPECT_NE(extension, nullptr);
        X509_add_ext(m_certificate, extension, -1);
        X509_EXTENSION_free(extension);
    }
    ~Made() { X509_free(m_certificate); }
    Made(const Made&) = delete;
    Made& operator=(const Made&) = delete;

    PeerCertificate read() const { return readPeerCertificate(*m_certificate); }
    std::string subject() const { return read().subject; }

private:
    X509* m_certificate;
};

// The texts are those of RabbitMQ 3.10.8 for the same subjects.

TEST(PeerCertificate, WritesTheSubjectWithItsMostSpecificPartFirst)
{
    EXPECT_EQ(Made({{"C", "DE"}, {"O", "Org"}, {"CN", "a"}}).subject(), "CN=a,O=Org,C=DE");
    EXPECT_EQ(Made({{"DC", "org"},
                    {"DC", "example"},
                    {"UID", "bob"},
                    {"serialNumber", "42"},
                    {"title", "Dr"},
                    {"CN", "one"},
                    {"CN", "two"},
                    {"GN", "Given"},
                    {"SN", "Sur"},
                    {"O", "Multi"},
                    {"street", "Main"}})
                  .subject(),
              "2.5.4.9=Main,O=Multi,SN=Sur,GIVENNAME=Given,CN=two,CN=one,TITLE=Dr,SERIALNUMBER=42,"
              "UID=bob,DC=example,DC=org");
    EXPECT_EQ(Made({{"emailAddress", "me@x.y"}, {"ST", "Some"}, {"L", "Here"}}).subject(),
              "L=Here,ST=Some,EMAILADDRESS=me@x.y");
    EXPECT_EQ(Made({}).subject(), "");
}

TEST(PeerCertificate, JoinsThePartsOfOneSet)
{
    EXPECT_EQ(Made({{"O", "Org"}, {"CN", "a"}, {"UID", "u1", -1}}).subject(), "CN=a+UID=u1,O=Org");
    EXPECT_EQ(Made({{"CN", "a"}, {"UID", "u1", -1}}).subject(), "CN=a+UID=u1");
}

TEST(PeerCertificate, EscapesWhatHasAMeaning)
{
    EXPECT_EQ(Made({{"L", "x"}, {"O", "A<B>C;D, \"q\""}}).subject(),
              "O=A\\<B\\>C\\;D\\, \\\"q\\\",L=x");
    EXPECT_EQ(Made({{"CN", " guest \\back"}}).subject(), "CN=\\ guest \\\\back");
    EXPECT_EQ(Made({{"ST", "  two  "}}).subject(), "ST=\\  two \\ ");
    EXPECT_EQ(Made({{"OU", "#lead"}}).subject(), "OU=\\#lead");
    EXPECT_EQ(Made({{"OU", "b+c#"}}).subject(), "OU=b\\+c#");
    EXPECT_EQ(Made({{"OU", "x=y"}}).subject(), "OU=x=y");
    EXPECT_EQ(Made({{"L", "K\"\xc3\xb6"}}).subject(), "L=K\\\"\\C3\\B6");
    EXPECT_EQ(Made({{"CN", std::string{"a\0b", 3}}}).subject(), "CN=a\\00b");
}

TEST(PeerCertificate, KnowsAllCommonNamesAsTheyAre)
{
    EXPECT_THAT(Made({{"CN", "one"}, {"O", "x"}, {"CN", " t\xc3\xb6, "}}).read().commonNames,
                ElementsAre("one", " t\xc3\xb6, "));
    EXPECT_THAT(Made({{"O", "x"}}).read().commonNames, IsEmpty());
}

TEST(PeerCertificate, KnowsTheAlternativeNamesInTheirOrder)
{
    using Kind = AlternativeName::Kind;
    const Made made({{"CN", "a"}},
                    "DNS:a.example,DNS:b.example,IP:127.0.0.1,IP:::1,email:x@y.z,URI:urn:foo:1,"
                    "otherName:1.3.6.1.4.1.311.20.2.3;UTF8:upn@x,RID:1.2.3,IP:2001:db8::a:0:1");
    EXPECT_THAT(
        made.read().alternativeNames,
        ElementsAre(AlternativeName{Kind::Dns, "a.example"},
                    AlternativeName{Kind::Dns, "b.example"}, AlternativeName{Kind::Ip, "127.0.0.1"},
                    AlternativeName{Kind::Ip, "::1"}, AlternativeName{Kind::Email, "x@y.z"},
                    AlternativeName{Kind::Uri, "urn:foo:1"}, AlternativeName{Kind::Other, "upn@x"},
                    AlternativeName{Kind::Ip, "2001:db8::a:0:1"}));
    EXPECT_THAT(Made({{"CN", "a"}}).read().alternativeNames, IsEmpty());
}

}  // namespace
}  // namespace warren::net
