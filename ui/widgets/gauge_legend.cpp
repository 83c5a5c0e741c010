#include "ui/widgets/gauge_legend.h"

#include "ui/format.h"
#include "ui/widgets/elided_label.h"

#include <QGridLayout>
#include <QLabel>
#include <QPainter>

namespace warren::ui {

namespace {

/// A sample of how a part is drawn.
class GaugeSwatch final : public QWidget {
public:
    GaugeSwatch(GaugePart part, QWidget* parent) : QWidget(parent), m_part(std::move(part))
    {
        const int em = fontMetrics().height();
        setFixedSize(em * 5 / 4, em * 3 / 4);
    }

protected:
    void paintEvent(QPaintEvent* event) override
    {
        Q_UNUSED(event)
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        const QColor colour = m_part.colour(palette());
        fillHatched(painter, rect(), colour, m_part.hatch, palette());
        painter.setPen(colour);
        painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    }

private:
    GaugePart m_part;
};

constexpr int kGridColumns = 4;  ///< of one entry: swatch, name, amount, space

}  // namespace

GaugeLegend::GaugeLegend(int columnCount, QWidget* parent)
    : QWidget(parent), m_columnCount(columnCount)
{
}

void GaugeLegend::setParts(const QList<GaugePart>& parts, std::uint64_t wholeBytes)
{
    if (parts.size() != m_entries.size()) rebuild(parts);
    for (qsizetype index = 0; index < parts.size(); ++index) {
        const GaugePart& part = parts.at(index);
        QString text = format::bytes(part.bytes);
        if (wholeBytes > 0) {
            text = tr("%1 (%2)").arg(text, format::percent(static_cast<double>(part.bytes),
                                                           static_cast<double>(wholeBytes)));
        }
        m_entries.at(index).name->setFullText(part.name);
        m_entries.at(index).amount->setText(text);
        m_entries.at(index).amount->setAccessibleName(tr("%1: %2").arg(part.name, text));
    }
}

QString GaugeLegend::amount(int index) const { return m_entries.at(index).amount->text(); }

void GaugeLegend::rebuild(const QList<GaugePart>& parts)
{
    for (const Entry& entry : m_entries) {
        delete entry.swatch;
        delete entry.name;
        delete entry.amount;
    }
    m_entries.clear();
    delete layout();
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(theme::gap(this, Gap::Small));
    grid->setVerticalSpacing(theme::gap(this, Gap::Hair));
    const int rowCount = (static_cast<int>(parts.size()) + m_columnCount - 1) / m_columnCount;
    for (int index = 0; index < parts.size(); ++index) {
        const Entry entry{new GaugeSwatch(parts.at(index), this), new ElidedLabel(this),
                          new QLabel(this)};
        const int row = index % rowCount;
        const int column = index / rowCount * kGridColumns;
        grid->addWidget(entry.swatch, row, column, Qt::AlignVCenter);
        grid->addWidget(entry.name, row, column + 1);
        grid->addWidget(entry.amount, row, column + 2, Qt::AlignRight);
        grid->setColumnStretch(column + 1, 1);
        if (column > 0) grid->setColumnMinimumWidth(column - 1, theme::gap(this, Gap::Small));
        m_entries.append(entry);
    }
}

}  // namespace warren::ui
