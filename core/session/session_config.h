#pragma once

#include "core/amqp/field_table.h"
#include "core/base/time.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warren::session {

inline constexpr std::string_view kMechanismPlain = "PLAIN";
inline constexpr std::string_view kMechanismAmqplain = "AMQPLAIN";
/// The client's certificate says who it is. Spec: RFC 4422, appendix A.
inline constexpr std::string_view kMechanismExternal = "EXTERNAL";

/// What all sessions of a node have in common. Owned by the node; outlives the sessions.
struct SessionConfig {
    /// Sent in connection.start.
    amqp::FieldTable serverProperties;
    /// By which clients may log in, of kMechanismPlain, kMechanismAmqplain and kMechanismExternal.
    std::vector<std::string> mechanisms{std::string{kMechanismAmqplain},
                                        std::string{kMechanismPlain}};
    /// Offered in connection.tune; a client may ask for less. 0: no limit (but for channels, of
    /// which the number itself allows 65,535).
    std::uint32_t frameBytesMax = 131072;
    std::uint16_t channelMax = 2047;
    std::uint16_t heartbeatSeconds = 60;
    /// Larger messages close their channel.
    std::uint64_t messageBytesMax = 128ull * 1024 * 1024;
    /// From the first byte to connection.open.
    Duration handshakeTimeout = std::chrono::seconds{10};
    /// How long we wait for the answer to our connection.close.
    Duration closeTimeout = std::chrono::seconds{10};
};

/// Judges user names and passwords. Implemented outside, where the hashing is.
class Authenticator {
public:
    virtual ~Authenticator() = default;
    /// Whether this user may log in with this password from where the connection comes.
    virtual bool accepts(std::string_view user, std::string_view password,
                         bool isLoopback) const = 0;
    /// Whether this user, whom a verified certificate names, may log in without a password.
    virtual bool acceptsCertificate(std::string_view /*user*/, bool /*isLoopback*/) const
    {
        return false;
    }
};

/// What the transport knows of a client before it says a word.
struct PeerIdentity {
    bool isLoopback = false;
    /// The user whom its certificate names. Only if TLS has verified that certificate.
    std::optional<std::string> certificateUser{};
};

/// The properties that RabbitMQ 3.10 lists, with this product's name. `clusterName` is shown to
/// clients. Source: RabbitMQ 3.10.8, observed.
amqp::FieldTable serverProperties(std::string_view version, std::string_view clusterName);

}  // namespace warren::session
