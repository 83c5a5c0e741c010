#include "ui/models/row_filter.h"

#include "tests/support/fake_broker_client.h"
#include "ui/models/connection_model.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>

#include <gtest/gtest.h>

namespace warren::ui {
namespace {

QStringList shownClients(const RowFilter& filter)
{
    QStringList clients;
    for (int row = 0; row < filter.rowCount(); ++row) {
        clients.append(
            filter.index(row, static_cast<int>(ConnectionColumn::Client)).data().toString());
    }
    return clients;
}

TEST(RowFilter, KeepsRowsThatHoldEveryWordInAnyColumn)
{
    ConnectionModel model;
    RowFilter filter(model);
    model.show(test::typicalSnapshot().connections);
    filter.setText(QStringLiteral("  FLOW worker "));
    EXPECT_EQ(shownClients(filter), QStringList{QStringLiteral("worker-3")});
    filter.setText(QString());
    EXPECT_EQ(filter.rowCount(), 6);
}

TEST(RowFilter, FollowsRowsThatComeToMatchOrNoLonger)
{
    ConnectionModel model;
    RowFilter filter(model);
    const QAbstractItemModelTester tester(&filter,
                                          QAbstractItemModelTester::FailureReportingMode::Fatal);
    auto connections = test::typicalSnapshot().connections;
    connections[2].state = management::ConnectionState::Blocked;
    model.show(connections);
    filter.setText(QStringLiteral("blocked"));
    EXPECT_EQ(filter.rowCount(), 1);
    connections[0].state = management::ConnectionState::Blocked;
    connections[2].state = management::ConnectionState::Running;
    model.show(connections);
    EXPECT_EQ(shownClients(filter), QStringList{QStringLiteral("worker-0")});
}

TEST(RowFilter, CombinesTextAndPredicate)
{
    ConnectionModel model;
    RowFilter filter(model);
    model.show(test::typicalSnapshot().connections);
    filter.setPredicate([&model](int row) { return model.rowAt(row).usesTls; });
    EXPECT_EQ(filter.rowCount(), 1);
    filter.setText(QStringLiteral("worker-1"));
    EXPECT_EQ(filter.rowCount(), 0);
    filter.setPredicate({});
    EXPECT_EQ(filter.rowCount(), 1);
}

TEST(RowFilter, FiltersTenThousandRowsByOneSignal)
{
    constexpr int kRows = 10'000;
    ConnectionModel model;
    RowFilter filter(model);
    model.show(test::hugeSnapshot(kRows).connections);
    const QSignalSpy removed(&filter, &QAbstractItemModel::rowsRemoved);
    const QSignalSpy moved(&filter, &QAbstractItemModel::layoutChanged);
    filter.setText(QStringLiteral("worker-77"));
    EXPECT_EQ(filter.rowCount(), 111);
    EXPECT_EQ(removed.size() + moved.size(), 1);
}

TEST(RowFilter, SortsByValueNotByText)
{
    ConnectionModel model;
    RowFilter filter(model);
    auto connections = test::typicalSnapshot().connections;
    connections[0].channelCount = 10;
    connections[1].channelCount = 9;
    model.show(connections);
    filter.sort(static_cast<int>(ConnectionColumn::Channels), Qt::DescendingOrder);
    EXPECT_EQ(shownClients(filter).first(2),
              (QStringList{QStringLiteral("worker-0"), QStringLiteral("worker-1")}));
}

}  // namespace
}  // namespace warren::ui
