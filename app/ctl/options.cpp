#include "app/ctl/options.h"

#include <QCommandLineParser>
#include <QDir>
#include <QFileInfo>
#include <QJsonDocument>
#include <QList>

#include <algorithm>
#include <cmath>
#include <optional>

namespace warren::ctl {

namespace {

/// The longest time that anybody waits for an answer.
constexpr double kTimeoutSecondsMax = 86'400;

/// What a verb takes: arguments in their order, named as the node wants them, and options.
struct Verb {
    QString name;
    QStringList arguments;
    QStringList options;
    QString purpose;
};

const QList<Verb>& verbs()
{
    const QString vhost = QStringLiteral("vhost");
    const QString queue = QStringLiteral("queue");
    const QString node = QStringLiteral("node");
    const QString name = QStringLiteral("name");
    static const QList<Verb> all{
        {QStringLiteral("status"), {}, {}, QStringLiteral("what the node is and how it is")},
        {QStringLiteral("cluster_status"),
         {},
         {},
         QStringLiteral("nodes, links, and which node has which queue")},
        {QStringLiteral("list_queues"), {}, {vhost}, QStringLiteral("all queues, or a vhost's")},
        {QStringLiteral("set_policy"),
         {name, QStringLiteral("pattern"), QStringLiteral("definition")},
         {vhost, QStringLiteral("priority"), QStringLiteral("apply-to")},
         QStringLiteral("puts a policy; the definition is JSON")},
        {QStringLiteral("clear_policy"), {name}, {vhost}, QStringLiteral("removes it")},
        {QStringLiteral("join_cluster"),
         {QStringLiteral("address")},
         {QStringLiteral("ram")},
         QStringLiteral("joins the cluster of the node at that host:port; loses what it had")},
        {QStringLiteral("change_cluster_node_type"),
         {QStringLiteral("type")},
         {},
         QStringLiteral("disc or ram; the node starts anew and gets everything from the others")},
        {QStringLiteral("reset"), {}, {}, QStringLiteral("leaves its cluster, and is empty then")},
        {QStringLiteral("forget_cluster_node"),
         {node},
         {},
         QStringLiteral("gives up a member that is down")},
        {QStringLiteral("rename_cluster"), {name}, {}, QStringLiteral("names the cluster")},
        {QStringLiteral("sync_queue"),
         {queue},
         {vhost},
         QStringLiteral("brings the mirrors of a queue up")},
        {QStringLiteral("cancel_sync_queue"), {queue}, {vhost}, QStringLiteral("no longer")},
        {QStringLiteral("move_master"),
         {queue, node},
         {vhost},
         QStringLiteral("another node leads the queue")},
        {QStringLiteral("rebalance"), {}, {}, QStringLiteral("spreads the masters of queues")},
        {QStringLiteral("set_vm_memory_high_watermark"),
         {QStringLiteral("fraction")},  // or: absolute BYTES
         {},
         QStringLiteral("blocks publishers above it; or: absolute BYTES, such as 512MB")},
        {QStringLiteral("stop"), {}, {}, QStringLiteral("ends the node in order, and waits")},
    };
    return all;
}

struct OptionTable {
    QCommandLineOption data{QStringLiteral("data"),
                            QStringLiteral("The node that keeps its data in <folder>."),
                            QStringLiteral("folder")};
    QCommandLineOption socket{QStringLiteral("socket"),
                              QStringLiteral("The node with the control socket <path>."),
                              QStringLiteral("path")};
    QCommandLineOption vhost{{QStringLiteral("p"), QStringLiteral("vhost")},
                             QStringLiteral("In this vhost; / if not said."),
                             QStringLiteral("vhost")};
    QCommandLineOption priority{QStringLiteral("priority"),
                                QStringLiteral("Of a policy; 0 if not said."),
                                QStringLiteral("number")};
    QCommandLineOption applyTo{
        QStringLiteral("apply-to"),
        QStringLiteral("Of a policy: all, queues, exchanges, classic_queues, quorum_queues."),
        QStringLiteral("what")};
    QCommandLineOption ram{QStringLiteral("ram"),
                           QStringLiteral("Join as a RAM node, which keeps nothing on its disk.")};
    QCommandLineOption json{QStringLiteral("json"), QStringLiteral("Print JSON, not a table.")};
    QCommandLineOption timeout{QStringLiteral("timeout"),
                               QStringLiteral("Wait for so many <seconds>; 60 if not said."),
                               QStringLiteral("seconds")};
    QCommandLineOption help{{QStringLiteral("h"), QStringLiteral("help")},
                            QStringLiteral("Print this help and end.")};
    QCommandLineOption version{{QStringLiteral("v"), QStringLiteral("version")},
                               QStringLiteral("Print the version and end.")};
};

PrintAndExit usageError(const QString& text) { return {text + QLatin1Char('\n'), ExitCode::Usage}; }

QString usageOf(const Verb& verb)
{
    QString line = verb.name;
    for (const QString& argument : verb.arguments)
        line += QLatin1Char(' ') + argument.toUpper();
    for (const QString& option : verb.options) {
        line += option == QStringLiteral("vhost") ? QStringLiteral(" [-p VHOST]")
                                                  : QStringLiteral(" [--%1]").arg(option);
    }
    return line;
}

QString helpText(const QCommandLineParser& parser, const QString& defaultDataFolder)
{
    QString text = parser.helpText() + QStringLiteral("\nVerbs:\n");
    for (const Verb& verb : verbs()) {
        text += QStringLiteral("  %1\n      %2\n").arg(usageOf(verb), verb.purpose);
    }
    return text + QStringLiteral(
                      "\nDefault folder: %1\n\nExit codes:\n  0  done\n  1  the node refused\n"
                      "  2  the command line is wrong\n  3  no node answers there\n")
                      .arg(defaultDataFolder);
}

/// Options of other verbs would do nothing: whoever gives one means something else.
std::optional<QString> strayOption(const QCommandLineParser& parser, const OptionTable& table,
                                   const Verb& verb)
{
    for (const auto* option : {&table.vhost, &table.priority, &table.applyTo, &table.ram}) {
        const QString name = option->names().constLast();
        if (parser.isSet(*option) && !verb.options.contains(name)) {
            return QStringLiteral("%1 takes no --%2").arg(verb.name, name);
        }
    }
    return std::nullopt;
}

/// @returns what is wrong with it
std::optional<QString> putDefinition(QJsonObject& request, const QString& text)
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(text.toUtf8(), &error);
    if (!document.isObject()) {
        return QStringLiteral("the definition must be a JSON object: %1")
            .arg(error.error == QJsonParseError::NoError ? QStringLiteral("it is none")
                                                         : error.errorString());
    }
    request.insert(QStringLiteral("definition"), document.object());
    return std::nullopt;
}

std::optional<QString> putWatermark(QJsonObject& request, const QStringList& values)
{
    if (values.size() == 2 && values.front() == QStringLiteral("absolute")) {
        request.insert(QStringLiteral("bytes"), values.back());
        return std::nullopt;
    }
    bool isNumber = false;
    const double fraction = values.value(0).toDouble(&isNumber);
    if (values.size() != 1 || !isNumber || !std::isfinite(fraction)) {
        return QStringLiteral(
            "set_vm_memory_high_watermark takes a fraction, or 'absolute' and an amount");
    }
    request.insert(QStringLiteral("fraction"), fraction);
    return std::nullopt;
}

std::optional<QString> putArguments(QJsonObject& request, const Verb& verb,
                                    const QStringList& values)
{
    if (verb.name == QStringLiteral("set_vm_memory_high_watermark")) {
        return putWatermark(request, values);
    }
    if (values.size() != verb.arguments.size()) {
        return QStringLiteral("usage: warrenctl %1").arg(usageOf(verb));
    }
    for (qsizetype index = 0; index < values.size(); ++index) {
        const QString& name = verb.arguments.at(index);
        if (name != QStringLiteral("definition")) {
            request.insert(name, values.at(index));
        } else if (auto problem = putDefinition(request, values.at(index))) {
            return problem;
        }
    }
    return std::nullopt;
}

std::optional<QString> putOptions(QJsonObject& request, const QCommandLineParser& parser,
                                  const OptionTable& table)
{
    if (parser.isSet(table.vhost)) {
        request.insert(QStringLiteral("vhost"), parser.value(table.vhost));
    }
    if (parser.isSet(table.applyTo)) {
        request.insert(QStringLiteral("apply-to"), parser.value(table.applyTo));
    }
    if (parser.isSet(table.ram)) request.insert(QStringLiteral("ram"), true);
    if (!parser.isSet(table.priority)) return std::nullopt;
    bool isNumber = false;
    request.insert(QStringLiteral("priority"), parser.value(table.priority).toInt(&isNumber));
    if (isNumber) return std::nullopt;
    return QStringLiteral("--priority must be a whole number");
}

/// Where the node listens, and how long we wait. @returns what is wrong
std::optional<QString> applyReach(const QCommandLineParser& parser, const OptionTable& table,
                                  const QString& defaultDataFolder, Options& options)
{
    if (parser.isSet(table.data) && parser.isSet(table.socket)) {
        return QStringLiteral("--data and --socket exclude each other");
    }
    const QString folder = parser.isSet(table.data) ? parser.value(table.data) : defaultDataFolder;
    options.socketPath = parser.isSet(table.socket) ? parser.value(table.socket)
                                                    : folder + QStringLiteral("/warren.control");
    options.socketPath = QDir::cleanPath(QFileInfo(options.socketPath).absoluteFilePath());
    if (!parser.isSet(table.timeout)) return std::nullopt;
    bool isNumber = false;
    const double seconds = parser.value(table.timeout).toDouble(&isNumber);
    if (!isNumber || !(seconds > 0 && seconds <= kTimeoutSecondsMax)) {
        return QStringLiteral("--timeout must be a number of seconds above 0");
    }
    options.timeout = std::chrono::milliseconds{std::llround(std::ceil(seconds * 1000))};
    return std::nullopt;
}

}  // namespace

