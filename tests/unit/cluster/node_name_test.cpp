#include "core/cluster/node_name.h"

#include "core/base/prng.h"

#include <gtest/gtest.h>

namespace warren::cluster {
namespace {

TEST(NodeName, HasANameAndAHost)
{
    const auto name = NodeName::parse("rabbit-1@desk.example.org");
    ASSERT_TRUE(name.isOk());
    EXPECT_EQ(name->name(), "rabbit-1");
    EXPECT_EQ(name->host(), "desk.example.org");
    EXPECT_EQ(name->text(), "rabbit-1@desk.example.org");
    EXPECT_TRUE(static_cast<bool>(*name));
}

TEST(NodeName, IsNoneUnlessItWasParsed)
{
    const NodeName none;
    EXPECT_FALSE(static_cast<bool>(none));
    EXPECT_EQ(none.name(), "");
    EXPECT_EQ(none.host(), "");
}

TEST(NodeName, TakesWhatErlangTakes)
{
    for (const char* text : {"a@b", "A_9-z@localhost", "warren@10.0.0.1", "w@b\xC3\xBCro"}) {
        EXPECT_TRUE(NodeName::parse(text).isOk()) << text;
    }
}

TEST(NodeName, RefusesWhatIsNotNameAtHost)
{
    const std::string_view refused[] = {"",
                                        "a",
                                        "@",
                                        "a@",
                                        "@b",
                                        "a@b@c",
                                        "a b@c",
                                        "a.b@c",
                                        "a@b c",
                                        "a@.b",
                                        "a@b.",
                                        "a@b..c",
                                        "\xC3\xBC@b",
                                        "a@b\n",
                                        "a@b\x7F",
                                        "a/b@c",
                                        std::string_view("a@b\0", 4)};
    for (const std::string_view text : refused) {
        const auto name = NodeName::parse(text);
        ASSERT_FALSE(name.isOk()) << text;
        EXPECT_EQ(name.error().rfind("The node name '", 0), 0u);
    }
}

TEST(NodeName, HasALimit)
{
    const std::string host(NodeName::kBytesMax - 2, 'h');
    EXPECT_TRUE(NodeName::parse("a@" + host).isOk());
    EXPECT_FALSE(NodeName::parse("aa@" + host).isOk());
    EXPECT_LT(NodeName::parse(std::string(100'000, 'x')).error().size(), 400u);
}

TEST(NodeName, SurvivesAnything)
{
    Prng prng(3);
    for (int i = 0; i < 20'000; ++i) {
        std::string text(prng.below(12), '\0');
        for (char& c : text) {
            c = prng.below(4) == 0 ? '@' : static_cast<char>(prng.next());
        }
        const auto name = NodeName::parse(text);
        if (name.isOk()) {
            EXPECT_EQ(std::string(name->name()) + "@" + std::string(name->host()), text);
        }
    }
}

TEST(NodeName, IsOrderedByItsText)
{
    EXPECT_LT(*NodeName::parse("a@b"), *NodeName::parse("b@a"));
    EXPECT_EQ(*NodeName::parse("a@b"), *NodeName::parse("a@b"));
}

}  // namespace
}  // namespace warren::cluster
