#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace warren::broker {

/// Hashes strings and views alike, so that a look-up by view makes no string.
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const
    {
        return std::hash<std::string_view>{}(text);
    }
};

/// A map by name. Its iteration order must not influence any output.
template <typename Value>
using TextMap = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

}  // namespace warren::broker
