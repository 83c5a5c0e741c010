#include "ui/widgets/resource_table.h"

#include "ui/models/row_filter.h"
#include "ui/theme.h"

#include <QEvent>
#include <QFontMetrics>
#include <QHeaderView>
#include <QKeyEvent>

#include <algorithm>

namespace warren::ui {

ResourceTable::ResourceTable(QWidget* parent) : QTableView(parent)
{
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setAlternatingRowColors(true);
    setShowGrid(false);
    setWordWrap(false);
    setSortingEnabled(true);
    setTabKeyNavigation(false);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    setFrameShape(QFrame::StyledPanel);
    verticalHeader()->hide();
    // Fixed heights spare the view from asking 10,000 rows for theirs.
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setSectionsMovable(true);
    horizontalHeader()->setStretchLastSection(true);
    applyRowHeight();
}

void ResourceTable::setRows(RowFilter* rows)
{
    m_rows = rows;
    setModel(rows);
    sortByColumn(0, Qt::AscendingOrder);
    connect(this, &QTableView::activated, this, [this](const QModelIndex& index) {
        emit rowActivated(m_rows->mapToSource(index).row());
    });
    connect(selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &ResourceTable::selectedRowsChanged);
    // The arrow keys select a row before they make it the current one.
    connect(selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &ResourceTable::selectedRowsChanged);
    connect(rows, &QAbstractItemModel::modelReset, this, &ResourceTable::selectedRowsChanged);
    connect(rows, &QAbstractItemModel::rowsRemoved, this, &ResourceTable::selectedRowsChanged);
}

void ResourceTable::setSamples(const QStringList& samples)
{
    const QFontMetrics metrics(font());
    const int padding = theme::gap(this, Gap::Large);
    for (int column = 0; column < horizontalHeader()->count(); ++column) {
        const int sample =
            column < samples.size() ? metrics.horizontalAdvance(samples.at(column)) + padding : 0;
        setColumnWidth(column, std::max(sample, horizontalHeader()->sectionSizeHint(column)));
    }
}

void ResourceTable::setFlexibleColumn(int column)
{
    horizontalHeader()->setStretchLastSection(false);
    m_flexibleColumn = column;
    m_flexibleWidthMin = columnWidth(column);
    fitFlexibleColumn();
}

void ResourceTable::setColumnShown(int column, bool isShown)
{
    if (isColumnHidden(column) != isShown) return;
    setColumnHidden(column, !isShown);
    fitFlexibleColumn();
}

void ResourceTable::fitFlexibleColumn()
{
    if (m_flexibleColumn < 0) return;
    const int others = horizontalHeader()->length() - columnWidth(m_flexibleColumn);
    setColumnWidth(m_flexibleColumn, std::max(m_flexibleWidthMin, viewport()->width() - others));
}

std::optional<int> ResourceTable::currentSourceRow() const
{
    const QModelIndex current = currentIndex();
    if (!current.isValid() || !selectionModel()->isRowSelected(current.row(), {})) return {};
    return m_rows->mapToSource(current).row();
}

QList<int> ResourceTable::selectedSourceRows() const
{
    QModelIndexList selected = selectionModel()->selectedRows();
    std::sort(selected.begin(), selected.end());
    QList<int> rows;
    rows.reserve(selected.size());
    for (const QModelIndex& index : selected)
        rows.append(m_rows->mapToSource(index).row());
    return rows;
}

void ResourceTable::keyPressEvent(QKeyEvent* event)
{
    // Space pauses the live updates of the whole window; a table has no use for it.
    if (event->key() == Qt::Key_Space && event->modifiers() == Qt::NoModifier) {
        event->ignore();
        return;
    }
    if (event->key() == Qt::Key_Delete && selectionModel()->hasSelection()) {
        emit deleteRequested();
        return;
    }
    QTableView::keyPressEvent(event);
}

void ResourceTable::changeEvent(QEvent* event)
{
    QTableView::changeEvent(event);
    if (event->type() == QEvent::FontChange) applyRowHeight();
}

void ResourceTable::resizeEvent(QResizeEvent* event)
{
    QTableView::resizeEvent(event);
    fitFlexibleColumn();
}

void ResourceTable::applyRowHeight()
{
    verticalHeader()->setDefaultSectionSize(QFontMetrics(font()).height() +
                                            theme::gap(this, Gap::Small) + 2);
}

}  // namespace warren::ui
