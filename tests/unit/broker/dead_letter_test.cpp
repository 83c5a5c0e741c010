#include "core/broker/dead_letter.h"

#include "tests/unit/broker/queue_scene.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <gmock/gmock.h>
#include <string>
#include <variant>
#include <vector>

namespace warren::broker {
namespace {

using namespace std::chrono_literals;
using amqp::FieldArray;
using amqp::FieldTable;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DeadLetterTest : public test::QueueScene {
protected:
    void declareWithDeadLetters(std::string_view name, FieldTable more = {})
    {
        FieldTable arguments = std::move(more);
        arguments.set("x-dead-letter-exchange", "");
        arguments.set("x-dead-letter-routing-key", "dead");
        declare("dead");
        declare(name, std::move(arguments));
    }
    static std::vector<std::string> keysOf(const FieldTable& table)
    {
        std::vector<std::string> keys;
        for (const auto& entry : table)
            keys.push_back(entry.key);
        return keys;
    }
    static FieldTable death(const FieldTable& headers, std::size_t at)
    {
        const auto* array = headers.find("x-death")->as<FieldArray>();
        return *array->at(at).as<FieldTable>();
    }
    void reject(std::string_view queue)
    {
        client.drop();
        client.get(2, queue);
        client.nack(2, 0, false, true);
    }
};

TEST_F(DeadLetterTest, KeepsTheHistoryOfARejectedMessage)
{
    declareWithDeadLetters("q");
    publish("q", "m", {.headers = FieldTable{{"z", 1}, {"b", 2}}});
    reject("q");
    EXPECT_THAT(harness.ready("q"), IsEmpty());
    const FieldTable headers = headersOfNext("dead");
    // Observed on RabbitMQ 3.10.8: headers by name, a first death in this order.
    EXPECT_THAT(keysOf(headers), ElementsAre("b", "x-death", "x-first-death-exchange",
                                             "x-first-death-queue", "x-first-death-reason", "z"));
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(harness.wallNow().sinceEpoch);
    EXPECT_EQ(death(headers, 0),
              (FieldTable{{"count", std::int64_t{1}},
                          {"reason", "rejected"},
                          {"queue", "q"},
                          {"time", amqp::Timestamp{static_cast<std::uint64_t>(seconds.count())}},
                          {"exchange", ""},
                          {"routing-keys", FieldArray{"q"}}}));
}

TEST_F(DeadLetterTest, DropsTheExpirationAndRemembersIt)
{
    declareWithDeadLetters("q");
    publish("q", "m", {.expiration = "10"});
    harness.advance(10ms);
    EXPECT_THAT(harness.ready("dead"), ElementsAre("m"));
    harness.advance(1s);
    const FieldTable headers = headersOfNext("dead");
    EXPECT_EQ(*death(headers, 0).find("reason"), amqp::FieldValue{"expired"});
    EXPECT_EQ(*death(headers, 0).find("original-expiration"), amqp::FieldValue{"10"});
}

TEST_F(DeadLetterTest, CountsTheSameDeathAgain)
{
    declare("q", {{"x-dead-letter-exchange", ""}, {"x-dead-letter-routing-key", "q"}});
    publish("q", "m");
    reject("q");
    reject("q");
    const FieldTable headers = headersOfNext("q");
    EXPECT_EQ(headers.find("x-death")->as<FieldArray>()->size(), 1u);
    EXPECT_THAT(keysOf(death(headers, 0)),
                ElementsAre("count", "exchange", "queue", "reason", "routing-keys", "time"));
    EXPECT_EQ(*death(headers, 0).find("count"), amqp::FieldValue{std::int64_t{2}});
}

TEST_F(DeadLetterTest, BreaksACycleWithoutARejection)
{
    declare("q", {{"x-dead-letter-exchange", ""},
                  {"x-dead-letter-routing-key", "q"},
                  {"x-message-ttl", 10}});
    publish("q", "m");
    harness.advance(10ms);
    EXPECT_THAT(harness.ready("q"), IsEmpty());
    EXPECT_EQ(harness.findQueue("q")->deadLetterDroppedCount, 1u);
    EXPECT_EQ(harness.findQueue("q")->deadLetteredCount, 1u);
}

TEST_F(DeadLetterTest, LetsACycleGoOnThatHasARejection)
{
    declare("wait", {{"x-dead-letter-exchange", ""},
                     {"x-dead-letter-routing-key", "work"},
                     {"x-message-ttl", 10}});
    declare("work", {{"x-dead-letter-exchange", ""}, {"x-dead-letter-routing-key", "wait"}});
    publish("work", "m");
    for (int round = 0; round < 3; ++round) {
        ASSERT_THAT(harness.ready("work"), ElementsAre("m")) << round;
        reject("work");
        ASSERT_THAT(harness.ready("wait"), ElementsAre("m")) << round;
        harness.advance(10ms);
    }
    const FieldTable headers = headersOfNext("work");
    EXPECT_EQ(*death(headers, 0).find("count"), amqp::FieldValue{std::int64_t{3}});
}

TEST_F(DeadLetterTest, DropsAndCountsWithoutAnExchange)
{
    declare("q", {{"x-dead-letter-exchange", "missing"}, {"x-max-length", 0}});
    publish("q", "m");
    EXPECT_THAT(harness.ready("q"), IsEmpty());
    EXPECT_EQ(harness.findQueue("q")->deadLetterDroppedCount, 1u);
}

TEST_F(DeadLetterTest, KeepsTheKeysThatTheSenderSelected)
{
    declare("cc");
    declare("bcc");
    client.send(1, DeclareExchange{.name = "dlx", .type = "direct", .noWait = true});
    for (const char* queue : {"cc", "bcc"}) {
        client.send(
            1, BindQueue{.queue = queue, .exchange = "dlx", .routingKey = queue, .noWait = true});
    }
    declare("q", {{"x-dead-letter-exchange", "dlx"}});
    publish("q", "m",
            {.headers = FieldTable{{"CC", FieldArray{"cc"}}, {"BCC", FieldArray{"bcc"}}}});
    EXPECT_THAT(harness.ready("cc"), ElementsAre("m"));
    EXPECT_THAT(harness.ready("bcc"), ElementsAre("m"));
    EXPECT_THAT(keysOf(headersOfNext("cc")), ElementsAre("CC"));
    EXPECT_THAT(keysOf(headersOfNext("bcc")), ElementsAre("CC"));

    reject("q");
    const FieldTable headers = headersOfNext("bcc");
    EXPECT_EQ(*death(headers, 0).find("routing-keys"), (amqp::FieldValue{FieldArray{"q", "cc"}}));
    EXPECT_EQ(headers.find("BCC"), nullptr);
    EXPECT_NE(headers.find("CC"), nullptr);
    EXPECT_THAT(harness.ready("cc"), ElementsAre("m"));
}

TEST_F(DeadLetterTest, ResetsAHistoryThatMakesNoSense)
{
    declareWithDeadLetters("q");
    for (FieldTable headers :
         {FieldTable{{"x-death", "bogus"}}, FieldTable{{"x-death", FieldArray{1, "two"}}},
          FieldTable{{"x-death", FieldArray{FieldTable{{"count", "many"}}}}}}) {
        publish("q", "m", {.headers = std::move(headers)});
        reject("q");
        EXPECT_EQ(*death(headersOfNext("dead"), 0).find("queue"), amqp::FieldValue{"q"});
    }
}

TEST_F(DeadLetterTest, ComesAfterTooManyReturns)
{
    declareWithDeadLetters("q", {{"x-delivery-limit", 1}});
    publish("q", "m");
    client.get(2, "q");
    client.nack(2, 0, true, true);
    EXPECT_THAT(harness.ready("q"), ElementsAre("m!"));
    client.get(2, "q");
    client.nack(2, 0, true, true);
    EXPECT_THAT(harness.ready("q"), IsEmpty());
    const FieldTable headers = headersOfNext("dead");
    EXPECT_EQ(*death(headers, 0).find("reason"), amqp::FieldValue{"delivery_limit"});
}

TEST_F(DeadLetterTest, OverflowsFromQueueToQueue)
{
    // A chain of full queues, each of which pushes the oldest into the next.
    constexpr int kCount = 40;
    for (int i = 0; i < kCount; ++i) {
        declare("q" + std::to_string(i),
                {{"x-max-length", 1},
                 {"x-dead-letter-exchange", ""},
                 {"x-dead-letter-routing-key", "q" + std::to_string(i + 1)}});
    }
    for (int i = 0; i < kCount; ++i)
        publish("q0", std::to_string(i));
    for (int i = 0; i < kCount; ++i) {
        EXPECT_THAT(harness.ready("q" + std::to_string(i)),
                    ElementsAre(std::to_string(kCount - 1 - i)));
    }
}

TEST_F(DeadLetterTest, ExpiresManyWithoutStoppingEverybodyElse)
{
    declareWithDeadLetters("q", {{"x-message-ttl", 10}});
    constexpr int kCount = 20'000;
    for (int i = 0; i < kCount; ++i)
        client.apply(1, Publish{message("", "q", "m", {}), false});
    harness.settle();
    harness.broker().setNow(harness.now() + 10ms, {harness.wallNow().sinceEpoch + 10ms});
    harness.broker().flush();
    EXPECT_GT(harness.findQueue("q")->readyCount(), 0u);  // others come in between
    EXPECT_TRUE(harness.broker().hasWork());
    harness.settle();
    EXPECT_EQ(harness.findQueue("dead")->readyCount(), static_cast<std::size_t>(kCount));
}

TEST(DeadLetterStore, NeverLosesAMessageBetweenItsQueues)
{
    // At every place of the log where the process may die, the message is somewhere.
    for (std::size_t survivingCount = 0; survivingCount < 8; ++survivingCount) {
        test::BrokerHarness harness(test::BrokerHarness::Commits::OnDemand);
        test::CommandClient& client = harness.connect(1);
        client.declareQueue(1, "dead", true);
        client.send(1, DeclareQueue{.name = "q",
                                    .isDurable = true,
                                    .arguments = {{"x-dead-letter-exchange", ""},
                                                  {"x-dead-letter-routing-key", "dead"}}});
        harness.commit();
        client.publish(1, "q", "m", true);
        if (survivingCount % 2 == 1) harness.commit();
        client.get(1, "q");
        client.nack(1, 0, false, true);
        harness.crash(survivingCount / 2);
        const std::size_t count = harness.ready("q").size() + harness.ready("dead").size();
        const bool wasStored = survivingCount >= 1;
        EXPECT_GE(count, wasStored ? 1u : 0u) << survivingCount;
    }
}

/// A node of a cluster that leads a mirrored queue "work" and its dead letters' queue "dead".
class DeadLetterInAClusterTest : public ::testing::Test {
protected:
    DeadLetterInAClusterTest()
    {
        broker.ensureVhost("/");
        FieldTable arguments;
        arguments.append("x-dead-letter-exchange", "");
        arguments.append("x-dead-letter-routing-key", "dead");
        for (const QueueId id : {kWork, kDead}) {
            broker.restore(PutQueue{{.id = id,
                                     .vhost = "/",
                                     .name = id == kWork ? "work" : "dead",
                                     .isDurable = true,
                                     .exclusiveOwner = {},
                                     .arguments = id == kWork ? arguments : FieldTable{}}});
        }
        broker.finishRestore(0, kDead);
        broker.setClustered(true);
        work().isMirrored = true;
        broker.addConnection(kClient);
        broker.apply(kClient, {0, OpenConnection{.vhost = "/"}});
        broker.apply(kClient, {1, OpenChannel{}});
        (void)broker.publishing().publish(*broker.findVhost("/"),
                                          test::messageOf("", "work", "m", true));
        broker.apply(kClient, {1, Get{.queue = "work"}});
        broker.flush();
        (void)broker.takeOperations();
        broker.commit(broker.lastPosition());
        broker.apply(kClient, {1, Reject{.tag = 1, .requeues = false}});
    }

