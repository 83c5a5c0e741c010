#include "core/node/control_connection.h"

#include "core/base/check.h"
#include "core/node/control_answer.h"

namespace warren::node {

ControlConnection::ControlConnection(QLocalSocket* socket, QObject* parent)
    : QObject(parent), m_socket(*socket)
{
    socket->setParent(this);
    socket->setReadBufferSize(kLineBytesMax + 1);
    connect(socket, &QLocalSocket::readyRead, this, &ControlConnection::takeLine);
    connect(socket, &QLocalSocket::bytesWritten, this, &ControlConnection::takeLine);
    connect(socket, &QLocalSocket::disconnected, this, &QObject::deleteLater);
    // What came before anybody listened.
    QMetaObject::invokeMethod(this, &ControlConnection::takeLine, Qt::QueuedConnection);
}

void ControlConnection::answer(const QByteArray& line)
{
    WARREN_CHECK(m_awaitsAnswer);
    m_awaitsAnswer = false;
    if (m_socket.state() != QLocalSocket::ConnectedState) return;  // it goes with the next event
    m_socket.write(line);
    // At once if it can be: the process may be about to end.
    m_socket.flush();
    QMetaObject::invokeMethod(this, &ControlConnection::takeLine, Qt::QueuedConnection);
}

void ControlConnection::refuse(const QByteArray& line)
{
    m_awaitsAnswer = true;  // nothing is taken any more
    m_socket.write(line);
    m_socket.disconnectFromServer();
}

void ControlConnection::takeLine()
{
    if (m_awaitsAnswer || m_socket.bytesToWrite() > 0) return;
    if (m_socket.canReadLine()) {
        m_awaitsAnswer = true;
        emit lineReceived(m_socket.readLine());
        return;
    }
    if (m_socket.bytesAvailable() > kLineBytesMax) {
        refuse(controlRefusal(
            QStringLiteral("a request may have %1 bytes at most").arg(kLineBytesMax)));
    }
}

}  // namespace warren::node
