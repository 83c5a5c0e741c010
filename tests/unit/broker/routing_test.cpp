#include "core/broker/routing.h"

#include "core/amqp/properties.h"
#include "tests/support/broker_harness.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <string>
#include <vector>

namespace warren::broker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RoutingTest : public ::testing::Test {
protected:
    RoutingTest() { catalogue.apply(PutVhost{{"/"}}); }

    void putQueues(const std::vector<std::string>& names)
    {
        for (const std::string& name : names) {
            lastId += 1;
            QueueDefinition queue;
            queue.id = {lastId};
            queue.vhost = "/";
            queue.name = name;
            catalogue.apply(PutQueue{queue});
        }
    }
    void putExchange(std::string name, ExchangeType type, amqp::FieldTable arguments = {})
    {
        ExchangeDefinition exchange;
        exchange.vhost = "/";
        exchange.name = std::move(name);
        exchange.type = type;
        exchange.arguments = std::move(arguments);
        catalogue.apply(PutExchange{exchange});
    }
    void bindQueue(std::string source, std::string queue, std::string key = {})
    {
        catalogue.apply(PutBinding{{"/",
                                    std::move(source),
                                    std::move(queue),
                                    DestinationKind::Queue,
                                    std::move(key),
                                    {}}});
    }
    void bindExchange(std::string source, std::string destination, std::string key = {})
    {
        catalogue.apply(PutBinding{{"/",
                                    std::move(source),
                                    std::move(destination),
                                    DestinationKind::Exchange,
                                    std::move(key),
                                    {}}});
    }
    std::vector<std::string> routed(std::string_view exchange, std::string_view key = {})
    {
        const Vhost& vhost = *catalogue.findVhost("/");
        routing.find(vhost, *vhost.findExchange(exchange), key, amqp::emptyProperties(), route);
        std::vector<std::string> names;
        for (const Queue* queue : route.queues)
            names.push_back(queue->definition().name);
        return names;
    }
    std::vector<std::string> routedByAll(std::string_view exchange,
                                         const std::vector<std::string_view>& keys)
    {
        const Vhost& vhost = *catalogue.findVhost("/");
        routing.find(vhost, *vhost.findExchange(exchange), keys, amqp::emptyProperties(), route);
        std::vector<std::string> names;
        for (const Queue* queue : route.queues)
            names.push_back(queue->definition().name);
        return names;
    }

    std::uint64_t lastId = 0;
    Catalogue catalogue;
    Prng prng{1};
    Routing routing{catalogue, prng};
    Routing::Route route;
};

TEST_F(RoutingTest, DefaultExchangeReachesTheQueueOfThatName)
{
    putQueues({"a", "b"});
    EXPECT_THAT(routed("", "b"), ElementsAre("b"));
    EXPECT_THAT(routed("", "c"), IsEmpty());
}

TEST_F(RoutingTest, ReachesAQueueOnceOverSeveralPaths)
{
    putQueues({"a", "b"});
    putExchange("x", ExchangeType::Fanout);
    putExchange("y", ExchangeType::Fanout);
    bindQueue("x", "b");
    bindQueue("x", "a");
    bindExchange("x", "y");
    bindQueue("y", "a");
    EXPECT_THAT(routed("x"), ElementsAre("a", "b")) << "in the order of their ids";
}

TEST_F(RoutingTest, FollowsExchangeBindingsWithTheSameKey)
{
    putQueues({"a", "b"});
    putExchange("x", ExchangeType::Topic);
    putExchange("y", ExchangeType::Direct);
    bindExchange("x", "y", "news.#");
    bindQueue("y", "a", "news.eu");
    bindQueue("y", "b", "news.us");
    EXPECT_THAT(routed("x", "news.eu"), ElementsAre("a"));
    EXPECT_THAT(routed("x", "sport"), IsEmpty());
}

TEST_F(RoutingTest, VisitsEachExchangeOnceInACycle)
{
    putQueues({"a"});
    for (const char* name : {"x", "y", "z"})
        putExchange(name, ExchangeType::Fanout);
    bindExchange("x", "y");
    bindExchange("y", "z");
    bindExchange("z", "x");
    bindExchange("x", "x");
    bindQueue("z", "a");
    EXPECT_THAT(routed("x"), ElementsAre("a"));
    EXPECT_THAT(routed("y"), ElementsAre("a"));
}

