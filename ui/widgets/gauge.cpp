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
    describe();
    update();
}

void Gauge::setLimitText(const QString& text)
{
    if (text == m_limitText) return;
    if (text.isEmpty() != m_limitText.isEmpty()) updateGeometry();
    m_limitText = text;
    describe();
    update();
}

void Gauge::describe()
{
    QStringList words;
    for (const GaugePart& part : m_parts) {
        words.append(tr("%1: %2").arg(part.name, format::bytes(part.bytes)));
    }
    words.append(m_limitText.isEmpty() ? tr("limit: %1").arg(format::bytes(m_limitBytes))
                                       : m_limitText);
    setAccessibleDescription(words.join(QStringLiteral(", ")));
}

QSize Gauge::sizeHint() const { return {fontMetrics().height() * 14, minimumSizeHint().height()}; }

QSize Gauge::minimumSizeHint() const
{
    const int text = m_limitText.isEmpty() ? 0 : QFontMetrics(theme::captionFont(font())).height();
    return {fontMetrics().height() * 6, barHeight() + text};
}

double Gauge::xOf(std::uint64_t bytes) const
{
    const double share = static_cast<double>(bytes) / static_cast<double>(m_fullBytes);
    return width() * std::min(share, 1.0);
}

void Gauge::paintEvent(QPaintEvent* event)
{
    Q_UNUSED(event)
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    // The tick overtops the bar on both sides.
    const double overhang = barHeight() * 0.15;
    const QRectF bar(0, overhang, width(), barHeight() - 2 * overhang);
    const double radius = bar.height() * 0.3;
    QPainterPath outline;
    outline.addRoundedRect(bar, radius, radius);
    painter.setClipPath(outline);
    painter.fillRect(bar, theme::fill(Tone::Neutral, palette()));
    paintParts(painter, bar);
    painter.setClipping(false);
    paintLimit(painter);
}

void Gauge::paintParts(QPainter& painter, const QRectF& bar) const
{
    std::uint64_t filledBytes = 0;
    for (const GaugePart& part : m_parts) {
        const double left = xOf(filledBytes);
        filledBytes += part.bytes;
        const QRectF area(left, bar.top(), xOf(filledBytes) - left, bar.height());
        fillHatched(painter, area, part.colour(palette()), part.hatch, palette());
        // A line of the ground keeps neighbours apart, unless it would hide a small part.
        constexpr double kSeparableWidth = 4;
        if (area.width() < kSeparableWidth) continue;
        painter.fillRect(QRectF(area.right() - 1, area.top(), 1, area.height()), palette().base());
    }
}

void Gauge::paintLimit(QPainter& painter) const
{
    if (m_limitBytes == 0 && m_limitText.isEmpty()) return;
    constexpr double kTickWidth = 2;
    const double tick = std::clamp(xOf(m_limitBytes) - kTickWidth / 2, 0.0, width() - kTickWidth);
    painter.fillRect(QRectF(tick, 0, kTickWidth, barHeight()),
                     palette().color(QPalette::WindowText));
    if (m_limitText.isEmpty()) return;
    painter.setFont(theme::captionFont(font()));
    painter.setPen(theme::secondaryText(palette()));
    const double textWidth = painter.fontMetrics().horizontalAdvance(m_limitText) + 1;
    const double left =
        std::clamp(tick + kTickWidth / 2 - textWidth / 2, 0.0, std::max(width() - textWidth, 0.0));
    painter.drawText(QRectF(left, barHeight(), textWidth, height() - barHeight()),
                     Qt::AlignLeft | Qt::AlignVCenter, m_limitText);
}

}  // namespace warren::ui
