#include "core/broker/access.h"

#include "core/amqp/properties.h"
#include "tests/support/broker_harness.h"

#include <gtest/gtest.h>

#include <functional>
#include <gmock/gmock.h>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace warren::broker {
namespace {

using test::CommandClient;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

/// "ann" may configure what begins with "c", "cr" and so on: each letter of a name up to the hyphen
/// is a right that she has on it. There are a queue and an exchange of each such name.
class AccessTest : public ::testing::Test {
protected:
    AccessTest()
    {
        EXPECT_TRUE(people.putUser({.name = "ann"}).isOk());
        permit("^[wr]*c[wr]*-", "^[cr]*w[cr]*-", "^[cw]*r[cw]*-");
        for (const std::string rights : {"c", "w", "r", "cr", "n"}) {
            client.send(1, DeclareQueue{.name = rights + "-q", .noWait = true});
            client.send(1, DeclareExchange{.name = rights + "-x", .type = "topic", .noWait = true});
        }
        client.drop();
    }
    void permit(const std::string& configure, const std::string& write, const std::string& read)
    {
        EXPECT_TRUE(people.putPermission({"/", "ann", configure, write, read}).isOk());
    }
    CommandClient& ann() { return harness.connect({.vhost = "/", .user = "ann"}, 3); }

    static std::string refusal(const std::string& what, const std::string& name)
    {
        return "1 channel.close 403 access to " + what + " '" + name +
               "' in vhost '/' refused for user 'ann'";
    }

