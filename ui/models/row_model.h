#pragma once

#include <QAbstractTableModel>
#include <QList>
#include <QString>

namespace warren::ui {

/// What RowFilter needs of a table: to compare and search rows without a QVariant per cell, which
/// would cost several times as much when 10,000 rows are sorted.
class RowModel : public QAbstractTableModel {
    Q_OBJECT

public:
    using QAbstractTableModel::QAbstractTableModel;

    /// Whether `leftRow` comes before `rightRow` when sorted by `column`.
    virtual bool isLess(int leftRow, int rightRow, int column) const = 0;

    /// Whether each of `words` occurs in one of the searched columns of `row`, whatever its case.
    virtual bool matches(int row, const QList<QString>& words) const = 0;
};

}  // namespace warren::ui
