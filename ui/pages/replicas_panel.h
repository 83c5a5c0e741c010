#pragma once

#include "core/management/management_command.h"
#include "core/management/snapshot.h"

#include <QList>
#include <QWidget>

class QAction;
class QMenu;
class QToolButton;

namespace warren::ui {

class ListPanel;
class ReplicaModel;

/// Which node has which queue, as a table of queues by nodes, and what can be done about it:
/// another master, synchronising. It asks for commands and sends none. Thread: GUI.
class ReplicasPanel final : public QWidget {
    Q_OBJECT

public:
    explicit ReplicasPanel(QWidget* parent = nullptr);

    /// @param queues  by vhost, name
    void showQueues(const QList<management::ClusterNodeRow>& nodes,
                    const QList<management::QueueReplicasRow>& queues);
    /// Whether commands can be sent.
    void setReachable(bool isReachable);
    void focusFilter();

signals:
    void openQueue(const warren::management::ResourceKey& queue);
    /// @param doneText  to be said when none was refused
    void commandsWanted(const QList<warren::management::ManagementCommand>& commands,
                        const QString& doneText);

private:
    void buildUi();
    void layOutColumns();
    void widenColumns();
    void showSelection();
    QList<management::QueueReplicasRow> selectedQueues() const;
    void fillMasterMenu(QMenu* menu);
    void openRowMenu(const QPoint& position);
    void moveMasters(const QString& node);
    void synchronise();
    void cancelSynchronisation();

    ReplicaModel* m_model;
    ListPanel* m_list = nullptr;
    QAction* m_open;
    QAction* m_synchronise;
    QAction* m_cancel;
    QToolButton* m_moveMaster = nullptr;
    bool m_isReachable = true;
    bool m_isFilling = false;  ///< the model changes
};

}  // namespace warren::ui
