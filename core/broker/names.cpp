#include "core/broker/names.h"

#include <cstdint>

namespace warren::broker {

std::string generatedName(std::string_view prefix, Prng& prng)
{
    static constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    constexpr int kCharacters = 22;  // 16 random bytes
    std::string name{prefix};
    std::uint64_t bits = 0;
    for (int i = 0; i < kCharacters; ++i) {
        if (i % 10 == 0) bits = prng.next();
        name += kAlphabet[bits % 64];
        bits /= 64;
    }
    return name;
}

std::string withoutLineBreaks(std::string_view name)
{
    std::string text{name};
    std::erase_if(text, [](char c) { return c == '\r' || c == '\n'; });
    return text;
}

}  // namespace warren::broker
