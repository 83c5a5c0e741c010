#include "ui/pages/vhosts_page.h"

#include "ui/dialogs/confirm_commands_dialog.h"
#include "ui/dialogs/vhost_dialog.h"
#include "ui/format.h"
#include "ui/models/vhost_model.h"
#include "ui/theme.h"
#include "ui/widgets/badges.h"
#include "ui/widgets/editable_list.h"
#include "ui/widgets/list_panel.h"
#include "ui/widgets/resource_table.h"

#include <QAction>
#include <QVBoxLayout>

#include <algorithm>

namespace warren::ui {

using management::RemoveVhost;
using management::Snapshot;
using management::SnapshotPtr;
using management::TopicVhosts;
using management::VhostRow;

namespace {

/// What is in the vhosts that are not deleted yet.
VhostRow totalsOf(const Snapshot& snapshot, const QStringList& names, const QList<int>& pending)
{
    VhostRow totals;
    for (const int target : pending) {
        const auto found = std::ranges::find(snapshot.vhosts, names.at(target), &VhostRow::name);
        if (found == snapshot.vhosts.end()) continue;
        totals.queueCount += found->queueCount;
        totals.messageCount += found->messageCount;
        totals.connectionCount += found->connectionCount;
    }
    return totals;
}

ConfirmDialog::Losses lossesOf(const VhostRow& totals)
{
    ConfirmDialog::Losses lost;
    if (totals.queueCount > 0) {
        lost.lines.append(format::counted(totals.queueCount, VhostsPage::tr("1 queue"),
                                          VhostsPage::tr("%1 queues")));
    }
    if (totals.messageCount > 0) {
        lost.lines.append(format::counted(totals.messageCount, VhostsPage::tr("1 message"),
                                          VhostsPage::tr("%1 messages")));
    }
    if (totals.connectionCount > 0) {
        lost.lines.append(format::counted(totals.connectionCount,
                                          VhostsPage::tr("1 open connection is closed"),
                                          VhostsPage::tr("%1 open connections are closed")));
    }
    lost.lines.append(VhostsPage::tr("exchanges, bindings, policies and permissions in it"));
    lost.reassurance = VhostsPage::tr("This cannot be undone.");
    return lost;
}

}  // namespace

VhostsPage::VhostsPage(management::BrokerClient& client, QWidget* parent)
    : Page(parent), m_client(client), m_model(new VhostModel(this))
{
    buildUi();
    connect(m_list, &EditableList::addRequested, this,
            [this] { openDialog(new VhostDialog(m_client, this)); });
    connect(m_list, &EditableList::editRequested, this,
            [this](int row) { openDialog(new VhostDialog(m_client, m_model->rowAt(row), this)); });
    connect(m_list, &EditableList::removeRequested, this, &VhostsPage::askToDelete);
    connect(m_list, &EditableList::selectionChanged, this, &VhostsPage::showSelection);
}

void VhostsPage::buildUi()
{
    m_list = new EditableList(
        {.title = tr("Virtual hosts"),
         .add = tr("New virtual host…"),
         .addToolTip = tr("Adds a virtual host (Ctrl+N)"),
         .editToolTip = tr("Changes limits, tracing, protection and more of it (Enter)"),
         .removeToolTip = tr("Deletes the selected virtual hosts with everything in them (Del)")},
        *m_model, this);
    m_list->addAction()->setShortcut(QKeySequence::New);
    addAction(m_list->addAction());
    ResourceTable* table = m_list->list()->table();
    table->setItemDelegateForColumn(static_cast<int>(VhostColumn::State), new BadgeDelegate(table));
    const QString count = QStringLiteral("1 000 000");
    table->setSamples({QStringLiteral("production"), QStringLiteral("guest, shop"),
                       QStringLiteral("running protected +1"), QStringLiteral("classic"),
                       QStringLiteral("Default virtual host"), QStringLiteral("test"),
                       QStringLiteral("100 connections"), QStringLiteral("1 000"), count, count,
                       count, QStringLiteral("1 000")});
    table->setFlexibleColumn(static_cast<int>(VhostColumn::Description));
    auto* layout = new QVBoxLayout(this);
    const int margin = theme::gap(this, Gap::Large);
    layout->setContentsMargins(margin, margin, margin, margin);
    layout->addWidget(m_list);
}

management::WatchScope VhostsPage::wanted() const
{
    return {TopicVhosts, std::nullopt, std::nullopt};
}

void VhostsPage::showSnapshot(const SnapshotPtr& snapshot)
{
    if ((snapshot->topics & TopicVhosts) == 0) return;
    m_list->list()->setEmptyState(
        tr("There is no virtual host: clients have nothing to connect to."),
        m_list->addAction()->text());
    m_list->setFilling(true);
    m_model->show(snapshot->vhosts);
    m_list->setFilling(false);
}

bool VhostsPage::focusFilter()
{
    m_list->list()->focusFilter();
    return true;
}

void VhostsPage::setActionsEnabled(bool enabled)
{
    m_isReachable = enabled;
    m_list->setRefusal(enabled ? QString{} : tr("The broker cannot be reached."));
}

/// A protected virtual host cannot be deleted; the button says so before somebody tries.
void VhostsPage::showSelection()
{
    if (!m_isReachable) return;
    const QList<int> rows = m_list->list()->table()->selectedSourceRows();
    const auto found =
        std::ranges::find_if(rows, [this](int row) { return m_model->rowAt(row).isProtected; });
    if (found == rows.end()) return;
    m_list->removeAction()->setEnabled(false);
    m_list->removeAction()->setToolTip(
        tr("“%1” is protected: edit it, and take the protection back first.")
            .arg(m_model->rowAt(*found).name));
}

void VhostsPage::askToDelete(const QList<int>& rows)
{
    Confirmation confirmation{
        .title = rows.size() == 1 ? tr("Delete virtual host") : tr("Delete virtual hosts"),
        .acceptText = rows.size() == 1 ? tr("Delete virtual host")
                                       : tr("Delete %1 virtual hosts").arg(rows.size())};
    for (const int row : rows) {
        confirmation.names.append(m_model->rowAt(row).name);
        confirmation.commands.append(RemoveVhost{m_model->rowAt(row).name});
    }
    const QStringList names = confirmation.names;
    confirmation.subject = rows.size() == 1 ? tr("Delete the virtual host “%1”?").arg(names.first())
                                            : tr("Delete these %1 virtual hosts?").arg(rows.size());
    confirmation.doneText = rows.size() == 1
                                ? tr("Virtual host “%1” is deleted.").arg(names.first())
                                : tr("%1 virtual hosts are deleted.").arg(rows.size());
    confirmation.losses = [names](const Snapshot& snapshot, const QList<int>& pending) {
        return lossesOf(totalsOf(snapshot, names, pending));
    };
    // Of several, the first name stands for all: it makes sure that somebody reads.
    confirmation.typedName = names.first();
    QList<int> all(names.size());
    std::ranges::generate(all, [next = 0]() mutable { return next++; });
    confirmation.needsTyping = [names, all](const Snapshot& snapshot) {
        return totalsOf(snapshot, names, all).messageCount > 0;
    };
    openDialog(new ConfirmCommandsDialog(m_client, confirmation, this));
}

}  // namespace warren::ui
