#pragma once

#include "ui/models/natural_order.h"
#include "ui/models/row_model.h"

#include <QList>
#include <QString>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace warren::ui {

/// One column: how a row is shown, ordered and searched. Made by `textColumn` or `numberColumn`,
/// then refined by name.
template <typename Row>
struct TableColumn {
    QString title;
    QString headerToolTip;  ///< what the heading's few letters mean
    bool isNumeric = false;
    bool isSearched = false;
    std::function<QString(const Row&)> text;
    std::function<QString(const Row&)> toolTip;  ///< may be empty: none
    std::function<bool(const Row&, const Row&)> isLess;
    /// Answers for all other roles (decoration, foreground, roles of a delegate); may be empty.
    std::function<QVariant(const Row&, int role)> extra;
};

/// A column of words, ordered as people read them and found by the filter.
template <typename Row>
TableColumn<Row> textColumn(const QString& title, std::function<QString(const Row&)> text)
{
    auto isLess = [text](const Row& left, const Row& right) {
        return naturalOrder(text(left), text(right)) < 0;
    };
    return {.title = title,
            .headerToolTip = {},
            .isNumeric = false,
            .isSearched = true,
            .text = std::move(text),
            .toolTip = {},
            .isLess = std::move(isLess),
            .extra = {}};
}

/// A column of figures: ordered by `value`, written by `write`.
template <typename Row, typename Value, typename Write>
TableColumn<Row> numberColumn(const QString& title, Value value, Write write)
{
    return {.title = title,
            .headerToolTip = {},
            .isNumeric = true,
            .isSearched = false,
            .text = [value, write](const Row& row) { return write(std::invoke(value, row)); },
            .toolTip = {},
            .isLess =
                [value](const Row& left, const Row& right) {
                    return std::invoke(value, left) < std::invoke(value, right);
                },
            .extra = {}};
}

/// The rows of one list of the last snapshot as a table, sorted by key.
///
/// Thread: GUI. `show` turns the difference between two snapshots into few row signals, so
/// selection, scroll position and sorting survive a refresh. Cost: O(rows), and at most kRunsMax +
/// 4 signals, however many rows changed. Only another number of columns resets the model.
///
/// @tparam Row    a row of a snapshot; comparable with ==
/// @tparam KeyOf  member or function that gives the key of a row; keys are comparable with <
template <typename Row, auto KeyOf>
class SnapshotTableModel : public RowModel {
public:
    /// Up to this many runs of new or vanished rows are signalled one by one; more are moved at
    /// once.
    static constexpr int kRunsMax = 16;

    explicit SnapshotTableModel(std::vector<TableColumn<Row>> columns, QObject* parent = nullptr)
        : RowModel(parent), m_columns(std::move(columns))
    {
    }

    /// @pre `wanted` is sorted by key, without duplicates
    void show(const QList<Row>& wanted);

    /// @pre 0 <= row < rowCount()
    const Row& rowAt(int row) const { return m_rows.at(row); }

    int rowCount(const QModelIndex& parent = {}) const override
    {
        return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
    }

    int columnCount(const QModelIndex& parent = {}) const override
    {
        return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
    }

    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    bool isLess(int leftRow, int rightRow, int column) const override
    {
        return this->column(column).isLess(m_rows.at(leftRow), m_rows.at(rightRow));
    }

    bool matches(int row, const QList<QString>& words) const override;

protected:
    /// For tables whose columns depend on what is there, such as one for each node.
    void replaceColumns(std::vector<TableColumn<Row>> columns);

private:
    static decltype(auto) keyOf(const Row& row) { return std::invoke(KeyOf, row); }

    const TableColumn<Row>& column(int index) const
    {
        return m_columns.at(static_cast<std::size_t>(index));
    }

    int countRuns(const QList<Row>& wanted) const;
    void mergeRunByRun(const QList<Row>& wanted);
    void mergeAtOnce(const QList<Row>& wanted);
    void moveRows(const std::vector<int>& newRowOf);
    void update(const QList<Row>& wanted);

    std::vector<TableColumn<Row>> m_columns;
    QList<Row> m_rows;
};

template <typename Row, auto KeyOf>
void SnapshotTableModel<Row, KeyOf>::show(const QList<Row>& wanted)
{
    if (countRuns(wanted) <= kRunsMax) {
        mergeRunByRun(wanted);
    } else {
        mergeAtOnce(wanted);
    }
    update(wanted);
}

