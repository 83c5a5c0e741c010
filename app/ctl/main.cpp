#include "app/ctl/control_call.h"
#include "app/ctl/options.h"
#include "app/ctl/tables.h"

#include <QCoreApplication>
#include <QJsonDocument>
#include <QStandardPaths>

#include <cstdio>
#include <variant>

namespace {

using namespace warren::ctl;

void print(std::FILE* to, const QString& text)
{
    const QByteArray bytes = text.toUtf8();
    std::fwrite(bytes.constData(), 1, static_cast<std::size_t>(bytes.size()), to);
    std::fflush(to);
}

void printAnswer(const Options& options, const QJsonObject& value)
{
    if (!options.printsJson) return print(stdout, tablesOf(options.verb, value));
    print(stdout, QString::fromUtf8(QJsonDocument(value).toJson(QJsonDocument::Compact)) +
                      QLatin1Char('\n'));
}

void end(ExitCode code) { QCoreApplication::exit(static_cast<int>(code)); }

void complain(const QString& text, ExitCode code)
{
    print(stderr, QStringLiteral("warrenctl: %1\n").arg(text));
    end(code);
}

int run(const Options& options)
{
    ControlCall call;
    call.setTimeout(options.timeout);
    call.setAwaitsEnd(options.verb == QStringLiteral("stop"));
    QObject::connect(&call, &ControlCall::answered, &call, [&options](const QJsonObject& value) {
        printAnswer(options, value);
        end(ExitCode::Ok);
    });
    QObject::connect(&call, &ControlCall::refused, &call,
                     [](const QString& text) { complain(text, ExitCode::Refused); });
    QObject::connect(&call, &ControlCall::notReachable, &call,
                     [](const QString& text) { complain(text, ExitCode::NotReachable); });
    // Not before the event loop runs, which an early failure could not end.
    QMetaObject::invokeMethod(
        &call, [&call, &options] { call.start(options.socketPath, options.request); },
        Qt::QueuedConnection);
    return QCoreApplication::exec();
}

}  // namespace

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("warrenctl"));
    const QString dataFolder =
        QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) +
        QStringLiteral("/warren");
    const auto outcome = readCommandLine(application.arguments().mid(1), dataFolder);
    if (const auto* text = std::get_if<PrintAndExit>(&outcome)) {
        const bool isError = text->code != ExitCode::Ok;
        print(isError ? stderr : stdout,
              isError ? QStringLiteral("warrenctl: ") + text->text : text->text);
        return static_cast<int>(text->code);
    }
    return run(std::get<Options>(outcome));
}
