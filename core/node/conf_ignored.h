#pragma once

#include "core/node/conf_values.h"

#include <optional>
#include <string_view>

namespace warren::node {

/// Why a setting of a configuration file changes nothing.
enum class IgnoredReason {
    Unknown,        ///< it belongs to something that is not here, or to nothing at all
    WithoutEffect,  ///< RabbitMQ's inner workings, which have no counterpart
    NotYet,         ///< read and judged; what it is for is not there yet
};

/// A setting of RabbitMQ 3.10 that is judged although nothing acts on it: what RabbitMQ refuses is
/// refused here, so that a file that starts one starts the other.
struct IgnoredJudgement {
    IgnoredReason reason = IgnoredReason::WithoutEffect;
    Problem problem;
};

/// @returns nullopt for a key that is unknown
std::optional<IgnoredJudgement> judgeIgnored(std::string_view key, std::string_view value);

}  // namespace warren::node
