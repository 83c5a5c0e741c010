#pragma once

#include "core/management/snapshot.h"
#include "ui/models/badge.h"
#include "ui/models/snapshot_table_model.h"

#include <tuple>

namespace warren::ui {

/// What makes a policy the one it is; operator policies come after the others of their vhost.
using PolicyKey = std::tuple<QString, bool, QString>;
PolicyKey policyKey(const management::PolicyRow& policy);

/// Columns of the list of policies, in RabbitMQ's words.
enum class PolicyColumn { Vhost, Name, Kind, Pattern, ApplyTo, Definition, Priority, Matches };

/// "policy" or "operator", and what that means.
Badge policyKindBadge(bool isOperator);

/// All policies as a table. Thread: GUI.
class PolicyModel final : public SnapshotTableModel<management::PolicyRow, &policyKey> {
public:
    explicit PolicyModel(QObject* parent = nullptr);
};

}  // namespace warren::ui
