#pragma once

#include "core/amqp/constants.h"
#include "core/amqp/field_table.h"
#include "core/amqp/methods.h"
#include "core/base/result.h"
#include "core/session/session_config.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace warren::session {

/// What a client said of itself and what was agreed with it.
struct ClientInfo {
    std::string user;
    std::string vhost;
    std::string mechanism;
    amqp::FieldTable properties;
    std::uint32_t frameBytesMax = amqp::kFrameBytesMin;
    std::uint16_t channelMax = 0;
    std::uint16_t heartbeatSeconds = 0;

    /// Whether the client's properties announce this capability.
    bool hasCapability(std::string_view name) const;
};

/// The mechanisms that this client is offered, with spaces between. EXTERNAL only to who has shown
/// a certificate.
std::string offeredMechanisms(const SessionConfig& config, const PeerIdentity& peer);

/// connection.start for these settings. Borrows `mechanisms`.
amqp::ConnectionStart startMethod(const SessionConfig& config, std::string_view mechanisms);
amqp::ConnectionTune tuneMethod(const SessionConfig& config);

/// Judges connection.start-ok: mechanism, user and password; fills in what the client said.
/// @error CommandInvalid  a mechanism that we don't know, or didn't offer
/// @error AccessRefused  wrong user or password
Status<amqp::AmqpError> authenticate(const amqp::ConnectionStartOk& answer,
                                     const SessionConfig& config,
                                     const Authenticator& authenticator, const PeerIdentity& peer,
                                     ClientInfo& client);

/// Judges connection.tune-ok against what was offered. @error NotAllowed
Status<amqp::AmqpError> negotiate(const amqp::ConnectionTuneOk& answer, const SessionConfig& config,
                                  ClientInfo& client);

}  // namespace warren::session
