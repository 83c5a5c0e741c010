#include "tests/support/fake_broker_client.h"
#include "tests/ui/ui_support.h"
#include "ui/main_window.h"

#include <QSettings>

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <tuple>

namespace warren::ui {
namespace {

using management::Reachability;
using management::Snapshot;
using test::FakeBrokerClient;

enum class State { Empty, Typical, Huge, Alarmed, Unreachable };

std::string nameOf(State state)
{
    switch (state) {
    case State::Empty: return "Empty";
    case State::Typical: return "Typical";
    case State::Huge: return "Huge";
    case State::Alarmed: return "Alarmed";
    case State::Unreachable: return "Unreachable";
    }
    return {};
}

Snapshot snapshotOf(State state)
{
    constexpr int kHugeRows = 10'000;
    switch (state) {
    case State::Empty: return test::emptySnapshot();
    case State::Typical:
    case State::Unreachable: return test::typicalSnapshot();
    case State::Huge: return test::hugeSnapshot(kHugeRows);
    case State::Alarmed: return test::alarmedSnapshot();
    }
    return {};
}

/// Sends the last ten minutes of a broker whose rates go up and down, so that the plots have a
/// past.
void feedHistory(FakeBrokerClient& client, const Snapshot& last)
{
    constexpr int kSeconds = 600;
    Snapshot snapshot = last;
    snapshot.topics = management::TopicOverview;
    snapshot.queues.clear();
    snapshot.connections.clear();
    snapshot.channels.clear();
    snapshot.log.clear();
    for (int second = kSeconds; second > 0; --second) {
        const double wave = 0.75 + 0.2 * std::cos(second / 37.0) + 0.05 * std::cos(second / 3.0);
        snapshot.takenAt = last.takenAt.addSecs(-second);
        auto& overview = snapshot.overview;
        overview.readyCount =
            static_cast<std::uint64_t>(wave * static_cast<double>(last.overview.readyCount));
        overview.rates.publish = last.overview.rates.publish * wave;
        overview.rates.confirm = last.overview.rates.confirm * wave;
        overview.rates.deliver = last.overview.rates.deliver * (2 - wave);
        overview.rates.ack = last.overview.rates.ack * (2 - wave);
        client.setSnapshot(snapshot);
    }
}

std::string joined(const QStringList& texts) { return texts.join(u'\n').toStdString(); }

using Case = std::tuple<State, bool>;

class MainWindowScreenshot : public testing::TestWithParam<Case> {};

TEST_P(MainWindowScreenshot, ShowsEveryPageWholeAndReachable)
{
    const auto [state, isDark] = GetParam();
    QSettings().setValue(QStringLiteral("window/theme"),
                         isDark ? QStringLiteral("dark") : QStringLiteral("light"));
    FakeBrokerClient client;
    MainWindow window(client, false, nullptr);
    const int em = window.fontMetrics().height();
    window.resize(em * 92, em * 57);
    window.show();
    const Snapshot snapshot = snapshotOf(state);
    if (state != State::Empty) feedHistory(client, snapshot);
    client.setSnapshot(snapshot);
    if (state == State::Unreachable) client.setReachability(Reachability::Unreachable);

    for (int index = 0; index < window.pageCount(); ++index) {
        window.openPage(index);
        const QString page = QString::fromLatin1(window.page(index)->metaObject()->className())
                                 .section(QStringLiteral("::"), -1);
        const QImage picture = test::takeScreenshot(
            window, QStringLiteral("window-%1-%2-%3")
                        .arg(page, QString::fromStdString(nameOf(state)).toLower(),
                             isDark ? QStringLiteral("dark") : QStringLiteral("light")));

        EXPECT_TRUE(test::hasContent(picture)) << qPrintable(page);
        EXPECT_EQ(joined(test::clippedTexts(window)), "") << qPrintable(page);
        EXPECT_EQ(joined(test::unreachableByTab(window)), "") << qPrintable(page);
    }
}

std::string caseName(const testing::TestParamInfo<Case>& info)
{
    return nameOf(std::get<0>(info.param)) + (std::get<1>(info.param) ? "Dark" : "Light");
}

INSTANTIATE_TEST_SUITE_P(States, MainWindowScreenshot,
                         testing::Combine(testing::Values(State::Empty, State::Typical, State::Huge,
                                                          State::Alarmed, State::Unreachable),
                                          testing::Bool()),
                         caseName);

}  // namespace
}  // namespace warren::ui
