#include "ui/widgets/hatch.h"

#include <QPainter>
#include <QPalette>
#include <QRectF>

#include <cmath>

namespace warren::ui {

namespace {

/// Between the strokes of a pattern, in device-independent pixels.
constexpr double kHatchStep = 5;

/// `colour` with little weight on the ground that cards have.
QColor paleGround(const QColor& colour, const QPalette& palette)
{
    constexpr float kWeight = 0.25F;
    const QColor ground = palette.color(QPalette::Base);
    const auto channel = [](float from, float to) { return from + (to - from) * kWeight; };
    return QColor::fromRgbF(channel(ground.redF(), colour.redF()),
                            channel(ground.greenF(), colour.greenF()),
                            channel(ground.blueF(), colour.blueF()));
}

void drawSlanted(QPainter& painter, const QRectF& area, bool isRising)
{
    const double rise = area.height();
    const int count = static_cast<int>(std::ceil((area.width() + rise) / kHatchStep)) + 1;
    for (int stroke = 0; stroke < count; ++stroke) {
        const double x = area.left() - rise + stroke * kHatchStep;
        const double bottom = isRising ? x : x + rise;
        painter.drawLine(QPointF(bottom, area.bottom()),
                         QPointF(2 * x + rise - bottom, area.top()));
    }
}

void drawStraight(QPainter& painter, const QRectF& area, bool isUpright)
{
    const double length = isUpright ? area.width() : area.height();
    const int count = static_cast<int>(std::ceil(length / kHatchStep)) + 1;
    for (int stroke = 0; stroke < count; ++stroke) {
        const double at = kHatchStep * (stroke + 0.5);
        if (isUpright) {
            painter.drawLine(QPointF(area.left() + at, area.top()),
                             QPointF(area.left() + at, area.bottom()));
        } else {
            painter.drawLine(QPointF(area.left(), area.top() + at),
                             QPointF(area.right(), area.top() + at));
        }
    }
}

void drawDots(QPainter& painter, const QRectF& area, const QColor& colour)
{
    constexpr double kRadius = 1.2;
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    const int columns = static_cast<int>(std::ceil(area.width() / kHatchStep)) + 1;
    const int rows = static_cast<int>(std::ceil(area.height() / kHatchStep)) + 1;
    for (int row = 0; row < rows; ++row) {
        for (int column = 0; column < columns; ++column) {
            painter.drawEllipse(QPointF(area.left() + kHatchStep * (column + 0.5),
                                        area.top() + kHatchStep * (row + 0.5)),
                                kRadius, kRadius);
        }
    }
}

}  // namespace

void fillHatched(QPainter& painter, const QRectF& area, const QColor& colour, Hatch hatch,
                 const QPalette& palette)
{
    if (area.isEmpty()) return;
    painter.save();
    painter.setClipRect(area, Qt::IntersectClip);
    painter.fillRect(area, hatch == Hatch::Solid ? colour : paleGround(colour, palette));
    painter.setPen(QPen(colour, 1.5));
    switch (hatch) {
    case Hatch::Solid: break;
    case Hatch::Rising: drawSlanted(painter, area, true); break;
    case Hatch::Falling: drawSlanted(painter, area, false); break;
    case Hatch::Crossed:
        drawSlanted(painter, area, true);
        drawSlanted(painter, area, false);
        break;
    case Hatch::Level: drawStraight(painter, area, false); break;
    case Hatch::Upright: drawStraight(painter, area, true); break;
    case Hatch::Dotted: drawDots(painter, area, colour); break;
    }
    painter.restore();
}

}  // namespace warren::ui
