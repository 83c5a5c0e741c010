#pragma once

#include "core/management/snapshot.h"
#include "ui/models/badge.h"
#include "ui/models/snapshot_table_model.h"

#include <utility>

namespace warren::ui {

/// A channel's number is unique on its connection.
using ChannelKey = std::pair<QString, std::uint16_t>;
ChannelKey channelKey(const management::ChannelRow& channel);

/// "connection (number)", as RabbitMQ names channels.
QString channelName(const management::ChannelRow& channel);

/// Columns of the channel list, in RabbitMQ's words; state and rates come first.
enum class ChannelColumn {
    Name,
    User,
    Mode,
    State,
    Publish,
    Confirm,
    Deliver,
    Ack,
    Unacked,
    Unconfirmed,
    Uncommitted,
    Prefetch,
    Consumers,
    Returned,
    Redelivered,
    Vhost,
};

QString channelModeText(management::ChannelMode mode);

/// The state in one word, as RabbitMQ has it; the colour only repeats it.
Badge channelStateBadge(const QString& state);

/// "20", "20 / 100 in all", or "unlimited": per consumer and for the whole channel.
QString prefetchText(const management::ChannelRow& channel);

/// All channels as a table. Thread: GUI.
class ChannelModel final : public SnapshotTableModel<management::ChannelRow, &channelKey> {
public:
    explicit ChannelModel(QObject* parent = nullptr);
};

}  // namespace warren::ui
