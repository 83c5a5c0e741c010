#pragma once

#include <QWidget>

class QAbstractButton;
class QAction;
class QHBoxLayout;
class QLabel;
class QLineEdit;
class QStackedLayout;

namespace warren::ui {

class EmptyState;
class ResourceTable;
class RowFilter;
class RowModel;

/// The frame that all resource lists share: title, count, actions and filter in one line, the table
/// below, and a sentence in its place while there is nothing to list.
///
/// Thread: GUI. The page adds its actions and columns' samples, and shows rows through its model.
class ListPanel final : public QWidget {
    Q_OBJECT

public:
    /// @param rows  borrowed; outlives the panel
    ListPanel(const QString& title, RowModel& rows, QWidget* parent = nullptr);

    ResourceTable* table() const { return m_table; }
    RowFilter* filter() const { return m_filter; }
    QLineEdit* filterEdit() const { return m_filterEdit; }

    /// A button with icon and text in the title line; it follows the action's state.
    QAbstractButton* addAction(QAction* action);

    /// As addAction, in front of the button of another action. @pre `before` was added
    void insertAction(QAction* before, QAction* action);

    /// Any other widget in the title line, after the filter; the panel takes it over.
    void addTool(QWidget* tool);

    /// What to say while there are no rows at all; an empty button text gives no button.
    void setEmptyState(const QString& sentence, const QString& buttonText = {});
    EmptyState* emptyState() const { return m_empty; }

    void focusFilter();

private:
    void buildUi(const QString& title);
    void showCount();
    QAbstractButton* makeButton(QAction* action);
    void chainTools();

    RowFilter* m_filter;
    QLabel* m_count;
    QLineEdit* m_filterEdit;
    ResourceTable* m_table;
    EmptyState* m_empty;
    EmptyState* m_noMatch;
    QHBoxLayout* m_actions;
    QStackedLayout* m_stack;
};

}  // namespace warren::ui
