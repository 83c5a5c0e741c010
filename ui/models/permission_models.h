#pragma once

#include "core/management/snapshot.h"
#include "ui/models/snapshot_table_model.h"

#include <utility>

namespace warren::ui {

using PermissionKey = std::pair<QString, QString>;
/// Of one user: the vhost, and the exchange for topic permissions.
PermissionKey permissionKey(const management::PermissionRow& permission);
PermissionKey topicPermissionKey(const management::TopicPermissionRow& permission);

/// A pattern as a person reads it: what everybody writes for everything and nothing is said in
/// words.
QString patternText(const QString& pattern);

/// The permissions of one user, by virtual host. Thread: GUI.
class PermissionModel final : public SnapshotTableModel<management::PermissionRow, &permissionKey> {
public:
    explicit PermissionModel(QObject* parent = nullptr);
};

/// The topic permissions of one user, by virtual host and exchange. Thread: GUI.
class TopicPermissionModel final
    : public SnapshotTableModel<management::TopicPermissionRow, &topicPermissionKey> {
public:
    explicit TopicPermissionModel(QObject* parent = nullptr);
};

}  // namespace warren::ui
