#include "app/desktop/local_cluster.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QStandardPaths>

#include <algorithm>
#include <csignal>
#include <sys/prctl.h>
#include <utility>

namespace warren::desktop {

using ui::LocalNode;

namespace {

/// The first of them; the program's own node is number 1.
constexpr int kFirstNumber = 2;
const QString kAmqpPort = QStringLiteral("amqp_port");
const QString kClusterPort = QStringLiteral("cluster_port");

QString nameOf(int number) { return QStringLiteral("warren%1@localhost").arg(number); }

quint16 portIn(const QJsonObject& object, const QString& key)
{
    return static_cast<quint16>(object.value(key).toInt());
}

QString clusterAddressOf(quint16 port)
{
    return port == 0 ? QString{} : QStringLiteral("127.0.0.1:%1").arg(port);
}

}  // namespace

QString findNodeProgram()
{
    const QString name = QStringLiteral("warren-node");
    const QString beside =
        QStandardPaths::findExecutable(name, {QCoreApplication::applicationDirPath()});
    return beside.isEmpty() ? QStandardPaths::findExecutable(name) : beside;
}

LocalCluster::LocalCluster(management::BrokerClient& client, LocalClusterSettings settings,
                           QObject* parent)
    : LocalClusterControl(parent), m_client(client), m_settings(std::move(settings))
{
    loadKnown();
}

LocalCluster::~LocalCluster()
{
    for (auto& [number, child] : m_children) {
        if (child.process) child.process->disconnect(this);
    }
}

QString LocalCluster::folderOf(const Child& child) const
{
    return QDir(m_settings.folder).filePath(QString::number(child.number));
}

QString LocalCluster::logFileOf(const Child& child) const
{
    return folderOf(child) + QStringLiteral(".log");
}

QString LocalCluster::portsFileOf(const Child& child) const
{
    return folderOf(child) + QStringLiteral(".json");
}

LocalCluster::Child* LocalCluster::find(const QString& name)
{
    const auto found = std::ranges::find_if(
        m_children, [&name](const auto& each) { return each.second.node.name == name; });
    return found == m_children.end() ? nullptr : &found->second;
}

LocalCluster::Child& LocalCluster::add(int number)
{
    Child& child = m_children[number];
    child.number = number;
    child.node.name = nameOf(number);
    return child;
}

/// The nodes that have a folder, with the ports that they had.
void LocalCluster::loadKnown()
{
    for (const QString& name :
         QDir(m_settings.folder).entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        bool isNumber = false;
        const int number = name.toInt(&isNumber);
        if (!isNumber || number < kFirstNumber || number > kFirstNumber + kNodesMax) continue;
        Child& child = add(number);
        QFile file(portsFileOf(child));
        if (!file.open(QIODevice::ReadOnly)) continue;
        const QJsonObject ports = QJsonDocument::fromJson(file.readAll()).object();
        child.node.amqpPort = portIn(ports, kAmqpPort);
        child.clusterPort = portIn(ports, kClusterPort);
        child.node.address = clusterAddressOf(child.clusterPort);
    }
}

QList<LocalNode> LocalCluster::nodes() const
{
    QList<LocalNode> all;
    for (const auto& [number, child] : m_children) {
        all.append(child.node);
    }
    return all;
}

int LocalCluster::freeNumber() const
{
    int number = kFirstNumber;
    while (m_children.contains(number))
        number += 1;
    return number;
}

void LocalCluster::start(int count)
{
    int left = count;
    for (auto& [number, child] : m_children) {
        if (left == 0) return;
        if (child.node.isRunning) continue;
        run(child);
        left -= 1;
    }
    for (; left > 0; --left) {
        if (static_cast<int>(m_children.size()) >= kNodesMax) {
            emit failed(tr("There are %1 nodes on this computer already.").arg(kNodesMax));
            return;
        }
        // What it joins must be known before its first start.
        if (m_client.snapshot()->cluster.clusterAddress.isEmpty()) {
            emit failed(tr("This node does not listen for other nodes."));
            return;
        }
        run(add(freeNumber()));
    }
}

void LocalCluster::startKnown()
{
    for (auto& [number, child] : m_children) {
        if (!child.node.isRunning) run(child);
    }
}

void LocalCluster::restart(const QString& name)
{
    Child* child = find(name);
    if (child && !child->node.isRunning) run(*child);
}

void LocalCluster::run(Child& child)
{
    if (!isAvailable() || m_isStoppingAll) return;
    QDir().mkpath(folderOf(child));
    QStringList arguments{QStringLiteral("--data"),         folderOf(child),
                          QStringLiteral("--node-name"),    child.node.name,
                          QStringLiteral("--amqp-port"),    QString::number(child.node.amqpPort),
                          QStringLiteral("--cluster-port"), QString::number(child.clusterPort)};
    if (!m_settings.cookieFile.isEmpty()) {
        arguments << QStringLiteral("--cookie-file") << m_settings.cookieFile;
    }
    arguments << m_settings.options;
    // A member ignores it.
    const QString joined = m_client.snapshot()->cluster.clusterAddress;
    if (!joined.isEmpty()) arguments << QStringLiteral("--join") << joined;

    child.process = std::make_unique<QProcess>();
    QProcess* process = child.process.get();
    const int number = child.number;
    process->setStandardErrorFile(logFileOf(child));
    // A node must not go on when this program is gone without a word.
    process->setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGTERM); });
    connect(process, &QProcess::readyReadStandardOutput, this,
            [this, number] { readOutput(m_children.at(number)); });
    connect(process, &QProcess::finished, this,
            [this, number](int exitCode, QProcess::ExitStatus status) {
                takeEnd(m_children.at(number), exitCode, status);
            });
    connect(process, &QProcess::errorOccurred, this, [this, number](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            takeEnd(m_children.at(number), -1, QProcess::CrashExit);
    });
    child.isEnding = false;
    child.node.isRunning = true;
    child.node.isReady = false;
    child.node.isSuspended = false;
    process->start(m_settings.program, arguments);
    child.node.pid = process->processId();
    emit changed();
}

