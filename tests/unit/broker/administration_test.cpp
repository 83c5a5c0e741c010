#include "core/broker/administration.h"

#include "tests/support/broker_harness.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <string>
#include <string_view>
#include <utility>

namespace warren::broker {
namespace {

using test::CommandClient;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AdministrationTest : public ::testing::Test {
protected:
    AdministrationTest()
    {
        put(UserDefinition{.name = "ann"});
        EXPECT_TRUE(people().putPermission({"/", "ann", ".*", ".*", ".*"}).isOk());
    }
    Administration& people() { return harness.broker().administration(); }
    const Catalogue& catalogue() { return harness.broker().state().catalogue; }
    void put(UserDefinition user) { EXPECT_TRUE(people().putUser(std::move(user)).isOk()); }
    void put(VhostDefinition vhost) { EXPECT_TRUE(people().putVhost(std::move(vhost)).isOk()); }
    /// What becomes of a connection that opens; if it may, it stays.
    std::string opening(std::string_view vhost, std::string_view user)
    {
        const State& state = harness.broker().state();
        const CommandClient& client = connect(user, 0, vhost);
        if (!state.findConnection(client.id())->isClosed) return "open";
        return amqp::replyText(state.closes().back().error);
    }
    CommandClient& connect(std::string_view user, ChannelNumber channelCount = 1,
                           std::string_view vhost = "/")
    {
        return harness.connect({.vhost = vhost, .user = user}, channelCount);
    }
    static std::string refusedText(const Administration::Outcome& outcome)
    {
        return outcome ? "done" : outcome.error().text;
    }

    test::BrokerHarness harness;
};

// ------------------------------------------------------------------------------------ who may open

TEST_F(AdministrationTest, AVhostNeedsAPermission)
{
    put(VhostDefinition{.name = "other"});
    EXPECT_EQ(opening("other", "ann"),
              "NOT_ALLOWED - access to vhost 'other' refused for user 'ann'");
    EXPECT_EQ(opening("nowhere", "ann"), "NOT_ALLOWED - vhost nowhere not found");
    EXPECT_EQ(opening("/", "nobody"),
              "NOT_ALLOWED - access to vhost '/' refused for user "
              "'nobody'");
    EXPECT_EQ(opening("other", ""), "open") << "the node itself";
}

TEST_F(AdministrationTest, AVhostTakesSoManyConnections)
{
    put(VhostDefinition{.name = "other", .maxConnections = 1});
    EXPECT_TRUE(people().putPermission({"other", "ann", "", "", ""}).isOk());
    CommandClient& first = connect("ann", 0, "other");
    const std::string refusal =
        "NOT_ALLOWED - access to vhost 'other' refused for user "
        "'ann': connection limit (1) is reached";
    EXPECT_EQ(opening("other", "ann"), refusal);
    first.send(0, CloseConnection{});
    CommandClient& second = connect("ann", 0, "other");
    EXPECT_EQ(opening("other", "ann"), refusal);
    second.lose();
    CommandClient& third = connect("ann", 0, "other");
    EXPECT_EQ(opening("other", "ann"), refusal);
    const amqp::AmqpError byHand{amqp::ReplyCode::ConnectionForced, "by hand", {}};
    EXPECT_TRUE(harness.broker().closeConnection(third.id(), byHand));
    EXPECT_EQ(opening("other", "ann"), "open");
    put(VhostDefinition{.name = "other", .maxConnections = -1});
    EXPECT_EQ(opening("other", "ann"), "open");
}

TEST_F(AdministrationTest, AUserHasSoManyConnections)
{
    put(UserDefinition{.name = "ann", .maxConnections = 1});
    CommandClient& first = connect("ann", 0);
    const std::string refusal =
        "NOT_ALLOWED - connection refused for user 'ann': user "
        "connection limit (1) is reached";
    EXPECT_EQ(opening("/", "ann"), refusal);
    first.send(0, CloseConnection{});
    EXPECT_EQ(opening("/", "ann"), "open");
    EXPECT_EQ(opening("/", "guest"), "open");
}

TEST_F(AdministrationTest, TheVhostIsFullBeforeTheUserIsAndThatBeforeThePermission)
{
    put(VhostDefinition{.name = "other", .maxConnections = 0});
    put(UserDefinition{.name = "ann", .maxConnections = 0});
    EXPECT_EQ(opening("other", "ann"),
              "NOT_ALLOWED - access to vhost 'other' refused for user "
              "'ann': connection limit (0) is reached");
    put(VhostDefinition{.name = "other"});
    EXPECT_EQ(opening("other", "ann"),
              "NOT_ALLOWED - connection refused for user 'ann': user "
              "connection limit (0) is reached");
}

TEST_F(AdministrationTest, AUserHasSoManyChannels)
{
    put(UserDefinition{.name = "ann", .maxChannels = 2});
    CommandClient& first = connect("ann", 1);
    CommandClient& second = connect("ann", 1);
    first.send(1, CloseChannel{});
    first.send(1, OpenChannel{});
    first.drop();
    first.send(2, OpenChannel{});
    EXPECT_THAT(first.take(),
                ElementsAre("0 connection.close 530 number of channels opened for user 'ann' has "
                            "reached the maximum allowed user limit of (2)"));
    const auto& error = harness.broker().state().closes().back().error;
    EXPECT_EQ(error.method, amqp::MethodId{}) << "as RabbitMQ";
    second.send(2, OpenChannel{});
    EXPECT_THAT(second.take(), ElementsAre("2 channel.open-ok"));
}

TEST_F(AdministrationTest, AVhostHasSoManyQueues)
{
    put(VhostDefinition{.name = "/", .maxQueues = 1});
    CommandClient& user = connect("ann", 3);
    user.send(1, DeclareQueue{.name = "a", .noWait = true});
    user.send(1, DeclareQueue{.name = "a", .noWait = true});
    EXPECT_THAT(user.take(), IsEmpty());
    user.send(1, DeclareQueue{.name = "b"});
    EXPECT_THAT(user.take(), ElementsAre("1 channel.close 406 cannot declare queue 'b': queue "
                                         "limit in vhost '/' (1) is reached"));
    // Judged before the arguments.
    user.send(2, DeclareQueue{.name = "b", .arguments = {{"x-message-ttl", -1}}});
    EXPECT_THAT(user.take(), ElementsAre("2 channel.close 406 cannot declare queue 'b': queue "
                                         "limit in vhost '/' (1) is reached"));
    user.send(3, DeleteQueue{.name = "a", .noWait = true});
    user.send(3, DeclareQueue{.name = "b"});
    EXPECT_THAT(user.take(), ElementsAre("3 queue.declare-ok b 0 0"));
}

// --------------------------------------------------------------------------------------- deletions

TEST_F(AdministrationTest, ADeletedVhostTakesEverythingAlong)
{
    put(VhostDefinition{.name = "other"});
    EXPECT_TRUE(people().putPermission({"other", "ann", ".*", ".*", ".*"}).isOk());
    CommandClient& user = connect("ann", 1, "other");
    CommandClient& closed = connect("ann", 1, "other");
    CommandClient& bystander = connect("ann");
    closed.send(0, CloseConnection{});
    user.declareQueue(1, "q", true);
    user.send(1, DeclareQueue{.name = "mine", .isExclusive = true, .noWait = true});
    user.send(1, DeclareQueue{.name = "idle",
                              .isDurable = true,
                              .noWait = true,
                              .arguments = {{"x-expires", 1000}, {"x-message-ttl", 500}}});
    user.send(1, DeclareExchange{.name = "x", .type = "fanout", .isDurable = true, .noWait = true});
    user.send(1, BindQueue{.queue = "q", .exchange = "x", .noWait = true});
    user.publish(1, "q", "m", true);
    user.publish(1, "idle", "m", true);
    user.consume(1, "q", "c");
    user.drop();
    EXPECT_TRUE(people().removeVhost("other").isOk());
    harness.settle();
    EXPECT_THAT(user.take(), ElementsAre("0 connection.close 320 vhost 'other' is deleted"));
    EXPECT_THAT(bystander.take(), IsEmpty());
    EXPECT_EQ(harness.broker().findVhost("other"), nullptr);
    EXPECT_EQ(catalogue().findPermission("other", "ann"), nullptr);
    EXPECT_EQ(catalogue().queueCount(), 0u);
    EXPECT_EQ(refusedText(people().removeVhost("other")), "no vhost 'other'");
    // Timers of what has gone, sockets that close late, and a new vhost of that name.
    harness.advance(std::chrono::seconds{5});
    put(VhostDefinition{.name = "other"});
    user.lose();
    closed.lose();
    harness.restart();
    ASSERT_NE(harness.broker().findVhost("other"), nullptr);
    EXPECT_THAT(harness.broker().findVhost("other")->queues, IsEmpty());
    EXPECT_EQ(catalogue().exchangeCount(), 14u) << "the predeclared ones of two vhosts";
}

TEST_F(AdministrationTest, AProtectedVhostStays)
{
    put(VhostDefinition{.name = "other", .isProtected = true});
    CommandClient& user = connect("", 0, "other");
    user.drop();
    EXPECT_EQ(refusedText(people().removeVhost("other")),
              "vhost 'other' is protected from deletion");
    harness.settle();
    EXPECT_THAT(user.take(), IsEmpty());
    put(VhostDefinition{.name = "other"});
    EXPECT_EQ(refusedText(people().removeVhost("other")), "done");
}

TEST_F(AdministrationTest, ADeletedUserIsThrownOut)
{
    EXPECT_TRUE(people().putTopicPermission({"/", "ann", "x", "", ""}).isOk());
    CommandClient& user = connect("ann");
    CommandClient& other = connect("guest");
    user.drop();
    other.drop();
    EXPECT_TRUE(people().removeUser("ann").isOk());
    harness.settle();
    EXPECT_THAT(user.take(), ElementsAre("0 connection.close 320 user 'ann' is deleted"));
    EXPECT_THAT(other.take(), IsEmpty());
    EXPECT_EQ(catalogue().findPermission("/", "ann"), nullptr);
    EXPECT_THAT(catalogue().topicPermissions(), IsEmpty());
    EXPECT_EQ(refusedText(people().removeUser("ann")), "no user 'ann'");
}

TEST_F(AdministrationTest, WhoLostItsPermissionStaysButMayDoNothing)
{
    CommandClient& user = connect("ann");
    EXPECT_TRUE(people().removePermission("/", "ann").isOk());
    user.drop();
    user.send(1, Get{.queue = "q"});
    EXPECT_THAT(user.take(), ElementsAre("1 channel.close 403 access to queue 'q' in vhost '/' "
                                         "refused for user 'ann'"));
}

// ------------------------------------------------------------------------------------ good and bad

TEST_F(AdministrationTest, NonsenseIsRefused)
{
    const std::string tooLong(256, 'x');
    EXPECT_EQ(refusedText(people().putUser({.name = ""})), "a user needs a name");
    EXPECT_FALSE(people().putUser({.name = tooLong}).isOk());
    EXPECT_EQ(refusedText(people().putVhost({.name = ""})), "a vhost needs a name");
    EXPECT_FALSE(people().putVhost({.name = tooLong}).isOk());
    EXPECT_THAT(refusedText(people().putPermission({"/", "ann", "(", ".*", ".*"})),
                ::testing::StartsWith("invalid regexp '(': "));
    EXPECT_FALSE(people().putPermission({"/", "ann", "", "(", ""}).isOk());
    EXPECT_FALSE(people().putPermission({"/", "ann", "", "", "("}).isOk());
    EXPECT_FALSE(people().putTopicPermission({"/", "ann", "x", "(", ""}).isOk());
    EXPECT_EQ(refusedText(people().putPermission({"nowhere", "ann", "", "", ""})),
              "no vhost 'nowhere'");
    EXPECT_EQ(refusedText(people().putPermission({"/", "bob", "", "", ""})), "no user 'bob'");
    EXPECT_EQ(refusedText(people().removePermission("/", "bob")),
              "user 'bob' has no permissions in vhost '/'");
    EXPECT_EQ(refusedText(people().removeTopicPermission("/", "ann", "x")),
              "user 'ann' has no topic permissions for exchange 'x' in vhost '/'");
}

TEST_F(AdministrationTest, EverythingSurvivesARestart)
{
    const VhostDefinition vhost{.name = "other",
                                .description = "d",
                                .tags = {"a", "b"},
                                .maxConnections = 5,
                                .maxQueues = 6,
                                .isProtected = true};
    const UserDefinition user{.name = "bob",
                              .passwordHash = "hash",
                              .hashing = PasswordHashing::Sha512,
                              .slowHash = "slow",
                              .tags = {"management"},
                              .maxConnections = 3,
                              .maxChannels = 4};
    put(vhost);
    put(user);
    const PermissionDefinition permission{"other", "bob", "c", "w", "r"};
    const TopicPermissionDefinition topic{"other", "bob", "x", "w", "r"};
    EXPECT_TRUE(people().putPermission(permission).isOk());
    EXPECT_TRUE(people().putTopicPermission(topic).isOk());
    EXPECT_TRUE(people().removeUser("ann").isOk());
    harness.settle();
    harness.restart();
    EXPECT_EQ(harness.broker().findVhost("other")->definition, vhost);
    ASSERT_NE(catalogue().findUser("bob"), nullptr);
    EXPECT_EQ(*catalogue().findUser("bob"), user);
    EXPECT_EQ(*catalogue().findPermission("other", "bob"), permission);
    ASSERT_EQ(catalogue().topicPermissions().size(), 1u);
    EXPECT_EQ(catalogue().topicPermissions().begin()->second, topic);
    EXPECT_EQ(catalogue().findUser("ann"), nullptr);
}

// ------------------------------------------------------------------------------------------ closes

TEST_F(AdministrationTest, TheLastClosesAreRemembered)
{
    CommandClient& user = connect("ann");
    for (int i = 0; i < 120; ++i) {
        user.send(1, Get{.queue = "none-" + std::to_string(i)});
        user.send(1, ConfirmChannelClosed{});
        user.send(1, OpenChannel{});
    }
    const auto& closes = harness.broker().state().closes();
    ASSERT_EQ(closes.size(), State::kClosesKept);
    EXPECT_EQ(closes.front().number, 21u);
    EXPECT_EQ(closes.back().number, 120u);
    EXPECT_EQ(closes.back().error.text, "no queue 'none-119' in vhost '/'");
    EXPECT_EQ(closes.back().channel, 1);
    EXPECT_EQ(closes.back().user, "ann");
    EXPECT_EQ(closes.back().vhost, "/");
}

TEST_F(AdministrationTest, WhatWasClosedOnPurposeIsNoFault)
{
    CommandClient& user = connect("ann", 2);
    user.send(1, CloseChannel{});
    const amqp::AmqpError byHand{amqp::ReplyCode::ConnectionForced, "by hand", {}};
    EXPECT_TRUE(harness.broker().closeChannel(user.id(), 2, byHand));
    EXPECT_TRUE(people().removeUser("ann").isOk());
    connect("guest").send(0, CloseConnection{});
    EXPECT_EQ(harness.broker().state().closes().size(), 0u);
    connect("guest").send(0, FailConnection{{amqp::ReplyCode::FrameError, "bad", {}}});
    ASSERT_EQ(harness.broker().state().closes().size(), 1u);
    EXPECT_EQ(harness.broker().state().closes().back().channel, 0);
}

}  // namespace
}  // namespace warren::broker
