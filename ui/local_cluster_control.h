#pragma once

#include <QList>
#include <QObject>
#include <QString>

namespace warren::ui {

/// A node on this computer that this program started, or did at an earlier time.
struct LocalNode {
    QString name{};  ///< "warren2@localhost"
    qint64 pid = 0;  ///< 0 while it doesn't run
    bool isRunning = false;
    bool isReady = false;      ///< it has said that clients can connect
    bool isSuspended = false;  ///< it runs, and is held by SIGSTOP
    QString address{};         ///< where other nodes reach it; empty: not known yet
    quint16 amqpPort = 0;      ///< 0: not known yet
    bool operator==(const LocalNode&) const = default;
};

/// Starts and ends further nodes on this computer, so that a cluster can be tried out.
///
/// Thread: GUI. No call waits: `changed` tells of what came of it, `failed` why nothing did. Nodes
/// that don't exist, or already are as asked, are left alone.
class LocalClusterControl : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    /// Whether there is a program to start. Without one nothing can be done here.
    virtual bool isAvailable() const = 0;

    virtual QList<LocalNode> nodes() const = 0;  ///< by name, in natural order

    /// Starts so many more nodes: those that have stopped first, then new ones, which join the
    /// cluster of this program's own node.
    virtual void start(int count) = 0;

    virtual void stop(const QString& name) = 0;     ///< in order (SIGTERM)
    virtual void kill(const QString& name) = 0;     ///< as a crash would (SIGKILL)
    virtual void restart(const QString& name) = 0;  ///< one that doesn't run, with what it has
    virtual void suspend(const QString& name) = 0;  ///< as a stall would (SIGSTOP)
    virtual void resume(const QString& name) = 0;   ///< SIGCONT

    /// Removes a node that doesn't run, with all that it has.
    virtual void discard(const QString& name) = 0;

signals:
    void changed();
    void failed(const QString& text);
};

}  // namespace warren::ui
