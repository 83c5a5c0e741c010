#include "core/broker/arguments.h"

#include "core/amqp/constants.h"

#include <algorithm>
#include <array>
#include <limits>

namespace warren::broker {

using amqp::FieldTable;
using amqp::FieldValue;
using amqp::ReplyCode;

namespace {

/// What is wrong with a value, as RabbitMQ prints it: an Erlang term; nothing if it is fine.
using Fault = std::optional<std::string>;

std::string pairText(std::string_view first, std::string_view second)
{
    return "{" + std::string{first} + "," + std::string{second} + "}";
}

Fault unacceptableType(const FieldValue& value)
{
    return pairText("unacceptable_type", amqp::fieldTypeName(value));
}

/// A sentence, as Erlang prints a string.
std::string quoted(std::string_view text)
{
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        result += c;
    }
    return result + '"';
}

std::string unsupported(std::string_view what, std::string_view value)
{
    return quoted("unsupported " + std::string{what} + " '" + std::string{value} + "'");
}

// ---- checks of one value

constexpr std::string_view kTooLong = "\"longer than 255 bytes\"";

Fault integerFault(const FieldValue& value, const FieldTable&)
{
    if (amqp::integerOf(value)) return std::nullopt;
    return quoted("expected integer, got " + std::string{amqp::fieldTypeName(value)});
}

Fault negativeFault(const FieldValue& value, const FieldTable& all)
{
    if (Fault fault = integerFault(value, all)) return fault;
    const std::int64_t number = *amqp::integerOf(value);
    if (number < 0) return pairText("value_negative", std::to_string(number));
    return std::nullopt;
}

Fault nonPositiveFault(const FieldValue& value, const FieldTable& all)
{
    if (Fault fault = negativeFault(value, all)) return fault;
    if (*amqp::integerOf(value) == 0) return std::string{"{value_zero,0}"};
    return std::nullopt;
}

Fault timeFault(const FieldValue& value, const FieldTable& all)
{
    if (Fault fault = negativeFault(value, all)) return fault;
    const std::int64_t number = *amqp::integerOf(value);
    if (number > kTimeMax.count()) return pairText("value_too_large", std::to_string(number));
    return std::nullopt;
}

Fault expiresFault(const FieldValue& value, const FieldTable& all)
{
    if (Fault fault = nonPositiveFault(value, all)) return fault;
    return timeFault(value, all);
}

Fault priorityFault(const FieldValue& value, const FieldTable& all)
{
    if (Fault fault = negativeFault(value, all)) return fault;
    const std::int64_t number = *amqp::integerOf(value);
    if (number > kPriorityMax) return pairText("max_value_exceeded", std::to_string(number));
    return std::nullopt;
}

Fault boolFault(const FieldValue& value, const FieldTable&)
{
    if (value.as<bool>() != nullptr) return std::nullopt;
    return unacceptableType(value);
}

/// What travels as a short string with each dead letter.
bool isTooLong(const FieldValue& value)
{
    const auto* text = value.as<std::string>();
    return text != nullptr && text->size() > amqp::kShortStringBytesMax;
}

Fault deadLetterExchangeFault(const FieldValue& value, const FieldTable&)
{
    if (isTooLong(value)) return std::string{kTooLong};
    return std::nullopt;
}

Fault deadLetterKeyFault(const FieldValue& value, const FieldTable& all)
{
    if (value.as<std::string>() == nullptr) return unacceptableType(value);
    if (isTooLong(value)) return std::string{kTooLong};
    if (all.find("x-dead-letter-exchange") != nullptr) return std::nullopt;
    return std::string{"routing_key_but_no_dlx_defined"};
}

/// One of some words, else `fault`.
Fault wordFault(const FieldValue& value, std::span<const std::string_view> words,
                std::string_view fault)
{
    const auto* text = value.as<std::string>();
    if (text == nullptr) return unacceptableType(value);
    if (std::ranges::find(words, *text) != words.end()) return std::nullopt;
    return std::string{fault};
}

Fault overflowFault(const FieldValue& value, const FieldTable&)
{
    return wordFault(value, kOverflowWords, "invalid_overflow");
}

Fault strategyFault(const FieldValue& value, const FieldTable&)
{
    return wordFault(value, kDeadLetterStrategyWords, "invalid_dlx_strategy");
}

Fault leaderLocatorFault(const FieldValue& value, const FieldTable&)
{
    return wordFault(value, kLeaderLocatorWords, "invalid_queue_locator_arg");
}

Fault masterLocatorFault(const FieldValue& value, const FieldTable&)
{
    return wordFault(value, kMasterLocatorWords, "invalid_queue_locator_arg");
}

Fault modeFault(const FieldValue& value, const FieldTable&)
{
    const auto* text = value.as<std::string>();
    const std::string_view mode = text == nullptr ? std::string_view{} : *text;
    return wordFault(value, kQueueModeWords, unsupported("queue mode", mode));
}

Fault versionFault(const FieldValue& value, const FieldTable& all)
{
    if (Fault fault = negativeFault(value, all)) return fault;
    const std::int64_t number = *amqp::integerOf(value);
    if (number == 1 || number == 2) return std::nullopt;
    return unsupported("queue version", std::to_string(number));
}

Fault typeFault(const FieldValue& value, const FieldTable&)
{
    const auto* text = value.as<std::string>();
    if (text == nullptr) return unacceptableType(value);
    if (queueTypeNamed(*text)) return std::nullopt;
    return unsupported("queue type", *text);
}

// ---- which arguments there are

/// Whose an argument is, and whether a redeclaration has to repeat it.
enum class Use : std::uint8_t {
    Classic,  ///< of classic queues only
    Quorum,
    Both,
    Ours,  ///< RabbitMQ does not know it for every type; here each queue has it
    None,  ///< of streams
};

struct Argument {
    std::string_view name;
    Use use;
    Fault (*fault)(const FieldValue& value, const FieldTable& all);
    bool isHonoured;
};

/// In the order in which RabbitMQ checks them; ours at the end. x-dead-letter-exchange and
/// x-queue-type come before all others, see judgeQueueArguments.
constexpr Argument kArguments[] = {
    {"x-expires", Use::Both, expiresFault, true},
    {"x-message-ttl", Use::Both, timeFault, true},
    {"x-dead-letter-exchange", Use::Both, deadLetterExchangeFault, true},
    {"x-dead-letter-routing-key", Use::Both, deadLetterKeyFault, true},
    // Dead-lettering on one node is at least once, whatever is asked for.
    {"x-dead-letter-strategy", Use::Quorum, strategyFault, true},
    {"x-max-length", Use::Both, negativeFault, true},
    {"x-max-length-bytes", Use::Both, negativeFault, true},
    {"x-max-in-memory-length", Use::Quorum, negativeFault, false},
    {"x-max-in-memory-bytes", Use::Quorum, negativeFault, false},
    {"x-max-priority", Use::Classic, priorityFault, true},
    {"x-overflow", Use::Both, overflowFault, true},
    {"x-queue-mode", Use::Classic, modeFault, false},
    {"x-queue-version", Use::Classic, versionFault, false},
    {"x-single-active-consumer", Use::Both, boolFault, true},
    {"x-queue-type", Use::Both, typeFault, true},
    {"x-quorum-initial-group-size", Use::Quorum, nonPositiveFault, false},
    {"x-max-age", Use::None, nullptr, false},
    {"x-stream-max-segment-size-bytes", Use::None, nullptr, false},
    {"x-initial-cluster-size", Use::None, nullptr, false},
    {"x-queue-leader-locator", Use::Quorum, leaderLocatorFault, false},
    {"x-queue-master-locator", Use::Classic, masterLocatorFault, false},
    {"x-delivery-limit", Use::Ours, integerFault, true},
    {"x-consumer-timeout", Use::Ours, negativeFault, true},
    {"x-exact-ttl", Use::Ours, boolFault, true},
};

constexpr std::array<std::string_view, 16> kComparedClassic = {
    "x-expires",
    "x-message-ttl",
    "x-dead-letter-exchange",
    "x-dead-letter-routing-key",
    "x-max-length",
    "x-max-length-bytes",
    "x-max-priority",
    "x-overflow",
    "x-queue-mode",
    "x-queue-version",
    "x-single-active-consumer",
    "x-queue-type",
    "x-queue-master-locator",
    "x-delivery-limit",
    "x-consumer-timeout",
    "x-exact-ttl",
};

constexpr std::array<std::string_view, 17> kComparedQuorum = {
    "x-dead-letter-exchange",
    "x-dead-letter-routing-key",
    "x-dead-letter-strategy",
    "x-expires",
    "x-max-length",
    "x-max-length-bytes",
    "x-max-in-memory-length",
    "x-max-in-memory-bytes",
    "x-overflow",
    "x-single-active-consumer",
    "x-queue-type",
    "x-quorum-initial-group-size",
    "x-delivery-limit",
    "x-message-ttl",
    "x-queue-leader-locator",
    "x-consumer-timeout",
    "x-exact-ttl",
};

bool isKnownTo(QueueType type, Use use)
{
    switch (use) {
    case Use::Classic: return type == QueueType::Classic;
    case Use::Quorum: return type == QueueType::Quorum;
    case Use::Both:
    case Use::Ours: return true;
    case Use::None: return false;
    }
    return false;
}

const Argument* findArgument(std::string_view name)
{
    const auto* at = std::ranges::find(kArguments, name, &Argument::name);
    return at == std::end(kArguments) ? nullptr : at;
}

std::string_view typeWord(QueueType type)
{
    return type == QueueType::Classic ? "rabbit_classic_queue" : "rabbit_quorum_queue";
}

Refusal invalidArgument(const QueueDefinition& queue, std::string_view name)
{
    return {ReplyCode::PreconditionFailed,
            "invalid arg '" + std::string{name} + "' for " + queueText(queue.vhost, queue.name),
            {}};
}

Refusal invalidArgument(const QueueDefinition& queue, std::string_view name,
                        std::string_view reason)
{
    Refusal refusal = invalidArgument(queue, name);
    refusal.text += ": ";
    refusal.text += reason;
    return refusal;
}

Refusal foreignArgument(const QueueDefinition& queue, std::string_view name)
{
    Refusal refusal = invalidArgument(queue, name);
    refusal.text += " of queue type ";
    refusal.text += typeWord(queueTypeOf(queue));
    return refusal;
}

Verdict judgeValue(const QueueDefinition& queue, const Argument& argument)
{
    const FieldValue* value = queue.arguments.find(argument.name);
    if (value == nullptr || argument.fault == nullptr) return {};
    if (const Fault fault = argument.fault(*value, queue.arguments)) {
        return invalidArgument(queue, argument.name, *fault);
    }
    return {};
}

Verdict judgeProperties(const QueueDefinition& queue)
{
    if (queueTypeOf(queue) == QueueType::Classic) return {};
    const auto invalid = [&](std::string_view property) {
        return Refusal{ReplyCode::PreconditionFailed,
                       "invalid property '" + std::string{property} + "' for " +
                           queueText(queue.vhost, queue.name),
                       {}};
    };
    if (queue.isAutoDelete) return invalid("auto-delete");
    if (queue.exclusiveOwner) return invalid("exclusive-owner");
    if (!queue.isDurable) return invalid("non-durable");
    return {};
}

}  // namespace

