#pragma once

#include "core/base/bytes.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace warren {

/// Reads fields from the front of borrowed bytes, integers big-endian. Once something doesn't fit,
/// everything else comes back empty, so that only the end has to be asked.
///
/// Formats of our own build on it (core/storage, core/cluster). Thread: one.
class ByteReader {
public:
    explicit ByteReader(ByteView bytes) : m_rest(bytes) {}

    std::uint8_t u8()
    {
        const ByteView bytes = take(1);
        return bytes.empty() ? std::uint8_t{0} : loadU8(bytes, 0);
    }
    std::uint32_t u32()
    {
        const ByteView bytes = take(4);
        return bytes.empty() ? 0 : loadU32(bytes, 0);
    }
    std::uint64_t u64()
    {
        const ByteView bytes = take(8);
        return bytes.empty() ? 0 : loadU64(bytes, 0);
    }
    /// A byte of at most `last`.
    std::uint8_t upTo(std::uint8_t last)
    {
        const std::uint8_t value = u8();
        if (value > last) refuse();
        return m_isGood ? value : std::uint8_t{0};
    }
    template <typename Enum>
    Enum oneOf(Enum last)
    {
        return static_cast<Enum>(upTo(static_cast<std::uint8_t>(last)));
    }
    /// A length of four bytes, and that many bytes.
    ByteView bytes()
    {
        const std::size_t length = u32();
        return take(length);
    }
    std::string text() { return std::string{textOf(bytes())}; }

    /// What was read makes no sense to the caller.
    void refuse() { m_isGood = false; }
    bool isGood() const { return m_isGood; }
    /// Everything fitted, and nothing is left.
    bool isComplete() const { return m_isGood && m_rest.empty(); }

private:
    ByteView take(std::size_t count)
    {
        if (m_rest.size() < count) refuse();
        if (!m_isGood) return {};
        const ByteView taken = m_rest.first(count);
        m_rest = m_rest.subspan(count);
        return taken;
    }

    ByteView m_rest;
    bool m_isGood = true;
};

}  // namespace warren
