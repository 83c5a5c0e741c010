#include "core/peer/warnings.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <string>
#include <vector>

namespace warren::peer {
namespace {

using ::testing::ElementsAre;

TEST(WarningsTest, SayEachSentenceOnceUntilThingsWentWell)
{
    std::vector<std::string> said;
    Warnings warnings([&](const std::string& sentence) { said.push_back(sentence); });
    warnings.warn("a", "one");
    warnings.warn("a", "one");
    warnings.warn("a", "two");
    warnings.warn("b", "one");
    EXPECT_THAT(said, ElementsAre("one", "two", "one"));

    said.clear();
    warnings.forget("a");
    warnings.warn("b", "one");
    EXPECT_THAT(said, ElementsAre());
    warnings.warn("a", "two");
    warnings.warn("a", "one");
    EXPECT_THAT(said, ElementsAre("two", "one"));
}

TEST(WarningsTest, RememberOnlySoMany)
{
    std::size_t saidCount = 0;
    Warnings warnings([&](const std::string&) { saidCount += 1; });
    for (std::size_t i = 0; i < Warnings::kRememberedMax; ++i) {
        warnings.warn(std::to_string(i), "one");
    }
    warnings.warn("0", "one");
    EXPECT_EQ(saidCount, Warnings::kRememberedMax + 1) << "it began anew";
}

}  // namespace
}  // namespace warren::peer
