#include "core/broker/access.h"

#include "tests/unit/broker/queue_scene.h"

#include <gtest/gtest.h>

#include <functional>
#include <gmock/gmock.h>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace warren::broker {
namespace {

using test::BrokerHarness;
using test::CommandClient;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

/// "ann" may configure what begins with c-, write to w- and read r-; there are one queue and one
/// topic exchange of each kind, and of n-, which she may not touch.
class AccessTest : public test::QueueScene {
protected:
    AccessTest()
    {
        (void)administration().putUser({.name = "guest"});
        (void)administration().putPermission({"/", "guest", ".*", ".*", ".*"});
        (void)administration().putUser({.name = "ann"});
        (void)administration().putPermission({"/", "ann", "^c-", "^w-", "^r-"});
        for (const std::string prefix : {"c", "w", "r", "n"}) {
            declare(prefix + "-q");
            client.send(1, DeclareExchange{.name = prefix + "-x", .type = "topic", .noWait = true});
        }
        client.drop();
    }
    Administration& administration() { return harness.broker().administration(); }
    CommandClient& ann() { return harness.connect({.vhost = "/", .user = "ann"}, 3); }

    /// What the last client that was thrown out has heard.
    std::string lastClose() const
    {
        const auto& closes = harness.broker().state().closes();
        return closes.isEmpty() ? std::string{} : closes.back().error.text;
    }

