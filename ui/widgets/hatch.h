#pragma once

#include <QColor>

class QPainter;
class QPalette;
class QRectF;

namespace warren::ui {

/// How an area is filled, so that areas can be told apart without their colours.
enum class Hatch { Solid, Rising, Falling, Crossed, Level, Upright, Dotted };

/// Fills an area with a pattern of `colour` on a paler ground. Thread: GUI.
void fillHatched(QPainter& painter, const QRectF& area, const QColor& colour, Hatch hatch,
                 const QPalette& palette);

}  // namespace warren::ui
