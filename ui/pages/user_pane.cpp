#include "ui/pages/user_pane.h"

#include "ui/dialogs/confirm_commands_dialog.h"
#include "ui/dialogs/permission_dialogs.h"
#include "ui/models/permission_models.h"
#include "ui/models/user_model.h"
#include "ui/pages/access_checker.h"
#include "ui/theme.h"
#include "ui/widgets/badges.h"
#include "ui/widgets/card.h"
#include "ui/widgets/editable_list.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/list_panel.h"
#include "ui/widgets/resource_table.h"

#include <QAction>
#include <QHBoxLayout>
#include <QStackedLayout>
#include <QTabWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace warren::ui {

using management::PermissionRow;
using management::RemovePermission;
using management::RemoveTopicPermission;
using management::TopicPermissionRow;
using management::UserRow;

namespace {

/// The rows of one user.
template <typename Row>
QList<Row> rowsOf(const QList<Row>& rows, const QString& user)
{
    QList<Row> own;
    std::ranges::copy_if(rows, std::back_inserter(own),
                         [&](const Row& row) { return row.user == user; });
    return own;
}

/// Fills an editable list without looking at the selection in between.
template <typename Model, typename Row>
void fillList(EditableList* list, Model* model, const QList<Row>& rows)
{
    list->setFilling(true);
    model->show(rows);
    list->setFilling(false);
}

}  // namespace

UserPane::UserPane(management::BrokerClient& client, const QList<QAction*>& actions,
                   QWidget* parent)
    : QWidget(parent),
      m_client(client),
      m_vhosts{QStringLiteral("/")},
      m_permissionModel(new PermissionModel(this)),
      m_topicModel(new TopicPermissionModel(this))
{
    buildUi(actions);
    showUser(std::nullopt);
}

void UserPane::buildUi(const QList<QAction*>& actions)
{
    auto* card = new Card({}, this);
    auto* line = new QHBoxLayout;
    line->setSpacing(theme::gap(this, Gap::Small));
    m_name = new ElidedLabel(card);
    m_name->setObjectName(QStringLiteral("userName"));
    m_name->setFont(theme::titleFont(font()));
    m_name->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Preferred);
    line->addWidget(m_name);
    m_tags = new BadgeStrip(card);
    line->addWidget(m_tags);
    line->addStretch(1);
    for (QAction* action : actions) {
        auto* button = new QToolButton(card);
        button->setDefaultAction(action);
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setFocusPolicy(Qt::StrongFocus);
        line->addWidget(button);
    }
    card->body()->addLayout(line);

    buildPermissions();
    buildTopicPermissions();
    m_checker = new AccessChecker(m_client, this);
    m_checker->setObjectName(QStringLiteral("accessChecker"));
    m_tabs = new QTabWidget(card);
    m_tabs->setObjectName(QStringLiteral("userTabs"));
    m_tabs->setDocumentMode(true);
    const std::initializer_list<std::pair<QWidget*, QString>> tabs{
        {m_permissions, tr("Permissions")},
        {m_topicPermissions, tr("Topic permissions")},
        {m_checker, tr("Can this user…?")}};
    for (const auto& [content, title] : tabs) {
        content->layout()->setContentsMargins(0, theme::gap(this, Gap::Medium), 0, 0);
        m_tabs->addTab(content, title);
    }
    card->body()->addWidget(m_tabs, 1);

    auto* none = new EmptyState(this);
    none->setContent(tr("Select a user to see and change what it may do."), {});
    m_stack = new QStackedLayout(this);
    m_stack->addWidget(none);
    m_stack->addWidget(card);
}

void UserPane::buildPermissions()
{
    m_permissions = new EditableList(
        {.title = tr("Permissions"),
         .add = tr("Add…"),
         .addToolTip = tr("Lets the user do something in a virtual host"),
         .editToolTip = tr("Changes what the user may do in the virtual host (Enter)"),
         .removeToolTip = tr("Takes the user's access to the virtual hosts (Del)")},
        *m_permissionModel, this);
    m_permissions->setObjectName(QStringLiteral("permissions"));
    m_permissions->list()->setEmptyState(
        tr("This user has no permissions: it cannot even connect to a virtual host."),
        tr("Add permissions…"));
    const QString pattern = QStringLiteral("^(orders|invoices)\\..*$");
    m_permissions->list()->table()->setSamples(
        {QStringLiteral("production-europe"), pattern, pattern, pattern});
    connect(m_permissions, &EditableList::addRequested, this, [this] {
        askForPermission({.vhost = firstVhostWithoutPermission(),
                          .user = m_user->name,
                          .configure = QStringLiteral(".*"),
                          .write = QStringLiteral(".*"),
                          .read = QStringLiteral(".*")});
    });
    connect(m_permissions, &EditableList::editRequested, this,
            [this](int row) { askForPermission(m_permissionModel->rowAt(row)); });
    connect(m_permissions, &EditableList::removeRequested, this, &UserPane::askToRemovePermissions);
}

