#include "core/node/user_store.h"

#include "core/node/password_hash.h"

#include <QMessageAuthenticationCode>
#include <QRandomGenerator>

#include <algorithm>
#include <array>
#include <utility>

namespace warren::node {

namespace {

/// Users whose passwords are remembered; beyond it they are forgotten all together.
constexpr std::size_t kVerifiedKept = 4096;

}  // namespace

UserStore::UserStore(const broker::Catalogue& catalogue, std::vector<std::string> loopbackUsers)
    : m_catalogue(catalogue), m_loopbackUsers(std::move(loopbackUsers))
{
    std::array<quint32, 8> key{};
    QRandomGenerator::system()->fillRange(key.data(), static_cast<qsizetype>(key.size()));
    m_key = QByteArray{reinterpret_cast<const char*>(key.data()), sizeof key};
}

bool UserStore::accepts(std::string_view name, std::string_view password, bool isLoopback) const
{
    // Nobody logs in without a name: that is the node itself.
    const broker::UserDefinition* user = name.empty() ? nullptr : m_catalogue.findUser(name);
    return isPassword(user, password) && mayComeFrom(name, isLoopback);
}

bool UserStore::acceptsCertificate(std::string_view name, bool isLoopback) const
{
    const bool isKnown = !name.empty() && m_catalogue.findUser(name) != nullptr;
    return isKnown && mayComeFrom(name, isLoopback);
}

bool UserStore::isPassword(const broker::UserDefinition* user, std::string_view password) const
{
    // Source: RabbitMQ 3.10.8: an empty password is refused, whatever the hash is of.
    if (!fitsFastHash(user, password) || password.empty()) return false;
    if (user->slowHash.empty()) return true;
    const QByteArray seen = fingerprint(*user, password);
    const auto at = m_verified.find(user->name);
    if (at != m_verified.end() && isSameBytes(at->second, seen)) return true;
    if (!fitsSlowHash(*user, password)) return false;
    if (m_verified.size() >= kVerifiedKept) m_verified.clear();
    m_verified[user->name] = seen;
    return true;
}

/// Of the password and of what it was verified with: another password of the user is another one.
QByteArray UserStore::fingerprint(const broker::UserDefinition& user,
                                  std::string_view password) const
{
    QMessageAuthenticationCode code(QCryptographicHash::Sha256, m_key);
    code.addData(user.slowHash.data(), static_cast<qsizetype>(user.slowHash.size()));
    code.addData("\0", 1);
    code.addData(password.data(), static_cast<qsizetype>(password.size()));
    return code.result();
}

bool UserStore::isLoopbackOnly(std::string_view user) const
{
    return std::ranges::find(m_loopbackUsers, user) != m_loopbackUsers.end();
}

bool UserStore::mayComeFrom(std::string_view user, bool isLoopback) const
{
    return isLoopback || !isLoopbackOnly(user);
}

}  // namespace warren::node
