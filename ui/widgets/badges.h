#pragma once

#include "ui/models/badge.h"

#include <QStyledItemDelegate>
#include <QWidget>

namespace warren::ui {

/// Paints the badges of a cell (kBadgesRole) side by side; those that do not fit become "+2".
///
/// Thread: GUI. Cost: O(badges of the visible cells) per paint; no widget per row.
class BadgeDelegate final : public QStyledItemDelegate {
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    bool helpEvent(QHelpEvent* event, QAbstractItemView* view, const QStyleOptionViewItem& option,
                   const QModelIndex& index) override;
};

/// A row of badges outside of a table, for headings. Thread: GUI.
class BadgeStrip final : public QWidget {
    Q_OBJECT

public:
    explicit BadgeStrip(QWidget* parent = nullptr);

    void setBadges(const Badges& badges);
    QSize sizeHint() const override;
    /// One badge and the number of the others.
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    Badges m_badges;
};

}  // namespace warren::ui
