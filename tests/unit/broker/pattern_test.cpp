#include "core/broker/pattern.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

namespace warren::broker {
namespace {

bool matches(std::string_view pattern, std::string_view subject)
{
    const auto compiled = Pattern::compile(pattern);
    EXPECT_TRUE(compiled.isOk()) << pattern;
    return compiled.isOk() && compiled->matches(subject);
}

std::optional<PatternFault> faultOf(std::string_view pattern)
{
    const auto compiled = Pattern::compile(pattern);
    if (compiled.isOk()) return std::nullopt;
    return compiled.error();
}

TEST(Pattern, IsFoundAnywhere)
{
    EXPECT_TRUE(matches("der", "orders"));
    EXPECT_FALSE(matches("^der", "orders"));
    EXPECT_TRUE(matches("^orders$", "orders"));
    EXPECT_FALSE(matches("^orders$", "orders.new"));
    EXPECT_TRUE(matches(R"(^amq\.)", "amq.gen-1"));
    EXPECT_FALSE(matches(R"(^amq\.)", "amqx"));
    EXPECT_FALSE(matches("ORDERS", "orders"));
    EXPECT_TRUE(matches("(?i)ORDERS", "orders"));
}

TEST(Pattern, TheEmptyOneMatchesEverything)
{
    EXPECT_TRUE(matches("", ""));
    EXPECT_TRUE(matches("", "q"));
    EXPECT_TRUE(matches({}, {}));
}

TEST(Pattern, KnowsWhatPerlKnows)
{
    EXPECT_TRUE(matches(R"(^(?!amq\.).*$)", "orders"));
    EXPECT_FALSE(matches(R"(^(?!amq\.).*$)", "amq.direct"));
    EXPECT_TRUE(matches(R"((?<=a)b)", "ab"));
    EXPECT_TRUE(matches(R"(^(\w)\1$)", "aa"));
    EXPECT_TRUE(matches(R"(^\d{2,3}$)", "123"));
}

TEST(Pattern, WorksOnBytes)
{
    EXPECT_TRUE(matches("^..$", "\xC3\xA4"));  // one letter in UTF-8
    EXPECT_TRUE(matches("^\xC3\xA4$", "\xC3\xA4"));
    EXPECT_TRUE(matches("\xFF", "a\xFF"));
    EXPECT_TRUE(matches("a.c", std::string_view{"a\0c", 3}));
}

TEST(Pattern, AnEscapeWithoutMeaningIsItsCharacter)
{
    EXPECT_TRUE(matches(R"(^\j$)", "j"));
    EXPECT_TRUE(matches(R"(^a\-b$)", "a-b"));
}

TEST(Pattern, TextThatAsksForUtf8DiffersFromOther)
{
    EXPECT_TRUE(matches("(*UTF)^.$", "\xC3\xA4"));
    EXPECT_FALSE(matches("(*UTF).", "\xC3"));
}

TEST(Pattern, SaysWhyItDoesNotCompile)
{
    ASSERT_TRUE(faultOf("("));
    EXPECT_EQ(faultOf("(")->reason, "missing closing parenthesis");
    EXPECT_EQ(faultOf("(")->offset, 1u);
    EXPECT_TRUE(faultOf("*"));
    EXPECT_TRUE(faultOf("[a"));
    EXPECT_TRUE(faultOf("a{3,1}"));
    EXPECT_TRUE(faultOf("\\"));
}

TEST(Pattern, HasLimits)
{
    EXPECT_FALSE(faultOf(std::string(Pattern::kTextBytesMax / 4, 'a')));
    EXPECT_TRUE(faultOf(std::string(Pattern::kTextBytesMax + 1, 'a')));
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '(') + std::string(depth, ')');
    };
    EXPECT_FALSE(faultOf(nested(Pattern::kNestingMax)));
    EXPECT_TRUE(faultOf(nested(Pattern::kNestingMax + 1)));
    EXPECT_TRUE(faultOf("(((a{1000}){1000}){1000})"));
}

TEST(Pattern, EndsWhateverItIs)
{
    const std::string subject = std::string(254, 'a') + "b";
    for (const char* pattern : {"(a+)+$", "(a*)*c", "(a|aa)+$", "(.*)*x", "^(([a-z])+.)+[A-Z]$",
                                "(a?){50}a{50}c", "((a|b)*)*c"}) {
        const auto compiled = Pattern::compile(pattern);
        ASSERT_TRUE(compiled.isOk()) << pattern;
        EXPECT_FALSE(compiled->matches(subject)) << pattern;
    }
    EXPECT_EQ(Pattern::compile("(a+)+$")->match(subject), Pattern::Outcome::TooCostly);
    EXPECT_EQ(Pattern::compile("x")->match(subject), Pattern::Outcome::Differs);
    // Recursion that consumes nothing, and recursion that goes deep.
    EXPECT_FALSE(matches("^(a(?1)?b)$", subject));
    EXPECT_FALSE(matches("^(?:a(?R)?)+c", subject));
}

TEST(Pattern, CanBeCopied)
{
    std::optional<Pattern> copy;
    {
        const auto compiled = Pattern::compile("^a");
        copy = *compiled;
    }
    EXPECT_TRUE(copy->matches("abc"));
    EXPECT_EQ(copy->text(), "^a");
}

}  // namespace
}  // namespace warren::broker
