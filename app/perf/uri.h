#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace warren::perf {

/// Where a broker is and who we are there.
struct Uri {
    std::string host = "127.0.0.1";
    std::uint16_t port = 5672;
    std::string user = "guest";
    std::string password = "guest";
    std::string virtualHost = "/";

    /// "host:port", as messages name the broker; IPv6 addresses in brackets.
    std::string address() const;
    bool operator==(const Uri&) const = default;
};

/// Reads amqp://user:password@host:port/vhost, each part but the scheme optional and
/// percent-encoded, or plain host:port. A vhost that is left out is "/", one that is empty
/// ("amqp://host/") too. Spec: RabbitMQ URI specification.
/// @error a sentence that says what is wrong
Result<Uri, std::string> parseUri(std::string_view text);

}  // namespace warren::perf
