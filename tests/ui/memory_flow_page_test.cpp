#include "ui/pages/memory_flow_page.h"

#include "tests/ui/screenshot_case.h"
#include "ui/pages/connections_page.h"
#include "ui/pages/watermark_editor.h"
#include "ui/widgets/flow_chain.h"
#include "ui/widgets/gauge.h"
#include "ui/widgets/gauge_legend.h"
#include "ui/widgets/resource_table.h"

#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QSpinBox>
#include <QTabWidget>
#include <QTest>
#include <QWheelEvent>

#include <gtest/gtest.h>

namespace warren::ui {
namespace {

using management::CommandStatus;
using management::ConnectionState;
using management::FlowStage;
using management::SetDiskFreeLimit;
using management::SetMemoryWatermark;
using management::Snapshot;
using test::FakeBrokerClient;

constexpr std::uint64_t kMiB = 1024 * 1024;

class MemoryFlowPageTest : public testing::Test {
protected:
    MemoryFlowPageTest() : m_page(m_client)
    {
        m_page.resize(1200, 900);
        m_page.show();
        m_page.activateWindow();
        showSnapshot(test::typicalSnapshot());
    }

    void showSnapshot(const Snapshot& snapshot)
    {
        m_client.setSnapshot(snapshot);
        m_page.showSnapshot(m_client.snapshot());
        test::settle();
    }

    template <typename Child>
    Child* child(const char* name)
    {
        return m_page.findChild<Child*>(QString::fromLatin1(name));
    }

    QString textOf(const char* name) { return child<QLabel>(name)->text(); }

    /// Waits until the slider has rested and the broker was asked.
    void waitForCommand(qsizetype count = 1)
    {
        EXPECT_TRUE(QTest::qWaitFor([&] { return m_client.commands().size() >= count; }));
        test::settle();
    }