/// How many row signals a merge of neighbours would take.
template <typename Row, auto KeyOf>
int SnapshotTableModel<Row, KeyOf>::countRuns(const QList<Row>& wanted) const
{
    enum class Step { Keep, Remove, Insert };
    int runs = 0;
    auto last = Step::Keep;
    qsizetype have = 0;
    qsizetype want = 0;
    while (have < m_rows.size() || want < wanted.size()) {
        auto step = Step::Keep;
        if (want == wanted.size()) {
            step = Step::Remove;
        } else if (have == m_rows.size()) {
            step = Step::Insert;
        } else if (keyOf(m_rows.at(have)) < keyOf(wanted.at(want))) {
            step = Step::Remove;
        } else if (keyOf(wanted.at(want)) < keyOf(m_rows.at(have))) {
            step = Step::Insert;
        }
        if (step != Step::Keep && step != last) runs += 1;
        last = step;
        if (step != Step::Insert) have += 1;
        if (step != Step::Remove) want += 1;
    }
    return runs;
}

template <typename Row, auto KeyOf>
void SnapshotTableModel<Row, KeyOf>::mergeRunByRun(const QList<Row>& wanted)
{
    qsizetype row = 0;
    while (row < wanted.size()) {
        qsizetype end = row;
        while (end < m_rows.size() && keyOf(m_rows.at(end)) < keyOf(wanted.at(row)))
            end += 1;
        if (end > row) {
            beginRemoveRows({}, static_cast<int>(row), static_cast<int>(end - 1));
            m_rows.remove(row, end - row);
            endRemoveRows();
        }
        if (row < m_rows.size() && !(keyOf(wanted.at(row)) < keyOf(m_rows.at(row)))) {
            row += 1;
            continue;
        }
        end = row + 1;
        while (end < wanted.size() &&
               (row == m_rows.size() || keyOf(wanted.at(end)) < keyOf(m_rows.at(row)))) {
            end += 1;
        }
        beginInsertRows({}, static_cast<int>(row), static_cast<int>(end - 1));
        m_rows = m_rows.first(row) + wanted.sliced(row, end - row) + m_rows.sliced(row);
        endInsertRows();
        row = end;
    }
    if (m_rows.size() > wanted.size()) {
        beginRemoveRows({}, static_cast<int>(wanted.size()), rowCount() - 1);
        m_rows.resize(wanted.size());
        endRemoveRows();
    }
}

/// Vanished rows move to the end and go, new ones come at the end and move to their places: four
/// signals for any difference.
template <typename Row, auto KeyOf>
void SnapshotTableModel<Row, KeyOf>::mergeAtOnce(const QList<Row>& wanted)
{
    QList<Row> added;
    std::vector<bool> isGone(static_cast<std::size_t>(m_rows.size()), true);
    qsizetype have = 0;
    for (const Row& row : wanted) {
        while (have < m_rows.size() && keyOf(m_rows.at(have)) < keyOf(row))
            have += 1;
        if (have < m_rows.size() && !(keyOf(row) < keyOf(m_rows.at(have)))) {
            isGone[static_cast<std::size_t>(have)] = false;
        } else {
            added.append(row);
        }
    }

    std::vector<int> newRowOf(static_cast<std::size_t>(m_rows.size()));
    const auto keptCount = static_cast<int>(std::count(isGone.begin(), isGone.end(), false));
    int nextKept = 0;
    int nextGone = keptCount;
    for (std::size_t row = 0; row < isGone.size(); ++row) {
        newRowOf[row] = isGone[row] ? nextGone++ : nextKept++;
    }
    moveRows(newRowOf);
    if (keptCount < rowCount()) {
        beginRemoveRows({}, keptCount, rowCount() - 1);
        m_rows.resize(keptCount);
        endRemoveRows();
    }
    if (added.isEmpty()) return;

    beginInsertRows({}, keptCount, keptCount + static_cast<int>(added.size()) - 1);
    m_rows += added;
    endInsertRows();
    newRowOf.assign(static_cast<std::size_t>(m_rows.size()), 0);
    int oldRow = 0;
    int addedRow = keptCount;
    for (int row = 0; row < rowCount(); ++row) {
        const bool isOld =
            oldRow < keptCount && !(keyOf(wanted.at(row)) < keyOf(m_rows.at(oldRow)));
        newRowOf[static_cast<std::size_t>(isOld ? oldRow++ : addedRow++)] = row;
    }
    moveRows(newRowOf);
}

