#include "ui/icons.h"

#include <QApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPainterPath>
#include <QPalette>
#include <QStringList>

#include <algorithm>
#include <optional>
#include <utility>

namespace warren::ui {
namespace {

constexpr qreal kGridSize = 24;  ///< icons are drawn on a grid of 24 by 24
constexpr qreal kPenWidth = 1.8;

/// The strokes of an icon in a small language: M x y (move), L x y (line), O x y r (circle),
/// R x y w h r (rounded rectangle), Q cx cy x y (curve), Z (close).
const char* strokesOf(Icon which)
{
    switch (which) {
    case Icon::Overview: return "M 4 4 L 4 20 L 20 20 M 7.5 15 L 11 10.5 L 14 13 L 19 6.5";
    case Icon::Queues: return "R 3.5 4 17 4.2 1.2 R 3.5 10 17 4.2 1.2 R 3.5 16 17 4.2 1.2";
    case Icon::Exchanges:
        return "O 5 12 2 M 7 12 L 10 12 M 10 12 Q 13 12 14 8.5 Q 15 5.5 18.5 5.5 M 10 12 L 18.5 12 "
               "M 10 12 Q 13 12 14 15.5 Q 15 18.5 18.5 18.5 M 16.5 3.5 L 18.8 5.5 L 16.5 7.5 "
               "M 16.5 10 L 18.8 12 L 16.5 14 M 16.5 16.5 L 18.8 18.5 L 16.5 20.5";
    case Icon::Connections:
        return "M 8 3.5 L 8 8 M 16 3.5 L 16 8 M 5.5 8 L 18.5 8 L 18.5 11 Q 18.5 16.5 12 16.5 "
               "Q 5.5 16.5 5.5 11 L 5.5 8 M 12 16.5 L 12 21";
    case Icon::Channels:
        return "M 3.5 7.5 L 20 7.5 M 17 4.5 L 20 7.5 L 17 10.5 M 20.5 16.5 L 4 16.5 M 7 13.5 L 4 "
               "16.5 L 7 19.5";
    case Icon::Gauge:
        return "M 3 18.5 Q 3 5 12 5 Q 21 5 21 18.5 M 3 18.5 L 5.2 18.5 M 18.8 18.5 L 21 18.5 M "
               "12.8 15.2 L 16.5 9.5 O 12 16.5 1.8";
    case Icon::Cluster:
        return "O 12 5.8 2.9 O 5.4 17.6 2.9 O 18.6 17.6 2.9 M 10.6 8.4 L 6.8 15.1 M 13.4 8.4 L "
               "17.2 "
               "15.1 M 8.3 17.6 L 15.7 17.6";
    case Icon::Policies:
        return "M 4 6.5 L 9 6.5 M 15 6.5 L 20 6.5 O 12 6.5 2.6 M 4 17.5 L 5 17.5 M 11 17.5 L 20 "
               "17.5 O 8 17.5 2.6 M 4 12 L 13 12 M 19 12 L 20 12 O 16 12 2.6";
    case Icon::Users:
        return "O 9 8 3.6 M 2.5 20 Q 2.5 13.8 9 13.8 Q 15.5 13.8 15.5 20 Z M 15 4.8 Q 18.4 5 18.4 "
               "8.2 Q 18.4 11 15.6 11.4 M 17.5 14.2 Q 21.5 15 21.5 20";
    case Icon::Vhosts:
        return "R 3.5 4 17 6.5 1.2 R 3.5 13.5 17 6.5 1.2 M 7 7.2 L 7.3 7.2 M 7 16.7 L 7.3 16.7 M "
               "10.5 7.2 L 17 7.2 M 10.5 16.7 L 17 16.7";
    case Icon::Log: return "R 4.5 3.5 15 17 2 M 8 8 L 16 8 M 8 12 L 16 12 M 8 16 L 13 16";
    case Icon::Add: return "M 12 5 L 12 19 M 5 12 L 19 12";
    case Icon::Edit:
        return "M 4.5 19.5 L 5.5 15 L 15.8 4.7 L 19.3 8.2 L 9 18.5 Z M 13.3 7.2 L 16.8 10.7";
    case Icon::Key: return "O 7.8 16 4.2 M 10.8 13 L 19.8 4 M 15.2 8.6 L 18.4 11.8";
    case Icon::Lock:
        return "R 5 10.5 14 10 1.8 M 8 10.5 L 8 7.5 Q 8 3.5 12 3.5 Q 16 3.5 16 7.5 L 16 10.5";
    case Icon::Undo:
        return "M 8.5 4.5 L 4 9 L 8.5 13.5 M 4 9 L 14 9 Q 20 9 20 14.2 Q 20 19.5 14 19.5 L 9 19.5";
    case Icon::Delete:
        return "M 4.5 6.5 L 19.5 6.5 M 9 6.5 L 9 4 L 15 4 L 15 6.5 M 6.5 6.5 L 7.3 20 L 16.7 20 L "
               "17.5 6.5 M 10.2 10.5 L 10.5 16.5 M 13.8 10.5 L 13.5 16.5";
    case Icon::Purge:
        return "M 19.5 4.5 L 12.5 11.5 M 9.5 9.5 L 14.5 14.5 L 12.5 19.5 L 4.5 19.5 L 4.5 14 Z "
               "M 8 19.5 L 9.3 16.5";
    case Icon::Publish: return "M 3.5 11.5 L 20.5 4 L 14.5 20.5 L 11 13.5 Z M 11 13.5 L 20.5 4";
    case Icon::Browse: return "M 2.8 12 Q 12 1.5 21.2 12 Q 12 22.5 2.8 12 Z O 12 12 3";
    case Icon::Bind:
        return "M 10 14 Q 7.2 11.2 10 8.4 L 13 5.4 Q 16 3 18.6 5.4 Q 21 8 18.6 11 L 17 12.6 M 14 "
               "10 "
               "Q 16.8 12.8 14 15.6 L 11 18.6 Q 8 21 5.4 18.6 Q 3 16 5.4 13 L 7 11.4";
    case Icon::Copy: return "R 8.5 8.5 11.5 11.5 2 M 15.5 8.5 L 15.5 4 L 4 4 L 4 15.5 L 8.5 15.5";
    case Icon::Close: return "M 6 6 L 18 18 M 18 6 L 6 18";
    case Icon::Pause: return "M 8.5 5 L 8.5 19 M 15.5 5 L 15.5 19";
    case Icon::Resume: return "M 7.5 4.5 L 19 12 L 7.5 19.5 Z";
    case Icon::Refresh:
        return "M 19.5 12 Q 19.5 19.5 12 19.5 Q 4.5 19.5 4.5 12 Q 4.5 4.5 12 4.5 Q 15.5 4.5 18 7 M "
               "18.4 3.4 L 18.2 7.3 L 14.3 7.3";
    case Icon::Filter: return "O 10.5 10.5 6 M 15 15 L 20 20";
    case Icon::Back: return "M 20 12 L 4.5 12 M 10.5 5.5 L 4 12 L 10.5 18.5";
    case Icon::Join:
        return "M 13.5 4 L 19.5 4 L 19.5 20 L 13.5 20 M 3.5 12 L 14 12 M 10 8 L 14 12 L 10 16";
    case Icon::Leave:
        return "M 10.5 4 L 4.5 4 L 4.5 20 L 10.5 20 M 9.5 12 L 20 12 M 16 8 L 20 12 L 16 16";
    case Icon::Rebalance:
        return "M 12 4 L 12 20 M 8 20 L 16 20 M 4.5 7 L 19.5 7 M 4.5 7 L 2.5 13.5 Q 4.5 15.5 6.5 "
               "13.5 "
               "Z M 19.5 7 L 17.5 13.5 Q 19.5 15.5 21.5 13.5 Z";
    case Icon::Master:
        return "M 12 3.5 L 14.6 9.1 L 20.7 9.8 L 16.2 14 L 17.4 20 L 12 17 L 6.6 20 L 7.8 14 L 3.3 "
               "9.8 L 9.4 9.1 Z";
    case Icon::Synchronise:
        return "M 4 9.5 Q 6 4.5 12 4.5 Q 17 4.5 19.3 8.5 M 19.6 4.5 L 19.4 8.7 L 15.2 8.5 M 20 "
               "14.5 Q "
               "18 19.5 12 19.5 Q 7 19.5 4.7 15.5 M 4.4 19.5 L 4.6 15.3 L 8.8 15.5";
    case Icon::Stop: return "R 6 6 12 12 1.2";
    case Icon::Info: return "O 12 12 8.8 M 12 11 L 12 16.5 M 12 7.4 L 12 7.8";
    case Icon::Success: return "O 12 12 8.8 M 8 12.3 L 11 15.3 L 16.2 9";
    case Icon::Warning: return "M 12 3.5 L 21.5 20 L 2.5 20 Z M 12 10 L 12 14.5 M 12 17 L 12 17.3";
    case Icon::Error:
        return "M 8.2 3 L 15.8 3 L 21 8.2 L 21 15.8 L 15.8 21 L 8.2 21 L 3 15.8 L 3 8.2 Z M 12 7.5 "
               "L 12 13 M 12 16.2 L 12 16.5";
    }
    return "";
}

QPainterPath pathOf(Icon which)
{
    QPainterPath path;
    const QStringList words = QString::fromLatin1(strokesOf(which)).split(u' ');
    qsizetype at = 0;
    const auto number = [&] { return words.at(at++).toDouble(); };
    while (at < words.size()) {
        const QString stroke = words.at(at++);
        if (stroke == QLatin1String("Z")) {
            path.closeSubpath();
            continue;
        }
        const qreal x = number();
        const qreal y = number();
        if (stroke == QLatin1String("M")) {
            path.moveTo(x, y);
        } else if (stroke == QLatin1String("L")) {
            path.lineTo(x, y);
        } else if (stroke == QLatin1String("O")) {
            const qreal radius = number();
            path.addEllipse(QPointF(x, y), radius, radius);
        } else if (stroke == QLatin1String("Q")) {
            const qreal endX = number();
            path.quadTo(x, y, endX, number());
        } else if (stroke == QLatin1String("R")) {
            const qreal width = number();
            const qreal height = number();
            const qreal radius = number();
            path.addRoundedRect(QRectF(x, y, width, height), radius, radius);
        }
    }
    return path;
}

QColor paletteColour(QIcon::Mode mode)
{
    const QPalette palette = QApplication::palette();
    switch (mode) {
    case QIcon::Normal:
    case QIcon::Active: return palette.color(QPalette::Active, QPalette::ButtonText);
    case QIcon::Disabled: return palette.color(QPalette::Disabled, QPalette::ButtonText);
    case QIcon::Selected: return palette.color(QPalette::Active, QPalette::HighlightedText);
    }
    return {};
}

/// Draws an icon each time it is asked, in the colour of the moment.
class StrokeIconEngine final : public QIconEngine {
public:
    StrokeIconEngine(QPainterPath path, std::optional<QColor> colour)
        : m_path(std::move(path)), m_colour(colour)
    {
    }

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override
    {
        Q_UNUSED(state)
        const qreal size = std::min(rect.width(), rect.height());
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->translate(rect.x() + (rect.width() - size) / 2,
                           rect.y() + (rect.height() - size) / 2);
        painter->scale(size / kGridSize, size / kGridSize);
        QPen pen(m_colour.value_or(paletteColour(mode)), kPenWidth);
        pen.setCapStyle(Qt::RoundCap);
        pen.setJoinStyle(Qt::RoundJoin);
        painter->setPen(pen);
        painter->setBrush(Qt::NoBrush);
        painter->drawPath(m_path);
        painter->restore();
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return pixmap;
    }

    QIconEngine* clone() const override { return new StrokeIconEngine(m_path, m_colour); }

private:
    QPainterPath m_path;
    std::optional<QColor> m_colour;
};

}  // namespace

// QIcon owns its engine.
QIcon icon(Icon which) { return QIcon(new StrokeIconEngine(pathOf(which), std::nullopt)); }

QIcon icon(Icon which, const QColor& colour)
{
    return QIcon(new StrokeIconEngine(pathOf(which), colour));
}

QIcon applicationIcon()
{
    QIcon all;
    for (const int size : {16, 32, 48, 128, 256}) {
        all.addFile(QStringLiteral(":/icons/warren-%1.png").arg(size));
    }
    return all;
}

}  // namespace warren::ui