    Queue& work() { return *broker.findQueue(kWork); }
    std::size_t countAtMirrors()
    {
        return broker.mirrorCopies().messagesAfter(work(), 0, 10).size();
    }
    std::size_t removalCount()
    {
        const auto operations = broker.takeOperations();
        return static_cast<std::size_t>(std::ranges::count_if(
            operations, [](const auto& one) { return std::holds_alternative<Remove>(one); }));
    }

    static constexpr QueueId kWork{1};
    static constexpr QueueId kDead{2};
    static constexpr ConnectionId kClient{1};
    Broker broker{1};
};

TEST_F(DeadLetterInAClusterTest, IsSentToItsQueueBeItHere)
{
    const auto sent = broker.takeRemotePublishes();
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent.front().queue, kDead);
    EXPECT_FALSE(sent.front().connection) << "there is nobody who could send it again";
}

TEST_F(DeadLetterInAClusterTest, LeavesItsQueueOnceItIsSafe)
{
    EXPECT_EQ(removalCount(), 0u);
    EXPECT_EQ(countAtMirrors(), 1u) << "mirrors that come now are to have it";
    EXPECT_EQ(broker.mirrorCopies().rangesUpTo(work(), work().lastSequence(), 9).size(), 1u);
    broker.commit(broker.lastPosition());
    EXPECT_EQ(removalCount(), 1u);
    EXPECT_EQ(countAtMirrors(), 0u);
}

}  // namespace
}  // namespace warren::broker
