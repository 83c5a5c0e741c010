#include "core/amqp/properties.h"
#include "core/broker/headers_router.h"
#include "tests/unit/broker/router_bindings.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace warren::broker {
namespace {

using amqp::FieldArray;
using amqp::FieldTable;
using amqp::FieldValue;

bool isRouted(const FieldTable& arguments, const amqp::Properties& properties)
{
    Buffer encoded;
    amqp::appendProperties(encoded, properties);
    HeadersRouter router;
    router.add(bind("", queue(1), arguments));
    return !routed(router, "", encoded.view()).empty();
}

bool matches(const FieldTable& arguments, const FieldTable& headers)
{
    amqp::Properties properties;
    properties.contentType = "text/plain";
    properties.headers = headers;
    properties.deliveryMode = amqp::kDeliveryModePersistent;
    return isRouted(arguments, properties);
}

bool matchesWithoutHeaders(const FieldTable& arguments) { return isRouted(arguments, {}); }

TEST(HeadersRouter, AllNeedsEveryArgument)
{
    for (const FieldTable& arguments :
         {FieldTable{{"a", 1}, {"b", 2}}, FieldTable{{"x-match", "all"}, {"a", 1}, {"b", 2}}}) {
        EXPECT_TRUE(matches(arguments, {{"b", 2}, {"a", 1}, {"c", 3}}));
        EXPECT_FALSE(matches(arguments, {{"a", 1}}));
        EXPECT_FALSE(matches(arguments, {{"a", 1}, {"b", 3}}));
        EXPECT_FALSE(matches(arguments, {}));
        EXPECT_FALSE(matchesWithoutHeaders(arguments));
    }
}

TEST(HeadersRouter, AnyNeedsOneArgument)
{
    const FieldTable arguments{{"x-match", "any"}, {"a", 1}, {"b", 2}};
    EXPECT_TRUE(matches(arguments, {{"b", 2}}));
    EXPECT_TRUE(matches(arguments, {{"a", 1}, {"b", 3}}));
    EXPECT_FALSE(matches(arguments, {{"a", 2}, {"c", 1}}));
    EXPECT_FALSE(matchesWithoutHeaders(arguments));
}

TEST(HeadersRouter, WithNothingToMatchAllTakesEverythingAndAnyNothing)
{
    EXPECT_TRUE(matches({}, {{"a", 1}}));
    EXPECT_TRUE(matchesWithoutHeaders({}));
    EXPECT_TRUE(matchesWithoutHeaders({{"x-match", "all"}}));
    EXPECT_TRUE(matches({{"x-match", "all-with-x"}}, {{"a", 1}}));
    EXPECT_FALSE(matches({{"x-match", "any"}}, {{"a", 1}}));
    EXPECT_FALSE(matchesWithoutHeaders({{"x-match", "any"}}));
    EXPECT_FALSE(matches({{"x-match", "any-with-x"}}, {{"x-match", "any-with-x"}}));
}

TEST(HeadersRouter, LooksAtPrivateArgumentsOnlyWhenAsked)
{
    EXPECT_TRUE(matches({{"x-a", 1}}, {{"x-a", 2}}));
    EXPECT_FALSE(matches({{"x-match", "any"}, {"x-a", 1}}, {{"x-a", 1}}));
    EXPECT_TRUE(matches({{"x-match", "any-with-x"}, {"x-a", 1}}, {{"x-a", 1}}));
    EXPECT_FALSE(matches({{"x-match", "all-with-x"}, {"x-a", 1}}, {{"x-a", 2}}));
    EXPECT_TRUE(matches({{"x-match", "all-with-x"}, {"x-a", 1}}, {{"x-a", 1}, {"x-match", "z"}}));
    EXPECT_FALSE(matches({{"x", 1}}, {{"x", 2}}));
    EXPECT_FALSE(matches({{"X-a", 1}}, {{"a", 1}}));
}

TEST(HeadersRouter, AnArgumentWithoutValueWantsPresenceOnly)
{
    EXPECT_TRUE(matches({{"a", amqp::Void{}}}, {{"a", "anything"}}));
    EXPECT_TRUE(matches({{"a", amqp::Void{}}}, {{"a", amqp::Void{}}}));
    EXPECT_FALSE(matches({{"a", amqp::Void{}}}, {{"b", 1}}));
    EXPECT_FALSE(matches({{"a", 1}}, {{"a", amqp::Void{}}}));
}

TEST(HeadersRouter, IgnoresTheRoutingKey)
{
    HeadersRouter router;
    router.add(bind("some", queue(1)));
    EXPECT_EQ(routed(router, "other", amqp::emptyProperties()), Destinations{queue(1)});
}

TEST(HeadersRouter, MalformedPropertiesRouteLikeNone)
{
    HeadersRouter router;
    router.add(bind("", queue(1)));
    router.add(bind("", queue(2), {{"a", 1}}));
    EXPECT_EQ(routed(router, "", bytesOf("\x20")), Destinations{queue(1)});
    EXPECT_EQ(routed(router, "", bytesOf(std::string_view("\x20\0\0\0\0\2\1a", 8))),
              Destinations{queue(1)});
}

// The first of two equal headers is compared with the first of two equal arguments.
TEST(HeadersRouter, ComparesRepeatedKeysInTheirOrder)
{
    EXPECT_TRUE(matches({{"a", 1}}, {{"a", 1}, {"a", 2}}));
    EXPECT_FALSE(matches({{"a", 2}}, {{"a", 1}, {"a", 2}}));
    EXPECT_TRUE(matches({{"a", 1}, {"a", 2}}, {{"a", 1}, {"a", 2}}));
    EXPECT_FALSE(matches({{"a", 1}, {"a", 2}}, {{"a", 1}}));
}

/// Values that RabbitMQ 3.10.8 takes for equal are in one row; all others differ.
TEST(HeadersRouter, ComparesValuesAsRabbitMqDoes)
{
    constexpr double kTwoTo53 = 9007199254740992.0;
    const auto table = [](std::string key, FieldValue value) {
        return FieldValue(FieldTable{{std::move(key), std::move(value)}});
    };
    const auto array = [](FieldValue value) { return FieldValue(FieldArray{std::move(value)}); };
    const std::vector<std::vector<FieldValue>> equals = {
        {true},
        {false},
        {std::int8_t{1}, std::uint8_t{1}, std::int16_t{1}, std::uint16_t{1}, std::int32_t{1},
         std::uint32_t{1}, std::int64_t{1}, 1.0F, 1.0, amqp::Timestamp{1}},
        {std::int32_t{0}, 0.0, -0.0, -0.0F},
        {std::int8_t{-1}, std::int64_t{-1}, -1.0},
        {0.1F, static_cast<double>(0.1F)},
        {0.1},
        {std::int64_t{9007199254740992}, kTwoTo53},
        {std::int64_t{9007199254740993}},
        {amqp::Timestamp{std::numeric_limits<std::uint64_t>::max()}},
        {18446744073709551616.0},
        {std::numeric_limits<std::int64_t>::min(), -9223372036854775808.0},
        {amqp::Decimal{0, 1}},
        {amqp::Decimal{1, 10}},
        {"1", amqp::ByteArray{"1"}},
        {"", amqp::ByteArray{""}},
        {FieldTable{}, FieldArray{}},
        {table("a", std::int32_t{1})},
        {table("a", std::int64_t{1})},
        {table("a", 1.0)},
        {FieldTable{{"a", 1}, {"b", 2}}},
        {FieldTable{{"b", 2}, {"a", 1}}},
        {array(std::int32_t{1})},
        {array(std::int64_t{1})},
        {array("1")},
        {array(amqp::ByteArray{"1"})},
        {array(FieldTable{})},
        {array(FieldArray{})},
    };
    for (std::size_t i = 0; i < equals.size(); ++i) {
        for (std::size_t j = 0; j < equals.size(); ++j) {
            for (const FieldValue& wanted : equals[i]) {
                for (const FieldValue& got : equals[j]) {
                    EXPECT_EQ(matches({{"k", wanted}}, {{"k", got}}), i == j)
                        << amqp::describeArgument(&wanted) << " <- "
                        << amqp::describeArgument(&got);
                }
            }
        }
    }
}

TEST(HeadersRouter, AppendsADestinationOnceHoweverManyBindingsMatch)
{
    HeadersRouter router;
    router.add(bind("", queue(1), {}));
    router.add(bind("k", queue(1), {}));
    router.add(bind("", queue(1), {{"x-match", "all"}}));
    std::vector<Destination> out;
    Prng random{1};
    router.route("", amqp::emptyProperties(), random, out);
    EXPECT_EQ(out, Destinations{queue(1)});
}

TEST(HeadersBindingError, AcceptsTheFourModesAndNone)
{
    EXPECT_EQ(headersBindingError({}), std::nullopt);
    EXPECT_EQ(headersBindingError({{"a", 1}}), std::nullopt);
    for (const std::string_view mode : {"all", "any", "all-with-x", "any-with-x"}) {
        EXPECT_EQ(headersBindingError({{"x-match", mode}}), std::nullopt);
    }
}

// Texts observed on RabbitMQ 3.10.8.
TEST(HeadersBindingError, NamesWhatItGotAsRabbitMqDoes)
{
    const auto error = [](FieldValue value) {
        return headersBindingError({{"x-match", std::move(value)}}).value_or("none");
    };
    EXPECT_EQ(error("zz"),
              "Invalid x-match field value <<\"zz\">>; "
              "expected all, any, all-with-x, or any-with-x");
    EXPECT_EQ(error("ALL"),
              "Invalid x-match field value <<\"ALL\">>; "
              "expected all, any, all-with-x, or any-with-x");
    EXPECT_EQ(error(""),
              "Invalid x-match field value <<>>; "
              "expected all, any, all-with-x, or any-with-x");
    EXPECT_EQ(error(std::string("\0\1", 2)),
              "Invalid x-match field value <<0,1>>; "
              "expected all, any, all-with-x, or any-with-x");
    EXPECT_EQ(error(std::int32_t{5}),
              "Invalid x-match field type signedint (value 5); expected longstr");
    EXPECT_EQ(error(std::int64_t{1} << 40),
              "Invalid x-match field type long (value 1099511627776); expected longstr");
    EXPECT_EQ(error(true), "Invalid x-match field type bool (value true); expected longstr");
    EXPECT_EQ(error(amqp::Void{}),
              "Invalid x-match field type void (value undefined); expected longstr");
    EXPECT_EQ(error(FieldTable{}), "Invalid x-match field type table (value []); expected longstr");
    EXPECT_EQ(error(FieldArray{std::int32_t{97}, std::int32_t{98}}),
              "Invalid x-match field type array (value [{signedint,97},{signedint,98}]); "
              "expected longstr");
    EXPECT_EQ(error(amqp::Decimal{2, 125}),
              "Invalid x-match field type decimal (value {2,125}); expected longstr");
    EXPECT_EQ(error(amqp::Timestamp{1577836800}),
              "Invalid x-match field type timestamp (value 1577836800); expected longstr");
    EXPECT_EQ(error(amqp::ByteArray{"ab"}),
              "Invalid x-match field type binary (value <<\"ab\">>); expected longstr");
}

}  // namespace
}  // namespace warren::broker
