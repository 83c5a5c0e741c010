#include "core/node/control_server.h"

#include "core/node/control_connection.h"
#include "tests/support/event_loop.h"
#include "tests/support/fake_broker_client.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocalSocket>
#include <QSignalSpy>
#include <QTemporaryDir>

#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <vector>

namespace warren::node {
namespace {

using namespace management;

/// A program that asks. Lines that came stay in order.
class Asker {
public:
    explicit Asker(const QString& path) { m_socket.connectToServer(path); }

    void send(const QByteArray& bytes)
    {
        m_socket.write(bytes);
        m_socket.flush();
    }

    bool isOpen() const { return m_socket.state() == QLocalSocket::ConnectedState; }
    bool hasAnswer() const { return m_socket.canReadLine(); }
    void close() { m_socket.abort(); }

    /// The next answer; an empty object: none came.
    QJsonObject answer()
    {
        if (!test::runUntil([this] { return m_socket.canReadLine(); })) return {};
        return QJsonDocument::fromJson(m_socket.readLine()).object();
    }

    QString error() { return answer().value(QStringLiteral("error")).toString(); }

private:
    QLocalSocket m_socket;
};

class ControlServerTest : public testing::Test {
protected:
    void SetUp() override
    {
        ASSERT_TRUE(m_folder.isValid());
        ASSERT_TRUE(m_server.listen(m_folder.path()).isOk());
    }

    QString path() const { return m_folder.filePath(QStringLiteral("warren.control")); }

    std::unique_ptr<Asker> connect()
    {
        auto asker = std::make_unique<Asker>(path());
        EXPECT_TRUE(asker->isOpen());
        return asker;
    }

