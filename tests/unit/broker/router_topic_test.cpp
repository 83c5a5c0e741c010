#include "core/broker/topic_router.h"
#include "tests/support/naive_topic_match.h"
#include "tests/unit/broker/router_bindings.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace warren::broker {
namespace {

bool routerMatches(std::string_view pattern, std::string_view key)
{
    TopicRouter router;
    router.add(bind(std::string(pattern), queue(1)));
    return !routed(router, key).empty();
}

// Observed on RabbitMQ 3.10.8.
TEST(TopicRouter, MatchesWordsAsRabbitMqDoes)
{
    struct Case {
        std::string_view pattern;
        std::string_view key;
        bool isMatch;
    };
    const Case cases[] = {
        {"", "", true},
        {"#", "", true},
        {"#.#", "", true},
        {"*", "", false},
        {"#.*", "", false},
        {"", "a", false},
        {"*", "a", true},
        {"*", ".", false},
        {"*.*", ".", true},
        {".", ".", true},
        {"#", ".", true},
        {"a..b", "a..b", true},
        {"a.*.b", "a..b", true},
        {"a.b", "a..b", false},
        {"a.*", "a.", true},
        {"*.a", ".a", true},
        {"a.#", "a", true},
        {"a.#", "a.b.c", true},
        {"#.a", "a", true},
        {"#.a", "b.a.a", true},
        {"#.a", "a.b", false},
        {"#.a.#", "x.a.y", true},
        {"a.*.#", "a", false},
        {"a.*.#", "a.b", true},
        {"*.#.*", "a", false},
        {"*.#.*", "a.b", true},
        {"a.*", "a.*", true},
        {"a", "*", false},
        {"a", "#", false},
        {"#", "#", true},
        {"a*", "ab", false},
        {"a.#.c", "a.c", true},
        {"a.#.c", "a.b.b.c", true},
        {"A", "a", false},
        {"a.#.c", "a.b.c.d", false},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(routerMatches(c.pattern, c.key), c.isMatch) << c.pattern << " <- " << c.key;
        EXPECT_EQ(matchesTopic(c.pattern, c.key), c.isMatch) << c.pattern << " <- " << c.key;
    }
}

TEST(TopicRouter, RoutesToAllPatternsThatMatch)
{
    TopicRouter router;
    router.add(bind("stock.usd.*", queue(1)));
    router.add(bind("stock.#", queue(2)));
    router.add(bind("#.nyse", queue(3)));
    router.add(bind("stock.eur.*", queue(4)));
    EXPECT_EQ(routed(router, "stock.usd.nyse"), (Destinations{queue(1), queue(2), queue(3)}));
}

TEST(TopicRouter, GivesItsNodesBackWhenBindingsGo)
{
    TopicRouter router;
    router.add(bind("a.b.c", queue(1)));
    router.add(bind("a.b.*", queue(1)));
    router.add(bind("a.#.c", queue(2)));
    EXPECT_EQ(router.nodeCount(), 7u);

    router.remove(bind("a.b.c", queue(1)));
    EXPECT_EQ(router.nodeCount(), 6u);
    router.removeDestination(queue(1));
    EXPECT_EQ(router.nodeCount(), 4u);
    router.removeDestination(queue(2));
    EXPECT_EQ(router.nodeCount(), 1u);
    EXPECT_TRUE(router.isEmpty());
}

TEST(TopicRouter, KeepsTheInnerNodesThatOtherPatternsNeed)
{
    TopicRouter router;
    router.add(bind("a", queue(1)));
    router.add(bind("a.b", queue(2)));

    router.remove(bind("a", queue(1)));
    EXPECT_EQ(routed(router, "a"), Destinations{});
    EXPECT_EQ(routed(router, "a.b"), Destinations{queue(2)});

    router.add(bind("a", queue(1)));
    router.remove(bind("a.b", queue(2)));
    EXPECT_EQ(routed(router, "a"), Destinations{queue(1)});
    EXPECT_EQ(router.nodeCount(), 2u);
}

// A matcher that tries one possibility after the other would need longer than the universe.
TEST(TopicRouter, MatchesTheLongestPatternsOfHashesInNoTime)
{
    std::string hashes = "#";
    std::string key = "a";
    while (key.size() + 2 <= 255) {
        hashes += ".#";
        key += ".a";
    }
    std::string hashesAndWords = "#";
    while (hashesAndWords.size() + 4 <= 255) {
        hashesAndWords += ".a.#";
    }
    TopicRouter router;
    router.add(bind(hashes, queue(1)));
    router.add(bind(hashesAndWords, queue(2)));
    router.add(bind(hashes.substr(0, 253) + ".b", queue(3)));

    EXPECT_EQ(routed(router, key), (Destinations{queue(1), queue(2)}));
    EXPECT_EQ(routed(router, std::string(255, '.')), Destinations{queue(1)});
    EXPECT_EQ(routed(router, ""), Destinations{queue(1)});
}

TEST(TopicRouter, AppendsNoDestinationTwiceForOnePattern)
{
    TopicRouter router;
    router.add(bind("#.#.a.#.#", queue(1)));
    std::vector<Destination> out;
    Prng random{1};
    router.route("a.a.a.a", {}, random, out);
    EXPECT_EQ(out.size(), 1u);
}

TEST(TopicRouter, AgreesWithTheDefinitionOnRandomPatterns)
{
    const unsigned seed = std::random_device{}();
    RecordProperty("seed", static_cast<int>(seed));
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const auto below = [&](std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
    };
    constexpr std::string_view kWords[] = {"a", "b", "ab", "*", "#", "", "#"};
    const auto randomKey = [&] {
        std::string key;
        for (std::size_t count = below(6); count > 0; --count) {
            key += kWords[below(std::size(kWords))];
            if (count > 1) key += '.';
        }
        return key;
    };

    TopicRouter router;
    std::vector<RouterBinding> bindings;
    for (int step = 0; step < 2000; ++step) {
        if (bindings.size() < 40 || below(2) == 0) {
            const auto binding = bind(randomKey(), queue(1 + below(8)));
            router.add(binding);
            if (std::find(bindings.begin(), bindings.end(), binding) == bindings.end()) {
                bindings.push_back(binding);
            }
        } else if (below(10) > 0) {
            const auto victim = bindings.begin() + static_cast<std::ptrdiff_t>(below(40));
            router.remove(*victim);
            bindings.erase(victim);
        } else {
            const Destination destination = queue(1 + below(8));
            router.removeDestination(destination);
            std::erase_if(bindings, [&](const auto& b) { return b.destination == destination; });
        }

        const std::string key = randomKey();
        Destinations wanted;
        for (const RouterBinding& binding : bindings) {
            if (matchesTopic(binding.routingKey, key)) wanted.push_back(binding.destination);
        }
        std::sort(wanted.begin(), wanted.end());
        wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
        ASSERT_EQ(routed(router, key), wanted) << "key '" << key << "' step " << step;
    }
    for (const RouterBinding& binding : bindings) {
        router.remove(binding);
    }
    EXPECT_TRUE(router.isEmpty());
    EXPECT_EQ(router.nodeCount(), 1u);
}

}  // namespace
}  // namespace warren::broker
