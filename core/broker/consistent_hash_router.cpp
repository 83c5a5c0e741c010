#include "core/broker/consistent_hash_router.h"

#include "core/amqp/properties.h"
#include "core/amqp/text.h"

#include <algorithm>
#include <array>
#include <bit>

namespace warren::broker {

namespace {

// ---- hashes: fixed for ever, since queues keep their keys over restarts and updates

/// Spreads every bit of `value` over all of the result. Source: the finalizer of SplitMix64.
std::uint64_t mix(std::uint64_t value)
{
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ull;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBull;
    return value ^ (value >> 31);
}

/// Source: FNV-1a with 64 bits, mixed, since its upper bits know little of the last bytes.
std::uint64_t hashText(std::string_view text)
{
    std::uint64_t hash = 0xCBF29CE484222325ull;
    for (const char character : text) {
        hash = (hash ^ static_cast<unsigned char>(character)) * 0x100000001B3ull;
    }
    return mix(hash);
}

// ---- distances

constexpr int kFractionBits = 32;  // logarithms are in units of 2^-32
constexpr std::size_t kTableSteps = 256;

/// The logarithm to base 2 of `mantissa` / 2^31. @pre 2^31 <= mantissa < 2^32
constexpr std::uint64_t logarithmOf(std::uint64_t mantissa)
{
    // Squaring doubles the logarithm: its next bit is whether that reaches 2.
    std::uint64_t logarithm = 0;
    for (int bit = kFractionBits - 1; bit >= 0; --bit) {
        mantissa = (mantissa * mantissa) >> 31;
        if (mantissa < (std::uint64_t{1} << 32)) continue;
        mantissa >>= 1;
        logarithm |= std::uint64_t{1} << bit;
    }
    return logarithm;
}

constexpr auto kLogarithms = [] {
    std::array<std::uint64_t, kTableSteps + 1> table{};
    for (std::size_t i = 0; i < kTableSteps; ++i)
        table[i] = logarithmOf((kTableSteps + i) << 23);
    table[kTableSteps] = std::uint64_t{1} << kFractionBits;
    return table;
}();

/// How far away the hash puts a destination of weight 1: -log2(hash / 2^64), so exponentially
/// distributed. Never rises when the hash does. In integers: the same on every machine.
std::uint64_t distanceOf(std::uint64_t hash)
{
    const std::uint64_t value = hash | 1;  // 0 has no logarithm
    const int zeros = std::countl_zero(value);
    const std::uint64_t mantissa = value << zeros;  // its top bit is set
    const std::size_t index = (mantissa >> 55) & 0xFF;
    const std::uint64_t rest = (mantissa >> 23) & 0xFFFF'FFFF;
    const std::uint64_t step = kLogarithms[index + 1] - kLogarithms[index];
    const std::uint64_t fraction = kLogarithms[index] + ((step * rest) >> 32);
    return (static_cast<std::uint64_t>(zeros + 1) << kFractionBits) - fraction;
}

// ---- weights

/// A decimal number as Erlang reads one; nullopt if it is none. Large ones give kWeightMax.
struct Weight {
    bool isPositive = false;
    std::uint64_t value = 0;
};
std::optional<Weight> readWeight(std::string_view key)
{
    const bool isNegative = key.starts_with('-');
    if (isNegative || key.starts_with('+')) key.remove_prefix(1);
    if (key.empty()) return std::nullopt;
    std::uint64_t value = 0;
    for (const char character : key) {
        if (character < '0' || character > '9') return std::nullopt;
        value = std::min(value * 10 + static_cast<std::uint64_t>(character - '0'),
                         ConsistentHashRouter::kWeightMax);
    }
    return Weight{.isPositive = !isNegative && value > 0, .value = value};
}

/// Bindings are judged before they come here (hashBindingError).
std::uint64_t weightOf(const RouterBinding& binding)
{
    const auto weight = readWeight(binding.routingKey);
    return weight && weight->isPositive ? weight->value : 1;
}

}  // namespace

std::optional<HashProperty> hashPropertyOf(std::string_view name)
{
    if (name == "message_id") return HashProperty::MessageId;
    if (name == "correlation_id") return HashProperty::CorrelationId;
    if (name == "timestamp") return HashProperty::Timestamp;
    return std::nullopt;
}

ConsistentHashRouter::ConsistentHashRouter(const amqp::FieldTable& arguments)
{
    const auto textOfArgument = [&](std::string_view name) {
        const amqp::FieldValue* value = arguments.find(name);
        return value == nullptr ? nullptr : value->as<std::string>();
    };
    if (const auto* header = textOfArgument(kHashHeaderArgument)) m_header = *header;
    if (const auto* property = textOfArgument(kHashPropertyArgument)) {
        m_property = hashPropertyOf(*property);
    }
}

void ConsistentHashRouter::add(const RouterBinding& binding)
{
    std::vector<RouterBinding>& bindings = m_bindings[binding.destination];
    if (std::find(bindings.begin(), bindings.end(), binding) != bindings.end()) return;
    bindings.push_back(binding);
    update(binding.destination, binding.destinationName);
}

void ConsistentHashRouter::remove(const RouterBinding& binding)
{
    const auto found = m_bindings.find(binding.destination);
    if (found == m_bindings.end()) return;
    if (std::erase(found->second, binding) == 0) return;
    if (found->second.empty()) m_bindings.erase(found);
    update(binding.destination, binding.destinationName);
}

void ConsistentHashRouter::removeDestination(const Destination& destination)
{
    if (m_bindings.erase(destination) > 0) update(destination, {});
}

void ConsistentHashRouter::update(const Destination& destination, std::string_view name)
{
    auto target = std::find_if(m_targets.begin(), m_targets.end(),
                               [&](const Target& one) { return one.destination == destination; });
    const auto found = m_bindings.find(destination);
    if (found == m_bindings.end()) {
        if (target == m_targets.end()) return;
        *target = m_targets.back();
        m_targets.pop_back();
        return;
    }
    if (target == m_targets.end()) {
        // A queue and an exchange of one name are two destinations.
        const std::uint64_t kind = destination.kind == DestinationKind::Queue ? 0 : 1;
        m_targets.push_back({mix(hashText(name) + kind), 0, destination});
        target = m_targets.end() - 1;
    }
    target->weight = 0;
    for (const RouterBinding& binding : found->second)
        target->weight = std::min(target->weight + weightOf(binding), kWeightMax);
}

std::uint64_t ConsistentHashRouter::hashOf(std::string_view routingKey,
                                           ByteView encodedProperties) const
{
    if (dependsOnKeyOnly()) return hashText(routingKey);
    const auto properties = amqp::PropertiesView::parse(encodedProperties);
    if (!properties) return hashText({});
    if (m_property) {
        switch (*m_property) {
        case HashProperty::MessageId: return hashText(properties->messageId().value_or(""));
        case HashProperty::CorrelationId: return hashText(properties->correlationId().value_or(""));
        case HashProperty::Timestamp: {
            const auto timestamp = properties->timestamp();
            return hashText(timestamp ? std::to_string(timestamp->seconds) : std::string{});
        }
        }
    }
    if (!properties->hasHeaders()) return hashText({});
    const auto headers = amqp::decodeFieldTable(properties->headers());
    const amqp::FieldValue* value = headers ? headers->find(*m_header) : nullptr;
    if (value == nullptr) return hashText({});
    return hashText(amqp::fieldValueText(*value));
}

void ConsistentHashRouter::route(std::string_view routingKey, ByteView encodedProperties, Prng&,
                                 std::vector<Destination>& out) const
{
    if (m_targets.empty()) return;
    const std::uint64_t hash = hashOf(routingKey, encodedProperties);
    const Target* nearest = nullptr;
    std::uint64_t nearestHash = 0;
    for (const Target& target : m_targets) {
        const std::uint64_t ownHash = mix(hash ^ target.seed);
        bool isNearer = nearest == nullptr;
        if (!isNearer) {
            // Distances divided by weights, without dividing; at most 2^39 times 2^20. With equal
            // weights the larger hash is the nearer one, which saves both logarithms.
            std::uint64_t ownDistance = 0;
            std::uint64_t distance = 0;
            if (target.weight != nearest->weight) {
                ownDistance = distanceOf(ownHash) * nearest->weight;
                distance = distanceOf(nearestHash) * target.weight;
            }
            isNearer = ownDistance < distance || (ownDistance == distance && ownHash > nearestHash);
        }
        if (!isNearer) continue;
        nearest = &target;
        nearestHash = ownHash;
    }
    out.push_back(nearest->destination);
}

std::optional<std::string> hashBindingError(std::string_view bindingKey)
{
    const auto weight = readWeight(bindingKey);
    if (!weight) {
        std::string error = "The binding key must be an integer: ";
        amqp::appendErlangBinary(error, bytesOf(bindingKey));
        return error;
    }
    if (!weight->isPositive) return "The binding key must be greater than 0";
    return std::nullopt;
}

}  // namespace warren::broker
