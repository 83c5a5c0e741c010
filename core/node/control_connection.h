#pragma once

#include <QByteArray>
#include <QLocalSocket>
#include <QObject>

namespace warren::node {

/// One who asks through the control socket: lines come in, an answer goes out for each, in order.
///
/// Thread: main. The next line is taken only after the last answer has left, so a peer that writes
/// and never reads costs one line and one answer. Deletes itself when the peer goes.
class ControlConnection final : public QObject {
    Q_OBJECT

public:
    /// A longer line is answered with a refusal and ends the connection.
    static constexpr qint64 kLineBytesMax = 1024 * 1024;

    /// @param socket  becomes a child
    ControlConnection(QLocalSocket* socket, QObject* parent);

    /// @param line  with its end. @pre a line was received that has no answer yet
    void answer(const QByteArray& line);
    /// Says this and ends the connection.
    void refuse(const QByteArray& line);

signals:
    /// Answer it, now or later, exactly once.
    void lineReceived(const QByteArray& line);

private:
    void takeLine();

    QLocalSocket& m_socket;
    bool m_awaitsAnswer = false;
};

}  // namespace warren::node
