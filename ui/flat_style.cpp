#include "ui/flat_style.h"

#include "ui/theme.h"

#include <QFontMetrics>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QStyleFactory>
#include <QStyleOption>
#include <QToolButton>
#include <QWidget>

#include <algorithm>

namespace warren::ui {
namespace {

constexpr double kRadius = 4;  ///< of controls, in device-independent pixels

int lineHeight(const QStyleOption* option, const QWidget* widget)
{
    if (option) return option->fontMetrics.height();
    return QFontMetrics(widget ? widget->font() : QFont()).height();
}

QColor mix(const QColor& a, const QColor& b, double share)
{
    const auto channel = [share](float from, float to) {
        return from + (to - from) * static_cast<float>(share);
    };
    return QColor::fromRgbF(channel(a.redF(), b.redF()), channel(a.greenF(), b.greenF()),
                            channel(a.blueF(), b.blueF()));
}

/// The frame of a control; stronger than theme::line, as a control must be found
/// (WCAG 2.1, 1.4.11).
QColor controlLine(const QPalette& palette)
{
    return mix(palette.color(QPalette::Base), palette.color(QPalette::WindowText), 0.3);
}

void drawSurface(QPainter* painter, const QRect& rect, const QColor& fill, const QPen& frame)
{
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(frame);
    painter->setBrush(fill);
    const double inset = frame.style() == Qt::NoPen ? 0 : frame.widthF() / 2;
    painter->drawRoundedRect(QRectF(rect).adjusted(inset, inset, -inset, -inset), kRadius, kRadius);
    painter->restore();
}

/// Frame of a control: the accent colour tells the focus and the default button.
QPen framePen(const QStyleOption& option, bool isDefault)
{
    const bool isEnabled = option.state.testFlag(QStyle::State_Enabled);
    if (isEnabled && option.state.testFlag(QStyle::State_HasFocus)) {
        return {theme::text(Tone::Accent, option.palette), 2};
    }
    if (isEnabled && isDefault) return {theme::text(Tone::Accent, option.palette), 1};
    return {isEnabled ? controlLine(option.palette) : theme::line(option.palette), 1};
}

void drawButton(const QStyleOption& option, QPainter* painter)
{
    const QPalette& palette = option.palette;
    const bool isDown = option.state.testFlag(QStyle::State_Sunken);
    const bool isOn = option.state.testFlag(QStyle::State_On);
    const bool isHovered = option.state.testFlag(QStyle::State_MouseOver) &&
                           option.state.testFlag(QStyle::State_Enabled);
    const auto* button = qstyleoption_cast<const QStyleOptionButton*>(&option);
    const bool isDefault = button && button->features.testFlag(QStyleOptionButton::DefaultButton);
    const bool isFlat = button && button->features.testFlag(QStyleOptionButton::Flat);

    QColor fill = palette.color(isOn ? QPalette::Highlight : QPalette::Button);
    if (isDown || isHovered) {
        fill = mix(fill, palette.color(QPalette::ButtonText), isDown ? 0.16 : 0.07);
    }
    if (isFlat && !isDown && !isHovered && !isOn) {
        if (!option.state.testFlag(QStyle::State_HasFocus)) return;
        fill = Qt::transparent;
    }
    drawSurface(painter, option.rect, fill, framePen(option, isDefault));
}

/// A button that only shows its surface while it has something to tell.
void drawRaisedButton(const QStyleOption& option, QPainter* painter)
{
    const QStyle::State telling = QStyle::State_On | QStyle::State_Sunken | QStyle::State_HasFocus;
    const bool isAutoRaise = option.state.testFlag(QStyle::State_AutoRaise);
    const bool isHovered = option.state.testFlag(QStyle::State_MouseOver) &&
                           option.state.testFlag(QStyle::State_Enabled);
    if (isAutoRaise && !isHovered && !(option.state & telling)) return;
    drawButton(option, painter);
}

void drawHeaderSection(const QStyleOption& option, QPainter* painter, bool hasSeparator)
{
    painter->fillRect(option.rect, option.palette.color(QPalette::Window));
    painter->save();
    painter->setPen(theme::line(option.palette));
    painter->drawLine(option.rect.bottomLeft(), option.rect.bottomRight());
    if (hasSeparator) {
        const int inset = option.rect.height() / 4;
        painter->drawLine(option.rect.topRight() + QPoint(0, inset),
                          option.rect.bottomRight() - QPoint(0, inset));
    }
    painter->restore();
}

void drawSortArrow(const QRectF& room, bool isAscending, const QPalette& palette, QPainter* painter)
{
    const double middle = room.center().y();
    const double rise = room.height() * (isAscending ? -0.2 : 0.2);
    painter->setRenderHint(QPainter::Antialiasing);
    QPen pen(theme::secondaryText(palette), 1.5);
    pen.setCapStyle(Qt::RoundCap);
    pen.setJoinStyle(Qt::RoundJoin);
    painter->setPen(pen);
    painter->drawPolyline(QPolygonF{{room.left() + 1, middle - rise},
                                    {room.center().x(), middle + rise},
                                    {room.right() - 1, middle - rise}});
}

void drawScrollBar(const QStyleOptionSlider& bar, const QRect& slider, QPainter* painter)
{
    const bool isActive = bar.state.testFlag(QStyle::State_Sunken) ||
                          (bar.state.testFlag(QStyle::State_MouseOver) &&
                           bar.activeSubControls.testFlag(QStyle::SC_ScrollBarSlider));
    const QColor text = bar.palette.color(QPalette::WindowText);
    const QColor ground = bar.palette.color(QPalette::Window);
    painter->fillRect(bar.rect, ground);
    const int inset = bar.orientation == Qt::Vertical ? slider.width() / 4 : slider.height() / 4;
    const QRect thumb = bar.orientation == Qt::Vertical ? slider.adjusted(inset, 2, -inset, -2)
                                                        : slider.adjusted(2, inset, -2, -inset);
    drawSurface(painter, thumb, mix(ground, text, isActive ? 0.55 : 0.35), Qt::NoPen);
}

void drawSlider(const QStyleOptionSlider& slider, const QRect& handle, QPainter* painter)
{
    const QPalette& palette = slider.palette;
    const bool isEnabled = slider.state.testFlag(QStyle::State_Enabled);
    const QColor accent =
        isEnabled ? theme::text(Tone::Accent, palette) : palette.color(QPalette::WindowText);
    constexpr int kGrooveHeight = 4;
    const int middle = slider.rect.center().y();
    const QRect groove(slider.rect.left(), middle - kGrooveHeight / 2, slider.rect.width(),
                       kGrooveHeight);
    QRect filled = groove;
    filled.setRight(handle.center().x());
    drawSurface(painter, groove, controlLine(palette), Qt::NoPen);
    drawSurface(painter, filled, accent, Qt::NoPen);

    const int side = std::min(handle.width(), handle.height());
    QRectF knob(0, 0, side, side);
    knob.moveCenter(QRectF(handle).center());
    const QPen frame = framePen(slider, isEnabled);
    const double inset = 1 + frame.widthF() / 2;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    // The focus is told by a filled knob with a ring around it, not by its colour alone.
    const bool hasFocus = isEnabled && slider.state.testFlag(QStyle::State_HasFocus);
    painter->setPen(frame);
    painter->setBrush(palette.color(QPalette::Base));
    painter->drawEllipse(knob.adjusted(inset, inset, -inset, -inset));
    if (hasFocus) {
        const double core = side * 0.3;
        painter->setPen(Qt::NoPen);
        painter->setBrush(accent);
        painter->drawEllipse(knob.adjusted(core, core, -core, -core));
    }
    painter->restore();
}

void drawCheckBox(const QStyleOption& option, QPainter* painter)
{
    const QPalette& palette = option.palette;
    const bool isEnabled = option.state.testFlag(QStyle::State_Enabled);
    const bool isOn = option.state.testFlag(QStyle::State_On);
    const bool isPartial = option.state.testFlag(QStyle::State_NoChange);
    const QColor accent =
        isEnabled ? theme::text(Tone::Accent, palette) : palette.color(QPalette::WindowText);
    const QColor fill = isOn || isPartial ? accent : palette.color(QPalette::Base);
    drawSurface(painter, option.rect, fill, framePen(option, isOn || isPartial));
    if (!isOn && !isPartial) return;

    const QRectF box(option.rect);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    QPen pen(palette.color(QPalette::Base), box.width() / 7);
    pen.setCapStyle(Qt::RoundCap);
    pen.setJoinStyle(Qt::RoundJoin);
    painter->setPen(pen);
    const auto at = [&box](double x, double y) {
        return QPointF(box.left() + box.width() * x, box.top() + box.height() * y);
    };
    if (isPartial) {
        painter->drawLine(at(0.25, 0.5), at(0.75, 0.5));
    } else {
        painter->drawPolyline(QPolygonF{at(0.24, 0.52), at(0.43, 0.71), at(0.77, 0.31)});
    }
    painter->restore();
}

void drawRadioButton(const QStyleOption& option, QPainter* painter)
{
    const bool isOn = option.state.testFlag(QStyle::State_On);
    const bool isEnabled = option.state.testFlag(QStyle::State_Enabled);
    const QRectF circle = QRectF(option.rect).adjusted(1, 1, -1, -1);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(framePen(option, isOn));
    painter->setBrush(option.palette.color(QPalette::Base));
    painter->drawEllipse(circle);
    if (isOn) {
        const double inset = circle.width() * 0.25;
        painter->setPen(Qt::NoPen);
        painter->setBrush(isEnabled ? theme::text(Tone::Accent, option.palette)
                                    : option.palette.color(QPalette::WindowText));
        painter->drawEllipse(circle.adjusted(inset, inset, -inset, -inset));
    }
    painter->restore();
}

void drawTab(const QStyleOptionTab& tab, QPainter* painter)
{
    const bool isSelected = tab.state.testFlag(QStyle::State_Selected);
    const bool isHovered = tab.state.testFlag(QStyle::State_MouseOver);
    if (!isSelected && !isHovered) return;
    constexpr int kMark = 2;
    const QRect mark(tab.rect.left(), tab.rect.bottom() - kMark + 1, tab.rect.width(), kMark);
    painter->fillRect(
        mark, isSelected ? theme::text(Tone::Accent, tab.palette) : controlLine(tab.palette));
}

}  // namespace

FlatStyle::FlatStyle() : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion"))) {}

void FlatStyle::polish(QWidget* widget)
{
    QProxyStyle::polish(widget);
    const auto* label = qobject_cast<const QLabel*>(widget);
    if (!label || !label->buddy()) return;
    // Qt draws an underlined letter without kerning, and measures it with: "Type" would lose a bit
    // of its end.
    QFont font = label->font();
    font.setKerning(false);
    widget->setFont(font);
}

int FlatStyle::pixelMetric(PixelMetric metric, const QStyleOption* option,
                           const QWidget* widget) const
{
    const int em = lineHeight(option, widget);
    switch (metric) {
    case PM_FocusFrameHMargin:  // left and right of the text of cells
    case PM_HeaderMargin: return em / 2;
    case PM_ScrollBarExtent: return em * 6 / 7;
    case PM_ScrollBarSliderMin: return em * 2;
    case PM_ButtonShiftHorizontal:
    case PM_ButtonShiftVertical:
    case PM_TabBarTabShiftVertical: return 0;
    case PM_TabBarTabHSpace: return em * 2;
    case PM_ToolBarIconSize:
    case PM_ButtonIconSize:
    case PM_SmallIconSize: return em + 2;
    default: return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

int FlatStyle::styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                         QStyleHintReturn* returned) const
{
    // A click into the groove goes there: on thousands of rows a page at a time is no way to
    // travel.
    if (hint == SH_ScrollBar_LeftClickAbsolutePosition) return 1;
    return QProxyStyle::styleHint(hint, option, widget, returned);
}

QSize FlatStyle::sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& size,
                                  const QWidget* widget) const
{
    if (type == CT_HeaderSection) return headerSize(option, size, widget);
    QSize result = QProxyStyle::sizeFromContents(type, option, size, widget);
    const int em = lineHeight(option, widget);
    switch (type) {
    case CT_ToolButton:
    case CT_PushButton: result.rwidth() += em / 2; [[fallthrough]];
    case CT_ComboBox:
    case CT_LineEdit: result.setHeight(std::max(result.height(), em * 13 / 7)); break;
    // Fusion's is higher than all others.
    case CT_SpinBox: result.setHeight(em * 13 / 7); break;
    case CT_ItemViewItem: result.setHeight(std::max(result.height(), em * 11 / 7)); break;
    case CT_TabBarTab: result.setHeight(std::max(result.height(), em * 15 / 7)); break;
    default: break;
    }
    return result;
}

/// As Fusion's, but with only as much room for the sort arrow as it needs.
QSize FlatStyle::headerSize(const QStyleOption* option, const QSize& size,
                            const QWidget* widget) const
{
    const auto* header = qstyleoption_cast<const QStyleOptionHeader*>(option);
    if (!header) return QProxyStyle::sizeFromContents(CT_HeaderSection, option, size, widget);
    QStyleOptionHeader unsorted = *header;
    unsorted.sortIndicator = QStyleOptionHeader::None;
    QSize result = QProxyStyle::sizeFromContents(CT_HeaderSection, &unsorted, size, widget);
    const int em = lineHeight(option, widget);
    if (header->sortIndicator != QStyleOptionHeader::None) result.rwidth() += em;
    result.setHeight(std::max(result.height(), em * 12 / 7));
    return result;
}

QRect FlatStyle::subElementRect(SubElement element, const QStyleOption* option,
                                const QWidget* widget) const
{
    const int em = lineHeight(option, widget);
    if (element == SE_LineEditContents) {
        const QRect rect = QProxyStyle::subElementRect(element, option, widget);
        const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
        if (!frame || frame->lineWidth <= 0) return rect;
        return rect.adjusted(em / 4, 0, -em / 4, 0);
    }
    const auto* header = qstyleoption_cast<const QStyleOptionHeader*>(option);
    if (header && (element == SE_HeaderArrow || element == SE_HeaderLabel)) {
        const int margin = pixelMetric(PM_HeaderMargin, option, widget);
        const int arrow = em * 5 / 7;
        const QRect room = header->rect.adjusted(margin, 0, -margin, 0);
        if (element == SE_HeaderArrow) {
            return {room.right() - arrow + 1, room.center().y() - arrow / 2 + 1, arrow, arrow};
        }
        const bool isSorted = header->sortIndicator != QStyleOptionHeader::None;
        return isSorted ? room.adjusted(0, 0, -arrow - 2, 0) : room;
    }
    return QProxyStyle::subElementRect(element, option, widget);
}

QRect FlatStyle::subControlRect(ComplexControl control, const QStyleOptionComplex* option,
                                SubControl subControl, const QWidget* widget) const
{
    if (control == CC_ScrollBar) {
        if (const auto* bar = qstyleoption_cast<const QStyleOptionSlider*>(option)) {
            return scrollBarRect(*bar, subControl, widget);
        }
    }
    return QProxyStyle::subControlRect(control, option, subControl, widget);
}

/// A slider in its groove, without buttons at the ends.
QRect FlatStyle::scrollBarRect(const QStyleOptionSlider& bar, SubControl subControl,
                               const QWidget* widget) const
{
    const bool isVertical = bar.orientation == Qt::Vertical;
    const int length = isVertical ? bar.rect.height() : bar.rect.width();
    const qint64 range = qint64{bar.maximum} - bar.minimum;
    int sliderLength = length;
    if (range > 0) {
        const qint64 share = qint64{bar.pageStep} * length / (range + bar.pageStep);
        const int least = pixelMetric(PM_ScrollBarSliderMin, &bar, widget);
        sliderLength = std::min(length, std::max(static_cast<int>(share), least));
    }
    const int start = sliderPositionFromValue(bar.minimum, bar.maximum, bar.sliderPosition,
                                              length - sliderLength, bar.upsideDown);
    const auto part = [&](int from, int partLength) {
        return isVertical ? QRect(bar.rect.x(), bar.rect.y() + from, bar.rect.width(), partLength)
                          : QRect(bar.rect.x() + from, bar.rect.y(), partLength, bar.rect.height());
    };
    switch (subControl) {
    case SC_ScrollBarGroove: return bar.rect;
    case SC_ScrollBarSlider: return part(start, sliderLength);
    case SC_ScrollBarSubPage: return part(0, start);
    case SC_ScrollBarAddPage: return part(start + sliderLength, length - start - sliderLength);
    default: return {};
    }
}

void FlatStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option,
                              QPainter* painter, const QWidget* widget) const
{
    switch (element) {
    case PE_PanelButtonCommand: drawButton(*option, painter); return;
    case PE_PanelButtonTool: drawRaisedButton(*option, painter); return;
    case PE_FrameLineEdit:
        drawSurface(painter, option->rect, option->palette.color(QPalette::Base),
                    framePen(*option, false));
        return;
    case PE_PanelLineEdit: {
        const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
        if (!frame || frame->lineWidth <= 0) break;
        drawSurface(painter, option->rect, option->palette.color(QPalette::Base),
                    framePen(*option, false));
        return;
    }
    case PE_Frame:
        painter->save();
        painter->setPen(theme::line(option->palette));
        painter->drawRect(option->rect.adjusted(0, 0, -1, -1));
        painter->restore();
        return;
    case PE_FrameFocusRect:
        // Buttons tell the focus by their frame.
        if (qobject_cast<const QPushButton*>(widget) || qobject_cast<const QToolButton*>(widget)) {
            return;
        }
        drawSurface(painter, option->rect, Qt::transparent,
                    QPen(theme::text(Tone::Accent, option->palette), 1));
        return;
    case PE_FrameTabBarBase:
        painter->fillRect(
            QRect(option->rect.left(), option->rect.bottom(), option->rect.width(), 1),
            theme::line(option->palette));
        return;
    case PE_FrameTabWidget:
        painter->fillRect(QRect(option->rect.left(), option->rect.top(), option->rect.width(), 1),
                          theme::line(option->palette));
        return;
    case PE_FrameStatusBarItem: return;
    case PE_PanelScrollAreaCorner:
        painter->fillRect(option->rect, option->palette.color(QPalette::Window));
        return;
    case PE_IndicatorCheckBox:
    case PE_IndicatorItemViewItemCheck: drawCheckBox(*option, painter); return;
    case PE_IndicatorRadioButton: drawRadioButton(*option, painter); return;
    default: break;
    }
    QProxyStyle::drawPrimitive(element, option, painter, widget);
}

