#include "app/perf/topology.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <variant>
#include <vector>

namespace warren::perf {
namespace {

Options optionsOf(const std::vector<std::string>& arguments)
{
    auto line = parseCommandLine(arguments);
    if (!line) {
        ADD_FAILURE() << line.error();
        return {};
    }
    return std::get<Options>(std::move(*line));
}

Topology topologyOf(const std::vector<std::string>& arguments)
{
    return Topology(optionsOf(arguments));
}

std::vector<std::string> keysOf(const std::vector<Route>& routes)
{
    std::vector<std::string> keys;
    for (const Route& route : routes)
        keys.push_back(route.routingKey);
    return keys;
}

TEST(PerfTopology, SpreadsProducersOverTheQueuesOfTheDefaultExchange)
{
    const Topology many = topologyOf({"--queues", "2", "-x", "3"});
    EXPECT_EQ(keysOf(many.routesOf(0)), std::vector<std::string>{"warren-perf-1"});
    EXPECT_EQ(keysOf(many.routesOf(1)), std::vector<std::string>{"warren-perf-2"});
    EXPECT_EQ(keysOf(many.routesOf(2)), std::vector<std::string>{"warren-perf-1"});
    const Topology few = topologyOf({"--queues", "3", "-x", "2"});
    EXPECT_EQ(keysOf(few.routesOf(0)),
              (std::vector<std::string>{"warren-perf-1", "warren-perf-3"}));
    EXPECT_EQ(few.routesOf(0)[1].slot, 2u);
    EXPECT_EQ(few.copies(), Copies::OneKnown);
    EXPECT_TRUE(few.bindings().empty());
}

TEST(PerfTopology, GivesEveryQueueAConsumer)
{
    for (const char* consumers : {"1", "2", "3", "7"}) {
        const Topology topology = topologyOf({"--queues", "3", "-y", consumers});
        std::set<std::uint32_t> queues;
        for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(std::stoi(consumers)); ++i) {
            for (const std::uint32_t queue : topology.queuesOf(i))
                queues.insert(queue);
        }
        EXPECT_EQ(queues, (std::set<std::uint32_t>{0, 1, 2})) << consumers;
    }
}

TEST(PerfTopology, SendsAFanOutToEachQueue)
{
    const Topology topology = topologyOf({"-t", "fanout", "-y", "3"});
    EXPECT_EQ(topology.copies(), Copies::Each);
    EXPECT_EQ(topology.slotCount(), 1u);
    EXPECT_EQ(topology.bindings().size(), 3u);
    EXPECT_EQ(topology.routesOf(0).size(), 1u);
}

TEST(PerfTopology, PublishesAKeyForEachBindingOfATopicExchange)
{
    const Topology topology = topologyOf({"-t", "topic", "--bindings", "4", "--queues", "2"});
    ASSERT_EQ(topology.bindings().size(), 4u);
    EXPECT_EQ(topology.bindings()[0].key, "perf.0.*");
    EXPECT_EQ(topology.bindings()[1].key, "perf.1.#");
    EXPECT_EQ(topology.bindings()[3].queue, 1u);
    EXPECT_EQ(
        keysOf(topology.routesOf(0)),
        (std::vector<std::string>{"perf.0.event", "perf.1.event", "perf.2.event", "perf.3.event"}));
    EXPECT_EQ(topology.routesOf(0)[3].slot, 1u);
    EXPECT_EQ(topology.copies(), Copies::OneKnown);
}

TEST(PerfTopology, LetsProducersBeginAtDifferentKeys)
{
    const Topology topology = topologyOf({"-t", "direct", "--bindings", "10", "-x", "2"});
    EXPECT_NE(topology.routesOf(0)[0].routingKey, topology.routesOf(1)[0].routingKey);
    const auto one = keysOf(topology.routesOf(0));
    const auto other = keysOf(topology.routesOf(1));
    EXPECT_EQ(std::set<std::string>(one.begin(), one.end()),
              std::set<std::string>(other.begin(), other.end()));
}

TEST(PerfTopology, MatchesHeadersWithTheirBindings)
{
    const Topology topology = topologyOf({"-t", "headers", "--bindings", "3"});
    for (std::size_t b = 0; b < 3; ++b) {
        const QueueBinding& binding = topology.bindings()[b];
        EXPECT_EQ(*binding.arguments.find("x-match"), amqp::FieldValue("all"));
        const std::vector<Route> routes = topology.routesOf(0);
        for (const auto& header : routes[b].headers)
            EXPECT_EQ(*binding.arguments.find(header.key), header.value);
    }
}

TEST(PerfTopology, KnowsWhereItCannotSayWhereMessagesGo)
{
    EXPECT_EQ(topologyOf({"-t", "x-consistent-hash", "--queues", "3"}).copies(),
              Copies::OneUnknown);
    EXPECT_EQ(topologyOf({"-t", "x-consistent-hash", "-K", "--queues", "3"}).routesOf(0).size(),
              1000u);
    EXPECT_EQ(topologyOf({"-t", "direct", "-sb"}).copies(), Copies::Unknown);
    EXPECT_EQ(topologyOf({"-t", "x-own-type"}).copies(), Copies::Unknown);
    EXPECT_EQ(topologyOf({"-k", "elsewhere"}).copies(), Copies::Unknown);
    EXPECT_EQ(topologyOf({"-k", "b", "-u", "a,b"}).routesOf(0)[0].slot, 1u);
    EXPECT_EQ(topologyOf({"-t", "direct", "-k", "key", "-u", "a,b"}).copies(), Copies::Each);
    EXPECT_EQ(topologyOf({"-t", "topic", "-K"}).bindings()[0].key, "#");
}

}  // namespace
}  // namespace warren::perf
