#pragma once

#include "ui/theme.h"
#include "ui/widgets/hatch.h"

#include <QList>
#include <QString>
#include <QWidget>

#include <cstdint>

namespace warren::ui {

/// A piece of a gauge's filling. Its name and amount are written beside the gauge: see GaugeLegend.
struct GaugePart {
    QString name;
    std::uint64_t bytes = 0;
    QColor (*colour)(const QPalette& palette) = nullptr;
    Hatch hatch = Hatch::Solid;
};

/// The theme's colour of a series, as a part of a gauge wants it.
template <SeriesColour kColour>
QColor partColour(const QPalette& palette)
{
    return theme::series(kColour, palette);
}

/// A bar that fills up towards a limit, drawn as a tick that it should not cross, with the limit's
/// name below the tick.
///
/// Thread: GUI. The bar says nothing that the labels around it don't say in words; its accessible
/// description does the same.
class Gauge final : public QWidget {
    Q_OBJECT

public:
    explicit Gauge(QWidget* parent = nullptr);

    /// @param parts       lie side by side from the left
    /// @param limitBytes  where the tick stands
    /// @param fullBytes   what the whole width means; at least limitBytes
    void setContent(const QList<GaugePart>& parts, std::uint64_t limitBytes,
                    std::uint64_t fullBytes);

    /// What is written below the tick; empty: nothing, and no room for it.
    void setLimitText(const QString& text);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    double xOf(std::uint64_t bytes) const;
    void paintParts(QPainter& painter, const QRectF& bar) const;
    void paintLimit(QPainter& painter) const;
    void describe();
    int barHeight() const { return fontMetrics().height() * 6 / 5; }

    QList<GaugePart> m_parts;
    std::uint64_t m_limitBytes = 0;
    std::uint64_t m_fullBytes = 1;
    QString m_limitText;
};

}  // namespace warren::ui
