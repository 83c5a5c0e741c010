#include "tests/support/fake_broker_client.h"
#include "tests/ui/ui_support.h"
#include "ui/dialogs/close_confirmations.h"
#include "ui/main_window.h"
#include "ui/widgets/resource_table.h"

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

class MainWindowPages : public testing::TestWithParam<Case> {
protected:
    static void check(MainWindow& window, const Page* page, State state, bool isDark,
                      const QString& suffix)
    {
        const QString name =
            QString::fromLatin1(page->metaObject()->className()).section(QStringLiteral("::"), -1);
        const QImage picture = test::takeScreenshot(
            window, QStringLiteral("window-%1-%2%3-%4")
                        .arg(name, QString::fromStdString(nameOf(state)).toLower(), suffix,
                             isDark ? QStringLiteral("dark") : QStringLiteral("light")));
        EXPECT_TRUE(test::hasContent(picture)) << qPrintable(name);
        EXPECT_EQ(joined(test::clippedTexts(window)), "") << qPrintable(name);
        EXPECT_EQ(joined(test::unreachableByTab(window)), "") << qPrintable(name);
    }
};

TEST_P(MainWindowPages, ShowsEveryPageWholeAndReachable)
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
        check(window, window.page(index), state, isDark, QString());
        ResourceTable* table = nullptr;
        for (auto* each : window.page(index)->findChildren<ResourceTable*>()) {
            if (each->isVisible() && !table) table = each;
        }
        if (state != State::Typical || !table) continue;
        table->selectRow(1);
        check(window, window.page(index), state, isDark, QStringLiteral("-selected"));
    }
}

TEST(MainWindowScreenshot, FitsIntoItsSmallestSize)
{
    QSettings().clear();
    FakeBrokerClient client;
    MainWindow window(client, false, nullptr);
    window.resize(window.minimumSize());
    window.show();
    client.setSnapshot(test::alarmedSnapshot());
    for (int index = 0; index < window.pageCount(); ++index) {
        window.openPage(index);
        test::takeScreenshot(window, QStringLiteral("window-smallest-%1").arg(index));
        EXPECT_EQ(joined(test::clippedTexts(window)), "") << index;
        EXPECT_EQ(window.size(), window.minimumSize()) << index;
    }
}

TEST(MainWindowScreenshot, AsksInDialogsThatShowAllTheySay)
{
    QSettings().clear();
    FakeBrokerClient client;
    for (const bool hasTray : {false, true}) {
        MainWindow window(client, hasTray, nullptr);
        window.show();
        window.close();
        auto* dialog = window.findChild<CloseWindowDialog*>();
        ASSERT_NE(dialog, nullptr);
        test::takeScreenshot(*dialog, QStringLiteral("close-window-%1").arg(hasTray));
        EXPECT_EQ(joined(test::clippedTexts(*dialog)), "");
    }
    const Snapshot snapshot = test::typicalSnapshot();
    CloseConnectionsDialog connections(client, snapshot.connections, nullptr);
    CloseChannelsDialog channels(client, {snapshot.channels[4]}, nullptr);
    // They delete themselves when they are closed; these live on the stack.
    connections.setAttribute(Qt::WA_DeleteOnClose, false);
    channels.setAttribute(Qt::WA_DeleteOnClose, false);
    const std::initializer_list<std::pair<QWidget*, QString>> dialogs{
        {&connections, QStringLiteral("close-connections")},
        {&channels, QStringLiteral("close-channel")}};
    for (const auto& [dialog, name] : dialogs) {
        dialog->show();
        test::takeScreenshot(*dialog, name);
        EXPECT_EQ(joined(test::clippedTexts(*dialog)), "") << qPrintable(name);
    }
}

std::string caseName(const testing::TestParamInfo<Case>& info)
{
    return nameOf(std::get<0>(info.param)) + (std::get<1>(info.param) ? "Dark" : "Light");
}

INSTANTIATE_TEST_SUITE_P(States, MainWindowPages,
                         testing::Combine(testing::Values(State::Empty, State::Typical, State::Huge,
                                                          State::Alarmed, State::Unreachable),
                                          testing::Bool()),
                         caseName);

}  // namespace
}  // namespace warren::ui
