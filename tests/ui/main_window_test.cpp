#include "ui/main_window.h"

#include "tests/support/fake_broker_client.h"
#include "tests/ui/ui_support.h"
#include "ui/pages/queue_detail_page.h"
#include "ui/theme.h"
#include "ui/widgets/navigation_list.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/rate_plot.h"
#include "ui/widgets/resource_table.h"

#include <QAbstractButton>
#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

#include <gtest/gtest.h>

#include <memory>

namespace warren::ui {
namespace {

using management::Reachability;
using management::Snapshot;
using test::FakeBrokerClient;

/// Pages in the order of the list.
enum PageIndex {
    kOverview,
    kQueues,
    kExchanges,
    kConnections,
    kChannels,
    kMemoryFlow,
    kCluster,
    kPolicies,
    kUsers,
    kVhosts,
    kLog
};

class MainWindowTest : public testing::Test {
protected:
    MainWindowTest() { QSettings().clear(); }

    void open(bool hasTray = false)
    {
        m_window = std::make_unique<MainWindow>(m_client, hasTray, nullptr);
        m_window->show();
        m_client.setSnapshot(test::typicalSnapshot());
        m_window->activateWindow();
        test::settle();
    }

    template <typename Child>
    Child* child(const char* name)
    {
        return m_window->findChild<Child*>(QString::fromLatin1(name));
    }

    NoticeBar* notice(const char* name) { return child<NoticeBar>(name); }

