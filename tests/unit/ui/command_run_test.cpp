#include "ui/dialogs/command_run.h"

#include "tests/support/fake_broker_client.h"

#include <QSignalSpy>

#include <gtest/gtest.h>

namespace warren::ui {
namespace {

using management::CommandStatus;
using management::PurgeQueue;
using test::FakeBrokerClient;

management::ManagementCommand purge(int index)
{
    return PurgeQueue{{QStringLiteral("/"), QString::number(index)}};
}

TEST(CommandRun, KeepsFewCommandsWaitingAtATime)
{
    FakeBrokerClient client;
    client.holdAnswers();
    constexpr int kCount = 100;
    CommandRun run(client, kCount, purge, nullptr);

    run.start();

    EXPECT_EQ(client.commands().size(), CommandRun::kInFlightMax);
    client.releaseAnswers();
    EXPECT_EQ(client.commands().size(), kCount);
    EXPECT_EQ(run.doneCount(), kCount);
}

TEST(CommandRun, RunsThroughAnswersThatAreThereAtOnce)
{
    FakeBrokerClient client;
    constexpr int kCount = 50'000;
    CommandRun run(client, kCount, purge, nullptr);
    const QSignalSpy finished(&run, &CommandRun::finished);

    run.start();

    EXPECT_EQ(run.doneCount(), kCount);
    EXPECT_EQ(finished.size(), 1);
}

TEST(CommandRun, SaysWhichCommandsWereRefusedAndWhy)
{
    FakeBrokerClient client;
    client.answerNext({});
    client.refuseNext(CommandStatus::NotFound, QStringLiteral("no queue '1'"));
    CommandRun run(client, 3, purge, nullptr);

    run.start();

    EXPECT_EQ(run.doneCount(), 2);
    EXPECT_EQ(run.refusedCount(), 1);
    ASSERT_EQ(run.refusals().size(), 1);
    EXPECT_EQ(run.refusals().first().index, 1);
    EXPECT_EQ(run.refusals().first().text, QStringLiteral("no queue '1'"));
}

TEST(CommandRun, WaitsForWhatWasSentWhenStopped)
{
    FakeBrokerClient client;
    client.holdAnswers();
    CommandRun run(client, 100, purge, nullptr);
    const QSignalSpy finished(&run, &CommandRun::finished);
    run.start();

    run.stop();
    EXPECT_EQ(finished.size(), 0);
    client.releaseAnswers();

    EXPECT_EQ(finished.size(), 1);
    EXPECT_EQ(run.doneCount(), CommandRun::kInFlightMax);
}

TEST(CommandRun, FinishesWithNothingToDo)
{
    FakeBrokerClient client;
    CommandRun run(client, 0, purge, nullptr);
    const QSignalSpy finished(&run, &CommandRun::finished);
    run.start();
    EXPECT_EQ(finished.size(), 1);
}

}  // namespace
}  // namespace warren::ui
