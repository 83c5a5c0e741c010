#include "ui/pages/policies_page.h"

#include "ui/dialogs/command_run.h"
#include "ui/dialogs/confirm_commands_dialog.h"
#include "ui/dialogs/form_fields.h"
#include "ui/dialogs/policy_dialog.h"
#include "ui/format.h"
#include "ui/icons.h"
#include "ui/models/policy_model.h"
#include "ui/models/policy_words.h"
#include "ui/theme.h"
#include "ui/widgets/badges.h"
#include "ui/widgets/editable_list.h"
#include "ui/widgets/list_panel.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/resource_table.h"

#include <QAction>
#include <QVBoxLayout>

namespace warren::ui {

using management::ManagementCommand;
using management::PolicyRow;
using management::PolicyTarget;
using management::PutPolicy;
using management::RemovePolicy;
using management::SnapshotPtr;
using management::TopicExchanges;
using management::TopicPolicies;
using management::TopicQueues;
using management::TopicVhosts;

PoliciesPage::PoliciesPage(management::BrokerClient& client, QWidget* parent)
    : Page(parent),
      m_client(client),
      m_model(new PolicyModel(this)),
      m_addOperator(new QAction(icon(Icon::Add), tr("New operator policy…"), this)),
      m_clone(new QAction(icon(Icon::Copy), tr("Clone…"), this)),
      m_vhosts{QStringLiteral("/")}
{
    buildUi();
    connect(m_list, &EditableList::addRequested, this,
            [this] { askToCreate({.vhost = m_vhosts.first(), .applyTo = PolicyTarget::Queues}); });
    connect(m_addOperator, &QAction::triggered, this, [this] {
        askToCreate(
            {.vhost = m_vhosts.first(), .isOperator = true, .applyTo = PolicyTarget::Queues});
    });
    connect(m_list, &EditableList::editRequested, this, &PoliciesPage::askToChange);
    connect(m_clone, &QAction::triggered, this, &PoliciesPage::askToClone);
    connect(m_list, &EditableList::removeRequested, this, &PoliciesPage::askToDelete);
    connect(m_undo, &NoticeBar::actionTriggered, this, &PoliciesPage::undo);
    m_undoTimer.setSingleShot(true);
    connect(&m_undoTimer, &QTimer::timeout, m_undo, &NoticeBar::clear);
}

void PoliciesPage::buildUi()
{
    m_list = new EditableList({.title = tr("Policies"),
                               .add = tr("New policy…"),
                               .addToolTip = tr("Sets something for all queues or exchanges whose "
                                                "names match (Ctrl+N)"),
                               .editToolTip = tr("Changes the selected policy (Enter)"),
                               .removeToolTip = tr("Deletes the selected policies (Del)")},
                              *m_model, this);
    m_list->addAction()->setShortcut(QKeySequence::New);
    addAction(m_list->addAction());
    m_addOperator->setObjectName(QStringLiteral("addOperator"));
    m_addOperator->setToolTip(tr("Limits queues whatever their owners say"));
    m_list->insertAddAction(m_addOperator);
    m_clone->setObjectName(QStringLiteral("clone"));
    m_clone->setToolTip(tr("Makes a new policy that begins as the selected one"));
    m_list->insertRowAction(m_clone);

    ResourceTable* table = m_list->list()->table();
    table->setItemDelegateForColumn(static_cast<int>(PolicyColumn::Kind), new BadgeDelegate(table));
    table->setSamples({QStringLiteral("production"), QStringLiteral("dead-letters-of-all"),
                       QStringLiteral(" operator "), QStringLiteral("^orders\\.(eu|us)$"),
                       QStringLiteral("Queues and exchanges"),
                       QStringLiteral("message-ttl = 604800000 ms (7 d)"), QStringLiteral("1000"),
                       QStringLiteral("10 000")});
    table->setFlexibleColumn(static_cast<int>(PolicyColumn::Definition));
    table->setColumnShown(static_cast<int>(PolicyColumn::Vhost), false);

    m_undo = new NoticeBar(NoticeBar::Dismissal::ByUser, this);
    m_undo->setObjectName(QStringLiteral("undo"));
    auto* content = new QVBoxLayout;
    const int margin = theme::gap(this, Gap::Large);
    content->setContentsMargins(margin, margin, margin, margin);
    content->addWidget(m_list);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_undo);
    layout->addLayout(content, 1);
}

management::WatchScope PoliciesPage::wanted() const
{
    management::WatchScope scope{TopicPolicies | TopicVhosts, std::nullopt, std::nullopt};
    if (m_openDialogs > 0) scope.topics |= TopicQueues | TopicExchanges;
    return scope;
}

void PoliciesPage::showSnapshot(const SnapshotPtr& snapshot)
{
    if (snapshot->topics & TopicVhosts) {
        m_vhosts = vhostNames(*snapshot);
        m_list->list()->table()->setColumnShown(static_cast<int>(PolicyColumn::Vhost),
                                                m_vhosts.size() > 1);
    }
    if ((snapshot->topics & TopicPolicies) == 0) return;
    m_list->list()->setEmptyState(
        tr("There are no policies yet. A policy sets limits, dead-lettering and more for all "
           "queues "
           "and exchanges whose names match a pattern, also for those that exist already."),
        m_list->addAction()->text());
    m_list->setFilling(true);
    m_model->show(snapshot->policies);
    m_list->setFilling(false);
}