TEST_F(RoutingTest, AlternateExchangeGetsWhatFindsNoQueue)
{
    putQueues({"a", "rest"});
    putExchange("rest-x", ExchangeType::Fanout);
    putExchange("x", ExchangeType::Direct, {{"alternate-exchange", "rest-x"}});
    bindQueue("x", "a", "known");
    bindQueue("rest-x", "rest");
    EXPECT_THAT(routed("x", "known"), ElementsAre("a"));
    EXPECT_THAT(routed("x", "unknown"), ElementsAre("rest"));
}

TEST_F(RoutingTest, AlternateExchangeThatIsTheDefaultOneOrMissingTakesNothing)
{
    putQueues({"a"});
    putExchange("x", ExchangeType::Direct, {{"alternate-exchange", ""}});
    putExchange("y", ExchangeType::Direct, {{"alternate-exchange", "nowhere"}});
    EXPECT_THAT(routed("x", "a"), IsEmpty());
    EXPECT_THAT(routed("y", "a"), IsEmpty());
}

TEST_F(RoutingTest, AlternateExchangeChangesWithThatOfTheExchange)
{
    putQueues({"a"});
    putExchange("x", ExchangeType::Direct);
    bindQueue("amq.fanout", "a");
    EXPECT_THAT(routed("x", "k"), IsEmpty());
    catalogue.findVhost("/")->findExchange("x")->alternateExchange = "amq.fanout";
    EXPECT_THAT(routed("x", "k"), ElementsAre("a")) << "as a policy sets it";
}

TEST_F(RoutingTest, AlternateExchangeGetsWhatNoneOfSeveralKeysRoutes)
{
    putQueues({"a", "b", "rest"});
    putExchange("x", ExchangeType::Direct, {{"alternate-exchange", "amq.fanout"}});
    bindQueue("amq.fanout", "rest");
    bindQueue("x", "a", "a");
    bindQueue("x", "b", "b");
    EXPECT_THAT(routedByAll("x", {"none", "b", "a"}), ElementsAre("a", "b"));
    EXPECT_THAT(routedByAll("x", {"none", "nor this"}), ElementsAre("rest"));
}

TEST_F(RoutingTest, ReachesTheQueuesOfSeveralKeysFromTheDefaultExchange)
{
    putQueues({"a", "b"});
    EXPECT_THAT(routedByAll("", {"b", "none", "a", "b"}), ElementsAre("a", "b"));
}

TEST_F(RoutingTest, RandomExchangeTakesOneQueueHoweverManyKeys)
{
    putQueues({"a", "b", "c"});
    putExchange("x", ExchangeType::Random);
    for (const char* queue : {"a", "b", "c"})
        bindQueue("x", queue);
    for (int i = 0; i < 50; ++i)
        EXPECT_EQ(routedByAll("x", {"k", "l", "m"}).size(), 1u);
    EXPECT_FALSE(route.dependsOnKeyOnly);
}

TEST_F(RoutingTest, NamesTheExchangesThatKeepTheMessage)
{
    putQueues({"a"});
    putExchange("x", ExchangeType::Fanout);
    putExchange("kept", ExchangeType::RecentHistory);
    bindQueue("x", "a");
    (void)routed("x");
    EXPECT_THAT(route.keepers, IsEmpty());
    bindExchange("x", "kept");
    (void)routed("x");
    EXPECT_THAT(route.keepers, ElementsAre(catalogue.findVhost("/")->findExchange("kept")));
    EXPECT_FALSE(route.dependsOnKeyOnly) << "a cached route would not be kept";
}

TEST_F(RoutingTest, AlternateExchangesInACycleEnd)
{
    putExchange("x", ExchangeType::Direct, {{"alternate-exchange", "y"}});
    putExchange("y", ExchangeType::Direct, {{"alternate-exchange", "x"}});
    EXPECT_THAT(routed("x", "k"), IsEmpty());
}

