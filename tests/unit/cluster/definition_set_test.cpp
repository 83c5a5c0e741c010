#include "core/cluster/definition_set.h"

#include "tests/unit/cluster/names.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace warren::cluster {
namespace {

using namespace broker;

PutVhost vhost(std::string name) { return {VhostDefinition{.name = std::move(name)}}; }

PutQueue queue(std::uint64_t id, std::string name, std::string vhostName = "/")
{
    return putQueue({id}, std::move(vhostName), std::move(name));
}

PutExchange exchange(std::string name, ExchangeType type = ExchangeType::Direct)
{
    return {ExchangeDefinition{.vhost = "/", .name = std::move(name), .type = type}};
}

BindingDefinition binding(std::string source, std::string destination)
{
    return bindingOf("/", std::move(source), std::move(destination));
}

class DefinitionSetTest : public testing::Test {
protected:
    DefinitionSetTest() { EXPECT_EQ(ask(vhost("/")), std::nullopt); }

    std::optional<Refusal> ask(const CatalogueChange& change)
    {
        const DefinitionSet before = set;
        auto removed = set.apply(change);
        if (removed) {
            gone = *removed;
            return std::nullopt;
        }
        EXPECT_EQ(set, before) << "a refused change changed something";
        return removed.error();
    }

    DefinitionSet set;
    std::vector<QueueId> gone;
};

TEST_F(DefinitionSetTest, EverythingIsInAVhostThatIsThere)
{
    EXPECT_EQ(ask(queue(1, "q", "x")), Refusal::NoSuchVhost);
    ExchangeDefinition away{.vhost = "x", .name = "e"};
    EXPECT_EQ(ask(PutExchange{away}), Refusal::NoSuchVhost);
    PolicyDefinition policy;
    policy.vhost = "x";
    EXPECT_EQ(ask(PutPolicy{policy}), Refusal::NoSuchVhost);
    BindingDefinition bound = binding("amq.direct", "q");
    bound.vhost = "x";
    EXPECT_EQ(ask(PutBinding{bound}), Refusal::NoSuchVhost);
}

TEST_F(DefinitionSetTest, BindingsHaveTwoEnds)
{
    EXPECT_EQ(ask(queue(1, "q")), std::nullopt);
    EXPECT_EQ(ask(PutBinding{binding("e", "q")}), Refusal::NoSuchExchange);
    EXPECT_EQ(ask(PutBinding{binding("amq.direct", "r")}), Refusal::NoSuchQueue);
    EXPECT_EQ(ask(PutBinding{binding("amq.direct", "q")}), std::nullopt);
    BindingDefinition onward = binding("amq.direct", "q");
    onward.destinationKind = DestinationKind::Exchange;
    EXPECT_EQ(ask(PutBinding{onward}), Refusal::NoSuchExchange);
    onward.destination = "amq.topic";
    EXPECT_EQ(ask(PutBinding{onward}), std::nullopt);
}

TEST_F(DefinitionSetTest, TheFirstDeclarationHolds)
{
    EXPECT_EQ(ask(exchange("e")), std::nullopt);
    EXPECT_EQ(ask(exchange("e")), std::nullopt);
    EXPECT_EQ(ask(exchange("e", ExchangeType::Topic)), Refusal::Differs);
    EXPECT_EQ(ask(exchange("amq.direct")), Refusal::Predeclared);
    EXPECT_EQ(ask(RemoveExchange{"/", "amq.direct"}), Refusal::Predeclared);
    EXPECT_EQ(ask(queue(1, "q")), std::nullopt);
    EXPECT_EQ(ask(queue(1, "q")), std::nullopt);
    EXPECT_EQ(ask(queue(2, "q")), Refusal::Differs);
}

TEST_F(DefinitionSetTest, NoQueueIdIsUsedTwice)
{
    EXPECT_EQ(ask(queue(0, "q")), Refusal::Malformed);
    EXPECT_EQ(ask(queue(~std::uint64_t{0}, "q")), Refusal::Malformed);
    EXPECT_EQ(ask(queue(5, "q")), std::nullopt);
    EXPECT_EQ(ask(queue(5, "r")), Refusal::IdUsed);
    EXPECT_EQ(ask(RemoveQueue{{5}, "/", "q"}), std::nullopt);
    EXPECT_EQ(gone, std::vector{QueueId{5}});
    EXPECT_EQ(ask(queue(5, "q")), Refusal::IdUsed);
    EXPECT_EQ(ask(queue(6, "q")), std::nullopt);
    EXPECT_EQ(ask(RemoveQueue{{5}, "/", "q"}), Refusal::NoSuchQueue) << "it is another one now";
    EXPECT_EQ(set.removalOf({6})->name, "q");
    EXPECT_FALSE(set.removalOf({5}).has_value());
}

TEST_F(DefinitionSetTest, RemovalsTakeAlongWhatBelongsToThem)
{
    EXPECT_EQ(ask(queue(1, "q")), std::nullopt);
    EXPECT_EQ(ask(queue(2, "r")), std::nullopt);
    EXPECT_EQ(ask(exchange("e")), std::nullopt);
    EXPECT_EQ(ask(PutBinding{binding("e", "q")}), std::nullopt);
    EXPECT_EQ(ask(PutBinding{binding("e", "r")}), std::nullopt);
    EXPECT_EQ(set.count(), 6u);
    EXPECT_EQ(ask(RemoveQueue{{1}, "/", "q"}), std::nullopt);
    EXPECT_EQ(set.count(), 4u);
    EXPECT_EQ(ask(RemoveExchange{"/", "e"}), std::nullopt);
    EXPECT_EQ(set.count(), 2u);
    EXPECT_EQ(ask(RemoveVhost{"/"}), std::nullopt);
    EXPECT_EQ(gone, std::vector{QueueId{2}});
    EXPECT_EQ(set.count(), 0u);
    EXPECT_EQ(set.lastQueueId(), QueueId{2});
}

TEST_F(DefinitionSetTest, UsersTakeTheirPermissionsAlong)
{
    EXPECT_EQ(ask(PutUser{{.name = "u"}}), std::nullopt);
    EXPECT_EQ(ask(PutPermission{{.vhost = "/", .user = "u"}}), std::nullopt);
    EXPECT_EQ(ask(PutTopicPermission{{.vhost = "/", .user = "u", .exchange = "e"}}), std::nullopt);
    EXPECT_EQ(ask(PutPermission{{.vhost = "/", .user = "v"}}), std::nullopt);
    EXPECT_EQ(ask(PutPermission{{.vhost = "/", .user = "u", .read = ".*"}}), std::nullopt);
    EXPECT_EQ(set.count(), 5u);
    EXPECT_EQ(ask(RemoveUser{"u"}), std::nullopt);
    EXPECT_EQ(set.count(), 2u);
}

TEST_F(DefinitionSetTest, RemovingWhatIsNotThereDoesNothing)
{
    const DefinitionSet before = set;
    EXPECT_EQ(ask(RemoveQueue{{1}, "/", "q"}), std::nullopt);
    EXPECT_EQ(ask(RemoveVhost{"x"}), std::nullopt);
    EXPECT_EQ(ask(RemoveBinding{binding("e", "q")}), std::nullopt);
    EXPECT_EQ(set, before);
}

TEST_F(DefinitionSetTest, IsTakenAsAWholeAndInOrder)
{
    // Ids that fall while names rise: the order of the rows is not the order of the ids.
    EXPECT_EQ(ask(queue(1, "z")), std::nullopt);
    EXPECT_EQ(ask(queue(2, "a")), std::nullopt);
    EXPECT_EQ(ask(PutBinding{binding("amq.topic", "z")}), std::nullopt);
    FieldWriter to;
    set.encode(to);
    const std::string bytes = to.take();
    FieldReader from{bytesOf(bytes)};
    const auto decoded = DefinitionSet::decode(from);
    ASSERT_TRUE(decoded.has_value());
    EXPECT_TRUE(from.isComplete());
    EXPECT_EQ(*decoded, set);
    EXPECT_EQ(set.all().size(), 4u);
    EXPECT_TRUE(std::holds_alternative<PutVhost>(set.all().front()));
}

}  // namespace
}  // namespace warren::cluster
