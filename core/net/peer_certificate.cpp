#include "core/net/peer_certificate.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>
#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string_view>
#include <utility>

namespace warren::net {

namespace {

/// The names that RabbitMQ has for types; the others are written as numbers.
struct TypeName {
    int nid;
    std::string_view name;
};
constexpr std::array kTypeNames{
    TypeName{NID_commonName, "CN"},
    TypeName{NID_surname, "SN"},
    TypeName{NID_serialNumber, "SERIALNUMBER"},
    TypeName{NID_countryName, "C"},
    TypeName{NID_localityName, "L"},
    TypeName{NID_stateOrProvinceName, "ST"},
    TypeName{NID_organizationName, "O"},
    TypeName{NID_organizationalUnitName, "OU"},
    TypeName{NID_title, "TITLE"},
    TypeName{NID_givenName, "GIVENNAME"},
    TypeName{NID_initials, "INITIALS"},
    TypeName{NID_generationQualifier, "GENERATIONQUALIFIER"},
    TypeName{NID_pseudonym, "PSEUDONYM"},
    TypeName{NID_pkcs9_emailAddress, "EMAILADDRESS"},
    TypeName{NID_domainComponent, "DC"},
    TypeName{NID_userId, "UID"},
};

std::string typeText(const ASN1_OBJECT& type)
{
    const int nid = OBJ_obj2nid(&type);
    const auto* known = std::ranges::find(kTypeNames, nid, &TypeName::nid);
    if (known != kTypeNames.end()) return std::string{known->name};
    std::array<char, 128> text{};
    const int length = OBJ_obj2txt(text.data(), text.size(), &type, /*no_name=*/1);
    return {text.data(), std::min(static_cast<std::size_t>(std::max(length, 0)), text.size() - 1)};
}

/// In UTF-8, whatever kind of string it is; empty if it is none.
std::string valueText(const ASN1_STRING& value)
{
    unsigned char* bytes = nullptr;
    const int length = ASN1_STRING_to_UTF8(&bytes, &value);
    if (length < 0) return {};
    std::string text(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length));
    OPENSSL_free(bytes);
    return text;
}

std::string rawText(const ASN1_STRING& value)
{
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(&value)),
            static_cast<std::size_t>(ASN1_STRING_length(&value))};
}

std::string escaped(std::string_view value)
{
    constexpr std::string_view kSpecial = ",+\"\\<>;";
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string text;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        const auto code = static_cast<unsigned char>(c);
        const bool isEnd = i == 0 || i + 1 == value.size();
        if (code < 0x20 || code >= 0x7f) {
            text += '\\';
            text += kHex[code >> 4];
            text += kHex[code & 0xf];
            continue;
        }
        if (kSpecial.find(c) != std::string_view::npos || (c == ' ' && isEnd) ||
            (c == '#' && i == 0)) {
            text += '\\';
        }
        text += c;
    }
    return text;
}

std::string addressText(std::string_view bytes)
{
    std::string text;
    if (bytes.size() == 4) {
        for (const char byte : bytes) {
            if (!text.empty()) text += '.';
            text += std::to_string(static_cast<unsigned char>(byte));
        }
    } else if (bytes.size() == 16) {
        // Eight groups, the longest run of zeros as "::": OpenSSL has the reverse of that only.
        std::array<unsigned, 8> groups{};
        for (std::size_t i = 0; i < groups.size(); ++i) {
            groups[i] = static_cast<unsigned>(static_cast<unsigned char>(bytes[2 * i])) << 8 |
                        static_cast<unsigned char>(bytes[2 * i + 1]);
        }
        std::size_t runBegin = groups.size();
        std::size_t runLength = 1;
        for (std::size_t i = 0; i < groups.size(); ++i) {
            std::size_t length = 0;
            while (i + length < groups.size() && groups[i + length] == 0)
                length += 1;
            if (length > runLength) {
                runBegin = i;
                runLength = length;
            }
        }
        constexpr std::string_view kHex = "0123456789abcdef";
        for (std::size_t i = 0; i < groups.size();) {
            if (i == runBegin) {
                text += "::";
                i += runLength;
                continue;
            }
            if (!text.empty() && !text.ends_with(':')) text += ':';
            bool hasDigit = false;
            for (int shift = 12; shift >= 0; shift -= 4) {
                const unsigned digit = groups[i] >> shift & 0xf;
                if (digit == 0 && !hasDigit && shift > 0) continue;
                hasDigit = true;
                text += kHex[digit];
            }
            i += 1;
        }
    }
    return text;
}

