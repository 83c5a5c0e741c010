#include "core/storage/definition_check.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>

namespace warren::storage {
namespace {

using namespace broker;

PutQueue queueIn(const std::string& vhost, const std::string& name, std::uint64_t id)
{
    QueueDefinition queue;
    queue.id = {id};
    queue.vhost = vhost;
    queue.name = name;
    return {queue};
}

BindingDefinition binding(const std::string& vhost, const std::string& source,
                          const std::string& destination,
                          DestinationKind kind = DestinationKind::Queue)
{
    BindingDefinition definition;
    definition.vhost = vhost;
    definition.source = source;
    definition.destination = destination;
    definition.destinationKind = kind;
    return definition;
}

class DefinitionCheckTest : public ::testing::Test {
protected:
    DefinitionCheckTest()
    {
        EXPECT_EQ(check.add(PutVhost{{"/"}}), std::nullopt);
        EXPECT_EQ(check.add(PutExchange{{.vhost = "/", .name = "e"}}), std::nullopt);
        EXPECT_EQ(check.add(queueIn("/", "q", 1)), std::nullopt);
    }
    std::optional<std::string> bind(const BindingDefinition& one)
    {
        return check.add(PutBinding{one});
    }
    DefinitionCheck check;
};

TEST_F(DefinitionCheckTest, AcceptsWhatFits)
{
    EXPECT_EQ(bind(binding("/", "e", "q")), std::nullopt);
    EXPECT_EQ(bind(binding("/", "amq.topic", "q")), std::nullopt);
    EXPECT_EQ(bind(binding("/", "e", "amq.fanout", DestinationKind::Exchange)), std::nullopt);
    EXPECT_EQ(check.add(PutPolicy{{.vhost = "/", .name = "p"}}), std::nullopt);
    EXPECT_EQ(check.add(PutUser{{.name = "u"}}), std::nullopt);
    EXPECT_EQ(check.add(PutPermission{{.vhost = "gone", .user = "u"}}), std::nullopt);
}

TEST_F(DefinitionCheckTest, RefusesWhatIsInNoVhost)
{
    EXPECT_EQ(check.add(queueIn("v", "a", 2)),
              "the queue 'a' is in the vhost 'v', which is not there");
    EXPECT_EQ(check.add(PutExchange{{.vhost = "v", .name = "a"}}),
              "the exchange 'a' is in the vhost 'v', which is not there");
    EXPECT_EQ(check.add(PutPolicy{{.vhost = "v", .name = "a"}}),
              "the policy 'a' is in the vhost 'v', which is not there");
    EXPECT_EQ(bind(binding("v", "e", "q")),
              "a binding of the exchange 'e' is in the vhost 'v', which is not there");
}

TEST_F(DefinitionCheckTest, RefusesBindingsWithoutTheirEnds)
{
    EXPECT_EQ(bind(binding("/", "f", "q")),
              "a binding of the exchange 'f' has no such exchange in the vhost '/'");
    EXPECT_EQ(bind(binding("/", "e", "r")),
              "a binding of the exchange 'e' leads to the queue 'r', which is not there");
    EXPECT_EQ(bind(binding("/", "e", "q", DestinationKind::Exchange)),
              "a binding of the exchange 'e' leads to the exchange 'q', which is not there");
}

TEST_F(DefinitionCheckTest, RefusesAQueueWithoutAnId)
{
    EXPECT_EQ(check.add(queueIn("/", "a", 0)), "the queue 'a' has no id");
}

}  // namespace
}  // namespace warren::storage
