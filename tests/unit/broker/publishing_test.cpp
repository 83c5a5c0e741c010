#include "core/broker/publishing.h"

#include "tests/support/broker_harness.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <string>

namespace warren::broker {
namespace {

using test::BrokerHarness;
using test::CommandClient;
using test::messageOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class PublishingTest : public ::testing::Test {
protected:
    PublishingTest()
    {
        client.declareQueue(1, "q");
        client.declareQueue(1, "durable", true);
        harness.commit();
        client.drop();
    }
    void selectConfirms()
    {
        client.send(1, SelectConfirms{});
        client.drop();
    }

    BrokerHarness harness{BrokerHarness::Commits::OnDemand};
    CommandClient& client = harness.connect();
};

TEST_F(PublishingTest, ReachesTheQueueOfTheDefaultExchange)
{
    client.publish(1, "q", "m");
    EXPECT_THAT(harness.ready("q"), ElementsAre("m"));
    EXPECT_THAT(client.take(), IsEmpty());
}

TEST_F(PublishingTest, RefusesAnUnknownExchange)
{
    client.publishTo(1, "nowhere", "k", "m");
    EXPECT_THAT(client.take(),
                ElementsAre("1 channel.close 404 no exchange 'nowhere' in vhost '/'"));
}

TEST_F(PublishingTest, RefusesAnInternalExchange)
{
    client.publishTo(1, "amq.rabbitmq.trace", "k", "m");
    EXPECT_THAT(client.take(),
                ElementsAre("1 channel.close 403 cannot publish to internal exchange "
                            "'amq.rabbitmq.trace' in vhost '/'"));
}

TEST_F(PublishingTest, ReturnsAMandatoryMessageWithoutAQueue)
{
    client.publishTo(1, "", "nobody", "m", true);
    EXPECT_THAT(client.take(), ElementsAre("1 return 312 m"));
    client.publishTo(1, "", "nobody", "m", false);
    EXPECT_THAT(client.take(), IsEmpty());
}

TEST_F(PublishingTest, CountsAReturnedMessageNotAsDropped)
{
    client.publishTo(1, "", "nobody", "m", true);
    client.publishTo(1, "", "nobody", "m", false);
    const MessageCounters& counters = harness.broker().state().counters;
    EXPECT_EQ(counters.publish, 2u);
    EXPECT_EQ(counters.returned, 1u);
    EXPECT_EQ(counters.dropped, 1u);
}

TEST_F(PublishingTest, CountersOfATransactionOnlyRise)
{
    client.send(1, SelectTransactions{});
    client.publishTo(1, "", "nobody", "m", true);
    EXPECT_EQ(harness.broker().state().counters.dropped, 0u);
    client.send(1, CommitTransaction{});
    EXPECT_EQ(harness.broker().state().counters.dropped, 0u);
    EXPECT_EQ(harness.broker().state().counters.returned, 1u);
}

// --------------------------------------------------------------------------------------- confirms

TEST_F(PublishingTest, ConfirmsATransientMessageAtOnce)
{
    selectConfirms();
    client.publish(1, "durable", "m", false);
    EXPECT_THAT(client.take(), ElementsAre("1 ack 1"));
}

TEST_F(PublishingTest, ConfirmsAPersistentMessageInATransientQueueAtOnce)
{
    selectConfirms();
    client.publish(1, "q", "m", true);
    EXPECT_THAT(client.take(), ElementsAre("1 ack 1"));
}

TEST_F(PublishingTest, ConfirmsAPersistentMessageOnlyAfterItsCommit)
{
    selectConfirms();
    client.publish(1, "durable", "m", true);
    EXPECT_THAT(client.take(), IsEmpty());
    harness.commit();
    EXPECT_THAT(client.take(), ElementsAre("1 ack 1"));
}

TEST_F(PublishingTest, ConfirmsTransientMessagesWhilePersistentOnesWait)
{
    selectConfirms();
    client.publish(1, "durable", "p", true);
    client.publish(1, "durable", "t", false);
    client.publish(1, "durable", "t", false);
    EXPECT_THAT(client.take(), ElementsAre("1 ack 2", "1 ack 3"));
    harness.commit();
    EXPECT_THAT(client.take(), ElementsAre("1 ack 1"));
}

TEST_F(PublishingTest, ConfirmsACommittedRunWithOneMultiple)
{
    selectConfirms();
    for (int i = 0; i < 5; ++i)
        client.publish(1, "durable", "p", true);
    harness.commit(2);
    EXPECT_THAT(client.take(), ElementsAre("1 ack 2+"));
    harness.commit();
    EXPECT_THAT(client.take(), ElementsAre("1 ack 5+"));
}

TEST_F(PublishingTest, ReturnsBeforeItConfirms)
{
    selectConfirms();
    client.apply(1, Publish{messageOf("", "nobody", "a"), true});
    client.apply(1, Publish{messageOf("", "nobody", "b"), true});
    harness.settle();
    EXPECT_THAT(client.take(), ElementsAre("1 return 312 a", "1 return 312 b", "1 ack 2+"));
}

TEST_F(PublishingTest, ConfirmWaitsForTheLastOfSeveralQueues)
{
    client.declareQueue(1, "other", true);
    client.send(1, BindQueue{.queue = "durable", .exchange = "amq.fanout"});
    client.send(1, BindQueue{.queue = "other", .exchange = "amq.fanout"});
    client.send(1, BindQueue{.queue = "q", .exchange = "amq.fanout"});
    harness.commit();
    selectConfirms();
    client.send(1, Publish{messageOf("amq.fanout", "k", "m", true), false});
    EXPECT_THAT(client.take(), IsEmpty());
    harness.commit();
    EXPECT_THAT(client.take(), ElementsAre("1 ack 1"));
}

TEST_F(PublishingTest, ConfirmsAreNumberedPerChannel)
{
    client.openChannel(2);
    selectConfirms();
    client.send(2, SelectConfirms{});
    client.drop();
    client.publish(1, "q", "m");
    client.publish(2, "q", "m");
    EXPECT_THAT(client.take(), ElementsAre("1 ack 1", "2 ack 1"));
}

TEST_F(PublishingTest, CountsConfirmsFromTheirSelection)
{
    client.publish(1, "q", "m");
    selectConfirms();
    client.send(1, SelectConfirms{.noWait = true});
    EXPECT_THAT(client.take(), IsEmpty());
    client.publish(1, "q", "m");
    EXPECT_THAT(client.take(), ElementsAre("1 ack 1"));
}

TEST_F(PublishingTest, NeverConfirmsAfterAFailedCommit)
{
    selectConfirms();
    client.publish(1, "durable", "p", true);
    harness.store().failNextCommit({});
    harness.commit();
    harness.commit();
    EXPECT_THAT(client.take(), IsEmpty());
}

TEST_F(PublishingTest, ForgetsTheConfirmsOfAChannelThatCloses)
{
    selectConfirms();
    client.publish(1, "durable", "p", true);
    client.send(1, CloseChannel{});
    client.openChannel(1);
    harness.commit();
    EXPECT_THAT(client.take(), ElementsAre("1 channel.close-ok", "1 channel.open-ok"));
    EXPECT_THAT(harness.ready("durable"), ElementsAre("p"));
}

// ----------------------------------------------------------------------------------- transactions

class TransactionTest : public PublishingTest {
protected:
    TransactionTest()
    {
        client.send(1, SelectTransactions{});
        client.drop();
    }
};

TEST_F(TransactionTest, KeepsPublishesBackUntilItsCommit)
{
    client.publish(1, "q", "a");
    client.publish(1, "q", "b");
    EXPECT_THAT(harness.ready("q"), IsEmpty());
    client.send(1, CommitTransaction{});
    EXPECT_THAT(harness.ready("q"), ElementsAre("a", "b"));
    EXPECT_THAT(client.take(), ElementsAre("1 tx.commit-ok"));
}

TEST_F(TransactionTest, IsCommittedOnlyWhenTheStoreHasItsMessages)
{
    client.publish(1, "durable", "p", true);
    client.send(1, CommitTransaction{});
    EXPECT_THAT(client.take(), IsEmpty());
    harness.commit();
    EXPECT_THAT(client.take(), ElementsAre("1 tx.commit-ok"));
}

TEST_F(TransactionTest, ForgetsPublishesWhenRolledBack)
{
    client.publish(1, "q", "a");
    client.send(1, RollbackTransaction{});
    client.send(1, CommitTransaction{});
    EXPECT_THAT(harness.ready("q"), IsEmpty());
    EXPECT_THAT(client.take(), ElementsAre("1 tx.rollback-ok", "1 tx.commit-ok"));
}

TEST_F(TransactionTest, ReturnsMandatoryMessagesBeforeCommitOk)
{
    client.publishTo(1, "", "nobody", "m", true);
    EXPECT_THAT(client.take(), IsEmpty());
    client.send(1, CommitTransaction{});
    EXPECT_THAT(client.take(), ElementsAre("1 return 312 m", "1 tx.commit-ok"));
}

TEST_F(TransactionTest, GoesOnAfterACommit)
{
    client.publish(1, "q", "a");
    client.send(1, CommitTransaction{});
    client.publish(1, "q", "b");
    EXPECT_THAT(harness.ready("q"), ElementsAre("a"));
    client.send(1, CommitTransaction{});
    EXPECT_THAT(harness.ready("q"), ElementsAre("a", "b"));
}

TEST_F(TransactionTest, HoldsAcknowledgementsUntilItsCommit)
{
    client.openChannel(2);
    client.publish(2, "q", "a");
    client.publish(2, "q", "b");
    client.publish(2, "q", "c");
    for (int i = 0; i < 3; ++i)
        client.get(1, "q");
    client.drop();
    client.ack(1, 1);
    client.nack(1, 2, true);
    client.nack(1, 3, false);
    EXPECT_EQ(harness.findQueue("q")->unackedCount(), 3u);
    client.send(1, CommitTransaction{});
    EXPECT_EQ(harness.findQueue("q")->unackedCount(), 0u);
    EXPECT_THAT(harness.ready("q"), ElementsAre("b!"));
    EXPECT_THAT(client.take(), ElementsAre("1 tx.commit-ok"));
}

TEST_F(TransactionTest, GivesAcknowledgementsBackWhenRolledBack)
{
    client.openChannel(2);
    client.publish(2, "q", "a");
    client.publish(2, "q", "b");
    client.get(1, "q");
    client.get(1, "q");
    client.ack(1, 2, true);
    client.send(1, RollbackTransaction{});
    client.drop();
    client.ack(1, 1);
    client.ack(1, 2);
    client.send(1, CommitTransaction{});
    EXPECT_THAT(client.take(), ElementsAre("1 tx.commit-ok"));
    EXPECT_EQ(harness.findQueue("q")->messageCount(), 0u);
}

TEST_F(TransactionTest, KnowsATagOnlyOnce)
{
    client.openChannel(2);
    client.publish(2, "q", "a");
    client.get(1, "q");
    client.drop();
    client.ack(1, 1);
    client.ack(1, 1);
    EXPECT_THAT(client.take(), ElementsAre("1 channel.close 406 unknown delivery tag 1"));
    EXPECT_THAT(harness.ready("q"), ElementsAre("a!")) << "the channel took its transaction along";
}

TEST_F(TransactionTest, SkipsAQueueThatWentBeforeTheCommit)
{
    client.publish(1, "q", "a");
    client.send(1, DeleteQueue{.name = "q"});
    client.declareQueue(1, "q");
    client.send(1, CommitTransaction{});
    EXPECT_THAT(harness.ready("q"), IsEmpty()) << "a queue of the same name is another queue";
}

TEST_F(TransactionTest, CommitNeedsASelection)
{
    client.openChannel(2);
    client.openChannel(3);
    client.drop();
    client.send(2, CommitTransaction{});
    client.send(3, RollbackTransaction{});
    EXPECT_THAT(client.take(), ElementsAre("2 channel.close 406 channel is not transactional",
                                           "3 channel.close 406 channel is not transactional"));
}

TEST_F(TransactionTest, ExcludesConfirmsOnTheSameChannel)
{
    client.send(1, SelectConfirms{});
    EXPECT_THAT(client.take(),
                ElementsAre("1 channel.close 406 cannot switch from tx to confirm mode"));
    client.openChannel(2);
    client.send(2, SelectConfirms{});
    client.drop();
    client.send(2, SelectTransactions{});
    EXPECT_THAT(client.take(),
                ElementsAre("2 channel.close 406 cannot switch from confirm to tx mode"));
}

}  // namespace
}  // namespace warren::broker
