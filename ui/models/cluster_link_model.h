#pragma once

#include "core/management/snapshot.h"
#include "ui/models/snapshot_table_model.h"

#include <utility>

namespace warren::ui {

/// Columns of the list of links.
enum class ClusterLinkColumn { From, To, State, RoundTrip, Unsent, Reason };

/// From and to: what tells links apart.
inline std::pair<QString, QString> linkKey(const management::ClusterLinkRow& link)
{
    return {link.from, link.to};
}

/// The links between the nodes of a cluster as a table. Thread: GUI.
class ClusterLinkModel final : public SnapshotTableModel<management::ClusterLinkRow, &linkKey> {
public:
    explicit ClusterLinkModel(QObject* parent = nullptr);
};

}  // namespace warren::ui
