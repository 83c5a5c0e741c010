#pragma once

#include <QIcon>

namespace warren::ui {

/// The pictograms of the window: drawn, not loaded, so that they take the palette's colour (light,
/// dark, disabled, selected) and stay sharp at any scale.
enum class Icon {
    Overview,
    Queues,
    Exchanges,
    Connections,
    Channels,
    Gauge,
    Cluster,
    Policies,
    Users,
    Vhosts,
    Log,
    Add,
    Edit,
    Key,
    Lock,
    Undo,
    Delete,
    Purge,
    Publish,
    Browse,
    Bind,
    Copy,
    Close,
    Pause,
    Resume,
    Refresh,
    Filter,
    Back,
    Join,
    Leave,
    Rebalance,
    Master,
    Synchronise,
    Stop,
    Info,
    Success,
    Warning,
    Error,
};

/// The pictogram as an icon. It follows the application's palette without being asked again.
QIcon icon(Icon which);

/// As `icon`, always in `colour`.
QIcon icon(Icon which, const QColor& colour);

/// The program's own icon, in all sizes (resources/icons).
QIcon applicationIcon();

}  // namespace warren::ui
