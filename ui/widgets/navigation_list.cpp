#include "ui/widgets/navigation_list.h"

#include "ui/format.h"
#include "ui/theme.h"

#include <QPainter>
#include <QStyledItemDelegate>

namespace warren::ui {
namespace {

constexpr int kCountRole = Qt::UserRole;

/// Paints an item as a rounded field: pictogram, title, count at the right.
class NavigationDelegate final : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override
    {
        const QWidget* view = option.widget;
        const int hair = theme::gap(view, Gap::Hair);
        const int padding = theme::gap(view, Gap::Small);
        const bool isCurrent = option.state.testFlag(QStyle::State_Selected);
        const bool isHovered = option.state.testFlag(QStyle::State_MouseOver);
        const bool hasFocus = option.state.testFlag(QStyle::State_HasFocus);
        const QPalette& palette = option.palette;
        const QRect field = option.rect.adjusted(padding, hair / 2, -padding, -hair / 2);

        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(hasFocus && view->hasFocus() ? QPen(theme::text(Tone::Accent, palette), 1)
                                                     : QPen(Qt::NoPen));
        painter->setBrush(isCurrent   ? palette.brush(QPalette::Highlight)
                          : isHovered ? QBrush(theme::fill(Tone::Neutral, palette))
                                      : QBrush(Qt::NoBrush));
        painter->drawRoundedRect(QRectF(field).adjusted(0.5, 0.5, -0.5, -0.5), hair, hair);

        const QRect inner = field.adjusted(padding, 0, -padding, 0);
        const int iconSize = option.fontMetrics.height() + hair / 2;
        const QRect iconRect(inner.left(), inner.center().y() - iconSize / 2 + 1, iconSize,
                             iconSize);
        index.data(Qt::DecorationRole)
            .value<QIcon>()
            .paint(painter, iconRect, Qt::AlignCenter, isCurrent ? QIcon::Selected : QIcon::Normal);

        const QColor text =
            palette.color(isCurrent ? QPalette::HighlightedText : QPalette::WindowText);
        painter->setFont(option.font);
        painter->setPen(text);
        const QRect textRect = inner.adjusted(iconSize + padding, 0, 0, 0);
        painter->drawText(textRect, Qt::AlignVCenter | Qt::AlignLeft,
                          index.data(Qt::DisplayRole).toString());
        painter->setPen(isCurrent ? text : theme::secondaryText(palette));
        painter->drawText(textRect, Qt::AlignVCenter | Qt::AlignRight,
                          index.data(kCountRole).toString());
        painter->restore();
    }

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        Q_UNUSED(index)
        const int height = option.fontMetrics.height();
        return {height, height + theme::gap(option.widget, Gap::Medium)};
    }
};

}  // namespace

NavigationList::NavigationList(QWidget* parent) : QListWidget(parent)
{
    setItemDelegate(new NavigationDelegate(this));
    setFrameShape(QFrame::NoFrame);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Expanding);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setMouseTracking(true);
    setUniformItemSizes(true);
    viewport()->setAutoFillBackground(false);
    setAccessibleName(tr("Pages"));
}

void NavigationList::addPage(Icon pageIcon, const QString& title, const QString& shortcut)
{
    auto* item = new QListWidgetItem(icon(pageIcon), title, this);  // the list takes it over
    item->setToolTip(tr("%1 (%2)").arg(title, shortcut));
}

void NavigationList::setCount(int page, std::optional<std::uint64_t> count)
{
    const QString text = count ? format::shortCount(static_cast<double>(*count)) : QString();
    if (item(page)->data(kCountRole).toString() != text) item(page)->setData(kCountRole, text);
}

QSize NavigationList::sizeHint() const
{
    const int em = fontMetrics().height();
    return {em * 11, em * 20};
}

}  // namespace warren::ui
