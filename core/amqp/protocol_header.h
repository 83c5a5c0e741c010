#pragma once

#include "core/base/bytes.h"

#include <array>
#include <cstddef>

namespace warren::amqp {

inline constexpr std::size_t kProtocolHeaderBytes = 8;

/// What a client sends first, and what we answer to any other header before we close the socket.
/// Spec: AMQP 0-9-1 §4.2.2.
inline constexpr std::array<std::byte, kProtocolHeaderBytes> kProtocolHeader{
    std::byte{'A'}, std::byte{'M'}, std::byte{'Q'}, std::byte{'P'},
    std::byte{0},   std::byte{0},   std::byte{9},   std::byte{1}};

/// What the first bytes of a connection turned out to be.
enum class ProtocolHeader {
    NeedMore,      // may still become an AMQP header
    Amqp091,       // go on; drop kProtocolHeaderBytes from the input
    Amqp10,        // AMQP 1.0, plain
    Amqp10Tls,     // AMQP 1.0, its own TLS layer
    Amqp10Sasl,    // AMQP 1.0, its SASL layer
    OtherVersion,  // "AMQP" with a version that we don't speak (0-8 and unknown ones)
    NotAmqp,       // another protocol: HTTP, TLS, noise
};

/// Recognises the protocol header at the front of `input`. Every answer but NeedMore and Amqp091
/// means: send kProtocolHeader and close, as RabbitMQ does.
/// A wrong byte is noticed as soon as it is there; 0-9 ("AMQP" 1 1 0 9) counts as 0-9-1, as in
/// RabbitMQ.
ProtocolHeader recogniseProtocolHeader(ByteView input);

}  // namespace warren::amqp