void UserPane::buildTopicPermissions()
{
    m_topicPermissions = new EditableList(
        {.title = tr("Topic permissions"),
         .add = tr("Add…"),
         .addToolTip = tr("Limits the user to some routing keys of a topic exchange"),
         .editToolTip = tr("Changes the routing keys (Enter)"),
         .removeToolTip = tr("Lifts the limits to the exchanges' routing keys (Del)")},
        *m_topicModel, this);
    m_topicPermissions->setObjectName(QStringLiteral("topicPermissions"));
    m_topicPermissions->list()->setEmptyState(
        tr("Topic exchanges have no limits of their own for this user: any routing key will do."),
        tr("Add topic permissions…"));
    const QString pattern = QStringLiteral("^(orders|invoices)\\..*$");
    m_topicPermissions->list()->table()->setSamples(
        {QStringLiteral("production-europe"), QStringLiteral("orders.events"), pattern, pattern});
    connect(m_topicPermissions, &EditableList::addRequested, this, [this] {
        askForTopicPermission({.vhost = m_vhosts.first(),
                               .user = m_user->name,
                               .exchange = {},
                               .write = QStringLiteral(".*"),
                               .read = QStringLiteral(".*")});
    });
    connect(m_topicPermissions, &EditableList::editRequested, this,
            [this](int row) { askForTopicPermission(m_topicModel->rowAt(row)); });
    connect(m_topicPermissions, &EditableList::removeRequested, this,
            &UserPane::askToRemoveTopicPermissions);
}

void UserPane::showUser(const std::optional<UserRow>& user)
{
    m_user = user;
    m_stack->setCurrentIndex(user ? 1 : 0);
    if (!user) return;
    m_name->setFullText(user->name);
    m_tags->setBadges(userTagBadges(user->tags));
    m_checker->setUser(user->name);
    fill();
}

void UserPane::showPermissions(const QList<PermissionRow>& permissions,
                               const QList<TopicPermissionRow>& topicPermissions)
{
    m_allPermissions = permissions;
    m_allTopicPermissions = topicPermissions;
    fill();
}

void UserPane::fill()
{
    if (!m_user) return;
    fillList(m_permissions, m_permissionModel, rowsOf(m_allPermissions, m_user->name));
    fillList(m_topicPermissions, m_topicModel, rowsOf(m_allTopicPermissions, m_user->name));
}

void UserPane::setVhosts(const QStringList& vhosts)
{
    m_vhosts = vhosts;
    m_checker->setVhosts(vhosts);
}

void UserPane::setActionsEnabled(bool enabled)
{
    const QString refusal = enabled ? QString{} : tr("The broker cannot be reached.");
    m_permissions->setRefusal(refusal);
    m_topicPermissions->setRefusal(refusal);
    m_checker->setActionsEnabled(enabled);
}

QString UserPane::firstVhostWithoutPermission() const
{
    for (const QString& vhost : m_vhosts) {
        if (!m_user->vhosts.contains(vhost)) return vhost;
    }
    return m_vhosts.first();
}

void UserPane::askForPermission(const PermissionRow& start)
{
    emit dialogMade(new PermissionDialog(m_client, start, m_vhosts, this));
}

void UserPane::askForTopicPermission(const TopicPermissionRow& start)
{
    emit dialogMade(new TopicPermissionDialog(m_client, start, m_vhosts, this));
}

void UserPane::askToRemovePermissions(const QList<int>& rows)
{
    Confirmation confirmation{
        .title = tr("Remove permissions"),
        .acceptText = tr("Remove permissions"),
        .subject = tr("Take all permissions of “%1” in these virtual hosts?").arg(m_user->name),
        .doneText = tr("Permissions of “%1” are removed.").arg(m_user->name)};
    for (const int row : rows) {
        const PermissionRow& permission = m_permissionModel->rowAt(row);
        confirmation.names.append(permission.vhost);
        confirmation.commands.append(RemovePermission{permission.vhost, permission.user});
    }
    if (rows.size() == 1) {
        confirmation.subject = tr("Take all permissions of “%1” in the virtual host “%2”?")
                                   .arg(m_user->name, confirmation.names.first());
    }
    confirmation.losses = [](const management::Snapshot&, const QList<int>&) {
        return ConfirmDialog::Losses{
            {},
            tr("The user cannot connect to it any more, and what it does there on open "
               "connections is refused. Queues, exchanges and messages stay.")};
    };
    emit dialogMade(new ConfirmCommandsDialog(m_client, confirmation, this));
}

void UserPane::askToRemoveTopicPermissions(const QList<int>& rows)
{
    Confirmation confirmation{
        .title = tr("Remove topic permissions"),
        .acceptText = tr("Remove topic permissions"),
        .subject = tr("Remove these topic permissions of “%1”?").arg(m_user->name),
        .doneText = tr("Topic permissions of “%1” are removed.").arg(m_user->name)};
    for (const int row : rows) {
        const TopicPermissionRow& permission = m_topicModel->rowAt(row);
        confirmation.names.append(tr("%1 in %2").arg(permission.exchange, permission.vhost));
        confirmation.commands.append(
            RemoveTopicPermission{permission.vhost, permission.user, permission.exchange});
    }
    if (rows.size() == 1) {
        confirmation.subject = tr("Remove the topic permissions of “%1” at %2?")
                                   .arg(m_user->name, confirmation.names.first());
    }
    confirmation.losses = [](const management::Snapshot&, const QList<int>&) {
        return ConfirmDialog::Losses{
            {},
            tr("The user may then use any routing key there that its permissions on the "
               "exchange allow: it may do more than before, not less.")};
    };
    emit dialogMade(new ConfirmCommandsDialog(m_client, confirmation, this));
}

}  // namespace warren::ui
