#pragma once

#include "core/management/snapshot.h"
#include "ui/theme.h"

#include <QList>
#include <QMetaType>
#include <QString>

namespace warren::ui {

/// A short tag in a table or a heading, such as "D" for durable.
struct Badge {
    QString text;
    QString toolTip;
    Tone tone = Tone::Neutral;
    /// Stored and shown, but the broker does not act on it: drawn with a broken frame.
    bool isInert = false;
    /// Given by a policy, not by the declaration: drawn as an outline.
    bool isFromPolicy = false;
    bool operator==(const Badge&) const = default;
};
using Badges = QList<Badge>;

/// Role under which a model hands its badges to BadgeDelegate, as a Badges value.
inline constexpr int kBadgesRole = Qt::UserRole + 100;

/// What a queue was declared with, and what its policies add: D, AD, Excl, Q, then one tag per
/// argument in RabbitMQ's order.
Badges queueFeatures(const management::QueueRow& queue);

/// As queueFeatures: D, AD, I, AE.
Badges exchangeFeatures(const management::ExchangeRow& exchange);

/// The queue's state in one word; the colour only repeats it.
Badge queueStateBadge(management::QueueState state);

/// The tags in one line, for sorting and searching.
QString badgesText(const Badges& badges);

/// All tool tips, one a line.
QString badgesToolTip(const Badges& badges);

}  // namespace warren::ui

Q_DECLARE_METATYPE(warren::ui::Badges)
