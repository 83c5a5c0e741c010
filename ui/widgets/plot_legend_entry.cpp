#include "ui/widgets/plot_legend_entry.h"

#include <QFontMetrics>
#include <QGridLayout>
#include <QLabel>
#include <QPainter>

#include <algorithm>

namespace warren::ui {
namespace {

/// A short piece of the line as it looks in the plot.
class LineSample final : public QWidget {
public:
    LineSample(SeriesColour colour, const QList<qreal>& dashes, QWidget* parent)
        : QWidget(parent), m_colour(colour), m_dashes(dashes)
    {
        setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Preferred);
    }

    QSize sizeHint() const override
    {
        const int em = fontMetrics().height();
        return {em * 3 / 2, em};
    }

protected:
    void paintEvent(QPaintEvent* event) override
    {
        Q_UNUSED(event)
        constexpr qreal kPenWidth = 2;
        QPainter painter(this);
        QPen pen(theme::series(m_colour, palette()), kPenWidth);
        pen.setCapStyle(Qt::FlatCap);
        if (!m_dashes.isEmpty()) {
            // The pattern counts in pen widths; the plot's pen is half as wide.
            QList<qreal> pattern;
            for (const qreal dash : m_dashes)
                pattern.append(dash / kPenWidth);
            pen.setDashPattern(pattern);
        }
        painter.setPen(pen);
        const qreal y = height() / 2.0;
        painter.drawLine(QPointF(0, y), QPointF(width(), y));
    }

private:
    SeriesColour m_colour;
    QList<qreal> m_dashes;
};

}  // namespace

PlotLegendEntry::PlotLegendEntry(const QString& name, SeriesColour colour,
                                 const QList<qreal>& dashes, QWidget* parent)
    : QWidget(parent), m_value(new QLabel(this)), m_name(name)
{
    auto* label = new QLabel(name, this);
    m_value->setObjectName(QStringLiteral("value"));
    m_value->setFont(theme::headingFont(font()));
    // Wide enough for the usual, so that the legend does not dance with the figures.
    m_value->setMinimumWidth(
        QFontMetrics(m_value->font()).horizontalAdvance(QStringLiteral("99 999/s")));

    auto* layout = new QGridLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setHorizontalSpacing(theme::gap(this, Gap::Hair) * 2);
    layout->setVerticalSpacing(0);
    layout->addWidget(new LineSample(colour, dashes, this), 0, 0, Qt::AlignVCenter);
    layout->addWidget(label, 0, 1);
    layout->addWidget(m_value, 1, 1);
    layout->setColumnStretch(1, 1);
    setValue(QStringLiteral("–"));
}

void PlotLegendEntry::setValue(const QString& value)
{
    m_value->setText(value);
    // It grows with the figures and never shrinks again.
    m_value->setMinimumWidth(std::max(m_value->minimumWidth(), m_value->sizeHint().width()));
    setAccessibleName(QStringLiteral("%1: %2").arg(m_name, value));
}

}  // namespace warren::ui