    FakeBrokerClient m_client;
    std::unique_ptr<MainWindow> m_window;
};

TEST_F(MainWindowTest, WatchesTheTotalsAndTheTopicsOfTheVisiblePage)
{
    open();
    EXPECT_EQ(m_client.scope().topics, management::TopicOverview);
    EXPECT_EQ(m_client.interval(), MainWindow::kWatchInterval);
    m_window->openPage(kConnections);
    EXPECT_EQ(m_client.scope().topics, management::TopicOverview | management::TopicConnections);
    m_window->openPage(kLog);
    EXPECT_EQ(m_client.scope().topics, management::TopicOverview | management::TopicLog);
}

TEST_F(MainWindowTest, WatchesOnlyTheTotalsWhileItCannotBeSeen)
{
    open();
    m_window->openPage(kConnections);
    m_window->hide();
    EXPECT_EQ(m_client.scope().topics, management::TopicOverview);
    m_window->show();
    EXPECT_EQ(m_client.scope().topics, management::TopicOverview | management::TopicConnections);
    m_window->showMinimized();
    EXPECT_EQ(m_client.scope().topics, management::TopicOverview);
}

TEST_F(MainWindowTest, MarksTheRangeThatThePlotsShow)
{
    open();
    for (const char* plotName : {"messagesPlot", "ratesPlot"}) {
        auto* plot = m_window->findChild<RatePlot*>(QString::fromLatin1(plotName));
        ASSERT_NE(plot, nullptr) << plotName;
        for (const PlotRange range :
             {plot->range(), PlotRange::OneHour, PlotRange::TenMinutes, PlotRange::OneMinute}) {
            auto* button = m_window->page(kOverview)->findChild<QAbstractButton*>(
                QStringLiteral("range%1").arg(secondsOf(range)));
            ASSERT_NE(button, nullptr);
            if (range != plot->range()) button->click();
            EXPECT_EQ(plot->range(), range);
            EXPECT_TRUE(button->isChecked());
        }
    }
}

TEST_F(MainWindowTest, OpensPagesByTheirNumber)
{
    open();
    QTest::keyClick(m_window.get(), Qt::Key_4, Qt::ControlModifier);
    EXPECT_EQ(child<NavigationList>("navigation")->currentRow(), kConnections);
    EXPECT_TRUE(m_window->page(kConnections)->isVisible());
    QTest::keyClick(m_window.get(), Qt::Key_1, Qt::ControlModifier);
    EXPECT_TRUE(m_window->page(kOverview)->isVisible());
    QTest::keyClick(m_window.get(), Qt::Key_0, Qt::ControlModifier);
    EXPECT_TRUE(m_window->page(kVhosts)->isVisible());
}

TEST_F(MainWindowTest, MovesTheFocusToTheFilter)
{
    open();
    m_window->openPage(kConnections);
    QTest::keyClick(m_window.get(), Qt::Key_F, Qt::ControlModifier);
    const auto* filter =
        m_window->page(kConnections)->findChild<QLineEdit*>(QStringLiteral("filter"));
    EXPECT_TRUE(filter->hasFocus());
}

TEST_F(MainWindowTest, StandsStillWhilePausedAndCatchesUpAfterwards)
{
    open();
    m_window->openPage(kConnections);
    auto* table = m_window->page(kConnections)->findChild<ResourceTable*>();
    table->setFocus();
    QTest::keyClick(table, Qt::Key_Space);
    EXPECT_TRUE(m_window->isPaused());
    EXPECT_EQ(child<QToolButton>("pauseButton")->text(), QStringLiteral("Paused"));

    Snapshot later = test::typicalSnapshot();
    later.connections.clear();
    m_client.setSnapshot(later);
    EXPECT_EQ(table->model()->rowCount(), 6);
    QTest::keyClick(table, Qt::Key_Space);
    EXPECT_FALSE(m_window->isPaused());
    EXPECT_EQ(table->model()->rowCount(), 0);
}

TEST_F(MainWindowTest, FillsAPageOnceThatIsOpenedWhilePaused)
{
    open();
    QTest::keyClick(m_window.get(), Qt::Key_Space);
    ASSERT_TRUE(m_window->isPaused());
    m_window->openPage(kConnections);
    auto* table = m_window->page(kConnections)->findChild<ResourceTable*>();
    EXPECT_EQ(table->model()->rowCount(), 6);
    Snapshot later = test::typicalSnapshot();
    later.connections.clear();
    m_client.setSnapshot(later);
    EXPECT_EQ(table->model()->rowCount(), 6);
}

TEST_F(MainWindowTest, SpaceStillPressesTheFocusedButton)
{
    open();
    auto* copy = child<QPushButton>("copyConnectionString");
    copy->setFocus();
    QTest::keyClick(copy, Qt::Key_Space);
    EXPECT_FALSE(m_window->isPaused());
    EXPECT_EQ(QGuiApplication::clipboard()->text(),
              QStringLiteral("amqp://guest:guest@127.0.0.1:5672/"));
}

TEST_F(MainWindowTest, SaysThatTheBrokerCannotBeReachedAndOffersNoCommand)
{
    open();
    m_window->openPage(kConnections);
    auto* table = m_window->page(kConnections)->findChild<ResourceTable*>();
    table->selectRow(0);
    auto* close = m_window->page(kConnections)->findChild<QAction*>(QStringLiteral("close"));
    ASSERT_TRUE(close->isEnabled());

    m_client.setReachability(Reachability::Unreachable);
    EXPECT_TRUE(notice("unreachable")->isVisible());
    EXPECT_FALSE(close->isEnabled());
    m_client.setReachability(Reachability::Reachable);
    EXPECT_FALSE(notice("unreachable")->isVisible());
    EXPECT_TRUE(close->isEnabled());
}

TEST_F(MainWindowTest, ShowsAlarmsOnEveryPageUntilTheyAreOver)
{
    open();
    m_window->openPage(kLog);
    m_client.setSnapshot(test::alarmedSnapshot());
    EXPECT_TRUE(notice("storageAlarm")->isVisible());
    EXPECT_TRUE(notice("resourceAlarm")->text().contains(QStringLiteral("Memory is short")));
    EXPECT_TRUE(notice("resourceAlarm")->text().contains(QStringLiteral("Disk space is short")));
    m_client.setSnapshot(test::typicalSnapshot());
    EXPECT_FALSE(notice("storageAlarm")->isVisible());
    EXPECT_FALSE(notice("resourceAlarm")->isVisible());
}

TEST_F(MainWindowTest, NamesWhoIsBlockedAndSinceWhen)
{
    open();
    Snapshot alarmed = test::alarmedSnapshot();
    m_client.setSnapshot(alarmed);
    const QString text = notice("resourceAlarm")->text();
    for (int shown = 0; shown < 3; ++shown) {
        EXPECT_TRUE(text.contains(alarmed.overview.blockedConnections.at(shown))) << shown;
    }
    EXPECT_FALSE(text.contains(alarmed.overview.blockedConnections.at(3)));
    EXPECT_TRUE(text.contains(QStringLiteral("and 3 more"))) << qPrintable(text);
    EXPECT_TRUE(text.contains(QStringLiteral("4 min 5 s"))) << qPrintable(text);

    alarmed.overview.blockedCount = 0;
    alarmed.overview.blockedConnections.clear();
    m_client.setSnapshot(alarmed);
    EXPECT_TRUE(notice("resourceAlarm")->text().contains(QStringLiteral("Nobody is blocked yet")));
}

TEST_F(MainWindowTest, LeadsFromTheAlarmToTheBlockedConnection)
{
    open();
    m_window->openPage(kLog);
    const Snapshot alarmed = test::alarmedSnapshot();
    m_client.setSnapshot(alarmed);
    auto* action = notice("resourceAlarm")->findChild<QPushButton*>();
    ASSERT_TRUE(action->isVisible());
    action->setFocus();
    QTest::keyClick(action, Qt::Key_Space);
    ASSERT_TRUE(m_window->page(kMemoryFlow)->isVisible());
    EXPECT_EQ(m_client.scope().topics, management::TopicOverview | management::TopicConnections);

    auto* held = m_window->page(kMemoryFlow)->findChild<ResourceTable*>();
    ASSERT_EQ(held->model()->rowCount(), 6);
    held->selectRow(4);
    QTest::keyClick(held, Qt::Key_Return);
    ASSERT_TRUE(m_window->page(kConnections)->isVisible());
    const auto* table = m_window->page(kConnections)->findChild<ResourceTable*>();
    EXPECT_EQ(table->currentIndex().data().toString(), alarmed.connections.at(4).name);
}

TEST_F(MainWindowTest, ShowsWhatAPageHasToSay)
{
    open();
    emit m_window->page(kQueues)->noticeRaised(NoticeKind::Error, QStringLiteral("no such queue"));
    EXPECT_EQ(notice("notice")->text(), QStringLiteral("no such queue"));
    EXPECT_TRUE(notice("notice")->isVisible());
    QTest::mouseClick(notice("notice")->findChild<QToolButton*>(), Qt::LeftButton);
    EXPECT_FALSE(notice("notice")->isVisible());
}

TEST_F(MainWindowTest, OpensOneQueueAndComesBackToTheList)
{
    open();
    emit m_window->page(kExchanges)->openQueue({QStringLiteral("/"), QStringLiteral("orders")});
    const auto* detail = m_window->findChild<QueueDetailPage*>();
    EXPECT_TRUE(detail->isVisible());
    EXPECT_EQ(detail->queue().name, QStringLiteral("orders"));
    ASSERT_TRUE(m_client.scope().queue.has_value());
    EXPECT_EQ(child<NavigationList>("navigation")->currentRow(), kQueues);

    QTest::keyClick(m_window.get(), Qt::Key_Escape);
    EXPECT_FALSE(detail->isVisible());
    EXPECT_TRUE(m_window->page(kQueues)->isVisible());
    EXPECT_TRUE(m_client.scope().topics & management::TopicQueues);
}

TEST_F(MainWindowTest, AsksOnceWhetherTheBrokerGoesOnInTheTray)
{
    open(true);
    const QSignalSpy quits(m_window.get(), &MainWindow::quitRequested);
    m_window->close();
    auto* dialog = m_window->findChild<CloseWindowDialog*>();
    ASSERT_NE(dialog, nullptr);
    EXPECT_TRUE(m_window->isVisible());
    QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("keep")), Qt::LeftButton);
    test::settle();
    EXPECT_FALSE(m_window->isVisible());
    EXPECT_EQ(quits.size(), 0);

