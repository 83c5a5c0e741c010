#pragma once

#include <QList>
#include <QWidget>

class QGridLayout;

namespace warren::ui {

/// Cards of the same width side by side, in as many rows as they need.
///
/// Thread: GUI.
class CardGrid final : public QWidget {
    Q_OBJECT

public:
    /// @param columnCountMax  beside each other, however wide the grid is
    explicit CardGrid(int columnCountMax, QWidget* parent = nullptr);

    /// Shows these cards, in this order; the grid takes them over. One that was shown before and is
    /// not among them is deleted.
    void setCards(const QList<QWidget*>& cards);

    const QList<QWidget*>& cards() const { return m_cards; }

    /// As narrow as one card.
    QSize minimumSizeHint() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    int columnCountFor(int width) const;
    void place();

    const int m_columnCountMax;
    QGridLayout* m_grid;
    QList<QWidget*> m_cards;
    int m_columnCount = 0;
};

}  // namespace warren::ui
