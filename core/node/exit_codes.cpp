#include "core/node/exit_codes.h"

#include <QStringList>

#include <array>

namespace warren::node {

namespace {

QString meaningOf(ExitCode code)
{
    switch (code) {
    case ExitCode::Ok: return QStringLiteral("ended in order");
    case ExitCode::Unexpected: return QStringLiteral("unexpected error");
    case ExitCode::Usage: return QStringLiteral("wrong option, or error in the configuration file");
    case ExitCode::DataFolderNotWritable:
        return QStringLiteral("the data folder cannot be created or written");
    case ExitCode::DataFolderInUse: return QStringLiteral("another instance uses the data folder");
    case ExitCode::DatabaseNewer:
        return QStringLiteral("the database was written by a newer version");
    case ExitCode::DatabaseDamaged: return QStringLiteral("the database is damaged");
    case ExitCode::CannotListen: return QStringLiteral("cannot listen on the address and port");
    case ExitCode::StorageFailed:
        return QStringLiteral("storage failed while running, e.g. disk full");
    }
    return {};
}

constexpr std::array kExitCodes{
    ExitCode::Ok,
    ExitCode::Unexpected,
    ExitCode::Usage,
    ExitCode::DataFolderNotWritable,
    ExitCode::DataFolderInUse,
    ExitCode::DatabaseNewer,
    ExitCode::DatabaseDamaged,
    ExitCode::CannotListen,
    ExitCode::StorageFailed,
};

}  // namespace

QString exitCodesHelp()
{
    QStringList lines;
    for (const ExitCode code : kExitCodes) {
        lines << QStringLiteral("  %1  %2").arg(static_cast<int>(code)).arg(meaningOf(code));
    }
    lines << QStringLiteral("  130, 143  a second SIGINT or SIGTERM came while stopping");
    return lines.join(QLatin1Char('\n'));
}

}  // namespace warren::node
