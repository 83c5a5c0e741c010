#include "tests/unit/broker/router_bindings.h"

#include <gtest/gtest.h>

#include <string>

namespace warren::broker {
namespace {

/// What holds for every type of exchange. The key "k" without arguments matches itself in all of
/// them.
class AnyRouter : public testing::TestWithParam<ExchangeType> {
protected:
    std::unique_ptr<Router> router = makeRouter(GetParam());
};

INSTANTIATE_TEST_SUITE_P(, AnyRouter,
                         testing::Values(ExchangeType::Direct, ExchangeType::Fanout,
                                         ExchangeType::Topic, ExchangeType::Headers,
                                         ExchangeType::RecentHistory));

TEST_P(AnyRouter, RoutesNowhereWithoutBindings)
{
    EXPECT_TRUE(router->isEmpty());
    EXPECT_EQ(routed(*router, "k"), Destinations{});
}

TEST_P(AnyRouter, AppendsToWhatIsThere)
{
    router->add(bind("k", queue(1)));
    std::vector<Destination> out{queue(9)};

    Prng random{1};
    router->route("k", {}, random, out);

    EXPECT_EQ(out, (Destinations{queue(9), queue(1)}));
}

TEST_P(AnyRouter, RoutesToQueuesAndExchanges)
{
    router->add(bind("k", queue(1)));
    router->add(bind("k", exchange(1)));
    EXPECT_EQ(routed(*router, "k"), (Destinations{queue(1), exchange(1)}));
}

TEST_P(AnyRouter, AddsTheSameBindingOnce)
{
    router->add(bind("k", queue(1), {{"x-a", 1}}));
    router->add(bind("k", queue(1), {{"x-a", 1}}));

    router->remove(bind("k", queue(1), {{"x-a", 1}}));

    EXPECT_TRUE(router->isEmpty());
}

TEST_P(AnyRouter, KeepsADestinationUntilItsLastBindingGoes)
{
    router->add(bind("k", queue(1)));
    router->add(bind("k", queue(1), {{"x-a", 1}}));

    router->remove(bind("k", queue(1)));
    EXPECT_EQ(routed(*router, "k"), Destinations{queue(1)});

    router->remove(bind("k", queue(1), {{"x-a", 1}}));
    EXPECT_EQ(routed(*router, "k"), Destinations{});
    EXPECT_TRUE(router->isEmpty());
}

TEST_P(AnyRouter, IgnoresTheRemovalOfABindingThatIsNotThere)
{
    router->add(bind("k", queue(1)));
    router->remove(bind("other", queue(1)));
    router->remove(bind("k", queue(2)));
    router->remove(bind("k", exchange(1)));
    router->remove(bind("k", queue(1), {{"x-a", 1}}));
    router->removeDestination(queue(3));
    EXPECT_EQ(routed(*router, "k"), Destinations{queue(1)});
}

TEST_P(AnyRouter, ForgetsADestinationWithAllItsBindings)
{
    router->add(bind("k", queue(1)));
    router->add(bind("k", queue(1), {{"x-a", 1}}));
    router->add(bind("a.b", queue(1)));
    router->add(bind("k", exchange(1)));
    router->add(bind("k", queue(2)));

    router->removeDestination(queue(1));

    EXPECT_EQ(routed(*router, "k"), (Destinations{queue(2), exchange(1)}));
    router->removeDestination(queue(2));
    router->removeDestination(exchange(1));
    EXPECT_TRUE(router->isEmpty());
}

TEST_P(AnyRouter, TakesABindingAgainAfterItsDestinationWasRemoved)
{
    router->add(bind("k", queue(1)));
    router->removeDestination(queue(1));
    router->add(bind("k", queue(1)));
    EXPECT_EQ(routed(*router, "k"), Destinations{queue(1)});
    router->remove(bind("k", queue(1)));
    EXPECT_TRUE(router->isEmpty());
}

// Beyond a certain size a set of destinations keeps an index; removal moves entries about in it.
TEST_P(AnyRouter, KeepsManyDestinationsApart)
{
    constexpr std::uint64_t kCount = 100;
    for (std::uint64_t id = 1; id <= kCount; ++id) {
        router->add(bind("k", queue(id)));
        router->add(bind("k", queue(id)));
    }
    EXPECT_EQ(routed(*router, "k").size(), kCount);

    Destinations odd;
    for (std::uint64_t id = 1; id <= kCount; ++id) {
        if (id % 2 == 1) {
            odd.push_back(queue(id));
        } else if (id % 4 == 0) {
            router->remove(bind("k", queue(id)));
        } else {
            router->removeDestination(queue(id));
        }
    }
    EXPECT_EQ(routed(*router, "k"), odd);

    for (const Destination& destination : odd) {
        router->remove(bind("k", destination));
    }
    EXPECT_TRUE(router->isEmpty());
}

TEST(MakeRouter, SaysWhichResultsDependOnMoreThanTheKey)
{
    EXPECT_TRUE(makeRouter(ExchangeType::Direct)->dependsOnKeyOnly());
    EXPECT_TRUE(makeRouter(ExchangeType::Fanout)->dependsOnKeyOnly());
    EXPECT_TRUE(makeRouter(ExchangeType::Topic)->dependsOnKeyOnly());
    EXPECT_FALSE(makeRouter(ExchangeType::Headers)->dependsOnKeyOnly());
    EXPECT_FALSE(makeRouter(ExchangeType::Random)->dependsOnKeyOnly());
    EXPECT_TRUE(makeRouter(ExchangeType::ConsistentHash)->dependsOnKeyOnly());
    for (const amqp::FieldTable& arguments :
         {amqp::FieldTable{{"hash-header", "h"}}, amqp::FieldTable{{"hash-property", "timestamp"}}})
        EXPECT_FALSE(makeRouter(ExchangeType::ConsistentHash, arguments)->dependsOnKeyOnly());
}

TEST(DirectRouter, RoutesByTheWholeKeyOnly)
{
    const auto router = makeRouter(ExchangeType::Direct);
    router->add(bind("a", queue(1)));
    router->add(bind("a.b", queue(2)));
    router->add(bind("", queue(3)));
    router->add(bind("#", queue(4)));

    EXPECT_EQ(routed(*router, "a"), Destinations{queue(1)});
    EXPECT_EQ(routed(*router, "a.b"), Destinations{queue(2)});
    EXPECT_EQ(routed(*router, ""), Destinations{queue(3)});
    EXPECT_EQ(routed(*router, "A"), Destinations{});
    EXPECT_EQ(routed(*router, "#"), Destinations{queue(4)});
}

TEST(FanoutRouter, RoutesEveryKeyEverywhere)
{
    const auto router = makeRouter(ExchangeType::Fanout);
    router->add(bind("a", queue(1)));
    router->add(bind("b", queue(1)));
    router->add(bind("", queue(2)));
    EXPECT_EQ(routed(*router, "zzz"), (Destinations{queue(1), queue(2)}));

    router->remove(bind("a", queue(1)));
    EXPECT_EQ(routed(*router, "zzz"), (Destinations{queue(1), queue(2)}));

    router->remove(bind("b", queue(1)));
    EXPECT_EQ(routed(*router, "zzz"), Destinations{queue(2)});
}

}  // namespace
}  // namespace warren::broker
