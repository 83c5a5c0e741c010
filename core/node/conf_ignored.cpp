#include "core/node/conf_ignored.h"

#include <array>
#include <cstdint>
#include <limits>

namespace warren::node {

namespace {

Problem judgeAny(std::string_view) { return std::nullopt; }

Problem judgeBool(std::string_view value)
{
    bool ignored = false;
    return readBool(value, ignored);
}

/// Any integer that RabbitMQ would take; negative ones have a meaning for some keys.
Problem judgeInteger(std::string_view value)
{
    if (value.starts_with('-')) value.remove_prefix(1);
    std::uint64_t ignored = 0;
    if (readInteger<std::uint64_t>(value, ignored, 0, std::numeric_limits<std::int64_t>::max())) {
        return "must be a number";
    }
    return std::nullopt;
}

Problem judgeNatural(std::string_view value)
{
    std::uint32_t ignored = 0;
    return readInteger<std::uint32_t>(value, ignored, 0, std::numeric_limits<std::uint32_t>::max());
}

Problem judgePositive(std::string_view value)
{
    std::uint32_t ignored = 0;
    return readInteger<std::uint32_t>(value, ignored, 1, std::numeric_limits<std::uint32_t>::max());
}

Problem judgeSize(std::string_view value)
{
    std::uint64_t ignored = 0;
    return readBytes(value, ignored);
}

Problem judgeByteSize(std::string_view value)
{
    if (parseByteSize(value)) return std::nullopt;
    return "must be a size like 4096 or 128kb";
}

Problem judgeLevel(std::string_view value)
{
    LogLevel ignored{};
    return readLogLevel(value, ignored);
}

Problem judgeNone(std::string_view value)
{
    bool ignored = false;
    return expectNone(value, ignored);
}

Problem judgeOffOrInteger(std::string_view value)
{
    if (value == "off") return std::nullopt;
    return judgePositive(value);
}

Problem judgeInfinityOrInteger(std::string_view value)
{
    if (value == "infinity") return std::nullopt;
    return judgeNatural(value);
}

template <const char* kChoices>
Problem judgeChoice(std::string_view value)
{
    std::size_t ignored = 0;
    return readChoice(value, kChoices, ignored);
}

constexpr char kHashingModules[] =
    "rabbit_password_hashing_sha256|rabbit_password_hashing_sha512|rabbit_password_hashing_md5";
constexpr char kMemoryStrategies[] = "rss|erlang|allocated|legacy";
constexpr char kStatistics[] = "none|coarse|fine";
constexpr char kRestartStrategies[] = "stop_node|continue|transient|persistent";
constexpr char kQueueVersions[] = "1|2";

struct IgnoredKey {
    std::string_view pattern;  ///< a key; with "*" at its end, all that begin so
    Problem (*judge)(std::string_view value);
    IgnoredReason reason = IgnoredReason::WithoutEffect;
};

/// The first that matches holds. Spec: RabbitMQ 3.10's rabbit.schema.
constexpr std::array kIgnoredKeys{
    IgnoredKey{"background_gc_enabled", judgeBool},
    IgnoredKey{"background_gc_target_interval", judgeInteger},
    IgnoredKey{"classic_queue.default_version", judgeChoice<kQueueVersions>},
    IgnoredKey{"cluster_formation.discovery_retry_interval", judgePositive, IgnoredReason::NotYet},
    IgnoredKey{"cluster_formation.discovery_retry_limit", judgePositive, IgnoredReason::NotYet},
    IgnoredKey{"cluster_formation.internal_lock_retries", judgePositive, IgnoredReason::NotYet},
    IgnoredKey{"cluster_formation.lock_retry_limit", judgePositive, IgnoredReason::NotYet},
    IgnoredKey{"cluster_formation.lock_retry_timeout", judgePositive, IgnoredReason::NotYet},
    IgnoredKey{"cluster_formation.randomized_startup_delay_range.*", judgeNatural},
    IgnoredKey{"cluster_formation.*", judgeAny, IgnoredReason::NotYet},
    IgnoredKey{"collect_statistics", judgeChoice<kStatistics>},
    IgnoredKey{"collect_statistics_interval", judgeInteger},
    IgnoredKey{"connection_max", judgeInfinityOrInteger, IgnoredReason::NotYet},
    IgnoredKey{"default_worker_pool_size", judgeNatural},
    IgnoredKey{"definitions.*", judgeAny, IgnoredReason::NotYet},
    IgnoredKey{"delegate_count", judgeNatural},
    IgnoredKey{"distribution.listener.*", judgeAny},
    IgnoredKey{"erlang.K", judgeAny},
    IgnoredKey{"hipe_compile", judgeBool},
    IgnoredKey{"initial_frame_max", judgeByteSize},
    IgnoredKey{"load_definitions", judgeAny, IgnoredReason::NotYet},
    IgnoredKey{"log.channel.level", judgeLevel},
    IgnoredKey{"log.connection.level", judgeLevel},
    IgnoredKey{"log.console", judgeBool},
    IgnoredKey{"log.default.level", judgeLevel},
    IgnoredKey{"log.exchange", judgeBool},
    IgnoredKey{"log.exchange.level", judgeLevel},
    IgnoredKey{"log.federation.level", judgeLevel},
    IgnoredKey{"log.journald", judgeBool},
    IgnoredKey{"log.journald.level", judgeLevel},
    IgnoredKey{"log.mirroring.level", judgeLevel},
    IgnoredKey{"log.queue.level", judgeLevel},
    IgnoredKey{"log.ra.level", judgeLevel},
    IgnoredKey{"log.syslog", judgeBool},
    IgnoredKey{"log.syslog.level", judgeLevel},
    IgnoredKey{"log.upgrade.level", judgeLevel},
    IgnoredKey{"log.*", judgeAny},
    IgnoredKey{"memory_monitor_interval", judgeInteger},
    IgnoredKey{"message_store_shutdown_timeout", judgePositive},
    IgnoredKey{"mnesia_table_loading_retry_limit", judgeInteger},
    IgnoredKey{"mnesia_table_loading_retry_timeout", judgeInteger},
    IgnoredKey{"motd_file", judgeAny},
    IgnoredKey{"net_ticktime", judgePositive, IgnoredReason::NotYet},
    IgnoredKey{"num_acceptors.ssl", judgeInteger},
    IgnoredKey{"num_acceptors.tcp", judgeInteger},
    IgnoredKey{"password_hashing_module", judgeChoice<kHashingModules>},
    IgnoredKey{"product.name", judgeAny},
    IgnoredKey{"product.version", judgeAny},
    IgnoredKey{"queue_index_embed_msgs_below", judgeByteSize},
    IgnoredKey{"queue_leader_locator", judgeAny, IgnoredReason::NotYet},
    IgnoredKey{"quorum_queue.compute_checksums", judgeBool},
    IgnoredKey{"raft.*", judgeAny},
    IgnoredKey{"reverse_dns_lookups", judgeBool},
    IgnoredKey{"socket_writer.gc_threshold", judgeOffOrInteger},
    IgnoredKey{"ssl_allow_poodle_attack", judgeBool},
    IgnoredKey{"ssl_options.bypass_pem_cache", judgeBool},
    IgnoredKey{"ssl_options.client_renegotiation", judgeBool},
    IgnoredKey{"ssl_options.dhfile", judgeAny},
    IgnoredKey{"ssl_options.honor_cipher_order", judgeBool},
    IgnoredKey{"ssl_options.honor_ecc_order", judgeBool},
    IgnoredKey{"ssl_options.log_alert", judgeBool},
    IgnoredKey{"ssl_options.log_level", judgeLevel},
    IgnoredKey{"ssl_options.reuse_sessions", judgeBool},
    IgnoredKey{"ssl_options.secure_renegotiate", judgeBool},
    IgnoredKey{"sysmon_handler.*", judgeAny},
    IgnoredKey{"tcp_listen_options", judgeNone},
    IgnoredKey{"tcp_listen_options.delay_send", judgeBool},
    IgnoredKey{"tcp_listen_options.dontroute", judgeBool},
    IgnoredKey{"tcp_listen_options.exit_on_close", judgeBool},
    IgnoredKey{"tcp_listen_options.keepalive", judgeBool},
    IgnoredKey{"tcp_listen_options.linger.on", judgeBool},
    IgnoredKey{"tcp_listen_options.linger.timeout", judgeNatural},
    IgnoredKey{"tcp_listen_options.nodelay", judgeBool},
    IgnoredKey{"tcp_listen_options.send_timeout_close", judgeBool},
    IgnoredKey{"tcp_listen_options.*", judgeInteger},
    IgnoredKey{"total_memory_available_override_value", judgeSize, IgnoredReason::NotYet},
    IgnoredKey{"vhost_restart_strategy", judgeChoice<kRestartStrategies>},
    IgnoredKey{"vm_memory_calculation_strategy", judgeChoice<kMemoryStrategies>},
};

bool matches(std::string_view pattern, std::string_view key)
{
    if (!pattern.ends_with('*')) return pattern == key;
    pattern.remove_suffix(1);
    return key.starts_with(pattern) && key.size() > pattern.size();
}

}  // namespace

std::optional<IgnoredJudgement> judgeIgnored(std::string_view key, std::string_view value)
{
    for (const IgnoredKey& ignored : kIgnoredKeys) {
        if (!matches(ignored.pattern, key)) continue;
        return IgnoredJudgement{ignored.reason, ignored.judge(value)};
    }
    return std::nullopt;
}

}  // namespace warren::node
