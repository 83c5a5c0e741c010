#pragma once

#include "core/base/check.h"
#include "core/base/ring.h"

#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace warren {

/// A Ring for what may become very long: in blocks of equal size, so that it grows and shrinks
/// without moving anything, and never needs room for twice what it holds.
///
/// Allocates nothing in steady state: some drained blocks are kept. Thread: one.
template <typename T>
class BlockRing {
public:
    BlockRing() = default;
    BlockRing(BlockRing&& other) noexcept { swap(other); }
    BlockRing& operator=(BlockRing&& other) noexcept
    {
        swap(other);
        return *this;
    }
    BlockRing(const BlockRing&) = delete;
    BlockRing& operator=(const BlockRing&) = delete;
    ~BlockRing()
    {
        while (!isEmpty())
            dropFront();
    }

    bool isEmpty() const { return m_count == 0; }
    std::size_t size() const { return m_count; }
    std::size_t capacity() const { return (m_blocks.size() + m_spares.size()) * kBlockCount; }

    T& operator[](std::size_t at) { return *slot(m_first + at); }
    const T& operator[](std::size_t at) const { return *slot(m_first + at); }
    T& front() { return *slot(m_first); }
    const T& front() const { return *slot(m_first); }
    T& back() { return (*this)[m_count - 1]; }
    const T& back() const { return (*this)[m_count - 1]; }

    T& pushBack(T&& value)
    {
        const std::size_t place = m_first + m_count;
        if (place == m_blocks.size() * kBlockCount) m_blocks.pushBack(takeBlock());
        T* added = new (slot(place)) T(std::move(value));
        m_count += 1;
        return *added;
    }

    T popFront()
    {
        WARREN_CHECK(m_count > 0);
        T value = std::move(front());
        dropFront();
        return value;
    }

    void dropFront()
    {
        front().~T();
        m_first += 1;
        m_count -= 1;
        if (m_count == 0) {
            m_first = 0;  // the block begins anew
        } else if (m_first == kBlockCount) {
            auto drained = m_blocks.popFront();
            if (m_spares.size() < kSparesMax) m_spares.pushBack(std::move(drained));
            m_first = 0;
        }
    }

    void swap(BlockRing& other) noexcept
    {
        m_blocks.swap(other.m_blocks);
        m_spares.swap(other.m_spares);
        std::swap(m_first, other.m_first);
        std::swap(m_count, other.m_count);
    }

private:
    static constexpr std::size_t kBlockCount = 32;
    static constexpr std::size_t kSparesMax = 32;

    /// Room for elements, without any.
    struct Block {
        alignas(T) std::byte bytes[kBlockCount * sizeof(T)];
    };

    std::unique_ptr<Block> takeBlock()
    {
        if (m_spares.isEmpty()) return std::unique_ptr<Block>(new Block);
        return m_spares.popFront();
    }

    T* slot(std::size_t place) const
    {
        Block& block = *m_blocks[place / kBlockCount];
        return std::launder(reinterpret_cast<T*>(block.bytes)) + place % kBlockCount;
    }

    Ring<std::unique_ptr<Block>> m_blocks;
    Ring<std::unique_ptr<Block>> m_spares;
    std::size_t m_first = 0;  // place of the first element in the first block
    std::size_t m_count = 0;
};

}  // namespace warren
