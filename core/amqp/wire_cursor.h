#pragma once

#include "core/amqp/wire_string.h"
#include "core/base/bytes.h"
#include "core/base/check.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>

namespace warren::amqp {

/// Writes wire types into room that was reserved before; does not know where the room ends.
///
/// Callers compute the size first (argumentBytes, fieldTableBytes), reserve it in one step and
/// check `at` afterwards where a mistake would go unnoticed.
struct WireCursor {
    std::byte* at;

    template <typename Unsigned>
    void put(Unsigned value)
    {
        storeBigEndian(at, value);
        at += sizeof value;
    }
    void putBytes(ByteView bytes)
    {
        if (!bytes.empty()) std::memcpy(at, bytes.data(), bytes.size());
        at += bytes.size();
    }
    /// @pre text fits the string's length field
    template <int lengthBytes>
    void put(WireString<lengthBytes> text)
    {
        if constexpr (lengthBytes == 1) {
            WARREN_CHECK(text.size() <= std::numeric_limits<std::uint8_t>::max());
            put(static_cast<std::uint8_t>(text.size()));
        } else {
            WARREN_CHECK(text.size() <= std::numeric_limits<std::uint32_t>::max());
            put(static_cast<std::uint32_t>(text.size()));
        }
        putBytes(bytesOf(text));
    }
};

}  // namespace warren::amqp