    m_window->show();
    m_window->close();
    test::settle();
    EXPECT_EQ(m_window->findChild<CloseWindowDialog*>(), nullptr);
    EXPECT_FALSE(m_window->isVisible());
}

TEST_F(MainWindowTest, StaysOpenWhenTheQuestionIsNotAnswered)
{
    open(true);
    m_window->close();
    QTest::keyClick(m_window->findChild<CloseWindowDialog*>(), Qt::Key_Escape);
    test::settle();
    EXPECT_TRUE(m_window->isVisible());
    m_window->close();
    EXPECT_NE(m_window->findChild<CloseWindowDialog*>(), nullptr);
}

TEST_F(MainWindowTest, AsksBeforeItQuitsWithoutATray)
{
    open(false);
    const QSignalSpy quits(m_window.get(), &MainWindow::quitRequested);
    m_window->close();
    auto* dialog = m_window->findChild<CloseWindowDialog*>();
    ASSERT_NE(dialog, nullptr);
    EXPECT_EQ(dialog->findChild<QPushButton*>(QStringLiteral("keep")), nullptr);
    QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("quit")), Qt::LeftButton);
    EXPECT_EQ(quits.size(), 1);
    // Without a tray it asks every time: there is no other way to go on.
    EXPECT_EQ(savedCloseChoice(), CloseChoice::Ask);
}

TEST_F(MainWindowTest, KeepsTheChosenTheme)
{
    QSettings().setValue(QStringLiteral("window/theme"), QStringLiteral("dark"));
    open();
    EXPECT_TRUE(theme::isDark(m_window->palette()));
    QSettings().setValue(QStringLiteral("window/theme"), QStringLiteral("light"));
    open();
    EXPECT_FALSE(theme::isDark(m_window->palette()));
}

}  // namespace
}  // namespace warren::ui
