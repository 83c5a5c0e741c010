#pragma once

#include <string>
#include <string_view>

namespace warren::amqp {

/// A string_view that knows how long its length field is on the wire. Borrowed: from the input
/// frame after decoding, from the caller when encoding.
template <int lengthBytes>
struct WireString : std::string_view {
    static constexpr int kLengthBytes = lengthBytes;

    constexpr WireString() = default;
    constexpr WireString(std::string_view text) : std::string_view(text) {}
    constexpr WireString(const char* text) : std::string_view(text) {}
    WireString(const std::string& text) : std::string_view(text) {}

    constexpr std::string_view view() const { return *this; }
    friend constexpr bool operator==(WireString a, WireString b) { return a.view() == b.view(); }
};

/// Up to 255 bytes. Spec: AMQP 0-9-1 §4.2.5.3.
using ShortString = WireString<1>;
/// Up to 4 GiB of any bytes, bounded by the frame.
using LongString = WireString<4>;

}  // namespace warren::amqp
