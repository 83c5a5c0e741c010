#include "core/broker/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <array>
#include <pcre2.h>
#include <utility>

namespace warren::broker {

namespace {

/// Frees what the library allocated.
template <auto Free>
struct Freer {
    template <typename T>
    void operator()(T* pointer) const
    {
        Free(pointer);
    }
};

using CompileContext = std::unique_ptr<pcre2_compile_context, Freer<pcre2_compile_context_free>>;
using MatchContext = std::unique_ptr<pcre2_match_context, Freer<pcre2_match_context_free>>;
using MatchData = std::unique_ptr<pcre2_match_data, Freer<pcre2_match_data_free>>;
using Code = std::unique_ptr<pcre2_code, Freer<pcre2_code_free>>;

const unsigned char* unitsOf(std::string_view text)
{
    // The library wants a pointer even for no text at all.
    return reinterpret_cast<const unsigned char*>(text.data() == nullptr ? "" : text.data());
}

/// A backslash at the end escapes nothing, which Erlang refuses; the library, told to take escapes
/// without a meaning as they are, would not.
bool endsInEscape(std::string_view text)
{
    const std::size_t last = text.find_last_not_of('\\');
    const std::size_t count = text.size() - (last == std::string_view::npos ? 0 : last + 1);
    return count % 2 == 1;
}

std::string reasonOf(int error)
{
    std::array<unsigned char, 256> text{};
    if (pcre2_get_error_message(error, text.data(), text.size()) < 0) return "unknown error";
    return reinterpret_cast<const char*>(text.data());
}

}  // namespace

/// The library's form of a pattern, with what a match needs beside it.
class Pattern::Compiled {
public:
    Compiled(Code code, MatchContext context, MatchData data)
        : m_code(std::move(code)), m_context(std::move(context)), m_data(std::move(data))
    {
    }

    Outcome match(std::string_view subject) const
    {
        const int result = pcre2_match(m_code.get(), unitsOf(subject), subject.size(), 0, 0,
                                       m_data.get(), m_context.get());
        if (result >= 0) return Outcome::Matches;
        // A subject that is no UTF-8 while the pattern asks for it differs, too.
        const bool isLimit = result == PCRE2_ERROR_MATCHLIMIT || result == PCRE2_ERROR_DEPTHLIMIT ||
                             result == PCRE2_ERROR_HEAPLIMIT || result == PCRE2_ERROR_NOMEMORY;
        return isLimit ? Outcome::TooCostly : Outcome::Differs;
    }

private:
    Code m_code;
    MatchContext m_context;
    MatchData m_data;
};

Pattern::Pattern(std::string text, std::shared_ptr<const Compiled> compiled)
    : m_text(std::move(text)), m_compiled(std::move(compiled))
{
}

Result<Pattern, PatternFault> Pattern::compile(std::string_view text)
{
    if (text.size() > kTextBytesMax) return PatternFault{"pattern is too long", kTextBytesMax};
    if (endsInEscape(text)) return PatternFault{"\\ at end of pattern", text.size()};
    const CompileContext compiling{pcre2_compile_context_create(nullptr)};
    MatchContext matching{pcre2_match_context_create(nullptr)};
    if (compiling == nullptr || matching == nullptr) return PatternFault{"out of memory", 0};
    // As Erlang has it: a line ends with LF, and an escape that means nothing is its character.
    (void)pcre2_set_newline(compiling.get(), PCRE2_NEWLINE_LF);  // fails for unknown values only
    (void)pcre2_set_compile_extra_options(compiling.get(), PCRE2_EXTRA_BAD_ESCAPE_IS_LITERAL);
    (void)pcre2_set_parens_nest_limit(compiling.get(), kNestingMax);  // these never fail
    (void)pcre2_set_match_limit(matching.get(), kStepsMax);
    (void)pcre2_set_depth_limit(matching.get(), kDepthMax);
    (void)pcre2_set_heap_limit(matching.get(), kHeapKibMax);

    int error = 0;
    std::size_t offset = 0;
    Code code{pcre2_compile(unitsOf(text), text.size(), 0, &error, &offset, compiling.get())};
    if (code == nullptr) return PatternFault{reasonOf(error), offset};
    MatchData data{pcre2_match_data_create(1, nullptr)};
    if (data == nullptr) return PatternFault{"out of memory", 0};
    return Pattern{std::string{text}, std::make_shared<const Compiled>(
                                          std::move(code), std::move(matching), std::move(data))};
}

Pattern::Outcome Pattern::match(std::string_view subject) const
{
    return m_compiled->match(subject);
}

}  // namespace warren::broker
