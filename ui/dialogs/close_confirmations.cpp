#include "ui/dialogs/close_confirmations.h"

#include "ui/dialogs/form_fields.h"
#include "ui/format.h"
#include "ui/icons.h"
#include "ui/models/channel_model.h"

#include <QCoreApplication>
#include <QFormLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace warren::ui {

using management::ChannelRow;
using management::CloseChannel;
using management::CloseConnection;
using management::ConnectionRow;
using management::Snapshot;

namespace {

QString tr(const char* text) { return QCoreApplication::translate("CloseDialog", text); }

/// Puts the field for the reason at the end of a dialog's fields.
QLineEdit* addReason(QVBoxLayout* body, QWidget* dialog)
{
    auto* reason = new QLineEdit(tr("Closed in Warren's window"), dialog);
    reason->setObjectName(QStringLiteral("reason"));
    // A reply text has at most 255 bytes, some of which the broker needs for its own words.
    constexpr int kReasonCharactersMax = 200;
    reason->setMaxLength(kReasonCharactersMax);
    auto* form = makeForm(dialog);
    form->addRow(tr("&Reason, for the client to read:"), reason);
    form->setRowWrapPolicy(QFormLayout::WrapAllRows);
    // Before the stretch at the end.
    body->insertLayout(body->count() - 1, form);
    return reason;
}

QStringList connectionNames(const QList<ConnectionRow>& connections)
{
    QStringList names;
    for (const ConnectionRow& connection : connections)
        names.append(connection.name);
    return names;
}

QStringList channelNames(const QList<ChannelRow>& channels)
{
    QStringList names;
    for (const ChannelRow& channel : channels)
        names.append(channelName(channel));
    return names;
}

}  // namespace

CloseConnectionsDialog::CloseConnectionsDialog(management::BrokerClient& client,
                                               const QList<ConnectionRow>& connections,
                                               QWidget* parent)
    : ConfirmDialog(client,
                    connections.size() == 1 ? tr("Close connection") : tr("Close connections"),
                    connections.size() == 1 ? tr("Close connection")
                                            : tr("Close %1 connections").arg(connections.size()),
                    parent),
      m_connections(connections),
      m_reason(addReason(body(), this))
{
    setObjectName(QStringLiteral("closeConnectionsDialog"));
    acceptButton()->setIcon(icon(Icon::Close));
    begin(connections.size() == 1 ? tr("Close the connection %1?").arg(connections.first().name)
                                  : tr("Close these %1 connections?").arg(connections.size()),
          connectionNames(connections));
}

ConfirmDialog::Losses CloseConnectionsDialog::losses(const Snapshot& snapshot)
{
    Q_UNUSED(snapshot)
    return {.lines = {},
            .reassurance = tr("Messages that a connection holds unacknowledged return to their "
                              "queues and will be delivered again, marked as redelivered. "
                              "Exclusive queues go with their connection. A publish without a "
                              "confirm may or may not have arrived. Most clients connect again by "
                              "themselves.")};
}

management::ManagementCommand CloseConnectionsDialog::command(int target) const
{
    return CloseConnection{.name = m_connections.at(target).name,
                           .reason = m_reason->text().trimmed()};
}

QString CloseConnectionsDialog::doneText() const
{
    return format::counted(static_cast<std::uint64_t>(m_connections.size()),
                           tr("Connection closed."), tr("%1 connections closed."));
}

CloseChannelsDialog::CloseChannelsDialog(management::BrokerClient& client,
                                         const QList<ChannelRow>& channels, QWidget* parent)
    : ConfirmDialog(
          client, channels.size() == 1 ? tr("Close channel") : tr("Close channels"),
          channels.size() == 1 ? tr("Close channel") : tr("Close %1 channels").arg(channels.size()),
          parent),
      m_channels(channels),
      m_reason(addReason(body(), this))
{
    setObjectName(QStringLiteral("closeChannelsDialog"));
    acceptButton()->setIcon(icon(Icon::Close));
    begin(channels.size() == 1 ? tr("Close the channel %1?").arg(channelName(channels.first()))
                               : tr("Close these %1 channels?").arg(channels.size()),
          channelNames(channels));
}

ConfirmDialog::Losses CloseChannelsDialog::losses(const Snapshot& snapshot)
{
    std::uint64_t unackedCount = 0;
    std::uint64_t uncommittedCount = 0;
    for (const int target : pending()) {
        ChannelRow& channel = m_channels[target];
        const auto found = std::ranges::lower_bound(snapshot.channels, channelKey(channel),
                                                    std::less{}, channelKey);
        if (found != snapshot.channels.end() && channelKey(*found) == channelKey(channel)) {
            channel = *found;
        }
        unackedCount += channel.unackedCount;
        uncommittedCount += channel.uncommittedCount;
    }
    Losses lost;
    if (uncommittedCount > 0) {
        lost.lines.append(format::counted(
            uncommittedCount, tr("1 message of a transaction that is not committed"),
            tr("%1 messages of transactions that are not committed")));
    }
    lost.reassurance =
        (unackedCount == 0
             ? tr("No message is held unacknowledged.")
             : format::counted(unackedCount,
                               tr("1 unacknowledged message returns to its queue and will be "
                                  "delivered again, marked as redelivered."),
                               tr("%1 unacknowledged messages return to their queues and will be "
                                  "delivered again, marked as redelivered."))) +
        u' ' + tr("A publish without a confirm may or may not have arrived.");
    return lost;
}

management::ManagementCommand CloseChannelsDialog::command(int target) const
{
    const ChannelRow& channel = m_channels.at(target);
    return CloseChannel{.connection = channel.connection,
                        .number = channel.number,
                        .reason = m_reason->text().trimmed()};
}

QString CloseChannelsDialog::doneText() const
{
    return format::counted(static_cast<std::uint64_t>(m_channels.size()), tr("Channel closed."),
                           tr("%1 channels closed."));
}

}  // namespace warren::ui
