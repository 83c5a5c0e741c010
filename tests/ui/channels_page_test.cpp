#include "ui/pages/channels_page.h"

#include "tests/support/fake_broker_client.h"
#include "tests/ui/ui_support.h"
#include "ui/dialogs/close_confirmations.h"
#include "ui/models/channel_model.h"
#include "ui/models/closed_channel_model.h"
#include "ui/models/row_filter.h"
#include "ui/pages/client_panel.h"
#include "ui/widgets/fact_list.h"
#include "ui/widgets/list_panel.h"
#include "ui/widgets/resource_table.h"

#include <QAbstractItemModelTester>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTabWidget>
#include <QTest>

#include <gtest/gtest.h>

namespace warren::ui {
namespace {

using management::CloseChannel;
using test::FakeBrokerClient;

class ChannelsPageTest : public testing::Test {
protected:
    ChannelsPageTest() : m_page(m_client)
    {
        m_page.resize(1200, 800);
        m_page.show();
        m_client.setSnapshot(test::typicalSnapshot());
        m_page.showSnapshot(m_client.snapshot());
        test::settle();
    }

    ResourceTable& table() { return *m_page.findChild<ClientPanel*>()->list()->table(); }

    QString shown(int row, ChannelColumn column)
    {
        return table().model()->index(row, static_cast<int>(column)).data().toString();
    }

    test::ThemeScope m_theme{false};
    FakeBrokerClient m_client;
    ChannelsPage m_page;
};

TEST_F(ChannelsPageTest, ClosesTheSelectedChannelWithItsReason)
{
    table().selectRow(1);
    QTest::keyClick(&table(), Qt::Key_Delete);
    auto* dialog = m_page.findChild<CloseChannelsDialog*>();
    ASSERT_NE(dialog, nullptr);
    // Channel 1 holds 20 messages: the dialog says what becomes of them.
    EXPECT_TRUE(dialog->findChild<QLabel*>(QStringLiteral("reassurance"))
                    ->text()
                    .contains(QStringLiteral("20 unacknowledged")));
    QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("accept")), Qt::LeftButton);
    test::settle();

    const auto* sent = m_client.lastCommand<CloseChannel>();
    ASSERT_NE(sent, nullptr);
    EXPECT_EQ(sent->connection, m_client.snapshot()->channels.at(1).connection);
    EXPECT_EQ(sent->number, 1);
    EXPECT_FALSE(sent->reason.isEmpty());
}

TEST_F(ChannelsPageTest, SaysThatAnOpenTransactionIsLost)
{
    table().selectRow(4);
    QTest::keyClick(&table(), Qt::Key_Delete);
    auto* dialog = m_page.findChild<CloseChannelsDialog*>();
    ASSERT_NE(dialog, nullptr);
    EXPECT_TRUE(dialog->findChild<QLabel*>(QStringLiteral("losses"))
                    ->text()
                    .contains(QStringLiteral("5 messages of transactions")));
}

TEST_F(ChannelsPageTest, SortsFiguresByTheirValue)
{
    table().sortByColumn(static_cast<int>(ChannelColumn::Unacked), Qt::DescendingOrder);
    EXPECT_EQ(shown(0, ChannelColumn::Unacked), QStringLiteral("20"));
    EXPECT_EQ(shown(5, ChannelColumn::Unacked), QStringLiteral("0"));
}

TEST_F(ChannelsPageTest, ShowsTheLimitsOfTheSelectedChannel)
{
    table().selectRow(1);
    const auto* holds = m_page.findChild<FactList*>(QStringLiteral("holds"));
    EXPECT_EQ(holds->value(1), QStringLiteral("20"));
    EXPECT_EQ(holds->value(2), QStringLiteral("unlimited"));
}

TEST_F(ChannelsPageTest, SaysWhatACloseMeansAndWhatToDo)
{
    auto* tabs = m_page.findChild<QTabWidget*>(QStringLiteral("channelTabs"));
    EXPECT_EQ(m_page.wanted().topics, management::TopicChannels);
    tabs->setCurrentIndex(1);
    EXPECT_EQ(m_page.wanted().topics, management::TopicClosedChannels);
    m_page.showSnapshot(m_client.snapshot());
    auto* closes = m_page.findChild<QWidget*>(QStringLiteral("closes"));
    auto* list = closes->findChild<ResourceTable*>();
    ASSERT_EQ(list->model()->rowCount(), 5);
    list->selectRow(4);
    EXPECT_TRUE(m_page.findChild<QLabel*>(QStringLiteral("closeText"))
                    ->text()
                    .contains(QStringLiteral("'ordrs'")))
        << "the newest come first";
    EXPECT_TRUE(m_page.findChild<QLabel*>(QStringLiteral("closeExplanation"))
                    ->text()
                    .contains(QStringLiteral("does not exist")));
    test::settle();
    EXPECT_GE(list->viewport()->height(), 5 * list->rowHeight(0)) << "the list stays in sight";
}

TEST(CloseExplanations, AreThereForEveryCodeAndAreNotFooledByNames)
{
    for (std::uint16_t code = 0; code < 600; ++code) {
        EXPECT_FALSE(closeExplanation(code, {}).isEmpty()) << code;
    }
    const QString tag = closeExplanation(406, QStringLiteral("unknown delivery tag 7"));
    EXPECT_NE(tag, closeExplanation(406, {}));
    EXPECT_NE(closeExplanation(404, QStringLiteral("no queue 'unknown delivery tag' in vhost '/'")),
              tag);
}

TEST(ClosedChannelModel, SearchesByCodeAndKeepsItsRows)
{
    ClosedChannelModel model;
    RowFilter filter(model);
    const QAbstractItemModelTester tester(&model,
                                          QAbstractItemModelTester::FailureReportingMode::Fatal);
    QList<management::ClosedChannelRow> rows = test::manyCloses();
    model.show(rows.first(60));
    model.show(rows.sliced(20));
    EXPECT_EQ(model.rowCount(), 80);
    filter.setText(QStringLiteral("505"));
    EXPECT_EQ(filter.rowCount(), 16);
}

}  // namespace
}  // namespace warren::ui
