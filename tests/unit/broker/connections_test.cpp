#include "core/broker/connections.h"

#include "tests/support/broker_harness.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <string>

namespace warren::broker {
namespace {

using test::BrokerHarness;
using test::CommandClient;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const amqp::AmqpError kForced{amqp::ReplyCode::ConnectionForced, "by hand", {}};

class ConnectionsTest : public ::testing::Test {
protected:
    const Connection* connectionOf(const CommandClient& who) const
    {
        return harness.broker().state().findConnection(who.id());
    }

    BrokerHarness harness;
    CommandClient& client = harness.connect(2);
};

TEST_F(ConnectionsTest, OpensAVhostThatIsThere)
{
    CommandClient& other = harness.connect(OpenConnection{.vhost = "/"}, 0);
    EXPECT_NE(connectionOf(other)->vhost, nullptr);
    CommandClient& lost = harness.connect(OpenConnection{.vhost = "nowhere"}, 0);
    EXPECT_TRUE(connectionOf(lost)->isClosed);
}

TEST_F(ConnectionsTest, SaysWhichVhostIsMissing)
{
    CommandClient& other = harness.connect();
    other.send(0, OpenConnection{.vhost = "nowhere"});
    EXPECT_THAT(other.take(), ElementsAre("0 connection.close 530 vhost nowhere not found"));
}

TEST_F(ConnectionsTest, ClosesInOrder)
{
    client.declareQueue(1, "q");
    client.publish(1, "q", "m");
    client.consume(2, "q", "c");
    client.drop();
    client.send(0, CloseConnection{});
    EXPECT_THAT(client.take(), ElementsAre("0 connection.close-ok"));
    EXPECT_THAT(harness.ready("q"), ElementsAre("m!"));
    EXPECT_EQ(connectionOf(client)->channelCount(), 0u);
    client.lose();
    EXPECT_EQ(connectionOf(client), nullptr);
}

TEST_F(ConnectionsTest, IgnoresEverythingAfterTheEnd)
{
    client.send(0, CloseConnection{});
    client.drop();
    client.send(1, DeclareQueue{.name = "q"});
    client.send(3, OpenChannel{});
    client.send(0, CloseConnection{});
    client.send(0, FailConnection{kForced});
    EXPECT_THAT(client.take(), IsEmpty());
    EXPECT_EQ(harness.findQueue("q"), nullptr);
}

TEST_F(ConnectionsTest, TellsTheClientWhyItsConnectionFails)
{
    client.send(0, FailConnection{{amqp::ReplyCode::FrameError, "bad frame", {}}});
    EXPECT_THAT(client.take(), ElementsAre("0 connection.close 501 bad frame"));
}

TEST_F(ConnectionsTest, BothSidesCanCloseAConnectionAtOnce)
{
    EXPECT_TRUE(harness.broker().closeConnection(client.id(), kForced));
    client.send(0, CloseConnection{});
    EXPECT_THAT(client.take(), ElementsAre("0 connection.close 320 by hand"))
        << "the session answers the client's close";
    EXPECT_FALSE(harness.broker().closeConnection(client.id(), kForced));
    EXPECT_FALSE(harness.broker().closeConnection({999}, kForced));
}

TEST_F(ConnectionsTest, LosesAConnectionInEveryState)
{
    harness.connectSession().lose();
    client.declareQueue(1, "q");
    client.send(2, SelectConfirms{});
    client.apply(2, Publish{test::messageOf("", "q", "m"), false});
    client.lose();
    EXPECT_THAT(harness.ready("q"), ElementsAre("m"));
    EXPECT_TRUE(harness.broker().state().connections.empty());
}

// --------------------------------------------------------------------------------------- channels

TEST_F(ConnectionsTest, ANumberCanBeUsedAgainAfterItsChannelClosed)
{
    client.send(1, SelectTransactions{});
    client.send(1, CloseChannel{});
    client.openChannel(1);
    client.send(1, SelectConfirms{});
    EXPECT_THAT(client.take(), ElementsAre("1 tx.select-ok", "1 channel.close-ok",
                                           "1 channel.open-ok", "1 confirm.select-ok"));
}

TEST_F(ConnectionsTest, FailedChannelIgnoresEveryCommand)
{
    client.declareQueue(1, "q");
    client.publish(1, "q", "m");
    client.drop();
    client.get(1, "nobody");
    EXPECT_THAT(client.take(), ElementsAre("1 channel.close 404 no queue 'nobody' in vhost '/'"));

    client.send(1, Publish{test::messageOf("", "q", "n"), true});
    client.ack(1, 99);
    client.nack(1, 99, true);
    client.get(1, "q");
    client.consume(1, "q", "c");
    client.send(1, Cancel{"c"});
    client.send(1, Recover{});
    client.setPrefetch(1, 1);
    client.send(1, FailChannel{kForced});
    client.send(1, SetFlow{false});
    client.send(1, RequestAccess{});
    client.send(1, DeclareExchange{.name = "x", .type = "direct"});
    client.send(1, DeleteExchange{.name = "amq.direct"});
    client.send(1, BindExchange{});
    client.send(1, UnbindExchange{});
    client.send(1, DeclareQueue{.name = "r"});
    client.send(1, DeleteQueue{.name = "q"});
    client.send(1, BindQueue{});
    client.send(1, UnbindQueue{});
    client.send(1, PurgeQueue{.name = "q"});
    client.send(1, SelectConfirms{});
    client.send(1, SelectTransactions{});
    client.send(1, CommitTransaction{});
    client.send(1, RollbackTransaction{});
    EXPECT_THAT(client.take(), IsEmpty());
    EXPECT_THAT(harness.ready("q"), ElementsAre("m"));
    EXPECT_EQ(harness.findQueue("r"), nullptr);

    client.send(1, ConfirmChannelClosed{});
    client.openChannel(1);
    EXPECT_THAT(client.take(), ElementsAre("1 channel.open-ok"));
}

TEST_F(ConnectionsTest, OtherChannelsGoOnWhenOneFails)
{
    client.get(1, "nobody");
    client.drop();
    client.declareQueue(2, "q");
    EXPECT_THAT(client.take(), ElementsAre("2 queue.declare-ok q 0 0"));
}

TEST_F(ConnectionsTest, BothSidesCanCloseAChannelAtOnce)
{
    EXPECT_TRUE(harness.broker().closeChannel(client.id(), 1, kForced));
    client.send(1, CloseChannel{});
    EXPECT_THAT(client.take(), ElementsAre("1 channel.close 320 by hand", "1 channel.close-ok"));
    EXPECT_FALSE(harness.broker().closeChannel(client.id(), 1, kForced));
    client.send(1, ConfirmChannelClosed{});
    client.openChannel(1);
    EXPECT_THAT(client.take(), ElementsAre("1 channel.open-ok"));
}

TEST_F(ConnectionsTest, ClosesOnlyChannelsThatAreOpen)
{
    EXPECT_FALSE(harness.broker().closeChannel(client.id(), 7, kForced));
    EXPECT_FALSE(harness.broker().closeChannel({999}, 1, kForced));
}

TEST_F(ConnectionsTest, FailingAChannelPutsItsMessagesBackAndEndsItsConsumers)
{
    client.declareQueue(2, "q");
    client.publish(2, "q", "m");
    client.consume(1, "q", "c");
    client.send(1, FailChannel{kForced});
    EXPECT_THAT(harness.ready("q"), ElementsAre("m!"));
    EXPECT_TRUE(harness.findQueue("q")->consumers.isEmpty());
}

TEST_F(ConnectionsTest, AFailedChannelGoesWithItsConnection)
{
    client.get(1, "nobody");
    client.send(0, CloseConnection{});
    EXPECT_EQ(connectionOf(client)->channelCount(), 0u);
}

// ----------------------------------------------------------------------------------------- alarms

TEST_F(ConnectionsTest, AnAlarmBlocksWhoPublishes)
{
    CommandClient& consumer = harness.connect();
    client.declareQueue(1, "q");
    client.drop();
    harness.broker().setAlarms({.isLowOnMemory = true});
    harness.settle();
    EXPECT_THAT(client.take(), IsEmpty());
    EXPECT_FALSE(connectionOf(client)->isBlocked);

    client.publish(1, "q", "m");
    client.publish(1, "q", "m");
    EXPECT_THAT(client.take(), ElementsAre("0 blocked low on memory"));
    EXPECT_TRUE(connectionOf(client)->isBlocked);
    EXPECT_FALSE(connectionOf(consumer)->isBlocked);
    EXPECT_EQ(harness.findQueue("q")->readyCount(), 2u) << "what has come is not thrown away";

    harness.broker().setAlarms({});
    harness.settle();
    EXPECT_THAT(client.take(), ElementsAre("0 unblocked"));
    EXPECT_THAT(consumer.take(), IsEmpty());
    EXPECT_FALSE(connectionOf(client)->isBlocked);
}

TEST_F(ConnectionsTest, TellsOnlyThoseWhoWantItThatTheyAreBlocked)
{
    CommandClient& silent = harness.connect(OpenConnection{.vhost = "/"}, 1);
    harness.broker().setAlarms({.isLowOnDisk = true});
    silent.publish(1, "q", "m");
    EXPECT_TRUE(connectionOf(silent)->isBlocked);
    harness.broker().setAlarms({});
    harness.settle();
    EXPECT_THAT(silent.take(), IsEmpty());
    EXPECT_FALSE(connectionOf(silent)->isBlocked);
}

TEST_F(ConnectionsTest, ABlockedConnectionThatClosedIsNotToldMore)
{
    harness.broker().setAlarms({.isLowOnDisk = true});
    client.publish(1, "q", "m");
    client.send(0, CloseConnection{});
    client.drop();
    harness.broker().setAlarms({});
    harness.settle();
    EXPECT_THAT(client.take(), IsEmpty());
}

}  // namespace
}  // namespace warren::broker
