#include "core/node/command_line.h"
#include "core/node/exit_codes.h"
#include "core/node/node.h"
#include "core/node/signal_watcher.h"

#include <QCoreApplication>

#include <cstdio>
#include <variant>

namespace {

using namespace warren::node;

/// Says on standard output that clients can connect, for whoever started us.
void printReady(const QByteArray& line)
{
    std::printf("%s\n", line.constData());
    std::fflush(stdout);
}

int run(RunNode&& request)
{
    Node node(std::move(request.config), request.ignoredSettings);
    SignalWatcher signalWatcher;
    auto code = ExitCode::Ok;
    QObject::connect(&signalWatcher, &SignalWatcher::stopRequested, &node, &Node::requestStop);
    QObject::connect(&node, &Node::started, &node,
                     [&node](const NodeStarted& started) { printReady(node.readyLine(started)); });
    QObject::connect(&node, &Node::failed, &node, [&](const NodeFailure& failure) {
        code = failure.code;
        node.requestStop();
    });
    QObject::connect(&node, &Node::stopped, QCoreApplication::instance(), &QCoreApplication::quit);
    node.start();
    QCoreApplication::exec();
    return static_cast<int>(code);
}

}  // namespace

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("warren"));
    QCoreApplication::setApplicationVersion(QStringLiteral(WARREN_VERSION));
    auto outcome =
        readCommandLine(application.arguments(),
                        QStringLiteral("Warren, a RabbitMQ-compatible message broker, headless."));
    if (const auto* text = std::get_if<PrintAndExit>(&outcome)) return print(*text);
    return run(std::move(std::get<RunNode>(outcome)));
}
