#include "core/node/control_client.h"

#include "tests/support/event_loop.h"
#include "tests/support/fake_broker_client.h"

#include <QSignalSpy>

#include <gtest/gtest.h>

#include <chrono>
#include <ostream>

namespace warren::node {
namespace {

using namespace management;
using namespace std::chrono_literals;

const WatchScope kWatched{
    .topics = TopicOverview | TopicQueueDetail,
    .queue = ResourceKey{QStringLiteral("/"), QStringLiteral("q")},
    .exchange = {},
};

Snapshot taken(Topics topics, const QDateTime& at)
{
    Snapshot snapshot;
    snapshot.topics = topics;
    snapshot.takenAt = at;
    return snapshot;
}

QDateTime later() { return QDateTime::currentDateTime().addSecs(1); }

TEST(ControlClient, SamplesBesideTheWatcherAndGivesItsScopeBack)
{
    test::FakeBrokerClient inner;
    ControlClient client(inner);
    client.watch(kWatched, 2s);
    EXPECT_EQ(inner.scope(), kWatched);

    const auto future = client.sample(TopicCluster);
    EXPECT_EQ(inner.scope().topics, kWatched.topics | TopicCluster);
    EXPECT_EQ(inner.scope().queue, kWatched.queue);
    EXPECT_EQ(inner.interval(), 250ms);
    QSignalSpy seen(&client, &BrokerClient::snapshotChanged);

    inner.setSnapshot(taken(TopicOverview, later()));
    EXPECT_FALSE(future.isFinished()) << "it lacks the topic";
    inner.setSnapshot(taken(kWatched.topics | TopicCluster, later()));
    ASSERT_TRUE(future.isFinished());
    EXPECT_EQ(future.result(), inner.snapshot());
    EXPECT_EQ(inner.scope(), kWatched);
    EXPECT_EQ(inner.interval(), 2s);
    EXPECT_EQ(seen.count(), 2) << "the watcher sees everything";
}

TEST(ControlClient, WithoutAWatcherItGoesToSleepAfterwards)
{
    test::FakeBrokerClient inner;
    ControlClient client(inner);
    const auto future = client.sample(TopicQueues | TopicCluster);
    inner.setSnapshot(taken(TopicQueues | TopicCluster, later()));
    ASSERT_TRUE(future.isFinished());
    EXPECT_EQ(inner.scope().topics, TopicOverview);
    EXPECT_GE(inner.interval(), 1h);
}

TEST(ControlClient, TakesNoSnapshotThatMayBeOlderThanTheQuestion)
{
    test::FakeBrokerClient inner;
    ControlClient client(inner);
    const auto future = client.sample(TopicCluster);
    const QDateTime before = QDateTime::currentDateTime().addSecs(-3600);
    inner.setSnapshot(taken(TopicCluster, before));
    EXPECT_FALSE(future.isFinished()) << "it was on its way";
    inner.setSnapshot(taken(TopicCluster, before));
    EXPECT_TRUE(future.isFinished()) << "the clock was set back: it can't be older";
}

TEST(ControlClient, AnswersSeveralAtATime)
{
    test::FakeBrokerClient inner;
    ControlClient client(inner);
    const auto first = client.sample(TopicCluster);
    const auto second = client.sample(TopicQueues);
    EXPECT_EQ(inner.scope().topics, TopicOverview | TopicCluster | TopicQueues);
    inner.setSnapshot(taken(TopicOverview | TopicCluster, later()));
    EXPECT_TRUE(first.isFinished());
    EXPECT_FALSE(second.isFinished());
    inner.setSnapshot(taken(TopicOverview | TopicCluster | TopicQueues, later()));
    EXPECT_TRUE(second.isFinished());
}

TEST(ControlClient, FailsSamplesWhenTheBrokerGoes)
{
    test::FakeBrokerClient inner;
    ControlClient client(inner);
    QSignalSpy seen(&client, &BrokerClient::reachabilityChanged);
    const auto future = client.sample(TopicCluster);
    inner.setReachability(Reachability::Unreachable);
    ASSERT_TRUE(future.isFinished());
    EXPECT_EQ(future.result(), nullptr);
    EXPECT_EQ(seen.count(), 1);
}

TEST(ControlClient, PassesCommandsOn)
{
    test::FakeBrokerClient inner;
    ControlClient client(inner);
    inner.refuseNext(CommandStatus::Conflict, QStringLiteral("no"));
    const auto future = client.execute(RebalanceQueues{});
    ASSERT_TRUE(test::runUntil([&] { return future.isFinished(); }));
    EXPECT_EQ(future.result().text, QStringLiteral("no"));
    EXPECT_NE(inner.lastCommand<RebalanceQueues>(), nullptr);
}

}  // namespace
}  // namespace warren::node