/// The text inside, if it is one: the user principal name of Windows, for example.
std::string otherNameText(const OTHERNAME& name)
{
    if (name.value == nullptr) return {};
    switch (name.value->type) {
    case V_ASN1_UTF8STRING:
    case V_ASN1_IA5STRING:
    case V_ASN1_PRINTABLESTRING: return rawText(*name.value->value.asn1_string);
    default:  // an open set
        return {};
    }
}

AlternativeName alternativeNameOf(const GENERAL_NAME& name)
{
    using Kind = AlternativeName::Kind;
    switch (name.type) {
    case GEN_DNS: return {Kind::Dns, rawText(*name.d.dNSName)};
    case GEN_EMAIL: return {Kind::Email, rawText(*name.d.rfc822Name)};
    case GEN_URI: return {Kind::Uri, rawText(*name.d.uniformResourceIdentifier)};
    case GEN_IPADD: return {Kind::Ip, addressText(rawText(*name.d.iPAddress))};
    case GEN_OTHERNAME: return {Kind::Other, otherNameText(*name.d.otherName)};
    default:  // directory names and what else there is name no user
        return {};
    }
}

std::vector<AlternativeName> alternativeNamesOf(const X509& certificate)
{
    std::vector<AlternativeName> names;
    auto* found = static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr));
    if (found == nullptr) return names;
    for (int i = 0; i < sk_GENERAL_NAME_num(found); ++i) {
        AlternativeName name = alternativeNameOf(*sk_GENERAL_NAME_value(found, i));
        if (!name.value.empty()) names.push_back(std::move(name));
    }
    GENERAL_NAMES_free(found);
    return names;
}

std::int64_t secondsOf(const ASN1_TIME* time)
{
    std::tm parts{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return 0;
    return timegm(&parts);
}

std::string nameText(const X509_NAME* name)
{
    std::string text;
    std::string set;  // the parts of one set, in their order; the sets themselves are turned round
    for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
        const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, i);
        const std::string part = typeText(*X509_NAME_ENTRY_get_object(entry)) + '=' +
                                 escaped(valueText(*X509_NAME_ENTRY_get_data(entry)));
        const bool isSameSet = i > 0 && X509_NAME_ENTRY_set(entry) ==
                                            X509_NAME_ENTRY_set(X509_NAME_get_entry(name, i - 1));
        if (isSameSet) {
            set += '+' + part;
            continue;
        }
        if (!set.empty()) text = text.empty() ? set : set + ',' + text;
        set = part;
    }
    return text.empty() || set.empty() ? set + text : set + ',' + text;
}

}  // namespace

std::string subjectText(const x509_st& certificate)
{
    return nameText(X509_get_subject_name(&certificate));
}

std::string issuerText(const x509_st& certificate)
{
    return nameText(X509_get_issuer_name(&certificate));
}

PeerCertificate readPeerCertificate(const x509_st& certificate)
{
    PeerCertificate result;
    result.subject = subjectText(certificate);
    const X509_NAME* name = X509_get_subject_name(&certificate);
    for (int i = -1; (i = X509_NAME_get_index_by_NID(name, NID_commonName, i)) >= 0;) {
        result.commonNames.push_back(
            valueText(*X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, i))));
    }
    result.alternativeNames = alternativeNamesOf(certificate);
    result.expiresAt = secondsOf(X509_get0_notAfter(&certificate));
    return result;
}

}  // namespace warren::net
