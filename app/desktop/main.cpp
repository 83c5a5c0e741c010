#include "app/desktop/desktop.h"
#include "core/node/command_line.h"
#include "core/node/signal_watcher.h"

#include <QApplication>

#include <utility>
#include <variant>

int main(int argc, char** argv)
{
    QApplication application(argc, argv);
    QApplication::setOrganizationName(QStringLiteral("Warren"));
    QApplication::setApplicationName(QStringLiteral("warren"));
    QApplication::setApplicationDisplayName(QStringLiteral("Warren"));
    QApplication::setApplicationVersion(QStringLiteral(WARREN_VERSION));
    // The window may go to the tray while the broker goes on.
    QApplication::setQuitOnLastWindowClosed(false);

    auto outcome = warren::node::readCommandLine(
        application.arguments(),
        QStringLiteral("Warren, a RabbitMQ-compatible message broker with a window."));
    if (const auto* text = std::get_if<warren::node::PrintAndExit>(&outcome)) {
        return warren::node::print(*text);
    }
    warren::desktop::Desktop desktop(std::move(std::get<warren::node::RunNode>(outcome)));
    warren::node::SignalWatcher signalWatcher;
    QObject::connect(&signalWatcher, &warren::node::SignalWatcher::stopRequested, &desktop,
                     &warren::desktop::Desktop::quit);
    desktop.start();
    QApplication::exec();
    return static_cast<int>(desktop.exitCode());
}