Verdict judgeDeadLetterExchange(const QueueDefinition& queue)
{
    const FieldValue* value = queue.arguments.find("x-dead-letter-exchange");
    if (value == nullptr || value->as<std::string>() != nullptr) return {};
    return Refusal{ReplyCode::PreconditionFailed,
                   "invalid type '" + std::string{amqp::fieldTypeName(*value)} +
                       "' for arg 'x-dead-letter-exchange' in " +
                       queueText(queue.vhost, queue.name),
                   {}};
}

Verdict judgeQueueArguments(const QueueDefinition& queue)
{
    Verdict exchange = judgeDeadLetterExchange(queue);
    if (!exchange) return exchange;
    Verdict typeVerdict = judgeValue(queue, *findArgument("x-queue-type"));
    if (!typeVerdict) return typeVerdict;
    const QueueType type = queueTypeOf(queue);
    for (const Argument& argument : kArguments) {
        if (!isKnownTo(type, argument.use)) continue;
        Verdict verdict = judgeValue(queue, argument);
        if (!verdict) return verdict;
    }
    for (const amqp::FieldTableEntry& entry : queue.arguments) {
        const Argument* argument = findArgument(entry.key);
        if (argument != nullptr && !isKnownTo(type, argument->use)) {
            return foreignArgument(queue, entry.key);
        }
    }
    return judgeProperties(queue);
}

