#include "ui/pages/log_page.h"

#include "tests/support/fake_broker_client.h"
#include "tests/ui/ui_support.h"
#include "ui/widgets/resource_table.h"

#include <QAction>
#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QLineEdit>
#include <QScrollBar>
#include <QTest>

#include <gtest/gtest.h>

namespace warren::ui {
namespace {

using test::FakeBrokerClient;

class LogPageTest : public testing::Test {
protected:
    LogPageTest()
    {
        m_page.resize(900, 500);
        m_page.show();
    }

    void showSnapshot(const management::Snapshot& snapshot)
    {
        m_client.setSnapshot(snapshot);
        m_page.showSnapshot(m_client.snapshot());
        test::settle();
    }

    ResourceTable& table() { return *m_page.findChild<ResourceTable*>(); }
    QScrollBar& bar() { return *table().verticalScrollBar(); }
    QAction& follow() { return *m_page.findChild<QAction*>(QStringLiteral("follow")); }
    int shownRows() { return table().model()->rowCount(); }

    test::ThemeScope m_theme{false};
    FakeBrokerClient m_client;
    LogPage m_page;
};

TEST_F(LogPageTest, FollowsTheNewestLine)
{
    showSnapshot(test::hugeSnapshot(0, 0));
    EXPECT_EQ(bar().value(), bar().maximum());
    showSnapshot(test::hugeSnapshot(0, 40));
    EXPECT_EQ(bar().value(), bar().maximum());
    EXPECT_GT(bar().maximum(), 0);
}

TEST_F(LogPageTest, LetsGoOfTheTailWhenOneScrollsUpAndTakesItAgainAtTheEnd)
{
    showSnapshot(test::hugeSnapshot(0, 0));
    bar().setValue(10);
    EXPECT_FALSE(follow().isChecked());
    showSnapshot(test::hugeSnapshot(0, 1));
    EXPECT_LT(bar().value(), bar().maximum());

    bar().setValue(bar().maximum());
    EXPECT_TRUE(follow().isChecked());
}

TEST_F(LogPageTest, ShowsTheChosenLevelAndAbove)
{
    showSnapshot(test::typicalSnapshot());
    EXPECT_EQ(shownRows(), 7);
    auto* level = m_page.findChild<QComboBox*>(QStringLiteral("level"));
    level->setCurrentIndex(1);
    EXPECT_EQ(shownRows(), 6);
    level->setCurrentIndex(2);
    EXPECT_EQ(shownRows(), 2);
    level->setCurrentIndex(3);
    EXPECT_EQ(shownRows(), 1);
    level->setCurrentIndex(0);
    EXPECT_EQ(shownRows(), 7);
}

TEST_F(LogPageTest, FiltersTheTextWithinTheLevel)
{
    showSnapshot(test::typicalSnapshot());
    m_page.findChild<QComboBox*>(QStringLiteral("level"))->setCurrentIndex(1);
    ASSERT_TRUE(m_page.focusFilter());
    QTest::keyClicks(m_page.findChild<QLineEdit*>(QStringLiteral("filter")),
                     QStringLiteral("accepted"));
    EXPECT_EQ(shownRows(), 2);
}

TEST_F(LogPageTest, CopiesTheSelectedLines)
{
    showSnapshot(test::typicalSnapshot());
    table().selectRow(4);
    m_page.findChild<QAction*>(QStringLiteral("copy"))->trigger();
    const QString copied = QGuiApplication::clipboard()->text();
    EXPECT_TRUE(copied.contains(QStringLiteral("[warning] closing channel: NOT_FOUND")))
        << qPrintable(copied);
    EXPECT_FALSE(copied.contains(u'\n'));
}

}  // namespace
}  // namespace warren::ui
