#pragma once

#include "ui/page.h"

#include <QTimer>

#include <functional>

class QAction;

namespace warren::ui {

class CommandRun;
class EditableList;
class NoticeBar;
class PolicyModel;

/// All policies and operator policies; makes, changes, clones and deletes them, and takes the last
/// change back.
class PoliciesPage final : public Page {
    Q_OBJECT

public:
    /// How long a change can be taken back with one press.
    static constexpr std::chrono::seconds kUndoOffered{30};

    /// @param client  borrowed; outlives the page
    explicit PoliciesPage(management::BrokerClient& client, QWidget* parent = nullptr);

    /// While a dialog is open, the queues and exchanges too: it names what holds for them now.
    management::WatchScope wanted() const override;
    void showSnapshot(const management::SnapshotPtr& snapshot) override;
    bool focusFilter() override;
    void setActionsEnabled(bool enabled) override;

private:
    void buildUi();
    void askToCreate(const management::PolicyRow& start);
    void askToChange(int row);
    void askToClone();
    void askToDelete(const QList<int>& rows);
    void watchFor(CommandDialog* dialog);
    void offerUndo(const QString& text, const QList<management::ManagementCommand>& commands);
    void undo();

    management::BrokerClient& m_client;
    PolicyModel* m_model;
    EditableList* m_list = nullptr;
    QAction* m_addOperator;
    QAction* m_clone;
    NoticeBar* m_undo = nullptr;
    QTimer m_undoTimer;
    QList<management::ManagementCommand> m_undoCommands;
    CommandRun* m_undoRun = nullptr;
    QStringList m_vhosts;
    int m_openDialogs = 0;
};

}  // namespace warren::ui
