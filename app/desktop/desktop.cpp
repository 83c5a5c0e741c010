#include "app/desktop/desktop.h"

#include "app/desktop/start_failure_dialog.h"

#include <QCoreApplication>
#include <QDir>
#include <QStringList>

#include <utility>

namespace warren::desktop {

using node::ExitCode;
using node::Node;
using node::NodeFailure;

namespace {

/// With which a node of this computer can talk to this program's own: it is nobody's but the user's
/// here, so they share a certificate.
QStringList clusterTlsOptions(const node::ClusterTls& tls)
{
    if (!tls.isWanted()) return {};
    return {
        QStringLiteral("--cluster-tls-certificate"), QString::fromStdString(tls.certificateFile),
        QStringLiteral("--cluster-tls-key"),         QString::fromStdString(tls.keyFile),
        QStringLiteral("--cluster-tls-ca"),          QString::fromStdString(tls.authorityFile)};
}

}  // namespace

Desktop::Desktop(node::RunNode request) : m_request(std::move(request)) {}

void Desktop::start()
{
    m_node = std::make_unique<Node>(m_request.config, m_request.ignoredSettings);
    connect(m_node.get(), &Node::started, this, &Desktop::showWindow);
    connect(m_node.get(), &Node::failed, this, &Desktop::handleFailure);
    connect(m_node.get(), &Node::stopped, this, [this] {
        // Not quit(), which would ask the window once more.
        if (m_isQuitting) QCoreApplication::exit();
    });
    m_node->start();
}

void Desktop::quit()
{
    if (std::exchange(m_isQuitting, true)) return;
    if (m_window != nullptr) m_window->hide();
    // Ours is the last to go: it has everything then, and needs nobody when it comes back.
    if (m_localCluster == nullptr) return m_node->requestStop();
    connect(m_localCluster.get(), &LocalCluster::allStopped, m_node.get(), &Node::requestStop);
    m_localCluster->stopAll();
}

void Desktop::showWindow(const node::NodeStarted& started)
{
    const QDir folder(started.dataFolder);
    const QString& cookieFile = m_node->config().cluster.cookieFile;
    m_localCluster = std::make_unique<LocalCluster>(
        m_node->client(),
        LocalClusterSettings{.program = findNodeProgram(),
                             .folder = folder.filePath(QStringLiteral("nodes")),
                             .cookieFile = cookieFile.isEmpty()
                                               ? folder.filePath(QStringLiteral("cookie"))
                                               : cookieFile,
                             .options = clusterTlsOptions(m_node->config().cluster.tls)});
    m_localCluster->startKnown();
    m_window = std::make_unique<ui::MainWindow>(m_node->client(), m_localCluster.get());
    connect(m_window.get(), &ui::MainWindow::quitRequested, this, &Desktop::quit);
    m_window->show();
}

void Desktop::handleFailure(const NodeFailure& failure)
{
    m_exitCode = failure.code;
    // While it runs, the window says what has happened; the person decides when it ends.
    if (m_window != nullptr) return;
    StartFailureDialog dialog(failure, m_request.config);
    if (dialog.exec() != QDialog::Accepted) return quit();
    m_exitCode = ExitCode::Ok;
    m_request.config = dialog.config();
    m_request.ignoredSettings.clear();  // said once is enough
    // Not from inside the failed node's own signal.
    QMetaObject::invokeMethod(this, &Desktop::start, Qt::QueuedConnection);
}

}  // namespace warren::desktop
