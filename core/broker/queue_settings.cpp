#include "core/broker/queue_settings.h"

#include "core/amqp/constants.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

namespace warren::broker {

using amqp::FieldTable;
using amqp::FieldValue;
using std::chrono::milliseconds;

namespace {

/// Who wins when several give a value for a setting.
enum class Precedence : std::uint8_t { Smallest, Argument, Policy };

struct Setting {
    std::string_view key;       ///< the policies' name for it; empty: no policy can give it
    std::string_view argument;  ///< empty: no argument can
    Precedence classic = Precedence::Argument;
    Precedence quorum = Precedence::Argument;
};

constexpr std::string_view kPriorityArgument = "x-max-priority";

constexpr Setting kSettings[] = {
    {"message-ttl", "x-message-ttl", Precedence::Smallest, Precedence::Smallest},
    {"expires", "x-expires", Precedence::Smallest, Precedence::Policy},
    {"max-length", "x-max-length", Precedence::Smallest, Precedence::Smallest},
    {"max-length-bytes", "x-max-length-bytes", Precedence::Smallest, Precedence::Smallest},
    {"max-in-memory-length", "x-max-in-memory-length", Precedence::Smallest, Precedence::Smallest},
    {"max-in-memory-bytes", "x-max-in-memory-bytes", Precedence::Smallest, Precedence::Smallest},
    {"delivery-limit", "x-delivery-limit", Precedence::Smallest, Precedence::Smallest},
    {"consumer-timeout", "x-consumer-timeout", Precedence::Smallest, Precedence::Smallest},
    {"overflow", "x-overflow", Precedence::Argument, Precedence::Policy},
    {"dead-letter-exchange", "x-dead-letter-exchange"},
    {"dead-letter-routing-key", "x-dead-letter-routing-key"},
    {"dead-letter-strategy", "x-dead-letter-strategy"},
    {"queue-mode", "x-queue-mode"},
    {"queue-version", "x-queue-version"},
    {"queue-master-locator", "x-queue-master-locator"},
    {"queue-leader-locator", "x-queue-leader-locator"},
    {"max-priority", kPriorityArgument},
    {"single-active-consumer", "x-single-active-consumer"},
    {"queue-type", "x-queue-type"},
    {"exact-ttl", "x-exact-ttl"},
    {"quorum-initial-group-size", "x-quorum-initial-group-size"},
};

const FieldValue* valueIn(const PolicyDefinition* policy, std::string_view key)
{
    return policy == nullptr ? nullptr : policy->definition.find(key);
}

/// A negative number is no limit, so it is larger than any.
std::int64_t sizeOf(const FieldValue& value)
{
    const std::int64_t number = amqp::integerOf(value).value_or(-1);
    return number < 0 ? std::numeric_limits<std::int64_t>::max() : number;
}

bool isSmaller(const SettingCandidate& a, const SettingCandidate& b)
{
    return sizeOf(a.value) < sizeOf(b.value);
}

/// Every value that somebody gave, the winner first.
std::vector<SettingCandidate> candidatesFor(const Setting& setting, const QueueDefinition& queue,
                                            QueueType type, const PolicyDefinition* policy,
                                            const PolicyDefinition* operatorPolicy)
{
    const auto precedence = type == QueueType::Quorum ? setting.quorum : setting.classic;
    std::vector<SettingCandidate> policies;
    const auto addPolicy = [&](SettingSource source, const PolicyDefinition* from) {
        if (const FieldValue* value = valueIn(from, setting.key)) {
            policies.push_back({source, *value});
        }
    };
    addPolicy(SettingSource::OperatorPolicy, operatorPolicy);
    addPolicy(SettingSource::Policy, policy);
    // Of two policies an operator's wins, unless it is a limit: then the stricter one does.
    const bool areNumbers = std::ranges::all_of(policies, [](const SettingCandidate& candidate) {
        return amqp::integerOf(candidate.value).has_value();
    });
    if (areNumbers) std::ranges::stable_sort(policies, isSmaller);

    const FieldValue* argument = queue.arguments.find(setting.argument);
    if (argument == nullptr) return policies;
    const bool isLast = precedence == Precedence::Policy;
    policies.insert(isLast ? policies.end() : policies.begin(),
                    SettingCandidate{SettingSource::Argument, *argument});
    if (precedence == Precedence::Smallest) std::ranges::stable_sort(policies, isSmaller);
    return policies;
}

std::optional<milliseconds> timeOf(const FieldValue* value)
{
    const auto number = value == nullptr ? std::nullopt : amqp::integerOf(*value);
    if (!number || *number < 0) return std::nullopt;
    return std::min(milliseconds{*number}, kTimeMax);
}

std::optional<std::uint64_t> limitOf(const FieldValue* value)
{
    const auto number = value == nullptr ? std::nullopt : amqp::integerOf(*value);
    if (!number || *number < 0) return std::nullopt;
    return static_cast<std::uint64_t>(*number);
}

std::string wordIn(const FieldValue* value)
{
    const auto* text = value == nullptr ? nullptr : value->as<std::string>();
    return text == nullptr ? std::string{} : *text;
}

/// A name or a key that a method can carry.
std::optional<std::string> nameFrom(const FieldValue* value)
{
    const auto* text = value == nullptr ? nullptr : value->as<std::string>();
    if (text == nullptr || text->size() > amqp::kShortStringBytesMax) return std::nullopt;
    return *text;
}

bool isTrue(const FieldTable& arguments, std::string_view name)
{
    const FieldValue* value = arguments.find(name);
    const auto* flag = value == nullptr ? nullptr : value->as<bool>();
    return flag != nullptr && *flag;
}

Overflow overflowOf(const FieldValue* value)
{
    const std::string word = wordIn(value);
    if (word == "reject-publish") return Overflow::RejectPublish;
    if (word == "reject-publish-dlx") return Overflow::RejectPublishDeadLetter;
    return Overflow::DropHead;
}

}  // namespace

std::string_view queueTypeName(QueueType type)
{
    switch (type) {
    case QueueType::Classic: return "classic";
    case QueueType::Quorum: return "quorum";
    }
    return {};
}

std::optional<QueueType> queueTypeNamed(std::string_view name)
{
    if (name == "classic") return QueueType::Classic;
    if (name == "quorum") return QueueType::Quorum;
    return std::nullopt;
}

QueueType queueTypeOf(const QueueDefinition& queue)
{
    const FieldValue* value = queue.arguments.find("x-queue-type");
    const auto* name = value == nullptr ? nullptr : value->as<std::string>();
    if (name == nullptr) return QueueType::Classic;
    return queueTypeNamed(*name).value_or(QueueType::Classic);
}

std::uint8_t priorityMaxOf(const QueueDefinition& queue)
{
    const FieldValue* value = queue.arguments.find(kPriorityArgument);
    const auto number = value == nullptr ? std::nullopt : amqp::integerOf(*value);
    return static_cast<std::uint8_t>(std::clamp<std::int64_t>(number.value_or(0), 0, kPriorityMax));
}

FieldTable mergedPolicies(const PolicyDefinition* policy, const PolicyDefinition* operatorPolicy)
{
    FieldTable merged = policy == nullptr ? FieldTable{} : policy->definition;
    if (operatorPolicy == nullptr) return merged;
    for (const amqp::FieldTableEntry& entry : operatorPolicy->definition) {
        const FieldValue* users = merged.find(entry.key);
        const bool areNumbers =
            users != nullptr && amqp::integerOf(*users) && amqp::integerOf(entry.value);
        if (areNumbers && sizeOf(*users) <= sizeOf(entry.value)) continue;
        merged.set(entry.key, entry.value);
    }
    return merged;
}

QueueSettings effectiveSettings(const QueueDefinition& queue, const PolicyDefinition* policy,
                                const PolicyDefinition* operatorPolicy)
{
    const QueueType type = queueTypeOf(queue);
    const auto winner = [&](std::string_view key) -> std::optional<FieldValue> {
        const auto* setting = std::ranges::find(kSettings, key, &Setting::key);
        auto candidates = candidatesFor(*setting, queue, type, policy, operatorPolicy);
        if (candidates.empty()) return std::nullopt;
        return std::move(candidates.front().value);
    };
    const auto get = [&](std::string_view key, auto convert) {
        const auto value = winner(key);
        return convert(value ? &*value : nullptr);
    };

    QueueSettings settings;
    settings.type = type;
    settings.messageTtl = get("message-ttl", timeOf);
    settings.hasExactTtl = isTrue(queue.arguments, "x-exact-ttl");
    settings.expires = get("expires", timeOf);
    settings.lengthMax = get("max-length", limitOf);
    settings.lengthBytesMax = get("max-length-bytes", limitOf);
    settings.overflow = get("overflow", overflowOf);
    settings.deadLetterExchange = get("dead-letter-exchange", nameFrom);
    settings.deadLetterRoutingKey = get("dead-letter-routing-key", nameFrom);
    settings.priorityMax = type == QueueType::Classic ? priorityMaxOf(queue) : std::uint8_t{0};
    settings.hasSingleActiveConsumer = isTrue(queue.arguments, "x-single-active-consumer");
    if (const auto limit = get("delivery-limit", limitOf)) {
        settings.deliveryLimit = static_cast<std::uint32_t>(
            std::min<std::uint64_t>(*limit, std::numeric_limits<std::uint32_t>::max()));
    }
    settings.consumerTimeout = get("consumer-timeout", timeOf);
    return settings;
}

std::vector<ExplainedSetting> explainSettings(const QueueDefinition& queue,
                                              const PolicyDefinition* policy,
                                              const PolicyDefinition* operatorPolicy)
{
    const QueueType type = queueTypeOf(queue);
    std::map<std::string, std::vector<SettingCandidate>> byKey;
    for (const Setting& setting : kSettings) {
        auto candidates = candidatesFor(setting, queue, type, policy, operatorPolicy);
        if (!candidates.empty()) byKey.emplace(setting.key, std::move(candidates));
    }
    // What only policies can give, like ha-mode.
    for (const PolicyDefinition* one : {operatorPolicy, policy}) {
        if (one == nullptr) continue;
        for (const amqp::FieldTableEntry& entry : one->definition) {
            if (byKey.contains(entry.key)) continue;
            byKey.emplace(entry.key,
                          candidatesFor({entry.key, {}}, queue, type, policy, operatorPolicy));
        }
    }
    std::vector<ExplainedSetting> explained;
    for (auto& [key, candidates] : byKey)
        explained.push_back({key, std::move(candidates)});
    return explained;
}

}  // namespace warren::broker
