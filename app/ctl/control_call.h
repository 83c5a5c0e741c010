#pragma once

#include <QJsonObject>
#include <QLocalSocket>
#include <QObject>
#include <QString>
#include <QTimer>

#include <chrono>

namespace warren::ctl {

/// One question to a node and its answer, over the node's control socket: a JSON object per line
/// and direction. Thread: main.
class ControlCall final : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    /// The node must answer within `timeout`.
    void setTimeout(std::chrono::milliseconds timeout) { m_timeout = timeout; }
    /// `answered` only when the node has ended, for requests that end it.
    void setAwaitsEnd(bool awaitsEnd) { m_awaitsEnd = awaitsEnd; }

    /// Ends with one of the signals, once.
    void start(const QString& socketPath, const QJsonObject& request);

signals:
    void answered(const QJsonObject& value);
    void refused(const QString& text);
    void notReachable(const QString& text);

private:
    void readAnswer();
    void loseConnection();
    void fail(const QString& text);

    QLocalSocket m_socket;
    QTimer m_timer;
    std::chrono::milliseconds m_timeout{60'000};
    bool m_awaitsEnd = false;
    bool m_isAnswered = false;
    bool m_hasFailed = false;
};

}  // namespace warren::ctl
