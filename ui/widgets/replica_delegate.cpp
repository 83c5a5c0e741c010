#include "ui/widgets/replica_delegate.h"

#include "ui/icons.h"
#include "ui/models/replica_model.h"
#include "ui/theme.h"

#include <QApplication>
#include <QPainter>
#include <QStyle>

#include <algorithm>

namespace warren::ui {

void ReplicaDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                            const QModelIndex& index) const
{
    QStyleOptionViewItem background = option;
    initStyleOption(&background, index);
    background.text.clear();
    const QWidget* widget = option.widget;
    const QStyle* style = widget ? widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &background, painter, widget);
    const QVariant has = index.data(kReplicaRole);
    if (!has.isValid()) return;
    const auto cell = has.value<ReplicaCell>();

    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const int margin = style->pixelMetric(QStyle::PM_FocusFrameHMargin, nullptr, widget) + 1;
    const QFontMetrics metrics = option.fontMetrics;
    const QRect area = option.rect.adjusted(margin, 0, -margin, 0);
    // The colours of states are readable on the table's own ground, not on a selected row's.
    const bool isSelected = option.state.testFlag(QStyle::State_Selected);
    const QColor colour = isSelected ? option.palette.color(QPalette::HighlightedText)
                                     : theme::text(cell.words.tone, option.palette);
    const int size = metrics.ascent() + 1;
    const QRect symbol(area.left(), area.top() + (area.height() - size) / 2, size, size);
    icon(cell.words.icon, colour).paint(painter, symbol);

    const int gap = metrics.height() / 3;
    const QRect room = area.adjusted(size + gap, 0, 0, 0);
    painter->setPen(colour);
    painter->drawText(room, Qt::AlignVCenter | Qt::AlignLeft,
                      metrics.elidedText(cell.words.word, Qt::ElideRight, room.width()));
    if (cell.progress >= 0) {
        const double height = std::max(2.0, metrics.height() / 8.0);
        const QRectF whole(room.left(), area.bottom() - height, room.width(), height);
        QRectF done = whole;
        done.setWidth(whole.width() * cell.progress);
        painter->setPen(Qt::NoPen);
        painter->setBrush(theme::line(option.palette));
        painter->drawRoundedRect(whole, height / 2, height / 2);
        painter->setBrush(colour);
        painter->drawRoundedRect(done, height / 2, height / 2);
    }
    painter->restore();
}

}  // namespace warren::ui