bool PoliciesPage::focusFilter()
{
    m_list->list()->focusFilter();
    return true;
}

void PoliciesPage::setActionsEnabled(bool enabled)
{
    m_list->setRefusal(enabled ? QString{} : tr("The broker cannot be reached."));
}

void PoliciesPage::watchFor(CommandDialog* dialog)
{
    m_openDialogs += 1;
    emit wantedChanged();
    connect(dialog, &QObject::destroyed, this, [this] {
        m_openDialogs -= 1;
        emit wantedChanged();
    });
    // No notice: the bar that offers to take it back says what was done.
    dialog->open();
}

void PoliciesPage::askToCreate(const PolicyRow& start)
{
    auto* dialog = new PolicyDialog(m_client, PolicyDialog::Intent::Create, start, m_vhosts, this);
    connect(dialog, &PolicyDialog::put, this, [this](const PolicyRow& policy) {
        offerUndo(tr("Policy “%1” is put.").arg(policy.name),
                  {RemovePolicy{policy.vhost, policy.name, policy.isOperator}});
    });
    watchFor(dialog);
}

void PoliciesPage::askToChange(int row)
{
    const PolicyRow before = m_model->rowAt(row);
    auto* dialog = new PolicyDialog(m_client, PolicyDialog::Intent::Change, before, m_vhosts, this);
    connect(dialog, &PolicyDialog::put, this, [this, before] {
        offerUndo(tr("Policy “%1” is changed.").arg(before.name), {PutPolicy{before}});
    });
    watchFor(dialog);
}

void PoliciesPage::askToClone()
{
    const auto row = m_list->singleRow();
    if (!row) return;
    PolicyRow start = m_model->rowAt(*row);
    start.name = tr("copy of %1").arg(start.name);
    askToCreate(start);
}

void PoliciesPage::askToDelete(const QList<int>& rows)
{
    Confirmation confirmation{
        .title = rows.size() == 1 ? tr("Delete policy") : tr("Delete policies"),
        .acceptText =
            rows.size() == 1 ? tr("Delete policy") : tr("Delete %1 policies").arg(rows.size())};
    QList<PolicyRow> policies;
    QList<ManagementCommand> toUndo;
    for (const int row : rows) {
        const PolicyRow& policy = m_model->rowAt(row);
        policies.append(policy);
        confirmation.names.append(policy.name);
        confirmation.commands.append(RemovePolicy{policy.vhost, policy.name, policy.isOperator});
        toUndo.append(PutPolicy{policy});
    }
    confirmation.subject = rows.size() == 1
                               ? tr("Delete the policy “%1”?").arg(policies.first().name)
                               : tr("Delete these %1 policies?").arg(rows.size());
    confirmation.doneText = rows.size() == 1
                                ? tr("Policy “%1” is deleted.").arg(policies.first().name)
                                : tr("%1 policies are deleted.").arg(rows.size());
    confirmation.losses = [policies](const management::Snapshot&, const QList<int>& pending) {
        ConfirmDialog::Losses lost;
        for (const int target : pending) {
            const PolicyRow& policy = policies.at(target);
            if (policy.matchCount == 0) continue;
            lost.lines.append(tr("“%1” for %2: %3")
                                  .arg(policy.name,
                                       format::counted(policy.matchCount, tr("1 queue or exchange"),
                                                       tr("%1 queues and exchanges")),
                                       definitionText(policy.definition)));
        }
        lost.reassurance =
            tr("No message is lost. Other policies that match take over at once. You can take this "
               "back afterwards.");
        return lost;
    };
    auto* dialog = new ConfirmCommandsDialog(m_client, confirmation, this);
    connect(dialog, &CommandDialog::succeeded, this,
            [this, toUndo](const QString& text) { offerUndo(text, toUndo); });
    dialog->open();
}

void PoliciesPage::offerUndo(const QString& text, const QList<ManagementCommand>& commands)
{
    m_undoCommands = commands;
    m_undo->showNotice(NoticeKind::Success, text, tr("Take it back"));
    m_undoTimer.start(kUndoOffered);
}

void PoliciesPage::undo()
{
    if (m_undoRun) return;
    m_undoTimer.stop();
    m_undo->clear();
    m_undoRun = new CommandRun(
        m_client, static_cast<int>(m_undoCommands.size()),
        [commands = m_undoCommands](int index) { return commands.at(index); }, this);
    connect(m_undoRun, &CommandRun::finished, this, [this] {
        const QList<CommandRun::Refusal> refusals = m_undoRun->refusals();
        m_undoRun->deleteLater();
        m_undoRun = nullptr;
        if (refusals.isEmpty()) {
            emit noticeRaised(NoticeKind::Success, tr("It is taken back."));
        } else {
            emit noticeRaised(NoticeKind::Error,
                              tr("It cannot be taken back: %1").arg(refusals.first().text));
        }
    });
    m_undoRun->start();
}

}  // namespace warren::ui