    test::BrokerHarness harness;
    Administration& people = harness.broker().administration();
    CommandClient& client = harness.connect();
};

struct RightsRow {
    const char* name;
    std::function<CommandBody()> command;
    /// What is answered instead, without "1 channel.close "; empty: she may.
    std::string refusal = {};
};
std::ostream& operator<<(std::ostream& out, const RightsRow& row) { return out << row.name; }

std::string queueRefused(const std::string& name)
{
    return "403 access to queue '" + name + "' in vhost '/' refused for user 'ann'";
}
std::string exchangeRefused(const std::string& name)
{
    return "403 access to exchange '" + name + "' in vhost '/' refused for user 'ann'";
}
const std::string kDefaultRefused = "403 operation not permitted on the default exchange";

Publish publishTo(std::string_view exchange)
{
    return Publish{.message = test::messageOf(exchange, "k", "m")};
}
DeclareQueue withDeadLetters(std::string_view name, const char* exchange)
{
    return {.name = name, .arguments = {{"x-dead-letter-exchange", exchange}}};
}
DeclareExchange withAlternate(std::string_view name, const char* exchange)
{
    return {.name = name, .type = "topic", .arguments = {{"alternate-exchange", exchange}}};
}

class RightsTable : public AccessTest, public ::testing::WithParamInterface<RightsRow> {};

TEST_P(RightsTable, IsThatOfRabbitMq)
{
    CommandClient& user = ann();
    user.send(1, GetParam().command());
    const auto events = user.take();
    if (GetParam().refusal.empty()) {
        EXPECT_THAT(events, ::testing::Each(Not(StartsWith("1 channel.close"))));
        EXPECT_FALSE(harness.broker().state().findConnection(user.id())->isClosed);
    } else {
        EXPECT_THAT(events, ElementsAre("1 channel.close " + GetParam().refusal));
    }
}

// Each line was observed on RabbitMQ 3.10.8 with a user who has the same rights.
INSTANTIATE_TEST_SUITE_P(
    Queues, RightsTable,
    ::testing::Values(
        RightsRow{"declare", [] { return DeclareQueue{.name = "c-new"}; }},
        RightsRow{"declare without", [] { return DeclareQueue{.name = "wr-new"}; },
                  queueRefused("wr-new")},
        RightsRow{"declare what is there", [] { return DeclareQueue{.name = "r-q"}; },
                  queueRefused("r-q")},
        RightsRow{"look", [] { return DeclareQueue{.name = "n-q", .isPassive = true}; }},
        RightsRow{"look for what is absent",
                  [] { return DeclareQueue{.name = "n-new", .isPassive = true}; },
                  "404 no queue 'n-new' in vhost '/'"},
        RightsRow{"a reserved name is refused first", [] { return DeclareQueue{.name = "amq.q"}; },
                  "403 queue name 'amq.q' contains reserved prefix 'amq.*'"},
        RightsRow{"dead letters", [] { return withDeadLetters("cr-new", "w-x"); }},
        RightsRow{"dead letters without read", [] { return withDeadLetters("c-new", "w-x"); },
                  queueRefused("c-new")},
        RightsRow{"dead letters without write", [] { return withDeadLetters("cr-new", "n-x"); },
                  exchangeRefused("n-x")},
        RightsRow{"dead letters to the default exchange",
                  [] { return withDeadLetters("cr-new", ""); }, exchangeRefused("amq.default")},
        RightsRow{"dead letters without configure", [] { return withDeadLetters("r-new", "w-x"); },
                  queueRefused("r-new")},
        RightsRow{"dead letters of what is there", [] { return withDeadLetters("c-q", "n-x"); },
                  "406 inequivalent arg 'x-dead-letter-exchange' for queue 'c-q' in vhost '/': "
                  "received the value 'n-x' of type 'longstr' but current is none"},
        RightsRow{"delete", [] { return DeleteQueue{.name = "c-q"}; }},
        RightsRow{"delete without", [] { return DeleteQueue{.name = "w-q"}; }, queueRefused("w-q")},
        RightsRow{"delete what is absent", [] { return DeleteQueue{.name = "n-new"}; },
                  queueRefused("n-new")},
        RightsRow{"purge", [] { return PurgeQueue{.name = "r-q"}; }},
        RightsRow{"purge without", [] { return PurgeQueue{.name = "w-q"}; }, queueRefused("w-q")},
        RightsRow{"purge what is absent", [] { return PurgeQueue{.name = "n-new"}; },
                  queueRefused("n-new")},
        RightsRow{"get", [] { return Get{.queue = "r-q"}; }},
        RightsRow{"get without", [] { return Get{.queue = "w-q"}; }, queueRefused("w-q")},
        RightsRow{"get what is absent", [] { return Get{.queue = "n-new"}; },
                  queueRefused("n-new")},
        RightsRow{"get replies", [] { return Get{.queue = "amq.rabbitmq.reply-to"}; },
                  queueRefused("amq.rabbitmq.reply-to")},
        RightsRow{"consume", [] { return Consume{.queue = "r-q", .tag = "t"}; }},
        RightsRow{"consume without", [] { return Consume{.queue = "w-q", .tag = "t"}; },
                  queueRefused("w-q")},
        RightsRow{"consume what is absent", [] { return Consume{.queue = "n-new", .tag = "t"}; },
                  queueRefused("n-new")},
        RightsRow{"consume replies", [] {
                      return Consume{.queue = "amq.rabbitmq.reply-to", .tag = "t", .noAck = true};
                  }}));

INSTANTIATE_TEST_SUITE_P(
    Exchanges, RightsTable,
    ::testing::Values(
        RightsRow{"declare", [] { return DeclareExchange{.name = "c-new", .type = "fanout"}; }},
        RightsRow{"declare without",
                  [] { return DeclareExchange{.name = "wr-new", .type = "fanout"}; },
                  exchangeRefused("wr-new")},
        RightsRow{
            "look",
            [] { return DeclareExchange{.name = "n-x", .type = "topic", .isPassive = true}; }},
        RightsRow{"declare the default",
                  [] { return DeclareExchange{.name = "", .type = "topic"}; }, kDefaultRefused},
        RightsRow{"declare a reserved name",
                  [] { return DeclareExchange{.name = "amq.x", .type = "topic"}; },
                  exchangeRefused("amq.x")},
        RightsRow{"an alternate", [] { return withAlternate("cr-new", "w-x"); }},
        RightsRow{"an alternate without read", [] { return withAlternate("c-new", "w-x"); },
                  exchangeRefused("c-new")},
        RightsRow{"an alternate without write", [] { return withAlternate("cr-new", "n-x"); },
                  exchangeRefused("n-x")},
        RightsRow{"an alternate of what is there", [] { return withAlternate("c-x", "n-x"); },
                  "406 inequivalent arg 'alternate-exchange' for exchange 'c-x' in vhost '/': "
                  "received the value 'n-x' of type 'longstr' but current is none"},
        RightsRow{"delete", [] { return DeleteExchange{.name = "c-x"}; }},
        RightsRow{"delete without", [] { return DeleteExchange{.name = "w-x"}; },
                  exchangeRefused("w-x")},
        RightsRow{"delete what is absent", [] { return DeleteExchange{.name = "n-new"}; },
                  exchangeRefused("n-new")},
        RightsRow{"delete a predeclared one", [] { return DeleteExchange{.name = "amq.direct"}; },
                  "403 deletion of system exchange 'amq.direct' in vhost '/' not allowed"},
        RightsRow{"publish", [] { return publishTo("w-x"); }},
        RightsRow{"publish without", [] { return publishTo("cr-x"); }, exchangeRefused("cr-x")},
        RightsRow{"publish to what is absent", [] { return publishTo("n-new"); },
                  exchangeRefused("n-new")},
        RightsRow{"publish to the default", [] { return publishTo(""); },
                  exchangeRefused("amq.default")}));

INSTANTIATE_TEST_SUITE_P(
    Bindings, RightsTable,
    ::testing::Values(
        RightsRow{"bind", [] { return BindQueue{.queue = "w-q", .exchange = "r-x"}; }},
        RightsRow{"bind without write",
                  [] { return BindQueue{.queue = "cr-q", .exchange = "r-x"}; },
                  queueRefused("cr-q")},
        RightsRow{"bind without read", [] { return BindQueue{.queue = "w-q", .exchange = "w-x"}; },
                  exchangeRefused("w-x")},
        RightsRow{"bind to what is absent",
                  [] { return BindQueue{.queue = "w-q", .exchange = "n-new"}; },
                  exchangeRefused("n-new")},
        RightsRow{"bind to the default", [] { return BindQueue{.queue = "w-q", .exchange = ""}; },
                  kDefaultRefused},
        RightsRow{"bind to the default without write",
                  [] { return BindQueue{.queue = "n-q", .exchange = ""}; }, queueRefused("n-q")},
        RightsRow{"unbind", [] { return UnbindQueue{.queue = "w-q", .exchange = "r-x"}; }},
        RightsRow{"unbind without write",
                  [] { return UnbindQueue{.queue = "cr-q", .exchange = "r-x"}; },
                  queueRefused("cr-q")},
        RightsRow{"unbind without read",
                  [] { return UnbindQueue{.queue = "w-q", .exchange = "w-x"}; },
                  exchangeRefused("w-x")},
        RightsRow{"bind an exchange",
                  [] { return BindExchange{.destination = "w-x", .source = "r-x"}; }},
        RightsRow{"bind an exchange without write",
                  [] { return BindExchange{.destination = "cr-x", .source = "r-x"}; },
                  exchangeRefused("cr-x")},
        RightsRow{"bind an exchange without read",
                  [] { return BindExchange{.destination = "w-x", .source = "c-x"}; },
                  exchangeRefused("c-x")},
        RightsRow{"bind the default",
                  [] { return BindExchange{.destination = "", .source = "r-x"}; },
                  exchangeRefused("amq.default")},
        RightsRow{"unbind an exchange without read",
                  [] { return UnbindExchange{.destination = "w-x", .source = "c-x"}; },
                  exchangeRefused("c-x")}));

TEST_F(AccessTest, AnUnknownTypeIsRefusedBeforeTheRight)
{
    CommandClient& user = ann();
    user.send(1, DeclareExchange{.name = "n-new", .type = "odd"});
    EXPECT_THAT(user.take(), ElementsAre("0 connection.close 503 unknown exchange type 'odd'"));
}

TEST_F(AccessTest, ANameThatTheBrokerChoosesNeedsConfigure)
{
    CommandClient& user = ann();
    user.send(1, DeclareQueue{.name = ""});
    EXPECT_THAT(user.take(),
                ElementsAre(StartsWith("1 channel.close 403 access to queue 'amq.gen-")));
    permit("^amq\\.gen-", "", "");
    user.send(2, DeclareQueue{.name = ""});
    EXPECT_THAT(user.take(), ElementsAre(StartsWith("2 queue.declare-ok amq.gen-")));
}

TEST_F(AccessTest, WhatIsRefusedHasNoEffect)
{
    CommandClient& user = ann();
    user.send(1, DeclareQueue{.name = "n-new"});
    user.send(2, DeleteQueue{.name = "w-q"});
    user.send(3, BindQueue{.queue = "n-q", .exchange = "r-x", .routingKey = "#"});
    EXPECT_EQ(harness.findQueue("n-new"), nullptr);
    EXPECT_NE(harness.findQueue("w-q"), nullptr);
    client.publishTo(1, "r-x", "k", "m");
    EXPECT_THAT(harness.ready("n-q"), IsEmpty());
}

TEST_F(AccessTest, AnEmptyPatternMatchesNothing)
{
    permit("", "", "");
    CommandClient& user = ann();
    user.send(1, DeclareQueue{.name = "c-new"});
    EXPECT_THAT(user.take(), ElementsAre(refusal("queue", "c-new")));
}

TEST_F(AccessTest, ARightThatIsTakenAwayIsGoneAtOnce)
{
    CommandClient& user = ann();
    user.publishTo(1, "w-x", "k", "m");
    EXPECT_THAT(user.take(), IsEmpty());
    permit("", "", "");
    user.publishTo(1, "w-x", "k", "m");  // its route was known
    EXPECT_THAT(user.take(), ElementsAre(refusal("exchange", "w-x")));
}

TEST_F(AccessTest, ARouteByHeadersIsJudgedEachTime)
{
    client.send(1, DeclareExchange{.name = "w-h", .type = "headers", .noWait = true});
    CommandClient& user = ann();
    user.publishTo(1, "w-h", "k", "m");
    EXPECT_THAT(user.take(), IsEmpty());
    permit("", "^other$", "");
    user.publishTo(1, "w-h", "k", "m");
    EXPECT_THAT(user.take(), ElementsAre(refusal("exchange", "w-h")));
}

TEST_F(AccessTest, KeysOfCcAreNotJudged)
{
    EXPECT_TRUE(people.putTopicPermission({"/", "ann", "w-x", "^k$", ""}).isOk());
    amqp::Properties properties;
    properties.headers = amqp::FieldTable{{"CC", amqp::FieldArray{amqp::FieldValue{"other"}}}};
    Buffer encoded;
    amqp::appendProperties(encoded, properties);
    CommandClient& user = ann();
    user.send(1, Publish{makeMessage("w-x", "k", encoded.view(), false, bytesOf("m")), false});
    EXPECT_THAT(user.take(), IsEmpty());
}

// ------------------------------------------------------------------------------------------ topics

std::string topicRefused(const std::string& key, const std::string& exchange)
{
    return "channel.close 403 access to topic '" + key + "' in exchange '" + exchange +
           "' in vhost '/' refused for user 'ann'";
}

TEST_F(AccessTest, ATopicNeedsWriteToPublishAndReadToBind)
{
    EXPECT_TRUE(people.putTopicPermission({"/", "ann", "w-x", "^w\\.", ""}).isOk());
    EXPECT_TRUE(people.putTopicPermission({"/", "ann", "r-x", "", "^r\\."}).isOk());
    CommandClient& user = ann();
    user.publishTo(1, "w-x", "w.1", "m");
    user.send(1, BindQueue{.queue = "w-q", .exchange = "r-x", .routingKey = "r.1", .noWait = true});
    EXPECT_THAT(user.take(), IsEmpty());
    user.publishTo(1, "w-x", "r.1", "m");
    user.send(2, BindQueue{.queue = "w-q", .exchange = "r-x", .routingKey = "w.1"});
    user.send(3, UnbindQueue{.queue = "w-q", .exchange = "r-x", .routingKey = "w.1"});
    EXPECT_THAT(user.take(),
                ElementsAre("1 " + topicRefused("r.1", "w-x"), "2 " + topicRefused("w.1", "r-x"),
                            "3 " + topicRefused("w.1", "r-x")));
}

TEST_F(AccessTest, ATopicPatternMayNameUserAndVhost)
{
    EXPECT_TRUE(
        people.putTopicPermission({"/", "ann", "w-x", "^{username}-{vhost}-{username}$", ""})
            .isOk());
    CommandClient& user = ann();
    user.publishTo(1, "w-x", "ann-/-ann", "m");
    EXPECT_THAT(user.take(), IsEmpty());
    user.publishTo(1, "w-x", "bob-/-ann", "m");
    EXPECT_THAT(user.take(), ElementsAre("1 " + topicRefused("bob-/-ann", "w-x")));
}

TEST_F(AccessTest, AClientIdIsOfOtherProtocols)
{
    EXPECT_TRUE(people.putTopicPermission({"/", "ann", "w-x", "^{client_id}$", ""}).isOk());
    CommandClient& user = ann();
    user.publishTo(1, "w-x", "{client_id}", "m");
    EXPECT_THAT(user.take(), IsEmpty());
    user.publishTo(1, "w-x", "", "m");
    EXPECT_THAT(user.take(), ElementsAre("1 " + topicRefused("", "w-x")));
}

TEST_F(AccessTest, TopicPermissionsAreForTopicExchangesOfThatName)
{
    client.send(1, DeclareExchange{.name = "w-direct", .type = "direct", .noWait = true});
    client.send(1, DeclareExchange{.name = "w-other", .type = "topic", .noWait = true});
    EXPECT_TRUE(people.putTopicPermission({"/", "ann", "w-direct", "", ""}).isOk());
    CommandClient& user = ann();
    user.publishTo(1, "w-direct", "k", "m");
    user.publishTo(1, "w-other", "k", "m");
    EXPECT_THAT(user.take(), IsEmpty());
}

// ------------------------------------------------------------------------------------- validated
// id

TEST_F(AccessTest, NobodyPublishesInAnothersName)
{
    amqp::Properties properties;
    properties.userId = "bob";
    Buffer encoded;
    amqp::appendProperties(encoded, properties);
    const auto publish = [&](std::string_view exchange) {
        return Publish{.message = makeMessage(exchange, "k", encoded.view(), false, {}),
                       .namesAnotherUser = true};
    };
    CommandClient& user = ann();
    user.send(1, publish("w-x"));
    user.send(2, publish("n-x"));
    EXPECT_THAT(user.take(),
                ElementsAre("1 channel.close 406 user_id property set to 'bob' but authenticated "
                            "user was 'ann'",
                            "2 channel.close " + exchangeRefused("n-x")));
    EXPECT_TRUE(people.putUser({.name = "ann", .tags = {"impersonator"}}).isOk());
    user.send(3, publish("w-x"));
    EXPECT_THAT(user.take(), IsEmpty());
}

}  // namespace
}  // namespace warren::broker