void LocalCluster::readOutput(Child& child)
{
    while (child.process->canReadLine()) {
        const QByteArray line = child.process->readLine();
        const QJsonObject object = QJsonDocument::fromJson(line).object();
        if (object.value(QStringLiteral("ready")).toBool()) takeReady(child, object);
    }
}

void LocalCluster::takeReady(Child& child, const QJsonObject& line)
{
    child.node.isReady = true;
    child.node.amqpPort = portIn(line, kAmqpPort);
    child.clusterPort = portIn(line, kClusterPort);
    child.node.address = clusterAddressOf(child.clusterPort);
    // With other ports at its next start it would be another node to clients and to its cluster.
    QFile file(portsFileOf(child));
    const QJsonObject ports{{kAmqpPort, child.node.amqpPort}, {kClusterPort, child.clusterPort}};
    if (!file.open(QIODevice::WriteOnly) || file.write(QJsonDocument(ports).toJson()) < 0) {
        emit failed(
            tr("The ports of %1 were not kept: %2").arg(child.node.name, file.errorString()));
    }
    emit changed();
}

void LocalCluster::takeEnd(Child& child, int exitCode, QProcess::ExitStatus status)
{
    const bool isAsked = child.isEnding;
    const QString reason = child.process->error() == QProcess::FailedToStart
                               ? child.process->errorString()
                               : lastWords(child);
    child.node.isRunning = false;
    child.node.isReady = false;
    child.node.isSuspended = false;
    child.node.pid = 0;
    child.patience.reset();
    // This is its own signal: it goes later.
    child.process.release()->deleteLater();
    if (!isAsked && (exitCode != 0 || status == QProcess::CrashExit)) {
        emit failed(tr("The node %1 has ended: %2").arg(child.node.name, reason));
    }
    emit changed();
    if (m_isStoppingAll && !isAnyRunning()) emit allStopped();
}

QString LocalCluster::lastWords(const Child& child) const
{
    QFile file(logFileOf(child));
    if (!file.open(QIODevice::ReadOnly)) return tr("it said nothing");
    constexpr qint64 kTailBytes = 4096;
    file.seek(std::max<qint64>(0, file.size() - kTailBytes));
    const QString text = QString::fromUtf8(file.readAll()).trimmed();
    return text.isEmpty() ? tr("it said nothing") : text.section(u'\n', -1);
}

void LocalCluster::stop(const QString& name)
{
    if (Child* child = find(name)) askToEnd(*child);
}

void LocalCluster::askToEnd(Child& child)
{
    if (!child.node.isRunning) return;
    child.isEnding = true;
    resume(child.node.name);  // a held process hears nothing
    child.process->terminate();
    child.patience = std::make_unique<QTimer>();
    child.patience->setSingleShot(true);
    connect(child.patience.get(), &QTimer::timeout, child.process.get(), &QProcess::kill);
    child.patience->start(kStopPatience);
}

void LocalCluster::kill(const QString& name)
{
    Child* child = find(name);
    if (!child || !child->node.isRunning) return;
    child->isEnding = true;
    child->process->kill();
}

void LocalCluster::suspend(const QString& name)
{
    Child* child = find(name);
    if (!child || child->node.pid == 0 || child->node.isSuspended) return;
    if (::kill(static_cast<pid_t>(child->node.pid), SIGSTOP) != 0) return;
    child->node.isSuspended = true;
    emit changed();
}

void LocalCluster::resume(const QString& name)
{
    Child* child = find(name);
    if (!child || child->node.pid == 0 || !child->node.isSuspended) return;
    if (::kill(static_cast<pid_t>(child->node.pid), SIGCONT) != 0) return;
    child->node.isSuspended = false;
    emit changed();
}

void LocalCluster::discard(const QString& name)
{
    Child* child = find(name);
    if (!child || child->node.isRunning) return;
    if (!QDir(folderOf(*child)).removeRecursively()) {
        emit failed(tr("The data of %1 were not removed: %2").arg(name, folderOf(*child)));
        return;
    }
    QFile::remove(portsFileOf(*child));
    QFile::remove(logFileOf(*child));
    m_children.erase(child->number);
    emit changed();
}

bool LocalCluster::isAnyRunning() const
{
    return std::ranges::any_of(m_children,
                               [](const auto& each) { return each.second.node.isRunning; });
}

void LocalCluster::stopAll()
{
    m_isStoppingAll = true;
    for (auto& [number, child] : m_children) {
        askToEnd(child);
    }
    if (!isAnyRunning()) emit allStopped();
}

}  // namespace warren::desktop
