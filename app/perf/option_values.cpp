#include "app/perf/option_values.h"

#include "app/perf/clock.h"
#include "app/perf/message_id.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace warren::perf {
namespace {

constexpr std::size_t kBodyBytesMax = std::size_t{512} << 20;
constexpr double kSecondsMax = 10.0 * 365 * 24 * 3600;
constexpr double kRateMax = 1e9;
constexpr std::uint64_t kQueueCountMax = 1'000'000;

template <typename Number>
bool readAll(std::string_view text, Number& number)
{
    const char* end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data(), end, number);
    return !text.empty() && failure == std::errc{} && stop == end;
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

/// "a=b" in two.
Result<std::pair<std::string_view, std::string_view>, std::string> splitPair(std::string_view text)
{
    const std::size_t at = text.find('=');
    if (at == std::string_view::npos || at == 0) return quoted(text) + " is no NAME=VALUE";
    const std::string_view name = text.substr(0, at);
    if (name.size() > 255) return quoted(name.substr(0, 30)) + "… is longer than 255 bytes";
    return std::pair{name, text.substr(at + 1)};
}

amqp::FieldValue fieldValue(std::string_view text)
{
    std::int64_t number = 0;
    if (readAll(text, number)) return number;
    if (text == "true") return true;
    if (text == "false") return false;
    return std::string(text);
}

std::string truncatedNumber(double number)
{
    std::string text = std::to_string(number);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
}

template <typename Step, typename Parse>
Result<Step, std::string> parseStep(std::string_view text, Parse&& parse)
{
    const std::size_t at = text.find(':');
    if (at == std::string_view::npos) return quoted(text) + " is no VALUE:SECONDS";
    const auto lasts = parseSeconds(text.substr(at + 1), 0.001);
    if (!lasts) return lasts.error();
    const auto value = parse(text.substr(0, at));
    if (!value) return value.error();
    return Step{*value, *lasts};
}

}  // namespace

