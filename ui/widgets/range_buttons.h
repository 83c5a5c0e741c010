#pragma once

#include "ui/widgets/rate_plot.h"

#include <QWidget>

namespace warren::ui {

/// The choice of how much of the past the plots of a page show. Thread: GUI.
class RangeButtons final : public QWidget {
    Q_OBJECT

public:
    explicit RangeButtons(QWidget* parent = nullptr);

signals:
    void rangeChosen(warren::ui::PlotRange range);
};

}  // namespace warren::ui
