#pragma once

#include "ui/page.h"

#include <QList>

#include <optional>

class QAction;

namespace warren::ui {

class ListPanel;
class QueueModel;

/// All queues, live; declares, purges and deletes them, and opens one by itself.
class QueuesPage final : public Page {
    Q_OBJECT

public:
    /// @param client  borrowed; outlives the page
    explicit QueuesPage(management::BrokerClient& client, QWidget* parent = nullptr);

    /// All queues and virtual hosts; of a single selected queue its bindings too, so that a
    /// confirmation can count them.
    management::WatchScope wanted() const override;
    void showSnapshot(const management::SnapshotPtr& snapshot) override;
    bool focusFilter() override;
    void setActionsEnabled(bool enabled) override;

private:
    void buildUi();
    void connectUi();
    void showSelection();
    QList<management::QueueRow> selectedQueues() const;
    void selectDeclared();
    void askToDeclare();
    void askToPurge();
    void askToDelete();
    void openCurrent();

    management::BrokerClient& m_client;
    QueueModel* m_model;
    ListPanel* m_list;
    QAction* m_add;
    QAction* m_open;
    QAction* m_purge;
    QAction* m_delete;
    QStringList m_vhosts;
    /// Declared here and not yet seen in a snapshot; selected when it comes.
    std::optional<management::ResourceKey> m_declared;
    std::optional<management::ResourceKey> m_watched;
    bool m_isReachable = true;
    bool m_isFilling = false;
};

}  // namespace warren::ui
