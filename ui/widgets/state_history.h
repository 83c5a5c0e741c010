#pragma once

#include "core/management/snapshot.h"

#include <QWidget>

class QTreeWidget;

namespace warren::ui {

/// The last states of a connection, the present one first: which, since when, for how long.
///
/// Thread: GUI. The list is refilled only when a state has been added, so that the selection stays.
class StateHistory final : public QWidget {
    Q_OBJECT

public:
    explicit StateHistory(QWidget* parent = nullptr);

    /// @param changes  oldest first, the present state included
    void setHistory(const QList<management::ConnectionStateChange>& changes, const QDateTime& now);

private:
    void refill(const QDateTime& now);

    QTreeWidget* m_rows;
    QList<management::ConnectionStateChange> m_changes;
};

}  // namespace warren::ui
