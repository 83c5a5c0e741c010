#pragma once

#include "core/base/result.h"
#include "core/broker/definition.h"

#include <QByteArray>

#include <optional>
#include <string>
#include <string_view>

/// Password hashes: RabbitMQ's, so that users move between brokers, and a slow one beside it.
namespace warren::node {

/// Sets the password of a user: a salted SHA-256 in RabbitMQ's format and an Argon2id, with new
/// salts. Takes some 20 ms. @error  why it can't be done, in one sentence: no memory
Status<std::string> setPassword(broker::UserDefinition& user, std::string_view password);

/// Why a hash that came from outside is none in RabbitMQ's format; nothing: it is one.
std::optional<std::string> passwordHashProblem(std::string_view hash,
                                               broker::PasswordHashing hashing);

/// Whether the fast hash fits. Costs the same for a user that isn't there (nullptr).
bool fitsFastHash(const broker::UserDefinition* user, std::string_view password);
/// Whether the slow hash fits; takes some 20 ms. @pre the user has one
bool fitsSlowHash(const broker::UserDefinition& user, std::string_view password);

/// Takes as long for a wrong first byte as for a wrong last one.
bool isSameBytes(const QByteArray& a, const QByteArray& b);

/// "rabbit_password_hashing_sha256" and its kin; nothing: unknown.
std::optional<broker::PasswordHashing> passwordHashingOf(std::string_view name);
std::string_view passwordHashingName(broker::PasswordHashing hashing);

}  // namespace warren::node
