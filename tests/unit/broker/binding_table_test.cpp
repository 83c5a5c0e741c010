#include "core/broker/binding_table.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <gmock/gmock.h>
#include <string>
#include <vector>

namespace warren::broker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

BindingDefinition binding(std::string source, std::string destination, std::string key,
                          amqp::FieldTable arguments = {},
                          DestinationKind kind = DestinationKind::Queue)
{
    return {"/",  std::move(source), std::move(destination),
            kind, std::move(key),    std::move(arguments)};
}

std::vector<std::string> textsOf(const std::vector<BindingDefinition>& bindings)
{
    std::vector<std::string> texts;
    for (const BindingDefinition& one : bindings) {
        const bool isQueue = one.destinationKind == DestinationKind::Queue;
        texts.push_back(one.source + (isQueue ? ">" : "=>") + one.destination + ":" +
                        one.routingKey + "/" + std::to_string(one.arguments.size()));
    }
    return texts;
}

TEST(BindingTable, KeepsABindingOnce)
{
    BindingTable table;
    EXPECT_TRUE(table.add(binding("x", "q", "k")));
    EXPECT_FALSE(table.add(binding("x", "q", "k")));
    EXPECT_EQ(table.count(), 1u);
    EXPECT_TRUE(table.contains(binding("x", "q", "k")));
}

TEST(BindingTable, TellsBindingsApartByEveryMember)
{
    BindingTable table;
    EXPECT_TRUE(table.add(binding("x", "q", "k")));
    EXPECT_TRUE(table.add(binding("y", "q", "k")));
    EXPECT_TRUE(table.add(binding("x", "r", "k")));
    EXPECT_TRUE(table.add(binding("x", "q", "l")));
    EXPECT_TRUE(table.add(binding("x", "q", "k", {{"a", std::int32_t{1}}})));
    EXPECT_TRUE(table.add(binding("x", "q", "k", {{"a", std::int64_t{1}}})));
    EXPECT_TRUE(table.add(binding("x", "q", "k", {}, DestinationKind::Exchange)));
    EXPECT_EQ(table.count(), 7u);
}

TEST(BindingTable, ListsBySourceAndByDestinationInOneOrder)
{
    BindingTable table;
    (void)table.add(binding("x", "q", "b"));
    (void)table.add(binding("x", "q", "a", {{"k", "v"}}));
    (void)table.add(binding("x", "q", "a"));
    (void)table.add(binding("x", "p", "z"));
    (void)table.add(binding("w", "q", "z"));
    (void)table.add(binding("x", "q", "z", {}, DestinationKind::Exchange));
    EXPECT_THAT(textsOf(table.from("x")),
                ElementsAre("x>p:z/0", "x>q:a/0", "x>q:a/1", "x>q:b/0", "x=>q:z/0"));
    EXPECT_THAT(textsOf(table.to(DestinationKind::Queue, "q")),
                ElementsAre("w>q:z/0", "x>q:a/0", "x>q:a/1", "x>q:b/0"));
    EXPECT_THAT(textsOf(table.to(DestinationKind::Exchange, "q")), ElementsAre("x=>q:z/0"));
    EXPECT_THAT(table.from("nobody"), IsEmpty());
}

TEST(BindingTable, ForgetsARemovedBindingEverywhere)
{
    BindingTable table;
    (void)table.add(binding("x", "q", "k"));
    EXPECT_FALSE(table.remove(binding("x", "q", "other")));
    EXPECT_TRUE(table.remove(binding("x", "q", "k")));
    EXPECT_FALSE(table.remove(binding("x", "q", "k")));
    EXPECT_FALSE(table.hasFrom("x"));
    EXPECT_THAT(table.to(DestinationKind::Queue, "q"), IsEmpty());
    EXPECT_EQ(table.count(), 0u);
}

}  // namespace
}  // namespace warren::broker
