#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace warren::peer {

/// Where a node can be dialled, as "host:port"; an IPv6 address stands in brackets.
struct DialAddress {
    std::string host;  ///< a name or a numeric address, without brackets
    std::uint16_t port = 0;

    bool operator==(const DialAddress&) const = default;

    /// @error one sentence that names `text`
    static Result<DialAddress, std::string> parse(std::string_view text);
};

}  // namespace warren::peer
