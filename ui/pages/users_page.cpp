#include "ui/pages/users_page.h"

#include "ui/dialogs/confirm_commands_dialog.h"
#include "ui/dialogs/form_fields.h"
#include "ui/dialogs/user_dialogs.h"
#include "ui/format.h"
#include "ui/icons.h"
#include "ui/models/user_model.h"
#include "ui/pages/user_pane.h"
#include "ui/theme.h"
#include "ui/widgets/badges.h"
#include "ui/widgets/editable_list.h"
#include "ui/widgets/list_panel.h"
#include "ui/widgets/resource_table.h"

#include <QAction>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>

namespace warren::ui {

using management::RemoveUser;
using management::Snapshot;
using management::SnapshotPtr;
using management::TopicPermissions;
using management::TopicUsers;
using management::TopicVhosts;
using management::UserRow;

UsersPage::UsersPage(management::BrokerClient& client, QWidget* parent)
    : Page(parent),
      m_client(client),
      m_model(new UserModel(this)),
      m_setPassword(new QAction(icon(Icon::Key), tr("Set password…"), this)),
      m_removePassword(new QAction(icon(Icon::Close), tr("Remove password…"), this))
{
    buildUi();
    connectUi();
    showSelection();
}

void UsersPage::buildUi()
{
    m_list =
        new EditableList({.title = tr("Users"),
                          .add = tr("New user…"),
                          .addToolTip = tr("Adds a user (Ctrl+N)"),
                          .editToolTip = tr("Changes tags and limits of the selected user (Enter)"),
                          .removeToolTip = tr("Deletes the selected users (Del)")},
                         *m_model, this);
    m_list->setObjectName(QStringLiteral("users"));
    m_list->addAction()->setShortcut(QKeySequence::New);
    addAction(m_list->addAction());
    m_setPassword->setObjectName(QStringLiteral("setPassword"));
    m_setPassword->setToolTip(tr("Gives the user a new password"));
    m_removePassword->setObjectName(QStringLiteral("removePassword"));
    m_removePassword->setToolTip(tr("The user cannot log in with a password any more"));

    ResourceTable* table = m_list->list()->table();
    table->setItemDelegateForColumn(static_cast<int>(UserColumn::Tags), new BadgeDelegate(table));
    table->setSamples({QStringLiteral("order-service"), QStringLiteral("administrator monitoring"),
                       QStringLiteral("production, staging"), QStringLiteral("yes"),
                       QStringLiteral("yes"), QStringLiteral("1 000"),
                       QStringLiteral("1000 connections, 20000 channels")});
    table->setFlexibleColumn(static_cast<int>(UserColumn::Vhosts));
    m_pane = new UserPane(m_client, {m_setPassword, m_removePassword}, this);

    auto* splitter = new QSplitter(Qt::Vertical, this);
    splitter->setChildrenCollapsible(false);
    splitter->setHandleWidth(theme::gap(this, Gap::Medium));
    splitter->addWidget(m_list);
    splitter->addWidget(m_pane);
    splitter->setStretchFactor(0, 1);
    splitter->setStretchFactor(1, 1);
    // Only their relation counts.
    splitter->setSizes({1000, 1300});
    auto* layout = new QVBoxLayout(this);
    const int margin = theme::gap(this, Gap::Large);
    layout->setContentsMargins(margin, margin, margin, margin);
    layout->addWidget(splitter);
}

void UsersPage::connectUi()
{
    connect(m_list, &EditableList::selectionChanged, this, &UsersPage::showSelection);
    connect(m_list, &EditableList::addRequested, this, &UsersPage::askToAdd);
    connect(m_list, &EditableList::editRequested, this,
            [this](int row) { openDialog(new UserDialog(m_client, m_model->rowAt(row), this)); });
    connect(m_list, &EditableList::removeRequested, this, &UsersPage::askToDelete);
    connect(m_setPassword, &QAction::triggered, this, &UsersPage::askToSetPassword);
    connect(m_removePassword, &QAction::triggered, this, &UsersPage::askToRemovePassword);
    connect(m_pane, &UserPane::dialogMade, this, &UsersPage::openDialog);
}

management::WatchScope UsersPage::wanted() const
{
    return {TopicUsers | TopicPermissions | TopicVhosts, std::nullopt, std::nullopt};
}

void UsersPage::showSnapshot(const SnapshotPtr& snapshot)
{
    if (snapshot->topics & TopicVhosts) m_pane->setVhosts(vhostNames(*snapshot));
    if (snapshot->topics & TopicPermissions) {
        m_pane->showPermissions(snapshot->permissions, snapshot->topicPermissions);
    }
    if ((snapshot->topics & TopicUsers) == 0) return;
    m_list->list()->setEmptyState(tr("There are no users: nobody can connect."),
                                  m_list->addAction()->text());
    m_list->setFilling(true);
    m_model->show(snapshot->users);
    m_list->setFilling(false);
    selectAdded();
}

bool UsersPage::focusFilter()
{
    m_list->list()->focusFilter();
    return true;
}

void UsersPage::setActionsEnabled(bool enabled)
{
    m_isReachable = enabled;
    m_list->setRefusal(enabled ? QString{} : tr("The broker cannot be reached."));
    m_pane->setActionsEnabled(enabled);
}

std::optional<UserRow> UsersPage::selectedUser() const
{
    const auto row = m_list->singleRow();
    return row ? std::optional(m_model->rowAt(*row)) : std::nullopt;
}

void UsersPage::showSelection()
{
    const auto user = selectedUser();
    m_pane->showUser(user);
    m_setPassword->setEnabled(m_isReachable && user);
    m_removePassword->setEnabled(m_isReachable && user && user->hasPassword);
}

void UsersPage::selectAdded()
{
    if (!m_added) return;
    for (int row = 0; row < m_model->rowCount(); ++row) {
        if (m_model->rowAt(row).name != *m_added) continue;
        m_added.reset();
        m_list->selectRow(row);
        return;
    }
}

void UsersPage::askToAdd()
{
    auto* dialog = new UserDialog(m_client, this);
    connect(dialog, &UserDialog::put, this, [this](const QString& name) {
        m_added = name;
        selectAdded();
    });
    openDialog(dialog);
}

void UsersPage::askToSetPassword()
{
    if (const auto user = selectedUser()) openDialog(new PasswordDialog(m_client, *user, this));
}

void UsersPage::askToRemovePassword()
{
    const auto user = selectedUser();
    if (!user) return;
    management::PutUser command = unchangedUser(*user);
    command.removesPassword = true;
    openDialog(new ConfirmCommandsDialog(
        m_client,
        {.title = tr("Remove password"),
         .acceptText = tr("Remove password"),
         .subject = tr("Remove the password of “%1”?").arg(user->name),
         .names = {user->name},
         .commands = {command},
         .doneText = tr("“%1” has no password any more.").arg(user->name),
         .losses =
             [](const Snapshot&, const QList<int>&) {
                 return ConfirmDialog::Losses{
                     {},
                     tr("The user cannot log in with a password until a new one is set. "
                        "Connections that are open go on.")};
             }},
        this));
}

void UsersPage::askToDelete(const QList<int>& rows)
{
    Confirmation confirmation{.title = rows.size() == 1 ? tr("Delete user") : tr("Delete users"),
                              .acceptText = rows.size() == 1
                                                ? tr("Delete user")
                                                : tr("Delete %1 users").arg(rows.size())};
    for (const int row : rows) {
        confirmation.names.append(m_model->rowAt(row).name);
        confirmation.commands.append(RemoveUser{m_model->rowAt(row).name});
    }
    const QStringList names = confirmation.names;
    confirmation.subject = rows.size() == 1 ? tr("Delete the user “%1”?").arg(names.first())
                                            : tr("Delete these %1 users?").arg(rows.size());
    confirmation.doneText = rows.size() == 1 ? tr("User “%1” is deleted.").arg(names.first())
                                             : tr("%1 users are deleted.").arg(rows.size());
    confirmation.losses = [names](const Snapshot& snapshot, const QList<int>& pending) {
        std::uint64_t connectionCount = 0;
        for (const int target : pending) {
            const auto found = std::ranges::find(snapshot.users, names.at(target), &UserRow::name);
            if (found != snapshot.users.end()) connectionCount += found->connectionCount;
        }
        ConfirmDialog::Losses lost;
        if (connectionCount > 0) {
            lost.lines.append(format::counted(connectionCount, tr("1 open connection is closed"),
                                              tr("%1 open connections are closed")));
        }
        lost.lines.append(tr("password, tags, limits and permissions"));
        lost.reassurance = tr("Queues, exchanges and messages stay.");
        return lost;
    };
    openDialog(new ConfirmCommandsDialog(m_client, confirmation, this));
}

}  // namespace warren::ui
