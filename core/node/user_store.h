#pragma once

#include "core/broker/catalogue.h"
#include "core/session/session_config.h"

#include <QByteArray>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace warren::node {

/// Judges the logins of a node by the users that its broker knows.
///
/// The fast hash goes first: it refuses a wrong password at once, so that nobody can keep the
/// broker busy with wrong ones. The slow hash is asked once per user and password: what was right
/// is remembered under a random key of this process, so that many connections of one user stay
/// cheap. Thread: the broker's.
class UserStore final : public session::Authenticator {
public:
    /// @param catalogue  outlives the store
    /// @param loopbackUsers  may log in from this machine only
    UserStore(const broker::Catalogue& catalogue, std::vector<std::string> loopbackUsers);

    bool accepts(std::string_view user, std::string_view password, bool isLoopback) const override;
    bool acceptsCertificate(std::string_view user, bool isLoopback) const override;
    bool isLoopbackOnly(std::string_view user) const;

private:
    bool isPassword(const broker::UserDefinition* user, std::string_view password) const;
    QByteArray fingerprint(const broker::UserDefinition& user, std::string_view password) const;
    bool mayComeFrom(std::string_view user, bool isLoopback) const;

    const broker::Catalogue& m_catalogue;
    std::vector<std::string> m_loopbackUsers;
    QByteArray m_key;
    mutable std::map<std::string, QByteArray, std::less<>> m_verified;  // by user
};

}  // namespace warren::node
