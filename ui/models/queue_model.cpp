#include "ui/models/queue_model.h"

#include "ui/format.h"
#include "ui/models/badge.h"

#include <QCoreApplication>

namespace warren::ui {

using management::QueueRow;

namespace {

QString tr(const char* text) { return QCoreApplication::translate("QueueModel", text); }

TableColumn<QueueRow> nameColumn()
{
    auto column =
        textColumn<QueueRow>(tr("Name"), [](const QueueRow& row) { return row.key.name; });
    column.toolTip = [](const QueueRow& row) { return row.key.name; };
    return column;
}

TableColumn<QueueRow> featuresColumn()
{
    auto column = textColumn<QueueRow>(
        tr("Features"), [](const QueueRow& row) { return badgesText(queueFeatures(row)); });
    column.headerToolTip =
        tr("How the queue was declared; an outline marks what a policy gives, ⚠ in a broken frame "
           "what "
           "is stored but not acted on");
    column.extra = [](const QueueRow& row, int role) {
        return role == kBadgesRole ? QVariant::fromValue(queueFeatures(row)) : QVariant();
    };
    return column;
}

TableColumn<QueueRow> policyColumn()
{
    auto column = textColumn<QueueRow>(tr("Policy"), &queuePolicyText);
    column.headerToolTip = tr("The policy, and the operator policy, that hold for the queue");
    column.toolTip = [](const QueueRow& row) {
        QStringList lines;
        if (!row.policy.isEmpty()) lines.append(tr("Policy: %1").arg(row.policy));
        if (!row.operatorPolicy.isEmpty()) {
            lines.append(tr("Operator policy: %1").arg(row.operatorPolicy));
        }
        return lines.join(u'\n');
    };
    return column;
}

TableColumn<QueueRow> stateColumn()
{
    auto column = textColumn<QueueRow>(
        tr("State"), [](const QueueRow& row) { return queueStateBadge(row.state).text; });
    column.extra = [](const QueueRow& row, int role) {
        return role == kBadgesRole ? QVariant::fromValue(Badges{queueStateBadge(row.state)})
                                   : QVariant();
    };
    return column;
}

template <typename Value>
TableColumn<QueueRow> countColumn(const QString& title, const QString& headerToolTip, Value value)
{
    auto column = numberColumn<QueueRow>(
        title, value, [](auto count) { return format::count(static_cast<std::uint64_t>(count)); });
    column.headerToolTip = headerToolTip;
    return column;
}

TableColumn<QueueRow> rateColumn(const QString& title, const QString& headerToolTip,
                                 double management::MessageRates::*value)
{
    auto column = numberColumn<QueueRow>(
        title, [value](const QueueRow& row) { return row.rates.*value; }, format::rate);
    column.headerToolTip = headerToolTip;
    return column;
}

/// In the order of QueueColumn.
std::vector<TableColumn<QueueRow>> queueColumns()
{
    auto memory = numberColumn<QueueRow>(tr("Memory"), &QueueRow::memoryBytes, format::bytes);
    memory.headerToolTip = tr("Estimated memory of bodies, index and bookkeeping");
    memory.toolTip = [](const QueueRow& row) {
        return tr("%1 of message bodies").arg(format::bytes(row.bodyBytes));
    };
    return {
        textColumn<QueueRow>(tr("Virtual host"), [](const QueueRow& row) { return row.key.vhost; }),
        nameColumn(),
        featuresColumn(),
        policyColumn(),
        stateColumn(),
        countColumn(tr("Ready"), tr("Messages waiting for a consumer"), &QueueRow::readyCount),
        countColumn(tr("Unacked"), tr("Messages delivered and not yet acknowledged"),
                    &QueueRow::unackedCount),
        countColumn(tr("Total"), tr("Ready and unacked messages"),
                    [](const QueueRow& row) { return row.readyCount + row.unackedCount; }),
        rateColumn(tr("In/s"), tr("Messages that enter the queue, per second"),
                   &management::MessageRates::publish),
        rateColumn(tr("Deliver/s"), tr("Deliveries and gets, per second"),
                   &management::MessageRates::deliver),
        rateColumn(tr("Ack/s"), tr("Acknowledgements by consumers, per second"),
                   &management::MessageRates::ack),
        countColumn(tr("Consumers"), tr("Subscriptions to the queue"), &QueueRow::consumerCount),
        memory,
    };
}

}  // namespace

QString queuePolicyText(const QueueRow& queue)
{
    if (queue.policy.isEmpty() || queue.operatorPolicy.isEmpty()) {
        return queue.policy + queue.operatorPolicy;
    }
    return QStringLiteral("%1 + %2").arg(queue.policy, queue.operatorPolicy);
}

QueueModel::QueueModel(QObject* parent) : SnapshotTableModel(queueColumns(), parent) {}

}  // namespace warren::ui
