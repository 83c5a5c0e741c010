#include "core/amqp/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace warren::amqp {
namespace {

std::uint8_t byteAt(std::string_view text, std::size_t at)
{
    return static_cast<std::uint8_t>(text[at]);
}

bool isContinuation(std::uint8_t byte) { return (byte & 0xC0) == 0x80; }

/// Length in bytes of the well-formed character at the front, 0 if there is none.
/// Spec: Unicode, table 3-7 (well-formed UTF-8 byte sequences).
std::size_t characterBytes(std::string_view text)
{
    const std::uint8_t first = byteAt(text, 0);
    if (first < 0x80) return 1;
    const auto hasTail = [&](std::size_t count, std::uint8_t secondMin, std::uint8_t secondMax) {
        if (text.size() <= count) return false;
        if (byteAt(text, 1) < secondMin || byteAt(text, 1) > secondMax) return false;
        for (std::size_t at = 2; at <= count; ++at) {
            if (!isContinuation(byteAt(text, at))) return false;
        }
        return true;
    };
    if (first >= 0xC2 && first <= 0xDF) return hasTail(1, 0x80, 0xBF) ? 2 : 0;
    if (first == 0xE0) return hasTail(2, 0xA0, 0xBF) ? 3 : 0;
    if (first == 0xED) return hasTail(2, 0x80, 0x9F) ? 3 : 0;  // what follows are surrogates
    if (first >= 0xE1 && first <= 0xEF) return hasTail(2, 0x80, 0xBF) ? 3 : 0;
    if (first == 0xF0) return hasTail(3, 0x90, 0xBF) ? 4 : 0;
    if (first >= 0xF1 && first <= 0xF3) return hasTail(3, 0x80, 0xBF) ? 4 : 0;
    if (first == 0xF4) return hasTail(3, 0x80, 0x8F) ? 4 : 0;
    return 0;
}

/// The character behind the backslash that stands for `byte` in an Erlang string, or 0.
char escapeOf(std::uint8_t byte)
{
    switch (byte) {
    case '\b': return 'b';
    case '\t': return 't';
    case '\n': return 'n';
    case '\v': return 'v';
    case '\f': return 'f';
    case '\r': return 'r';
    case 0x1B: return 'e';
    case '"': return '"';
    case '\\': return '\\';
    default: return 0;
    }
}

bool isPrintable(ByteView bytes)
{
    return std::all_of(bytes.begin(), bytes.end(), [](std::byte byte) {
        const auto code = std::to_integer<std::uint8_t>(byte);
        return (code >= 0x20 && code < 0x7F) || escapeOf(code) != 0;
    });
}

}  // namespace

bool isUtf8(std::string_view text)
{
    // Names are ASCII nearly always: skip that eight bytes at a time.
    while (text.size() >= sizeof(std::uint64_t)) {
        std::uint64_t block;
        std::memcpy(&block, text.data(), sizeof block);
        if ((block & 0x8080808080808080u) != 0) break;
        text.remove_prefix(sizeof block);
    }
    while (!text.empty()) {
        const std::size_t bytes = characterBytes(text);
        if (bytes == 0) return false;
        text.remove_prefix(bytes);
    }
    return true;
}

std::string_view cutUtf8(std::string_view text, std::size_t bytesMax)
{
    if (text.size() <= bytesMax) return text;
    std::size_t end = bytesMax;
    while (end > 0 && isContinuation(byteAt(text, end)))
        end -= 1;
    return text.substr(0, end);
}

void appendErlangBytes(std::string& to, ByteView bytes)
{
    to += "<<";
    for (const std::byte& byte : bytes) {
        if (&byte != bytes.data()) to += ',';
        to += std::to_string(std::to_integer<int>(byte));
    }
    to += ">>";
}

void appendErlangBinary(std::string& to, ByteView bytes)
{
    if (bytes.empty() || !isPrintable(bytes)) return appendErlangBytes(to, bytes);
    to += "<<\"";
    for (const std::byte byte : bytes) {
        const char escape = escapeOf(std::to_integer<std::uint8_t>(byte));
        if (escape != 0) to += '\\';
        to += escape != 0 ? escape : std::to_integer<char>(byte);
    }
    to += "\">>";
}

void appendErlangFloat(std::string& to, double value)
{
    std::array<char, 32> scientific;  // d.ddde±xx, at most 24 characters
    const auto [end, error] =
        std::to_chars(scientific.data(), scientific.data() + scientific.size(), value,
                      std::chars_format::scientific);
    const std::string_view written(scientific.data(), end);
    const std::size_t exponentAt = written.find('e');
    if (exponentAt == std::string_view::npos) {  // not a number, infinity: Erlang has none
        to += written;
        return;
    }

    std::string digits;
    for (const char c : written.substr(0, exponentAt)) {
        if (c >= '0' && c <= '9') digits += c;
    }
    const int exponent = std::atoi(std::string(written.substr(exponentAt + 1)).c_str());
    const int digitCount = static_cast<int>(digits.size());
    const std::string exponentText = std::to_string(exponent);

    // Plain where that is no longer than with an exponent, which counts an "e" and the ".0" of a
    // single digit; from 2^53 on always with an exponent, as plain digits would feign precision.
    const int exponentCost = static_cast<int>(exponentText.size()) + 1 + (digitCount == 1 ? 2 : 1);
    constexpr double kPlainBelow = 9007199254740992.0;
    if (written.front() == '-') to += '-';
    if (value == 0) {
        to += "0.0";
    } else if (exponent < 0 && 1 - exponent <= exponentCost) {
        to += "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
    } else if (exponent >= 0 && exponent < digitCount - 1) {
        const auto point = static_cast<std::size_t>(exponent) + 1;
        to += digits.substr(0, point) + '.' + digits.substr(point);
    } else if (exponent >= 0 && exponent + 1 - digitCount + 2 <= exponentCost &&
               value < kPlainBelow && value > -kPlainBelow) {
        to += digits + std::string(static_cast<std::size_t>(exponent + 1 - digitCount), '0') + ".0";
    } else {
        to += digits.substr(0, 1) + '.' + (digitCount > 1 ? digits.substr(1) : "0") + 'e' +
              exponentText;
    }
}

}  // namespace warren::amqp
