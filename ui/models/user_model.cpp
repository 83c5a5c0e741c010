#include "ui/models/user_model.h"

#include "ui/format.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>

namespace warren::ui {

using management::UserRow;

namespace {

constexpr std::array kTags{
    UserTag{"administrator",
            QT_TRANSLATE_NOOP("UserModel", "May manage everything, users and permissions too.")},
    UserTag{"monitoring", QT_TRANSLATE_NOOP("UserModel",
                                            "May see everything, and change what its permissions "
                                            "allow.")},
    UserTag{"policymaker",
            QT_TRANSLATE_NOOP("UserModel", "May make policies in its virtual hosts.")},
    UserTag{"management", QT_TRANSLATE_NOOP("UserModel",
                                            "May use the management interface in its virtual "
                                            "hosts.")},
    UserTag{"impersonator",
            QT_TRANSLATE_NOOP("UserModel", "May publish with the user id of another user.")},
};

QString tr(const char* text) { return QCoreApplication::translate("UserModel", text); }

TableColumn<UserRow> yesNoColumn(const QString& title, bool UserRow::*value,
                                 const QString& headerToolTip)
{
    auto column = textColumn<UserRow>(
        title, [value](const UserRow& row) { return row.*value ? tr("yes") : tr("no"); });
    column.isSearched = false;
    column.headerToolTip = headerToolTip;
    return column;
}

/// In the order of UserColumn.
std::vector<TableColumn<UserRow>> userColumns()
{
    auto name = textColumn<UserRow>(tr("Name"), &UserRow::name);
    name.toolTip = &UserRow::name;
    auto tags =
        textColumn<UserRow>(tr("Tags"), [](const UserRow& row) { return row.tags.join(u' '); });
    tags.headerToolTip = tr("What the user may do in the management interface");
    tags.extra = [](const UserRow& row, int role) {
        return role == kBadgesRole ? QVariant::fromValue(userTagBadges(row.tags)) : QVariant();
    };
    auto vhosts = textColumn<UserRow>(tr("Can access"), [](const UserRow& row) {
        return row.vhosts.isEmpty() ? tr("no virtual host") : row.vhosts.join(QStringLiteral(", "));
    });
    vhosts.headerToolTip = tr("The virtual hosts that the user has permissions in");
    vhosts.toolTip = [](const UserRow& row) { return row.vhosts.join(u'\n'); };
    auto limits = textColumn<UserRow>(tr("Limits"), &userLimitsText);
    limits.toolTip = limits.text;
    return {name,
            tags,
            vhosts,
            yesNoColumn(tr("Password"), &UserRow::hasPassword,
                        tr("Whether the user can log in with a password")),
            yesNoColumn(tr("Loopback only"), &UserRow::isLoopbackOnly,
                        tr("Whether the user may connect from this machine only")),
            numberColumn<UserRow>(tr("Connections"), &UserRow::connectionCount, &format::count),
            limits};
}

}  // namespace

std::span<const UserTag> knownUserTags() { return kTags; }

QString userTagExplanation(const UserTag& tag) { return tr(tag.explanation); }

Badges userTagBadges(const QStringList& tags)
{
    Badges badges;
    for (const QString& tag : tags) {
        const auto known = std::ranges::find_if(
            kTags, [&](const UserTag& each) { return tag == QLatin1String(each.name); });
        badges.append({tag,
                       known != kTags.end()
                           ? userTagExplanation(*known)
                           : tr("A tag of your own: the broker gives it no meaning."),
                       tag == QLatin1String("administrator") ? Tone::Accent : Tone::Neutral});
    }
    return badges;
}

QString userLimitsText(const UserRow& user)
{
    QStringList limits;
    if (user.maxConnections) limits.append(tr("%1 connections").arg(*user.maxConnections));
    if (user.maxChannels) limits.append(tr("%1 channels").arg(*user.maxChannels));
    return limits.join(QStringLiteral(", "));
}

UserModel::UserModel(QObject* parent) : SnapshotTableModel(userColumns(), parent) {}

}  // namespace warren::ui
