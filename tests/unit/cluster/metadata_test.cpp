#include "core/cluster/metadata.h"

#include "tests/unit/cluster/names.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace warren::cluster {
namespace {

constexpr QueueId kQueue{1};

/// Two disk nodes and a RAM node that run, and a queue that is declared.
class MetadataTest : public testing::Test {
protected:
    MetadataTest()
    {
        metadata.applied = [this](const AppliedCommand& one) {
            outcome = one;
            outcome.command = nullptr;
        };
        join("a", 1, NodeType::Disk);
        join("b", 2, NodeType::Disk);
        join("r", 3, NodeType::Ram);
        EXPECT_EQ(ask(broker::CatalogueChange{broker::PutVhost{{.name = "/"}}}), std::nullopt);
        declare(kQueue, "q");
    }

    std::optional<Refusal> ask(MetadataCommand::Body body)
    {
        index += 1;
        metadata.apply(index, bytesOf(encode(MetadataCommand{{1}, index, std::move(body)})));
        EXPECT_EQ(outcome.index, index);
        return outcome.refusal;
    }
    std::optional<Refusal> ask(MembershipCommand command)
    {
        return ask(MetadataCommand::Body{std::move(command)});
    }
    std::optional<Refusal> ask(PlacementCommand command)
    {
        return ask(MetadataCommand::Body{std::move(command)});
    }
    void join(std::string_view name, std::uint64_t id, NodeType type)
    {
        EXPECT_EQ(ask(MembershipCommand{JoinNode{node(name), {id}, type}}), std::nullopt);
        EXPECT_EQ(ask(MembershipCommand{StartNode{node(name), {id}}}), std::nullopt);
    }
    void declare(QueueId queue, std::string name)
    {
        broker::PutQueue put = putQueue(queue, "/", std::move(name));
        EXPECT_EQ(ask(broker::CatalogueChange{std::move(put)}), std::nullopt);
    }
    void place(std::string_view master, std::string_view mirrors)
    {
        EXPECT_EQ(ask(PlacementCommand{PlaceQueue{kQueue, node(master), nodes(mirrors)}}),
                  std::nullopt);
    }
    const Placement& now() const { return *metadata.placements().find(kQueue); }