    static std::string refusal(std::string_view what, std::string_view name)
    {
        return "1 channel.close 403 access to " + std::string{what} + " '" + std::string{name} +
               "' in vhost '/' refused for user 'ann'";
    }
};

struct RightsRow {
    const char* name;
    std::function<CommandBody()> command;
    std::string refusedKind;  ///< empty: it is allowed
    std::string refusedName;
};
std::ostream& operator<<(std::ostream& out, const RightsRow& row) { return out << row.name; }

class RightsTable : public AccessTest, public ::testing::WithParamInterface<RightsRow> {};

TEST_P(RightsTable, IsThatOfRabbitMq)
{
    CommandClient& user = ann();
    user.drop();
    user.send(1, GetParam().command());
    const auto events = user.take();
    if (GetParam().refusedKind.empty()) {
        EXPECT_THAT(events, Not(Contains(StartsWith("1 channel.close")))) << GetParam().name;
    } else {
        EXPECT_THAT(events, ElementsAre(refusal(GetParam().refusedKind, GetParam().refusedName)));
    }
}

// Every line was observed on RabbitMQ 3.10.8 with the same user.
INSTANTIATE_TEST_SUITE_P(
    Table, RightsTable,
    ::testing::Values(
        RightsRow{"declare", [] { return DeclareQueue{.name = "c-new"}; }, "", ""},
        RightsRow{"declare what is not yours", [] { return DeclareQueue{.name = "n-new"}; },
                  "queue", "n-new"},
        RightsRow{"declare what is there", [] { return DeclareQueue{.name = "n-q"}; }, "queue",
                  "n-q"},
        RightsRow{"look at a queue", [] { return DeclareQueue{.name = "n-q", .isPassive = true}; },
                  "", ""},
        RightsRow{"dead letters need read",
                  [] {
                      return DeclareQueue{.name = "c-dead",
                                          .arguments = {{"x-dead-letter-exchange", "w-x"}}};
                  },
                  "queue", "c-dead"},
        RightsRow{"delete", [] { return DeleteQueue{.name = "c-q"}; }, "", ""},
        RightsRow{"delete what is not yours", [] { return DeleteQueue{.name = "n-q"}; }, "queue",
                  "n-q"},
        RightsRow{"delete what is not there", [] { return DeleteQueue{.name = "n-none"}; }, "queue",
                  "n-none"},
        RightsRow{"look at an exchange",
                  [] { return DeclareExchange{.name = "n-x", .type = "topic", .isPassive = true}; },
                  "", ""},
        RightsRow{"declare an exchange",
                  [] { return DeclareExchange{.name = "n-new", .type = "topic"}; }, "exchange",
                  "n-new"},
        RightsRow{"an alternate exchange needs read",
                  [] {
                      return DeclareExchange{.name = "c-new",
                                             .type = "topic",
                                             .arguments = {{"alternate-exchange", "w-x"}}};
                  },
                  "exchange", "c-new"},
        RightsRow{"delete an exchange", [] { return DeleteExchange{.name = "n-x"}; }, "exchange",
                  "n-x"},
        RightsRow{"bind",
                  [] { return BindQueue{.queue = "w-q", .exchange = "r-x", .routingKey = "k"}; },
                  "", ""},
        RightsRow{"bind to what is not yours",
                  [] { return BindQueue{.queue = "n-q", .exchange = "r-x", .routingKey = "k"}; },
                  "queue", "n-q"},
        RightsRow{"bind from what is not yours",
                  [] { return BindQueue{.queue = "w-none", .exchange = "n-x", .routingKey = "k"}; },
                  "exchange", "n-x"},
        RightsRow{"unbind",
                  [] { return UnbindQueue{.queue = "n-q", .exchange = "r-x", .routingKey = "k"}; },
                  "queue", "n-q"},
        RightsRow{"bind an exchange",
                  [] { return BindExchange{.destination = "n-x", .source = "r-x"}; }, "exchange",
                  "n-x"},
        RightsRow{"unbind an exchange",
                  [] { return UnbindExchange{.destination = "w-x", .source = "n-x"}; }, "exchange",
                  "n-x"},
        RightsRow{"publish",
                  [] {
                      return Publish{test::messageOf("w-x", "k", "m"), false};
                  },
                  "", ""},
        RightsRow{"publish to what is not yours",
                  [] {
                      return Publish{test::messageOf("n-x", "k", "m"), false};
                  },
                  "exchange", "n-x"},
        RightsRow{"publish to what is not there",
                  [] {
                      return Publish{test::messageOf("n-none", "k", "m"), false};
                  },
                  "exchange", "n-none"},
        RightsRow{"publish to the default exchange",
                  [] {
                      return Publish{test::messageOf("", "w-q", "m"), false};
                  },
                  "exchange", "amq.default"},
        RightsRow{"get", [] { return Get{.queue = "r-q"}; }, "", ""},
        RightsRow{"get what is not yours", [] { return Get{.queue = "n-q"}; }, "queue", "n-q"},
        RightsRow{"get what is not there", [] { return Get{.queue = "n-none"}; }, "queue",
                  "n-none"},
        RightsRow{"consume", [] { return Consume{.queue = "n-q", .tag = "c"}; }, "queue", "n-q"},
        RightsRow{"purge", [] { return PurgeQueue{.name = "r-q"}; }, "", ""},
        RightsRow{"purge what is not yours", [] { return PurgeQueue{.name = "n-q"}; }, "queue",
                  "n-q"},
        RightsRow{
            "replies need no right",
            [] { return Consume{.queue = "amq.rabbitmq.reply-to", .tag = "c", .noAck = true}; }, "",
            ""}));

TEST_F(AccessTest, TopicPermissionsNarrowTheRoutingKeys)
{
    (void)administration().putTopicPermission({"/", "ann", "w-x", "^{username}\\.", "^$"});
    (void)administration().putTopicPermission({"/", "ann", "r-x", "^$", "^a"});
    CommandClient& user = ann();
    user.drop();
    user.publishTo(1, "w-x", "ann.key", "m");
    user.send(1, BindQueue{.queue = "w-q", .exchange = "r-x", .routingKey = "ab", .noWait = true});
    EXPECT_THAT(user.take(), IsEmpty());
    user.publishTo(1, "w-x", "bob.key", "m");
    EXPECT_THAT(user.take(),
                ElementsAre("1 channel.close 403 access to topic 'bob.key' in exchange "
                            "'w-x' in vhost '/' refused for user 'ann'"));
    user.send(2, BindQueue{.queue = "w-q", .exchange = "r-x", .routingKey = "zz"});
    EXPECT_THAT(user.take(), ElementsAre("2 channel.close 403 access to topic 'zz' in exchange "
                                         "'r-x' in vhost '/' refused for user 'ann'"));
}

TEST_F(AccessTest, ARightThatIsTakenAwayIsGoneAtOnce)
{
    CommandClient& user = ann();
    user.publishTo(1, "w-x", "k", "m");
    user.drop();
    (void)administration().putPermission({"/", "ann", "", "", ""});
    user.publishTo(1, "w-x", "k", "m");  // its route was known
    EXPECT_THAT(user.take(), ElementsAre(refusal("exchange", "w-x")));
}

TEST_F(AccessTest, AVhostNeedsAPermission)
{
    (void)administration().putVhost({.name = "other"});
    (void)harness.connect({.vhost = "other", .user = "ann"}, 0);
    EXPECT_EQ(lastClose(), "access to vhost 'other' refused for user 'ann'");
}

TEST_F(AccessTest, LimitsAreKept)
{
    (void)administration().putUser({.name = "ann", .maxConnections = 1, .maxChannels = 1});
    CommandClient& first = harness.connect({.vhost = "/", .user = "ann"}, 1);
    (void)harness.connect({.vhost = "/", .user = "ann"}, 0);
    EXPECT_EQ(lastClose(),
              "connection refused for user 'ann': user connection limit (1) is reached");
    first.drop();
    first.send(2, OpenChannel{});
    EXPECT_THAT(first.take(),
                ElementsAre("0 connection.close 530 number of channels opened for user 'ann' has "
                            "reached the maximum allowed user limit of (1)"));
    // What was closed counts no more.
    CommandClient& third = harness.connect({.vhost = "/", .user = "ann"}, 1);
    third.drop();
    third.publishTo(1, "w-x", "k", "m");
    EXPECT_THAT(third.take(), IsEmpty());

    (void)administration().putVhost({.name = "/", .maxConnections = 0, .maxQueues = 1});
    (void)harness.connect({.vhost = "/", .user = "ann"}, 0);
    EXPECT_EQ(lastClose(),
              "access to vhost '/' refused for user 'ann': connection limit (0) is reached");
    client.send(1, DeclareQueue{.name = "more"});
    EXPECT_THAT(client.take(), ElementsAre("1 channel.close 406 cannot declare queue 'more': queue "
                                           "limit in vhost '/' (1) is reached"));
}

TEST_F(AccessTest, ADeletedVhostTakesEverythingAlong)
{
    (void)administration().putVhost({.name = "other"});
    CommandClient& user = harness.connect({.vhost = "other"}, 1);
    user.declareQueue(1, "q", true);
    user.publish(1, "q", "m", true);
    user.consume(1, "q", "c");
    user.drop();
    ASSERT_TRUE(administration().removeVhost("other").isOk());
    harness.settle();
    EXPECT_THAT(user.take(), ElementsAre("0 connection.close 320 vhost 'other' is down"));
    EXPECT_EQ(harness.broker().findVhost("other"), nullptr);
    EXPECT_FALSE(administration().removeVhost("other").isOk());
    user.lose();
    harness.settle();
}

TEST_F(AccessTest, AProtectedVhostStays)
{
    (void)administration().putVhost({.name = "other", .isProtected = true});
    EXPECT_FALSE(administration().removeVhost("other").isOk());
    EXPECT_NE(harness.broker().findVhost("other"), nullptr);
}

TEST_F(AccessTest, ADeletedUserIsThrownOut)
{
    CommandClient& user = ann();
    user.drop();
    ASSERT_TRUE(administration().removeUser("ann").isOk());
    harness.settle();
    EXPECT_THAT(user.take(), ElementsAre("0 connection.close 320 user 'ann' is deleted"));
    EXPECT_EQ(harness.broker().state().catalogue.findPermission("/", "ann"), nullptr);
}

TEST_F(AccessTest, NonsenseIsRefused)
{
    EXPECT_FALSE(administration().putUser({.name = ""}).isOk());
    EXPECT_FALSE(administration().putUser({.name = std::string(256, 'x')}).isOk());
    EXPECT_FALSE(administration().putVhost({.name = ""}).isOk());
    EXPECT_FALSE(administration().putPermission({"/", "ann", "(", ".*", ".*"}).isOk());
    EXPECT_FALSE(administration().putPermission({"nowhere", "ann", "", "", ""}).isOk());
    EXPECT_FALSE(administration().putPermission({"/", "nobody", "", "", ""}).isOk());
    EXPECT_FALSE(administration().removePermission("/", "nobody").isOk());
    EXPECT_FALSE(administration().removeTopicPermission("/", "ann", "x").isOk());
}

TEST_F(AccessTest, TheLastClosesAreRemembered)
{
    for (int i = 0; i < 120; ++i) {
        client.send(1, Get{.queue = "none-" + std::to_string(i)});
        client.send(1, ConfirmChannelClosed{});
        client.send(1, OpenChannel{});
    }
    const auto& closes = harness.broker().state().closes();
    ASSERT_EQ(closes.size(), State::kClosesKept);
    EXPECT_EQ(closes.back().error.text, "no queue 'none-119' in vhost '/'");
    EXPECT_EQ(closes.back().number, 120u);
    EXPECT_EQ(closes.back().channel, 1);
}

}  // namespace
}  // namespace warren::broker
