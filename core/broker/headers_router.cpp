#include "core/broker/headers_router.h"

#include "core/amqp/properties.h"
#include "core/amqp/text.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <variant>

namespace warren::broker {

namespace {

constexpr std::string_view kMatchArgument = "x-match";
constexpr std::string_view kPrivatePrefix = "x-";

/// An exact number: whole ones of any sign and up to 64 bits, or a fraction.
struct Number {
    bool isNegative = false;
    std::uint64_t magnitude = 0;
    std::optional<double> fraction = {};  // instead of the above: not whole, or too large
    bool operator==(const Number&) const = default;
};

Number numberOf(double value)
{
    constexpr double kTooLarge = 18446744073709551616.0;  // 2^64
    const double magnitude = std::fabs(value);
    if (std::trunc(value) != value || !(magnitude < kTooLarge)) return {.fraction = value};
    return {.isNegative = value < 0, .magnitude = static_cast<std::uint64_t>(magnitude)};
}

std::optional<Number> numberOf(const amqp::FieldValue& value)
{
    return std::visit(
        [](const auto& exact) -> std::optional<Number> {
            using T = std::remove_cvref_t<decltype(exact)>;
            if constexpr (std::is_same_v<T, bool>) {
                return std::nullopt;
            } else if constexpr (std::is_floating_point_v<T>) {
                return numberOf(static_cast<double>(exact));
            } else if constexpr (std::is_integral_v<T>) {
                const auto wide = static_cast<std::int64_t>(exact);
                const auto bits = static_cast<std::uint64_t>(wide);
                return Number{.isNegative = wide < 0, .magnitude = wide < 0 ? 0 - bits : bits};
            } else if constexpr (std::is_same_v<T, amqp::Timestamp>) {
                return Number{.magnitude = exact.seconds};
            } else {
                return std::nullopt;
            }
        },
        value.value);
}

std::optional<std::string_view> matchTextOf(const amqp::FieldValue& value)
{
    if (const auto* text = value.as<std::string>()) return *text;
    if (const auto* bytes = value.as<amqp::ByteArray>()) return bytes->bytes;
    return std::nullopt;
}

bool isEmptyCollection(const amqp::FieldValue& value)
{
    if (const auto* table = value.as<amqp::FieldTable>()) return table->isEmpty();
    if (const auto* array = value.as<amqp::FieldArray>()) return array->empty();
    return false;
}

/// RabbitMQ compares two values without their types, but what they contain with them.
bool matchesValue(const amqp::FieldValue& wanted, const amqp::FieldValue& got)
{
    if (const auto number = numberOf(wanted)) return number == numberOf(got);
    if (const auto text = matchTextOf(wanted)) return text == matchTextOf(got);
    if (isEmptyCollection(wanted)) return isEmptyCollection(got);
    return wanted == got;
}

bool isVoid(const amqp::FieldValue& value) { return value.as<amqp::Void>() != nullptr; }

}  // namespace

void HeadersRouter::add(const RouterBinding& binding)
{
    std::vector<Binding>& bindings = m_bindings[binding.destination];
    const bool isThere = std::any_of(bindings.begin(), bindings.end(), [&](const Binding& other) {
        return other.binding == binding;
    });
    if (!isThere) bindings.push_back(prepare(binding));
}

void HeadersRouter::remove(const RouterBinding& binding)
{
    const auto found = m_bindings.find(binding.destination);
    if (found == m_bindings.end()) return;
    std::erase_if(found->second, [&](const Binding& other) { return other.binding == binding; });
    if (found->second.empty()) m_bindings.erase(found);
}

void HeadersRouter::removeDestination(const Destination& destination)
{
    m_bindings.erase(destination);
}

void HeadersRouter::route(std::string_view, ByteView encodedProperties, Prng&,
                          std::vector<Destination>& out) const
{
    if (m_bindings.empty()) return;

    amqp::FieldTable headers;
    const auto properties = amqp::PropertiesView::parse(encodedProperties);
    if (properties && properties->hasHeaders()) {
        auto decoded = amqp::decodeFieldTable(properties->headers());
        if (decoded) headers = std::move(*decoded);
    }
    m_headers.clear();
    for (const amqp::FieldTableEntry& header : headers) {
        m_headers.push_back(&header);
    }
    std::stable_sort(m_headers.begin(), m_headers.end(),
                     [](const auto* a, const auto* b) { return a->key < b->key; });

    for (const auto& [destination, bindings] : m_bindings) {
        const bool isWanted = std::any_of(bindings.begin(), bindings.end(),
                                          [&](const Binding& binding) { return matches(binding); });
        if (isWanted) out.push_back(destination);
    }
    m_headers.clear();  // it points into `headers`
}

HeadersRouter::Binding HeadersRouter::prepare(const RouterBinding& binding)
{
    const amqp::FieldValue* value = binding.arguments.find(kMatchArgument);
    const auto* word = value == nullptr ? nullptr : value->as<std::string>();
    const std::string_view mode = word == nullptr ? "all" : std::string_view(*word);
    const bool isWithPrivate = mode == "all-with-x" || mode == "any-with-x";

    Binding prepared{.binding = binding, .matchesAny = mode == "any" || mode == "any-with-x"};
    for (const amqp::FieldTableEntry& argument : binding.arguments) {
        if (argument.key == kMatchArgument) continue;
        if (argument.key.starts_with(kPrivatePrefix) && !isWithPrivate) continue;
        prepared.wanted.push_back(argument);
    }
    std::stable_sort(prepared.wanted.begin(), prepared.wanted.end(),
                     [](const auto& a, const auto& b) { return a.key < b.key; });
    return prepared;
}

bool HeadersRouter::matches(const Binding& binding) const
{
    // Both are sorted: one pass. Of equal keys the first meets the first, the second the second.
    auto header = m_headers.begin();
    for (const amqp::FieldTableEntry& wanted : binding.wanted) {
        while (header != m_headers.end() && (*header)->key < wanted.key) {
            ++header;
        }
        bool isMatch = false;
        if (header != m_headers.end() && (*header)->key == wanted.key) {
            isMatch = isVoid(wanted.value) || matchesValue(wanted.value, (*header)->value);
            ++header;
        }
        if (isMatch == binding.matchesAny) return isMatch;
    }
    return !binding.matchesAny;
}

std::optional<std::string> headersBindingError(const amqp::FieldTable& arguments)
{
    const amqp::FieldValue* value = arguments.find(kMatchArgument);
    if (value == nullptr) return std::nullopt;
    if (const auto* mode = value->as<std::string>()) {
        if (*mode == "all" || *mode == "any" || *mode == "all-with-x" || *mode == "any-with-x") {
            return std::nullopt;
        }
        std::string error = "Invalid x-match field value ";
        amqp::appendErlangBinary(error, bytesOf(*mode));
        return error + "; expected all, any, all-with-x, or any-with-x";
    }
    std::string error =
        "Invalid x-match field type " + std::string(amqp::fieldTypeName(*value)) + " (value ";
    if (const auto* bytes = value->as<amqp::ByteArray>()) {
        amqp::appendErlangBinary(error, bytesOf(bytes->bytes));
    } else {
        error += amqp::fieldValueText(*value);
    }
    return error + "); expected longstr";
}

}  // namespace warren::broker
