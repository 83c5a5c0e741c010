#pragma once

#include "core/node/broker_loop.h"

#include <QObject>
#include <QThread>

#include <memory>

namespace warren::node {

/// Runs a BrokerLoop on a thread of its own. Thread: the one that constructs it (main).
class BrokerThread final : public QObject {
    Q_OBJECT

public:
    /// @param logger  outlives the thread
    BrokerThread(NodeConfig config, Logger& logger, QObject* parent = nullptr);
    /// Stops in order and waits.
    ~BrokerThread() override;

    /// Ends with the loop's `started` or `failed`.
    void start();
    /// Asks for an orderly stop; ends with the loop's `stopped`.
    void requestStop();

    BrokerLoop& loop() { return *m_loop; }

private:
    std::unique_ptr<BrokerLoop> m_loop;
    QThread m_thread;
};

}  // namespace warren::node
