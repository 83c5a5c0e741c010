#include "tests/support/faulty_broker.h"
#include "tests/system/perf_support.h"

#include <QJsonArray>

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

// warren-perf must notice what a broker does wrong: these would pass if it did not look.

namespace warren::test {

namespace {

constexpr std::uint64_t kCount = 2000;

PerfRun runAgainst(const Faults& faults, std::vector<std::string> arguments = {})
{
    const FaultyBroker broker(faults);
    arguments.insert(arguments.end(),
                     {"-C", std::to_string(kCount), "-c", "100", "-a", "--settle", "0.3"});
    return runPerf(broker.port(), arguments);
}

bool says(const PerfRun& run, const std::string& text)
{
    return run.errors.find(text) != std::string::npos;
}

}  // namespace

TEST(PerfFaults, NothingIsFoundInABrokerWithoutFaults)
{
    const PerfRun run = runAgainst({});
    expectConsistent(run);
    EXPECT_EQ(run.count("lost"), 0u);
    EXPECT_EQ(run.count("received"), kCount);
}

TEST(PerfFaults, LossesAreCountedAndThoseThatWereConfirmed)
{
    const PerfRun run = runAgainst({.loseEvery = 100});
    EXPECT_EQ(run.exitCode, 3);
    EXPECT_EQ(run.count("lost"), kCount / 100);
    EXPECT_EQ(run.count("confirmed_lost"), kCount / 100);
    EXPECT_EQ(run.count("received"), kCount - kCount / 100);
    EXPECT_EQ(run.count("out_of_order"), 0u);
}

TEST(PerfFaults, TheLastMessageOfAllIsMissedToo)
{
    const PerfRun run = runAgainst({.loseEvery = kCount});
    EXPECT_EQ(run.exitCode, 3);
    EXPECT_EQ(run.count("lost"), 1u);
}

TEST(PerfFaults, DuplicatesAreCounted)
{
    const PerfRun run = runAgainst({.duplicateEvery = 50});
    EXPECT_EQ(run.exitCode, 3);
    EXPECT_EQ(run.count("duplicated"), kCount / 50);
    EXPECT_EQ(run.count("lost"), 0u);
    EXPECT_EQ(run.count("out_of_order"), 0u);
}

TEST(PerfFaults, ARedeliveredMessageIsNoDuplicate)
{
    const PerfRun run = runAgainst({.redeliverEvery = 50});
    EXPECT_EQ(run.exitCode, 0) << run.errors;
    EXPECT_EQ(run.count("redelivered"), kCount / 50);
    EXPECT_EQ(run.count("duplicated"), 0u);
}

TEST(PerfFaults, DisorderIsCounted)
{
    const PerfRun run = runAgainst({.swapEvery = 40});
    EXPECT_EQ(run.exitCode, 3);
    // The last message was held back for one that never came.
    EXPECT_EQ(run.count("out_of_order"), kCount / 40 - 1);
    EXPECT_EQ(run.count("lost"), 1u);
    EXPECT_EQ(run.count("duplicated"), 0u);
}

TEST(PerfFaults, DamagedBodiesAreCounted)
{
    const PerfRun run = runAgainst({.damageEvery = 500}, {"-s", "100"});
    EXPECT_EQ(run.exitCode, 3);
    EXPECT_EQ(run.count("damaged"), kCount / 500);
    const PerfRun tooShort = runAgainst({.damageEvery = 500}, {"-s", "16"});
    EXPECT_EQ(tooShort.exitCode, 3);
    EXPECT_EQ(tooShort.count("damaged"), kCount / 500);
}

TEST(PerfFaults, NothingIsLookedForWithoutChecks)
{
    const PerfRun run = runAgainst({.duplicateEvery = 50}, {"--no-checks"});
    EXPECT_EQ(run.exitCode, 0) << run.errors;
    EXPECT_TRUE(run.isNull("lost"));
}

TEST(PerfFaults, WhatIsRefusedOrReturnedIsNotLost)
{
    const PerfRun run = runAgainst({.nackEvery = 100, .returnEvery = 250});
    EXPECT_EQ(run.exitCode, 0) << run.errors;
    EXPECT_EQ(run.count("nacked"), kCount / 100);
    EXPECT_EQ(run.count("returned"), kCount / 250);
    EXPECT_EQ(run.count("lost"), 0u);
    EXPECT_EQ(run.count("confirmed"), kCount - kCount / 100);
}

TEST(PerfFaults, ARefusedLoginIsToldWithTheBrokersWords)
{
    const PerfRun run = runAgainst({.refusesLogin = true});
    EXPECT_EQ(run.exitCode, 1);
    EXPECT_TRUE(says(run, "403 ACCESS_REFUSED - not you")) << run.errors;
}

TEST(PerfFaults, AChannelThatTheBrokerClosesEndsTheRunWithItsWords)
{
    const PerfRun run = runAgainst({.closesChannelAt = 500});
    EXPECT_EQ(run.exitCode, 1);
    EXPECT_TRUE(says(run, "closed channel 1: 406 PRECONDITION_FAILED - enough (basic.publish)"))
        << run.errors;
    EXPECT_TRUE(run.isNull("lost")) << "nobody can say what a broken run has lost";
}

TEST(PerfFaults, AConnectionThatTheBrokerClosesEndsTheRunWithItsWords)
{
    const PerfRun run = runAgainst({.closesConnectionAt = 500});
    EXPECT_EQ(run.exitCode, 1);
    EXPECT_TRUE(says(run, "closed the connection: 320 CONNECTION_FORCED - bye")) << run.errors;
}

TEST(PerfFaults, AConnectionThatIsGoneEndsTheRun)
{
    const PerfRun run = runAgainst({.dropsConnectionAt = 500});
    EXPECT_EQ(run.exitCode, 1);
    EXPECT_TRUE(says(run, "127.0.0.1:")) << run.errors;
}

TEST(PerfFaults, NonsenseOnTheWireEndsTheRun)
{
    const PerfRun run = runAgainst({.writesNonsenseAt = 500});
    EXPECT_EQ(run.exitCode, 1);
    EXPECT_TRUE(says(run, "malformed frame")) << run.errors;
}

TEST(PerfFaults, ABrokerThatNeverConfirmsEndsTheRunAfterTheTimeout)
{
    const PerfRun run = runAgainst({.neverConfirms = true}, {"--confirm-timeout", "0.2"});
    EXPECT_EQ(run.exitCode, 1);
    EXPECT_TRUE(says(run, "nothing was confirmed for")) << run.errors;
    EXPECT_EQ(run.count("unconfirmed"), 100u);
}

TEST(PerfFaults, ABlockedConnectionShowsInTheTimeSeries)
{
    const PerfRun run = runAgainst({.blocksAt = 700}, {"-i", "0.05"});
    EXPECT_EQ(run.exitCode, 0) << run.errors;
    EXPECT_GT(run.real("blocked_seconds"), 0.1);
    bool isShown = false;
    for (const QJsonValue& line : run.json.value(QStringLiteral("series")).toArray()) {
        isShown = isShown || line.toObject().value(QStringLiteral("blocked_reason")).toString() ==
                                 QStringLiteral("low on memory");
    }
    EXPECT_TRUE(isShown);
    EXPECT_TRUE(says(run, "BLOCKED 1 connections: low on memory")) << run.errors;
}

}  // namespace warren::test
