#include "ui/models/row_filter.h"

#include <utility>

namespace warren::ui {

RowFilter::RowFilter(RowModel& rows, QObject* parent) : QSortFilterProxyModel(parent), m_rows(rows)
{
    setSourceModel(&rows);
    setDynamicSortFilter(true);
}

void RowFilter::setText(const QString& text)
{
    QList<QString> words = text.split(u' ', Qt::SkipEmptyParts);
    if (words == m_words) return;
    m_words = std::move(words);
    refilter();
}

void RowFilter::setPredicate(std::function<bool(int sourceRow)> isWanted)
{
    m_isWanted = std::move(isWanted);
    refilter();
}

void RowFilter::refilter()
{
    if (m_rows.rowCount() > kRowsSignalledMax) {
        invalidate();
    } else {
        invalidateFilter();
    }
}

bool RowFilter::filterAcceptsRow(int sourceRow, const QModelIndex& sourceParent) const
{
    Q_UNUSED(sourceParent)
    if (m_isWanted && !m_isWanted(sourceRow)) return false;
    return m_words.isEmpty() || m_rows.matches(sourceRow, m_words);
}

bool RowFilter::lessThan(const QModelIndex& left, const QModelIndex& right) const
{
    return m_rows.isLess(left.row(), right.row(), left.column());
}

}  // namespace warren::ui
