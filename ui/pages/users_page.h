#pragma once

#include "ui/page.h"

#include <optional>

class QAction;

namespace warren::ui {

class EditableList;
class UserModel;
class UserPane;

/// All users; makes, changes and deletes them, and edits what the selected one may do.
class UsersPage final : public Page {
    Q_OBJECT

public:
    /// @param client  borrowed; outlives the page
    explicit UsersPage(management::BrokerClient& client, QWidget* parent = nullptr);

    management::WatchScope wanted() const override;
    void showSnapshot(const management::SnapshotPtr& snapshot) override;
    bool focusFilter() override;
    void setActionsEnabled(bool enabled) override;

private:
    void buildUi();
    void connectUi();
    void showSelection();
    void selectAdded();
    std::optional<management::UserRow> selectedUser() const;
    void askToAdd();
    void askToSetPassword();
    void askToRemovePassword();
    void askToDelete(const QList<int>& rows);

    management::BrokerClient& m_client;
    UserModel* m_model;
    QAction* m_setPassword;
    QAction* m_removePassword;
    UserPane* m_pane = nullptr;
    EditableList* m_list = nullptr;
    /// Added here and not yet seen in a snapshot; selected when it comes.
    std::optional<QString> m_added;
    bool m_isReachable = true;
};

}  // namespace warren::ui
