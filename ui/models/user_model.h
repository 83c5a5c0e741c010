#pragma once

#include "core/management/snapshot.h"
#include "ui/models/badge.h"
#include "ui/models/snapshot_table_model.h"

#include <span>

namespace warren::ui {

/// Columns of the list of users, in RabbitMQ's words.
enum class UserColumn { Name, Tags, Vhosts, Password, Loopback, Connections, Limits };

/// The tags that RabbitMQ gives a meaning, with what each allows; the strongest first.
struct UserTag {
    const char* name;
    const char* explanation;  ///< untranslated, see userTagExplanation
};
std::span<const UserTag> knownUserTags();
QString userTagExplanation(const UserTag& tag);

Badges userTagBadges(const QStringList& tags);

/// "20 connections, 200 channels"; empty: no limits.
QString userLimitsText(const management::UserRow& user);

/// All users as a table. Thread: GUI.
class UserModel final : public SnapshotTableModel<management::UserRow, &management::UserRow::name> {
public:
    explicit UserModel(QObject* parent = nullptr);
};

}  // namespace warren::ui
