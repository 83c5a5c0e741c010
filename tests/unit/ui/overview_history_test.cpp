#include "ui/models/overview_history.h"

#include "tests/support/fake_broker_client.h"

#include <gtest/gtest.h>

namespace warren::ui {
namespace {

TEST(OverviewHistory, KeepsTotalsAndRatesOfEverySnapshot)
{
    OverviewHistory history;
    management::Snapshot snapshot = test::typicalSnapshot();
    snapshot.overview.readyCount = 10;
    snapshot.overview.unackedCount = 2;
    snapshot.overview.rates.publish = 5;
    history.add(snapshot);
    snapshot.takenAt = snapshot.takenAt.addSecs(1);
    snapshot.overview.readyCount = 20;
    history.add(snapshot);

    constexpr double kMinute = 60;
    const auto totals = history.series(OverviewSeries::Total).last(kMinute);
    ASSERT_EQ(totals.size(), 2U);
    EXPECT_EQ(totals[0].value, 12);
    EXPECT_EQ(totals[1].value, 22);
    EXPECT_EQ(history.series(OverviewSeries::Publish).latest(), 5);
    EXPECT_EQ(history.nowSeconds(), static_cast<double>(snapshot.takenAt.toSecsSinceEpoch()));
}

TEST(OverviewHistory, IgnoresWhatIsNotNewer)
{
    OverviewHistory history;
    management::Snapshot snapshot = test::typicalSnapshot();
    history.add(snapshot);
    const double now = history.nowSeconds();
    history.add(snapshot);
    snapshot.takenAt = snapshot.takenAt.addSecs(-60);
    history.add(snapshot);
    history.add(management::Snapshot());
    EXPECT_EQ(history.nowSeconds(), now);
    constexpr double kHour = 3600;
    EXPECT_EQ(history.series(OverviewSeries::Ready).last(kHour).size(), 1U);
}

}  // namespace
}  // namespace warren::ui
