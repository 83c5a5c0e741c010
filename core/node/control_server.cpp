#include "core/node/control_server.h"

#include "core/node/control_answer.h"
#include "core/node/control_connection.h"

#include <QDir>
#include <QFile>
#include <QFuture>
#include <QFutureWatcher>
#include <QLocalSocket>

#include <variant>

#ifdef Q_OS_UNIX
#include <sys/un.h>
#endif

namespace warren::node {

namespace {

#ifdef Q_OS_UNIX
constexpr qsizetype kSocketPathBytesMax = sizeof(sockaddr_un::sun_path) - 1;
#else
constexpr qsizetype kSocketPathBytesMax = 255;
#endif

/// Answers with what `answerOf` makes of the result, unless the connection has gone until then.
template <typename Value, typename AnswerOf>
void answerWhenFinished(ControlConnection& connection, const QFuture<Value>& future,
                        const AnswerOf& answerOf)
{
    auto* watcher = new QFutureWatcher<Value>(&connection);
    QObject::connect(
        watcher, &QFutureWatcherBase::finished, &connection, [&connection, watcher, answerOf] {
            // Without a result: the broker ended before it came to the question.
            connection.answer(watcher->future().resultCount() > 0
                                  ? answerOf(watcher->result())
                                  : controlRefusal(QStringLiteral("the broker does not run")));
            watcher->deleteLater();
        });
    watcher->setFuture(future);
}

}  // namespace

ControlServer::ControlServer(ControlClient& client, QObject* parent)
    : QObject(parent), m_client(client)
{
    m_server.setSocketOptions(QLocalServer::UserAccessOption);
    connect(&m_server, &QLocalServer::newConnection, this, &ControlServer::accept);
}

ControlServer::~ControlServer() = default;

Status<QString> ControlServer::listen(const QString& dataFolder)
{
    const QString path = QDir(dataFolder).absoluteFilePath(socketName());
    const qsizetype pathBytes = QFile::encodeName(path).size();
    if (pathBytes > kSocketPathBytesMax) {
        return QStringLiteral("the path '%1' has %2 bytes; that of a socket has %3 at most")
            .arg(path)
            .arg(pathBytes)
            .arg(kSocketPathBytesMax);
    }
    QLocalServer::removeServer(path);
    if (!m_server.listen(path)) return m_server.errorString();
    return {};
}

void ControlServer::accept()
{
    while (QLocalSocket* socket = m_server.nextPendingConnection()) {
        auto* connection = new ControlConnection(socket, this);
        m_connectionCount += 1;
        connect(connection, &QObject::destroyed, this, [this] { m_connectionCount -= 1; });
        if (m_connectionCount > kConnectionsMax) {
            connection->refuse(controlRefusal(QStringLiteral("too many connections")));
            continue;
        }
        connect(connection, &ControlConnection::lineReceived, this,
                [this, connection](const QByteArray& line) { serve(*connection, line); });
    }
}

void ControlServer::serve(ControlConnection& connection, const QByteArray& line)
{
    const auto request = parseControlRequest(line);
    if (!request) return connection.answer(controlRefusal(request.error()));
    if (const auto* query = std::get_if<ControlQuery>(&*request)) return ask(connection, *query);
    if (const auto* command = std::get_if<management::ManagementCommand>(&*request)) {
        return execute(connection, *command);
    }
    stop(connection);
}

void ControlServer::ask(ControlConnection& connection, const ControlQuery& query)
{
    answerWhenFinished(connection, m_client.sample(topicsOf(query.question)),
                       [query](const management::SnapshotPtr& snapshot) {
                           if (snapshot != nullptr) return controlAnswer(query, *snapshot);
                           return controlRefusal(QStringLiteral("the broker does not run"));
                       });
}

void ControlServer::execute(ControlConnection& connection,
                            const management::ManagementCommand& command)
{
    answerWhenFinished(
        connection, m_client.execute(command),
        [](const management::CommandResult& result) { return controlAnswer(result); });
}

void ControlServer::stop(ControlConnection& connection)
{
    connection.answer(controlAnswer(QJsonObject{}));
    if (m_isStopRequested) return;
    m_isStopRequested = true;
    emit stopRequested();
}

}  // namespace warren::node
