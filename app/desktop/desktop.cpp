#include "app/desktop/desktop.h"

#include "app/desktop/start_failure_dialog.h"

#include <QCoreApplication>

#include <utility>

namespace warren::desktop {

using node::ExitCode;
using node::Node;
using node::NodeFailure;

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
    m_isQuitting = true;
    if (m_window != nullptr) m_window->hide();
    m_node->requestStop();
}

void Desktop::showWindow()
{
    m_window = std::make_unique<ui::MainWindow>(m_node->client());
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
