#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace warren::broker {

/// Why a text is no regular expression.
struct PatternFault {
    std::string reason;      ///< of the library, in English
    std::size_t offset = 0;  ///< in bytes, where it was noticed
    bool operator==(const PatternFault&) const = default;
};

/// A regular expression that people gave: for the names of a policy, of a permission.
///
/// Perl's syntax as in RabbitMQ (Erlang's re is PCRE), on bytes; not anchored: it matches if it is
/// found anywhere. Its cost is bounded whatever the pattern is: beyond the limits it does not
/// match. Copies share the compiled form. Thread: one at a time for all copies.
class Pattern {
public:
    static constexpr std::size_t kTextBytesMax = 32 * 1024;
    static constexpr std::uint32_t kNestingMax = 100;
    /// Steps of backtracking per match; names have at most 255 bytes. About a millisecond.
    static constexpr std::uint32_t kStepsMax = 50'000;
    static constexpr std::uint32_t kDepthMax = 10'000;
    static constexpr std::uint32_t kHeapKibMax = 4 * 1024;

    /// @error PatternFault  it does not compile, or is too long
    static Result<Pattern, PatternFault> compile(std::string_view text);

    enum class Outcome : std::uint8_t { Matches, Differs, TooCostly };
    Outcome match(std::string_view subject) const;
    /// What is too costly to tell does not match.
    bool matches(std::string_view subject) const { return match(subject) == Outcome::Matches; }

    const std::string& text() const { return m_text; }

private:
    class Compiled;
    Pattern(std::string text, std::shared_ptr<const Compiled> compiled);

    std::string m_text;
    std::shared_ptr<const Compiled> m_compiled;
};

}  // namespace warren::broker
