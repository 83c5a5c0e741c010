#include "ui/pages/vhosts_page.h"

#include "tests/support/fake_broker_client.h"
#include "tests/ui/ui_support.h"
#include "ui/dialogs/confirm_commands_dialog.h"
#include "ui/dialogs/vhost_dialog.h"
#include "ui/models/vhost_model.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/resource_table.h"

#include <QAbstractItemModelTester>
#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTest>

#include <gtest/gtest.h>

namespace warren::ui {
namespace {

using management::CommandStatus;
using management::PutVhost;
using management::RemoveVhost;
using test::FakeBrokerClient;

class VhostsPageTest : public testing::Test {
protected:
    VhostsPageTest() : m_page(m_client)
    {
        m_page.resize(1300, 800);
        m_page.show();
        m_page.activateWindow();
        m_client.setSnapshot(test::administeredSnapshot());
        m_page.showSnapshot(m_client.snapshot());
        test::settle();
    }

    ResourceTable& table() { return *m_page.findChild<ResourceTable*>(); }
    QAction* action(const char* name)
    {
        return m_page.findChild<QAction*>(QString::fromLatin1(name));
    }

    static void type(QWidget* dialog, const char* name, const QString& text)
    {
        dialog->findChild<QLineEdit*>(QString::fromLatin1(name))->setText(text);
    }

    void accept(QWidget* dialog)
    {
        QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("accept")),
                          Qt::LeftButton);
        test::settle();
    }

    test::ThemeScope m_theme{false};
    FakeBrokerClient m_client;
    VhostsPage m_page;
};

TEST(VhostModel, ShowsStateAndLimits)
{
    VhostModel model;
    const QAbstractItemModelTester tester(&model,
                                          QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.show(test::administeredSnapshot().vhosts);
    const auto shown = [&](VhostColumn column) {
        return model.index(1, static_cast<int>(column)).data().toString();
    };
    EXPECT_EQ(shown(VhostColumn::State), QStringLiteral("running protected traced"));
    EXPECT_EQ(shown(VhostColumn::Limits), QStringLiteral("100 connections, 50 queues"));
    EXPECT_EQ(shown(VhostColumn::QueueType), QStringLiteral("quorum"));
    model.show({});
    EXPECT_EQ(model.rowCount(), 0);
}

TEST_F(VhostsPageTest, AddsOneAsTyped)
{
    QTest::keyClick(&table(), Qt::Key_N, Qt::ControlModifier);
    auto* add = m_page.findChild<VhostDialog*>();
    ASSERT_NE(add, nullptr);
    accept(add);
    EXPECT_TRUE(add->findChild<NoticeBar*>()->text().contains(QStringLiteral("needs a name")));
    type(add, "name", QStringLiteral("eu"));
    type(add, "description", QStringLiteral("Europe"));
    type(add, "tags", QStringLiteral("a,b"));
    type(add, "maxQueues", QStringLiteral("7"));
    add->findChild<QComboBox*>(QStringLiteral("queueType"))->setCurrentIndex(2);
    add->findChild<QCheckBox*>(QStringLiteral("protected"))->setChecked(true);
    add->findChild<QCheckBox*>(QStringLiteral("tracing"))->setChecked(true);
    m_client.refuseNext(CommandStatus::Invalid, QStringLiteral("no"));
    accept(add);
    EXPECT_EQ(add->findChild<NoticeBar*>()->text(), QStringLiteral("no"));
    accept(add);
    const auto* sent = m_client.lastCommand<PutVhost>();
    ASSERT_NE(sent, nullptr);
    EXPECT_EQ(sent->name, QStringLiteral("eu"));
    EXPECT_EQ(sent->description, QStringLiteral("Europe"));
    EXPECT_EQ(sent->tags.size(), 2);
    EXPECT_EQ(sent->defaultQueueType, QStringLiteral("quorum"));
    EXPECT_EQ(sent->maxConnections, std::nullopt);
    EXPECT_EQ(sent->maxQueues, 7);
    EXPECT_TRUE(sent->isProtected && sent->isTracing);
}

TEST_F(VhostsPageTest, ChangesOneAndKeepsWhatIsNotTouched)
{
    table().selectRow(1);
    QTest::keyClick(&table(), Qt::Key_Return);
    auto* edit = m_page.findChild<VhostDialog*>();
    ASSERT_NE(edit, nullptr);
    EXPECT_FALSE(edit->findChild<QLineEdit*>(QStringLiteral("name"))->isEnabled());
    edit->findChild<QCheckBox*>(QStringLiteral("protected"))->setChecked(false);
    accept(edit);
    const auto* sent = m_client.lastCommand<PutVhost>();
    ASSERT_NE(sent, nullptr);
    EXPECT_EQ(sent->name, QStringLiteral("staging"));
    EXPECT_EQ(sent->maxConnections, 100);
    EXPECT_EQ(sent->defaultQueueType, QStringLiteral("quorum"));
    EXPECT_TRUE(sent->isTracing);
    EXPECT_FALSE(sent->isProtected);
}

TEST_F(VhostsPageTest, DeletesMessagesOnlyWhenTheNameIsTyped)
{
    table().selectRow(0);
    QTest::keyClick(&table(), Qt::Key_Delete);
    auto* confirm = m_page.findChild<ConfirmCommandsDialog*>();
    ASSERT_NE(confirm, nullptr);
    auto* button = confirm->findChild<QPushButton*>(QStringLiteral("accept"));
    EXPECT_FALSE(button->isEnabled());
    EXPECT_TRUE(confirm->findChild<QLabel*>(QStringLiteral("losses"))
                    ->text()
                    .contains(QStringLiteral("messages")));
    QTest::keyClicks(confirm->findChild<QLineEdit*>(QStringLiteral("typedName")),
                     QStringLiteral("/"));
    EXPECT_TRUE(button->isEnabled());
    accept(confirm);
    ASSERT_NE(m_client.lastCommand<RemoveVhost>(), nullptr);
    EXPECT_EQ(m_client.lastCommand<RemoveVhost>()->name, QStringLiteral("/"));
}

TEST_F(VhostsPageTest, SaysThatAProtectedOneCannotBeDeleted)
{
    table().selectRow(1);
    EXPECT_FALSE(action("remove")->isEnabled());
    EXPECT_TRUE(action("remove")->toolTip().contains(QStringLiteral("protected")));
    QTest::keyClick(&table(), Qt::Key_Delete);
    EXPECT_EQ(m_page.findChild<ConfirmCommandsDialog*>(), nullptr);
    table().selectRow(0);
    EXPECT_TRUE(action("remove")->isEnabled());
    m_page.setActionsEnabled(false);
    EXPECT_FALSE(action("remove")->isEnabled());
    EXPECT_FALSE(action("add")->isEnabled());
}

}  // namespace
}  // namespace warren::ui
