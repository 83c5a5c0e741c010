#pragma once

#include "ui/models/row_model.h"

#include <QSortFilterProxyModel>

#include <functional>

namespace warren::ui {

/// Sorts a RowModel by the clicked column and keeps the rows that hold all typed words.
///
/// Thread: GUI. Compares rows in the source model, without QVariants: sorting 10,000 rows takes a
/// few milliseconds. Rows that compare equal keep the order of their keys.
class RowFilter final : public QSortFilterProxyModel {
    Q_OBJECT

public:
    /// @param rows  borrowed; outlives the filter
    explicit RowFilter(RowModel& rows, QObject* parent = nullptr);

    /// Keeps the rows in which each word of `text` occurs; an empty text keeps all.
    void setText(const QString& text);

    /// Also keeps only the rows for which `isWanted` is true; an empty function keeps all.
    void setPredicate(std::function<bool(int sourceRow)> isWanted);

    const RowModel& rows() const { return m_rows; }
    int totalCount() const { return m_rows.rowCount(); }

    /// Row of the source model behind a row of this one. @pre 0 <= row < rowCount()
    int sourceRow(int row) const { return mapToSource(index(row, 0)).row(); }

protected:
    bool filterAcceptsRow(int sourceRow, const QModelIndex& sourceParent) const override;
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

private:
    void refilter();

    /// Above this many rows a new text rebuilds the mapping at once: signalling every run of hidden
    /// rows would take time that grows with the square of the rows.
    static constexpr int kRowsSignalledMax = 500;

    RowModel& m_rows;
    QList<QString> m_words;
    std::function<bool(int)> m_isWanted;
};

}  // namespace warren::ui
