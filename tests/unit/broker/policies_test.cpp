#include "core/broker/policies.h"

#include "tests/support/broker_harness.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <gmock/gmock.h>
#include <string>
#include <vector>

namespace warren::broker {
namespace {

using amqp::FieldTable;
using std::chrono::milliseconds;
using test::BrokerHarness;
using test::CommandClient;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class PoliciesTest : public ::testing::Test {
protected:
    static PolicyDefinition policy(const char* name, const char* pattern, FieldTable definition,
                                   std::int64_t priority = 0)
    {
        PolicyDefinition result;
        result.vhost = "/";
        result.name = name;
        result.pattern = pattern;
        result.definition = std::move(definition);
        result.priority = priority;
        return result;
    }
    static PolicyDefinition operatorPolicy(const char* name, const char* pattern,
                                           FieldTable definition, std::int64_t priority = 0)
    {
        PolicyDefinition result = policy(name, pattern, std::move(definition), priority);
        result.isOperator = true;
        return result;
    }
    /// "ok", or why not.
    std::string put(PolicyDefinition what)
    {
        const auto result = policies().put(std::move(what));
        harness.settle();
        return result ? "ok" : result.error().text;
    }
    std::string remove(const char* name, bool isOperator = false)
    {
        const auto result = policies().remove("/", name, isOperator);
        harness.settle();
        return result ? "ok" : result.error().text;
    }
    void declare(const char* name, FieldTable arguments = {})
    {
        client.send(
            1, DeclareQueue{.name = name, .isDurable = true, .arguments = std::move(arguments)});
        client.drop();
    }
    const Queue& queue(const char* name) const { return *harness.findQueue(name); }
    const Exchange& exchange(std::string_view name)
    {
        return *harness.broker().findVhost("/")->findExchange(name);
    }
    Policies& policies() { return harness.broker().policies(); }

    BrokerHarness harness;
    CommandClient& client = harness.connect();
};

TEST_F(PoliciesTest, HoldForQueuesThatAreThereAndThatCome)
{
    declare("orders");
    declare("other");
    ASSERT_EQ(put(policy("p", "^ord", {{"max-length", 5}})), "ok");
    EXPECT_EQ(queue("orders").policy(), "p");
    EXPECT_EQ(queue("orders").settings().lengthMax, 5u);
    EXPECT_EQ(queue("other").policy(), "");
    EXPECT_EQ(queue("other").settings().lengthMax, std::nullopt);
    declare("ordinary");
    EXPECT_EQ(queue("ordinary").policy(), "p");
    EXPECT_EQ(queue("ordinary").settings().lengthMax, 5u);
}

TEST_F(PoliciesTest, GoAndAreReplaced)
{
    declare("q");
    put(policy("p", "", {{"max-length", 5}}));
    put(policy("p", "", {{"message-ttl", 7}}));
    EXPECT_EQ(queue("q").settings().lengthMax, std::nullopt);
    EXPECT_EQ(queue("q").settings().messageTtl, milliseconds{7});
    EXPECT_EQ(remove("p"), "ok");
    EXPECT_EQ(queue("q").policy(), "");
    EXPECT_EQ(queue("q").settings(), QueueSettings{});
    EXPECT_EQ(remove("p"), "no policy 'p' in vhost '/'");
    EXPECT_EQ(remove("p", true), "no operator policy 'p' in vhost '/'");
}

TEST_F(PoliciesTest, TheHighestPriorityHoldsAndOfEqualOnesTheFirstByName)
{
    declare("q");
    put(policy("b", "", {{"max-length", 1}}, 5));
    put(policy("c", "", {{"max-length", 2}}, 5));
    EXPECT_EQ(queue("q").policy(), "b");
    put(policy("a", "", {{"max-length", 3}}, 5));
    EXPECT_EQ(queue("q").policy(), "a");
    put(policy("z", "", {{"message-ttl", 4}}, 6));
    EXPECT_EQ(queue("q").policy(), "z");
    EXPECT_EQ(queue("q").settings().lengthMax, std::nullopt) << "two policies are never merged";
    put(policy("z", "", {{"message-ttl", 4}}, -1));
    EXPECT_EQ(queue("q").policy(), "a");
}

TEST_F(PoliciesTest, AnOperatorPolicyHoldsBesideAnother)
{
    declare("q", {{"x-max-length", 9}});
    put(policy("p", "", {{"max-length", 5}, {"message-ttl", 2}}));
    put(operatorPolicy("p", "", {{"max-length", 3}, {"message-ttl", 4}}));
    EXPECT_EQ(queue("q").policy(), "p");
    EXPECT_EQ(queue("q").operatorPolicy(), "p");
    EXPECT_EQ(queue("q").settings().lengthMax, 3u);
    EXPECT_EQ(queue("q").settings().messageTtl, milliseconds{2});
    EXPECT_EQ(remove("p"), "ok");
    EXPECT_EQ(queue("q").operatorPolicy(), "p") << "each kind has names of its own";
    EXPECT_EQ(queue("q").settings().messageTtl, milliseconds{4});
}

TEST_F(PoliciesTest, HoldForWhatTheyAreMeantFor)
{
    declare("c");
    declare("q", {{"x-queue-type", "quorum"}});
    const auto holdsFor = [&](PolicyTarget target) {
        PolicyDefinition one = policy("p", "", {{"max-length", 5}});
        one.applyTo = target;
        EXPECT_EQ(put(one), "ok");
        return std::vector<bool>{!queue("c").policy().empty(), !queue("q").policy().empty(),
                                 !exchange("amq.direct").policy.empty()};
    };
    EXPECT_THAT(holdsFor(PolicyTarget::All), ElementsAre(true, true, true));
    EXPECT_THAT(holdsFor(PolicyTarget::Queues), ElementsAre(true, true, false));
    EXPECT_THAT(holdsFor(PolicyTarget::Exchanges), ElementsAre(false, false, true));
    EXPECT_THAT(holdsFor(PolicyTarget::ClassicQueues), ElementsAre(true, false, false));
    EXPECT_THAT(holdsFor(PolicyTarget::QuorumQueues), ElementsAre(false, true, false));
}

TEST_F(PoliciesTest, GiveExchangesAnAlternateUnlessTheirArgumentDoes)
{
    client.send(1, DeclareExchange{.name = "own",
                                   .type = "direct",
                                   .arguments = {{"alternate-exchange", "amq.topic"}}});
    client.send(1, DeclareExchange{.name = "plain", .type = "direct"});
    put(policy("p", "", {{"alternate-exchange", "amq.fanout"}}));
    EXPECT_EQ(exchange("plain").alternateExchange, "amq.fanout");
    EXPECT_EQ(exchange("plain").policy, "p");
    EXPECT_EQ(exchange("own").alternateExchange, "amq.topic");
    EXPECT_EQ(exchange("").policy, "p");
    EXPECT_EQ(exchange("").alternateExchange, "");
    client.send(1, DeclareExchange{.name = "late", .type = "direct"});
    EXPECT_EQ(exchange("late").alternateExchange, "amq.fanout");
    remove("p");
    EXPECT_EQ(exchange("plain").alternateExchange, "");
    EXPECT_EQ(exchange("own").alternateExchange, "amq.topic");
}

TEST_F(PoliciesTest, RouteWhatNobodyWantsThroughTheAlternate)
{
    declare("q");
    client.send(1, BindQueue{.queue = "q", .exchange = "amq.fanout"});
    client.send(1, DeclareExchange{.name = "x", .type = "direct"});
    client.publishTo(1, "x", "k", "lost");
    put(policy("p", "^x$", {{"alternate-exchange", "amq.fanout"}}));
    client.publishTo(1, "x", "k", "found");
    EXPECT_THAT(harness.ready("q"), ElementsAre("found"));
}

TEST_F(PoliciesTest, DropAtOnceWhatIsOverTheirLimits)
{
    declare("q");
    for (const char* body : {"a", "b", "c"})
        client.publish(1, "q", body);
    put(policy("p", "", {{"max-length", 2}}));
    EXPECT_THAT(harness.ready("q"), ElementsAre("b", "c"));
    put(operatorPolicy("o", "", {{"max-length-bytes", 1}}));
    EXPECT_THAT(harness.ready("q"), ElementsAre("c"));
}

TEST_F(PoliciesTest, SurviveARestart)
{
    declare("q");
    put(policy("p", "^q", {{"max-length", 5}}, 3));
    put(operatorPolicy("o", "^q", {{"message-ttl", 7}}));
    put(policy("gone", "^q", {{"max-length", 1}}, 4));
    remove("gone");
    put(policy("x", "amq", {{"alternate-exchange", "amq.fanout"}}));
    harness.restart();
    EXPECT_EQ(queue("q").policy(), "p");
    EXPECT_EQ(queue("q").operatorPolicy(), "o");
    EXPECT_EQ(queue("q").settings().lengthMax, 5u);
    EXPECT_EQ(queue("q").settings().messageTtl, milliseconds{7});
    EXPECT_EQ(exchange("amq.direct").alternateExchange, "amq.fanout");
    EXPECT_EQ(harness.broker().findVhost("/")->policies.size(), 2u);
}

TEST_F(PoliciesTest, AreRefusedInRabbitMqsWords)
{
    EXPECT_EQ(put(policy("p", "(", {{"max-length", 5}})),
              "pattern should be regular expression but is invalid: "
              "{\"missing closing parenthesis\",1}");
    EXPECT_EQ(put(policy("p", "", {{"max-length", -1}})), "-1 is not a valid maximum length");
    EXPECT_EQ(put(policy("p", "", {})), "no policy provided");
    EXPECT_EQ(put(policy("p", ")", {{"max-length", -1}})),
              "-1 is not a valid maximum length\npattern should be regular expression but is "
              "invalid: {\"unmatched closing parenthesis\",0}");
    EXPECT_EQ(put(policy("", "", {{"max-length", 1}})), "a policy needs a name");
    EXPECT_EQ(put(policy(std::string(256, 'p').c_str(), "", {{"max-length", 1}})),
              "the name of a policy has at most 255 bytes");
    PolicyDefinition lost = policy("p", "", {{"max-length", 1}});
    lost.vhost = "nope";
    EXPECT_EQ(put(lost), "no vhost 'nope'");
    EXPECT_THAT(harness.broker().findVhost("/")->policies, IsEmpty());
}

TEST_F(PoliciesTest, APatternThatTakesTooLongIsRefused)
{
    const std::string name = std::string(200, 'a') + "b";
    declare(name.c_str());
    EXPECT_EQ(put(policy("p", "^(a+)+$", {{"max-length", 5}})),
              "pattern takes too many steps to match queue '" + name + "' in vhost '/'");
    EXPECT_EQ(put(policy("p", "^a+b$", {{"max-length", 5}})), "ok");
}

TEST_F(PoliciesTest, PreviewChangesNothingAndSaysWhatWouldHappen)
{
    declare("a");
    declare("b");
    declare("c");
    for (const char* name : {"a", "b"}) {
        for (const char* body : {"1", "22", "333"})
            client.publish(1, name, body);
    }
    put(policy("strong", "^a$", {{"message-ttl", 50'000}}, 5));
    put(policy("weak", "^b$", {{"message-ttl", 50'000}}, 1));
    const auto result = policies().preview(policy("new", "", {{"max-length", 1}}, 3));
    ASSERT_TRUE(result.isOk());
    ASSERT_GE(result->size(), 3u);
    EXPECT_EQ((*result)[0], (PolicyMatch{.name = "a", .isShadowed = true}));
    EXPECT_EQ((*result)[1],
              (PolicyMatch{.name = "b", .replaces = "weak", .droppedCount = 2, .droppedBytes = 3}));
    EXPECT_EQ((*result)[2], (PolicyMatch{.name = "c"}));
    EXPECT_EQ((*result)[3], (PolicyMatch{.isExchange = true, .name = ""}));
    EXPECT_EQ(queue("b").policy(), "weak");
    EXPECT_EQ(queue("b").readyCount(), 3u);

    put(policy("new", "", {{"max-length", 1}}, 3));
    EXPECT_EQ(queue("a").readyCount(), 3u);
    EXPECT_THAT(harness.ready("b"), ElementsAre("333"));
}

TEST_F(PoliciesTest, PreviewOfALimitKnowsArgumentsAndTheOtherKind)
{
    declare("q", {{"x-overflow", "reject-publish"}});
    declare("r");
    client.publish(1, "q", "m");
    client.publish(1, "r", "m");
    PolicyDefinition limit = operatorPolicy("o", "", {{"max-length", 0}});
    limit.applyTo = PolicyTarget::Queues;
    const auto drops = [&] {
        std::vector<std::uint64_t> counts;
        const auto matches = policies().preview(limit);
        for (const PolicyMatch& match : *matches)
            counts.push_back(match.droppedCount);
        return counts;
    };
    // A queue that refuses new messages keeps what it has.
    EXPECT_THAT(drops(), ElementsAre(0, 1));
    put(policy("p", "^r$", {{"overflow", "reject-publish"}}));
    EXPECT_THAT(drops(), ElementsAre(0, 0));
}

TEST_F(PoliciesTest, PreviewOfAnEditIsNoReplacement)
{
    declare("q");
    put(policy("p", "", {{"max-length", 5}}));
    const auto result = policies().preview(policy("p", "^q$", {{"max-length", 7}}));
    EXPECT_THAT(*result, ElementsAre(PolicyMatch{.name = "q"}));
}

// ------------------------------------------------------------------------- the default queue type

TEST_F(PoliciesTest, AQueueWithoutATypeHasItsVhosts)
{
    declare("old");
    VhostDefinition vhost = harness.broker().findVhost("/")->definition;
    vhost.defaultQueueType = "quorum";
    harness.broker().findVhost("/")->definition = vhost;
    declare("q");
    EXPECT_EQ(queue("q").settings().type, QueueType::Quorum);
    client.send(1, DeclareQueue{.name = "transient"});
    EXPECT_EQ(queue("transient").settings().type, QueueType::Classic);
    declare("c", {{"x-queue-type", "classic"}});
    EXPECT_EQ(queue("c").settings().type, QueueType::Classic);
    client.drop();
    client.send(1, DeclareQueue{.name = "q", .isDurable = true});
    EXPECT_THAT(client.take(), ElementsAre("1 queue.declare-ok q 0 0"));
}

}  // namespace
}  // namespace warren::broker
