#include "core/broker/catalogue.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <string>
#include <vector>

namespace warren::broker {
namespace {

using ::testing::ElementsAre;

class CatalogueTest : public ::testing::Test {
protected:
    CatalogueTest() { catalogue.apply(PutVhost{{"/"}}); }

    void putQueue(std::uint64_t id, std::string name)
    {
        QueueDefinition queue;
        queue.id = {id};
        queue.vhost = "/";
        queue.name = std::move(name);
        catalogue.apply(PutQueue{queue});
    }
    void putExchange(std::string name, ExchangeType type = ExchangeType::Fanout)
    {
        ExchangeDefinition exchange;
        exchange.vhost = "/";
        exchange.name = std::move(name);
        exchange.type = type;
        catalogue.apply(PutExchange{exchange});
    }
    static BindingDefinition binding(std::string source, std::string destination,
                                     DestinationKind kind = DestinationKind::Queue)
    {
        return {"/", std::move(source), std::move(destination), kind, "k", {}};
    }
    std::vector<Destination> routed(std::string_view exchange)
    {
        Prng random{1};
        std::vector<Destination> destinations;
        vhost().findExchange(exchange)->router->route("k", {}, random, destinations);
        return destinations;
    }
    Vhost& vhost() { return *catalogue.findVhost("/"); }

    Catalogue catalogue;
};

TEST_F(CatalogueTest, GivesANewVhostItsExchanges)
{
    std::vector<std::string> lines;
    for (const Exchange* exchange : vhost().exchangesByName()) {
        const ExchangeDefinition& definition = exchange->definition;
        lines.push_back(definition.name + ":" + std::string{exchangeTypeName(definition.type)} +
                        (definition.isInternal ? ":internal" : ""));
        EXPECT_TRUE(definition.isDurable) << definition.name;
    }
    EXPECT_THAT(lines, ElementsAre(":direct", "amq.direct:direct", "amq.fanout:fanout",
                                   "amq.headers:headers", "amq.match:headers",
                                   "amq.rabbitmq.trace:topic:internal", "amq.topic:topic"));
}

TEST_F(CatalogueTest, KeepsAVhostThatIsPutAgain)
{
    putQueue(1, "q");
    catalogue.apply(PutVhost{{"/"}});
    EXPECT_NE(vhost().findQueue("q"), nullptr);
    EXPECT_EQ(catalogue.exchangeCount(), 7u);
}

TEST_F(CatalogueTest, FindsByNameAndById)
{
    putQueue(4, "q");
    EXPECT_EQ(catalogue.findQueue({4}), vhost().findQueue("q"));
    EXPECT_EQ(catalogue.findQueue({5}), nullptr);
    EXPECT_EQ(catalogue.findVhost("other"), nullptr);
    const Exchange* direct = vhost().findExchange("amq.direct");
    EXPECT_EQ(catalogue.findExchange(direct->id), direct);
}

TEST_F(CatalogueTest, RaisesItsGenerationWithEveryChange)
{
    const std::uint64_t before = catalogue.generation();
    putQueue(1, "q");
    EXPECT_GT(catalogue.generation(), before);
}

TEST_F(CatalogueTest, RoutesAlongABindingUntilItIsRemoved)
{
    putQueue(1, "q");
    putExchange("x");
    catalogue.apply(PutBinding{binding("x", "q")});
    catalogue.apply(PutBinding{binding("x", "q")});
    EXPECT_EQ(routed("x").size(), 1u);
    catalogue.apply(RemoveBinding{binding("x", "q")});
    EXPECT_TRUE(routed("x").empty());
    catalogue.apply(RemoveBinding{binding("x", "q")});
}

TEST_F(CatalogueTest, TakesTheBindingsOfAQueueAlong)
{
    putQueue(1, "q");
    putExchange("x");
    catalogue.apply(PutBinding{binding("x", "q")});
    catalogue.apply(RemoveQueue{{1}, "/", "q"});
    EXPECT_TRUE(routed("x").empty());
    EXPECT_EQ(vhost().bindings.count(), 0u);
    EXPECT_EQ(catalogue.queueCount(), 0u);
}

TEST_F(CatalogueTest, TakesTheBindingsOfAnExchangeAlongInBothDirections)
{
    putQueue(1, "q");
    putExchange("from");
    putExchange("x");
    catalogue.apply(PutBinding{binding("from", "x", DestinationKind::Exchange)});
    catalogue.apply(PutBinding{binding("x", "q")});
    catalogue.apply(PutBinding{binding("x", "x", DestinationKind::Exchange)});
    catalogue.apply(RemoveExchange{"/", "x"});
    EXPECT_EQ(vhost().bindings.count(), 0u);
    EXPECT_TRUE(routed("from").empty());
    EXPECT_EQ(vhost().findExchange("x"), nullptr);
}

TEST_F(CatalogueTest, TakesEverythingOfAVhostAlong)
{
    putQueue(1, "q");
    catalogue.apply(RemoveVhost{"/"});
    EXPECT_EQ(catalogue.queueCount(), 0u);
    EXPECT_EQ(catalogue.exchangeCount(), 0u);
    EXPECT_EQ(catalogue.findVhost("/"), nullptr);
}

TEST_F(CatalogueTest, IgnoresTheRemovalOfWhatIsNotThere)
{
    catalogue.apply(RemoveQueue{{1}, "/", "q"});
    catalogue.apply(RemoveExchange{"elsewhere", "x"});
    catalogue.apply(RemoveVhost{"elsewhere"});
    catalogue.apply(RemoveBinding{binding("x", "q")});
    EXPECT_EQ(catalogue.exchangeCount(), 7u);
}

TEST_F(CatalogueTest, NeverChangesAnExchangeThatIsThere)
{
    putExchange("x", ExchangeType::Topic);
    putExchange("x", ExchangeType::Fanout);
    EXPECT_EQ(vhost().findExchange("x")->definition.type, ExchangeType::Topic);
}

TEST_F(CatalogueTest, ListsVhostsAndQueuesByName)
{
    catalogue.apply(PutVhost{{"a"}});
    putQueue(1, "z");
    putQueue(2, "b");
    std::vector<std::string> names;
    for (const Vhost* one : catalogue.vhostsByName())
        names.push_back(one->definition.name);
    for (const Queue* queue : vhost().queuesByName())
        names.push_back(queue->definition().name);
    EXPECT_THAT(names, ElementsAre("/", "a", "b", "z"));
}

}  // namespace
}  // namespace warren::broker