TEST_F(RoutingTest, AlternateExchangeOfAnExchangeOnTheWayCounts)
{
    putQueues({"rest"});
    putExchange("rest-x", ExchangeType::Fanout);
    putExchange("y", ExchangeType::Direct, {{"alternate-exchange", "rest-x"}});
    putExchange("x", ExchangeType::Fanout);
    bindExchange("x", "y");
    bindQueue("rest-x", "rest");
    EXPECT_THAT(routed("x", "k"), ElementsAre("rest"));
}

TEST_F(RoutingTest, RouteDependsOnHeadersWhenAHeadersExchangeIsOnTheWay)
{
    putQueues({"a"});
    putExchange("x", ExchangeType::Fanout);
    bindQueue("x", "a");
    (void)routed("x");
    EXPECT_TRUE(route.dependsOnKeyOnly);
    bindExchange("x", "amq.headers");
    (void)routed("x");
    EXPECT_FALSE(route.dependsOnKeyOnly);
}

// ------------------------------------------------------------------------------------ RouteCache

RouteCache::Entry entry(std::uint64_t generation, std::string exchange, std::string key)
{
    RouteCache::Entry entry;
    entry.generation = generation;
    entry.exchangeName = std::move(exchange);
    entry.routingKey = std::move(key);
    return entry;
}

TEST(RouteCache, FindsWhatWasPutInTheSameGeneration)
{
    RouteCache cache;
    EXPECT_EQ(cache.find(1, "x", "k"), nullptr);
    (void)cache.put(entry(1, "x", "k"));
    ASSERT_NE(cache.find(1, "x", "k"), nullptr);
    EXPECT_EQ(cache.find(2, "x", "k"), nullptr);
    EXPECT_EQ(cache.find(1, "x", "l"), nullptr);
    EXPECT_EQ(cache.find(1, "y", "k"), nullptr);
}

TEST(RouteCache, NeverMixesKeysUpWhenPlacesAreShared)
{
    RouteCache cache;
    for (int i = 0; i < 1000; ++i)
        (void)cache.put(entry(1, "x", std::to_string(i)));
    int hits = 0;
    for (int i = 0; i < 1000; ++i) {
        const RouteCache::Entry* found = cache.find(1, "x", std::to_string(i));
        if (found == nullptr) continue;
        hits += 1;
        EXPECT_EQ(found->routingKey, std::to_string(i));
    }
    EXPECT_GT(hits, 0);
}

// The cache at work: whatever changes in the catalogue, the next publish goes by it.

TEST(RouteCache, IsOutOfDateAfterEveryChangeOfTheCatalogue)
{
    test::BrokerHarness harness;
    test::CommandClient& client = harness.connect();
    client.declareQueue(1, "a");
    client.declareQueue(1, "b");
    const auto publish = [&] { client.publishTo(1, "amq.fanout", "k", "m"); };
    const auto counts = [&] {
        return std::vector<std::size_t>{harness.findQueue("a")->readyCount(),
                                        harness.findQueue("b")->readyCount()};
    };
    const auto bind = [&](std::string_view queue) {
        client.send(1, BindQueue{.queue = queue, .exchange = "amq.fanout"});
    };
    publish();
    publish();
    EXPECT_THAT(counts(), ElementsAre(0, 0));
    bind("a");
    publish();
    EXPECT_THAT(counts(), ElementsAre(1, 0));
    bind("b");
    publish();
    publish();
    EXPECT_THAT(counts(), ElementsAre(3, 2));
    client.send(1, UnbindQueue{.queue = "a", .exchange = "amq.fanout"});
    publish();
    EXPECT_THAT(counts(), ElementsAre(3, 3));
    client.send(1, DeleteQueue{.name = "b"});
    publish();
    client.declareQueue(1, "b");
    publish();
    EXPECT_THAT(counts(), ElementsAre(3, 0));
}

TEST(RouteCache, KeepsNoDeletedExchange)
{
    test::BrokerHarness harness;
    test::CommandClient& client = harness.connect();
    client.send(1, DeclareExchange{.name = "x", .type = "fanout"});
    client.publishTo(1, "x", "k", "m");
    client.send(1, DeleteExchange{.name = "x"});
    client.drop();
    client.publishTo(1, "x", "k", "m");
    EXPECT_THAT(client.take(), ElementsAre("1 channel.close 404 no exchange 'x' in vhost '/'"));
}

}  // namespace
}  // namespace warren::broker
