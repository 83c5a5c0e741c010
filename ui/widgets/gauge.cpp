#include "ui/widgets/gauge.h"

#include "ui/format.h"

#include <QFontMetrics>
#include <QPainter>
#include <QPainterPath>
#include <QStringList>

#include <algorithm>

namespace warren::ui {

Gauge::Gauge(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void Gauge::setContent(const QList<GaugePart>& parts, std::uint64_t limitBytes,
                       std::uint64_t fullBytes)
{
    m_parts = parts;
    m_limitBytes = limitBytes;
    m_fullBytes = std::max<std::uint64_t>(fullBytes, 1);
    QStringList words;
    for (const GaugePart& part : parts) {
        words.append(tr("%1: %2").arg(part.name, format::bytes(part.bytes)));
    }
    words.append(tr("limit: %1").arg(format::bytes(limitBytes)));
    setAccessibleDescription(words.join(QStringLiteral(", ")));
    update();
}

QSize Gauge::sizeHint() const
{
    const int em = fontMetrics().height();
    return {em * 14, em};
}

QSize Gauge::minimumSizeHint() const
{
    const int em = fontMetrics().height();
    return {em * 6, em};
}

void Gauge::paintEvent(QPaintEvent* event)
{
    Q_UNUSED(event)
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    // The tick overtops the bar on both sides.
    const double overhang = height() * 0.2;
    const QRectF bar = QRectF(rect()).adjusted(0, overhang, 0, -overhang);
    const double radius = bar.height() * 0.3;
    const auto xOf = [&](std::uint64_t bytes) {
        const double share = static_cast<double>(bytes) / static_cast<double>(m_fullBytes);
        return bar.left() + bar.width() * std::min(share, 1.0);
    };

    QPainterPath outline;
    outline.addRoundedRect(bar, radius, radius);
    painter.setClipPath(outline);
    painter.fillRect(bar, theme::fill(Tone::Neutral, palette()));
    std::uint64_t filledBytes = 0;
    for (const GaugePart& part : m_parts) {
        const double left = xOf(filledBytes);
        filledBytes += part.bytes;
        painter.fillRect(QRectF(left, bar.top(), xOf(filledBytes) - left, bar.height()),
                         part.colour(palette()));
    }
    painter.setClipping(false);

    constexpr double kTickWidth = 2;
    if (m_limitBytes == 0) return;
    const double tick = std::clamp(xOf(m_limitBytes) - kTickWidth / 2, 0.0, width() - kTickWidth);
    painter.fillRect(QRectF(tick, 0, kTickWidth, height()), palette().color(QPalette::WindowText));
}

}  // namespace warren::ui
