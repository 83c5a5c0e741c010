#include "core/amqp/properties.h"
#include "core/broker/consistent_hash_router.h"
#include "tests/unit/broker/router_bindings.h"

#include <gtest/gtest.h>

#include <map>

namespace warren::broker {
namespace {

constexpr int kKeyCount = 10'000;

RouterBinding weigh(const std::string& weight, Destination destination, std::string name = {})
{
    RouterBinding binding = bind(weight, destination);
    if (name.empty()) name = "q" + std::to_string(destination.queue.value);
    binding.destinationName = std::move(name);
    return binding;
}

Destination chosen(const Router& router, std::string_view key, ByteView properties = {})
{
    const Destinations out = routed(router, key, properties);
    EXPECT_EQ(out.size(), 1u);
    return out.empty() ? Destination{} : out.front();
}

/// Where each of the keys goes.
Destinations choices(const Router& router)
{
    Destinations all;
    for (int i = 0; i < kKeyCount; ++i)
        all.push_back(chosen(router, "key-" + std::to_string(i)));
    return all;
}

std::map<Destination, int> counted(const Destinations& all)
{
    std::map<Destination, int> counts;
    for (const Destination& one : all)
        counts[one] += 1;
    return counts;
}

Buffer encoded(const amqp::Properties& properties)
{
    Buffer buffer;
    amqp::appendProperties(buffer, properties);
    return buffer;
}

TEST(ConsistentHashRouter, RoutesNowhereWithoutBindings)
{
    ConsistentHashRouter router({});
    EXPECT_TRUE(router.isEmpty());
    EXPECT_EQ(routed(router, "k"), Destinations{});
    router.remove(weigh("1", queue(1)));
    router.removeDestination(queue(1));
    EXPECT_TRUE(router.isEmpty());
}

TEST(ConsistentHashRouter, DistributesByWeight)
{
    ConsistentHashRouter router({});
    router.add(weigh("1", queue(1)));
    router.add(weigh("2", queue(2)));
    router.add(weigh("7", queue(3)));

    const auto counts = counted(choices(router));

    EXPECT_NEAR(counts.at(queue(1)), 1000, 120);
    EXPECT_NEAR(counts.at(queue(2)), 2000, 160);
    EXPECT_NEAR(counts.at(queue(3)), 7000, 180);
}

TEST(ConsistentHashRouter, DistributesEvenlyOverManyEqualQueues)
{
    ConsistentHashRouter router({});
    for (std::uint64_t id = 1; id <= 50; ++id)
        router.add(weigh("10", queue(id)));
    const auto counts = counted(choices(router));
    EXPECT_EQ(counts.size(), 50u);
    for (const auto& [destination, count] : counts)
        EXPECT_NEAR(count, 200, 70);
}

TEST(ConsistentHashRouter, MovesOnlyTheShareOfAQueueThatComesOrGoes)
{
    ConsistentHashRouter router({});
    for (std::uint64_t id = 1; id <= 9; ++id)
        router.add(weigh("5", queue(id)));
    const Destinations before = choices(router);

    router.add(weigh("5", queue(10)));
    const Destinations with = choices(router);
    int movedCount = 0;
    for (int i = 0; i < kKeyCount; ++i) {
        if (with[i] == before[i]) continue;
        movedCount += 1;
        EXPECT_EQ(with[i], queue(10)) << "a key moved between queues that stayed";
    }
    EXPECT_NEAR(movedCount, 1000, 120);

    router.removeDestination(queue(10));
    EXPECT_EQ(choices(router), before);
}

TEST(ConsistentHashRouter, MovesOnlyTowardsAQueueThatGetsHeavier)
{
    ConsistentHashRouter router({});
    router.add(weigh("1", queue(1)));
    router.add(weigh("1", queue(2)));
    router.add(weigh("1", queue(3)));
    const Destinations before = choices(router);

    router.add(weigh("3", queue(2)));  // 1 + 3
    const Destinations after = choices(router);
    for (int i = 0; i < kKeyCount; ++i) {
        if (after[i] == before[i]) continue;
        EXPECT_EQ(after[i], queue(2)) << "a key moved between the others";
    }
    EXPECT_NEAR(counted(after).at(queue(2)), 6667, 180);

    router.remove(weigh("3", queue(2)));
    EXPECT_EQ(choices(router), before);
}

TEST(ConsistentHashRouter, DependsOnNamesAndWeightsAlone)
{
    ConsistentHashRouter router({});
    router.add(weigh("1", queue(1), "a"));
    router.add(weigh("4", queue(2), "b"));
    router.add(weigh("1", exchange(1), "a"));
    // As after a restart: another order, and other ids of exchanges.
    ConsistentHashRouter restarted({});
    restarted.add(weigh("1", exchange(9), "a"));
    restarted.add(weigh("4", queue(2), "b"));
    restarted.add(weigh("1", queue(1), "a"));

    for (int i = 0; i < kKeyCount; ++i) {
        Destination one = chosen(router, std::to_string(i));
        if (one.kind == DestinationKind::Exchange) one = exchange(9);
        EXPECT_EQ(chosen(restarted, std::to_string(i)), one);
    }
}

// Whatever changes these sends the keys of running systems to other queues at an update.
TEST(ConsistentHashRouter, ChoosesWhatItHasAlwaysChosen)
{
    ConsistentHashRouter router({});
    router.add(weigh("1", queue(1), "a"));
    router.add(weigh("2", queue(2), "b"));
    router.add(weigh("3", queue(3), "c"));
    std::string names;
    for (int i = 0; i < 24; ++i)
        names += "_abc"[chosen(router, "order." + std::to_string(i)).queue.value];
    EXPECT_EQ(names, "bcccccbbcacbacaabbbbbcac");
}

TEST(ConsistentHashRouter, BoundsWeights)
{
    ConsistentHashRouter router({});
    router.add(weigh("99999999999999999999999999", queue(1)));
    router.add(weigh("1000000", queue(2)));
    router.add(weigh("1000000", queue(2), "q2"));  // the same binding
    EXPECT_NEAR(counted(choices(router)).at(queue(1)), 5000, 250);
    router.add(weigh("999999", queue(2)));
    EXPECT_NEAR(counted(choices(router)).at(queue(1)), 5000, 250);
}

TEST(ConsistentHashRouter, KeepsADestinationUntilItsLastBindingGoes)
{
    ConsistentHashRouter router({});
    router.add(weigh("1", queue(1)));
    router.add(weigh("2", queue(1)));
    router.remove(weigh("1", queue(1)));
    EXPECT_EQ(chosen(router, "k"), queue(1));
    router.remove(weigh("2", queue(1)));
    EXPECT_TRUE(router.isEmpty());
}

TEST(ConsistentHashRouter, GoesByAHeader)
{
    ConsistentHashRouter router({{"hash-header", "h"}});
    for (std::uint64_t id = 1; id <= 10; ++id)
        router.add(weigh("1", queue(id)));
    const auto of = [&](std::string_view key, amqp::FieldTable headers) {
        return chosen(router, key, encoded({.headers = std::move(headers)}).view());
    };
    std::map<Destination, int> counts;
    for (int i = 0; i < 1000; ++i) {
        const Destination one = of("k", {{"h", std::to_string(i)}});
        EXPECT_EQ(of("other", {{"x", 1}, {"h", std::to_string(i)}}), one);
        counts[one] += 1;
    }
    EXPECT_EQ(counts.size(), 10u);
    EXPECT_EQ(of("k", {{"h", std::int32_t{5}}}), of("k", {{"h", std::int64_t{5}}}));
    // What has no such header stays together.
    const Destination without = of("k", {{"x", 1}});
    EXPECT_EQ(of("l", {}), without);
    EXPECT_EQ(chosen(router, "m", amqp::emptyProperties()), without);
    EXPECT_EQ(chosen(router, "n", {}), without) << "malformed properties";
}

TEST(ConsistentHashRouter, GoesByAProperty)
{
    const auto spread = [](const char* property, auto propertiesOf) {
        ConsistentHashRouter router({{"hash-property", property}});
        for (std::uint64_t id = 1; id <= 10; ++id)
            router.add(weigh("1", queue(id)));
        std::map<Destination, int> counts;
        for (int i = 0; i < 1000; ++i) {
            const Buffer properties = encoded(propertiesOf(i));
            const Destination one = chosen(router, "k", properties.view());
            EXPECT_EQ(chosen(router, std::to_string(i), properties.view()), one);
            counts[one] += 1;
        }
        EXPECT_EQ(chosen(router, "a", amqp::emptyProperties()),
                  chosen(router, "b", amqp::emptyProperties()));
        return counts.size();
    };
    EXPECT_EQ(spread("message_id",
                     [](int i) { return amqp::Properties{.messageId = std::to_string(i)}; }),
              10u);
    EXPECT_EQ(spread("correlation_id",
                     [](int i) { return amqp::Properties{.correlationId = std::to_string(i)}; }),
              10u);
    EXPECT_EQ(spread("timestamp",
                     [](int i) {
                         return amqp::Properties{
                             .timestamp = amqp::Timestamp{static_cast<std::uint64_t>(i)}};
                     }),
              10u);
}

TEST(HashBindingError, TakesWholeNumbersAboveZero)
{
    for (const char* key : {"1", "+5", "007", "99999999999999999999999"})
        EXPECT_EQ(hashBindingError(key), std::nullopt) << key;
    for (const char* key : {"0", "-1", "-0", "+0", "-99999999999999999999999"})
        EXPECT_EQ(hashBindingError(key), "The binding key must be greater than 0") << key;
    for (const char* key : {"a", "", "1.5", " 1", "1 ", "1_0", "10#5", "0x1", "--1", "+", "-"})
        EXPECT_EQ(hashBindingError(key),
                  "The binding key must be an integer: " +
                      (*key == '\0' ? std::string{"<<>>"} : "<<\"" + std::string{key} + "\">>"));
}

}  // namespace
}  // namespace warren::broker
