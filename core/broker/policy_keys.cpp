#include "core/broker/policy_keys.h"

#include "core/amqp/constants.h"
#include "core/amqp/text.h"
#include "core/base/bytes.h"
#include "core/broker/queue_settings.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <span>
#include <vector>

namespace warren::broker {

using amqp::FieldTable;
using amqp::FieldTableEntry;
using amqp::FieldValue;

namespace {

using Fault = std::optional<std::string>;

// ---- values in words

void appendTerm(std::string& to, const FieldValue& value, std::size_t depth);

void appendTerms(std::string& to, const amqp::FieldArray& values, std::size_t depth)
{
    to += '[';
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i > 0) to += ',';
        appendTerm(to, values[i], depth + 1);
    }
    to += ']';
}

void appendTerms(std::string& to, const FieldTable& table, std::size_t depth)
{
    to += "#{";
    for (const FieldTableEntry& entry : table) {
        if (&entry != table.begin()) to += ',';
        amqp::appendErlangBinary(to, bytesOf(entry.key));
        to += " => ";
        appendTerm(to, entry.value, depth + 1);
    }
    to += '}';
}

/// The value as an Erlang term, as RabbitMQ prints what came as JSON.
void appendTerm(std::string& to, const FieldValue& value, std::size_t depth)
{
    constexpr std::size_t kDepthMax = 8;
    if (depth > kDepthMax) {
        to += "...";
    } else if (const auto* text = value.as<std::string>()) {
        amqp::appendErlangBinary(to, bytesOf(*text));
    } else if (const auto* values = value.as<amqp::FieldArray>()) {
        appendTerms(to, *values, depth);
    } else if (const auto* table = value.as<FieldTable>()) {
        appendTerms(to, *table, depth);
    } else if (value.as<amqp::Void>() != nullptr) {
        to += "null";
    } else {
        to += amqp::fieldValueText(value);
    }
}

std::string termOf(const FieldValue& value)
{
    std::string text;
    appendTerm(text, value, 0);
    return text;
}

/// "[{<<"a">>,1},{<<"b">>,2}]"
std::string termsOf(std::span<const FieldTableEntry* const> entries)
{
    std::string text = "[";
    for (const FieldTableEntry* entry : entries) {
        if (text.size() > 1) text += ',';
        text += '{';
        amqp::appendErlangBinary(text, bytesOf(entry->key));
        text += ',';
        appendTerm(text, entry->value, 0);
        text += '}';
    }
    return text + ']';
}

// ---- checks of one value

bool isNatural(const FieldValue& value) { return amqp::integerOf(value).value_or(-1) >= 0; }

bool isPositive(const FieldValue& value) { return amqp::integerOf(value).value_or(0) > 0; }

bool isText(const FieldValue& value) { return value.as<std::string>() != nullptr; }

/// Names of exchanges and routing keys travel as short strings.
bool isName(const FieldValue& value)
{
    const auto* text = value.as<std::string>();
    return text != nullptr && text->size() <= amqp::kShortStringBytesMax;
}

bool isOneOf(const FieldValue& value, std::span<const std::string_view> words)
{
    const auto* text = value.as<std::string>();
    return text != nullptr && std::ranges::find(words, *text) != words.end();
}

bool isOverflow(const FieldValue& value) { return isOneOf(value, kOverflowWords); }
bool isStrategy(const FieldValue& value) { return isOneOf(value, kDeadLetterStrategyWords); }
bool isMode(const FieldValue& value) { return isOneOf(value, kQueueModeWords); }
bool isLeaderLocator(const FieldValue& value) { return isOneOf(value, kLeaderLocatorWords); }
bool isMasterLocator(const FieldValue& value) { return isOneOf(value, kMasterLocatorWords); }

bool isVersion(const FieldValue& value)
{
    const auto number = amqp::integerOf(value);
    return number == 1 || number == 2;
}

/// Digits and a unit: years, months, days, hours, minutes or seconds.
bool isAge(const FieldValue& value)
{
    const auto* text = value.as<std::string>();
    constexpr std::size_t kLengthMax = 12;
    if (text == nullptr || text->size() < 2 || text->size() > kLengthMax) return false;
    const bool hasUnit = std::string_view{"YMDhms"}.find(text->back()) != std::string_view::npos;
    return hasUnit &&
           std::all_of(text->begin(), text->end() - 1, [](char c) { return c >= '0' && c <= '9'; });
}

// ---- the keys

struct Key {
    std::string_view name;
    bool (*isValid)(const FieldValue& value);
    std::string_view complaint;  ///< follows the value
    bool isOperators;            ///< operator policies have it, too
    bool isHonoured;
};

constexpr Key kKeys[] = {
    {"alternate-exchange", isName, "is not a valid alternate exchange name", false, true},
    {"consumer-timeout", isNatural, "is not a valid consumer timeout", true, true},
    {"dead-letter-exchange", isName, "is not a valid dead letter exchange name", false, true},
    {"dead-letter-routing-key", isName, "is not a valid dead letter routing key", false, true},
    {"dead-letter-strategy", isStrategy, "is not a valid dead letter strategy", false, true},
    {"delivery-limit", isNatural, "is not a valid delivery limit", true, true},
    {"expires", isPositive, "is not a valid queue expiry", true, true},
    {"federation-upstream", isText, "is not a valid federation upstream name", false, false},
    {"federation-upstream-pattern", isText, "is not a valid federation upstream pattern", false,
     false},
    {"federation-upstream-set", isText, "is not a valid federation upstream set name", false,
     false},
    {"initial-cluster-size", isNatural, "is not a valid cluster size", false, false},
    {"max-age", isAge, "is not a valid max age", false, false},
    {"max-in-memory-bytes", isNatural, "is not a valid maximum memory in bytes", true, false},
    {"max-in-memory-length", isNatural, "is not a valid maximum memory in bytes", true, false},
    {"max-length", isNatural, "is not a valid maximum length", true, true},
    {"max-length-bytes", isNatural, "is not a valid maximum length in bytes", true, true},
    {"message-ttl", isNatural, "is not a valid message TTL", true, true},
    {"overflow", isOverflow, "is not a valid overflow value", false, true},
    {"queue-leader-locator", isLeaderLocator, "is not a valid queue leader locator value", false,
     false},
    {"queue-master-locator", isMasterLocator, "invalid queue-master-locator value", false, false},
    {"queue-mode", isMode, "is not a valid queue-mode value", false, false},
    {"queue-version", isVersion, "is not a valid queue-version value", false, false},
    {"stream-max-segment-size-bytes", isNatural, "is not a valid segment size", false, false},
};

