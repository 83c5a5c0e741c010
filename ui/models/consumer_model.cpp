#include "ui/models/consumer_model.h"

#include "ui/format.h"
#include "ui/models/argument_values.h"

#include <QCoreApplication>

#include <algorithm>

namespace warren::ui {

using management::ConsumerRow;

namespace {

QString tr(const char* text) { return QCoreApplication::translate("ConsumerModel", text); }

TableColumn<ConsumerRow> yesNoColumn(const QString& title, bool ConsumerRow::*value)
{
    return textColumn<ConsumerRow>(
        title, [value](const ConsumerRow& row) { return row.*value ? tr("yes") : tr("no"); });
}

TableColumn<ConsumerRow> withToolTip(TableColumn<ConsumerRow> column, const QString& headerToolTip)
{
    column.headerToolTip = headerToolTip;
    return column;
}

/// In the order of ConsumerColumn.
std::vector<TableColumn<ConsumerRow>> consumerColumns()
{
    const auto writeCount = [](auto value) {
        return format::count(static_cast<std::uint64_t>(value));
    };
    const auto writePrefetch = [](std::uint32_t value) {
        return value == 0 ? tr("unlimited") : format::count(value);
    };
    auto arguments = textColumn<ConsumerRow>(
        tr("Arguments"), [](const ConsumerRow& row) { return argumentsText(row.arguments); });
    arguments.toolTip = [](const ConsumerRow& row) { return argumentsLines(row.arguments); };
    return {
        textColumn<ConsumerRow>(tr("Consumer tag"), &ConsumerRow::tag),
        textColumn<ConsumerRow>(tr("Connection"), &ConsumerRow::connection),
        numberColumn<ConsumerRow>(tr("Channel"), &ConsumerRow::channel, writeCount),
        withToolTip(yesNoColumn(tr("Ack required"), &ConsumerRow::needsAck),
                    tr("Whether a message stays in the queue until the consumer acknowledges it")),
        yesNoColumn(tr("Exclusive"), &ConsumerRow::isExclusive),
        withToolTip(
            yesNoColumn(tr("Active"), &ConsumerRow::isActive),
            tr("Whether the consumer gets messages; of a single active consumer the others wait")),
        withToolTip(
            numberColumn<ConsumerRow>(tr("Priority"), &ConsumerRow::priority,
                                      [](std::int32_t value) { return QString::number(value); }),
            tr("Consumers of a higher priority get messages first (x-priority)")),
        withToolTip(
            numberColumn<ConsumerRow>(tr("Prefetch"), &ConsumerRow::prefetch, writePrefetch),
            tr("How many unacknowledged messages the consumer may hold")),
        numberColumn<ConsumerRow>(tr("Unacked"), &ConsumerRow::unackedCount, writeCount),
        arguments,
    };
}

}  // namespace

ConsumerKey consumerKey(const ConsumerRow& consumer)
{
    return {consumer.connection, consumer.channel, consumer.tag};
}

ConsumerModel::ConsumerModel(QObject* parent) : SnapshotTableModel(consumerColumns(), parent) {}

void ConsumerModel::showConsumers(const QList<ConsumerRow>& consumers)
{
    QList<ConsumerRow> sorted = consumers;
    std::ranges::sort(sorted, std::less{}, consumerKey);
    show(sorted);
}

}  // namespace warren::ui
