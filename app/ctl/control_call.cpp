#include "app/ctl/control_call.h"

#include <QJsonDocument>

namespace warren::ctl {

void ControlCall::start(const QString& socketPath, const QJsonObject& request)
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        fail(m_isAnswered ? QStringLiteral("the node has not ended yet")
                          : QStringLiteral("the node does not answer"));
    });
    connect(&m_socket, &QLocalSocket::connected, this, [this, request] {
        m_socket.write(QJsonDocument(request).toJson(QJsonDocument::Compact) + '\n');
    });
    connect(&m_socket, &QLocalSocket::readyRead, this, &ControlCall::readAnswer);
    connect(&m_socket, &QLocalSocket::disconnected, this, &ControlCall::loseConnection);
    connect(&m_socket, &QLocalSocket::errorOccurred, this,
            [this, socketPath](QLocalSocket::LocalSocketError error) {
                if (error == QLocalSocket::PeerClosedError) return;  // `disconnected` follows
                fail(QStringLiteral("no node answers at %1: %2")
                         .arg(socketPath, m_socket.errorString()));
            });
    m_timer.start(m_timeout);
    m_socket.connectToServer(socketPath);
}

void ControlCall::readAnswer()
{
    if (m_isAnswered || m_hasFailed || !m_socket.canReadLine()) return;
    m_isAnswered = true;
    const QJsonObject answer = QJsonDocument::fromJson(m_socket.readLine()).object();
    if (!answer.value(QStringLiteral("ok")).toBool()) {
        emit refused(answer.value(QStringLiteral("error"))
                         .toString(QStringLiteral("the node answered something else")));
    } else if (!m_awaitsEnd) {
        emit answered(answer.value(QStringLiteral("value")).toObject());
    }
}

void ControlCall::fail(const QString& text)
{
    if (m_hasFailed) return;
    m_hasFailed = true;
    emit notReachable(text);
}

void ControlCall::loseConnection()
{
    if (m_isAnswered && m_awaitsEnd) return emit answered({});
    if (!m_isAnswered) fail(QStringLiteral("the node ended before it answered"));
}

}  // namespace warren::ctl
