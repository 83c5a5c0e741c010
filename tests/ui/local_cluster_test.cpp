#include "app/desktop/local_cluster.h"

#include "tests/support/fake_broker_client.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QStringList>
#include <QTemporaryDir>
#include <QTest>

#include <gtest/gtest.h>

#include <memory>

namespace warren::desktop {
namespace {

using test::FakeBrokerClient;
using ui::LocalNode;

const QString kSecond = QStringLiteral("warren2@localhost");
const QString kThird = QStringLiteral("warren3@localhost");

/// Stands in for a node: writes down its arguments, says that it is ready, and waits to be ended.
constexpr const char* kProgram = R"(#!/bin/sh
here=$(dirname "$0")
echo "$@" >> "$here/arguments"
if [ -f "$here/refuses" ]; then
    echo "starting" >&2
    echo "the port is taken" >&2
    exit 3
fi
echo '{"ready":true,"amqp_port":4711,"cluster_port":4712}'
trap 'echo "$2" >> "$here/ended"; exit 0' TERM
while :; do sleep 0.05; done
)";

class LocalClusterTest : public testing::Test {
protected:
    LocalClusterTest()
    {
        EXPECT_TRUE(m_folder.isValid());
        write(QStringLiteral("node"), kProgram);
        QFile::setPermissions(path(QStringLiteral("node")),
                              QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        m_client.setSnapshot(test::emptySnapshot());
        reopen();
    }

    ~LocalClusterTest() override { m_local.reset(); }

    void reopen()
    {
        m_local.reset();
        m_local = std::make_unique<LocalCluster>(
            m_client, LocalClusterSettings{.program = path(QStringLiteral("node")),
                                           .folder = path(QStringLiteral("nodes")),
                                           .cookieFile = path(QStringLiteral("cookie")),
                                           .options = {QStringLiteral("--cluster-tls-ca"),
                                                       QStringLiteral("ca.pem")}});
    }

    QString path(const QString& name) const { return m_folder.filePath(name); }

    void write(const QString& name, const char* text) const
    {
        QFile file(path(name));
        EXPECT_TRUE(file.open(QIODevice::WriteOnly));
        file.write(text);
    }

    QStringList lines(const QString& name) const
    {
        QFile file(path(name));
        if (!file.open(QIODevice::ReadOnly)) return {};
        return QString::fromUtf8(file.readAll()).split(u'\n', Qt::SkipEmptyParts);
    }

    LocalNode node(const QString& name) const
    {
        for (const LocalNode& each : m_local->nodes()) {
            if (each.name == name) return each;
        }
        return {};
    }

    bool waitForReady(const QString& name) const
    {
        return QTest::qWaitFor([&] { return node(name).isReady; });
    }

    bool waitForEnd(const QString& name) const
    {
        return QTest::qWaitFor([&] { return !node(name).isRunning; });
    }

    QTemporaryDir m_folder;
    FakeBrokerClient m_client;
    std::unique_ptr<LocalCluster> m_local;
};

TEST_F(LocalClusterTest, StartsNodesThatJoinItsOwn)
{
    EXPECT_TRUE(m_local->isAvailable());
    m_local->start(2);
    ASSERT_TRUE(waitForReady(kSecond));
    ASSERT_TRUE(waitForReady(kThird));
    EXPECT_EQ(m_local->nodes().size(), 2);
    EXPECT_EQ(node(kSecond).amqpPort, 4711);
    EXPECT_EQ(node(kSecond).address, QStringLiteral("127.0.0.1:4712"));
    EXPECT_GT(node(kThird).pid, 0);
    const QStringList started = lines(QStringLiteral("arguments"));
    ASSERT_EQ(started.size(), 2);
    for (const QString& argument :
         {QStringLiteral("--amqp-port 0"), QStringLiteral("--cluster-port 0"),
          QStringLiteral("--cookie-file ") + path(QStringLiteral("cookie")),
          QStringLiteral("--cluster-tls-ca ca.pem"), QStringLiteral("--join 127.0.0.1:25672")}) {
        EXPECT_TRUE(started.first().contains(argument)) << qPrintable(argument);
    }
    const QString second = started.filter(kSecond).join(u'\n');
    EXPECT_TRUE(second.contains(QStringLiteral("--data ") + path(QStringLiteral("nodes/2"))));
}

TEST_F(LocalClusterTest, KeepsThePortsOfANodeOverItsRestart)
{
    m_local->start(1);
    ASSERT_TRUE(waitForReady(kSecond));
    m_local->stop(kSecond);
    ASSERT_TRUE(waitForEnd(kSecond));
    EXPECT_EQ(lines(QStringLiteral("ended")).size(), 1);

    reopen();
    ASSERT_EQ(m_local->nodes().size(), 1);
    EXPECT_FALSE(node(kSecond).isRunning);
    m_local->start(1);
    ASSERT_TRUE(waitForReady(kSecond));
    EXPECT_EQ(m_local->nodes().size(), 1);
    const QString again = lines(QStringLiteral("arguments")).last();
    EXPECT_TRUE(again.contains(QStringLiteral("--amqp-port 4711 --cluster-port 4712")))
        << qPrintable(again);
}

TEST_F(LocalClusterTest, KillsWithoutAWarning)
{
    m_local->start(1);
    ASSERT_TRUE(waitForReady(kSecond));
    const QSignalSpy failures(m_local.get(), &LocalCluster::failed);
    m_local->kill(kSecond);
    ASSERT_TRUE(waitForEnd(kSecond));
    EXPECT_TRUE(lines(QStringLiteral("ended")).isEmpty());
    EXPECT_TRUE(failures.isEmpty());
    EXPECT_EQ(node(kSecond).pid, 0);
    m_local->restart(kSecond);
    EXPECT_TRUE(waitForReady(kSecond));
}

TEST_F(LocalClusterTest, HoldsANodeAndStopsAHeldOne)
{
    m_local->start(1);
    ASSERT_TRUE(waitForReady(kSecond));
    const auto processState = [this] {
        QFile file(QStringLiteral("/proc/%1/stat").arg(node(kSecond).pid));
        if (!file.open(QIODevice::ReadOnly)) return QString{};
        return QString::fromUtf8(file.readAll()).section(QStringLiteral(") "), 1, 1).left(1);
    };
    m_local->suspend(kSecond);
    EXPECT_TRUE(node(kSecond).isSuspended);
    EXPECT_TRUE(QTest::qWaitFor([&] { return processState() == QStringLiteral("T"); }));
    m_local->resume(kSecond);
    EXPECT_FALSE(node(kSecond).isSuspended);
    EXPECT_TRUE(QTest::qWaitFor([&] { return processState() != QStringLiteral("T"); }));

    m_local->suspend(kSecond);
    m_local->stop(kSecond);
    EXPECT_TRUE(waitForEnd(kSecond));
    EXPECT_EQ(lines(QStringLiteral("ended")).size(), 1);
}

TEST_F(LocalClusterTest, SaysWhyANodeDidNotStart)
{
    write(QStringLiteral("refuses"), "");
    QSignalSpy failures(m_local.get(), &LocalCluster::failed);
    m_local->start(1);
    ASSERT_TRUE(QTest::qWaitFor([&] { return !failures.isEmpty(); }));
    EXPECT_EQ(failures.at(0).at(0).toString(),
              QStringLiteral("The node warren2@localhost has ended: the port is taken"));
    EXPECT_FALSE(node(kSecond).isRunning);
}

TEST_F(LocalClusterTest, StartsNothingThatWouldJoinNobody)
{
    m_client.setSnapshot({});
    const QSignalSpy failures(m_local.get(), &LocalCluster::failed);
    m_local->start(2);
    EXPECT_EQ(failures.size(), 1);
    EXPECT_TRUE(m_local->nodes().isEmpty());
}

TEST_F(LocalClusterTest, DiscardsAStoppedNodeWithItsFiles)
{
    m_local->start(1);
    ASSERT_TRUE(waitForReady(kSecond));
    m_local->discard(kSecond);
    EXPECT_TRUE(node(kSecond).isRunning);
    m_local->kill(kSecond);
    ASSERT_TRUE(waitForEnd(kSecond));
    m_local->discard(kSecond);
    EXPECT_TRUE(m_local->nodes().isEmpty());
    EXPECT_TRUE(QDir(path(QStringLiteral("nodes"))).isEmpty());
}

TEST_F(LocalClusterTest, StopsAllBeforeTheProgramEnds)
{
    QSignalSpy stopped(m_local.get(), &LocalCluster::allStopped);
    m_local->start(2);
    ASSERT_TRUE(waitForReady(kSecond));
    ASSERT_TRUE(waitForReady(kThird));
    m_local->stopAll();
    ASSERT_TRUE(QTest::qWaitFor([&] { return !stopped.isEmpty(); }));
    EXPECT_EQ(lines(QStringLiteral("ended")).size(), 2);
    m_local->restart(kSecond);
    EXPECT_FALSE(node(kSecond).isRunning);

    reopen();
    m_local->startKnown();
    EXPECT_TRUE(waitForReady(kThird));
    EXPECT_TRUE(waitForReady(kSecond));
}

TEST_F(LocalClusterTest, HasNothingToStopWhenNothingRuns)
{
    const QSignalSpy stopped(m_local.get(), &LocalCluster::allStopped);
    m_local->stopAll();
    EXPECT_EQ(stopped.size(), 1);
}

}  // namespace
}  // namespace warren::desktop
