#include "ui/widgets/badges.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace warren::ui {

namespace {

/// One painted badge. `index` is its place in the list, or -1 for the "+2" of those left out.
struct PlacedBadge {
    QRect rect;
    QString text;
    int index = -1;
};

int innerMargin(const QFontMetrics& metrics) { return metrics.averageCharWidth() * 3 / 4; }

int gapBetween(const QFontMetrics& metrics) { return std::max(2, metrics.averageCharWidth() / 2); }

int badgeHeight(const QFontMetrics& metrics) { return metrics.height() + metrics.height() / 5; }

int badgeWidth(const QFontMetrics& metrics, const QString& text)
{
    // A single letter gets a square.
    const int height = badgeHeight(metrics);
    return std::max(height, metrics.horizontalAdvance(text) + 2 * innerMargin(metrics));
}

int totalWidth(const Badges& badges, const QFontMetrics& metrics)
{
    int width = 0;
    for (const Badge& badge : badges) {
        if (width > 0) width += gapBetween(metrics);
        width += badgeWidth(metrics, badge.text);
    }
    return width;
}

/// Badges from the left edge of `area` on, in its middle; the last one is "+2" when not all fit.
QList<PlacedBadge> placeBadges(const Badges& badges, const QRect& area, const QFontMetrics& metrics)
{
    QList<PlacedBadge> placed;
    const int height = badgeHeight(metrics);
    const int top = area.top() + (area.height() - height) / 2;
    int left = area.left();
    // A single badge gives way by itself.
    if (badges.size() == 1 && badgeWidth(metrics, badges.first().text) > area.width()) {
        const int room = area.width() - 2 * innerMargin(metrics);
        const QString text = metrics.elidedText(badges.first().text, Qt::ElideRight, room);
        placed.append({QRect(left, top, area.width(), height), text, 0});
        return placed;
    }
    for (int index = 0; index < badges.size(); ++index) {
        const bool isLast = index + 1 == badges.size();
        const QString rest = QStringLiteral("+%1").arg(badges.size() - index);
        const int width = badgeWidth(metrics, badges.at(index).text);
        const int restWidth =
            isLast ? 0 : gapBetween(metrics) + badgeWidth(metrics, QStringLiteral("+9"));
        if (left + width + restWidth > area.right() + 1) {
            placed.append({QRect(left, top, badgeWidth(metrics, rest), height), rest, -1});
            return placed;
        }
        placed.append({QRect(left, top, width, height), badges.at(index).text, index});
        left += width + gapBetween(metrics);
    }
    return placed;
}

void paintBadge(QPainter* painter, const PlacedBadge& placed, const Badge& badge,
                const QPalette& palette)
{
    const double radius = placed.rect.height() / 4.0;
    const QRectF frame = QRectF(placed.rect).adjusted(0.5, 0.5, -0.5, -0.5);
    if (badge.isInert) {
        painter->setPen(QPen(theme::text(badge.tone, palette), 1, Qt::DashLine));
        painter->setBrush(palette.base());
        painter->drawRoundedRect(frame, radius, radius);
        painter->setPen(theme::text(badge.tone, palette));
    } else if (badge.isFromPolicy) {
        painter->setPen(QPen(theme::text(badge.tone, palette), 1));
        painter->setBrush(palette.base());
        painter->drawRoundedRect(frame, radius, radius);
        painter->setPen(theme::text(badge.tone, palette));
    } else {
        const QColor fill = theme::fill(badge.tone, palette);
        painter->setPen(Qt::NoPen);
        painter->setBrush(fill);
        painter->drawRoundedRect(frame, radius, radius);
        painter->setPen(theme::text(badge.tone, palette));
    }
    painter->drawText(placed.rect, Qt::AlignCenter, placed.text);
}

void paintBadges(QPainter* painter, const Badges& badges, const QRect& area,
                 const QFontMetrics& metrics, const QPalette& palette)
{
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    for (const PlacedBadge& placed : placeBadges(badges, area, metrics)) {
        paintBadge(painter, placed, placed.index < 0 ? Badge{} : badges.at(placed.index), palette);
    }
    painter->restore();
}

/// The tool tip of the badge under `position`; of all badges when it is on none of them.
QString toolTipAt(const Badges& badges, const QRect& area, const QFontMetrics& metrics,
                  const QPoint& position)
{
    for (const PlacedBadge& placed : placeBadges(badges, area, metrics)) {
        if (placed.index >= 0 && placed.rect.contains(position)) {
            return badges.at(placed.index).toolTip;
        }
    }
    return badgesToolTip(badges);
}

QRect cellArea(const QStyleOptionViewItem& option)
{
    const int margin = QApplication::style()->pixelMetric(QStyle::PM_FocusFrameHMargin) + 1;
    return option.rect.adjusted(margin, 0, -margin, 0);
}

}  // namespace

void BadgeDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                          const QModelIndex& index) const
{
    QStyleOptionViewItem background = option;
    initStyleOption(&background, index);
    background.text.clear();
    const QWidget* widget = option.widget;
    QStyle* style = widget ? widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &background, painter, widget);
    paintBadges(painter, index.data(kBadgesRole).value<Badges>(), cellArea(option),
                option.fontMetrics, option.palette);
}

QSize BadgeDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const QSize base = QStyledItemDelegate::sizeHint(option, index);
    const int margins = option.rect.width() - cellArea(option).width();
    const int width = totalWidth(index.data(kBadgesRole).value<Badges>(), option.fontMetrics);
    return {width + margins, std::max(base.height(), badgeHeight(option.fontMetrics))};
}

bool BadgeDelegate::helpEvent(QHelpEvent* event, QAbstractItemView* view,
                              const QStyleOptionViewItem& option, const QModelIndex& index)
{
    if (event->type() != QEvent::ToolTip) {
        return QStyledItemDelegate::helpEvent(event, view, option, index);
    }
    const QString toolTip = toolTipAt(index.data(kBadgesRole).value<Badges>(), cellArea(option),
                                      option.fontMetrics, event->pos());
    QToolTip::showText(event->globalPos(), toolTip, view);
    return true;
}

BadgeStrip::BadgeStrip(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Preferred);
}

void BadgeStrip::setBadges(const Badges& badges)
{
    if (badges == m_badges) return;
    m_badges = badges;
    setAccessibleName(badgesText(badges));
    setAccessibleDescription(badgesToolTip(badges));
    updateGeometry();
    update();
}

QSize BadgeStrip::sizeHint() const
{
    const QFontMetrics metrics = fontMetrics();
    return {totalWidth(m_badges, metrics), badgeHeight(metrics)};
}

QSize BadgeStrip::minimumSizeHint() const
{
    const QFontMetrics metrics = fontMetrics();
    const QSize whole = sizeHint();
    if (m_badges.size() < 2) return whole;
    const int least = badgeWidth(metrics, m_badges.first().text) + gapBetween(metrics) +
                      badgeWidth(metrics, QStringLiteral("+99"));
    return {std::min(least, whole.width()), whole.height()};
}

void BadgeStrip::paintEvent(QPaintEvent* event)
{
    Q_UNUSED(event)
    QPainter painter(this);
    paintBadges(&painter, m_badges, rect(), fontMetrics(), palette());
}

bool BadgeStrip::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    QToolTip::showText(help->globalPos(), toolTipAt(m_badges, rect(), fontMetrics(), help->pos()),
                       this);
    return true;
}

}  // namespace warren::ui
