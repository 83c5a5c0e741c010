#include "ui/models/queue_model.h"

#include "tests/support/fake_broker_client.h"
#include "ui/models/badge.h"
#include "ui/models/row_filter.h"

#include <QAbstractItemModelTester>
#include <QItemSelectionModel>
#include <QSignalSpy>

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace warren::ui {
namespace {

using management::QueueRow;

constexpr auto kFatal = QAbstractItemModelTester::FailureReportingMode::Fatal;

QStringList shownNames(const QAbstractItemModel& model)
{
    QStringList names;
    for (int row = 0; row < model.rowCount(); ++row) {
        names.append(model.index(row, static_cast<int>(QueueColumn::Name)).data().toString());
    }
    return names;
}

QStringList selectedNames(const QItemSelectionModel& selection)
{
    QStringList names;
    for (const QModelIndex& index : selection.selectedRows(static_cast<int>(QueueColumn::Name))) {
        names.append(index.data().toString());
    }
    names.sort();
    return names;
}

TEST(QueueModel, EndsInTheLastSnapshotAndKeepsTheSelectionWhateverCameBetween)
{
    constexpr std::uint32_t kSeed = 20250301;
    SCOPED_TRACE(testing::Message() << "seed " << kSeed);
    std::mt19937 random(kSeed);
    const auto below = [&random](int limit) {
        return static_cast<int>(random() % static_cast<unsigned>(limit));
    };
    QueueModel model;
    RowFilter filter(model);
    QAbstractItemModelTester modelTester(&model, kFatal);
    QAbstractItemModelTester filterTester(&filter, kFatal);
    filter.sort(static_cast<int>(QueueColumn::Ready), Qt::DescendingOrder);
    QItemSelectionModel selection(&filter);

    std::map<QString, std::uint64_t> queues;
    for (int round = 0; round < 60; ++round) {
        for (int change = below(40); change > 0; --change) {
            const QString name = QStringLiteral("q%1").arg(below(90));
            if (below(3) == 0) {
                queues.erase(name);
            } else {
                queues[name] = random() % 1000;
            }
        }
        QList<QueueRow> rows;
        for (const auto& [name, readyCount] : queues) {
            rows.append(test::queueRow(name, readyCount));
        }
        QStringList expected = selectedNames(selection);
        expected.removeIf([&](const QString& name) { return !queues.contains(name); });

        model.show(rows);

        ASSERT_EQ(selectedNames(selection), expected) << "round " << round;
        ASSERT_EQ(model.rowCount(), rows.size());
        for (int row = 0; row < model.rowCount(); ++row) {
            ASSERT_EQ(model.rowAt(row), rows.at(row));
        }
        for (int row = 1; row < filter.rowCount(); ++row) {
            ASSERT_GE(model.rowAt(filter.sourceRow(row - 1)).readyCount,
                      model.rowAt(filter.sourceRow(row)).readyCount);
        }
        if (filter.rowCount() > 0) {
            selection.select(filter.index(below(filter.rowCount()), 0),
                             QItemSelectionModel::Toggle | QItemSelectionModel::Rows);
        }
    }
}

TEST(QueueModel, SaysMuchChangedInFewSignals)
{
    constexpr int kRows = 10'000;
    QueueModel model;
    model.show(test::hugeSnapshot(kRows, 0).queues);
    const QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
    const QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
    const QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);

    model.show(test::hugeSnapshot(kRows, 1).queues);

    EXPECT_EQ(changes.size(), 1);
    EXPECT_EQ(inserted.size(), 0);
    EXPECT_EQ(removed.size(), 0);
}

TEST(QueueModel, SortsFiguresByValueAndNotByText)
{
    QueueModel model;
    RowFilter filter(model);
    model.show(
        test::snapshotOf(
            {{QStringLiteral("a"), 9}, {QStringLiteral("b"), 1000}, {QStringLiteral("c"), 80}})
            .queues);

    filter.sort(static_cast<int>(QueueColumn::Total), Qt::AscendingOrder);

    EXPECT_EQ(shownNames(filter),
              (QStringList{QStringLiteral("a"), QStringLiteral("c"), QStringLiteral("b")}));
}

TEST(QueueModel, FindsQueuesByNameFeatureAndState)
{
    QueueModel model;
    RowFilter filter(model);
    model.show(test::typicalSnapshot().queues);

    filter.setText(QStringLiteral("order ttl"));
    EXPECT_EQ(shownNames(filter), QStringList{QStringLiteral("orders")});
    filter.setText(QStringLiteral("blocked"));
    EXPECT_EQ(shownNames(filter), QStringList{QStringLiteral("thumbnails")});
}

TEST(QueueModel, HandsTheFeaturesToTheDelegate)
{
    QueueModel model;
    model.show(test::typicalSnapshot().queues);
    for (int row = 0; row < model.rowCount(); ++row) {
        const QModelIndex features = model.index(row, static_cast<int>(QueueColumn::Features));
        EXPECT_EQ(features.data(kBadgesRole).value<Badges>(), queueFeatures(model.rowAt(row)));
        const QModelIndex state = model.index(row, static_cast<int>(QueueColumn::State));
        EXPECT_EQ(state.data(kBadgesRole).value<Badges>().size(), 1);
    }
}

}  // namespace
}  // namespace warren::ui
