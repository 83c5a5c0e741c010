#include "ui/widgets/range_buttons.h"

#include "ui/theme.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QToolButton>

namespace warren::ui {

RangeButtons::RangeButtons(QWidget* parent) : QWidget(parent)
{
    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(theme::gap(this, Gap::Hair));
    auto* ranges = new QButtonGroup(this);
    const std::initializer_list<std::pair<PlotRange, QString>> texts{
        {PlotRange::OneMinute, tr("1 min")},
        {PlotRange::TenMinutes, tr("10 min")},
        {PlotRange::OneHour, tr("1 h")}};
    for (const auto& [range, text] : texts) {
        auto* button = new QToolButton(this);
        button->setObjectName(QStringLiteral("range%1").arg(secondsOf(range)));
        button->setText(text);
        button->setCheckable(true);
        // The group is one stop of the Tab key: at the checked one; the arrow keys go on from
        // there.
        button->setChecked(range == RatePlot::kFirstRange);
        button->setFocusPolicy(range == RatePlot::kFirstRange ? Qt::StrongFocus : Qt::ClickFocus);
        button->setToolTip(tr("Plots show the last %1").arg(text));
        ranges->addButton(button, static_cast<int>(range));
        line->addWidget(button);
    }
    connect(ranges, &QButtonGroup::idClicked, this,
            [this](int id) { emit rangeChosen(static_cast<PlotRange>(id)); });
}

}  // namespace warren::ui
