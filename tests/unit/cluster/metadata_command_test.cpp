#include "core/cluster/metadata_command.h"

#include "core/base/prng.h"
#include "tests/unit/cluster/names.h"
#include "tests/unit/cluster/random_commands.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace warren::cluster {
namespace {

std::vector<MetadataCommand> oneOfEach()
{
    using namespace broker;
    const BindingDefinition binding = bindingOf("/", "e", "q");
    const PlacementTarget target{{3}, 9, node("a")};
    std::vector<MetadataCommand::Body> bodies{
        CatalogueChange{PutVhost{{.name = "/", .tags = {"t"}}}},
        CatalogueChange{PutExchange{{.vhost = "/", .name = "e"}}},
        CatalogueChange{putQueue({3}, "/", "q")},
        CatalogueChange{PutBinding{binding}},
        CatalogueChange{PutUser{{.name = "u", .maxChannels = 4}}},
        CatalogueChange{PutPermission{{.vhost = "/", .user = "u"}}},
        CatalogueChange{PutTopicPermission{{.vhost = "/", .user = "u", .exchange = "e"}}},
        CatalogueChange{PutPolicy{{.vhost = "/", .name = "p", .definition = {{"ha-mode", "all"}}}}},
        CatalogueChange{RemoveVhost{"/"}},
        CatalogueChange{RemoveExchange{"/", "e"}},
        CatalogueChange{RemoveQueue{{3}, "/", "q"}},
        CatalogueChange{RemoveBinding{binding}},
        CatalogueChange{RemoveUser{"u"}},
        CatalogueChange{RemovePermission{"/", "u"}},
        CatalogueChange{RemoveTopicPermission{"/", "u", "e"}},
        CatalogueChange{RemovePolicy{"/", "p", true}},
        MembershipCommand{JoinNode{node("a"), {2}, NodeType::Ram}},
        MembershipCommand{StartNode{node("a"), {2}}},
        MembershipCommand{StopNode{node("a")}},
        MembershipCommand{LeaveNode{node("a")}},
        MembershipCommand{ForgetNode{node("a")}},
        MembershipCommand{ChangeNodeType{node("a"), NodeType::Ram}},
        MembershipCommand{RenameCluster{"desk"}},
        PlacementCommand{PlaceQueue{{3}, node("a"), nodes("bc")}},
        PlacementCommand{AddMirror{target}},
        PlacementCommand{RemoveMirror{target}},
        PlacementCommand{MarkInSync{target, {2}}},
        PlacementCommand{LeaveInSync{target}},
        PlacementCommand{Promote{target}},
        PlacementCommand{PromoteUnsynced{target}},
    };
    std::vector<MetadataCommand> commands;
    for (MetadataCommand::Body& body : bodies) {
        commands.push_back({{5}, commands.size(), std::move(body)});
    }
    return commands;
}

TEST(MetadataCommand, ComesBackAsItWas)
{
    for (const MetadataCommand& command : oneOfEach()) {
        const std::string bytes = encode(command);
        const auto decoded = decodeMetadataCommand(bytesOf(bytes));
        ASSERT_TRUE(decoded.has_value()) << command.number;
        EXPECT_EQ(decoded->origin, command.origin);
        EXPECT_EQ(decoded->number, command.number);
        EXPECT_EQ(decoded->body.index(), command.body.index());
        EXPECT_EQ(encode(*decoded), bytes) << command.number;
        if (const auto* change = std::get_if<broker::CatalogueChange>(&command.body)) {
            EXPECT_EQ(std::get<0>(decoded->body).index(), change->index());
        } else if (const auto* members = std::get_if<MembershipCommand>(&command.body)) {
            EXPECT_EQ(std::get<1>(decoded->body), *members);
        } else {
            EXPECT_EQ(std::get<2>(decoded->body), std::get<2>(command.body));
        }
    }
}

TEST(MetadataCommand, ReadsNothingThatIsCutOffOrGoesOn)
{
    for (const MetadataCommand& command : oneOfEach()) {
        const std::string bytes = encode(command);
        for (std::size_t length = 0; length < bytes.size(); ++length) {
            EXPECT_FALSE(decodeMetadataCommand(bytesOf(bytes.substr(0, length))).has_value())
                << command.number << " cut at " << length;
        }
        EXPECT_FALSE(decodeMetadataCommand(bytesOf(bytes + '\0')).has_value());
    }
}

TEST(MetadataCommand, HasALimit)
{
    MetadataCommand command{{1}, 1, MembershipCommand{RenameCluster{}}};
    const std::size_t rest = encode(command).size();
    command.body = MembershipCommand{RenameCluster{std::string(kCommandBytesMax - rest, 'x')}};
    EXPECT_TRUE(decodeMetadataCommand(bytesOf(encode(command))).has_value());
    command.body = MembershipCommand{RenameCluster{std::string(kCommandBytesMax - rest + 1, 'x')}};
    EXPECT_FALSE(decodeMetadataCommand(bytesOf(encode(command))).has_value());
}

TEST(MetadataCommand, SurvivesAnything)
{
    Prng prng(11);
    const auto commands = oneOfEach();
    for (int i = 0; i < 20'000; ++i) {
        const std::string bytes = damaged(encode(commands[prng.below(commands.size())]), prng);
        if (const auto decoded = decodeMetadataCommand(bytesOf(bytes))) {
            const std::string again = encode(*decoded);
            const auto twice = decodeMetadataCommand(bytesOf(again));
            ASSERT_TRUE(twice.has_value()) << "round " << i;
            EXPECT_EQ(encode(*twice), again) << "round " << i;
        }
    }
}

}  // namespace
}  // namespace warren::cluster
