#pragma once

#include "core/base/result.h"

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>

namespace warren::cluster {

/// A node's name in its cluster, as RabbitMQ has it: `name@host`. Constructed: none.
///
/// The name has letters, digits, '_' and '-', as Erlang wants them. The host is not looked up; it
/// has no spaces, control characters or '@', and no empty parts between its dots.
class NodeName {
public:
    static constexpr std::size_t kBytesMax = 255;  // of an Erlang atom

    NodeName() = default;
    /// @error why it is none, as one sentence that names it
    static Result<NodeName, std::string> parse(std::string_view text);

    const std::string& text() const { return m_text; }
    std::string_view name() const { return std::string_view(m_text).substr(0, m_text.find('@')); }
    /// Empty if this is none.
    std::string_view host() const;
    explicit operator bool() const { return !m_text.empty(); }
    auto operator<=>(const NodeName&) const = default;

private:
    explicit NodeName(std::string_view text) : m_text(text) {}

    std::string m_text;
};

}  // namespace warren::cluster
