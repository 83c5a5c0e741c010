#include "core/broker/random_router.h"
#include "tests/unit/broker/router_bindings.h"

#include <gtest/gtest.h>

#include <map>

namespace warren::broker {
namespace {

std::map<Destination, int> counted(const RandomRouter& router, Prng& random, int messageCount)
{
    std::map<Destination, int> counts;
    for (int i = 0; i < messageCount; ++i) {
        std::vector<Destination> out;
        router.route("k", {}, random, out);
        EXPECT_EQ(out.size(), 1u);
        for (const Destination& destination : out)
            counts[destination] += 1;
    }
    return counts;
}

TEST(RandomRouter, RoutesNowhereWithoutBindings)
{
    const RandomRouter router;
    EXPECT_TRUE(router.isEmpty());
    EXPECT_EQ(routed(router, "k"), Destinations{});
}

TEST(RandomRouter, GivesEachBindingTheSameChance)
{
    RandomRouter router;
    router.add(bind("", queue(1)));
    router.add(bind("a", queue(1)));
    router.add(bind("b", queue(1)));
    router.add(bind("b", queue(1)));  // the same again
    router.add(bind("", exchange(1)));
    Prng random{7};

    const auto counts = counted(router, random, 4000);

    EXPECT_NEAR(counts.at(queue(1)), 3000, 150);
    EXPECT_NEAR(counts.at(exchange(1)), 1000, 150);
}

TEST(RandomRouter, ChoosesAlikeFromTheSameSeed)
{
    RandomRouter router;
    for (std::uint64_t id = 1; id <= 10; ++id)
        router.add(bind("", queue(id)));
    Prng one{3};
    Prng other{3};
    for (int i = 0; i < 100; ++i) {
        std::vector<Destination> a;
        std::vector<Destination> b;
        router.route("k", {}, one, a);
        router.route("k", {}, other, b);
        EXPECT_EQ(a, b);
    }
}

TEST(RandomRouter, ForgetsBindingsOneByOneAndDestinationsAtOnce)
{
    RandomRouter router;
    router.add(bind("a", queue(1)));
    router.add(bind("b", queue(1)));
    router.add(bind("a", queue(2)));
    router.add(bind("b", queue(2)));

    router.remove(bind("a", queue(1)));
    router.remove(bind("a", queue(1)));  // not there any more
    router.removeDestination(queue(2));
    router.removeDestination(queue(3));
    EXPECT_EQ(routed(router, "k"), Destinations{queue(1)});

    router.remove(bind("b", queue(1)));
    EXPECT_TRUE(router.isEmpty());
    EXPECT_EQ(routed(router, "k"), Destinations{});
}

}  // namespace
}  // namespace warren::broker