std::vector<std::string_view> splitAt(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

Result<std::uint64_t, std::string> parseWhole(std::string_view text, std::uint64_t min,
                                              std::uint64_t max)
{
    std::uint64_t number = 0;
    if (readAll(text, number) && number >= min && number <= max) return number;
    return quoted(text) + " is no whole number from " + std::to_string(min) + " to " +
           std::to_string(max);
}

Result<double, std::string> parseReal(std::string_view text, double min)
{
    double number = 0;
    if (readAll(text, number) && std::isfinite(number) && number >= min) return number;
    return quoted(text) + " is no number from " + truncatedNumber(min) + " up";
}

Result<Duration, std::string> parseSeconds(std::string_view text, double min)
{
    const auto number = parseReal(text, min);
    if (!number) return number.error();
    if (*number > kSecondsMax) return quoted(text) + " seconds are more than ten years";
    return durationOf(*number);
}

Result<bool, std::string> parseBool(std::string_view text)
{
    if (text == "true") return true;
    if (text == "false") return false;
    return quoted(text) + " is neither true nor false";
}

Result<std::vector<std::size_t>, std::string> parseSizes(std::string_view text)
{
    std::vector<std::size_t> sizes;
    for (const std::string_view part : splitAt(text, ',')) {
        const auto size = parseWhole(part, MessageId::kBytes, kBodyBytesMax);
        if (!size) {
            return size.error() + " (a body begins with " + std::to_string(MessageId::kBytes) +
                   " bytes that say which message it is)";
        }
        sizes.push_back(static_cast<std::size_t>(*size));
    }
    return sizes;
}

Result<RateStep, std::string> parseRateStep(std::string_view text)
{
    return parseStep<RateStep>(text, [](std::string_view rate) -> Result<double, std::string> {
        auto number = parseReal(rate, 0);
        if (number && *number > kRateMax) return quoted(rate) + " is more than 1000000000";
        return number;
    });
}

Result<SizeStep, std::string> parseSizeStep(std::string_view text)
{
    return parseStep<SizeStep>(text, [](std::string_view size) -> Result<std::size_t, std::string> {
        const auto sizes = parseSizes(size);
        if (!sizes) return sizes.error();
        if (sizes->size() > 1) return quoted(size) + " is more than one size";
        return sizes->front();
    });
}

Result<amqp::FieldTable, std::string> parseArguments(std::string_view text)
{
    amqp::FieldTable table;
    for (const std::string_view part : splitAt(text, ',')) {
        const auto pair = splitPair(part);
        if (!pair) return pair.error();
        table.set(pair->first, fieldValue(pair->second));
    }
    return table;
}

Status<std::string> parseProperties(std::string_view text, amqp::Properties& properties)
{
    for (const std::string_view part : splitAt(text, ',')) {
        const auto pair = splitPair(part);
        if (!pair) return pair.error();
        const std::string_view name = pair->first;
        const std::string value(pair->second);
        if (name == "priority" || name == "deliveryMode") {
            const auto number = parseWhole(value, 0, 255);
            if (!number) return std::string(name) + ": " + number.error();
            const auto octet = static_cast<std::uint8_t>(*number);
            (name == "priority" ? properties.priority : properties.deliveryMode) = octet;
            continue;
        }
        if (name == "timestamp") {
            const auto number = parseWhole(value, 0, INT64_MAX);
            if (!number) return "timestamp (seconds since 1970): " + number.error();
            properties.timestamp = amqp::Timestamp{*number};
            continue;
        }
        struct TextProperty {
            std::string_view name;
            std::optional<std::string> amqp::Properties::*member;
        };
        static constexpr TextProperty kTexts[] = {
            {"contentType", &amqp::Properties::contentType},
            {"contentEncoding", &amqp::Properties::contentEncoding},
            {"correlationId", &amqp::Properties::correlationId},
            {"replyTo", &amqp::Properties::replyTo},
            {"expiration", &amqp::Properties::expiration},
            {"messageId", &amqp::Properties::messageId},
            {"type", &amqp::Properties::type},
            {"userId", &amqp::Properties::userId},
            {"appId", &amqp::Properties::appId},
            {"clusterId", &amqp::Properties::clusterId},
        };
        const auto* found = std::find_if(std::begin(kTexts), std::end(kTexts),
                                         [&](const TextProperty& p) { return p.name == name; });
        if (found == std::end(kTexts)) {
            if (!properties.headers) properties.headers.emplace();
            properties.headers->set(name, fieldValue(value));
        } else if (value.size() > 255) {
            return std::string(name) + " is longer than 255 bytes";
        } else {
            properties.*found->member = value;
        }
    }
    return {};
}

Result<std::vector<std::string>, std::string> expandPattern(std::string_view pattern,
                                                            std::uint64_t from, std::uint64_t to)
{
    const std::string wrong = quoted(pattern) + " needs one %d (or %03d) for the queue's number";
    const std::size_t at = pattern.find('%');
    if (at == std::string_view::npos) return wrong;
    std::size_t end = at + 1;
    std::size_t width = 0;
    if (end < pattern.size() && pattern[end] == '0') {
        ++end;
        if (end >= pattern.size() || pattern[end] < '1' || pattern[end] > '9') return wrong;
        width = static_cast<std::size_t>(pattern[end] - '0');
        ++end;
    }
    if (end >= pattern.size() || pattern[end] != 'd') return wrong;
    if (pattern.find('%', end) != std::string_view::npos) return wrong;
    if (to < from) return std::string("the last queue's number is below the first one's");
    if (to - from >= kQueueCountMax) return std::string("more than 1000000 queues");
    std::vector<std::string> names;
    for (std::uint64_t number = from; number <= to; ++number) {
        std::string digits = std::to_string(number);
        if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
        std::string name(pattern.substr(0, at));
        name += digits;
        name += pattern.substr(end + 1);
        if (name.size() > 255) return quoted(pattern) + " makes names longer than 255 bytes";
        names.push_back(std::move(name));
    }
    return names;
}

}  // namespace warren::perf
