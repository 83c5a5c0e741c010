#pragma once

#include "core/amqp/wire_string.h"
#include "core/base/bytes.h"

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace warren::amqp {

/// Reads wire types one after the other from borrowed bytes, never past their end.
///
/// A read that does not fit returns false and consumes nothing that matters: give up then.
class WireReader {
public:
    explicit WireReader(ByteView input) : m_rest(input) {}

    bool isAtEnd() const { return m_rest.empty(); }
    ByteView rest() const { return m_rest; }

    template <typename Unsigned>
    requires std::is_unsigned_v<Unsigned>
    [[nodiscard]] bool read(Unsigned& value)
    {
        if (m_rest.size() < sizeof value) return false;
        value = loadBigEndian<Unsigned>(m_rest.data());
        m_rest = m_rest.subspan(sizeof value);
        return true;
    }
    template <int lengthBytes>
    [[nodiscard]] bool read(WireString<lengthBytes>& text)
    {
        std::conditional_t<lengthBytes == 1, std::uint8_t, std::uint32_t> length{};
        if (!read(length) || m_rest.size() < length) return false;
        text = textOf(m_rest.first(length));
        m_rest = m_rest.subspan(length);
        return true;
    }

private:
    ByteView m_rest;
};

}  // namespace warren::amqp
