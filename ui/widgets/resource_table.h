#pragma once

#include <QList>
#include <QStringList>
#include <QTableView>

#include <optional>

namespace warren::ui {

class RowFilter;

/// The table of a resource list: whole rows are selected, columns sort, figures stand right-aligned
/// in even rows, and the keys of the window (Space, Delete, Enter) reach those who answer them.
///
/// Thread: GUI. Rows are named by their row in the source model (SnapshotTableModel::rowAt).
class ResourceTable final : public QTableView {
    Q_OBJECT

public:
    explicit ResourceTable(QWidget* parent = nullptr);

    /// @param rows  borrowed; outlives the table
    void setRows(RowFilter* rows);

    /// Makes each column as wide as its heading and its sample text need; an empty sample or none
    /// leaves the heading's width. Call after setRows.
    void setSamples(const QStringList& samples);

    /// Gives the room that the others leave to this column, and never less than it has now; without
    /// a flexible column the last one takes it. Call after setSamples.
    void setFlexibleColumn(int column);

    /// Shows or hides a column, and shares the room again.
    void setColumnShown(int column, bool isShown);

    std::optional<int> currentSourceRow() const;
    QList<int> selectedSourceRows() const;  ///< in the order shown

signals:
    /// Enter or a double click on a row.
    void rowActivated(int sourceRow);
    /// The Delete key, with at least one row selected.
    void deleteRequested();
    /// Other rows are selected, or the current one shows something else to act on.
    void selectedRowsChanged();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void applyRowHeight();
    void fitFlexibleColumn();

    RowFilter* m_rows = nullptr;
    int m_flexibleColumn = -1;  // none
    int m_flexibleWidthMin = 0;
};

}  // namespace warren::ui
