#include "core/node/user_store.h"

#include <QCryptographicHash>
#include <QRandomGenerator>

#include <algorithm>
#include <utility>

namespace warren::node {

namespace {

constexpr qsizetype kSaltBytes = 4;

QByteArray hashed(const QByteArray& salt, std::string_view password)
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(salt);
    hash.addData(QByteArrayView{password.data(), static_cast<qsizetype>(password.size())});
    return salt + hash.result();
}

/// Takes as long for a wrong first byte as for a wrong last one.
bool isSame(const QByteArray& a, const QByteArray& b)
{
    if (a.size() != b.size()) return false;
    int difference = 0;
    for (qsizetype i = 0; i < a.size(); ++i)
        difference |= a.at(i) ^ b.at(i);
    return difference == 0;
}

}  // namespace

UserStore::UserStore(std::vector<std::string> loopbackUsers)
    : m_loopbackUsers(std::move(loopbackUsers))
{
}

void UserStore::add(const std::string& user, std::string_view password)
{
    const quint32 random = QRandomGenerator::system()->generate();
    const QByteArray salt{reinterpret_cast<const char*>(&random), kSaltBytes};
    m_hashes[user] = hashed(salt, password);
}

bool UserStore::accepts(std::string_view user, std::string_view password, bool isLoopback) const
{
    const auto at = m_hashes.find(user);
    // An unknown user costs the same work as a known one.
    const QByteArray expected = at == m_hashes.end() ? QByteArray(kSaltBytes, '\0') : at->second;
    const bool isPassword = isSame(hashed(expected.first(kSaltBytes), password), expected);
    return isPassword && mayComeFrom(user, isLoopback);
}

bool UserStore::acceptsCertificate(std::string_view user, bool isLoopback) const
{
    return m_hashes.contains(user) && mayComeFrom(user, isLoopback);
}

bool UserStore::mayComeFrom(std::string_view user, bool isLoopback) const
{
    return isLoopback || std::ranges::find(m_loopbackUsers, user) == m_loopbackUsers.end();
}

}  // namespace warren::node
