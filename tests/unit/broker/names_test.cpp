#include "core/broker/names.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace warren::broker {
namespace {

TEST(GeneratedName, HasThePrefixAnd22CharactersThatFitAnUrl)
{
    Prng prng(1);
    const std::string name = generatedName("amq.gen-", prng);
    ASSERT_EQ(name.size(), 8u + 22);
    EXPECT_EQ(name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789-_.",
                                     0),
              std::string::npos);
}

TEST(GeneratedName, IsANewOneEachTimeAndTheSameForTheSameSeed)
{
    Prng first(1);
    Prng second(1);
    std::set<std::string> names;
    for (int i = 0; i < 1000; ++i) {
        const std::string name = generatedName("p", first);
        EXPECT_EQ(name, generatedName("p", second));
        names.insert(name);
    }
    EXPECT_EQ(names.size(), 1000u);
}

TEST(WithoutLineBreaks, DropsThemAndNothingElse)
{
    EXPECT_EQ(withoutLineBreaks("a\r\nb\n\tc "), "ab\tc ");
}

}  // namespace
}  // namespace warren::broker