    test::ThemeScope m_theme{false};
    FakeBrokerClient m_client;
    MemoryFlowPage m_page;
};

TEST_F(MemoryFlowPageTest, SaysWhatFillsTheMemoryAndWhereTheWatermarkIs)
{
    EXPECT_EQ(textOf("memoryText"), QStringLiteral("1.21\u00a0GiB of 3.13\u00a0GiB (39 %)"));
    const auto* parts = child<GaugeLegend>("memoryParts");
    EXPECT_EQ(parts->amount(0), QStringLiteral("588\u00a0MiB (47 %)"));
    EXPECT_EQ(parts->amount(3), QStringLiteral("31\u00a0MiB (3 %)"));
    EXPECT_EQ(parts->amount(5), QStringLiteral("64\u00a0MiB (5 %)"));
    const QString described = child<Gauge>("memoryGauge")->accessibleDescription();
    EXPECT_TRUE(described.contains(QStringLiteral("Sessions: 31\u00a0MiB")))
        << qPrintable(described);
    EXPECT_TRUE(described.contains(QStringLiteral("watermark 3.13\u00a0GiB")));

    showSnapshot(test::alarmedSnapshot());
    EXPECT_TRUE(textOf("memoryText").contains(QStringLiteral("publishers are blocked")));
    EXPECT_TRUE(textOf("diskText").contains(QStringLiteral("publishers are blocked")));
}

TEST_F(MemoryFlowPageTest, SendsTheWatermarkOnceWhenTheSliderRests)
{
    auto* slider = child<QSlider>("watermark");
    EXPECT_EQ(slider->value(), 40);
    slider->setFocus();
    for (int step = 0; step < 5; ++step) {
        QTest::keyClick(slider, Qt::Key_Right);
    }
    EXPECT_TRUE(m_client.commands().isEmpty());
    EXPECT_EQ(child<QSpinBox>("watermarkPercent")->value(), 45);
    EXPECT_EQ(textOf("watermarkAmount"), QStringLiteral("45 % of 7.81\u00a0GiB = 3.52\u00a0GiB"));
    EXPECT_TRUE(textOf("memoryText").contains(QStringLiteral("of 3.52\u00a0GiB")));
    waitForCommand();

    ASSERT_EQ(m_client.commands().size(), 1);
    const auto* sent = m_client.lastCommand<SetMemoryWatermark>();
    ASSERT_NE(sent, nullptr);
    EXPECT_DOUBLE_EQ(sent->relative.value_or(0), 0.45);
    EXPECT_FALSE(sent->absoluteBytes.has_value());
    EXPECT_FALSE(sent->pagingRatio.has_value());
}

TEST_F(MemoryFlowPageTest, SaysAtOnceThatAWatermarkWouldBlock)
{
    child<QSpinBox>("watermarkPercent")->setValue(10);
    EXPECT_EQ(textOf("watermarkEffect"),
              QStringLiteral("Below the 1.21\u00a0GiB in use: publishers are blocked."));
    child<QSpinBox>("watermarkPercent")->setValue(20);
    EXPECT_TRUE(textOf("watermarkEffect").contains(QStringLiteral("360\u00a0MiB are left")))
        << qPrintable(textOf("watermarkEffect"));
}

TEST_F(MemoryFlowPageTest, KeepsTheSliderWhereItWasPutUntilTheBrokerHasIt)
{
    m_client.holdAnswers();
    child<QSlider>("watermark")->setValue(60);
    showSnapshot(test::typicalSnapshot());
    EXPECT_EQ(child<QSlider>("watermark")->value(), 60);
    waitForCommand();
    showSnapshot(test::typicalSnapshot());
    EXPECT_EQ(child<QSlider>("watermark")->value(), 60);
    m_client.releaseAnswers();
    test::settle();
    EXPECT_EQ(child<QSlider>("watermark")->value(), 60);

    Snapshot later = test::typicalSnapshot();
    later.overview.memory.watermarkRatio = 0.6;
    later.overview.memory.watermarkBytes = 4800 * kMiB;
    showSnapshot(later);
    EXPECT_EQ(child<QSlider>("watermark")->value(), 60);
    // Somebody else's change is followed again.
    showSnapshot(test::typicalSnapshot());
    EXPECT_EQ(child<QSlider>("watermark")->value(), 40);
}

TEST_F(MemoryFlowPageTest, SaysWhyAWatermarkWasRefusedAndGoesBack)
{
    const QSignalSpy notices(&m_page, &Page::noticeRaised);
    m_client.refuseNext(CommandStatus::Invalid, QStringLiteral("too high"));
    child<QSlider>("watermark")->setValue(99);
    waitForCommand();
    ASSERT_EQ(notices.size(), 1);
    EXPECT_EQ(notices.at(0).at(0).value<NoticeKind>(), NoticeKind::Error);
    EXPECT_TRUE(notices.at(0).at(1).toString().contains(QStringLiteral("too high")));
    EXPECT_EQ(child<QSlider>("watermark")->value(), 40);
    EXPECT_TRUE(textOf("memoryText").contains(QStringLiteral("of 3.13\u00a0GiB")));
}

TEST_F(MemoryFlowPageTest, KeepsAWatermarkInBytesWhenOnlyThePagingRatioChanges)
{
    Snapshot snapshot = test::typicalSnapshot();
    snapshot.overview.memory.watermarkRatio.reset();
    snapshot.overview.memory.watermarkBytes = 1234 * kMiB + 5;
    showSnapshot(snapshot);
    EXPECT_TRUE(textOf("watermarkAmount").contains(QStringLiteral("set in bytes")));
    child<QSpinBox>("pagingPercent")->setValue(75);
    waitForCommand();
    const auto* sent = m_client.lastCommand<SetMemoryWatermark>();
    ASSERT_NE(sent, nullptr);
    EXPECT_EQ(sent->absoluteBytes, 1234 * kMiB + 5);
    EXPECT_FALSE(sent->relative.has_value());
    EXPECT_DOUBLE_EQ(sent->pagingRatio.value_or(0), 0.75);
}

TEST_F(MemoryFlowPageTest, IsNotMovedByAWheelThatPassesOver)
{
    auto* slider = child<QSlider>("watermark");
    child<QLineEdit>("diskLimit")->setFocus();
    const QPointF at(slider->rect().center());
    QWheelEvent wheel(at, slider->mapToGlobal(at), {}, {0, 120}, Qt::NoButton, Qt::NoModifier,
                      Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(slider, &wheel);
    EXPECT_EQ(slider->value(), 40);
}

TEST_F(MemoryFlowPageTest, OffersNoLimitWhileTheBrokerCannotBeReached)
{
    child<QSlider>("watermark")->setValue(70);
    m_page.setActionsEnabled(false);
    EXPECT_FALSE(child<QSlider>("watermark")->isEnabled());
    EXPECT_TRUE(textOf("memoryText").contains(QStringLiteral("of 3.13\u00a0GiB")));
    EXPECT_EQ(child<QSlider>("watermark")->value(), 40);
    auto* field = child<QLineEdit>("diskLimit");
    field->selectAll();
    QTest::keyClicks(field, QStringLiteral("2 GiB"));
    QTest::keyClick(field, Qt::Key_Return);
    EXPECT_FALSE(child<QPushButton>("setDiskLimit")->isEnabled());
    QTest::qWait(static_cast<int>(WatermarkEditor::kRest.count()) + 50);
    EXPECT_TRUE(m_client.commands().isEmpty());
}

TEST_F(MemoryFlowPageTest, SetsTheDiskLimitByAmountAndByTimesTheMemory)
{
    auto* field = child<QLineEdit>("diskLimit");
    EXPECT_EQ(field->text(), QStringLiteral("50 MiB"));
    EXPECT_FALSE(child<QPushButton>("setDiskLimit")->isEnabled());
    field->selectAll();
    QTest::keyClicks(field, QStringLiteral("2 GiB"));
    showSnapshot(test::typicalSnapshot());
    EXPECT_EQ(field->text(), QStringLiteral("2 GiB"));
    EXPECT_TRUE(textOf("diskLimitEffect").contains(QStringLiteral("may still be written")));
    QTest::mouseClick(child<QPushButton>("setDiskLimit"), Qt::LeftButton);
    test::settle();
    const auto* sent = m_client.lastCommand<SetDiskFreeLimit>();
    ASSERT_NE(sent, nullptr);
    EXPECT_EQ(sent->absoluteBytes, 2048 * kMiB);

    field->selectAll();
    QTest::keyClicks(field, QStringLiteral("100x"));
    EXPECT_TRUE(textOf("diskLimitEffect").contains(QStringLiteral("publishers are blocked")));
    QTest::keyClick(field, Qt::Key_Return);
    test::settle();
    sent = m_client.lastCommand<SetDiskFreeLimit>();
    ASSERT_NE(sent, nullptr);
    EXPECT_DOUBLE_EQ(sent->relativeToMemory.value_or(0), 100);
    EXPECT_FALSE(sent->absoluteBytes.has_value());
}

TEST_F(MemoryFlowPageTest, SendsNoDiskLimitThatIsNoAmount)
{
    auto* field = child<QLineEdit>("diskLimit");
    for (const char* wrong :
         {"", "much", "-1", "1e99", "5 parsecs", "99999999999999 TiB", "nanx"}) {
        field->selectAll();
        QTest::keyClick(field, Qt::Key_Delete);
        QTest::keyClicks(field, QString::fromLatin1(wrong));
        QTest::keyClick(field, Qt::Key_Return);
        EXPECT_TRUE(textOf("diskLimitEffect").contains(QStringLiteral("Type an amount"))) << wrong;
        EXPECT_FALSE(child<QPushButton>("setDiskLimit")->isEnabled()) << wrong;
    }
    EXPECT_TRUE(m_client.commands().isEmpty());
}

TEST_F(MemoryFlowPageTest, SaysWhyADiskLimitWasRefusedAndKeepsWhatWasTyped)
{
    const QSignalSpy notices(&m_page, &Page::noticeRaised);
    m_client.refuseNext(CommandStatus::Unreachable, QStringLiteral("the broker has stopped"));
    auto* field = child<QLineEdit>("diskLimit");
    field->selectAll();
    QTest::keyClicks(field, QStringLiteral("7 GB"));
    QTest::keyClick(field, Qt::Key_Return);
    test::settle();
    ASSERT_EQ(notices.size(), 1);
    EXPECT_TRUE(notices.at(0).at(1).toString().contains(QStringLiteral("has stopped")));
    EXPECT_EQ(field->text(), QStringLiteral("7 GB"));
    EXPECT_TRUE(child<QPushButton>("setDiskLimit")->isEnabled());
}

TEST_F(MemoryFlowPageTest, MarksTheBottleneckOfTheChain)
{
    const auto* chain = child<FlowChain>("flowChain");
    const auto nameOf = [&](int stage) {
        return chain->findChild<QWidget*>(QStringLiteral("stage%1").arg(stage))->accessibleName();
    };
    EXPECT_EQ(nameOf(3), QStringLiteral("Store: ▲ bottleneck holds 1"));
    EXPECT_EQ(nameOf(0), QStringLiteral("Publisher: flows"));
    EXPECT_EQ(textOf("bottleneck"),
              QStringLiteral("Bottleneck: the store. 1 connection waits for the disk."));
    EXPECT_EQ(chain->stages().at(3).amount, QStringLiteral("24\u00a0MiB of 64\u00a0MiB"));

    showSnapshot(test::alarmedSnapshot());
    EXPECT_EQ(nameOf(0), QStringLiteral("Publisher: ▲ bottleneck 6 blocked"));
    EXPECT_EQ(nameOf(3), QStringLiteral("Store: flows"));

    showSnapshot(test::emptySnapshot());
    for (int stage = 0; stage < 4; ++stage) {
        EXPECT_FALSE(nameOf(stage).contains(QStringLiteral("bottleneck"))) << stage;
    }
    EXPECT_TRUE(textOf("bottleneck").startsWith(QStringLiteral("Nobody is held back")));
}

TEST_F(MemoryFlowPageTest, ListsWhoIsHeldBackSinceWhenAndWhy)
{
    const auto* table = m_page.findChild<ResourceTable*>();
    ASSERT_EQ(table->model()->rowCount(), 1);
    EXPECT_EQ(table->model()->index(0, 0).data().toString(),
              m_client.snapshot()->connections.at(3).name);
    EXPECT_EQ(table->model()->index(0, 2).data().toString(), QStringLiteral("flow"));
    EXPECT_EQ(table->model()->index(0, 4).data().toString(),
              QStringLiteral("Store: its messages wait for the disk"));

    showSnapshot(test::alarmedSnapshot());
    EXPECT_EQ(table->model()->rowCount(), 6);
    EXPECT_EQ(table->model()->index(0, 4).data().toString(),
              QStringLiteral("Blocked: low on disk & memory"));
    Snapshot overviewOnly = test::typicalSnapshot();
    overviewOnly.topics = management::TopicOverview;
    overviewOnly.connections.clear();
    showSnapshot(overviewOnly);
    EXPECT_EQ(table->model()->rowCount(), 6);
}

class MemoryFlowScreenshot : public test::ScreenshotCase {};

INSTANTIATE_TEST_SUITE_P(Themes, MemoryFlowScreenshot, testing::Bool(), test::themeName);

TEST_P(MemoryFlowScreenshot, Page)
{
    MemoryFlowPage page(m_client);
    showPage(page, test::emptySnapshot());
    shoot(page, QStringLiteral("memory-flow-empty"));
    showPage(page, test::typicalSnapshot());
    page.findChild<QSlider*>()->setFocus();
    shoot(page, QStringLiteral("memory-flow-typical"));
    page.findChild<QSpinBox*>(QStringLiteral("watermarkPercent"))->setValue(12);
    shoot(page, QStringLiteral("memory-flow-moved"));
    showPage(page, test::alarmedSnapshot());
    page.setActionsEnabled(false);
    shoot(page, QStringLiteral("memory-flow-alarmed-unreachable"));
}

TEST_P(MemoryFlowScreenshot, FlowOfAConnection)
{
    ConnectionsPage page(m_client);
    showPage(page, test::typicalSnapshot());
    page.selectConnection(m_client.snapshot()->connections.at(3).name);
    shoot(page, QStringLiteral("connection-flow-store"));
    Snapshot alarmed = test::alarmedSnapshot();
    showPage(page, alarmed);
    shoot(page, QStringLiteral("connection-flow-blocked"));
}

}  // namespace
}  // namespace warren::ui
