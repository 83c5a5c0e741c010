#include "ui/models/permission_models.h"

#include <QCoreApplication>

namespace warren::ui {

using management::PermissionRow;
using management::TopicPermissionRow;

namespace {

QString tr(const char* text) { return QCoreApplication::translate("PermissionModels", text); }

template <typename Row>
TableColumn<Row> patternColumn(const QString& title, QString Row::*pattern,
                               const QString& headerToolTip)
{
    auto column =
        textColumn<Row>(title, [pattern](const Row& row) { return patternText(row.*pattern); });
    column.headerToolTip = headerToolTip;
    column.toolTip = [pattern](const Row& row) { return row.*pattern; };
    return column;
}

}  // namespace

PermissionKey permissionKey(const PermissionRow& permission) { return {permission.vhost, {}}; }

PermissionKey topicPermissionKey(const TopicPermissionRow& permission)
{
    return {permission.vhost, permission.exchange};
}

QString patternText(const QString& pattern)
{
    if (pattern == QLatin1String(".*")) return tr(".*  (everything)");
    if (pattern.isEmpty() || pattern == QLatin1String("^$")) return tr("^$  (nothing)");
    return pattern;
}

PermissionModel::PermissionModel(QObject* parent)
    : SnapshotTableModel(
          {textColumn<PermissionRow>(tr("Virtual host"), &PermissionRow::vhost),
           patternColumn<PermissionRow>(tr("Configure"), &PermissionRow::configure,
                                        tr("Which queues and exchanges the user may declare and "
                                           "delete")),
           patternColumn<PermissionRow>(tr("Write"), &PermissionRow::write,
                                        tr("Which exchanges the user may publish to, and which "
                                           "queues it may bind")),
           patternColumn<PermissionRow>(tr("Read"), &PermissionRow::read,
                                        tr("Which queues the user may consume from, and which "
                                           "exchanges it may bind queues to"))},
          parent)
{
}

TopicPermissionModel::TopicPermissionModel(QObject* parent)
    : SnapshotTableModel(
          {textColumn<TopicPermissionRow>(tr("Virtual host"), &TopicPermissionRow::vhost),
           textColumn<TopicPermissionRow>(tr("Exchange"),
                                          [](const TopicPermissionRow& row) {
                                              return row.exchange.isEmpty()
                                                         ? tr("(all topic exchanges)")
                                                         : row.exchange;
                                          }),
           patternColumn<TopicPermissionRow>(tr("Write"), &TopicPermissionRow::write,
                                             tr("Which routing keys the user may publish with")),
           patternColumn<TopicPermissionRow>(tr("Read"), &TopicPermissionRow::read,
                                             tr("Which routing keys the user may bind queues "
                                                "with"))},
          parent)
{
}

}  // namespace warren::ui
