#include "core/node/policy_commands.h"

#include "core/node/management_executor.h"
#include "core/node/snapshot_builder.h"
#include "tests/support/broker_harness.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <optional>
#include <string>
#include <utility>

namespace warren::node {
namespace {

using namespace management;
using test::BrokerHarness;
using test::CommandClient;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const QString kVhost = QStringLiteral("/");
const QString kLength = QStringLiteral("max-length");

class PolicyCommandsTest : public ::testing::Test {
protected:
    static PolicyRow row(const QString& name, const QString& pattern, const Arguments& definition)
    {
        return {.vhost = kVhost, .name = name, .pattern = pattern, .definition = definition};
    }
    CommandResult execute(const ManagementCommand& command)
    {
        CommandResult result = executor.execute(command);
        harness.settle();
        return result;
    }
    SnapshotPtr build(Topics topics, const QString& queue = {})
    {
        WatchScope scope{.topics = topics};
        if (!queue.isEmpty()) scope.queue = ResourceKey{kVhost, queue};
        return builder.build(harness.broker().state(), scope, {}, harness.now());
    }
    void declare(std::string_view name, amqp::FieldTable arguments = {})
    {
        client.send(1, broker::DeclareQueue{
                           .name = name, .isDurable = true, .arguments = std::move(arguments)});
    }

    BrokerHarness harness;
    CommandClient& client = harness.connect();
    ManagementExecutor executor{
        harness.broker(),
        {.find = [](const std::string&) -> std::optional<ConnectionId> { return std::nullopt; },
         .name = [](ConnectionId) { return QString{}; }}};
    SnapshotBuilder builder;
};

TEST_F(PolicyCommandsTest, PutsAndRemoves)
{
    declare("q");
    ASSERT_TRUE(execute(PutPolicy{row(QStringLiteral("p"), QStringLiteral("^q"),
                                      {{kLength, qlonglong{5}}})})
                    .isDone());
    EXPECT_EQ(harness.findQueue("q")->settings().lengthMax, 5u);
    ASSERT_TRUE(execute(RemovePolicy{kVhost, QStringLiteral("p"), false}).isDone());
    EXPECT_EQ(harness.findQueue("q")->settings().lengthMax, std::nullopt);
    EXPECT_EQ(execute(RemovePolicy{kVhost, QStringLiteral("p"), false}).status,
              CommandStatus::NotFound);
}

TEST_F(PolicyCommandsTest, RefusesInRabbitMqsWords)
{
    const CommandResult result =
        execute(PutPolicy{row(QStringLiteral("p"), {}, {{kLength, qlonglong{-5}}})});
    EXPECT_EQ(result.status, CommandStatus::Invalid);
    EXPECT_EQ(result.text, QStringLiteral("-5 is not a valid maximum length"));
    PolicyRow lost = row(QStringLiteral("p"), {}, {{kLength, qlonglong{5}}});
    lost.vhost = QStringLiteral("nope");
    EXPECT_EQ(execute(PutPolicy{lost}).status, CommandStatus::NotFound);
    EXPECT_EQ(execute(PreviewPolicy{lost}).status, CommandStatus::NotFound);
    EXPECT_EQ(execute(PreviewPolicy{
                          row(QStringLiteral("p"), QStringLiteral("("), {{kLength, qlonglong{5}}})})
                  .status,
              CommandStatus::Invalid);
}

TEST_F(PolicyCommandsTest, Previews)
{
    declare("q");
    client.publish(1, "q", "four");
    PolicyRow limit = row(QStringLiteral("p"), {}, {{kLength, qlonglong{0}}});
    limit.applyTo = PolicyTarget::Queues;
    const CommandResult result = execute(PreviewPolicy{limit});
    ASSERT_TRUE(result.isDone());
    EXPECT_THAT(std::get<PolicyPreview>(result.value).matches,
                ElementsAre(PolicyPreview::Match{.key = {kVhost, QStringLiteral("q")},
                                                 .isExchange = false,
                                                 .replaces = {},
                                                 .isShadowed = false,
                                                 .droppedCount = 1,
                                                 .droppedBytes = 4}));
    EXPECT_EQ(harness.findQueue("q")->readyCount(), 1u);
}

TEST_F(PolicyCommandsTest, ListsPoliciesWithWhatTheyHoldFor)
{
    declare("q1");
    declare("q2");
    declare("z");
    PolicyRow user =
        row(QStringLiteral("p"), QStringLiteral("^(q|amq.topic)"),
            {{kLength, qlonglong{5}}, {QStringLiteral("ha-mode"), QStringLiteral("all")}});
    user.priority = 3;
    PolicyRow oper = row(QStringLiteral("a"), QStringLiteral("z"), {{kLength, qlonglong{4}}});
    oper.isOperator = true;
    oper.applyTo = PolicyTarget::ClassicQueues;
    ASSERT_TRUE(execute(PutPolicy{user}).isDone());
    ASSERT_TRUE(execute(PutPolicy{oper}).isDone());
    user.matchCount = 3;
    oper.matchCount = 1;
    EXPECT_THAT(build(TopicPolicies)->policies, ElementsAre(user, oper));
    EXPECT_THAT(build(TopicQueues)->policies, IsEmpty());
}

TEST_F(PolicyCommandsTest, ShowsAQueueWhatHoldsForIt)
{
    declare("q", {{"x-max-length", std::int32_t{9}}, {"x-queue-mode", "lazy"}});
    const QString ha = QStringLiteral("ha-mode");
    const QString mode = QStringLiteral("x-queue-mode");
    execute(PutPolicy{row(QStringLiteral("p"), QStringLiteral("^q"),
                          {{kLength, qlonglong{5}}, {ha, QStringLiteral("all")}})});
    PolicyRow oper = row(QStringLiteral("o"), {}, {{kLength, qlonglong{3}}});
    oper.isOperator = true;
    execute(PutPolicy{oper});

    const SnapshotPtr snapshot = build(TopicQueueDetail, QStringLiteral("q"));
    ASSERT_TRUE(snapshot->queue);
    EXPECT_EQ(snapshot->queue->policy, QStringLiteral("p"));
    EXPECT_EQ(snapshot->queue->operatorPolicy, QStringLiteral("o"));
    EXPECT_EQ(snapshot->queue->effectivePolicy,
              (Arguments{{kLength, qlonglong{3}}, {ha, QStringLiteral("all")}}));
    EXPECT_EQ(snapshot->queue->notHonoured, (QStringList{mode, ha}));
    ASSERT_EQ(snapshot->queueSettings.size(), 3);
    const EffectiveSetting& length = snapshot->queueSettings[1];
    EXPECT_EQ(length.key, kLength);
    EXPECT_THAT(length.candidates,
                ElementsAre(SettingCandidate{SettingSource::OperatorPolicy, qlonglong{3}},
                            SettingCandidate{SettingSource::Policy, qlonglong{5}},
                            SettingCandidate{SettingSource::Argument, qlonglong{9}}));
}

TEST_F(PolicyCommandsTest, ShowsAnExchangeItsPolicy)
{
    execute(PutPolicy{row(QStringLiteral("p"), QStringLiteral("topic"),
                          {{QStringLiteral("alternate-exchange"), QStringLiteral("amq.fanout")}})});
    const auto snapshot = build(TopicExchanges);
    for (const ExchangeRow& exchange : snapshot->exchanges) {
        EXPECT_EQ(exchange.policy == QStringLiteral("p"),
                  exchange.key.name == QStringLiteral("amq.topic"));
    }
}

}  // namespace
}  // namespace warren::node
