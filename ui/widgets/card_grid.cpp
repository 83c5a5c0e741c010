#include "ui/widgets/card_grid.h"

#include "ui/theme.h"

#include <QGridLayout>
#include <QResizeEvent>

#include <algorithm>

namespace warren::ui {

CardGrid::CardGrid(int columnCountMax, QWidget* parent)
    : QWidget(parent), m_columnCountMax(columnCountMax), m_grid(new QGridLayout(this))
{
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setSpacing(theme::gap(this, Gap::Medium));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void CardGrid::setCards(const QList<QWidget*>& cards)
{
    if (cards == m_cards) return;
    for (QWidget* card : std::as_const(m_cards)) {
        m_grid->removeWidget(card);
        if (!cards.contains(card)) {
            card->hide();
            card->deleteLater();
        }
    }
    m_cards = cards;
    m_columnCount = 0;
    place();
    for (QWidget* card : m_cards) {
        card->show();
    }
}

int CardGrid::columnCountFor(int width) const
{
    if (m_cards.isEmpty()) return 1;
    int widest = 1;
    for (const QWidget* card : m_cards) {
        widest = std::max(widest, card->minimumSizeHint().width());
    }
    const int spacing = m_grid->horizontalSpacing();
    const int fitting = std::max(1, (width + spacing) / (widest + spacing));
    return std::min({fitting, m_columnCountMax, static_cast<int>(m_cards.size())});
}

void CardGrid::place()
{
    const int columnCount = columnCountFor(width());
    if (columnCount == m_columnCount) return;
    for (int column = 0; column < m_grid->columnCount(); ++column) {
        m_grid->setColumnStretch(column, 0);
    }
    m_columnCount = columnCount;
    for (int index = 0; index < m_cards.size(); ++index) {
        m_grid->addWidget(m_cards.at(index), index / columnCount, index % columnCount);
        m_grid->setColumnStretch(index % columnCount, 1);
    }
    updateGeometry();
}

QSize CardGrid::minimumSizeHint() const
{
    int width = 0;
    for (const QWidget* card : m_cards) {
        width = std::max(width, card->minimumSizeHint().width());
    }
    return {width, m_grid->totalMinimumSize().height()};
}

void CardGrid::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    place();
}

}  // namespace warren::ui
