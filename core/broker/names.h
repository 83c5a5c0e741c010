#pragma once

#include "core/base/prng.h"

#include <string>
#include <string_view>

namespace warren::broker {

/// The queue that is none: replies to a channel. Spec: RabbitMQ, "Direct Reply-to".
inline constexpr std::string_view kReplyToName = "amq.rabbitmq.reply-to";

/// A name that the broker gives: the prefix and 22 characters of URL-safe base64, as RabbitMQ makes
/// amq.gen-… and amq.ctag-… names.
std::string generatedName(std::string_view prefix, Prng& prng);

/// The name without line breaks, which RabbitMQ drops from names of exchanges and queues.
std::string withoutLineBreaks(std::string_view name);

}  // namespace warren::broker
