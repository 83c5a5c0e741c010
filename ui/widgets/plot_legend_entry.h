#pragma once

#include "ui/theme.h"

#include <QWidget>

class QLabel;

namespace warren::ui {

/// One entry of a plot's legend: a piece of the line, its name, and a value. Thread: GUI.
class PlotLegendEntry final : public QWidget {
    Q_OBJECT

public:
    /// @param dashes  pattern of the line in units of its width; empty: solid
    PlotLegendEntry(const QString& name, SeriesColour colour, const QList<qreal>& dashes,
                    QWidget* parent = nullptr);

    void setValue(const QString& value);

private:
    QLabel* m_value;
    QString m_name;
};

}  // namespace warren::ui