const Key* findKey(std::string_view name)
{
    const auto* at = std::ranges::find(kKeys, name, &Key::name);
    return at == std::end(kKeys) ? nullptr : at;
}

// ---- mirroring: keys that depend on each other

constexpr std::string_view kMirrorKeys[] = {
    "ha-mode",
    "ha-params",
    "ha-promote-on-failure",
    "ha-promote-on-shutdown",
    "ha-sync-batch-size",
    "ha-sync-mode",
};

bool isMirrorKey(std::string_view key)
{
    return std::ranges::find(kMirrorKeys, key) != std::end(kMirrorKeys);
}

Fault exactlyFault(const FieldValue* params)
{
    if (params != nullptr && isPositive(*params)) return std::nullopt;
    return "ha-mode=\"exactly\" takes an integer, " +
           (params == nullptr ? std::string{"none"} : termOf(*params)) + " given";
}

Fault nodesFault(const FieldValue* params)
{
    const auto* nodes = params == nullptr ? nullptr : params->as<amqp::FieldArray>();
    if (nodes == nullptr) {
        return "ha-mode=\"nodes\" takes a list, " +
               (params == nullptr ? std::string{"none"} : termOf(*params)) + " given";
    }
    if (nodes->empty()) return "ha-mode=\"nodes\" list must be non-empty";
    amqp::FieldArray others;
    std::ranges::remove_copy_if(*nodes, std::back_inserter(others), isText);
    if (others.empty()) return std::nullopt;
    return "ha-mode=\"nodes\" takes a list of strings, " + termOf(FieldValue{others}) +
           " was not a string";
}

Fault modeFault(const FieldValue& mode, const FieldValue* params)
{
    const auto* word = mode.as<std::string>();
    if (word != nullptr && *word == "exactly") return exactlyFault(params);
    if (word != nullptr && *word == "nodes") return nodesFault(params);
    if (word == nullptr || *word != "all") return termOf(mode) + " is not a valid ha-mode value";
    if (params == nullptr) return std::nullopt;
    return "ha-mode=\"all\" does not take parameters";
}

/// A key with two words to choose from.
Fault choiceFault(const FieldTable& definition, std::string_view key, std::string_view one,
                  std::string_view other)
{
    const FieldValue* value = definition.find(key);
    if (value == nullptr || isOneOf(*value, std::array{one, other})) return std::nullopt;
    return std::string{key} + " must be \"" + std::string{one} + "\" or \"" + std::string{other} +
           "\", got " + termOf(*value);
}

Fault mirrorFault(const FieldTable& definition)
{
    const FieldValue* mode = definition.find("ha-mode");
    if (mode == nullptr) {
        const bool hasAny = std::ranges::any_of(
            definition, [](const FieldTableEntry& entry) { return isMirrorKey(entry.key); });
        if (!hasAny) return std::nullopt;
        return "ha-mode must be specified to specify ha-params, ha-sync-mode or "
               "ha-promote-on-shutdown";
    }
    if (Fault fault = modeFault(*mode, definition.find("ha-params"))) return fault;
    if (Fault fault = choiceFault(definition, "ha-sync-mode", "manual", "automatic")) return fault;
    const FieldValue* batch = definition.find("ha-sync-batch-size");
    if (batch != nullptr && !isPositive(*batch)) {
        return "ha-sync-batch-size takes an integer greater than 0, " + termOf(*batch) + " given";
    }
    for (const std::string_view key : {"ha-promote-on-shutdown", "ha-promote-on-failure"}) {
        if (Fault fault = choiceFault(definition, key, "always", "when-synced")) return fault;
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> policyFault(const FieldTable& definition, bool isOperator)
{
    if (definition.isEmpty()) return "no policy provided";
    std::vector<const FieldTableEntry*> entries;
    for (const FieldTableEntry& entry : definition)
        entries.push_back(&entry);
    std::ranges::stable_sort(
        entries, {}, [](const FieldTableEntry* entry) -> const std::string& { return entry->key; });

    std::vector<const FieldTableEntry*> unknown;
    for (const FieldTableEntry* entry : entries) {
        const Key* key = findKey(entry->key);
        if (key == nullptr || (isOperator && !key->isOperators)) {
            if (isOperator || !isMirrorKey(entry->key)) unknown.push_back(entry);
        } else if (!key->isValid(entry->value)) {
            return termOf(entry->value) + " " + std::string{key->complaint};
        }
    }
    if (!isOperator) {
        if (Fault fault = mirrorFault(definition)) return fault;
    }
    if (unknown.empty()) return std::nullopt;
    return termsOf(unknown) + " are not recognised policy settings";
}

bool isHonouredPolicyKey(std::string_view key)
{
    const Key* known = findKey(key);
    return known != nullptr && known->isHonoured;
}

}  // namespace warren::broker
