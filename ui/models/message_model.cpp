#include "ui/models/message_model.h"

#include "ui/format.h"
#include "ui/models/exchange_model.h"

#include <QCoreApplication>

namespace warren::ui {

using management::MessageRow;

namespace {

QString tr(const char* text) { return QCoreApplication::translate("MessageModel", text); }

TableColumn<MessageRow> stateColumn()
{
    auto column = textColumn<MessageRow>(
        tr("State"), [](const MessageRow& row) { return messageStateBadge(row).text; });
    column.extra = [](const MessageRow& row, int role) {
        return role == kBadgesRole ? QVariant::fromValue(Badges{messageStateBadge(row)})
                                   : QVariant();
    };
    return column;
}

TableColumn<MessageRow> yesNoColumn(const QString& title, const QString& headerToolTip,
                                    bool MessageRow::*value)
{
    auto column = textColumn<MessageRow>(
        title, [value](const MessageRow& row) { return row.*value ? tr("yes") : tr("no"); });
    column.headerToolTip = headerToolTip;
    column.isSearched = false;
    return column;
}

/// In the order of MessageColumn.
std::vector<TableColumn<MessageRow>> messageColumns()
{
    auto position = numberColumn<MessageRow>(tr("Position"), &MessageRow::position, format::count);
    position.headerToolTip = tr("Place in the queue; 0 is the oldest message");
    return {
        position,
        stateColumn(),
        yesNoColumn(tr("Redelivered"), tr("Whether the message was delivered before"),
                    &MessageRow::isRedelivered),
        yesNoColumn(tr("Persistent"), tr("Whether the message is on disk, or waits for it"),
                    &MessageRow::isPersistent),
        textColumn<MessageRow>(
            tr("Exchange"),
            [](const MessageRow& row) { return exchangeDisplayName(row.exchange); }),
        textColumn<MessageRow>(tr("Routing key"), &MessageRow::routingKey),
        numberColumn<MessageRow>(tr("Size"), &MessageRow::bodyBytes, format::bytes),
        textColumn<MessageRow>(tr("Content type"),
                               [](const MessageRow& row) {
                                   return format::orDash(
                                       row.properties.contentType.value_or(QString{}));
                               }),
    };
}

}  // namespace

Badge messageStateBadge(const MessageRow& message)
{
    if (message.isUnacked) {
        return {tr("unacked"), tr("With a consumer: %1").arg(message.holder), Tone::Caution, false};
    }
    return {tr("ready"), tr("Waits for a consumer."), Tone::Neutral, false};
}

MessageModel::MessageModel(QObject* parent) : SnapshotTableModel(messageColumns(), parent) {}

}  // namespace warren::ui
