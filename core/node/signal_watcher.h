#pragma once

#include <QObject>
#include <QSocketNotifier>

#include <memory>

namespace warren::node {

/// Turns SIGINT and SIGTERM into a Qt signal, and lets writes to closed pipes fail instead of
/// ending the process (SIGPIPE).
///
/// The first signal asks for an orderly stop. The second ends the process at once, with 128 plus
/// its number, whatever the threads are doing: what was confirmed is on disk already.
///
/// Thread: the one that constructs it (main). At most one at a time.
class SignalWatcher : public QObject {
    Q_OBJECT

public:
    explicit SignalWatcher(QObject* parent = nullptr);
    ~SignalWatcher() override;

signals:
    void stopRequested(int signalNumber);

private:
    void readPipe();

    int m_readEnd = -1;
    int m_writeEnd = -1;
    std::unique_ptr<QSocketNotifier> m_notifier;
};

}  // namespace warren::node
