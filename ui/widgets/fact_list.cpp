#include "ui/widgets/fact_list.h"

#include "ui/format.h"
#include "ui/theme.h"
#include "ui/widgets/elided_label.h"

#include <QGridLayout>
#include <QLabel>

namespace warren::ui {

FactList::FactList(const QStringList& captions, QWidget* parent) : QWidget(parent)
{
    auto* layout = new QGridLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setHorizontalSpacing(theme::gap(this, Gap::Medium));
    layout->setVerticalSpacing(theme::gap(this, Gap::Hair));
    layout->setColumnStretch(1, 1);
    for (const QString& caption : captions) {
        auto* label = new QLabel(caption, this);
        label->setForegroundRole(QPalette::PlaceholderText);
        auto* value = new ElidedLabel(this);
        const int row = static_cast<int>(m_values.size());
        layout->addWidget(label, row, 0);
        layout->addWidget(value, row, 1);
        m_captions.append(label);
        m_values.append(value);
    }
    setValues({});
}

void FactList::setValues(const QStringList& values)
{
    for (int index = 0; index < m_values.size(); ++index) {
        m_values[index]->setFullText(format::orDash(values.value(index)));
    }
}

void FactList::setToolTip(int index, const QString& toolTip)
{
    m_captions.at(index)->setToolTip(toolTip);
    m_values.at(index)->setExplanation(toolTip);
}

const QString& FactList::value(int index) const { return m_values.at(index)->fullText(); }

}  // namespace warren::ui
