#pragma once

#include "core/base/check.h"

#include <utility>
#include <variant>

namespace warren {

/// A value, or why there is none. Never throws; reading the wrong one is a bug (WARREN_CHECK).
template <typename T, typename E>
class [[nodiscard]] Result {
public:
    Result(T value) : m_state(std::in_place_index<0>, std::move(value)) {}
    Result(E error) : m_state(std::in_place_index<1>, std::move(error)) {}

    bool isOk() const { return m_state.index() == 0; }
    explicit operator bool() const { return isOk(); }

    T& value()
    {
        WARREN_CHECK(isOk());
        return *std::get_if<0>(&m_state);
    }
    const T& value() const
    {
        WARREN_CHECK(isOk());
        return *std::get_if<0>(&m_state);
    }
    E& error()
    {
        WARREN_CHECK(!isOk());
        return *std::get_if<1>(&m_state);
    }
    const E& error() const
    {
        WARREN_CHECK(!isOk());
        return *std::get_if<1>(&m_state);
    }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }
    T& operator*() { return value(); }
    const T& operator*() const { return value(); }

private:
    std::variant<T, E> m_state;
};

/// A Result of nothing: done, or why not.
template <typename E>
class [[nodiscard]] Status {
public:
    Status() = default;
    Status(E error) : m_error(std::in_place_index<1>, std::move(error)) {}

    bool isOk() const { return m_error.index() == 0; }
    explicit operator bool() const { return isOk(); }
    const E& error() const
    {
        WARREN_CHECK(!isOk());
        return *std::get_if<1>(&m_error);
    }

private:
    std::variant<std::monostate, E> m_error;
};

}  // namespace warren
