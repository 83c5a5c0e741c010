#pragma once

#include "app/ctl/exit_codes.h"

#include <QJsonObject>
#include <QString>
#include <QStringList>

#include <chrono>
#include <variant>

namespace warren::ctl {

/// Everything that the command line says.
struct Options {
    QString socketPath{};
    QString verb{};
    QJsonObject request{};  ///< what the node is sent, with the verb in it
    bool printsJson = false;
    std::chrono::milliseconds timeout{60'000};
};

/// The command line asks for a text (help, version) or is wrong: print and end.
struct PrintAndExit {
    QString text{};
    ExitCode code = ExitCode::Ok;
};

/// Pure. Verbs, their arguments and options are rabbitmqctl's where it has them.
/// @param arguments  without the program's name
/// @param defaultDataFolder  where a node keeps its data that was not told otherwise
std::variant<Options, PrintAndExit> readCommandLine(const QStringList& arguments,
                                                    const QString& defaultDataFolder);

}  // namespace warren::ctl
