#include "ui/widgets/rate_plot.h"

#include "ui/format.h"
#include "ui/widgets/plot_legend_entry.h"

#include <QDateTime>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMouseEvent>
#include <QVBoxLayout>
#include <qcustomplot.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace warren::ui {

using management::RateSeries;

namespace {

/// Ticks at multiples of a step, written as the window writes figures everywhere.
class FigureTicker final : public QCPAxisTickerFixed {
public:
    FigureTicker() { setScaleStrategy(ssNone); }

protected:
    QString getTickLabel(double tick, const QLocale& locale, QChar formatChar,
                         int precision) override
    {
        Q_UNUSED(locale)
        Q_UNUSED(formatChar)
        Q_UNUSED(precision)
        return format::shortCount(std::max(tick, 0.0));
    }

    int getSubTickCount(double tickStep) override
    {
        Q_UNUSED(tickStep)
        return 0;
    }
};

/// The point nearest to `seconds`; nullptr when there is none.
const RateSeries::Point* nearest(const std::vector<RateSeries::Point>& points, double seconds)
{
    if (points.empty()) return nullptr;
    const auto after =
        std::ranges::lower_bound(points, seconds, std::less{}, &RateSeries::Point::atSeconds);
    if (after == points.begin()) return &points.front();
    if (after == points.end()) return &points.back();
    const auto before = std::prev(after);
    return seconds - before->atSeconds <= after->atSeconds - seconds ? &*before : &*after;
}

/// A round step so that a few of them cover `value`; never so small that ticks need two decimals.
double stepFor(double value)
{
    constexpr int kSteps = 4;
    const double wanted = std::max(value / kSteps, 0.5);
    const double power = std::pow(10.0, std::floor(std::log10(wanted)));
    for (const double factor : {1.0, 2.0, 2.5, 5.0}) {
        if (wanted <= factor * power) return factor * power;
    }
    return 10 * power;
}

/// Into how many parts the time axis is divided: at whole minutes or quarters of one.
int tickCount(PlotRange range) { return range == PlotRange::TenMinutes ? 5 : 4; }

}  // namespace

double secondsOf(PlotRange range)
{
    switch (range) {
    case PlotRange::OneMinute: return 60;
    case PlotRange::TenMinutes: return 600;
    case PlotRange::OneHour: return 3600;
    }
    return 0;
}

QList<qreal> plotDashes(int place)
{
    static const std::array<QList<qreal>, 4> kPatterns{
        QList<qreal>{}, QList<qreal>{8, 4}, QList<qreal>{2, 3}, QList<qreal>{9, 3, 2, 3}};
    return kPatterns[static_cast<std::size_t>(place) % kPatterns.size()];
}

RatePlot::RatePlot(PlotUnit unit, const QList<PlotLine>& lines, QWidget* parent)
    : QWidget(parent),
      m_unit(unit),
      m_plot(new QCustomPlot(this)),
      m_figures(QSharedPointer<FigureTicker>::create()),
      m_when(new QLabel(this))
{
    addGraphs(lines);
    buildUi(lines);
    applyTicks();
    applyTheme();
    writeLegend();
}

void RatePlot::buildUi(const QList<PlotLine>& lines)
{
    auto* legend = new QHBoxLayout;
    legend->setSpacing(theme::gap(this, Gap::Medium));
    for (int place = 0; place < lines.size(); ++place) {
        auto* entry =
            new PlotLegendEntry(lines[place].name, lines[place].colour, plotDashes(place), this);
        m_legend.append(entry);
        legend->addWidget(entry);
    }
    legend->addStretch();
    m_when->setObjectName(QStringLiteral("when"));
    m_when->setForegroundRole(QPalette::PlaceholderText);
    m_when->setFont(theme::captionFont(font()));
    legend->addWidget(m_when, 0, Qt::AlignTop);

    m_plot->setMinimumHeight(fontMetrics().height() * 7);
    m_plot->setNotAntialiasedElements(QCP::aeAll);
    m_plot->setAntialiasedElements(QCP::aePlottables);
    // Room for half of the last label of each axis.
    const QFontMetrics captions(theme::captionFont(font()));
    m_plot->axisRect()->setMinimumMargins(
        QMargins(0, captions.height() / 2 + 3, captions.horizontalAdvance(tr("now")) / 2 + 2, 0));
    m_plot->yAxis->setTicker(m_figures);
    m_plot->xAxis->setTickLabelPadding(theme::gap(this, Gap::Small));
    m_plot->setMouseTracking(true);
    m_plot->installEventFilter(this);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(theme::gap(this, Gap::Small));
    layout->addLayout(legend);
    layout->addWidget(m_plot, 1);
}

void RatePlot::addGraphs(const QList<PlotLine>& lines)
{
    for (const PlotLine& line : lines) {
        m_colours.append(line.colour);
        m_plot->addGraph()->setAdaptiveSampling(true);
    }
    m_points.resize(static_cast<std::size_t>(lines.size()));
    m_cursor = new QCPItemStraightLine(m_plot);  // the plot owns its items
    m_cursor->setVisible(false);
    m_cursor->setClipToAxisRect(true);
}

void RatePlot::setSeries(const std::vector<const RateSeries*>& series, double nowSeconds)
{
    m_series.clear();
    for (const RateSeries* one : series)
        m_series.push_back(*one);
    m_nowSeconds = nowSeconds;
    replotIfVisible();
}

void RatePlot::setRange(PlotRange range)
{
    if (range == m_range) return;
    m_range = range;
    applyTicks();
    replotIfVisible();
}

