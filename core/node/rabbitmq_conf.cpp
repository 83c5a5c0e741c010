#include "core/node/rabbitmq_conf.h"

#include "core/node/information_unit.h"

#include <QFile>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace warren::node {

namespace {

// ---- Syntax -------------------------------------------------------------------------------------

constexpr std::string_view kSpaces = " \t";

bool isKeyCharacter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

std::string_view trimmed(std::string_view text)
{
    const std::size_t first = text.find_first_not_of(kSpaces);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

/// `a.b\.c` is the key of the parts "a" and "b.c"; the escape is dropped, since no key that has a
/// meaning here could be mistaken for another one without it.
std::optional<std::string> parseKey(std::string_view text)
{
    std::string key;
    bool isPartEmpty = true;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '.') {
            key += '.';
            i += 1;
            isPartEmpty = false;
        } else if (text[i] == '.') {
            if (isPartEmpty) return std::nullopt;
            key += '.';
            isPartEmpty = true;
        } else if (isKeyCharacter(text[i])) {
            key += text[i];
            isPartEmpty = false;
        } else {
            return std::nullopt;
        }
    }
    if (isPartEmpty) return std::nullopt;
    return key;
}

/// The part of `rest` (what follows the "=") that is the value; empty if there is none.
std::string_view parseValue(std::string_view rest)
{
    const std::string_view text = trimmed(rest);
    if (text.starts_with('\'')) {
        const std::size_t end = text.find('\'', 1);
        if (end != std::string_view::npos) {
            const std::string_view behind = trimmed(text.substr(end + 1));
            if (behind.empty() || behind.starts_with('#')) return text.substr(1, end - 1);
        }
    }
    return trimmed(text.substr(0, text.find('#')));
}

// ---- Values -------------------------------------------------------------------------------------

/// What is wrong with a value; nullopt: nothing.
using Problem = std::optional<std::string>;

template <std::unsigned_integral Integer>
Problem readInteger(std::string_view value, Integer& result, Integer lowest, Integer highest)
{
    std::uint64_t number = 0;
    const char* end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, number);
    if (error != std::errc{} || stop != end || number < lowest || number > highest) {
        return "must be a number from " + std::to_string(lowest) + " to " + std::to_string(highest);
    }
    result = static_cast<Integer>(number);
    return std::nullopt;
}

Problem readRatio(std::string_view value, double& result)
{
    double number = 0;
    const char* end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, number);
    if (error != std::errc{} || stop != end || !std::isfinite(number) || number < 0) {
        return "must be a number like 0.4";
    }
    result = number;
    return std::nullopt;
}

Problem readBytes(std::string_view value, std::uint64_t& result)
{
    const auto bytes = parseInformationUnit(value);
    if (!bytes) return "must be a size like 512MB or 2GiB";
    result = *bytes;
    return std::nullopt;
}

Problem readBool(std::string_view value, bool& result)
{
    if (value != "true" && value != "false") return "must be true or false";
    result = value == "true";
    return std::nullopt;
}

Problem readText(std::string_view value, std::string& result)
{
    result = value;
    return std::nullopt;
}

/// RabbitMQ's levels, of which there are more.
Problem readLogLevel(std::string_view value, LogLevel& result)
{
    static constexpr std::array<std::pair<std::string_view, LogLevel>, 9> kLevels{{
        {"debug", LogLevel::Debug},
        {"info", LogLevel::Info},
        {"notice", LogLevel::Info},
        {"warning", LogLevel::Warning},
        {"error", LogLevel::Error},
        {"critical", LogLevel::Error},
        {"alert", LogLevel::Error},
        {"emergency", LogLevel::Error},
        {"none", LogLevel::Error},
    }};
    for (const auto& [name, level] : kLevels) {
        if (name != value) continue;
        result = level;
        return std::nullopt;
    }
    return "must be debug, info, notice, warning, error, critical, alert, emergency or none";
}

