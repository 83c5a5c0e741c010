#pragma once

#include "core/node/exit_codes.h"
#include "core/node/node_config.h"
#include "core/node/rabbitmq_conf.h"

#include <QString>
#include <QStringList>

#include <variant>
#include <vector>

namespace warren::node {

/// The command line asks for a node with this configuration.
struct RunNode {
    NodeConfig config;
    QString configFile;  ///< empty: none
    /// Settings of the file that mean nothing here; log their keys only, a value may be a secret.
    std::vector<IgnoredSetting> ignoredSettings;
};

/// The command line asks for a text (help, version) or is wrong: print and end.
struct PrintAndExit {
    QString text;  ///< to standard output if `code` is Ok, else to standard error
    ExitCode code = ExitCode::Ok;
};

using CommandLineOutcome = std::variant<RunNode, PrintAndExit>;

/// Understands the options that `warren` and `warren-node` share. What the command line says wins
/// over the file of --config.
/// @param arguments  with the program's name first, as QCoreApplication::arguments() has them
/// @param description  what the program is, for --help
CommandLineOutcome readCommandLine(const QStringList& arguments, const QString& description);

/// Prints it where it belongs. @returns the process' exit code
int print(const PrintAndExit& outcome);

}  // namespace warren::node
