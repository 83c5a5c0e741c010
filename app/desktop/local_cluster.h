#pragma once

#include "core/management/broker_client.h"
#include "ui/local_cluster_control.h"

#include <QProcess>
#include <QStringList>
#include <QTimer>

#include <chrono>
#include <map>
#include <memory>

class QJsonObject;

namespace warren::desktop {

/// The headless program, found beside this one or on the path; empty: it is nowhere.
QString findNodeProgram();

/// What the nodes that are started here have in common.
struct LocalClusterSettings {
    QString program{};     ///< warren-node; empty: nodes cannot be started
    QString folder{};      ///< each node has a folder of its own in here, named by its number
    QString cookieFile{};  ///< of this program's own node; empty: each node makes its own
    /// What else they need to be in one cluster with that: options of the command line.
    QStringList options{};
};

/// Further nodes as processes of this program: "warren2@localhost" and so on.
///
/// Thread: GUI. Their data stay, so they are there again after a restart, stopped, with the ports
/// that they had. They end with this program, in order when it ends in order, and with SIGTERM from
/// the system when it crashes. Their log is in the file beside their folder.
class LocalCluster final : public ui::LocalClusterControl {
    Q_OBJECT

public:
    /// After this long a node that was asked to stop is killed.
    static constexpr std::chrono::seconds kStopPatience{15};
    /// Beyond this many nodes on one computer nothing is shown any better.
    static constexpr int kNodesMax = 9;

    /// @param client  of the node that new ones join; borrowed; outlives this
    LocalCluster(management::BrokerClient& client, LocalClusterSettings settings,
                 QObject* parent = nullptr);
    /// Kills what still runs; see stopAll.
    ~LocalCluster() override;

    bool isAvailable() const override { return !m_settings.program.isEmpty(); }
    QList<ui::LocalNode> nodes() const override;
    void start(int count) override;
    void stop(const QString& name) override;
    void kill(const QString& name) override;
    void restart(const QString& name) override;
    void suspend(const QString& name) override;
    void resume(const QString& name) override;
    void discard(const QString& name) override;

    /// Starts the nodes that an earlier run of this program has left: without them the cluster may
    /// have no majority.
    void startKnown();

    /// Ends with allStopped, at once if nothing runs.
    void stopAll();

signals:
    void allStopped();

private:
    /// One node, from its first start on.
    struct Child {
        int number = 0;
        ui::LocalNode node{};
        quint16 clusterPort = 0;  ///< 0: not known
        bool isEnding = false;    ///< it was asked to end
        std::unique_ptr<QProcess> process{};
        std::unique_ptr<QTimer> patience{};
    };

    QString folderOf(const Child& child) const;
    QString logFileOf(const Child& child) const;
    QString portsFileOf(const Child& child) const;
    Child* find(const QString& name);
    Child& add(int number);
    void loadKnown();
    int freeNumber() const;
    void run(Child& child);
    void readOutput(Child& child);
    void takeReady(Child& child, const QJsonObject& line);
    void takeEnd(Child& child, int exitCode, QProcess::ExitStatus status);
    void askToEnd(Child& child);
    bool isAnyRunning() const;
    /// Why it ended: the last line of its log.
    QString lastWords(const Child& child) const;

    management::BrokerClient& m_client;
    const LocalClusterSettings m_settings;
    std::map<int, Child> m_children;  ///< by number
    bool m_isStoppingAll = false;
};

}  // namespace warren::desktop
