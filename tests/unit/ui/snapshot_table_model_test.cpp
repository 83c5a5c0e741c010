#include "ui/models/snapshot_table_model.h"

#include "ui/models/row_filter.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace warren::ui {
namespace {

struct Row {
    int key = 0;
    int value = 0;
    bool operator==(const Row&) const = default;
};

QString numberText(int number) { return QString::number(number); }

/// A model of plain rows that counts how often it is asked for a text.
class RowsModel final : public SnapshotTableModel<Row, &Row::key> {
public:
    RowsModel() : SnapshotTableModel(columns()) {}

    QVariant data(const QModelIndex& index, int role) const override
    {
        m_dataCalls += 1;
        return SnapshotTableModel::data(index, role);
    }

    int takeDataCalls() { return std::exchange(m_dataCalls, 0); }

private:
    static std::vector<TableColumn<Row>> columns()
    {
        return {textColumn<Row>(QStringLiteral("key"),
                                [](const Row& row) { return numberText(row.key); }),
                numberColumn<Row>(QStringLiteral("value"), &Row::value, &numberText)};
    }

    mutable int m_dataCalls = 0;
};

QList<Row> shownRows(const RowsModel& model)
{
    QList<Row> rows;
    for (int row = 0; row < model.rowCount(); ++row)
        rows.append(model.rowAt(row));
    return rows;
}

QList<Row> rowsOf(const std::map<int, int>& values)
{
    QList<Row> rows;
    for (const auto& [key, value] : values)
        rows.append({key, value});
    return rows;
}

QList<Row> consecutiveRows(int count, int value)
{
    QList<Row> rows;
    for (int key = 0; key < count; ++key)
        rows.append({key, value});
    return rows;
}

/// Counts everything that makes a view work.
struct SignalCounts {
    explicit SignalCounts(QAbstractItemModel& model)
        : inserted(&model, &QAbstractItemModel::rowsInserted),
          removed(&model, &QAbstractItemModel::rowsRemoved),
          changed(&model, &QAbstractItemModel::dataChanged),
          moved(&model, &QAbstractItemModel::layoutChanged),
          reset(&model, &QAbstractItemModel::modelReset)
    {
    }
    qsizetype total() const
    {
        return inserted.size() + removed.size() + changed.size() + moved.size() + reset.size();
    }
    QSignalSpy inserted;
    QSignalSpy removed;
    QSignalSpy changed;
    QSignalSpy moved;
    QSignalSpy reset;
};

class SnapshotSequence : public testing::TestWithParam<unsigned> {};

TEST_P(SnapshotSequence, EndsInExactlyTheLastSnapshot)
{
    SCOPED_TRACE(testing::Message() << "seed " << GetParam());
    std::mt19937 random(GetParam());
    RowsModel model;
    RowFilter filter(model);
    filter.sort(1, Qt::DescendingOrder);
    const QAbstractItemModelTester modelTester(
        &model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    const QAbstractItemModelTester filterTester(
        &filter, QAbstractItemModelTester::FailureReportingMode::Fatal);

    constexpr int kSteps = 30;
    constexpr int kKeys = 200;
    std::map<int, int> values;
    for (int step = 0; step < kSteps; ++step) {
        // From a few changes to a list that has hardly anything in common with the last.
        const int changes = std::uniform_int_distribution(0, kKeys)(random);
        for (int change = 0; change < changes; ++change) {
            const int key = std::uniform_int_distribution(0, kKeys)(random);
            if (std::uniform_int_distribution(0, 2)(random) == 0) {
                values.erase(key);
            } else {
                values[key] = std::uniform_int_distribution(0, 50)(random);
            }
        }
        if (std::uniform_int_distribution(0, 9)(random) == 0) values.clear();
        QPersistentModelIndex watched;
        if (model.rowCount() > 0) watched = model.index(model.rowCount() / 2, 0);
        const int watchedKey = watched.isValid() ? model.rowAt(watched.row()).key : -1;

        model.show(rowsOf(values));

        ASSERT_EQ(shownRows(model), rowsOf(values));
        ASSERT_EQ(filter.rowCount(), model.rowCount());
        for (int row = 1; row < filter.rowCount(); ++row) {
            ASSERT_GE(model.rowAt(filter.sourceRow(row - 1)).value,
                      model.rowAt(filter.sourceRow(row)).value);
        }
        // Selections are made of such indexes: they follow their row or go with it.
        ASSERT_EQ(watched.isValid(), values.contains(watchedKey));
        if (watched.isValid()) {
            ASSERT_EQ(model.rowAt(watched.row()).key, watchedKey);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, SnapshotSequence, testing::Range(1U, 21U));

TEST(SnapshotTableModel, SignalsOnlyTheRowsThatChanged)
{
    RowsModel model;
    model.show({{1, 1}, {2, 2}, {3, 3}});
    SignalCounts counts(model);
    model.show({{1, 1}, {2, 9}, {3, 3}});
    ASSERT_EQ(counts.total(), 1);
    EXPECT_EQ(counts.changed.at(0).at(0).toModelIndex().row(), 1);
    EXPECT_EQ(counts.changed.at(0).at(1).toModelIndex().row(), 1);
}

TEST(SnapshotTableModel, SaysNothingWhenNothingChanged)
{
    RowsModel model;
    model.show({{1, 1}, {2, 2}});
    SignalCounts counts(model);
    model.show({{1, 1}, {2, 2}});
    EXPECT_EQ(counts.total(), 0);
}

TEST(SnapshotTableModel, ShowsTenThousandRowsByOneSignal)
{
    constexpr int kRows = 10'000;
    RowsModel model;
    SignalCounts counts(model);
    model.show(consecutiveRows(kRows, 0));
    EXPECT_EQ(counts.inserted.size(), 1);
    EXPECT_EQ(counts.total(), 1);
    model.show(consecutiveRows(kRows, 1));
    EXPECT_EQ(counts.changed.size(), 1);
    EXPECT_EQ(counts.total(), 2);
    EXPECT_EQ(model.takeDataCalls(), 0);
}

TEST(SnapshotTableModel, NeedsFewSignalsHoweverTheRowsAreMixed)
{
    constexpr int kRows = 10'000;
    QList<Row> even;
    QList<Row> odd;
    QList<Row> third;
    for (int key = 0; key < kRows; ++key) {
        (key % 2 == 0 ? even : odd).append({key, key % 7});
        if (key % 3 == 0) third.append({key, 1});
    }
    RowsModel model;
    model.show(even);
    SignalCounts counts(model);
    model.show(odd);
    model.show(third);
    constexpr int kSignalsMax = 2 * (4 + 1);
    EXPECT_LE(counts.total(), kSignalsMax);
    EXPECT_EQ(shownRows(model), third);
}

TEST(SnapshotTableModel, AlignsFiguresToTheRight)
{
    RowsModel model;
    model.show({{1, 1}});
    const auto alignment = [&](int column) {
        return model.index(0, column).data(Qt::TextAlignmentRole).value<Qt::Alignment>();
    };
    EXPECT_TRUE(alignment(0).testFlag(Qt::AlignLeft));
    EXPECT_TRUE(alignment(1).testFlag(Qt::AlignRight));
    EXPECT_EQ(model.headerData(1, Qt::Horizontal, Qt::TextAlignmentRole).value<Qt::Alignment>(),
              alignment(1));
}

}  // namespace
}  // namespace warren::ui