    Metadata metadata;
    AppliedCommand outcome;
    LogIndex index = 0;
};

TEST_F(MetadataTest, OnlyDeclaredQueuesArePlaced)
{
    EXPECT_EQ(ask(PlacementCommand{PlaceQueue{{9}, node("a"), {}}}), Refusal::NoSuchQueue);
    place("a", "b");
    EXPECT_EQ(now().inSync, nodes("ab"));
}

TEST_F(MetadataTest, ADeletedQueueHasNoPlace)
{
    place("a", "b");
    EXPECT_EQ(ask(broker::CatalogueChange{broker::RemoveQueue{kQueue, "/", "q"}}), std::nullopt);
    EXPECT_EQ(outcome.removedQueues, std::vector{kQueue});
    EXPECT_TRUE(metadata.placements().all().empty());
}

TEST_F(MetadataTest, ARamNodeThatStartsAnewIsOutOfSync)
{
    place("a", "br");
    EXPECT_EQ(ask(MembershipCommand{StopNode{node("r")}}), std::nullopt);
    EXPECT_TRUE(now().isInSync(node("r"))) << "its master says when it can do without it";
    EXPECT_EQ(ask(MembershipCommand{StartNode{node("r"), {4}}}), std::nullopt);
    EXPECT_EQ(now().inSync, nodes("ab"));
    // What its master knew was before it started.
    EXPECT_EQ(ask(PlacementCommand{MarkInSync{{kQueue, 1, node("r")}, {3}}}), Refusal::StaleNode);
    EXPECT_EQ(ask(PlacementCommand{MarkInSync{{kQueue, 1, node("r")}, {4}}}), std::nullopt);
}

TEST_F(MetadataTest, ARamMasterThatStartsAnewLeadsNoMore)
{
    place("r", "a");
    EXPECT_EQ(ask(MembershipCommand{StartNode{node("r"), {4}}}), std::nullopt);
    EXPECT_FALSE(static_cast<bool>(now().master));
    EXPECT_EQ(now().inSync, nodes("a"));
    EXPECT_EQ(ask(PlacementCommand{Promote{{kQueue, 1, node("a")}}}), std::nullopt);
    EXPECT_EQ(now().epoch, 2u);
}

TEST_F(MetadataTest, ADiskNodeThatStartsAgainKeepsItsPart)
{
    place("a", "b");
    EXPECT_EQ(ask(MembershipCommand{StopNode{node("b")}}), std::nullopt);
    EXPECT_EQ(ask(MembershipCommand{StartNode{node("b"), {2}}}), std::nullopt);
    EXPECT_EQ(now().inSync, nodes("ab"));
}

TEST_F(MetadataTest, ChangingTheTypeLosesNoQueue)
{
    place("b", "");
    EXPECT_EQ(ask(MembershipCommand{StopNode{node("b")}}), std::nullopt);
    EXPECT_EQ(ask(MembershipCommand{ChangeNodeType{node("b"), NodeType::Ram}}),
              Refusal::LastInSync);
    EXPECT_EQ(metadata.membership().find(node("b"))->type, NodeType::Disk);
}

TEST_F(MetadataTest, ANodeOfAnotherTypeIsEmpty)
{
    place("b", "a");
    EXPECT_EQ(ask(MembershipCommand{StopNode{node("b")}}), std::nullopt);
    EXPECT_EQ(ask(MembershipCommand{ChangeNodeType{node("b"), NodeType::Ram}}), std::nullopt);
    EXPECT_EQ(now(), (Placement{NodeName{}, nodes("ab"), nodes("a"), 1, 0}));
}

TEST_F(MetadataTest, AForgottenNodeTakesItsOwnQueuesAlong)
{
    declare({2}, "alone");
    EXPECT_EQ(ask(PlacementCommand{PlaceQueue{{2}, node("b"), {}}}), std::nullopt);
    place("b", "a");
    EXPECT_EQ(ask(MembershipCommand{StopNode{node("b")}}), std::nullopt);
    EXPECT_EQ(ask(MembershipCommand{ForgetNode{node("b")}}), std::nullopt);
    EXPECT_EQ(outcome.removedQueues, std::vector{QueueId{2}});
    EXPECT_FALSE(metadata.definitions().hasQueue({2}));
    EXPECT_EQ(now(), (Placement{NodeName{}, nodes("a"), nodes("a"), 1, 0}));
}

TEST_F(MetadataTest, TellsWhatMadeNoSense)
{
    const std::string before = metadata.snapshot();
    index += 1;
    metadata.apply(index, bytesOf("nonsense"));
    EXPECT_EQ(outcome.refusal, Refusal::Malformed);
    EXPECT_EQ(outcome.index, index);
    EXPECT_EQ(metadata.index(), index);
}

TEST_F(MetadataTest, RefusesASnapshotOfTheFuture)
{
    Metadata other;
    const std::string snapshot = metadata.snapshot();
    EXPECT_FALSE(other.restore(index - 1, bytesOf(snapshot)));
    EXPECT_TRUE(other.restore(index + 3, bytesOf(snapshot)));
    EXPECT_EQ(other.snapshot(), snapshot);
}

TEST_F(MetadataTest, RefusesASnapshotWithAPlacedQueueThatIsNotDeclared)
{
    FieldWriter to;
    to.u8(1);
    to.u64(index);
    metadata.membership().encode(to);
    DefinitionSet{}.encode(to);
    place("a", "");
    metadata.placements().encode(to);
    Metadata other;
    EXPECT_FALSE(other.restore(index, bytesOf(to.take())));
    EXPECT_EQ(other.snapshot(), Metadata{}.snapshot());
}

}  // namespace
}  // namespace warren::cluster
