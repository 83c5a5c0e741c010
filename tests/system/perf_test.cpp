#include "tests/support/program_run.h"
#include "tests/support/wire_client.h"
#include "tests/system/perf_support.h"
#include "tests/system/system_support.h"

#include <QJsonArray>

#include <gtest/gtest.h>

#include <csignal>
#include <memory>
#include <string>
#include <thread>

// warren-perf against a node of ours: what it counts must fit together.

namespace warren::test {

namespace {

class Perf : public ::testing::Test {
protected:
    static void SetUpTestSuite() { s_node = startNode({"--ephemeral"}); }
    static void TearDownTestSuite() { s_node.reset(); }

    static std::uint16_t port() { return s_node->amqpPort(); }
    static PerfRun run(const std::vector<std::string>& arguments)
    {
        return runPerf(port(), arguments);
    }
    /// A run in which everything that is sent has to come `copies` times, and did.
    static PerfRun runAndExpectAll(const std::vector<std::string>& arguments, std::uint64_t sent,
                                   std::uint64_t copies = 1)
    {
        const PerfRun result = run(arguments);
        expectConsistent(result);
        EXPECT_EQ(result.count("sent"), sent);
        EXPECT_EQ(result.count("received"), sent * copies);
        EXPECT_EQ(result.count("lost"), 0u);
        EXPECT_EQ(result.real("latency_us", "count"), static_cast<double>(sent * copies));
        return result;
    }
    static bool says(const PerfRun& run, const std::string& text)
    {
        return run.errors.find(text) != std::string::npos;
    }
    /// Queues and exchanges are gone after a run.
    static bool isThere(const std::string& queue)
    {
        WireClient client(port());
        client.openChannel(1);
        client.send(1, amqp::QueueDeclare{.queue = queue, .passive = true});
        const auto event = client.next();
        return event && event->is<amqp::QueueDeclareOk>();
    }

private:
    static inline std::unique_ptr<NodeProcess> s_node;
};

}  // namespace

TEST_F(Perf, CountsWhatItPublishesAndConsumes)
{
    const PerfRun result = runAndExpectAll({"-C", "20000", "-a"}, 20'000);
    EXPECT_GT(result.real("sent_rate"), 0);
    EXPECT_GT(result.real("received_rate"), 0);
    EXPECT_FALSE(isThere("warren-perf")) << "it removes what it declared";
}

TEST_F(Perf, ConfirmsAndAcknowledges)
{
    const PerfRun result = runAndExpectAll(
        {"-C", "3000", "-f", "persistent", "-c", "100", "-q", "50", "-A", "10", "-s", "1024"},
        3000);
    EXPECT_EQ(result.count("confirmed"), 3000u);
    EXPECT_EQ(result.count("unconfirmed"), 0u);
    EXPECT_EQ(result.real("confirm_us", "count"), 3000);
}

TEST_F(Perf, SendsExactlyAsManyAsTheRateSays)
{
    const PerfRun result = runAndExpectAll({"-r", "500", "-z", "2", "-a", "-i", "0.5"}, 1000);
    EXPECT_NEAR(result.real("sent_rate"), 500, 20);
    const QJsonArray series = result.json.value(QStringLiteral("series")).toArray();
    EXPECT_GE(series.size(), 4);
}

TEST_F(Perf, ChangesTheRate)
{
    runAndExpectAll({"-vr", "100:0.5", "-vr", "1000:0.5", "-z", "2", "-a"}, 1100);
}

TEST_F(Perf, LeavesTheWarmUpOut)
{
    const PerfRun result = run({"-r", "1000", "--warmup", "0.5", "-z", "1", "-a"});
    expectConsistent(result);
    EXPECT_EQ(result.count("sent"), 1500u);
    EXPECT_NEAR(result.real("latency_us", "count"), 1000, 1);
    EXPECT_EQ(result.json.value(QStringLiteral("series"))
                  .toArray()
                  .first()
                  .toObject()
                  .value(QStringLiteral("phase")),
              QStringLiteral("warmup"));
}

TEST_F(Perf, FansOut) { runAndExpectAll({"-t", "fanout", "-y", "5", "-C", "2000", "-a"}, 2000, 5); }

TEST_F(Perf, RoutesByEachTypeOfExchange)
{
    runAndExpectAll({"-t", "direct", "--bindings", "50", "--queues", "3", "-C", "3000", "-a"},
                    3000);
    runAndExpectAll({"-t", "topic", "--bindings", "100", "-C", "3000", "-a"}, 3000);
    runAndExpectAll({"-t", "headers", "--bindings", "10", "-C", "3000", "-a"}, 3000);
    runAndExpectAll({"-t", "topic", "-K", "-C", "3000", "--queues", "2", "-a"}, 3000, 2);
    runAndExpectAll({"-t", "direct", "-k", "key", "-C", "1000", "--queues", "2", "-a"}, 1000, 2);
    runAndExpectAll({"-t", "x-consistent-hash", "-K", "--queues", "3", "-C", "3000", "-a"}, 3000);
}

TEST_F(Perf, SharesQueuesThreadsConnectionsAndChannels)
{
    runAndExpectAll({"-x",        "3", "-y", "4",    "--queues", "3",   "-X", "2",   "-Y", "2",
                     "--threads", "3", "-C", "1000", "-c",       "100", "-q", "100", "-A", "5"},
                    6000);
    runAndExpectAll({"-x", "2", "-y", "2", "--queues", "7", "--threads", "2", "-C", "3500"}, 7000);
}

TEST_F(Perf, SendsBodiesOfSeveralSizesAndManyFrames)
{
    runAndExpectAll({"-s", "16,5000,300000", "-C", "60", "-M", "4096"}, 60);
}

TEST_F(Perf, CommitsTransactions)
{
    const PerfRun result = runAndExpectAll({"-m", "10", "-n", "4", "-q", "50", "-C", "1005"}, 1005);
    EXPECT_EQ(result.count("confirmed"), 1005u);
}

TEST_F(Perf, LeavesABacklogAndDrainsIt)
{
    const PerfRun filled =
        run({"-y", "0", "-u", "backlog", "-f", "persistent", "-c", "500", "-C", "5000"});
    ASSERT_EQ(filled.exitCode, 0) << filled.errors;
    EXPECT_EQ(filled.count("confirmed"), 5000u);
    EXPECT_TRUE(filled.isNull("lost"));
    EXPECT_TRUE(isThere("backlog"));
    const PerfRun drained = run({"-x", "0", "-u", "backlog", "-p", "-A", "10"});
    ASSERT_EQ(drained.exitCode, 0) << drained.errors;
    EXPECT_EQ(drained.count("ready_before"), 5000u);
    EXPECT_EQ(drained.count("received"), 5000u);
    EXPECT_EQ(drained.count("lost"), 0u);
    EXPECT_TRUE(isThere("backlog")) << "it was there before";
    const PerfRun removed =
        run({"-x", "0", "-u", "backlog", "--durable", "--keep-queues", "false"});
    EXPECT_EQ(removed.exitCode, 0) << removed.errors;
    EXPECT_FALSE(isThere("backlog"));
}

TEST_F(Perf, TellsMessagesOfAnEarlierRunApart)
{
    ASSERT_EQ(run({"-y", "0", "-u", "old", "-c", "10", "-C", "30"}).exitCode, 0);
    const PerfRun result = run({"-u", "old", "-C", "100", "--keep-queues", "false"});
    ASSERT_EQ(result.exitCode, 0) << result.errors;
    EXPECT_EQ(result.count("left_over"), 30u);
    EXPECT_EQ(result.count("received"), 130u);
    EXPECT_EQ(result.count("lost"), 0u);
}

TEST_F(Perf, SlowsConsumersDown)
{
    const PerfRun result = runAndExpectAll({"-R", "200", "-C", "100", "-q", "10"}, 100);
    EXPECT_GE(result.real("seconds"), 0.45);
    const PerfRun later = runAndExpectAll({"-L", "2000", "-C", "100", "-q", "10"}, 100);
    EXPECT_GE(later.real("seconds"), 0.18);
}

TEST_F(Perf, EndsWhenTheConsumersHaveEnough)
{
    const PerfRun result = run({"-D", "500", "-q", "20", "-A", "10", "-r", "5000"});
    ASSERT_EQ(result.exitCode, 0) << result.errors;
    EXPECT_EQ(result.count("received"), 500u);
    EXPECT_TRUE(result.isNull("lost"));
}

TEST_F(Perf, CountsReturnedMessages)
{
    const PerfRun result = run({"-k", "nowhere", "-f", "mandatory", "-c", "10", "-C", "50", "-y",
                                "0", "--keep-queues", "false"});
    EXPECT_EQ(result.exitCode, 0) << result.errors;
    EXPECT_EQ(result.count("returned"), 50u);
    EXPECT_EQ(result.count("confirmed"), 50u);
}

TEST_F(Perf, RefusesMessagesWithNack)
{
    runAndExpectAll({"-na", "-re", "false", "-C", "500", "-A", "5", "-q", "50"}, 500);
    const PerfRun requeued = run({"-na", "-C", "20", "-D", "100", "-q", "10", "--settle", "0.5"});
    ASSERT_EQ(requeued.exitCode, 0) << requeued.errors;
    EXPECT_EQ(requeued.count("received"), 100u);
    EXPECT_GT(requeued.count("redelivered"), 0u);
    EXPECT_EQ(requeued.count("duplicated"), 0u);
}

TEST_F(Perf, DoesNotCallWhatALimitDropsLost)
{
    const PerfRun result =
        run({"-qa", "x-max-length=10", "-C", "5000", "-q", "5", "-R", "1000", "--settle", "0.3"});
    EXPECT_EQ(result.exitCode, 0) << result.errors;
    EXPECT_TRUE(result.isNull("lost"));
    EXPECT_LT(result.count("received"), 5000u);
}

TEST_F(Perf, EndsInOrderWhenInterrupted)
{
    ProgramRun program(WARREN_PERF, perfArguments(port(), {"-a", "-r", "1000", "-i", "0.1"}));
    ASSERT_TRUE(
        becomesTrue([&] { return program.errors().find(" s  sent") != std::string::npos; }));
    program.signal(SIGINT);
    const int exitCode = program.awaitEnd();
    const PerfRun result = resultOf(exitCode, program.output(), program.errors());
    expectConsistent(result);
    EXPECT_TRUE(result.json.value(QStringLiteral("interrupted")).toBool());
    EXPECT_GT(result.count("sent"), 0u);
    EXPECT_EQ(result.count("received"), result.count("sent"));
    EXPECT_EQ(result.count("lost"), 0u);
}

TEST_F(Perf, OpensAndClosesConnectionsAndChannels)
{
    const PerfRun connections = run({"--connection-churn", "100", "--parallel", "4"});
    ASSERT_EQ(connections.exitCode, 0) << connections.errors;
    EXPECT_EQ(connections.count("count"), 100u);
    EXPECT_EQ(connections.real("open_us", "count"), 100);
    EXPECT_GT(connections.real("rate"), 0);
    const PerfRun channels = run({"--channel-churn", "200"});
    ASSERT_EQ(channels.exitCode, 0) << channels.errors;
    EXPECT_EQ(channels.count("count"), 200u);
}

TEST_F(Perf, HoldsIdleConnections)
{
    const PerfRun result = run({"--idle-connections", "50", "--hold", "0.2", "--pid", "1"});
    ASSERT_EQ(result.exitCode, 0) << result.errors;
    EXPECT_EQ(result.count("count"), 50u);
    EXPECT_GE(result.real("idle_cpu_percent"), 0);
}

TEST_F(Perf, DeclaresAndDeletesManyQueues)
{
    const PerfRun result = run({"--declare-queues", "95", "--parallel", "10", "--hold", "0"});
    ASSERT_EQ(result.exitCode, 0) << result.errors;
    EXPECT_EQ(result.count("count"), 95u);
    EXPECT_FALSE(isThere("warren-perf-95"));
    const PerfRun kept =
        run({"--declare-queues", "3", "--hold", "0", "--keep-queues", "true", "--durable"});
    ASSERT_EQ(kept.exitCode, 0) << kept.errors;
    EXPECT_TRUE(isThere("warren-perf-3"));
    EXPECT_EQ(run({"--queues", "3", "-x", "0", "--durable", "--keep-queues", "false"}).exitCode, 0);
}

TEST_F(Perf, ProbesUntilAMessageComes)
{
    ASSERT_EQ(run({"-y", "0", "-u", "probed", "-C", "1", "-c", "1"}).exitCode, 0);
    const PerfRun result = run({"--probe", "-u", "probed"});
    ASSERT_EQ(result.exitCode, 0) << result.errors;
    EXPECT_GT(result.real("connected_seconds"), 0);
    EXPECT_GE(result.real("delivered_seconds"), result.real("connected_seconds"));
    const PerfRun drained = run({"-x", "0", "-u", "probed", "--keep-queues", "false"});
    EXPECT_EQ(drained.count("received"), 1u) << "the probe has put it back";
}

TEST_F(Perf, ProbesUntilItsPatienceEnds)
{
    const PerfRun result = run({"--probe", "-u", "nothing", "--patience", "0.2"});
    EXPECT_EQ(result.exitCode, 1);
    EXPECT_TRUE(says(result, "NOT_FOUND - no queue 'nothing'")) << result.errors;
}

TEST_F(Perf, SaysWhyItIsNotLetIn)
{
    const std::string place = "@127.0.0.1:" + std::to_string(port());
    const PerfRun login = run({"-h", "amqp://guest:wrong" + place});
    EXPECT_EQ(login.exitCode, 1);
    EXPECT_TRUE(says(login, "403 ACCESS_REFUSED")) << login.errors;
    const PerfRun vhost = run({"-h", "amqp://guest:guest" + place + "/nowhere"});
    EXPECT_EQ(vhost.exitCode, 1);
    EXPECT_TRUE(says(vhost, "530 NOT_ALLOWED - vhost nowhere not found")) << vhost.errors;
    const PerfRun nobody = runPerf(1, {});
    EXPECT_EQ(nobody.exitCode, 1);
    EXPECT_TRUE(says(nobody, "cannot connect to 127.0.0.1:1: Connection refused")) << nobody.errors;
}

TEST_F(Perf, SaysWhatTheBrokerRefuses)
{
    WireClient client(port());
    client.openChannel(1);
    client.declareDurableQueue(1, "durable");
    const PerfRun result = run({"-u", "durable", "-C", "1"});
    EXPECT_EQ(result.exitCode, 1);
    EXPECT_TRUE(says(result, "406 PRECONDITION_FAILED - inequivalent arg 'durable'"))
        << result.errors;
}

TEST_F(Perf, SaysThatItsQueueIsGone)
{
    ProgramRun program(WARREN_PERF,
                       perfArguments(port(), {"-u", "gone", "-r", "100", "-i", "0.1"}));
    ASSERT_TRUE(
        becomesTrue([&] { return program.errors().find("received") != std::string::npos; }));
    WireClient client(port());
    client.openChannel(1);
    client.call<amqp::QueueDeleteOk>(1, amqp::QueueDelete{.queue = "gone"});
    EXPECT_EQ(program.awaitEnd(), 1);
    EXPECT_NE(program.errors().find("cancelled the consumer of queue 'gone'"), std::string::npos)
        << program.errors();
}

TEST_F(Perf, SaysThatTheBrokerIsGone)
{
    auto node = startNode({"--ephemeral"});
    ProgramRun program(WARREN_PERF, perfArguments(node->amqpPort(), {"-r", "100", "-i", "0.1"}));
    ASSERT_TRUE(
        becomesTrue([&] { return program.errors().find("received") != std::string::npos; }));
    node->kill();
    EXPECT_EQ(program.awaitEnd(), 1);
    const PerfRun result = resultOf(1, program.output(), program.errors());
    EXPECT_GT(result.count("sent"), 0u) << "what was measured is told all the same";
    EXPECT_TRUE(result.isNull("lost"));
}

TEST_F(Perf, WritesItsResultIntoAFile)
{
    const TemporaryFolder folder;
    const std::string file = (folder / "result.json").string();
    ProgramRun program(WARREN_PERF, {"-h", "127.0.0.1:" + std::to_string(port()), "-C", "100",
                                     "--quiet", "--json", file});
    EXPECT_EQ(program.awaitEnd(), 0) << program.errors();
    EXPECT_NE(program.output().find("lost 0"), std::string::npos) << program.output();
    const PerfRun result = resultOf(0, contentOf(file), {});
    EXPECT_EQ(result.count("received"), 100u);
    ProgramRun nowhere(WARREN_PERF, {"-h", "127.0.0.1:" + std::to_string(port()), "-C", "1",
                                     "--json", "/nonexistent/file"});
    EXPECT_EQ(nowhere.awaitEnd(), 1);
    EXPECT_NE(nowhere.errors().find("/nonexistent/file"), std::string::npos) << nowhere.errors();
}

}  // namespace warren::test
