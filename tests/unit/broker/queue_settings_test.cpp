#include "core/broker/queue_settings.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <gmock/gmock.h>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace warren::broker {
namespace {

using amqp::FieldTable;
using amqp::FieldValue;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

QueueDefinition queueWith(FieldTable arguments)
{
    return {.id = QueueId{1},
            .vhost = "/",
            .name = "q",
            .isDurable = true,
            .isAutoDelete = false,
            .exclusiveOwner = {},
            .arguments = std::move(arguments)};
}

PolicyDefinition policyWith(FieldTable definition)
{
    PolicyDefinition policy;
    policy.definition = std::move(definition);
    return policy;
}

QueueSettings settingsOf(FieldTable arguments, const std::optional<FieldTable>& policy = {},
                         const std::optional<FieldTable>& operatorPolicy = {})
{
    const auto user = policyWith(policy.value_or(FieldTable{}));
    const auto oper = policyWith(operatorPolicy.value_or(FieldTable{}));
    return effectiveSettings(queueWith(std::move(arguments)), policy ? &user : nullptr,
                             operatorPolicy ? &oper : nullptr);
}

TEST(QueueSettings, WithoutAnythingAreTheDefaults) { EXPECT_EQ(settingsOf({}), QueueSettings{}); }

TEST(QueueSettings, ComeFromArguments)
{
    const QueueSettings settings = settingsOf({{"x-message-ttl", 5},
                                               {"x-exact-ttl", true},
                                               {"x-expires", std::int64_t{6}},
                                               {"x-max-length", 7},
                                               {"x-max-length-bytes", 8},
                                               {"x-overflow", "reject-publish"},
                                               {"x-dead-letter-exchange", "dlx"},
                                               {"x-dead-letter-routing-key", "k"},
                                               {"x-max-priority", 9},
                                               {"x-single-active-consumer", true},
                                               {"x-delivery-limit", 10},
                                               {"x-consumer-timeout", 11}});
    EXPECT_EQ(settings, (QueueSettings{.type = QueueType::Classic,
                                       .messageTtl = milliseconds{5},
                                       .hasExactTtl = true,
                                       .expires = milliseconds{6},
                                       .lengthMax = 7,
                                       .lengthBytesMax = 8,
                                       .overflow = Overflow::RejectPublish,
                                       .deadLetterExchange = "dlx",
                                       .deadLetterRoutingKey = "k",
                                       .priorityMax = 9,
                                       .hasSingleActiveConsumer = true,
                                       .deliveryLimit = 10,
                                       .consumerTimeout = milliseconds{11}}));
}

TEST(QueueSettings, ComeFromPolicies)
{
    const FieldTable policy{{"message-ttl", 5},
                            {"expires", 6},
                            {"max-length", 7},
                            {"max-length-bytes", 8},
                            {"overflow", "reject-publish-dlx"},
                            {"dead-letter-exchange", "dlx"},
                            {"dead-letter-routing-key", "k"},
                            {"delivery-limit", 10},
                            {"consumer-timeout", 11}};
    const QueueSettings expected{.messageTtl = milliseconds{5},
                                 .expires = milliseconds{6},
                                 .lengthMax = 7,
                                 .lengthBytesMax = 8,
                                 .overflow = Overflow::RejectPublishDeadLetter,
                                 .deadLetterExchange = "dlx",
                                 .deadLetterRoutingKey = "k",
                                 .deliveryLimit = 10,
                                 .consumerTimeout = milliseconds{11}};
    EXPECT_EQ(settingsOf({}, policy), expected);
    EXPECT_EQ(settingsOf({}, std::nullopt, policy), expected);
}

TEST(QueueSettings, PoliciesCannotGiveWhatOnlyArgumentsCan)
{
    EXPECT_EQ(settingsOf({}, FieldTable{{"max-priority", 5},
                                        {"single-active-consumer", true},
                                        {"exact-ttl", true},
                                        {"queue-type", "quorum"}}),
              QueueSettings{});
}

TEST(QueueSettings, OfLimitsTheSmallestHolds)
{
    struct Row {
        const char* key;
        std::optional<std::int64_t> (*read)(const QueueSettings&);
        bool isMinimumInQuorum;
    };
    const auto count = [](const auto& value) -> std::optional<std::int64_t> {
        if (!value) return std::nullopt;
        if constexpr (requires { value->count(); }) {
            return value->count();
        } else {
            return static_cast<std::int64_t>(*value);
        }
    };
    static const auto countOf = count;
    const Row rows[] = {
        {"message-ttl", [](const QueueSettings& s) { return countOf(s.messageTtl); }, true},
        {"expires", [](const QueueSettings& s) { return countOf(s.expires); }, false},
        {"max-length", [](const QueueSettings& s) { return countOf(s.lengthMax); }, true},
        {"max-length-bytes", [](const QueueSettings& s) { return countOf(s.lengthBytesMax); },
         true},
        {"delivery-limit", [](const QueueSettings& s) { return countOf(s.deliveryLimit); }, true},
        {"consumer-timeout", [](const QueueSettings& s) { return countOf(s.consumerTimeout); },
         true},
    };
    // Argument, policy, operator policy.
    const std::int64_t orders[][3] = {{1, 2, 3}, {1, 3, 2}, {2, 1, 3},
                                      {2, 3, 1}, {3, 1, 2}, {3, 2, 1}};
    for (const Row& row : rows) {
        const std::string argument = std::string{"x-"} + row.key;
        for (const auto& [own, policy, oper] : orders) {
            const FieldTable user{{row.key, policy}};
            const FieldTable operators{{row.key, oper}};
            EXPECT_EQ(row.read(settingsOf({{argument, own}}, user, operators)), 1) << row.key;
            EXPECT_EQ(row.read(settingsOf({{argument, own}}, user)), std::min(own, policy));
            EXPECT_EQ(row.read(settingsOf({}, user, operators)), std::min(policy, oper));
            EXPECT_EQ(row.read(settingsOf({{argument, own}}, {}, operators)), std::min(own, oper));
            const auto quorum = row.read(
                settingsOf({{argument, own}, {"x-queue-type", "quorum"}}, user, operators));
            EXPECT_EQ(quorum, row.isMinimumInQuorum ? 1 : std::min(policy, oper)) << row.key;
        }
    }
}

TEST(QueueSettings, OfOtherSettingsTheArgumentHolds)
{
    const FieldTable policy{{"dead-letter-exchange", "p"},
                            {"dead-letter-routing-key", "pk"},
                            {"overflow", "reject-publish"}};
    const FieldTable arguments{{"x-dead-letter-exchange", "a"}, {"x-overflow", "drop-head"}};
    const QueueSettings settings = settingsOf(arguments, policy);
    EXPECT_EQ(settings.deadLetterExchange, "a");
    EXPECT_EQ(settings.deadLetterRoutingKey, "pk");
    EXPECT_EQ(settings.overflow, Overflow::DropHead);
}

TEST(QueueSettings, InQuorumQueuesThePolicySaysWhatOverflows)
{
    const FieldTable policy{{"overflow", "reject-publish"}};
    EXPECT_EQ(
        settingsOf({{"x-queue-type", "quorum"}, {"x-overflow", "drop-head"}}, policy).overflow,
        Overflow::RejectPublish);
}

TEST(QueueSettings, ANegativeDeliveryLimitIsNone)
{
    EXPECT_EQ(settingsOf({{"x-delivery-limit", -1}}).deliveryLimit, std::nullopt);
    EXPECT_EQ(
        settingsOf({{"x-delivery-limit", -1}}, FieldTable{{"delivery-limit", 4}}).deliveryLimit,
        4u);
    EXPECT_EQ(settingsOf({{"x-delivery-limit", std::int64_t{1} << 40}}).deliveryLimit,
              std::numeric_limits<std::uint32_t>::max());
}

TEST(QueueSettings, TakeWhateverWasStored)
{
    // From a file of another version, say: nothing of it was checked.
    const QueueSettings settings = settingsOf({{"x-message-ttl", "x"},
                                               {"x-expires", -1},
                                               {"x-max-length", true},
                                               {"x-overflow", 5},
                                               {"x-dead-letter-exchange", 5},
                                               {"x-max-priority", 70000},
                                               {"x-single-active-consumer", 1},
                                               {"x-queue-type", "zz"}});
    EXPECT_EQ(settings, QueueSettings{.priorityMax = 255});
    EXPECT_EQ(settingsOf({{"x-message-ttl", std::numeric_limits<std::int64_t>::max()}}).messageTtl,
              kTimeMax);
}

std::vector<std::string> explained(FieldTable arguments, FieldTable policy, FieldTable operators)
{
    const auto user = policyWith(std::move(policy));
    const auto oper = policyWith(std::move(operators));
    std::vector<std::string> lines;
    for (const ExplainedSetting& setting :
         explainSettings(queueWith(std::move(arguments)), &user, &oper)) {
        std::string line = setting.key + ":";
        for (const SettingCandidate& candidate : setting.candidates) {
            constexpr const char* kWords[] = {"default", "argument", "policy", "operator"};
            line += std::string{" "} + kWords[static_cast<int>(candidate.source)] + "=" +
                    amqp::fieldValueText(candidate.value);
        }
        lines.push_back(std::move(line));
    }
    return lines;
}

TEST(QueueSettings, AreExplainedWithTheWinnerFirst)
{
    EXPECT_THAT(explained({}, {}, {}), IsEmpty());
    EXPECT_THAT(
        explained({{"x-max-length", 5}, {"x-queue-mode", "lazy"}, {"x-max-priority", 3}},
                  {{"max-length", 3},
                   {"queue-mode", "default"},
                   {"ha-mode", "all"},
                   {"dead-letter-exchange", "d"}},
                  {{"max-length", 4}, {"expires", 9}}),
        ElementsAre("dead-letter-exchange: policy=d", "expires: operator=9", "ha-mode: policy=all",
                    "max-length: policy=3 operator=4 argument=5", "max-priority: argument=3",
                    "queue-mode: argument=lazy policy=default"));
    // Of equal ones the stronger source is named first.
    EXPECT_THAT(explained({{"x-max-length", 3}}, {{"max-length", 3}}, {{"max-length", 3}}),
                ElementsAre("max-length: argument=3 operator=3 policy=3"));
}

TEST(QueueSettings, TwoPoliciesComeToOneDefinition)
{
    const auto user =
        policyWith({{"max-length", 5}, {"message-ttl", 4}, {"overflow", "drop-head"}});
    const auto oper =
        policyWith({{"max-length", 3}, {"message-ttl", 7}, {"overflow", "z"}, {"x", 1}});
    EXPECT_EQ(mergedPolicies(&user, &oper),
              (FieldTable{{"max-length", 3}, {"message-ttl", 4}, {"overflow", "z"}, {"x", 1}}));
    EXPECT_EQ(mergedPolicies(&user, nullptr), user.definition);
    EXPECT_EQ(mergedPolicies(nullptr, &oper), oper.definition);
    EXPECT_EQ(mergedPolicies(nullptr, nullptr), FieldTable{});
}

TEST(QueueTypes, HaveNames)
{
    EXPECT_EQ(queueTypeName(QueueType::Classic), "classic");
    EXPECT_EQ(queueTypeNamed("quorum"), QueueType::Quorum);
    EXPECT_EQ(queueTypeNamed("stream"), std::nullopt);
    EXPECT_EQ(queueTypeOf(queueWith({})), QueueType::Classic);
    EXPECT_EQ(queueTypeOf(queueWith({{"x-queue-type", "quorum"}})), QueueType::Quorum);
}

}  // namespace
}  // namespace warren::broker
