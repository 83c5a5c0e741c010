#pragma once

#include "core/base/result.h"
#include "core/node/conf_ignored.h"
#include "core/node/node_config.h"

#include <QString>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace warren::node {

/// One `key = value` of a file in rabbitmq.conf syntax.
struct ConfSetting {
    std::string key;
    std::string value;
    std::size_t line = 0;  ///< from 1
    bool operator==(const ConfSetting&) const = default;
};

/// Why a file can't be used: always with the place.
struct ConfError {
    std::size_t line = 0;  ///< from 1; 0: the file as a whole
    std::string text;
};

/// Cuts a file into settings; knows nothing of what they mean.
///
/// Grammar: `line = [ key "=" value ] [ "#" comment ]`, with spaces around each. A key is
/// parts of letters, digits, `_` and `-`, joined by `.`; a `.` inside a part is written `\.`. A
/// value ends where a `#` or the line ends; it is never empty. Spec: rabbitmq.com/configure, "the
/// rabbitmq.conf format"; checked against cuttlefish 3.0.1, the parser of RabbitMQ 3.10.
///
/// Deviation: a value in single quotes loses them and may contain `#`, as in RabbitMQ since 3.13.
/// RabbitMQ 3.10 would keep the quotes and cut at the `#`, which nobody can want.
Result<std::vector<ConfSetting>, ConfError> parseConf(std::string_view text);

/// A setting that changes nothing here. Without its value, which may be a secret.
struct IgnoredSetting {
    std::string key;
    std::size_t line = 0;
    IgnoredReason reason = IgnoredReason::Unknown;
    bool operator==(const IgnoredSetting&) const = default;
};

/// Applies `settings` in their order (a later one of the same key wins) to `config`.
/// @returns the settings that change nothing
/// @error  the first value that can't be used, or what the settings together lack; `config` is as
/// before then
Result<std::vector<IgnoredSetting>, ConfError> applyConf(const std::vector<ConfSetting>& settings,
                                                         NodeConfig& config);

/// A larger file is no configuration.
inline constexpr std::int64_t kConfBytesMax = 1024 * 1024;

/// Reads and applies the file at `path`.
/// @error  one sentence with path, line and reason
Result<std::vector<IgnoredSetting>, std::string> loadConfFile(const QString& path,
                                                              NodeConfig& config);

}  // namespace warren::node
