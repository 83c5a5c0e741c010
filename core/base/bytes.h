#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

namespace warren {

/// Bytes borrowed for the call; who keeps them copies them.
using ByteView = std::span<const std::byte>;

inline ByteView bytesOf(std::string_view text)
{
    return std::as_bytes(std::span{text.data(), text.size()});
}

inline std::string_view textOf(ByteView bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Big-endian (network order) loads and stores. @pre the bytes are there

template <typename Unsigned>
Unsigned loadBigEndian(const std::byte* from)
{
    Unsigned value;
    std::memcpy(&value, from, sizeof value);
    if constexpr (sizeof value == 1) return value;
    if constexpr (sizeof value == 2) return __builtin_bswap16(value);
    if constexpr (sizeof value == 4) return __builtin_bswap32(value);
    if constexpr (sizeof value == 8) return __builtin_bswap64(value);
}

template <typename Unsigned>
void storeBigEndian(std::byte* to, Unsigned value)
{
    if constexpr (sizeof value == 2) value = __builtin_bswap16(value);
    if constexpr (sizeof value == 4) value = __builtin_bswap32(value);
    if constexpr (sizeof value == 8) value = __builtin_bswap64(value);
    std::memcpy(to, &value, sizeof value);
}
static_assert(std::endian::native == std::endian::little, "the byte swaps above assume it");

inline std::uint8_t loadU8(ByteView from, std::size_t at)
{
    return std::to_integer<std::uint8_t>(from[at]);
}
inline std::uint16_t loadU16(ByteView from, std::size_t at)
{
    return loadBigEndian<std::uint16_t>(from.data() + at);
}
inline std::uint32_t loadU32(ByteView from, std::size_t at)
{
    return loadBigEndian<std::uint32_t>(from.data() + at);
}
inline std::uint64_t loadU64(ByteView from, std::size_t at)
{
    return loadBigEndian<std::uint64_t>(from.data() + at);
}

/// A growing run of bytes that is written at its end and consumed from its front.
///
/// Unlike std::vector it never zero-fills: `extend` hands out uninitialised room. Consuming is O(1)
/// amortised; the memory is kept for reuse until `release`. Owns its memory; movable, not copyable.
/// Thread: one at a time.
class Buffer {
public:
    Buffer() = default;
    Buffer(Buffer&& other) noexcept { swap(other); }
    Buffer& operator=(Buffer&& other) noexcept
    {
        swap(other);
        return *this;
    }
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer() { std::free(m_data); }

    bool isEmpty() const { return m_begin == m_end; }
    std::size_t size() const { return m_end - m_begin; }
    std::size_t capacity() const { return m_capacity; }
    std::byte* data() { return m_data + m_begin; }
    const std::byte* data() const { return m_data + m_begin; }
    ByteView view() const { return {m_data + m_begin, size()}; }

    /// Appends `count` bytes of uninitialised room and returns where it begins; valid until the
    /// next change of the buffer.
    std::byte* extend(std::size_t count)
    {
        if (m_capacity - m_end < count) makeRoom(count);
        std::byte* room = m_data + m_end;
        m_end += count;
        return room;
    }

    void append(ByteView bytes)
    {
        if (bytes.empty()) return;
        std::memcpy(extend(bytes.size()), bytes.data(), bytes.size());
    }
    void append(std::string_view text) { append(bytesOf(text)); }

    template <typename Unsigned>
    void appendBigEndian(Unsigned value)
    {
        storeBigEndian(extend(sizeof value), value);
    }

    /// Drops bytes from the front. @pre count ≤ size()
    void consume(std::size_t count)
    {
        m_begin += count;
        if (m_begin == m_end) m_begin = m_end = 0;
    }
    /// Drops bytes from the end, down to `size`. @pre size ≤ size()
    void truncate(std::size_t size) { m_end = m_begin + size; }
    void clear() { m_begin = m_end = 0; }

    /// Gives the memory back. The contents are lost.
    void release()
    {
        Buffer empty;
        swap(empty);
    }

    void swap(Buffer& other) noexcept
    {
        std::swap(m_data, other.m_data);
        std::swap(m_capacity, other.m_capacity);
        std::swap(m_begin, other.m_begin);
        std::swap(m_end, other.m_end);
    }

private:
    void makeRoom(std::size_t count);

    std::byte* m_data = nullptr;
    std::size_t m_capacity = 0;
    std::size_t m_begin = 0;
    std::size_t m_end = 0;
};

}  // namespace warren
