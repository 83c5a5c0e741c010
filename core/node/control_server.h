#pragma once

#include "core/base/result.h"
#include "core/management/management_command.h"
#include "core/node/control_client.h"
#include "core/node/control_command.h"

#include <QByteArray>
#include <QLocalServer>
#include <QObject>
#include <QString>

namespace warren::node {

class ControlConnection;

/// Lets programs of the same user ask and command the node, through a socket in its data folder.
///
/// One JSON object per line in, one per line out, in order; see control_command.h and
/// control_answer.h. Who may open the data folder's socket may do everything: access is the
/// folder's, for its user only. Thread: main.
class ControlServer final : public QObject {
    Q_OBJECT

public:
    static constexpr int kConnectionsMax = 16;

    /// The file name of the socket in the data folder.
    static QString socketName() { return QStringLiteral("warren.control"); }

    /// @param client  outlives this
    explicit ControlServer(ControlClient& client, QObject* parent = nullptr);
    ~ControlServer() override;

    /// Listens in this folder; a socket that a killed process left there is replaced.
    /// @pre nobody else uses the folder
    /// @error  why not, e.g. that the path is longer than sockets can have
    Status<QString> listen(const QString& dataFolder);

    /// Takes the socket out of the folder. Call it while the folder is still ours: whoever gets it
    /// next puts one there of the same name. Connections stay, and see the end of the process.
    void stopListening() { m_server.close(); }

signals:
    /// Somebody asked for an orderly stop; said once.
    void stopRequested();

private:
    void accept();
    void serve(ControlConnection& connection, const QByteArray& line);
    void ask(ControlConnection& connection, const ControlQuery& query);
    void execute(ControlConnection& connection, const management::ManagementCommand& command);
    void stop(ControlConnection& connection);

    ControlClient& m_client;
    QLocalServer m_server;
    int m_connectionCount = 0;
    bool m_isStopRequested = false;
};

}  // namespace warren::node