void FlatStyle::drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                            const QWidget* widget) const
{
    switch (element) {
    case CE_HeaderSection: {
        const auto* header = qstyleoption_cast<const QStyleOptionHeader*>(option);
        const bool isLast = header && (header->position == QStyleOptionHeader::End ||
                                       header->position == QStyleOptionHeader::OnlyOneSection);
        drawHeaderSection(*option, painter, !isLast);
        return;
    }
    case CE_HeaderEmptyArea: drawHeaderSection(*option, painter, false); return;
    case CE_Header:
        if (const auto* header = qstyleoption_cast<const QStyleOptionHeader*>(option)) {
            drawHeader(*header, painter, widget);
            return;
        }
        break;
    case CE_HeaderLabel: {
        const auto* header = qstyleoption_cast<const QStyleOptionHeader*>(option);
        if (!header) break;
        QStyleOptionHeader dimmed = *header;
        dimmed.palette.setColor(QPalette::ButtonText, theme::secondaryText(option->palette));
        QProxyStyle::drawControl(element, &dimmed, painter, widget);
        return;
    }
    case CE_TabBarTabShape:
        if (const auto* tab = qstyleoption_cast<const QStyleOptionTab*>(option)) {
            drawTab(*tab, painter);
            return;
        }
        break;
    default: break;
    }
    QProxyStyle::drawControl(element, option, painter, widget);
}

void FlatStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option,
                                   QPainter* painter, const QWidget* widget) const
{
    if (control == CC_ScrollBar) {
        if (const auto* bar = qstyleoption_cast<const QStyleOptionSlider*>(option)) {
            drawScrollBar(*bar, scrollBarRect(*bar, SC_ScrollBarSlider, widget), painter);
            return;
        }
    }
    if (control == CC_Slider) {
        const auto* slider = qstyleoption_cast<const QStyleOptionSlider*>(option);
        if (slider && slider->orientation == Qt::Horizontal) {
            drawSlider(*slider, subControlRect(CC_Slider, slider, SC_SliderHandle, widget),
                       painter);
            return;
        }
    }
    if (control == CC_SpinBox) {
        const auto* box = qstyleoption_cast<const QStyleOptionSpinBox*>(option);
        if (box && box->buttonSymbols != QAbstractSpinBox::PlusMinus) {
            drawSpinBox(*box, painter, widget);
            return;
        }
    }
    if (control == CC_ComboBox) {
        if (const auto* box = qstyleoption_cast<const QStyleOptionComboBox*>(option)) {
            drawComboBox(*box, painter, widget);
            return;
        }
    }
    QProxyStyle::drawComplexControl(control, option, painter, widget);
}

/// Fusion asks itself, not this style, where the parts of a header are: so they are placed here.
void FlatStyle::drawHeader(const QStyleOptionHeader& header, QPainter* painter,
                           const QWidget* widget) const
{
    painter->save();
    painter->setClipRect(header.rect);
    drawControl(CE_HeaderSection, &header, painter, widget);
    QStyleOptionHeader label = header;
    label.rect = subElementRect(SE_HeaderLabel, &header, widget);
    if (label.rect.isValid()) drawControl(CE_HeaderLabel, &label, painter, widget);
    if (header.sortIndicator != QStyleOptionHeader::None) {
        // Qt calls it "down" when the smallest stands at the top; the arrow points to the smallest.
        drawSortArrow(QRectF(subElementRect(SE_HeaderArrow, &header, widget)),
                      header.sortIndicator == QStyleOptionHeader::SortDown, header.palette,
                      painter);
    }
    painter->restore();
}