std::span<const std::string_view> comparedArguments(QueueType type)
{
    if (type == QueueType::Quorum) return kComparedQuorum;
    return kComparedClassic;
}

std::vector<std::string> argumentsNotHonoured(const QueueDefinition& queue)
{
    std::vector<std::string> names;
    for (const amqp::FieldTableEntry& entry : queue.arguments) {
        const Argument* argument = findArgument(entry.key);
        if (argument == nullptr || !argument->isHonoured) names.push_back(entry.key);
    }
    return names;
}

// --------------------------------------------------------------------------------------- consumers

namespace {

constexpr std::string_view kStreamOffset = "x-stream-offset";
constexpr std::string_view kCancelOnFailover = "x-cancel-on-ha-failover";

constexpr Argument kConsumeArguments[] = {
    {"x-priority", Use::Both, integerFault, true},
    {kCancelOnFailover, Use::Classic, boolFault, false},
    {kStreamOffset, Use::None, nullptr, false},
    {"x-consumer-timeout", Use::Ours, negativeFault, true},
};

}  // namespace

Verdict judgeConsumeArguments(const QueueDefinition& queue, const FieldTable& arguments)
{
    const QueueType type = queueTypeOf(queue);
    for (const Argument& argument : kConsumeArguments) {
        const FieldValue* value = arguments.find(argument.name);
        if (value == nullptr || !isKnownTo(type, argument.use)) continue;
        if (const Fault fault = argument.fault(*value, arguments)) {
            return invalidArgument(queue, argument.name, *fault);
        }
    }
    for (const amqp::FieldTableEntry& entry : arguments) {
        const auto* argument = std::ranges::find(kConsumeArguments, entry.key, &Argument::name);
        if (argument == std::end(kConsumeArguments) || isKnownTo(type, argument->use)) continue;
        return foreignArgument(queue, entry.key);
    }
    return {};
}

std::int32_t consumerPriorityOf(const FieldTable& arguments)
{
    using Limits = std::numeric_limits<std::int32_t>;
    const FieldValue* value = arguments.find("x-priority");
    const auto number = value == nullptr ? std::nullopt : amqp::integerOf(*value);
    return static_cast<std::int32_t>(
        std::clamp<std::int64_t>(number.value_or(0), Limits::min(), Limits::max()));
}

std::optional<std::chrono::milliseconds> consumerTimeoutOf(const FieldTable& arguments)
{
    const FieldValue* value = arguments.find("x-consumer-timeout");
    const auto number = value == nullptr ? std::nullopt : amqp::integerOf(*value);
    if (!number || *number < 0) return std::nullopt;
    return std::min(std::chrono::milliseconds{*number}, kTimeMax);
}

}  // namespace warren::broker
