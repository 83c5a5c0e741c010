#pragma once

#include "core/session/session_config.h"

#include <QByteArray>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace warren::node {

/// The users of a node: names and salted password hashes, never passwords.
///
/// Hashes are RabbitMQ's: base64 of four random bytes of salt and the SHA-256 of salt and password.
/// Thread: the broker's.
class UserStore final : public session::Authenticator {
public:
    /// @param loopbackUsers  may log in from this machine only
    explicit UserStore(std::vector<std::string> loopbackUsers);

    void add(const std::string& user, std::string_view password);
    bool accepts(std::string_view user, std::string_view password, bool isLoopback) const override;
    bool acceptsCertificate(std::string_view user, bool isLoopback) const override;

private:
    bool mayComeFrom(std::string_view user, bool isLoopback) const;

    std::map<std::string, QByteArray, std::less<>> m_hashes;  // salt, then SHA-256
    std::vector<std::string> m_loopbackUsers;
};

}  // namespace warren::node