/// "5672", "127.0.0.1:5672", "::1:5672" or "[::1]:5672". Without an address the default holds.
///
/// Deviation: in RabbitMQ a port alone means all addresses of the machine. A desktop's broker opens
/// itself to the network only where the address says so.
Problem readListener(std::string_view value, ListenAddress& result)
{
    ListenAddress listener;
    std::string_view port = value;
    const std::size_t colon = value.rfind(':');
    if (colon != std::string_view::npos) {
        std::string_view address = value.substr(0, colon);
        if (address.starts_with('[') && address.ends_with(']')) {
            address = address.substr(1, address.size() - 2);
        }
        if (address.empty()) return "must be a port or address:port";
        listener.address = address;
        port = value.substr(colon + 1);
    }
    if (readInteger<std::uint16_t>(port, listener.port, 0, 65535)) {
        return "must be a port or address:port";
    }
    result = std::move(listener);
    return std::nullopt;
}

// ---- Meaning ------------------------------------------------------------------------------------

/// The configuration while settings come in, with what can be decided only at the end.
struct Draft {
    NodeConfig config;
    std::map<std::string, ListenAddress, std::less<>> listenersByName;
    bool hasNoTcpListeners = false;
    std::optional<double> memoryRelative;
    std::optional<std::uint64_t> memoryAbsoluteBytes;
    std::optional<double> diskRelative;
    std::optional<std::uint64_t> diskAbsoluteBytes;
    std::map<std::string, bool, std::less<>> isLoopbackUser;
    bool hasNoLoopbackUsers = false;
    std::optional<LogLevel> consoleLevel;
    std::optional<LogLevel> fileLevel;
};

struct KnownKey {
    std::string_view name;
    Problem (*apply)(std::string_view value, Draft& draft);
};

template <typename T, typename Read>
Problem readOptional(std::string_view value, std::optional<T>& result, Read read)
{
    T parsed{};
    if (Problem problem = read(value, parsed)) return problem;
    result = parsed;
    return std::nullopt;
}

Problem expectNone(std::string_view value, bool& result)
{
    if (value != "none") return "must be none";
    result = true;
    return std::nullopt;
}

Problem applyHeartbeat(std::string_view value, Draft& draft)
{
    std::uint32_t seconds = 0;
    if (Problem problem = readInteger<std::uint32_t>(value, seconds, 0, 65535)) return problem;
    draft.config.heartbeat = std::chrono::seconds{seconds};
    return std::nullopt;
}

/// Spec: AMQP 0-9-1 §4.2.3, frame-min-size is 4096; 0 means no limit.
Problem applyFrameMax(std::string_view value, Draft& draft)
{
    constexpr std::uint64_t kLowest = 4096;
    constexpr std::uint64_t kHighest = std::numeric_limits<std::uint32_t>::max();
    const auto bytes = parseByteSize(value);
    if (!bytes || *bytes > kHighest || (*bytes != 0 && *bytes < kLowest)) {
        return "must be 0 or a size of at least 4096 bytes";
    }
    draft.config.frameBytesMax = static_cast<std::uint32_t>(*bytes);
    return std::nullopt;
}

Problem applyHandshakeTimeout(std::string_view value, Draft& draft)
{
    if (value == "infinity") {
        draft.config.handshakeTimeout.reset();
        return std::nullopt;
    }
    std::uint32_t milliseconds = 0;
    if (readInteger<std::uint32_t>(value, milliseconds, 1, 3'600'000)) {
        return "must be infinity or milliseconds from 1 to 3600000";
    }
    draft.config.handshakeTimeout = std::chrono::milliseconds{milliseconds};
    return std::nullopt;
}

Problem applyBacklog(std::string_view value, Draft& draft)
{
    std::uint32_t backlog = 0;
    if (Problem problem = readInteger<std::uint32_t>(value, backlog, 1, 65535)) return problem;
    draft.config.listenBacklog = static_cast<int>(backlog);
    return std::nullopt;
}

