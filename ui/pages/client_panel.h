#pragma once

#include <QList>
#include <QWidget>

class QAction;
class QSplitter;

namespace warren::ui {

class Card;
class ListPanel;
class RowModel;

/// What the lists of connections and channels share: the list, what is known of the current row
/// below it, and the action that closes the selected ones.
///
/// Thread: GUI.
class ClientPanel final : public QWidget {
    Q_OBJECT

public:
    /// @param rows          borrowed; outlives the panel
    /// @param closeToolTip  what the button closes
    ClientPanel(const QString& title, RowModel& rows, const QString& closeToolTip,
                QWidget* parent = nullptr);

    ListPanel* list() const { return m_list; }

    /// Puts a card below the list, shown while there is a current row; the panel takes it over.
    void setDetails(Card* details);

    void setActionsEnabled(bool enabled);

    /// Looks at the selection again: call when the rows have changed.
    void showSelection();

signals:
    /// The details of this row of the model are to be shown.
    void detailsWanted(int sourceRow);
    /// The person wants these rows closed; never empty.
    void closeRequested(const QList<int>& sourceRows);

private:
    ListPanel* m_list;
    QAction* m_close;
    QSplitter* m_splitter;
    QWidget* m_details = nullptr;
    bool m_isReachable = true;
};

}  // namespace warren::ui
