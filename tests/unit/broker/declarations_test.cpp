#include "core/broker/declarations.h"

#include "tests/support/broker_harness.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <gmock/gmock.h>
#include <string>
#include <vector>

namespace warren::broker {
namespace {

using test::BrokerHarness;
using test::CommandClient;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DeclarationsTest : public ::testing::Test {
protected:
    /// The answer to a command on a channel of its own, which it may close.
    std::vector<std::string> answers(CommandClient& who, CommandBody command)
    {
        who.openChannel(9);
        who.drop();
        who.send(9, std::move(command));
        std::vector<std::string> events = who.take();
        if (!events.empty() && events.back().find("channel.close") != std::string::npos) {
            who.apply(9, ConfirmChannelClosed{});
        } else {
            who.send(9, CloseChannel{});
            who.drop();
        }
        return events;
    }
    std::vector<std::string> answers(CommandBody command)
    {
        return answers(client, std::move(command));
    }
    bool hasExchange(std::string_view name)
    {
        return harness.broker().findVhost("/")->findExchange(name) != nullptr;
    }

    BrokerHarness harness;
    CommandClient& client = harness.connect();
};

// ----------------------------------------------------------------------------------------- queues

TEST_F(DeclarationsTest, DeclaresAQueueAndCountsWhatItHolds)
{
    EXPECT_THAT(answers(DeclareQueue{.name = "q"}), ElementsAre("9 queue.declare-ok q 0 0"));
    client.publish(1, "q", "m");
    client.publish(1, "q", "m");
    client.setPrefetch(1, 1);
    client.consume(1, "q", "c");
    EXPECT_THAT(answers(DeclareQueue{.name = "q"}), ElementsAre("9 queue.declare-ok q 1 1"));
    EXPECT_THAT(answers(DeclareQueue{.name = "q", .isPassive = true}),
                ElementsAre("9 queue.declare-ok q 1 1"));
}

TEST_F(DeclarationsTest, NamesAQueueThatHasNoName)
{
    const auto events = answers(DeclareQueue{});
    ASSERT_EQ(events.size(), 1u);
    EXPECT_TRUE(events[0].starts_with("9 queue.declare-ok amq.gen-")) << events[0];
}

TEST_F(DeclarationsTest, DropsLineBreaksFromNames)
{
    EXPECT_THAT(answers(DeclareQueue{.name = "a\r\nb"}), ElementsAre("9 queue.declare-ok ab 0 0"));
    EXPECT_THAT(answers(DeleteQueue{.name = "a\nb"}), ElementsAre("9 queue.delete-ok 0"));
    EXPECT_EQ(harness.findQueue("ab"), nullptr);
}

TEST_F(DeclarationsTest, RefusesAReservedName)
{
    EXPECT_THAT(
        answers(DeclareQueue{.name = "amq.mine"}),
        ElementsAre("9 channel.close 403 queue name 'amq.mine' contains reserved prefix 'amq.*'"));
    EXPECT_THAT(answers(DeclareExchange{.name = "amq.mine", .type = "direct"}),
                ElementsAre("9 channel.close 403 exchange name 'amq.mine' contains reserved prefix "
                            "'amq.*'"));
}

TEST_F(DeclarationsTest, PassiveDeclarationOfAMissingQueueFails)
{
    EXPECT_THAT(answers(DeclareQueue{.name = "q", .isPassive = true}),
                ElementsAre("9 channel.close 404 no queue 'q' in vhost '/'"));
}

TEST_F(DeclarationsTest, RefusesAQueueThatIsThereWithOtherProperties)
{
    (void)answers(DeclareQueue{.name = "q"});
    EXPECT_THAT(answers(DeclareQueue{.name = "q", .isDurable = true}),
                ElementsAre("9 channel.close 406 inequivalent arg 'durable' for queue 'q' in vhost "
                            "'/': received 'true' but current is 'false'"));
    EXPECT_THAT(answers(DeclareQueue{.name = "q", .isAutoDelete = true}),
                ElementsAre("9 channel.close 406 inequivalent arg 'auto_delete' for queue 'q' in "
                            "vhost '/': received 'true' but current is 'false'"));
    EXPECT_THAT(
        answers(DeclareQueue{.name = "q", .arguments = {{"x-max-length", std::int32_t{5}}}}),
        ElementsAre("9 channel.close 406 inequivalent arg 'x-max-length' for queue 'q' in vhost "
                    "'/': received the value '5' of type 'signedint' but current is none"));
}

TEST_F(DeclarationsTest, ComparesArgumentsByValueNotByWireType)
{
    (void)answers(DeclareQueue{.name = "q",
                               .arguments = {{"x-max-length", std::int32_t{5}}, {"mine", true}}});
    EXPECT_THAT(
        answers(DeclareQueue{.name = "q", .arguments = {{"x-max-length", std::int64_t{5}}}}),
        ElementsAre("9 queue.declare-ok q 0 0"))
        << "arguments that mean nothing to a broker may differ";
    EXPECT_THAT(
        answers(DeclareQueue{.name = "q", .arguments = {{"x-max-length", std::int64_t{6}}}}),
        ElementsAre("9 channel.close 406 inequivalent arg 'x-max-length' for queue 'q' in vhost "
                    "'/': received '6' but current is '5'"));
}

TEST_F(DeclarationsTest, DeletesAQueueAndSaysHowManyMessagesWentWithIt)
{
    (void)answers(DeclareQueue{.name = "q"});
    client.publish(1, "q", "m");
    EXPECT_THAT(answers(DeleteQueue{.name = "q"}), ElementsAre("9 queue.delete-ok 1"));
    EXPECT_THAT(answers(DeleteQueue{.name = "q"}), ElementsAre("9 queue.delete-ok 0"))
        << "deleting what is not there is no fault";
}

TEST_F(DeclarationsTest, DeletesOnlyWhatIsUnusedOrEmptyWhenAskedTo)
{
    (void)answers(DeclareQueue{.name = "q"});
    client.publish(1, "q", "m");
    EXPECT_THAT(answers(DeleteQueue{.name = "q", .onlyIfEmpty = true}),
                ElementsAre("9 channel.close 406 queue 'q' in vhost '/' not empty"));
    client.consume(1, "q", "c");
    EXPECT_THAT(answers(DeleteQueue{.name = "q", .onlyIfUnused = true}),
                ElementsAre("9 channel.close 406 queue 'q' in vhost '/' in use"));
    client.send(1, Cancel{"c"});
    EXPECT_THAT(answers(DeleteQueue{.name = "q", .onlyIfUnused = true, .onlyIfEmpty = true}),
                ElementsAre("9 queue.delete-ok 0"));
}

TEST_F(DeclarationsTest, PurgesReadyMessagesAndLeavesUnackedOnes)
{
    (void)answers(DeclareQueue{.name = "q"});
    for (const char* body : {"a", "b", "c"})
        client.publish(1, "q", body);
    client.get(1, "q");
    EXPECT_THAT(answers(PurgeQueue{.name = "q"}), ElementsAre("9 purge-ok 2"));
    EXPECT_EQ(harness.findQueue("q")->messageCount(), 1u);
    client.nack(1, 1, true);
    EXPECT_THAT(harness.ready("q"), ElementsAre("a!"));
    EXPECT_THAT(answers(PurgeQueue{.name = "nobody"}),
                ElementsAre("9 channel.close 404 no queue 'nobody' in vhost '/'"));
}

TEST_F(DeclarationsTest, AnEmptyNameMeansTheLastQueueDeclaredOnTheChannel)
{
    for (CommandBody command :
         std::vector<CommandBody>{DeleteQueue{}, PurgeQueue{}, BindQueue{.exchange = "amq.direct"},
                                  UnbindQueue{.exchange = "amq.direct"}}) {
        EXPECT_THAT(answers(std::move(command)),
                    ElementsAre("9 channel.close 404 no previously declared queue"));
    }
    client.declareQueue(1, "q");
    client.send(1, BindQueue{.exchange = "amq.direct"});
    client.publishTo(1, "amq.direct", "q", "m");
    EXPECT_THAT(harness.ready("q"), ElementsAre("m")) << "both names empty: the key is the queue's";
    client.send(1, UnbindQueue{.exchange = "amq.direct"});
    client.publishTo(1, "amq.direct", "q", "n");
    client.drop();
    client.send(1, PurgeQueue{});
    client.send(1, DeleteQueue{});
    EXPECT_THAT(client.take(), ElementsAre("1 purge-ok 1", "1 queue.delete-ok 0"));
}

// --------------------------------------------------------------------------------- exclusive
// queues

TEST_F(DeclarationsTest, ExclusiveQueueIsForItsConnectionOnly)
{
    CommandClient& other = harness.connect();
    client.send(1, DeclareQueue{.name = "mine", .isExclusive = true});
    client.send(1, BindQueue{.queue = "mine", .exchange = "amq.fanout"});
    const std::string locked =
        "9 channel.close 405 cannot obtain exclusive access to locked queue 'mine' in vhost '/'. "
        "It could be originally declared on another connection or the exclusive property value "
        "does not match that of the original declaration.";
    for (CommandBody command : std::vector<CommandBody>{
             DeclareQueue{.name = "mine", .isExclusive = true},
             DeclareQueue{.name = "mine", .isPassive = true}, DeleteQueue{.name = "mine"},
             PurgeQueue{.name = "mine"}, Consume{.queue = "mine"}, Get{.queue = "mine"},
             BindQueue{.queue = "mine", .exchange = "amq.direct"},
             UnbindQueue{.queue = "mine", .exchange = "amq.fanout"}}) {
        EXPECT_THAT(answers(other, std::move(command)), ElementsAre(locked));
    }
    EXPECT_THAT(answers(client, DeclareQueue{.name = "mine"}), ElementsAre(locked));
    EXPECT_THAT(answers(client, DeclareQueue{.name = "mine", .isExclusive = true}),
                ElementsAre("9 queue.declare-ok mine 0 0"));
    other.publish(1, "mine", "m");
    EXPECT_THAT(harness.ready("mine"), ElementsAre("m")) << "anybody may publish to it";
}

TEST_F(DeclarationsTest, ExclusiveQueueGoesWithItsConnection)
{
    for (const bool isOrderly : {true, false}) {
        CommandClient& owner = harness.connect();
        owner.send(1, DeclareQueue{.name = "mine", .isExclusive = true});
        owner.send(1, DeclareQueue{.name = "gone", .isExclusive = true, .isAutoDelete = true});
        owner.send(1, DeleteQueue{.name = "gone"});
        if (isOrderly) {
            owner.send(0, CloseConnection{});
        } else {
            owner.lose();
        }
        EXPECT_EQ(harness.findQueue("mine"), nullptr);
    }
}

TEST_F(DeclarationsTest, AConnectionForgetsTheExclusiveQueuesThatItDeletes)
{
    for (int i = 0; i < 100; ++i) {
        client.send(1, DeclareQueue{.name = "mine", .isExclusive = true});
        client.send(1, DeleteQueue{.name = "mine"});
    }
    EXPECT_THAT(harness.broker().state().findConnection(client.id())->exclusiveQueues, IsEmpty());
}

// ------------------------------------------------------------------------------------ auto-delete

TEST_F(DeclarationsTest, AutoDeleteQueueGoesWithItsLastConsumer)
{
    client.send(1, DeclareQueue{.name = "q", .isAutoDelete = true});
    client.publish(1, "q", "m");
    EXPECT_NE(harness.findQueue("q"), nullptr) << "it has had no consumer yet";
    client.consume(1, "q", "a");
    client.consume(1, "q", "b");
    client.send(1, Cancel{"a"});
    EXPECT_NE(harness.findQueue("q"), nullptr);
    client.send(1, Cancel{"b"});
    EXPECT_EQ(harness.findQueue("q"), nullptr);
}

TEST_F(DeclarationsTest, AutoDeleteQueueGoesHoweverItsConsumerEnds)
{
    const auto declareAndConsume = [&](CommandClient& who) {
        who.send(1, DeclareQueue{.name = "q", .isAutoDelete = true});
        who.publish(1, "q", "m");
        who.consume(1, "q", "c");
    };
    declareAndConsume(client);
    client.send(1, CloseChannel{});
    EXPECT_EQ(harness.findQueue("q"), nullptr);

    CommandClient& failing = harness.connect();
    declareAndConsume(failing);
    failing.ack(1, 99);
    EXPECT_EQ(harness.findQueue("q"), nullptr);

    CommandClient& lost = harness.connect();
    declareAndConsume(lost);
    lost.lose();
    EXPECT_EQ(harness.findQueue("q"), nullptr);

    CommandClient& closed = harness.connect();
    declareAndConsume(closed);
    EXPECT_TRUE(harness.broker().closeChannel(closed.id(), 1, {}));
    EXPECT_EQ(harness.findQueue("q"), nullptr);

    CommandClient& forced = harness.connect();
    declareAndConsume(forced);
    EXPECT_TRUE(harness.broker().closeConnection(forced.id(), {}));
    EXPECT_EQ(harness.findQueue("q"), nullptr);
}

TEST_F(DeclarationsTest, AutoDeleteQueueStaysThroughGets)
{
    client.send(1, DeclareQueue{.name = "q", .isAutoDelete = true});
    client.publish(1, "q", "m");
    client.get(1, "q", true);
    EXPECT_NE(harness.findQueue("q"), nullptr);
}

TEST_F(DeclarationsTest, AutoDeleteExchangeGoesWithItsLastBinding)
{
    client.send(1, DeclareExchange{.name = "x", .type = "fanout", .isAutoDelete = true});
    client.declareQueue(1, "a");
    client.declareQueue(1, "b");
    EXPECT_TRUE(hasExchange("x"));
    client.send(1, BindQueue{.queue = "a", .exchange = "x"});
    client.send(1, BindQueue{.queue = "b", .exchange = "x"});
    client.send(1, UnbindQueue{.queue = "a", .exchange = "x"});
    EXPECT_TRUE(hasExchange("x"));
    client.send(1, DeleteQueue{.name = "b"});
    EXPECT_FALSE(hasExchange("x"));
}

TEST_F(DeclarationsTest, AutoDeleteExchangesGoAlongAChainOfAnyLength)
{
    constexpr int kLength = 50'000;
    const auto name = [](int i) { return "x" + std::to_string(i); };
    for (int i = 0; i <= kLength; ++i) {
        client.apply(1, DeclareExchange{.name = name(i), .type = "fanout", .isAutoDelete = true});
        if (i == 0) continue;
        client.apply(1, BindExchange{.destination = name(i - 1), .source = name(i)});
    }
    client.declareQueue(1, "q");
    client.send(1, BindQueue{.queue = "q", .exchange = name(0)});
    EXPECT_TRUE(hasExchange(name(kLength)));
    client.send(1, DeleteQueue{.name = "q"});
    EXPECT_FALSE(hasExchange(name(0)));
    EXPECT_FALSE(hasExchange(name(kLength)));
    EXPECT_EQ(harness.broker().state().catalogue.exchangeCount(), 7u);
}

TEST_F(DeclarationsTest, AutoDeleteExchangesInACycleEndWithTheirBindings)
{
    client.send(1, DeclareExchange{.name = "x", .type = "fanout", .isAutoDelete = true});
    client.send(1, DeclareExchange{.name = "y", .type = "fanout", .isAutoDelete = true});
    client.send(1, BindExchange{.destination = "x", .source = "y"});
    client.send(1, BindExchange{.destination = "y", .source = "x"});
    client.send(1, UnbindExchange{.destination = "x", .source = "y"});
    EXPECT_FALSE(hasExchange("x"));
    EXPECT_FALSE(hasExchange("y"));
}

// -------------------------------------------------------------------------------------- exchanges

TEST_F(DeclarationsTest, DeclaresExchangesOfEachType)
{
    for (const char* type : {"direct", "fanout", "topic", "headers"}) {
        EXPECT_THAT(answers(DeclareExchange{.name = type, .type = type}),
                    ElementsAre("9 exchange.declare-ok"));
    }
    EXPECT_THAT(answers(DeclareExchange{.name = "x", .type = "x-unknown"}),
                ElementsAre("0 connection.close 503 unknown exchange type 'x-unknown'"));
}

TEST_F(DeclarationsTest, RefusesAnExchangeThatIsThereWithOtherProperties)
{
    (void)answers(DeclareExchange{.name = "x", .type = "direct"});
    const std::string prefix = "9 channel.close 406 inequivalent arg ";
    const std::string entity = " for exchange 'x' in vhost '/': received ";
    EXPECT_THAT(answers(DeclareExchange{.name = "x", .type = "topic"}),
                ElementsAre(prefix + "'type'" + entity + "'topic' but current is 'direct'"));
    EXPECT_THAT(answers(DeclareExchange{.name = "x", .type = "direct", .isDurable = true}),
                ElementsAre(prefix + "'durable'" + entity + "'true' but current is 'false'"));
    EXPECT_THAT(answers(DeclareExchange{.name = "x", .type = "direct", .isAutoDelete = true}),
                ElementsAre(prefix + "'auto_delete'" + entity + "'true' but current is 'false'"));
    EXPECT_THAT(answers(DeclareExchange{.name = "x", .type = "direct", .isInternal = true}),
                ElementsAre(prefix + "'internal'" + entity + "'true' but current is 'false'"));
    EXPECT_THAT(answers(DeclareExchange{
                    .name = "x", .type = "direct", .arguments = {{"alternate-exchange", "y"}}}),
                ElementsAre(prefix + "'alternate-exchange'" + entity +
                            "the value 'y' of type 'longstr' but current is none"));
    EXPECT_THAT(answers(DeclareExchange{.name = "x", .type = "direct"}),
                ElementsAre("9 exchange.declare-ok"));
}

TEST_F(DeclarationsTest, PassiveDeclarationOfAnExchangeOnlyLooks)
{
    EXPECT_THAT(answers(DeclareExchange{.name = "x", .isPassive = true}),
                ElementsAre("9 channel.close 404 no exchange 'x' in vhost '/'"));
    EXPECT_THAT(answers(DeclareExchange{.name = "amq.direct", .isPassive = true}),
                ElementsAre("9 exchange.declare-ok"));
}

TEST_F(DeclarationsTest, RefusesAnAlternateExchangeThatIsNoName)
{
    EXPECT_THAT(
        answers(DeclareExchange{
            .name = "x", .type = "direct", .arguments = {{"alternate-exchange", std::int32_t{1}}}}),
        ElementsAre("9 channel.close 406 invalid type 'signedint' for arg "
                    "'alternate-exchange' in exchange 'x' in vhost '/'"));
    EXPECT_FALSE(hasExchange("x"));
}

TEST_F(DeclarationsTest, NothingMayBeDoneToTheDefaultExchange)
{
    const auto refused =
        ElementsAre("9 channel.close 403 operation not permitted on the default exchange");
    EXPECT_THAT(answers(DeclareExchange{.name = "", .type = "direct"}), refused);
    EXPECT_THAT(answers(DeleteExchange{.name = ""}), refused);
    EXPECT_THAT(answers(BindExchange{.destination = "amq.direct", .source = ""}), refused);
    EXPECT_THAT(answers(BindExchange{.destination = "", .source = "amq.direct"}), refused);
    client.declareQueue(1, "q");
    EXPECT_THAT(answers(BindQueue{.queue = "q", .exchange = ""}), refused);
    EXPECT_THAT(answers(UnbindQueue{.queue = "q", .exchange = ""}), refused);
}

TEST_F(DeclarationsTest, DeletesExchanges)
{
    (void)answers(DeclareExchange{.name = "x", .type = "direct"});
    client.declareQueue(1, "q");
    client.send(1, BindQueue{.queue = "q", .exchange = "x"});
    EXPECT_THAT(answers(DeleteExchange{.name = "x", .onlyIfUnused = true}),
                ElementsAre("9 channel.close 406 exchange 'x' in vhost '/' in use"));
    EXPECT_THAT(answers(DeleteExchange{.name = "x"}), ElementsAre("9 exchange.delete-ok"));
    EXPECT_THAT(answers(DeleteExchange{.name = "x"}), ElementsAre("9 exchange.delete-ok"));
    EXPECT_THAT(answers(DeleteExchange{.name = "amq.direct"}),
                ElementsAre("9 channel.close 403 deletion of system exchange 'amq.direct' in vhost "
                            "'/' not allowed"));
}

// --------------------------------------------------------------------------------------- bindings

TEST_F(DeclarationsTest, BindsOnlyWhatIsThere)
{
    client.declareQueue(1, "q");
    EXPECT_THAT(answers(BindQueue{.queue = "nobody", .exchange = "amq.direct"}),
                ElementsAre("9 channel.close 404 no queue 'nobody' in vhost '/'"));
    EXPECT_THAT(answers(BindQueue{.queue = "q", .exchange = "nowhere"}),
                ElementsAre("9 channel.close 404 no exchange 'nowhere' in vhost '/'"));
    EXPECT_THAT(answers(BindExchange{.destination = "nowhere", .source = "amq.direct"}),
                ElementsAre("9 channel.close 404 no exchange 'nowhere' in vhost '/'"));
    EXPECT_THAT(answers(UnbindQueue{.queue = "q", .exchange = "amq.direct"}),
                ElementsAre("9 queue.unbind-ok"))
        << "unbinding what is not bound is no fault";
}

TEST_F(DeclarationsTest, BindsAndUnbindsTwiceAsOnce)
{
    client.declareQueue(1, "q");
    for (int i = 0; i < 2; ++i) {
        EXPECT_THAT(answers(BindQueue{.queue = "q", .exchange = "amq.fanout"}),
                    ElementsAre("9 queue.bind-ok"));
    }
    client.publishTo(1, "amq.fanout", "k", "m");
    EXPECT_THAT(harness.ready("q"), ElementsAre("m"));
    for (int i = 0; i < 2; ++i) {
        EXPECT_THAT(answers(UnbindQueue{.queue = "q", .exchange = "amq.fanout"}),
                    ElementsAre("9 queue.unbind-ok"));
    }
}

TEST_F(DeclarationsTest, RefusesAHeadersBindingThatMakesNoSense)
{
    client.declareQueue(1, "q");
    const auto events = answers(BindQueue{
        .queue = "q", .exchange = "amq.headers", .arguments = {{"x-match", "sometimes"}}});
    ASSERT_EQ(events.size(), 1u);
    EXPECT_TRUE(events[0].starts_with("9 channel.close 406 ")) << events[0];
}

TEST_F(DeclarationsTest, NoWaitIsNotAnswered)
{
    for (CommandBody command : std::vector<CommandBody>{
             DeclareQueue{.name = "q", .noWait = true},
             DeclareExchange{.name = "x", .type = "fanout", .noWait = true},
             BindQueue{.queue = "q", .exchange = "x", .noWait = true},
             BindExchange{.destination = "x", .source = "amq.fanout", .noWait = true},
             UnbindExchange{.destination = "x", .source = "amq.fanout", .noWait = true},
             PurgeQueue{.name = "q", .noWait = true}, DeleteQueue{.name = "q", .noWait = true},
             DeleteExchange{.name = "x", .noWait = true}, SelectConfirms{.noWait = true}}) {
        client.send(1, std::move(command));
    }
    EXPECT_THAT(client.take(), IsEmpty());
}

// -------------------------------------------------------------------------------------- durability

class DurableDeclarationsTest : public ::testing::Test {
protected:
    BrokerHarness harness{BrokerHarness::Commits::OnDemand};
    CommandClient& client = harness.connect();
};

TEST_F(DurableDeclarationsTest, AreAnsweredOnlyWhenTheStoreHasThem)
{
    client.declareQueue(1, "d", true);
    client.send(1, DeclareExchange{.name = "x", .type = "fanout", .isDurable = true});
    client.send(1, BindQueue{.queue = "d", .exchange = "x"});
    EXPECT_THAT(client.take(), IsEmpty());
    harness.commit(1);
    EXPECT_THAT(client.take(), IsEmpty()) << "a channel that goes on asking goes on waiting";
    harness.commit();
    EXPECT_THAT(client.take(), ElementsAre("1 queue.declare-ok d 0 0", "1 exchange.declare-ok",
                                           "1 queue.bind-ok"));
}

TEST_F(DurableDeclarationsTest, AreNotAnsweredSoonerToAnotherClient)
{
    CommandClient& other = harness.connect();
    client.declareQueue(1, "d", true);
    client.send(1, DeclareExchange{.name = "x", .type = "fanout", .isDurable = true});
    client.send(1, BindQueue{.queue = "d", .exchange = "x"});
    other.declareQueue(1, "d", true);
    other.send(1, DeclareExchange{.name = "x", .type = "fanout", .isDurable = true});
    other.send(1, BindQueue{.queue = "d", .exchange = "x"});
    EXPECT_THAT(other.take(), IsEmpty());
    harness.commit();
    EXPECT_EQ(other.take().size(), 3u);
    other.declareQueue(1, "d", true);
    EXPECT_THAT(other.take(), ElementsAre("1 queue.declare-ok d 0 0"));
}

TEST_F(DurableDeclarationsTest, TransientOnesAreAnsweredAtOnce)
{
    client.declareQueue(1, "t");
    client.send(1, DeclareQueue{.name = "e", .isDurable = true, .isExclusive = true});
    client.send(1, DeclareExchange{.name = "x", .type = "fanout"});
    client.send(1, BindQueue{.queue = "t", .exchange = "amq.fanout"});
    EXPECT_EQ(client.take().size(), 4u);
    EXPECT_EQ(harness.store().pendingGroupCount(), 0u);
}

TEST_F(DurableDeclarationsTest, ComeBackAfterACrashAndTransientOnesDoNot)
{
    client.declareQueue(1, "d", true);
    client.declareQueue(1, "t");
    client.send(1, DeclareExchange{.name = "x", .type = "fanout", .isDurable = true});
    client.send(1, DeclareExchange{.name = "y", .type = "fanout"});
    client.send(1, BindQueue{.queue = "d", .exchange = "x", .arguments = {{"a", "b"}}});
    client.send(1, BindQueue{.queue = "t", .exchange = "x"});
    client.send(1, BindQueue{.queue = "d", .exchange = "y"});
    client.send(1, DeclareQueue{.name = "deleted", .isDurable = true});
    client.send(1, DeleteQueue{.name = "deleted"});
    harness.commit();
    harness.crash();
    const Vhost& vhost = *harness.broker().findVhost("/");
    EXPECT_NE(vhost.findQueue("d"), nullptr);
    EXPECT_EQ(vhost.findQueue("t"), nullptr);
    EXPECT_EQ(vhost.findQueue("deleted"), nullptr);
    EXPECT_NE(vhost.findExchange("x"), nullptr);
    EXPECT_EQ(vhost.findExchange("y"), nullptr);
    EXPECT_EQ(vhost.bindings.count(), 1u);
}

TEST_F(DurableDeclarationsTest, QueueIdsAreNeverUsedAgain)
{
    client.declareQueue(1, "a", true);
    client.declareQueue(1, "b", true);
    harness.commit();
    const QueueId last = harness.findQueue("b")->id();
    harness.crash();
    CommandClient& later = harness.connect();
    later.declareQueue(1, "c", true);
    EXPECT_GT(harness.findQueue("c")->id(), last);
}

TEST_F(DurableDeclarationsTest, UnbindIsAnsweredWhenTheExchangeThatGoesWithItHasGone)
{
    client.send(
        1, DeclareExchange{.name = "x", .type = "fanout", .isDurable = true, .isAutoDelete = true});
    client.declareQueue(1, "t");
    client.send(1, BindQueue{.queue = "t", .exchange = "x"});
    harness.commit();
    client.drop();
    client.send(1, UnbindQueue{.queue = "t", .exchange = "x"});
    EXPECT_THAT(client.take(), IsEmpty()) << "the binding was transient, the exchange was not";
    harness.commit();
    EXPECT_THAT(client.take(), ElementsAre("1 queue.unbind-ok"));
}

// ------------------------------------------------------------------------------------- management

TEST_F(DeclarationsTest, ManagementGoesByTheSameRules)
{
    Declarations& declarations = harness.broker().declarations();
    Vhost& vhost = *harness.broker().findVhost("/");
    client.send(1, DeclareQueue{.name = "mine", .isExclusive = true});
    const auto refused = declarations.deleteQueue(vhost, Asker{}, DeleteQueue{.name = "mine"});
    ASSERT_FALSE(refused.isOk());
    EXPECT_EQ(refused.error().code, amqp::ReplyCode::ResourceLocked);
    const auto declared = declarations.declareQueue(vhost, Asker{}, DeclareQueue{.name = "q"});
    ASSERT_TRUE(declared.isOk());
    EXPECT_EQ(declared->name, "q");
}

}  // namespace
}  // namespace warren::broker
