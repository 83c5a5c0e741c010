#pragma once

#include "ui/dialogs/command_dialog.h"

#include <QWidget>

#include <optional>

class QAction;
class QStackedLayout;
class QTabWidget;

namespace warren::ui {

class AccessChecker;
class BadgeStrip;
class EditableList;
class ElidedLabel;
class PermissionModel;
class TopicPermissionModel;

/// One user below the list: its permissions, its topic permissions, and what it may do with them.
///
/// Thread: GUI. Part of UsersPage.
class UserPane final : public QWidget {
    Q_OBJECT

public:
    /// @param client   borrowed; outlives the pane
    /// @param actions  of the page, for the user that is shown; borrowed, as the client
    UserPane(management::BrokerClient& client, const QList<QAction*>& actions,
             QWidget* parent = nullptr);

    /// Shows this user; nullopt shows that none is chosen.
    void showUser(const std::optional<management::UserRow>& user);
    /// Of all users.
    void showPermissions(const QList<management::PermissionRow>& permissions,
                         const QList<management::TopicPermissionRow>& topicPermissions);
    void setVhosts(const QStringList& vhosts);
    void setActionsEnabled(bool enabled);

signals:
    /// The dialog is to be opened.
    void dialogMade(warren::ui::CommandDialog* dialog);

private:
    void buildUi(const QList<QAction*>& actions);
    void buildPermissions();
    void buildTopicPermissions();
    void fill();
    void askForPermission(const management::PermissionRow& start);
    void askForTopicPermission(const management::TopicPermissionRow& start);
    void askToRemovePermissions(const QList<int>& rows);
    void askToRemoveTopicPermissions(const QList<int>& rows);
    QString firstVhostWithoutPermission() const;

    management::BrokerClient& m_client;
    std::optional<management::UserRow> m_user;
    QList<management::PermissionRow> m_allPermissions;
    QList<management::TopicPermissionRow> m_allTopicPermissions;
    QStringList m_vhosts;
    PermissionModel* m_permissionModel;
    TopicPermissionModel* m_topicModel;
    ElidedLabel* m_name = nullptr;
    BadgeStrip* m_tags = nullptr;
    QTabWidget* m_tabs = nullptr;
    EditableList* m_permissions = nullptr;
    EditableList* m_topicPermissions = nullptr;
    AccessChecker* m_checker = nullptr;
    QStackedLayout* m_stack = nullptr;
};

}  // namespace warren::ui
