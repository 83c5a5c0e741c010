#include "core/broker/exchange_arguments.h"

#include "core/amqp/text.h"
#include "core/broker/consistent_hash_router.h"
#include "core/broker/headers_router.h"

#include <cstdint>
#include <type_traits>
#include <utility>
#include <variant>

namespace warren::broker {

using amqp::FieldTable;
using amqp::FieldValue;
using amqp::ReplyCode;

namespace {

constexpr std::string_view kAlternateExchange = "alternate-exchange";
constexpr std::string_view kHistoryLength = "x-recent-history-length";

Refusal precondition(std::string text)
{
    return {ReplyCode::PreconditionFailed, std::move(text), {}};
}

Verdict judgeText(std::string_view name, const FieldTable& arguments, std::string_view entity)
{
    const FieldValue* value = arguments.find(name);
    if (value == nullptr || value->as<std::string>() != nullptr) return {};
    std::string text = "invalid type '";
    text += amqp::fieldTypeName(*value);
    text += "' for arg '";
    text += name;
    text += "' in ";
    text += entity;
    return precondition(std::move(text));
}

/// Deviation: RabbitMQ 3.10.8 answers 541 to a hash-header or hash-property that is no string.
Verdict judgeHashSource(const FieldTable& arguments, std::string_view entity)
{
    const FieldValue* property = arguments.find(kHashPropertyArgument);
    if (property != nullptr && arguments.find(kHashHeaderArgument) != nullptr) {
        return precondition("hash-header and hash-property are mutually exclusive");
    }
    for (const std::string_view name : {kHashHeaderArgument, kHashPropertyArgument}) {
        Verdict verdict = judgeText(name, arguments, entity);
        if (!verdict) return verdict;
    }
    if (property == nullptr) return {};
    const std::string& name = *property->as<std::string>();
    if (hashPropertyOf(name)) return {};
    return precondition("Unsupported property: " + name);
}

Verdict judgeHistoryLength(const FieldTable& arguments)
{
    const FieldValue* length = arguments.find(kHistoryLength);
    if (length == nullptr) return {};
    // Source: RabbitMQ 3.10.8, observed: of the integers, the signed types only.
    const bool isSigned = std::visit(
        [](const auto& exact) {
            using T = std::remove_cvref_t<decltype(exact)>;
            return std::is_same_v<T, std::int8_t> || std::is_same_v<T, std::int16_t> ||
                   std::is_same_v<T, std::int32_t> || std::is_same_v<T, std::int64_t>;
        },
        length->value);
    if (isSigned && *amqp::integerOf(*length) > 0) return {};
    std::string text = "Invalid argument ";
    if (const auto* string = length->as<std::string>()) {
        amqp::appendErlangBinary(text, bytesOf(*string));
    } else if (const auto* bytes = length->as<amqp::ByteArray>()) {
        amqp::appendErlangBinary(text, bytesOf(bytes->bytes));
    } else {
        text += amqp::fieldValueText(*length);
    }
    return precondition(text + ", '" + std::string{kHistoryLength} +
                        "' must be a positive integer");
}

}  // namespace

Verdict judgeExchangeArguments(ExchangeType type, const FieldTable& arguments,
                               std::string_view entity)
{
    Verdict verdict = judgeText(kAlternateExchange, arguments, entity);
    if (!verdict) return verdict;
    switch (type) {
    case ExchangeType::ConsistentHash: return judgeHashSource(arguments, entity);
    case ExchangeType::RecentHistory: return judgeHistoryLength(arguments);
    case ExchangeType::Direct:
    case ExchangeType::Fanout:
    case ExchangeType::Topic:
    case ExchangeType::Headers:
    case ExchangeType::Random: break;
    }
    return {};
}

std::optional<std::string> bindingError(ExchangeType type, const BindingDefinition& binding)
{
    switch (type) {
    case ExchangeType::Headers: return headersBindingError(binding.arguments);
    case ExchangeType::ConsistentHash: return hashBindingError(binding.routingKey);
    case ExchangeType::Direct:
    case ExchangeType::Fanout:
    case ExchangeType::Topic:
    case ExchangeType::Random:
    case ExchangeType::RecentHistory: break;
    }
    return std::nullopt;
}

bool isHonoured(ExchangeType type, std::string_view argument)
{
    if (argument == kAlternateExchange) return true;
    if (type == ExchangeType::RecentHistory) return argument == kHistoryLength;
    return type == ExchangeType::ConsistentHash &&
           (argument == kHashHeaderArgument || argument == kHashPropertyArgument);
}

}  // namespace warren::broker
