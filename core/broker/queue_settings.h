#pragma once

#include "core/amqp/field_table.h"
#include "core/broker/definition.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warren::broker {

enum class QueueType : std::uint8_t { Classic, Quorum };

/// "classic" or "quorum".
std::string_view queueTypeName(QueueType type);
std::optional<QueueType> queueTypeNamed(std::string_view name);

/// RabbitMQ's limit for times in arguments and policies: ten years.
inline constexpr std::chrono::milliseconds kTimeMax{315'360'000'000};
inline constexpr std::int64_t kPriorityMax = 255;

// The words that settings know.
inline constexpr std::array<std::string_view, 3> kOverflowWords = {"drop-head", "reject-publish",
                                                                   "reject-publish-dlx"};
inline constexpr std::array<std::string_view, 2> kDeadLetterStrategyWords = {"at-most-once",
                                                                             "at-least-once"};
inline constexpr std::array<std::string_view, 4> kLeaderLocatorWords = {"client-local", "balanced",
                                                                        "random", "least-leaders"};
inline constexpr std::array<std::string_view, 3> kMasterLocatorWords = {"min-masters",
                                                                        "client-local", "random"};
inline constexpr std::array<std::string_view, 2> kQueueModeWords = {"default", "lazy"};

/// What happens to a message that a full queue has no place for.
/// Source: RabbitMQ, "Queue Length Limit".
enum class Overflow : std::uint8_t { DropHead, RejectPublish, RejectPublishDeadLetter };

/// How a queue behaves: what its arguments, policy and operator policy come to together.
struct QueueSettings {
    QueueType type = QueueType::Classic;
    std::optional<std::chrono::milliseconds> messageTtl{};
    /// Expired messages go wherever they are, not only at the head. Deviation: RabbitMQ's classic
    /// queues look at the head only, and so do ours unless the argument `x-exact-ttl` is true.
    bool hasExactTtl = false;
    std::optional<std::chrono::milliseconds> expires{};  ///< idle for so long, the queue goes
    std::optional<std::uint64_t> lengthMax{};            ///< ready messages
    std::optional<std::uint64_t> lengthBytesMax{};       ///< their bodies
    Overflow overflow = Overflow::DropHead;
    std::optional<std::string> deadLetterExchange{};  ///< in the queue's vhost
    std::optional<std::string> deadLetterRoutingKey{};
    std::uint8_t priorityMax = 0;  ///< 0: no priorities
    bool hasSingleActiveConsumer = false;
    std::optional<std::uint32_t> deliveryLimit{};  ///< requeues that a message survives
    std::optional<std::chrono::milliseconds> consumerTimeout{};  ///< instead of the node's
    bool operator==(const QueueSettings&) const = default;
};

/// What the argument x-queue-type says; classic without it.
QueueType queueTypeOf(const QueueDefinition& queue);
/// The queue's argument x-max-priority, which no policy can give; 0: a queue without priorities.
std::uint8_t priorityMaxOf(const QueueDefinition& queue);

enum class SettingSource : std::uint8_t { Default, Argument, Policy, OperatorPolicy };

/// One value that somebody gave for a setting.
struct SettingCandidate {
    SettingSource source = SettingSource::Default;
    amqp::FieldValue value{};
    bool operator==(const SettingCandidate&) const = default;
};

/// Who had a say in a setting, by the policy's name for it ("message-ttl"). The winner comes first.
struct ExplainedSetting {
    std::string key;
    std::vector<SettingCandidate> candidates;
    bool operator==(const ExplainedSetting&) const = default;
};

/// What a policy and an operator policy say together, by key: the smaller one of two numbers, else
/// the operator's.
amqp::FieldTable mergedPolicies(const PolicyDefinition* policy,
                                const PolicyDefinition* operatorPolicy);

/// The settings of a queue under these policies; nullptr: none matches.
///
/// Of times and limits the smallest holds, of other settings what the argument says. In quorum
/// queues the policy comes before the argument for `expires` and `overflow`.
/// Source: RabbitMQ 3.10, precedence of arguments, policies and operator policies.
QueueSettings effectiveSettings(const QueueDefinition& queue, const PolicyDefinition* policy,
                                const PolicyDefinition* operatorPolicy);

/// The same with all its reasons, by key: everything that an argument or a policy gave a value for,
/// settings without an effect included.
std::vector<ExplainedSetting> explainSettings(const QueueDefinition& queue,
                                              const PolicyDefinition* policy,
                                              const PolicyDefinition* operatorPolicy);

}  // namespace warren::broker
