#pragma once

#include "core/net/peer_certificate.h"
#include "core/node/node_config.h"

#include <optional>
#include <string>

namespace warren::node {

/// The user whom a client's certificate names, as RabbitMQ reads it: the whole subject, its common
/// names joined by commas, or one of the alternative names. nullopt: it names nobody.
///
/// Deviation: RabbitMQ 3.10 takes an address as its raw bytes, which no user can be called; here it
/// is text, "127.0.0.1".
std::optional<std::string> certificateUser(const net::PeerCertificate& certificate,
                                           const CertificateLogin& login);

}  // namespace warren::node
