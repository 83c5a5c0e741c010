#pragma once

#include "ui/widgets/gauge.h"

#include <QList>
#include <QWidget>

class QLabel;

namespace warren::ui {

class ElidedLabel;

/// The parts of a gauge below each other: how each is drawn, its name, its amount and its share.
///
/// Thread: GUI.
class GaugeLegend final : public QWidget {
    Q_OBJECT

public:
    /// @param columnCount  side by side, filled from top to bottom
    explicit GaugeLegend(int columnCount, QWidget* parent = nullptr);

    /// @param wholeBytes  what shares are of; 0: no shares
    void setParts(const QList<GaugePart>& parts, std::uint64_t wholeBytes);

    /// "588 MiB (47 %)". @pre 0 <= index < number of parts
    QString amount(int index) const;

private:
    struct Entry {
        QWidget* swatch;
        ElidedLabel* name;
        QLabel* amount;
    };

    void rebuild(const QList<GaugePart>& parts);

    const int m_columnCount;
    QList<Entry> m_entries;
};

}  // namespace warren::ui