void FlatStyle::drawComboBox(const QStyleOptionComboBox& box, QPainter* painter,
                             const QWidget* widget) const
{
    if (box.frame && box.editable) {
        drawSurface(painter, box.rect, box.palette.color(QPalette::Base), framePen(box, false));
    } else if (box.frame) {
        drawButton(box, painter);
    }
    QStyleOption arrow = box;
    const QRect room = subControlRect(CC_ComboBox, &box, SC_ComboBoxArrow, widget);
    const int size = lineHeight(&box, widget) * 5 / 7;
    arrow.rect = QRect(room.center().x() - size / 2, room.center().y() - size / 2, size, size);
    proxy()->drawPrimitive(PE_IndicatorArrowDown, &arrow, painter, widget);
}

void FlatStyle::drawSpinBox(const QStyleOptionSpinBox& box, QPainter* painter,
                            const QWidget* widget) const
{
    if (box.frame) {
        drawSurface(painter, box.rect, box.palette.color(QPalette::Base), framePen(box, false));
    }
    if (box.buttonSymbols == QAbstractSpinBox::NoButtons) return;
    drawStepButton(box, SC_SpinBoxUp, painter, widget);
    drawStepButton(box, SC_SpinBoxDown, painter, widget);
}

void FlatStyle::drawStepButton(const QStyleOptionSpinBox& box, SubControl button, QPainter* painter,
                               const QWidget* widget) const
{
    const bool isUp = button == SC_SpinBoxUp;
    const bool canStep = box.state.testFlag(State_Enabled) &&
                         box.stepEnabled.testFlag(isUp ? QAbstractSpinBox::StepUpEnabled
                                                       : QAbstractSpinBox::StepDownEnabled);
    const bool isActive = canStep && box.activeSubControls.testFlag(button);
    const bool isDown = isActive && box.state.testFlag(State_Sunken);
    const QRect room = subControlRect(CC_SpinBox, &box, button, widget);
    if (isDown || (isActive && box.state.testFlag(State_MouseOver))) {
        // Within the frame.
        const QRect inner = room.adjusted(0, isUp ? 2 : 0, -2, isUp ? 0 : -2);
        painter->fillRect(inner, mix(box.palette.color(QPalette::Base),
                                     box.palette.color(QPalette::Text), isDown ? 0.16 : 0.07));
    }
    QStyleOption arrow = box;
    if (!canStep) {
        arrow.state.setFlag(State_Enabled, false);
        arrow.palette.setCurrentColorGroup(QPalette::Disabled);
    }
    const int size = std::min(lineHeight(&box, widget) * 4 / 7, room.height());
    arrow.rect = QRect(room.center().x() - size / 2, room.center().y() - size / 2, size, size);
    proxy()->drawPrimitive(isUp ? PE_IndicatorArrowUp : PE_IndicatorArrowDown, &arrow, painter,
                           widget);
}

}  // namespace warren::ui
