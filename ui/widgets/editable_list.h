#pragma once

#include <QList>
#include <QString>
#include <QWidget>

#include <optional>

class QAction;

namespace warren::ui {

class ListPanel;
class RowModel;

/// What the buttons of an EditableList say. The object names make them findable.
struct EditableWords {
    QString title;
    QString add;            ///< "New user…"
    QString addToolTip;     ///< what it does
    QString editToolTip;    ///< of one row
    QString removeToolTip;  ///< of the selected rows
};

/// A list whose rows are made, changed and removed here: new, edit (also Enter or a double click),
/// delete (also the Delete key), each enabled exactly when it makes sense.
///
/// Thread: GUI. The page fills the model and opens the dialogs.
class EditableList final : public QWidget {
    Q_OBJECT

public:
    /// @param rows  borrowed; outlives the list
    EditableList(const EditableWords& words, RowModel& rows, QWidget* parent = nullptr);

    ListPanel* list() const { return m_list; }
    QAction* addAction() const { return m_add; }
    QAction* removeAction() const { return m_remove; }

    /// Another way to add a row, beside the first.
    void insertAddAction(QAction* action);

    /// An action for the one row that is selected, before delete; the list takes it over.
    void insertRowAction(QAction* action);

    /// Says why nothing can be changed, or that it can again when empty.
    void setRefusal(const QString& refusal);

    /// The row of the model that alone is selected.
    std::optional<int> singleRow() const;

    /// Selects this row of the model, unless the filter hides it.
    void selectRow(int sourceRow);

    /// While the model changes, so does the selection; it is looked at afterwards.
    void setFilling(bool isFilling);

signals:
    void addRequested();
    void editRequested(int sourceRow);
    void removeRequested(const QList<int>& sourceRows);
    /// Another row is selected, or what it shows has changed.
    void selectionChanged();

private:
    void buildUi(const EditableWords& words);
    void showSelection();

    ListPanel* m_list;
    QAction* m_add;
    QAction* m_edit;
    QAction* m_remove;
    QList<QAction*> m_addActions;
    QList<QAction*> m_rowActions;
    EditableWords m_words;
    QString m_refusal;
    bool m_isFilling = false;
};

}  // namespace warren::ui