    QTemporaryDir m_folder;
    test::FakeBrokerClient m_inner;
    ControlClient m_client{m_inner};
    ControlServer m_server{m_client};
};

TEST_F(ControlServerTest, IsForItsUserOnly)
{
    const auto others = QFile::ReadGroup | QFile::WriteGroup | QFile::ExeGroup | QFile::ReadOther |
                        QFile::WriteOther | QFile::ExeOther;
    EXPECT_EQ(QFile::permissions(path()) & others, QFile::Permissions{});
}

TEST_F(ControlServerTest, ExecutesCommandsAndAnswers)
{
    const auto asker = connect();
    asker->send("{\"verb\":\"move_master\",\"queue\":\"q\",\"node\":\"n@h\"}\n");
    EXPECT_TRUE(asker->answer().value(QStringLiteral("ok")).toBool());
    const auto* moved = m_inner.lastCommand<MoveMaster>();
    ASSERT_NE(moved, nullptr);
    EXPECT_EQ(moved->node, QStringLiteral("n@h"));

    m_inner.refuseNext(CommandStatus::NotFound, QStringLiteral("no queue 'q'"));
    asker->send("{\"verb\":\"sync_queue\",\"queue\":\"q\"}\n");
    EXPECT_EQ(asker->error(), QStringLiteral("no queue 'q'"));
    asker->send("nonsense\n{\"verb\":\"reset\"}\n");
    EXPECT_TRUE(asker->error().startsWith(QStringLiteral("no JSON")));
    EXPECT_TRUE(asker->answer().value(QStringLiteral("ok")).toBool()) << "it goes on";
}

TEST_F(ControlServerTest, AnswersQuestionsFromASnapshot)
{
    const auto asker = connect();
    asker->send("{\"verb\":\"cluster_status\"}\n");
    ASSERT_TRUE(test::runUntil([&] { return (m_inner.scope().topics & TopicCluster) != 0; }));
    Snapshot snapshot;
    snapshot.topics = TopicOverview | TopicCluster;
    snapshot.takenAt = QDateTime::currentDateTime().addSecs(1);
    snapshot.cluster.name = QStringLiteral("ours");
    m_inner.setSnapshot(snapshot);
    EXPECT_EQ(asker->answer()
                  .value(QStringLiteral("value"))
                  .toObject()
                  .value(QStringLiteral("cluster_name")),
              QStringLiteral("ours"));

    asker->send("{\"verb\":\"status\"}\n");
    ASSERT_TRUE(test::runUntil([&] { return m_inner.interval().count() == 250; }));
    m_inner.setReachability(Reachability::Unreachable);
    EXPECT_EQ(asker->error(), QStringLiteral("the broker does not run"));
}

TEST_F(ControlServerTest, AnswersInOrderThoughCommandsTakeTime)
{
    m_inner.holdAnswers();
    const auto asker = connect();
    asker->send("{\"verb\":\"reset\"}\n{\"verb\":\"dance\"}\n");
    ASSERT_TRUE(test::runUntil([&] { return m_inner.heldCount() == 1; }));
    EXPECT_FALSE(asker->hasAnswer());
    m_inner.releaseAnswers();
    EXPECT_TRUE(asker->answer().value(QStringLiteral("ok")).toBool());
    EXPECT_EQ(asker->error(), QStringLiteral("unknown verb 'dance'"));
}

TEST_F(ControlServerTest, SurvivesAPeerThatGoesBeforeTheAnswer)
{
    m_inner.holdAnswers();
    const auto asker = connect();
    asker->send("{\"verb\":\"reset\"}\n");
    ASSERT_TRUE(test::runUntil([&] { return m_inner.heldCount() == 1; }));
    asker->close();
    // Everything that the close causes has happened when somebody else got an answer.
    const auto other = connect();
    other->send("x\n");
    EXPECT_FALSE(other->error().isEmpty());
    m_inner.releaseAnswers();
    other->send("x\n");
    EXPECT_FALSE(other->error().isEmpty());
}

TEST_F(ControlServerTest, BoundsALine)
{
    const auto asker = connect();
    asker->send(QByteArray(ControlConnection::kLineBytesMax - 1, ' ') + '\n');
    EXPECT_TRUE(asker->error().startsWith(QStringLiteral("no JSON")));
    asker->send(QByteArray(ControlConnection::kLineBytesMax + 1, ' '));
    EXPECT_EQ(asker->error(), QStringLiteral("a request may have 1048576 bytes at most"));
    EXPECT_TRUE(test::runUntil([&] { return !asker->isOpen(); }));
}

TEST_F(ControlServerTest, BoundsConnections)
{
    std::vector<std::unique_ptr<Asker>> askers;
    for (int index = 0; index < ControlServer::kConnectionsMax; ++index) {
        askers.push_back(connect());
        askers.back()->send("x\n");
        EXPECT_TRUE(askers.back()->error().startsWith(QStringLiteral("no JSON")));
    }
    const auto late = connect();
    EXPECT_EQ(late->error(), QStringLiteral("too many connections"));
    EXPECT_TRUE(test::runUntil([&] { return !late->isOpen(); }));

    askers.clear();
    EXPECT_TRUE(test::runUntil([&] {
        const auto again = connect();
        again->send("x\n");
        return again->error().startsWith(QStringLiteral("no JSON"));
    })) << "there is room again";
}

TEST_F(ControlServerTest, AsksForAStopOnce)
{
    QSignalSpy stops(&m_server, &ControlServer::stopRequested);
    const auto asker = connect();
    asker->send("{\"verb\":\"stop\"}\n{\"verb\":\"stop\"}\n");
    EXPECT_TRUE(asker->answer().value(QStringLiteral("ok")).toBool());
    EXPECT_TRUE(asker->answer().value(QStringLiteral("ok")).toBool());
    EXPECT_EQ(stops.count(), 1);
    EXPECT_TRUE(asker->isOpen()) << "it sees the end of the process";
}

TEST_F(ControlServerTest, LeavesNoSocketBehindAndReplacesAnOldOne)
{
    m_server.stopListening();
    EXPECT_FALSE(QFile::exists(path()));
    QFile old(path());
    ASSERT_TRUE(old.open(QFile::WriteOnly));
    old.close();
    ASSERT_TRUE(m_server.listen(m_folder.path()).isOk());
    const auto asker = connect();
    asker->send("x\n");
    EXPECT_FALSE(asker->error().isEmpty());
}

TEST_F(ControlServerTest, SaysWhenThePathIsTooLong)
{
    ControlServer server(m_client);
    const auto listening = server.listen(m_folder.filePath(QString(200, QLatin1Char('x'))));
    ASSERT_FALSE(listening.isOk());
    EXPECT_TRUE(listening.error().contains(QStringLiteral("at most")))
        << listening.error().toStdString();
}

}  // namespace
}  // namespace warren::node
