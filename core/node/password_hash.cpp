#include "core/node/password_hash.h"

#include <QCryptographicHash>
#include <QRandomGenerator>

#include <argon2.h>
#include <array>
#include <cstdint>

namespace warren::node {

using broker::PasswordHashing;

namespace {

constexpr qsizetype kSaltBytes = 4;

// Source: OWASP, Password Storage Cheat Sheet, Argon2id.
constexpr std::uint32_t kSlowPasses = 2;
constexpr std::uint32_t kSlowKib = 19 * 1024;
constexpr std::uint32_t kSlowLanes = 1;
constexpr std::size_t kSlowSaltBytes = 16;
constexpr std::size_t kSlowHashBytes = 32;

QCryptographicHash::Algorithm algorithmOf(PasswordHashing hashing)
{
    switch (hashing) {
    case PasswordHashing::Sha256: return QCryptographicHash::Sha256;
    case PasswordHashing::Sha512: return QCryptographicHash::Sha512;
    case PasswordHashing::Md5: return QCryptographicHash::Md5;
    }
    return QCryptographicHash::Sha256;
}

QByteArray salted(PasswordHashing hashing, const QByteArray& salt, std::string_view password)
{
    QCryptographicHash hash(algorithmOf(hashing));
    hash.addData(salt);
    hash.addData(QByteArrayView{password.data(), static_cast<qsizetype>(password.size())});
    return salt + hash.result();
}

QByteArray decoded(std::string_view hash)
{
    const auto result =
        QByteArray::fromBase64Encoding(QByteArray{hash.data(), static_cast<qsizetype>(hash.size())},
                                       QByteArray::AbortOnBase64DecodingErrors);
    return result ? *result : QByteArray{};
}

}  // namespace

bool isSameBytes(const QByteArray& a, const QByteArray& b)
{
    if (a.size() != b.size()) return false;
    int difference = 0;
    for (qsizetype i = 0; i < a.size(); ++i)
        difference |= a.at(i) ^ b.at(i);
    return difference == 0;
}

Status<std::string> setPassword(broker::UserDefinition& user, std::string_view password)
{
    std::array<quint32, kSlowSaltBytes / sizeof(quint32)> slowSalt{};
    QRandomGenerator::system()->fillRange(slowSalt.data(), static_cast<qsizetype>(slowSalt.size()));
    std::string encoded(argon2_encodedlen(kSlowPasses, kSlowKib, kSlowLanes, kSlowSaltBytes,
                                          kSlowHashBytes, Argon2_id),
                        '\0');
    const int code = argon2id_hash_encoded(kSlowPasses, kSlowKib, kSlowLanes, password.data(),
                                           password.size(), slowSalt.data(), kSlowSaltBytes,
                                           kSlowHashBytes, encoded.data(), encoded.size());
    if (code != ARGON2_OK) {
        return std::string{"the password can't be hashed: "} + argon2_error_message(code);
    }
    encoded.resize(encoded.find('\0'));
    user.slowHash = std::move(encoded);

    const quint32 random = QRandomGenerator::system()->generate();
    const QByteArray salt{reinterpret_cast<const char*>(&random), kSaltBytes};
    user.hashing = PasswordHashing::Sha256;
    user.passwordHash = salted(user.hashing, salt, password).toBase64().toStdString();
    return {};
}

std::optional<std::string> passwordHashProblem(std::string_view hash, PasswordHashing hashing)
{
    const QByteArray bytes = decoded(hash);
    const qsizetype wanted = kSaltBytes + QCryptographicHash::hashLength(algorithmOf(hashing));
    if (bytes.isEmpty()) return "the password hash is not base64";
    if (bytes.size() != wanted) {
        return "the password hash has " + std::to_string(bytes.size()) + " bytes instead of " +
               std::to_string(wanted);
    }
    return std::nullopt;
}

bool fitsFastHash(const broker::UserDefinition* user, std::string_view password)
{
    const PasswordHashing hashing = user == nullptr ? PasswordHashing::Sha256 : user->hashing;
    const QByteArray expected = user == nullptr ? QByteArray{} : decoded(user->passwordHash);
    const QByteArray salt =
        expected.size() > kSaltBytes ? expected.first(kSaltBytes) : QByteArray(kSaltBytes, '\0');
    return isSameBytes(salted(hashing, salt, password), expected);
}

bool fitsSlowHash(const broker::UserDefinition& user, std::string_view password)
{
    return argon2id_verify(user.slowHash.c_str(), password.data(), password.size()) == ARGON2_OK;
}

std::optional<PasswordHashing> passwordHashingOf(std::string_view name)
{
    for (const auto hashing :
         {PasswordHashing::Sha256, PasswordHashing::Sha512, PasswordHashing::Md5}) {
        if (passwordHashingName(hashing) == name) return hashing;
    }
    return std::nullopt;
}

std::string_view passwordHashingName(PasswordHashing hashing)
{
    switch (hashing) {
    case PasswordHashing::Sha256: return "rabbit_password_hashing_sha256";
    case PasswordHashing::Sha512: return "rabbit_password_hashing_sha512";
    case PasswordHashing::Md5: return "rabbit_password_hashing_md5";
    }
    return {};
}

}  // namespace warren::node
