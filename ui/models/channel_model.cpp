#include "ui/models/channel_model.h"

#include "ui/format.h"

#include <QCoreApplication>

namespace warren::ui {

using management::ChannelMode;
using management::ChannelRow;
using management::MessageRates;

namespace {

QString tr(const char* text) { return QCoreApplication::translate("ChannelModel", text); }

TableColumn<ChannelRow> described(TableColumn<ChannelRow> column, const QString& headerToolTip)
{
    column.headerToolTip = headerToolTip;
    return column;
}

TableColumn<ChannelRow> rateColumn(const QString& title, double MessageRates::*rate,
                                   const QString& headerToolTip)
{
    return described(numberColumn<ChannelRow>(
                         title, [rate](const ChannelRow& row) { return row.rates.*rate; },
                         &format::rateWithUnit),
                     headerToolTip);
}

TableColumn<ChannelRow> stateColumn()
{
    auto state = textColumn<ChannelRow>(tr("State"), &ChannelRow::state);
    state.toolTip = [](const ChannelRow& row) { return channelStateBadge(row.state).toolTip; };
    state.extra = [](const ChannelRow& row, int role) {
        return role == kBadgesRole ? QVariant::fromValue(Badges{channelStateBadge(row.state)})
                                   : QVariant();
    };
    return state;
}

/// In the order of ChannelColumn.
std::vector<TableColumn<ChannelRow>> channelColumns()
{
    auto name = textColumn<ChannelRow>(tr("Channel"), &channelName);
    name.toolTip = name.text;
    // By the parts of the name: writing it for each comparison would take most of the sorting.
    name.isLess = [](const ChannelRow& left, const ChannelRow& right) {
        const auto order = naturalOrder(left.connection, right.connection);
        return order == std::strong_ordering::equal ? left.number < right.number : order < 0;
    };
    auto prefetch =
        numberColumn<ChannelRow>(tr("Prefetch"), &ChannelRow::prefetch,
                                 [](std::uint32_t value) { return format::count(value); });
    prefetch.text = &prefetchText;
    return {
        name,
        textColumn<ChannelRow>(tr("User"), &ChannelRow::user),
        described(textColumn<ChannelRow>(
                      tr("Mode"), [](const ChannelRow& row) { return channelModeText(row.mode); }),
                  tr("Whether publishes are confirmed, in transactions, or neither")),
        stateColumn(),
        rateColumn(tr("Publish"), &MessageRates::publish, tr("Messages published")),
        rateColumn(tr("Confirm"), &MessageRates::confirm, tr("Publishes confirmed")),
        rateColumn(tr("Deliver"), &MessageRates::deliver,
                   tr("Messages delivered to consumers or fetched")),
        rateColumn(tr("Ack"), &MessageRates::ack, tr("Messages acknowledged by consumers")),
        described(
            numberColumn<ChannelRow>(tr("Unacked"), &ChannelRow::unackedCount, &format::count),
            tr("Messages delivered and not yet acknowledged")),
        described(numberColumn<ChannelRow>(tr("Unconfirmed"), &ChannelRow::unconfirmedCount,
                                           &format::count),
                  tr("Messages published and not yet confirmed")),
        described(numberColumn<ChannelRow>(tr("Uncommitted"), &ChannelRow::uncommittedCount,
                                           &format::count),
                  tr("Messages in a transaction that is not committed")),
        described(prefetch, tr("How many unacknowledged messages each new consumer may hold")),
        numberColumn<ChannelRow>(tr("Consumers"), &ChannelRow::consumerCount, &format::count),
        rateColumn(tr("Return"), &MessageRates::returned,
                   tr("Unroutable mandatory messages given back")),
        rateColumn(tr("Redeliver"), &MessageRates::redeliver,
                   tr("The part of the deliveries that had been delivered before")),
        textColumn<ChannelRow>(tr("Virtual host"), &ChannelRow::vhost),
    };
}

}  // namespace

ChannelKey channelKey(const ChannelRow& channel) { return {channel.connection, channel.number}; }

QString channelName(const ChannelRow& channel)
{
    return QStringLiteral("%1 (%2)").arg(channel.connection).arg(channel.number);
}

QString channelModeText(ChannelMode mode)
{
    switch (mode) {
    case ChannelMode::Plain: return tr("plain");
    case ChannelMode::Confirm: return tr("confirm");
    case ChannelMode::Transactional: return tr("transaction");
    }
    return {};
}

Badge channelStateBadge(const QString& state)
{
    if (state == QLatin1String("running")) {
        return {state, tr("Messages came or went within the last seconds."), Tone::Good, false};
    }
    if (state == QLatin1String("flow")) {
        return {state, tr("It publishes faster than the broker can take: it is slowed down."),
                Tone::Caution, false};
    }
    if (state == QLatin1String("idle")) {
        return {state, tr("Nothing came or went within the last seconds."), Tone::Neutral, false};
    }
    if (state == QLatin1String("closing")) {
        return {state, tr("One side has said good-bye."), Tone::Neutral, false};
    }
    return {state, QString(), Tone::Neutral, false};
}

QString prefetchText(const ChannelRow& channel)
{
    if (channel.prefetch == 0 && channel.globalPrefetch == 0) return tr("unlimited");
    if (channel.globalPrefetch == 0) return format::count(channel.prefetch);
    if (channel.prefetch == 0) return tr("%1 in all").arg(format::count(channel.globalPrefetch));
    return tr("%1 / %2 in all")
        .arg(format::count(channel.prefetch), format::count(channel.globalPrefetch));
}

ChannelModel::ChannelModel(QObject* parent) : SnapshotTableModel(channelColumns(), parent) {}

}  // namespace warren::ui
