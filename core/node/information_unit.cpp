#include "core/node/information_unit.h"

#include <array>
#include <charconv>
#include <limits>
#include <span>
#include <string>

namespace warren::node {

namespace {

struct Unit {
    std::string_view name;  ///< in lower case
    std::uint64_t bytes;
};

constexpr std::uint64_t kKilo = 1000;
constexpr std::uint64_t kKibi = 1024;

constexpr std::array<Unit, 13> kInformationUnits{{
    {"", 1},
    {"k", kKibi},
    {"kib", kKibi},
    {"kb", kKilo},
    {"m", kKibi* kKibi},
    {"mib", kKibi* kKibi},
    {"mb", kKilo* kKilo},
    {"g", kKibi* kKibi* kKibi},
    {"gib", kKibi* kKibi* kKibi},
    {"gb", kKilo* kKilo* kKilo},
    {"t", kKibi* kKibi* kKibi* kKibi},
    {"tib", kKibi* kKibi* kKibi* kKibi},
    {"tb", kKilo* kKilo* kKilo* kKilo},
}};

constexpr std::array<Unit, 4> kByteSizeUnits{{
    {"", 1},
    {"kb", kKibi},
    {"mb", kKibi* kKibi},
    {"gb", kKibi* kKibi* kKibi},
}};

std::string toLower(std::string_view text)
{
    std::string lower(text);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return lower;
}

std::optional<std::uint64_t> parse(std::string_view text, std::span<const Unit> units)
{
    std::uint64_t amount = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, amount);
    if (error != std::errc{}) return std::nullopt;

    const std::string unitName = toLower({stop, static_cast<std::size_t>(end - stop)});
    for (const Unit& unit : units) {
        if (unit.name != unitName) continue;
        if (amount > std::numeric_limits<std::uint64_t>::max() / unit.bytes) return std::nullopt;
        return amount * unit.bytes;
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> parseInformationUnit(std::string_view text)
{
    return parse(text, kInformationUnits);
}

std::optional<std::uint64_t> parseByteSize(std::string_view text)
{
    return parse(text, kByteSizeUnits);
}

}  // namespace warren::node
