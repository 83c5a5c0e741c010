#pragma once

#include "core/base/check.h"

#include <bit>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace warren {

/// A first-in first-out queue in one block of memory, with access by position.
///
/// Unlike std::deque it allocates nothing in steady state. The block doubles when it is full and
/// halves when three quarters of it are empty, so memory is given back after a peak. Thread: one.
template <typename T>
class Ring {
public:
    Ring() = default;
    Ring(Ring&& other) noexcept { swap(other); }
    Ring& operator=(Ring&& other) noexcept
    {
        swap(other);
        return *this;
    }
    Ring(const Ring&) = delete;
    Ring& operator=(const Ring&) = delete;
    ~Ring()
    {
        clear();
        deallocate(m_slots);
    }

    bool isEmpty() const { return m_count == 0; }
    std::size_t size() const { return m_count; }
    std::size_t capacity() const { return m_capacity; }

    T& operator[](std::size_t at) { return m_slots[(m_first + at) & (m_capacity - 1)]; }
    const T& operator[](std::size_t at) const { return m_slots[(m_first + at) & (m_capacity - 1)]; }
    T& front() { return m_slots[m_first]; }
    const T& front() const { return m_slots[m_first]; }
    T& back() { return (*this)[m_count - 1]; }
    const T& back() const { return (*this)[m_count - 1]; }

    T& pushBack(T&& value)
    {
        if (m_count == m_capacity) reserve(m_capacity == 0 ? kCapacityMin : m_capacity * 2);
        T* slot = new (&(*this)[m_count]) T(std::move(value));
        m_count += 1;
        return *slot;
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
        m_first = (m_first + 1) & (m_capacity - 1);
        m_count -= 1;
        if (m_capacity > kCapacityKept && m_count < m_capacity / 4) reserve(m_capacity / 2);
    }

    void clear()
    {
        for (std::size_t i = 0; i < m_count; ++i)
            (*this)[i].~T();
        m_count = 0;
        m_first = 0;
    }

    void swap(Ring& other) noexcept
    {
        std::swap(m_slots, other.m_slots);
        std::swap(m_capacity, other.m_capacity);
        std::swap(m_first, other.m_first);
        std::swap(m_count, other.m_count);
    }

private:
    static constexpr std::size_t kCapacityMin = 4;
    static constexpr std::size_t kCapacityKept = 1024;

    static void deallocate(T* places) { ::operator delete (places, std::align_val_t{alignof(T)}); }

    /// @pre capacity is a power of two, and the elements fit
    void reserve(std::size_t capacity)
    {
        WARREN_CHECK(std::has_single_bit(capacity) && capacity >= m_count);
        T* places =
            static_cast<T*>(::operator new (capacity * sizeof(T), std::align_val_t{alignof(T)}));
        for (std::size_t i = 0; i < m_count; ++i) {
            T& from = (*this)[i];
            new (&places[i]) T(std::move(from));
            from.~T();
        }
        deallocate(m_slots);
        m_slots = places;
        m_capacity = capacity;
        m_first = 0;
    }

    T* m_slots = nullptr;
    std::size_t m_capacity = 0;
    std::size_t m_first = 0;
    std::size_t m_count = 0;
};

}  // namespace warren
