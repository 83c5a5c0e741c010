#pragma once

#include "core/management/snapshot.h"

#include <QWidget>

class QLabel;

namespace warren::ui {

class FactList;
class Gauge;
class GaugeLegend;

/// How much memory is in use, by whom, and how far the watermark is. Thread: GUI.
class MemoryGauge final : public QWidget {
    Q_OBJECT

public:
    /// @param columnCount  of the list of what fills the memory
    explicit MemoryGauge(int columnCount, QWidget* parent = nullptr);

    void setUse(const management::MemoryUse& memory, bool hasAlarm);

private:
    QLabel* m_text;
    Gauge* m_gauge;
    GaugeLegend* m_parts;
};

/// How much of the disk is left, and how far its limit is. Thread: GUI.
class DiskGauge final : public QWidget {
    Q_OBJECT

public:
    explicit DiskGauge(QWidget* parent = nullptr);

    void setUse(const management::DiskUse& disk, bool hasAlarm);

private:
    QLabel* m_text;
    Gauge* m_gauge;
    FactList* m_facts;
};

}  // namespace warren::ui
