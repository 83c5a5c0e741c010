#include "core/node/broker_thread.h"

#include <utility>

namespace warren::node {

BrokerThread::BrokerThread(NodeConfig config, Logger& logger, QObject* parent)
    : QObject(parent), m_loop(std::make_unique<BrokerLoop>(std::move(config), logger))
{
    qRegisterMetaType<management::SnapshotPtr>();
    qRegisterMetaType<NodeStarted>();
    qRegisterMetaType<NodeFailure>();
    m_thread.setObjectName(QStringLiteral("broker"));
    m_loop->moveToThread(&m_thread);
    m_thread.start();
}

BrokerThread::~BrokerThread()
{
    // The thread's loop carries out what was posted before quit, so this stop comes first.
    QMetaObject::invokeMethod(
        m_loop.get(),
        [this] {
            m_loop->stopNow();
            m_thread.quit();
        },
        Qt::QueuedConnection);
    m_thread.wait();
}

void BrokerThread::start()
{
    QMetaObject::invokeMethod(m_loop.get(), &BrokerLoop::start, Qt::QueuedConnection);
}

void BrokerThread::requestStop()
{
    QMetaObject::invokeMethod(m_loop.get(), &BrokerLoop::stop, Qt::QueuedConnection);
}

}  // namespace warren::node
