#include "ui/pages/resource_gauges.h"

#include "ui/format.h"
#include "ui/models/resource_words.h"
#include "ui/widgets/fact_list.h"
#include "ui/widgets/gauge.h"
#include "ui/widgets/gauge_legend.h"

#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>

namespace warren::ui {

using management::DiskUse;
using management::MemoryUse;

namespace {

QColor otherPartColour(const QPalette& palette) { return theme::secondaryText(palette); }

/// What fills the memory; neighbours differ in pattern as well as in colour.
QList<GaugePart> memoryParts(const MemoryUse& memory)
{
    return {
        {MemoryGauge::tr("Bodies"), memory.bodyBytes, &partColour<SeriesColour::Blue>,
         Hatch::Solid},
        {MemoryGauge::tr("Index"), memory.indexBytes, &partColour<SeriesColour::Orange>,
         Hatch::Rising},
        {MemoryGauge::tr("Connections"), memory.connectionBytes, &partColour<SeriesColour::Green>,
         Hatch::Upright},
        {MemoryGauge::tr("Sessions"), memory.sessionBytes, &partColour<SeriesColour::Purple>,
         Hatch::Falling},
        {MemoryGauge::tr("For the disk"), memory.storeBytes, &partColour<SeriesColour::Blue>,
         Hatch::Crossed},
        {MemoryGauge::tr("SQLite"), memory.sqliteBytes, &partColour<SeriesColour::Orange>,
         Hatch::Level},
        {MemoryGauge::tr("Other"), memory.otherBytes, &otherPartColour, Hatch::Dotted},
    };
}

QVBoxLayout* plainColumn(QWidget* widget)
{
    auto* layout = new QVBoxLayout(widget);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(theme::gap(widget, Gap::Small));
    return layout;
}

}  // namespace

MemoryGauge::MemoryGauge(int columnCount, QWidget* parent)
    : QWidget(parent),
      m_text(new QLabel(this)),
      m_gauge(new Gauge(this)),
      m_parts(new GaugeLegend(columnCount, this))
{
    m_text->setObjectName(QStringLiteral("memoryText"));
    m_text->setWordWrap(true);
    m_gauge->setObjectName(QStringLiteral("memoryGauge"));
    m_gauge->setAccessibleName(tr("Memory"));
    m_parts->setObjectName(QStringLiteral("memoryParts"));
    QVBoxLayout* layout = plainColumn(this);
    layout->addWidget(m_text);
    layout->addWidget(m_gauge);
    layout->addWidget(m_parts);
    setUse({}, false);
}

void MemoryGauge::setUse(const MemoryUse& memory, bool hasAlarm)
{
    m_text->setText(memoryText(memory, hasAlarm));
    const QList<GaugePart> parts = memoryParts(memory);
    // The tick stands at four fifths, so that one sees by how much it is crossed.
    const std::uint64_t roomBytes = memory.watermarkBytes + memory.watermarkBytes / 4;
    m_gauge->setContent(parts, memory.watermarkBytes, std::max(roomBytes, memory.residentBytes));
    m_gauge->setLimitText(tr("watermark %1").arg(format::bytes(memory.watermarkBytes)));
    m_parts->setParts(parts, memory.residentBytes);
}

DiskGauge::DiskGauge(QWidget* parent)
    : QWidget(parent),
      m_text(new QLabel(this)),
      m_gauge(new Gauge(this)),
      m_facts(new FactList(
          {tr("Warren's files"), tr("Free"), tr("Must stay free"), tr("Alarm ends above")}, this))
{
    m_text->setObjectName(QStringLiteral("diskText"));
    m_text->setWordWrap(true);
    m_gauge->setObjectName(QStringLiteral("diskGauge"));
    m_gauge->setAccessibleName(tr("Disk"));
    m_facts->setObjectName(QStringLiteral("diskFacts"));
    QVBoxLayout* layout = plainColumn(this);
    layout->addWidget(m_text);
    layout->addWidget(m_gauge);
    layout->addWidget(m_facts);
    setUse({}, false);
}

void DiskGauge::setUse(const DiskUse& disk, bool hasAlarm)
{
    m_text->setText(diskText(disk, hasAlarm));
    // The room that our files have: they grow from the left and must stop at the tick.
    const std::uint64_t wholeBytes = disk.databaseBytes + disk.freeBytes;
    m_gauge->setContent(
        {{tr("Warren's files"), disk.databaseBytes, &partColour<SeriesColour::Blue>, Hatch::Solid}},
        wholeBytes - std::min(wholeBytes, disk.limitBytes), wholeBytes);
    m_gauge->setLimitText(tr("limit: %1 free").arg(format::bytes(disk.limitBytes)));
    m_facts->setValues({format::bytes(disk.databaseBytes), format::bytes(disk.freeBytes),
                        format::bytes(disk.limitBytes), format::bytes(disk.clearBytes)});
}

}  // namespace warren::ui
