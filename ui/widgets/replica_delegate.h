#pragma once

#include <QStyledItemDelegate>

namespace warren::ui {

/// Paints what a node has of a queue (kReplicaRole): symbol, word, and a bar while it is being
/// filled.
///
/// Thread: GUI. The symbols differ in shape and the words say it all; colours only repeat it.
class ReplicaDelegate final : public QStyledItemDelegate {
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
};

}  // namespace warren::ui
