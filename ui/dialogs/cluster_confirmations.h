#pragma once

#include "ui/dialogs/confirm_commands_dialog.h"

namespace warren::ui {

/// Before this node leaves its cluster. The node's name has to be typed while messages would go.
/// @pre `snapshot` holds TopicCluster
Confirmation leaveConfirmation(const management::Snapshot& snapshot);

/// Before this node starts anew as the other type. @pre `snapshot` holds TopicCluster
Confirmation changeTypeConfirmation(const management::Snapshot& snapshot);

/// Before the others give up a member that is down. Likewise, while queues would go with it.
/// @pre `snapshot` holds TopicCluster
Confirmation forgetConfirmation(const management::Snapshot& snapshot, const QString& node);

}  // namespace warren::ui
