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

TableColumn<MessageRow> flagsColumn()
{
    auto column = textColumn<MessageRow>(
        tr("Flags"), [](const MessageRow& row) { return badgesText(messageFlags(row)); });
    column.headerToolTip = tr("P: persistent, on disk or waiting for it\nR: delivered before");
    column.extra = [](const MessageRow& row, int role) {
        return role == kBadgesRole ? QVariant::fromValue(messageFlags(row)) : QVariant();
    };
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
        flagsColumn(),
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

Badges messageFlags(const MessageRow& message)
{
    Badges flags;
    if (message.isPersistent) {
        flags.append({QStringLiteral("P"),
                      tr("Persistent: the message is on disk, or waits for it."), Tone::Accent,
                      false});
    }
    if (message.isRedelivered) {
        flags.append({QStringLiteral("R"), tr("Redelivered: the message was delivered before."),
                      Tone::Caution, false});
    }
    return flags;
}

MessageModel::MessageModel(QObject* parent) : SnapshotTableModel(messageColumns(), parent) {}

}  // namespace warren::ui
