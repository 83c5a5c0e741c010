#pragma once

#include "app/desktop/local_cluster.h"
#include "core/node/command_line.h"
#include "core/node/node.h"
#include "ui/main_window.h"

#include <QObject>

#include <memory>

namespace warren::desktop {

/// The desktop program: one node and its window, from the start to an orderly end, and the nodes
/// that the window starts beside it.
///
/// Thread: main. When the node can't start it asks the person for the way out, such as another
/// port.
class Desktop final : public QObject {
    Q_OBJECT

public:
    explicit Desktop(node::RunNode request);

    void start();
    /// Stops the nodes beside it, then the broker, in order, and ends the event loop.
    void quit();
    node::ExitCode exitCode() const { return m_exitCode; }

private:
    void showWindow(const node::NodeStarted& started);
    void handleFailure(const node::NodeFailure& failure);

    node::RunNode m_request;
    std::unique_ptr<node::Node> m_node;
    std::unique_ptr<LocalCluster> m_localCluster;
    std::unique_ptr<ui::MainWindow> m_window;
    node::ExitCode m_exitCode = node::ExitCode::Ok;
    bool m_isQuitting = false;
};

}  // namespace warren::desktop
