#include "core/node/command_line.h"

#include <QCommandLineParser>
#include <QDir>
#include <QFileInfo>

#include <array>
#include <cstdio>
#include <optional>
#include <utility>

namespace warren::node {

namespace {

struct Options {
    QCommandLineOption config{
        QStringLiteral("config"),
        QStringLiteral("Read settings from <file>, which has the syntax of rabbitmq.conf."),
        QStringLiteral("file")};
    QCommandLineOption data{QStringLiteral("data"), QStringLiteral("Keep all data in <folder>."),
                            QStringLiteral("folder")};
    QCommandLineOption listen{
        QStringLiteral("listen"),
        QStringLiteral("Accept connections at <address>, e.g. 0.0.0.0 for the whole network."),
        QStringLiteral("address")};
    QCommandLineOption amqpPort{
        QStringLiteral("amqp-port"),
        QStringLiteral("Accept AMQP 0-9-1 at port <number>; 0 is any free one."),
        QStringLiteral("number")};
    QCommandLineOption nodeName{QStringLiteral("node-name"),
                                QStringLiteral("Call this node <name>, e.g. warren@desk."),
                                QStringLiteral("name")};
    QCommandLineOption ephemeral{
        QStringLiteral("ephemeral"),
        QStringLiteral("Keep nothing: data go to a new folder that is removed at the end.")};
    QCommandLineOption clusterPort{
        QStringLiteral("cluster-port"),
        QStringLiteral(
            "Let other nodes of the cluster connect at port <number>; 0 is any free one."),
        QStringLiteral("number")};
    QCommandLineOption clusterAddress{
        QStringLiteral("cluster-address"),
        QStringLiteral("Tell other nodes to connect at <host:port>, if that is not where this one "
                       "listens."),
        QStringLiteral("host:port")};
    QCommandLineOption cookieFile{
        QStringLiteral("cookie-file"),
        QStringLiteral("Keep the secret that all nodes of the cluster share in <file>."),
        QStringLiteral("file")};
    QCommandLineOption clusterTlsCertificate{
        QStringLiteral("cluster-tls-certificate"),
        QStringLiteral("Encrypt the links between nodes with TLS, and show the others the "
                       "certificate in <file> (PEM). All nodes of a cluster have to."),
        QStringLiteral("file")};
    QCommandLineOption clusterTlsKey{
        QStringLiteral("cluster-tls-key"),
        QStringLiteral("The private key of that certificate is in <file> (PEM, not encrypted)."),
        QStringLiteral("file")};
    QCommandLineOption clusterTlsAuthority{
        QStringLiteral("cluster-tls-ca"),
        QStringLiteral("Trust other nodes whose certificates an authority in <file> (PEM) has "
                       "issued."),
        QStringLiteral("file")};
    QCommandLineOption join{
        QStringLiteral("join"),
        QStringLiteral("Join the cluster that has a member at <host:port>, unless this node is in "
                       "one already. What this node has is deleted."),
        QStringLiteral("host:port")};
    QCommandLineOption nodeType{
        QStringLiteral("node-type"),
        QStringLiteral("With --join: become a <type> of node, disc or ram."),
        QStringLiteral("type")};
    QCommandLineOption logLevel{
        QStringLiteral("log-level"),
        QStringLiteral("Log <level> and above: debug, info, warning, error."),
        QStringLiteral("level")};
    QCommandLineOption help{{QStringLiteral("h"), QStringLiteral("help")},
                            QStringLiteral("Print this help and end.")};
    QCommandLineOption version{{QStringLiteral("v"), QStringLiteral("version")},
                               QStringLiteral("Print the version and end.")};
};

PrintAndExit usageError(const QString& text) { return {text, ExitCode::Usage}; }

std::optional<LogLevel> logLevelOf(const QString& name)
{
    static const std::array<std::pair<QString, LogLevel>, 4> levels{{
        {QStringLiteral("debug"), LogLevel::Debug},
        {QStringLiteral("info"), LogLevel::Info},
        {QStringLiteral("warning"), LogLevel::Warning},
        {QStringLiteral("error"), LogLevel::Error},
    }};
    for (const auto& [levelName, level] : levels) {
        if (levelName == name) return level;
    }
    return std::nullopt;
}

QString helpText(const QCommandLineParser& parser, const NodeConfig& defaults)
{
    const ListenAddress& listener = defaults.listeners.front();
    return parser.helpText() + QStringLiteral(
                                   "\nDefaults: address %1, port %2, node %3,\ndata in %4\n"
                                   "The command line wins over the file.\n\nExit codes:\n%5\n")
                                   .arg(QString::fromStdString(listener.address))
                                   .arg(listener.port)
                                   .arg(QString::fromStdString(defaults.nodeName),
                                        defaults.dataFolder, exitCodesHelp());
}

/// --listen and --amqp-port; each keeps what the file or the default says for the other.
std::optional<QString> applyListener(const QCommandLineParser& parser, const Options& options,
                                     NodeConfig& config)
{
    if (!parser.isSet(options.listen) && !parser.isSet(options.amqpPort)) return std::nullopt;
    ListenAddress listener;
    if (!config.listeners.empty()) listener = config.listeners.front();
    if (parser.isSet(options.listen)) {
        listener.address = parser.value(options.listen).toStdString();
        if (listener.address.empty()) return QStringLiteral("--listen needs an address");
    }
    if (parser.isSet(options.amqpPort)) {
        bool isNumber = false;
        listener.port = parser.value(options.amqpPort).toUShort(&isNumber);
        if (!isNumber) {
            return QStringLiteral("--amqp-port must be a number from 0 to 65535, not '%1'")
                .arg(parser.value(options.amqpPort));
        }
    }
    config.listeners = {listener};
    return std::nullopt;
}

/// The three options of TLS between nodes; each wins over the file by itself.
std::optional<QString> applyClusterTls(const QCommandLineParser& parser, const Options& options,
                                       ClusterTls& tls)
{
    const std::array<std::pair<const QCommandLineOption*, std::string*>, 3> files{{
        {&options.clusterTlsCertificate, &tls.certificateFile},
        {&options.clusterTlsKey, &tls.keyFile},
        {&options.clusterTlsAuthority, &tls.authorityFile},
    }};
    for (const auto& [option, file] : files) {
        if (!parser.isSet(*option)) continue;
        const QString value = parser.value(*option);
        if (value.isEmpty()) {
            return QStringLiteral("--%1 needs a file").arg(option->names().constFirst());
        }
        *file = QDir::cleanPath(QFileInfo(value).absoluteFilePath()).toStdString();
    }
    if (!tls.isWanted() || tls.isComplete()) return std::nullopt;
    return QStringLiteral(
        "TLS between nodes needs all of --cluster-tls-certificate, --cluster-tls-key and "
        "--cluster-tls-ca (in a file: cluster_tls.certfile, .keyfile and .cacertfile)");
}

std::optional<QString> applyOptions(const QCommandLineParser& parser, const Options& options,
                                    NodeConfig& config)
{
    if (auto problem = applyListener(parser, options, config)) return problem;
    config.isEphemeral = parser.isSet(options.ephemeral);
    if (parser.isSet(options.data)) {
        if (config.isEphemeral) {
            return QStringLiteral("--data and --ephemeral exclude each other");
        }
        if (parser.value(options.data).isEmpty()) return QStringLiteral("--data needs a folder");
        config.dataFolder =
            QDir::cleanPath(QFileInfo(parser.value(options.data)).absoluteFilePath());
    }
    if (parser.isSet(options.nodeName)) {
        config.nodeName = parser.value(options.nodeName).toStdString();
        if (!isValidNodeName(config.nodeName)) {
            return QStringLiteral("--node-name must look like name@host, not '%1'")
                .arg(parser.value(options.nodeName));
        }
    }
    if (parser.isSet(options.clusterPort)) {
        bool isNumber = false;
        config.cluster.port = parser.value(options.clusterPort).toUShort(&isNumber);
        if (!isNumber) {
            return QStringLiteral("--cluster-port must be a number from 0 to 65535, not '%1'")
                .arg(parser.value(options.clusterPort));
        }
    }
    config.cluster.address = parser.value(options.clusterAddress).toStdString();
    config.cluster.joinAddress = parser.value(options.join).toStdString();
    if (parser.isSet(options.nodeType)) {
        const auto type = cluster::nodeTypeOf(parser.value(options.nodeType).toStdString());
        if (!type) {
            return QStringLiteral("--node-type must be disc or ram, not '%1'")
                .arg(parser.value(options.nodeType));
        }
        config.cluster.joinType = *type;
    }
    if (parser.isSet(options.cookieFile)) {
        config.cluster.cookieFile =
            QDir::cleanPath(QFileInfo(parser.value(options.cookieFile)).absoluteFilePath());
    }
    if (auto problem = applyClusterTls(parser, options, config.cluster.tls)) return problem;
    if (parser.isSet(options.logLevel)) {
        const auto level = logLevelOf(parser.value(options.logLevel));
        if (!level) {
            return QStringLiteral("--log-level must be debug, info, warning or error, not '%1'")
                .arg(parser.value(options.logLevel));
        }
        config.logLevel = *level;
    }
    return std::nullopt;
}

}  // namespace

CommandLineOutcome readCommandLine(const QStringList& arguments, const QString& description)
{
    const Options options;
    QCommandLineParser parser;
    parser.setApplicationDescription(description);
    parser.addOptions({options.config, options.data, options.listen, options.amqpPort,
                       options.nodeName, options.ephemeral, options.clusterPort,
                       options.clusterAddress, options.cookieFile, options.clusterTlsCertificate,
                       options.clusterTlsKey, options.clusterTlsAuthority, options.join,
                       options.nodeType, options.logLevel, options.help, options.version});
    if (!parser.parse(arguments)) {
        return usageError(parser.errorText() + QStringLiteral(" (see --help)"));
    }
    RunNode run{defaultNodeConfig(), {}, {}};
    if (parser.isSet(options.help)) return PrintAndExit{helpText(parser, run.config)};
    if (parser.isSet(options.version)) {
        return PrintAndExit{QStringLiteral("Warren " WARREN_VERSION "\n")};
    }
    if (!parser.positionalArguments().isEmpty()) {
        return usageError(QStringLiteral("Unexpected argument '%1' (see --help)")
                              .arg(parser.positionalArguments().constFirst()));
    }
    if (parser.isSet(options.config)) {
        run.configFile = parser.value(options.config);
        auto ignored = loadConfFile(run.configFile, run.config);
        if (!ignored) return usageError(QString::fromStdString(ignored.error()));
        run.ignoredSettings = std::move(*ignored);
    }
    if (const auto problem = applyOptions(parser, options, run.config)) return usageError(*problem);
    return run;
}

int print(const PrintAndExit& outcome)
{
    const bool isError = outcome.code != ExitCode::Ok;
    const QByteArray text = outcome.text.toUtf8();
    std::fprintf(isError ? stderr : stdout, isError ? "%s\n" : "%s", text.constData());
    return static_cast<int>(outcome.code);
}

}  // namespace warren::node