QSize RatePlot::sizeHint() const
{
    const int em = fontMetrics().height();
    return {em * 28, em * 14};
}

void RatePlot::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() != QEvent::PaletteChange) return;
    applyTheme();
    replotIfVisible();
}

void RatePlot::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (m_needsReplot) replot();
}

bool RatePlot::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::MouseMove) {
        const double x = static_cast<const QMouseEvent*>(event)->position().x();
        const double seconds = m_plot->xAxis->pixelToCoord(x);
        const bool isInside = seconds >= -secondsOf(m_range) && seconds <= 0;
        m_cursorSeconds = isInside ? std::optional(seconds) : std::nullopt;
        replotIfVisible();
    } else if (event->type() == QEvent::Leave && m_cursorSeconds) {
        m_cursorSeconds.reset();
        replotIfVisible();
    }
    return QWidget::eventFilter(watched, event);
}

/// QCustomPlot knows nothing of palettes: every pen and brush is set by hand.
void RatePlot::applyTheme()
{
    const QColor line = theme::line(palette());
    const QColor caption = theme::secondaryText(palette());
    m_plot->setBackground(palette().color(QPalette::Base));
    for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis}) {
        axis->setBasePen(axis == m_plot->xAxis ? QPen(line) : QPen(Qt::NoPen));
        axis->setTickPen(Qt::NoPen);
        axis->setSubTickPen(Qt::NoPen);
        axis->setTickLabelColor(caption);
        axis->setTickLabelFont(theme::captionFont(font()));
        axis->grid()->setPen(QPen(line, 1));
        axis->grid()->setZeroLinePen(QPen(line, 1));
    }
    m_plot->xAxis->grid()->setVisible(false);
    m_cursor->setPen(QPen(caption, 1));
}

/// Wider pens cost ten times as much, as Qt strokes them as filled outlines: one pixel it is,
/// unless the screen is so fine that one pixel is a hair.
void RatePlot::applyPens()
{
    const double width = devicePixelRatioF() > 1 ? 1.5 : 1;
    for (int place = 0; place < m_colours.size(); ++place) {
        QPen pen(theme::series(m_colours[place], palette()), width);
        if (const auto dashes = plotDashes(place); !dashes.isEmpty()) pen.setDashPattern(dashes);
        m_plot->graph(place)->setPen(pen);
    }
}

void RatePlot::applyTicks()
{
    const double span = secondsOf(m_range);
    const int ticks = tickCount(m_range);
    auto ticker = QSharedPointer<QCPAxisTickerText>::create();
    for (int tick = 0; tick <= ticks; ++tick) {
        const double before = span * tick / ticks;
        // A minus sign, not a hyphen; minutes from ten minutes on.
        const QString label = tick == 0                         ? tr("now")
                              : m_range == PlotRange::OneMinute ? tr("−%1 s").arg(before)
                                                                : tr("−%1 min").arg(before / 60);
        ticker->addTick(-before, label);
    }
    m_plot->xAxis->setTicker(ticker);
    m_plot->xAxis->setRange(-span, 0);
}

void RatePlot::replotIfVisible()
{
    m_needsReplot = true;
    if (isVisible()) replot();
}

void RatePlot::replot()
{
    m_needsReplot = false;
    applyPens();
    double highest = 1;  // an idle plot has a scale too
    for (std::size_t place = 0; place < m_series.size(); ++place) {
        m_points[place] = m_series[place].last(secondsOf(m_range));
        QVector<QCPGraphData> shown;
        shown.reserve(static_cast<qsizetype>(m_points[place].size()));
        for (const auto& [atSeconds, value] : m_points[place]) {
            shown.append(QCPGraphData(atSeconds - m_nowSeconds, value));
            highest = std::max(highest, value);
        }
        m_plot->graph(static_cast<int>(place))->data()->set(shown, true);
    }
    // Whole steps, so that the scale does not jump with every sample.
    const double step = stepFor(highest);
    m_figures->setTickStep(step);
    m_plot->yAxis->setRange(0, step * std::ceil(highest / step));
    const double cursor = writeLegend();
    m_cursor->setVisible(m_cursorSeconds.has_value());
    m_cursor->point1->setCoords(cursor, 0);
    m_cursor->point2->setCoords(cursor, 1);
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

/// Writes the values at the cursor, or the last ones. @returns where the cursor's point lies
double RatePlot::writeLegend()
{
    double shownSeconds = m_cursorSeconds.value_or(0);
    for (std::size_t place = 0; place < m_points.size(); ++place) {
        const auto* point = m_cursorSeconds
                                ? nearest(m_points[place], m_nowSeconds + *m_cursorSeconds)
                                : nearest(m_points[place], m_nowSeconds);
        m_legend[static_cast<int>(place)]->setValue(point ? written(point->value)
                                                          : QStringLiteral("–"));
        if (m_cursorSeconds && point) shownSeconds = point->atSeconds - m_nowSeconds;
    }
    if (m_cursorSeconds) {
        const auto at = static_cast<qint64>(std::llround(m_nowSeconds + shownSeconds));
        m_when->setText(QDateTime::fromSecsSinceEpoch(at).toString(QStringLiteral("HH:mm:ss")));
    } else {
        m_when->setText(tr("now"));
    }
    return shownSeconds;
}

QString RatePlot::written(double value) const
{
    switch (m_unit) {
    case PlotUnit::Messages:
        return format::count(static_cast<std::uint64_t>(std::llround(std::max(value, 0.0))));
    case PlotUnit::MessagesPerSecond: return format::rateWithUnit(value);
    }
    return {};
}

}  // namespace warren::ui
