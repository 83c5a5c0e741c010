#pragma once

#include <cstdint>
#include <string>

namespace warren::perf {

/// Why a connection is of no more use.
enum class FailureKind {
    Unreachable,  // no TCP connection, or no answer in time
    Refused,      // the broker did not let us in: login or virtual host
    Closed,       // the broker closed the channel or the connection, and said why
    Lost,         // the TCP connection ended without a word
    Protocol,     // what came is no AMQP 0-9-1
    Local,        // this machine's limits: descriptors, epoll
};

/// A failure of the world, in a sentence for a person.
struct Failure {
    FailureKind kind = FailureKind::Protocol;
    std::string text{};
    std::uint16_t replyCode = 0;  // of Refused and Closed, if the broker gave one
};

}  // namespace warren::perf
