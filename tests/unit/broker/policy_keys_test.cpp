#include "core/broker/policy_keys.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace warren::broker {
namespace {

using amqp::FieldArray;
using amqp::FieldTable;
using amqp::FieldValue;

std::string judge(const FieldTable& definition, bool isOperator = false)
{
    return policyFault(definition, isOperator).value_or("ok");
}

/// As values come from JSON.
FieldValue number(std::int64_t value) { return value; }

struct Case {
    const char* key;
    FieldValue value;
    const char* text;
};

// Every text here was observed with RabbitMQ 3.10.8, except where it says so.

TEST(PolicyKeys, HaveTypesAndRanges)
{
    const std::vector<Case> cases = {
        {"message-ttl", number(0), "ok"},
        {"message-ttl", number(99'999'999'999'999), "ok"},
        {"message-ttl", number(-1), "-1 is not a valid message TTL"},
        {"message-ttl", "x", R"(<<"x">> is not a valid message TTL)"},
        {"message-ttl", true, "true is not a valid message TTL"},
        {"expires", number(5), "ok"},
        {"expires", number(0), "0 is not a valid queue expiry"},
        {"max-length", number(0), "ok"},
        {"max-length", number(-1), "-1 is not a valid maximum length"},
        {"max-length", 1.5, "1.5 is not a valid maximum length"},
        {"max-length", amqp::Void{}, "null is not a valid maximum length"},
        {"max-length-bytes", number(-1), "-1 is not a valid maximum length in bytes"},
        {"max-in-memory-length", number(-1), "-1 is not a valid maximum memory in bytes"},
        {"max-in-memory-bytes", "x", R"(<<"x">> is not a valid maximum memory in bytes)"},
        {"delivery-limit", number(0), "ok"},
        {"delivery-limit", number(-1), "-1 is not a valid delivery limit"},
        {"queue-mode", "lazy", "ok"},
        {"queue-mode", "default", "ok"},
        {"queue-mode", number(5), "5 is not a valid queue-mode value"},
        {"queue-version", number(2), "ok"},
        {"queue-version", number(0), "0 is not a valid queue-version value"},
        {"overflow", "drop-head", "ok"},
        {"overflow", "reject-publish-dlx", "ok"},
        {"overflow", "x", R"(<<"x">> is not a valid overflow value)"},
        {"dead-letter-exchange", "", "ok"},
        {"dead-letter-exchange", number(5), "5 is not a valid dead letter exchange name"},
        {"dead-letter-routing-key", "k", "ok"},
        {"dead-letter-routing-key", true, "true is not a valid dead letter routing key"},
        {"dead-letter-strategy", "at-least-once", "ok"},
        {"dead-letter-strategy", "x", R"(<<"x">> is not a valid dead letter strategy)"},
        {"alternate-exchange", "x", "ok"},
        {"alternate-exchange", number(0), "0 is not a valid alternate exchange name"},
        {"queue-master-locator", "random", "ok"},
        {"queue-master-locator", "x", R"(<<"x">> invalid queue-master-locator value)"},
        {"queue-leader-locator", "balanced", "ok"},
        {"queue-leader-locator", "x", R"(<<"x">> is not a valid queue leader locator value)"},
        {"stream-max-segment-size-bytes", number(5), "ok"},
        {"stream-max-segment-size-bytes", number(-1), "-1 is not a valid segment size"},
        {"initial-cluster-size", "x", R"(<<"x">> is not a valid cluster size)"},
        {"max-age", "1D", "ok"},
        {"max-priority", number(5),
         R"([{<<"max-priority">>,5}] are not recognised policy settings)"},
        {"single-active-consumer", true,
         R"([{<<"single-active-consumer">>,true}] are not recognised policy settings)"},
        // Ours alone.
        {"max-age", "D", R"(<<"D">> is not a valid max age)"},
        {"max-age", "1w", R"(<<"1w">> is not a valid max age)"},
        {"max-age", number(5), "5 is not a valid max age"},
        {"consumer-timeout", number(5), "ok"},
        {"consumer-timeout", number(-1), "-1 is not a valid consumer timeout"},
        {"federation-upstream", "u", "ok"},
        {"federation-upstream-set", "all", "ok"},
        {"federation-upstream-pattern", "^u", "ok"},
        {"federation-upstream", number(5), "5 is not a valid federation upstream name"},
    };
    for (const Case& one : cases) {
        EXPECT_EQ(judge({{one.key, one.value}}), one.text) << one.key;
    }
}

TEST(PolicyKeys, NamesAreAsLongAsTheyCanTravel)
{
    for (const char* key :
         {"dead-letter-exchange", "dead-letter-routing-key", "alternate-exchange"}) {
        EXPECT_EQ(judge({{key, std::string(255, 'x')}}), "ok");
        EXPECT_NE(judge({{key, std::string(256, 'x')}}), "ok") << key;
    }
}

TEST(PolicyKeys, TheFirstFaultByKeyIsNamed)
{
    EXPECT_EQ(judge({}), "no policy provided");
    EXPECT_EQ(judge({{"message-ttl", number(-1)}, {"max-length", number(-1)}}),
              "-1 is not a valid maximum length");
    EXPECT_EQ(judge({{"zz", number(1)}, {"message-ttl", number(-1)}}),
              "-1 is not a valid message TTL");
    EXPECT_EQ(
        judge({{"zz", number(1)}, {"yy", FieldArray{number(1), "a", FieldTable{{"b", true}}}}}),
        R"([{<<"yy">>,[1,<<"a">>,#{<<"b">> => true}]},{<<"zz">>,1}] are not recognised )"
        "policy settings");
    FieldValue deep{FieldArray{}};
    for (int i = 0; i < 500; ++i)
        deep = FieldArray{std::move(deep)};
    EXPECT_NE(judge({{"zz", deep}}), "ok");
}

TEST(PolicyKeys, OfMirroringDependOnItsMode)
{
    const auto ha = [](FieldValue mode, const char* key, FieldValue value) {
        return judge({{"ha-mode", std::move(mode)}, {key, std::move(value)}});
    };
    EXPECT_EQ(judge({{"ha-mode", "all"}}), "ok");
    EXPECT_EQ(ha("all", "ha-params", number(2)), R"(ha-mode="all" does not take parameters)");
    EXPECT_EQ(judge({{"ha-mode", "exactly"}}), R"(ha-mode="exactly" takes an integer, none given)");
    EXPECT_EQ(ha("exactly", "ha-params", number(2)), "ok");
    EXPECT_EQ(ha("exactly", "ha-params", number(0)),
              R"(ha-mode="exactly" takes an integer, 0 given)");
    EXPECT_EQ(ha("exactly", "ha-params", "2"),
              R"(ha-mode="exactly" takes an integer, <<"2">> given)");
    EXPECT_EQ(judge({{"ha-mode", "nodes"}}), R"(ha-mode="nodes" takes a list, none given)");
    EXPECT_EQ(ha("nodes", "ha-params", "a"), R"(ha-mode="nodes" takes a list, <<"a">> given)");
    EXPECT_EQ(ha("nodes", "ha-params", FieldArray{}), R"(ha-mode="nodes" list must be non-empty)");
    EXPECT_EQ(ha("nodes", "ha-params", FieldArray{"a", number(1)}),
              R"(ha-mode="nodes" takes a list of strings, [1] was not a string)");
    EXPECT_EQ(ha("nodes", "ha-params", FieldArray{"a"}), "ok");
    EXPECT_EQ(judge({{"ha-mode", "zz"}}), R"(<<"zz">> is not a valid ha-mode value)");
    EXPECT_EQ(judge({{"ha-mode", number(5)}}), "5 is not a valid ha-mode value");  // ours alone
    EXPECT_EQ(ha("all", "ha-sync-mode", "automatic"), "ok");
    EXPECT_EQ(ha("all", "ha-sync-mode", number(5)),
              R"(ha-sync-mode must be "manual" or "automatic", got 5)");
    EXPECT_EQ(ha("all", "ha-sync-batch-size", number(1000)), "ok");
    EXPECT_EQ(ha("all", "ha-sync-batch-size", number(0)),
              "ha-sync-batch-size takes an integer greater than 0, 0 given");
    EXPECT_EQ(ha("all", "ha-promote-on-shutdown", "always"), "ok");
    EXPECT_EQ(ha("all", "ha-promote-on-shutdown", "zz"),
              R"(ha-promote-on-shutdown must be "always" or "when-synced", got <<"zz">>)");
    EXPECT_EQ(ha("all", "ha-promote-on-failure", number(7)),
              R"(ha-promote-on-failure must be "always" or "when-synced", got 7)");
    for (const char* key : {"ha-params", "ha-sync-mode", "ha-sync-batch-size",
                            "ha-promote-on-shutdown", "ha-promote-on-failure"}) {
        EXPECT_EQ(judge({{key, number(1)}}),
                  "ha-mode must be specified to specify ha-params, ha-sync-mode or "
                  "ha-promote-on-shutdown")
            << key;
    }
}

TEST(PolicyKeys, OfOperatorsAreFewer)
{
    for (const char* key :
         {"message-ttl", "expires", "max-length", "max-length-bytes", "delivery-limit",
          "max-in-memory-length", "max-in-memory-bytes", "consumer-timeout"}) {
        EXPECT_EQ(judge({{key, number(5)}}, true), "ok") << key;
    }
    for (const char* key :
         {"queue-mode", "queue-version", "overflow", "dead-letter-exchange", "alternate-exchange",
          "ha-mode", "ha-params", "queue-master-locator", "max-age", "dead-letter-strategy"}) {
        EXPECT_EQ(judge({{key, number(5)}}, true), std::string{"[{<<\""} + key +
                                                       "\">>,5}] are not recognised policy "
                                                       "settings");
    }
    EXPECT_EQ(judge({}, true), "no policy provided");
    EXPECT_EQ(judge({{"max-length", number(-1)}}, true), "-1 is not a valid maximum length");
}

TEST(PolicyKeys, WithoutEffectAreKnown)
{
    for (const char* key : {"max-length", "alternate-exchange", "dead-letter-routing-key"})
        EXPECT_TRUE(isHonouredPolicyKey(key)) << key;
    for (const char* key : {"ha-mode", "queue-mode", "federation-upstream", "zz"})
        EXPECT_FALSE(isHonouredPolicyKey(key)) << key;
}

}  // namespace
}  // namespace warren::broker