/// Spec: rabbitmq.com/configure, "Core Server Variables", and RabbitMQ 3.10's rabbit.schema.
constexpr std::array kKnownKeys{
    KnownKey{"channel_max",
             [](std::string_view value, Draft& draft) {
                 return readInteger<std::uint16_t>(value, draft.config.channelMax, 0, 65535);
             }},
    KnownKey{"cluster_name",
             [](std::string_view value, Draft& draft) {
                 return readText(value, draft.config.clusterName);
             }},
    KnownKey{"default_pass",
             [](std::string_view value, Draft& draft) {
                 return readText(value, draft.config.defaultPassword);
             }},
    KnownKey{"default_user",
             [](std::string_view value, Draft& draft) {
                 return readText(value, draft.config.defaultUser);
             }},
    KnownKey{"default_vhost",
             [](std::string_view value, Draft& draft) {
                 return readText(value, draft.config.defaultVhost);
             }},
    KnownKey{"disk_free_limit.absolute",
             [](std::string_view value, Draft& draft) {
                 return readOptional(value, draft.diskAbsoluteBytes, readBytes);
             }},
    KnownKey{"disk_free_limit.relative",
             [](std::string_view value, Draft& draft) {
                 return readOptional(value, draft.diskRelative, readRatio);
             }},
    KnownKey{"frame_max", applyFrameMax},
    KnownKey{"handshake_timeout", applyHandshakeTimeout},
    KnownKey{"heartbeat", applyHeartbeat},
    KnownKey{"listeners.tcp",
             [](std::string_view value, Draft& draft) {
                 return expectNone(value, draft.hasNoTcpListeners);
             }},
    KnownKey{"log.console.level",
             [](std::string_view value, Draft& draft) {
                 return readOptional(value, draft.consoleLevel, readLogLevel);
             }},
    KnownKey{"log.file.level",
             [](std::string_view value, Draft& draft) {
                 return readOptional(value, draft.fileLevel, readLogLevel);
             }},
    KnownKey{"loopback_users",
             [](std::string_view value, Draft& draft) {
                 return expectNone(value, draft.hasNoLoopbackUsers);
             }},
    KnownKey{"max_message_size",
             [](std::string_view value, Draft& draft) {
                 return readInteger<std::uint64_t>(value, draft.config.messageBytesMax, 1,
                                                   536'870'912);
             }},
    KnownKey{"tcp_listen_options.backlog", applyBacklog},
    KnownKey{"vm_memory_high_watermark.absolute",
             [](std::string_view value, Draft& draft) {
                 return readOptional(value, draft.memoryAbsoluteBytes, readBytes);
             }},
    KnownKey{"vm_memory_high_watermark.relative",
             [](std::string_view value, Draft& draft) {
                 return readOptional(value, draft.memoryRelative, readRatio);
             }},
};

enum class Known { Yes, No };

/// @error  what is wrong with the value
Result<Known, std::string> applySetting(const ConfSetting& setting, Draft& draft)
{
    constexpr std::string_view kListenerPrefix = "listeners.tcp.";
    constexpr std::string_view kLoopbackPrefix = "loopback_users.";

    Problem problem;
    if (setting.key.starts_with(kListenerPrefix)) {
        problem = readListener(setting.value,
                               draft.listenersByName[setting.key.substr(kListenerPrefix.size())]);
    } else if (setting.key.starts_with(kLoopbackPrefix)) {
        problem = readBool(setting.value,
                           draft.isLoopbackUser[setting.key.substr(kLoopbackPrefix.size())]);
    } else {
        const auto* key = std::ranges::find(kKnownKeys, setting.key, &KnownKey::name);
        if (key == kKnownKeys.end()) return Known::No;
        problem = key->apply(setting.value, draft);
    }
    if (problem) return std::move(*problem);
    return Known::Yes;
}

