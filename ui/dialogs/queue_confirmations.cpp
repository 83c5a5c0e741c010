#include "ui/dialogs/queue_confirmations.h"

#include "ui/format.h"
#include "ui/models/binding_model.h"

#include <QCheckBox>

#include <algorithm>

namespace warren::ui {

using management::QueueRow;
using management::Snapshot;

namespace {

QStringList namesOf(const QList<QueueRow>& queues)
{
    QStringList names;
    names.reserve(queues.size());
    for (const QueueRow& queue : queues) {
        names.append(queue.key.name);
    }
    return names;
}

/// The queue's row in `snapshot`; null when it has none, or was not asked for.
const QueueRow* findRow(const Snapshot& snapshot, const management::ResourceKey& key)
{
    if (snapshot.queue && snapshot.queue->key == key) return &*snapshot.queue;
    const auto found = std::ranges::lower_bound(snapshot.queues, key, std::less{}, &QueueRow::key);
    return found != snapshot.queues.end() && found->key == key ? &*found : nullptr;
}

void refresh(QList<QueueRow>& queues, const Snapshot& snapshot)
{
    for (QueueRow& queue : queues) {
        if (const QueueRow* row = findRow(snapshot, queue.key)) queue = *row;
    }
}

struct Totals {
    std::uint64_t readyCount = 0;
    std::uint64_t unackedCount = 0;
    std::uint64_t consumerCount = 0;
};

Totals totalsOf(const QList<QueueRow>& queues, const QList<int>& targets)
{
    Totals totals;
    for (const int target : targets) {
        const QueueRow& queue = queues.at(target);
        totals.readyCount += queue.readyCount;
        totals.unackedCount += queue.unackedCount;
        totals.consumerCount += queue.consumerCount;
    }
    return totals;
}

/// Bindings that somebody made; nullopt when this snapshot does not know them.
std::optional<std::uint64_t> bindingCount(const Snapshot& snapshot,
                                          const management::ResourceKey& key)
{
    if (!snapshot.queue || snapshot.queue->key != key) return std::nullopt;
    return static_cast<std::uint64_t>(std::ranges::count_if(
        snapshot.queueBindings, [](const auto& binding) { return !isImplicitBinding(binding); }));
}

QString subject(const QList<QueueRow>& queues, const QString& one, const QString& many)
{
    return queues.size() == 1 ? one.arg(queues.first().key.name) : many.arg(queues.size());
}

}  // namespace

DeleteQueuesDialog::DeleteQueuesDialog(management::BrokerClient& client,
                                       const QList<QueueRow>& queues, QWidget* parent)
    : ConfirmDialog(
          client, queues.size() == 1 ? tr("Delete queue") : tr("Delete queues"),
          queues.size() == 1 ? tr("Delete queue") : tr("Delete %1 queues").arg(queues.size()),
          parent),
      m_queues(queues),
      m_onlyIfUnused(addCondition(QStringLiteral("onlyIfUnused"),
                                  tr("Only if nobody consumes from it (if-unused)"))),
      m_onlyIfEmpty(
          addCondition(QStringLiteral("onlyIfEmpty"), tr("Only if no message is ready (if-empty)")))
{
    setObjectName(QStringLiteral("deleteQueuesDialog"));
    begin(subject(queues, tr("Delete the queue “%1”?"), tr("Delete these %1 queues?")),
          namesOf(queues));
}

ConfirmDialog::Losses DeleteQueuesDialog::losses(const Snapshot& snapshot)
{
    refresh(m_queues, snapshot);
    const Totals totals = totalsOf(m_queues, pending());
    Losses lost;
    if (totals.readyCount > 0) {
        lost.lines.append(
            format::counted(totals.readyCount, tr("1 ready message"), tr("%1 ready messages")));
    }
    if (totals.unackedCount > 0) {
        lost.lines.append(format::counted(totals.unackedCount,
                                          tr("1 unacked message that a consumer works on"),
                                          tr("%1 unacked messages that consumers work on")));
    }
    const bool isOne = pending().size() == 1;
    const auto bindings =
        isOne ? bindingCount(snapshot, m_queues.at(pending().first()).key) : std::nullopt;
    if (!bindings) {
        lost.lines.append(isOne ? tr("the bindings of the queue")
                                : tr("the bindings of the queues"));
    } else if (*bindings > 0) {
        lost.lines.append(format::counted(*bindings, tr("1 binding"), tr("%1 bindings")));
    }
    if (totals.consumerCount > 0) {
        lost.lines.append(format::counted(totals.consumerCount, tr("1 consumer is cut off"),
                                          tr("%1 consumers are cut off")));
    }
    const bool isEmpty = totals.readyCount == 0 && totals.unackedCount == 0;
    if (isEmpty && totals.consumerCount == 0) {
        lost.reassurance = isOne ? tr("The queue has no messages and no consumers.")
                                 : tr("The queues have no messages and no consumers.");
    } else {
        lost.reassurance = tr("This cannot be undone.");
    }
    return lost;
}

management::ManagementCommand DeleteQueuesDialog::command(int target) const
{
    return management::DeleteQueue{m_queues.at(target).key, m_onlyIfUnused->isChecked(),
                                   m_onlyIfEmpty->isChecked()};
}

QString DeleteQueuesDialog::doneText() const
{
    return subject(m_queues, tr("Queue “%1” is deleted."), tr("%1 queues are deleted."));
}

PurgeQueuesDialog::PurgeQueuesDialog(management::BrokerClient& client,
                                     const QList<QueueRow>& queues, QWidget* parent)
    : ConfirmDialog(
          client, queues.size() == 1 ? tr("Purge queue") : tr("Purge queues"),
          queues.size() == 1 ? tr("Purge queue") : tr("Purge %1 queues").arg(queues.size()),
          parent),
      m_queues(queues)
{
    setObjectName(QStringLiteral("purgeQueuesDialog"));
    begin(subject(queues, tr("Purge the queue “%1”?"), tr("Purge these %1 queues?")),
          namesOf(queues));
}

ConfirmDialog::Losses PurgeQueuesDialog::losses(const Snapshot& snapshot)
{
    refresh(m_queues, snapshot);
    const Totals totals = totalsOf(m_queues, pending());
    Losses lost;
    if (totals.readyCount > 0) {
        lost.lines.append(
            format::counted(totals.readyCount, tr("1 ready message"), tr("%1 ready messages")));
    } else {
        lost.lines.append(tr("nothing now: no message is ready"));
    }
    if (totals.unackedCount > 0) {
        lost.reassurance =
            format::counted(totals.unackedCount, tr("1 unacked message stays with its consumer."),
                            tr("%1 unacked messages stay with their consumers."));
    } else {
        lost.reassurance = tr("The queue, its bindings and its consumers stay.");
    }
    return lost;
}

management::ManagementCommand PurgeQueuesDialog::command(int target) const
{
    return management::PurgeQueue{m_queues.at(target).key};
}

void PurgeQueuesDialog::takeDoneTarget(int target, const management::CommandResult& result)
{
    Q_UNUSED(target)
    if (const auto* purged = std::get_if<management::PurgeResult>(&result.value)) {
        m_removedCount += purged->removedCount;
    }
}

QString PurgeQueuesDialog::doneText() const
{
    const QString removed = format::counted(m_removedCount, tr("1 message was removed"),
                                            tr("%1 messages were removed"));
    return subject(m_queues, tr("Queue “%1” is purged: "), tr("%1 queues are purged: ")) + removed +
           QLatin1Char('.');
}

}  // namespace warren::ui
