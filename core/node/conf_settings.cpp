#include "core/broker/pattern.h"
#include "core/node/conf_ignored.h"
#include "core/node/conf_values.h"
#include "core/node/rabbitmq_conf.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <map>
#include <optional>
#include <utility>

namespace warren::node {

namespace {

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
    std::map<std::string, ListenAddress, std::less<>> tlsListenersByName;
    bool hasNoTlsListeners = false;
    std::map<std::string, std::string, std::less<>> mechanismsByName;
    std::map<std::string, std::string, std::less<>> tlsVersionsByName;
    std::map<std::string, std::string, std::less<>> ciphersByName;
    std::map<std::string, bool, std::less<>> hasUserTag;
    std::map<std::string, std::string, std::less<>> clusterNodesByName;
    std::map<std::string, std::string, std::less<>> pauseNodesByName;
    bool hasPauseRecovery = false;
};

struct KnownKey {
    std::string_view name;
    Problem (*apply)(std::string_view value, Draft& draft);
};

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

Problem applyConsumerTimeout(std::string_view value, Draft& draft)
{
    // In RabbitMQ only advanced.config can switch it off, with this word.
    if (value == "undefined") {
        draft.config.consumerTimeout.reset();
        return std::nullopt;
    }
    std::uint64_t milliseconds = 0;
    constexpr std::uint64_t kYear = 366ull * 24 * 3600 * 1000;
    if (readInteger<std::uint64_t>(value, milliseconds, 1, kYear)) {
        return "must be undefined or milliseconds from 1 to " + std::to_string(kYear);
    }
    draft.config.consumerTimeout = std::chrono::milliseconds{milliseconds};
    return std::nullopt;
}

Problem applyTlsHandshakeTimeout(std::string_view value, Draft& draft)
{
    std::uint32_t milliseconds = 0;
    if (Problem problem = readInteger<std::uint32_t>(value, milliseconds, 1, 3'600'000)) {
        return problem;
    }
    draft.config.tlsHandshakeTimeout = std::chrono::milliseconds{milliseconds};
    return std::nullopt;
}

Problem applyVerify(std::string_view value, Draft& draft)
{
    std::size_t index = 0;
    if (Problem problem = readChoice(value, "verify_none|verify_peer", index)) return problem;
    draft.config.tls.verifiesPeer = index == 1;
    return std::nullopt;
}

Problem applyCertificateLogin(std::string_view value, Draft& draft)
{
    using Source = CertificateLogin::Source;
    static constexpr std::array kSources{Source::DistinguishedName, Source::CommonName,
                                         Source::SubjectAlternativeName,
                                         Source::SubjectAlternativeName};
    constexpr std::string_view kNames =
        "distinguished_name|common_name|subject_alternative_name|subject_alt_name";
    std::size_t index = 0;
    if (Problem problem = readChoice(value, kNames, index)) return problem;
    draft.config.certificateLogin.source = kSources[index];
    return std::nullopt;
}

Problem applyAlternativeKind(std::string_view value, Draft& draft)
{
    using Kind = net::AlternativeName::Kind;
    static constexpr std::array kKinds{Kind::Dns, Kind::Ip, Kind::Email, Kind::Uri, Kind::Other};
    std::size_t index = 0;
    if (Problem problem = readChoice(value, "dns|ip|email|uri|other_name", index)) return problem;
    draft.config.certificateLogin.alternativeKind = kKinds[index];
    return std::nullopt;
}

Problem applyPartitionHandling(std::string_view value, Draft& draft)
{
    using Handling = ClusterSettings::PartitionHandling;
    static constexpr std::array kHandlings{Handling::Ignore, Handling::PauseMinority,
                                           Handling::Autoheal, Handling::PauseIfAllDown};
    std::size_t index = 0;
    if (Problem problem =
            readChoice(value, "ignore|pause_minority|autoheal|pause_if_all_down", index)) {
        return problem;
    }
    draft.config.cluster.partitionHandling = kHandlings[index];
    return std::nullopt;
}

Problem applyPauseRecovery(std::string_view value, Draft& draft)
{
    std::size_t index = 0;
    if (Problem problem = readChoice(value, "ignore|autoheal", index)) return problem;
    draft.hasPauseRecovery = true;
    draft.config.cluster.pauseIfAllDownHeals = index == 1;
    return std::nullopt;
}

Problem applyKeepalive(std::string_view value, Draft& draft)
{
    std::uint32_t milliseconds = 0;
    if (Problem problem = readInteger<std::uint32_t>(value, milliseconds, 1, 3'600'000)) {
        return problem;
    }
    draft.config.cluster.keepaliveInterval = std::chrono::milliseconds{milliseconds};
    return std::nullopt;
}

Problem applyMasterLocator(std::string_view value, Draft& draft)
{
    std::size_t ignored = 0;
    if (Problem problem = readChoice(value, "client-local|min-masters|random", ignored)) {
        return problem;
    }
    return readText(value, draft.config.cluster.queueMasterLocator);
}

Problem applySyncBatchSize(std::string_view value, Draft& draft)
{
    const auto count = parseByteSize(value);
    if (!count || *count < 1 || *count > 1'000'000) return "must be a number from 1 to 1000000";
    draft.config.cluster.syncBatchSize = static_cast<std::uint32_t>(*count);
    return std::nullopt;
}

Problem readPattern(std::string_view value, std::string& result)
{
    const auto pattern = broker::Pattern::compile(value);
    if (!pattern) return "must be a regular expression: " + pattern.error().reason;
    result = value;
    return std::nullopt;
}

/// What could be given up in silence is refused where somebody may rely on it.
Problem expectFalse(std::string_view value, std::string_view reason)
{
    if (value == "false") return std::nullopt;
    return "must be false: " + std::string{reason};
}

/// Spec: rabbitmq.com/configure, "Core Server Variables", and RabbitMQ 3.10's rabbit.schema. Only
/// `cluster_tls` is ours: RabbitMQ's links are Erlang's, which has a file of its own for that.
constexpr std::array kKnownKeys{
    KnownKey{"channel_max",
             [](std::string_view value, Draft& draft) {
                 return readInteger<std::uint16_t>(value, draft.config.channelMax, 0, 65535);
             }},
    KnownKey{"cluster_formation.node_type",
             [](std::string_view value, Draft& draft) -> Problem {
                 const auto type = cluster::nodeTypeOf(value);
                 if (!type) return "must be disc or ram";
                 draft.config.cluster.joinType = *type;
                 return std::nullopt;
             }},
    KnownKey{"cluster_formation.peer_discovery_backend",
             [](std::string_view value, Draft& draft) {
                 return readText(value, draft.config.cluster.discoveryBackend);
             }},
    KnownKey{"cluster_formation.target_cluster_size_hint",
             [](std::string_view value, Draft& draft) {
                 return readInteger<std::uint32_t>(value, draft.config.cluster.targetSizeHint, 1,
                                                   65535);
             }},
    KnownKey{"cluster_keepalive_interval", applyKeepalive},
    KnownKey{"cluster_name",
             [](std::string_view value, Draft& draft) {
                 return readText(value, draft.config.clusterName);
             }},
    KnownKey{"cluster_partition_handling", applyPartitionHandling},
    KnownKey{"cluster_partition_handling.pause_if_all_down.recover", applyPauseRecovery},
    KnownKey{"cluster_tls.cacertfile",
             [](std::string_view value, Draft& draft) {
                 return readFileName(value, draft.config.cluster.tls.authorityFile);
             }},
    KnownKey{"cluster_tls.certfile",
             [](std::string_view value, Draft& draft) {
                 return readFileName(value, draft.config.cluster.tls.certificateFile);
             }},
    KnownKey{"cluster_tls.keyfile",
             [](std::string_view value, Draft& draft) {
                 return readFileName(value, draft.config.cluster.tls.keyFile);
             }},
    KnownKey{"consumer_timeout", applyConsumerTimeout},
    KnownKey{"default_pass",
             [](std::string_view value, Draft& draft) {
                 return readText(value, draft.config.defaultPassword);
             }},
    KnownKey{"default_permissions.configure",
             [](std::string_view value, Draft& draft) {
                 return readPattern(value, draft.config.defaultPermissions.configure);
             }},
    KnownKey{"default_permissions.read",
             [](std::string_view value, Draft& draft) {
                 return readPattern(value, draft.config.defaultPermissions.read);
             }},
    KnownKey{"default_permissions.write",
             [](std::string_view value, Draft& draft) {
                 return readPattern(value, draft.config.defaultPermissions.write);
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
    KnownKey{"event_exchange.vhost",
             [](std::string_view value, Draft& draft) {
                 return readText(value, draft.config.eventVhost);
             }},
    KnownKey{"frame_max", applyFrameMax},
    KnownKey{"handshake_timeout", applyHandshakeTimeout},
    KnownKey{"heartbeat", applyHeartbeat},
    KnownKey{"listeners.ssl",
             [](std::string_view value, Draft& draft) {
                 return expectNone(value, draft.hasNoTlsListeners);
             }},
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
    KnownKey{"mirroring_sync_batch_size", applySyncBatchSize},
    KnownKey{"mirroring_sync_max_throughput",
             [](std::string_view value, Draft& draft) {
                 return readBytes(value, draft.config.cluster.syncBytesPerSecondMax);
             }},
    KnownKey{"proxy_protocol",
             [](std::string_view value, Draft&) {
                 return expectFalse(value, "the PROXY protocol is not supported");
             }},
    KnownKey{"queue_master_locator", applyMasterLocator},
    KnownKey{"ssl_cert_login_from", applyCertificateLogin},
    KnownKey{"ssl_cert_login_san_index",
             [](std::string_view value, Draft& draft) {
                 return readInteger<std::size_t>(
                     value, draft.config.certificateLogin.alternativeIndex, 0, 255);
             }},
    KnownKey{"ssl_cert_login_san_type", applyAlternativeKind},
    KnownKey{"ssl_handshake_timeout", applyTlsHandshakeTimeout},
    KnownKey{"ssl_options.cacertfile",
             [](std::string_view value, Draft& draft) {
                 return readFileName(value, draft.config.tls.authorityFile);
             }},
    KnownKey{"ssl_options.certfile",
             [](std::string_view value, Draft& draft) {
                 return readFileName(value, draft.config.tls.certificateFile);
             }},
    KnownKey{"ssl_options.crl_check",
             [](std::string_view value, Draft&) {
                 return expectFalse(value, "revocation lists are not supported");
             }},
    KnownKey{"ssl_options.depth",
             [](std::string_view value, Draft& draft) {
                 return readInteger<std::uint8_t>(value, draft.config.tls.depthMax, 0, 255);
             }},
    KnownKey{"ssl_options.fail_if_no_peer_cert",
             [](std::string_view value, Draft& draft) {
                 return readBool(value, draft.config.tls.requiresPeerCertificate);
             }},
    KnownKey{"ssl_options.keyfile",
             [](std::string_view value, Draft& draft) {
                 return readFileName(value, draft.config.tls.keyFile);
             }},
    KnownKey{"ssl_options.password",
             [](std::string_view value, Draft& draft) {
                 return readText(value, draft.config.tls.keyPassword);
             }},
    KnownKey{"ssl_options.verify", applyVerify},
    KnownKey{"tcp_listen_options.backlog", applyBacklog},
    KnownKey{"vm_memory_high_watermark.absolute",
             [](std::string_view value, Draft& draft) {
                 return readOptional(value, draft.memoryAbsoluteBytes, readBytes);
             }},
    KnownKey{"vm_memory_high_watermark.relative",
             [](std::string_view value, Draft& draft) {
                 return readOptional(value, draft.memoryRelative, readRatio);
             }},
    KnownKey{"vm_memory_high_watermark_paging_ratio",
             [](std::string_view value, Draft& draft) {
                 return readPart(value, draft.config.memoryPagingRatio);
             }},
};

/// Kept, but nothing acts on it yet.
bool isOnlyKept(std::string_view key, std::string_view value)
{
    // A side without a majority always pauses.
    if (key == "cluster_partition_handling") return value != "pause_minority";
    if (key == "cluster_formation.node_type") return false;
    return key.starts_with("cluster_formation.") ||
           key.starts_with("cluster_partition_handling.") || key == "cluster_keepalive_interval";
}

Problem applyMechanism(std::string_view name, std::string_view value, Draft& draft)
{
    std::size_t ignored = 0;
    if (Problem problem = readChoice(value, "PLAIN|AMQPLAIN|EXTERNAL", ignored)) return problem;
    return readText(value, draft.mechanismsByName[std::string{name}]);
}

Problem applyTlsVersion(std::string_view name, std::string_view value, Draft& draft)
{
    if (value != "tlsv1.2" && value != "tlsv1.3") {
        return "must be tlsv1.2 or tlsv1.3: older versions are not secure and are never used";
    }
    return readText(value, draft.tlsVersionsByName[std::string{name}]);
}

/// The keys of which each ends with a name that is chosen freely.
struct KnownFamily {
    std::string_view prefix;
    Problem (*apply)(std::string_view name, std::string_view value, Draft& draft);
};

constexpr std::array kKnownFamilies{
    KnownFamily{"auth_backends.",
                [](std::string_view, std::string_view value, Draft&) -> Problem {
                    if (value == "internal" || value == "rabbit_auth_backend_internal") return {};
                    return "must be internal: users of other systems are not supported";
                }},
    KnownFamily{"auth_mechanisms.", applyMechanism},
    KnownFamily{"cluster_formation.classic_config.nodes.",
                [](std::string_view name, std::string_view value, Draft& draft) -> Problem {
                    if (!isValidNodeName(std::string{value})) return "must look like name@host";
                    return readText(value, draft.clusterNodesByName[std::string{name}]);
                }},
    KnownFamily{"cluster_partition_handling.pause_if_all_down.nodes.",
                [](std::string_view name, std::string_view value, Draft& draft) -> Problem {
                    if (!isValidNodeName(std::string{value})) return "must look like name@host";
                    return readText(value, draft.pauseNodesByName[std::string{name}]);
                }},
    KnownFamily{"default_user_tags.",
                [](std::string_view name, std::string_view value, Draft& draft) {
                    return readBool(value, draft.hasUserTag[std::string{name}]);
                }},
    KnownFamily{"listeners.ssl.",
                [](std::string_view name, std::string_view value, Draft& draft) {
                    return readListener(value, draft.tlsListenersByName[std::string{name}]);
                }},
    KnownFamily{"listeners.tcp.",
                [](std::string_view name, std::string_view value, Draft& draft) {
                    return readListener(value, draft.listenersByName[std::string{name}]);
                }},
    KnownFamily{"loopback_users.",
                [](std::string_view name, std::string_view value, Draft& draft) {
                    return readBool(value, draft.isLoopbackUser[std::string{name}]);
                }},
    KnownFamily{"ssl_options.cacerts.",
                [](std::string_view, std::string_view, Draft&) -> Problem {
                    return "must be in a file, see ssl_options.cacertfile";
                }},
    KnownFamily{"ssl_options.ciphers.",
                [](std::string_view name, std::string_view value, Draft& draft) {
                    return readText(value, draft.ciphersByName[std::string{name}]);
                }},
    KnownFamily{"ssl_options.key.",
                [](std::string_view, std::string_view, Draft&) -> Problem {
                    return "must be in a file, see ssl_options.keyfile";
                }},
    KnownFamily{"ssl_options.versions.", applyTlsVersion},
};

/// What became of a setting: nullopt if it holds, or why it is ignored.
/// @error  what is wrong with the value
Result<std::optional<IgnoredReason>, std::string> applySetting(const ConfSetting& setting,
                                                               Draft& draft)
{
    using Outcome = std::optional<IgnoredReason>;
    Problem problem;
    Outcome outcome;
    const std::string_view wholeKey = setting.key;
    const auto* family = std::ranges::find_if(kKnownFamilies, [&](const KnownFamily& candidate) {
        return wholeKey.starts_with(candidate.prefix);
    });
    const auto* key = std::ranges::find(kKnownKeys, wholeKey, &KnownKey::name);
    if (family != kKnownFamilies.end()) {
        problem = family->apply(wholeKey.substr(family->prefix.size()), setting.value, draft);
    } else if (key != kKnownKeys.end()) {
        problem = key->apply(setting.value, draft);
    } else if (auto ignored = judgeIgnored(wholeKey, setting.value)) {
        problem = std::move(ignored->problem);
        outcome = ignored->reason;
    } else {
        outcome = IgnoredReason::Unknown;
    }
    if (problem) return std::move(*problem);
    if (!outcome && isOnlyKept(wholeKey, setting.value)) outcome = IgnoredReason::NotYet;
    return outcome;
}

template <typename T>
std::vector<T> valuesOf(const std::map<std::string, T, std::less<>>& byName)
{
    std::vector<T> values;
    for (const auto& [name, value] : byName)
        values.push_back(value);
    return values;
}

std::vector<std::string> withoutRepetitions(const std::vector<std::string>& values)
{
    std::vector<std::string> result;
    for (const std::string& value : values) {
        if (std::ranges::find(result, value) == result.end()) result.push_back(value);
    }
    return result;
}

/// What is wrong with all settings together. Each of these would start a node that refuses
/// everybody, or that checks less than was asked for.
Problem judgeTogether(const Draft& draft)
{
    const net::TlsOptions& tls = draft.config.tls;
    const bool hasTls = !draft.hasNoTlsListeners && !draft.tlsListenersByName.empty();
    if (draft.hasNoTcpListeners && !hasTls) {
        return "'listeners.tcp = none' leaves nothing to listen on";
    }
    if (hasTls && (tls.certificateFile.empty() || tls.keyFile.empty())) {
        return "'listeners.ssl' needs 'ssl_options.certfile' and 'ssl_options.keyfile'";
    }
    if (tls.verifiesPeer && tls.authorityFile.empty()) {
        return "'ssl_options.verify = verify_peer' needs 'ssl_options.cacertfile'";
    }
    if (tls.requiresPeerCertificate && !tls.verifiesPeer) {
        return "'ssl_options.fail_if_no_peer_cert = true' needs 'ssl_options.verify = verify_peer'";
    }
    using Handling = ClusterSettings::PartitionHandling;
    if (draft.config.cluster.partitionHandling == Handling::PauseIfAllDown &&
        (draft.pauseNodesByName.empty() || !draft.hasPauseRecovery)) {
        return "'cluster_partition_handling = pause_if_all_down' needs its nodes and its recover";
    }
    return std::nullopt;
}

/// As RabbitMQ's schema: a relative limit wins over an absolute one, wherever it stands; naming one
/// loopback user replaces the whole list.
NodeConfig finish(Draft draft)
{
    NodeConfig config = std::move(draft.config);
    if (!draft.listenersByName.empty()) config.listeners = valuesOf(draft.listenersByName);
    if (draft.hasNoTcpListeners) config.listeners.clear();
    if (!draft.tlsListenersByName.empty()) config.tlsListeners = valuesOf(draft.tlsListenersByName);
    if (draft.hasNoTlsListeners) config.tlsListeners.clear();
    if (!draft.mechanismsByName.empty()) {
        config.authMechanisms = withoutRepetitions(valuesOf(draft.mechanismsByName));
    }
    if (!draft.tlsVersionsByName.empty()) {
        const std::vector<std::string> versions = valuesOf(draft.tlsVersionsByName);
        config.tls.allowsTls12 = std::ranges::find(versions, "tlsv1.2") != versions.end();
        config.tls.allowsTls13 = std::ranges::find(versions, "tlsv1.3") != versions.end();
    }
    if (!draft.ciphersByName.empty()) config.tls.ciphers = valuesOf(draft.ciphersByName);
    if (!draft.hasUserTag.empty()) {
        config.defaultUserTags.clear();
        for (const auto& [tag, isSet] : draft.hasUserTag) {
            if (isSet) config.defaultUserTags.push_back(tag);
        }
    }
    if (!draft.clusterNodesByName.empty())
        config.cluster.nodes = valuesOf(draft.clusterNodesByName);
    if (!draft.pauseNodesByName.empty()) {
        config.cluster.pauseIfAllDownNodes = valuesOf(draft.pauseNodesByName);
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

Result<std::vector<IgnoredSetting>, ConfError> applyConf(const std::vector<ConfSetting>& settings,
                                                         NodeConfig& config)
{
    Draft draft;
    draft.config = config;
    std::vector<IgnoredSetting> ignored;
    for (const ConfSetting& setting : settings) {
        const auto outcome = applySetting(setting, draft);
        if (!outcome) return ConfError{setting.line, "'" + setting.key + "' " + outcome.error()};
        if (outcome->has_value()) ignored.push_back({setting.key, setting.line, **outcome});
    }
    if (Problem problem = judgeTogether(draft)) return ConfError{0, std::move(*problem)};
    config = finish(std::move(draft));
    return ignored;
}

}  // namespace warren::node