/// As RabbitMQ's schema: a relative limit wins over an absolute one, wherever it stands; naming one
/// loopback user replaces the whole list.
NodeConfig finish(Draft draft)
{
    NodeConfig config = std::move(draft.config);
    if (!draft.listenersByName.empty()) {
        config.listeners.clear();
        for (auto& [name, listener] : draft.listenersByName) {
            config.listeners.push_back(std::move(listener));
        }
    }
    if (draft.memoryRelative) {
        config.memoryWatermark = {*draft.memoryRelative, std::nullopt};
    } else if (draft.memoryAbsoluteBytes) {
        config.memoryWatermark.absoluteBytes = draft.memoryAbsoluteBytes;
    }
    if (draft.diskRelative) {
        config.diskFreeLimit.relativeToMemory = draft.diskRelative;
    } else if (draft.diskAbsoluteBytes) {
        config.diskFreeLimit = {*draft.diskAbsoluteBytes, std::nullopt};
    }
    if (draft.hasNoLoopbackUsers || !draft.isLoopbackUser.empty()) config.loopbackUsers.clear();
    if (!draft.hasNoLoopbackUsers) {
        for (const auto& [user, isLoopback] : draft.isLoopbackUser) {
            if (isLoopback) config.loopbackUsers.push_back(user);
        }
    }
    // There is one log; the console's level is closer to it than the file's.
    if (draft.fileLevel) config.logLevel = *draft.fileLevel;
    if (draft.consoleLevel) config.logLevel = *draft.consoleLevel;
    return config;
}

}  // namespace

Result<std::vector<ConfSetting>, ConfError> parseConf(std::string_view text)
{
    std::vector<ConfSetting> settings;
    std::size_t lineNumber = 0;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        std::string_view line = text.substr(begin, end - begin);
        begin = end + 1;
        lineNumber += 1;
        if (line.ends_with('\r')) line.remove_suffix(1);
        line = trimmed(line);
        if (line.empty() || line.starts_with('#')) continue;

        const std::size_t equals = line.find('=');
        if (equals == std::string_view::npos) return ConfError{lineNumber, "expected key = value"};
        const auto key = parseKey(trimmed(line.substr(0, equals)));
        if (!key) return ConfError{lineNumber, "expected a key in front of the ="};
        const std::string_view value = parseValue(line.substr(equals + 1));
        if (value.empty()) return ConfError{lineNumber, "expected a value for '" + *key + "'"};
        settings.push_back({*key, std::string(value), lineNumber});
    }
    return settings;
}

Result<std::vector<ConfSetting>, ConfError> applyConf(const std::vector<ConfSetting>& settings,
                                                      NodeConfig& config)
{
    Draft draft;
    draft.config = config;
    std::vector<ConfSetting> unknown;
    for (const ConfSetting& setting : settings) {
        const auto applied = applySetting(setting, draft);
        if (!applied) {
            return ConfError{setting.line, "'" + setting.key + "' " + applied.error()};
        }
        if (*applied == Known::No) unknown.push_back(setting);
    }
    if (draft.hasNoTcpListeners) {
        return ConfError{0, "'listeners.tcp = none' leaves nothing to listen on"};
    }
    config = finish(std::move(draft));
    return unknown;
}

Result<std::vector<ConfSetting>, std::string> loadConfFile(const QString& path, NodeConfig& config)
{
    const std::string name = path.toStdString();
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        return "cannot read the configuration file " + name + ": " +
               file.errorString().toStdString();
    }
    const QByteArray bytes = file.read(kConfBytesMax + 1);
    if (bytes.size() > kConfBytesMax) {
        return "the configuration file " + name + " is larger than 1 MiB";
    }
    const auto describe = [&name](const ConfError& error) {
        const std::string place = error.line == 0 ? name : name + ':' + std::to_string(error.line);
        return place + ": " + error.text;
    };
    const auto settings = parseConf({bytes.constData(), static_cast<std::size_t>(bytes.size())});
    if (!settings) return describe(settings.error());
    auto unknown = applyConf(*settings, config);
    if (!unknown) return describe(unknown.error());
    return std::move(*unknown);
}

}  // namespace warren::node
