#pragma once

#include "core/management/rate_series.h"
#include "ui/theme.h"

#include <QList>
#include <QSharedPointer>
#include <QString>
#include <QWidget>

#include <optional>
#include <vector>

class QCPAxisTickerFixed;
class QCPItemStraightLine;
class QCustomPlot;
class QLabel;

namespace warren::ui {

class PlotLegendEntry;

/// How much of the past a plot shows.
enum class PlotRange { OneMinute, TenMinutes, OneHour };
double secondsOf(PlotRange range);

/// What the values of a plot are, and so how they are written.
enum class PlotUnit { Messages, MessagesPerSecond };

/// One line of a plot. Besides its colour each line has its own dash pattern, by its place.
struct PlotLine {
    QString name;
    SeriesColour colour = SeriesColour::Blue;
};

/// Some series over time, with a legend that shows the last values, or those under the cursor.
///
/// Thread: GUI. Replots only while visible; what it missed it shows when it becomes visible. Cost
/// of `setSeries`: O(points). Its source is the only file that includes QCustomPlot.
class RatePlot final : public QWidget {
    Q_OBJECT

public:
    /// What a new plot shows: ten empty minutes would say nothing to who has just started.
    static constexpr PlotRange kFirstRange = PlotRange::OneMinute;

    /// @param lines  at most four
    RatePlot(PlotUnit unit, const QList<PlotLine>& lines, QWidget* parent = nullptr);

    /// Shows these series; the right edge is `nowSeconds`, in seconds since 1970 as in the points.
    /// @param series  one per line, in their order; borrowed for the call
    void setSeries(const std::vector<const management::RateSeries*>& series, double nowSeconds);

    void setRange(PlotRange range);
    PlotRange range() const { return m_range; }

    QSize sizeHint() const override;

protected:
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void buildUi(const QList<PlotLine>& lines);
    void addGraphs(const QList<PlotLine>& lines);
    void applyTheme();
    void applyPens();
    void applyTicks();
    void replotIfVisible();
    void replot();
    double writeLegend();
    QString written(double value) const;

    PlotUnit m_unit;
    QList<SeriesColour> m_colours;
    PlotRange m_range = kFirstRange;
    double m_nowSeconds = 0;
    std::vector<management::RateSeries> m_series;
    std::vector<std::vector<management::RateSeries::Point>> m_points;  ///< those shown
    std::optional<double> m_cursorSeconds;  ///< before now, so not positive; empty: no cursor
    QCustomPlot* m_plot;
    QSharedPointer<QCPAxisTickerFixed> m_figures;
    QCPItemStraightLine* m_cursor = nullptr;
    QList<PlotLegendEntry*> m_legend;
    QLabel* m_when;
    bool m_needsReplot = false;
};

/// The dash pattern of the line at `place`, in units of its width; empty: solid.
QList<qreal> plotDashes(int place);

}  // namespace warren::ui
