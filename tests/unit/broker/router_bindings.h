#pragma once

#include "core/broker/router.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace warren::broker {

inline Destination queue(std::uint64_t id)
{
    return {.kind = DestinationKind::Queue, .queue = {id}, .exchange = {}};
}

inline Destination exchange(std::uint64_t id)
{
    return {.kind = DestinationKind::Exchange, .queue = {}, .exchange = {id}};
}

inline RouterBinding bind(std::string key, Destination destination, amqp::FieldTable arguments = {})
{
    return {.routingKey = std::move(key),
            .arguments = std::move(arguments),
            .destination = destination};
}

/// Where the router sends a message, sorted, each destination once.
inline std::vector<Destination> routed(const Router& router, std::string_view key,
                                       ByteView properties = {})
{
    std::vector<Destination> out;
    Prng random{1};
    router.route(key, properties, random, out);
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

using Destinations = std::vector<Destination>;

}  // namespace warren::broker