std::variant<Options, PrintAndExit> readCommandLine(const QStringList& arguments,
                                                    const QString& defaultDataFolder)
{
    const OptionTable table;
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QStringLiteral("Asks and commands a Warren node on this machine."));
    parser.addPositionalArgument(QStringLiteral("verb"), QStringLiteral("See below."),
                                 QStringLiteral("VERB [ARGUMENTS]"));
    parser.addOptions({table.data, table.socket, table.vhost, table.priority, table.applyTo,
                       table.ram, table.json, table.timeout, table.help, table.version});
    if (!parser.parse(QStringList{QStringLiteral("warrenctl")} + arguments)) {
        return usageError(parser.errorText());
    }
    if (parser.isSet(table.help)) return PrintAndExit{helpText(parser, defaultDataFolder)};
    if (parser.isSet(table.version)) {
        return PrintAndExit{QStringLiteral("Warren " WARREN_VERSION "\n")};
    }
    QStringList values = parser.positionalArguments();
    if (values.isEmpty()) return usageError(QStringLiteral("a verb is missing (see --help)"));

    Options options;
    options.verb = values.takeFirst();
    options.printsJson = parser.isSet(table.json);
    options.request.insert(QStringLiteral("verb"), options.verb);
    const auto& all = verbs();
    const auto verb = std::find_if(all.begin(), all.end(),
                                   [&](const Verb& one) { return one.name == options.verb; });
    if (verb == all.end()) {
        return usageError(QStringLiteral("unknown verb '%1' (see --help)").arg(options.verb));
    }
    auto problem = strayOption(parser, table, *verb);
    if (!problem) problem = putArguments(options.request, *verb, values);
    if (!problem) problem = putOptions(options.request, parser, table);
    if (!problem) problem = applyReach(parser, table, defaultDataFolder, options);
    if (problem) return usageError(*problem);
    return options;
}

}  // namespace warren::ctl