/// Puts the row at i to newRowOf[i]; selections and the current row go along.
template <typename Row, auto KeyOf>
void SnapshotTableModel<Row, KeyOf>::moveRows(const std::vector<int>& newRowOf)
{
    emit layoutAboutToBeChanged();
    QList<Row> moved(m_rows.size());
    for (qsizetype row = 0; row < m_rows.size(); ++row) {
        moved[newRowOf[static_cast<std::size_t>(row)]] = std::move(m_rows[row]);
    }
    m_rows = std::move(moved);
    const QModelIndexList before = persistentIndexList();
    QModelIndexList after;
    after.reserve(before.size());
    for (const QModelIndex& old : before) {
        after.append(index(newRowOf[static_cast<std::size_t>(old.row())], old.column()));
    }
    changePersistentIndexList(before, after);
    emit layoutChanged();
}

/// @pre the keys of m_rows are those of `wanted`
template <typename Row, auto KeyOf>
void SnapshotTableModel<Row, KeyOf>::update(const QList<Row>& wanted)
{
    std::vector<std::pair<int, int>> changed;  // runs: first and last row
    for (int row = 0; row < rowCount(); ++row) {
        if (m_rows.at(row) == wanted.at(row)) continue;
        if (!changed.empty() && changed.back().second == row - 1) {
            changed.back().second = row;
        } else {
            changed.emplace_back(row, row);
        }
    }
    if (changed.size() > static_cast<std::size_t>(kRunsMax)) {
        changed = {{changed.front().first, changed.back().second}};
    }
    // Run by run: a sorting proxy takes for granted that rows without a signal are what they were.
    for (const auto& [first, last] : changed) {
        std::copy(wanted.begin() + first, wanted.begin() + last + 1, m_rows.begin() + first);
        emit dataChanged(index(first, 0), index(last, columnCount() - 1));
    }
}

template <typename Row, auto KeyOf>
void SnapshotTableModel<Row, KeyOf>::replaceColumns(std::vector<TableColumn<Row>> columns)
{
    if (columns.size() != m_columns.size()) {
        beginResetModel();
        m_columns = std::move(columns);
        endResetModel();
        return;
    }
    m_columns = std::move(columns);
    emit headerDataChanged(Qt::Horizontal, 0, columnCount() - 1);
    if (!m_rows.isEmpty()) emit dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

template <typename Row, auto KeyOf>
QVariant SnapshotTableModel<Row, KeyOf>::data(const QModelIndex& index, int role) const
{
    if (!index.isValid()) return {};
    const Row& row = m_rows.at(index.row());
    const TableColumn<Row>& shown = column(index.column());
    switch (role) {
    case Qt::DisplayRole: return shown.text(row);
    case Qt::ToolTipRole: return shown.toolTip ? QVariant(shown.toolTip(row)) : QVariant();
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::AlignVCenter |
                                   (shown.isNumeric ? Qt::AlignRight : Qt::AlignLeft));
    default: return shown.extra ? shown.extra(row, role) : QVariant();
    }
}

template <typename Row, auto KeyOf>
QVariant SnapshotTableModel<Row, KeyOf>::headerData(int section, Qt::Orientation orientation,
                                                    int role) const
{
    if (orientation != Qt::Horizontal) return {};
    const TableColumn<Row>& shown = column(section);
    switch (role) {
    case Qt::DisplayRole: return shown.title;
    case Qt::ToolTipRole:
        return shown.headerToolTip.isEmpty() ? QVariant() : QVariant(shown.headerToolTip);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::AlignVCenter |
                                   (shown.isNumeric ? Qt::AlignRight : Qt::AlignLeft));
    default: return {};
    }
}

template <typename Row, auto KeyOf>
bool SnapshotTableModel<Row, KeyOf>::matches(int row, const QList<QString>& words) const
{
    return std::all_of(words.begin(), words.end(), [&](const QString& word) {
        return std::any_of(m_columns.begin(), m_columns.end(), [&](const TableColumn<Row>& shown) {
            return shown.isSearched &&
                   shown.text(m_rows.at(row)).contains(word, Qt::CaseInsensitive);
        });
    });
}

}  // namespace warren::ui
