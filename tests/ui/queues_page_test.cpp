#include "ui/pages/queues_page.h"

#include "tests/support/fake_broker_client.h"
#include "tests/ui/resource_snapshots.h"
#include "tests/ui/ui_support.h"
#include "ui/dialogs/declare_queue_dialog.h"
#include "ui/dialogs/queue_confirmations.h"
#include "ui/format.h"
#include "ui/models/queue_model.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/resource_table.h"

#include <QAction>
#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>

#include <gtest/gtest.h>

namespace warren::ui {
namespace {

using management::CommandStatus;
using management::DeclareQueue;
using management::DeleteQueue;
using management::PurgeQueue;
using management::ResourceKey;
using management::Snapshot;
using test::FakeBrokerClient;
using test::keyOf;

class QueuesPageTest : public testing::Test {
protected:
    QueuesPageTest() : m_page(m_client)
    {
        m_page.resize(1200, 800);
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

    ResourceTable& table() { return *m_page.findChild<ResourceTable*>(); }

    QString nameAt(int row)
    {
        return table().model()->index(row, static_cast<int>(QueueColumn::Name)).data().toString();
    }

    void select(const QStringList& names)
    {
        table().clearSelection();
        for (int row = 0; row < table().model()->rowCount(); ++row) {
            if (!names.contains(nameAt(row))) continue;
            table().selectionModel()->setCurrentIndex(
                table().model()->index(row, static_cast<int>(QueueColumn::Name)),
                QItemSelectionModel::Select | QItemSelectionModel::Rows);
        }
        test::settle();
    }

    QStringList selectedNames()
    {
        QStringList names;
        for (const QModelIndex& index : table().selectionModel()->selectedRows()) {
            names.append(nameAt(index.row()));
        }
        names.sort();
        return names;
    }

    void trigger(const QString& action)
    {
        m_page.findChild<QAction*>(action)->trigger();
        test::settle();
    }

    template <typename Dialog>
    Dialog* dialog()
    {
        return m_page.findChild<Dialog*>();
    }

    void accept(QWidget* dialog)
    {
        QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("accept")),
                          Qt::LeftButton);
        test::settle();
    }

    static QString problem(QWidget* dialog) { return dialog->findChild<NoticeBar*>()->text(); }
    static QString losses(QWidget* dialog)
    {
        return dialog->findChild<QLabel*>(QStringLiteral("losses"))->text();
    }

    test::ThemeScope m_theme{false};
    FakeBrokerClient m_client;
    QueuesPage m_page;
};

TEST_F(QueuesPageTest, DeclaresADurableQueueByDefaultAndSelectsItWhenItComes)
{
    const QSignalSpy notices(&m_page, &Page::noticeRaised);
    QTest::keyClick(&table(), Qt::Key_N, Qt::ControlModifier);
    auto* declare = dialog<DeclareQueueDialog>();
    ASSERT_NE(declare, nullptr);
    QTest::keyClicks(declare->findChild<QLineEdit*>(QStringLiteral("name")),
                     QStringLiteral("invoices"));
    accept(declare);

    const auto* sent = m_client.lastCommand<DeclareQueue>();
    ASSERT_NE(sent, nullptr);
    EXPECT_EQ(sent->key, keyOf(QStringLiteral("invoices")));
    EXPECT_TRUE(sent->isDurable);
    EXPECT_FALSE(sent->isAutoDelete);
    EXPECT_TRUE(sent->arguments.isEmpty());
    EXPECT_EQ(dialog<DeclareQueueDialog>(), nullptr) << "done closes the dialog";
    ASSERT_EQ(notices.size(), 1);
    EXPECT_TRUE(notices.first().at(1).toString().contains(QStringLiteral("invoices")));

    Snapshot later = test::typicalSnapshot();
    later.queues.insert(2, test::queueRow(QStringLiteral("invoices"), 0));
    showSnapshot(later);
    EXPECT_EQ(selectedNames(), QStringList{QStringLiteral("invoices")});
}

TEST_F(QueuesPageTest, SelectsTheQueueByTheNameThatTheBrokerMade)
{
    m_client.answerNext({.status = CommandStatus::Done,
                         .text = {},
                         .value = management::DeclareResult{QStringLiteral("amq.gen-1")}});
    trigger(QStringLiteral("addQueue"));
    accept(dialog<DeclareQueueDialog>());
    EXPECT_EQ(m_client.lastCommand<DeclareQueue>()->key.name, QString());

    Snapshot later = test::typicalSnapshot();
    later.queues.prepend(test::queueRow(QStringLiteral("amq.gen-1"), 0));
    showSnapshot(later);
    EXPECT_EQ(selectedNames(), QStringList{QStringLiteral("amq.gen-1")});
}

TEST_F(QueuesPageTest, ShowsARefusedDeclarationInTheDialogAndKeepsWhatWasTyped)
{
    const QString refusal = QStringLiteral(
        "PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'orders' in vhost '/': "
        "received 'false' but current is 'true'");
    m_client.refuseNext(CommandStatus::Conflict, refusal);
    trigger(QStringLiteral("addQueue"));
    auto* declare = dialog<DeclareQueueDialog>();
    auto* name = declare->findChild<QLineEdit*>(QStringLiteral("name"));
    name->setText(QStringLiteral("orders"));
    QTest::mouseClick(declare->findChild<QCheckBox*>(QStringLiteral("durable")), Qt::LeftButton,
                      Qt::NoModifier, QPoint(5, 5));
    accept(declare);

    ASSERT_EQ(dialog<DeclareQueueDialog>(), declare);
    EXPECT_TRUE(declare->isVisible());
    EXPECT_EQ(problem(declare), refusal);
    EXPECT_EQ(name->text(), QStringLiteral("orders"));
    EXPECT_FALSE(m_client.lastCommand<DeclareQueue>()->isDurable);

    // The next try may go well; the old refusal is gone then.
    accept(declare);
    EXPECT_EQ(dialog<DeclareQueueDialog>(), nullptr);
}

TEST_F(QueuesPageTest, AsksForTheVirtualHostOnlyWhenThereAreSeveral)
{
    const int vhost = static_cast<int>(QueueColumn::Vhost);
    EXPECT_TRUE(table().isColumnHidden(vhost));
    trigger(QStringLiteral("addQueue"));
    EXPECT_FALSE(
        dialog<DeclareQueueDialog>()->findChild<QWidget*>(QStringLiteral("vhost"))->isVisible());
    dialog<DeclareQueueDialog>()->reject();
    test::settle();

    Snapshot two = test::typicalSnapshot();
    two.vhosts.append({.name = QStringLiteral("staging")});
    showSnapshot(two);
    EXPECT_FALSE(table().isColumnHidden(vhost));
    trigger(QStringLiteral("addQueue"));
    EXPECT_TRUE(
        dialog<DeclareQueueDialog>()->findChild<QWidget*>(QStringLiteral("vhost"))->isVisible());
}

TEST_F(QueuesPageTest, CannotLeaveTheDialogWhileTheAnswerIsOnItsWay)
{
    m_client.holdAnswers();
    trigger(QStringLiteral("addQueue"));
    auto* declare = dialog<DeclareQueueDialog>();
    accept(declare);
    QTest::keyClick(declare, Qt::Key_Escape);
    test::settle();
    ASSERT_EQ(dialog<DeclareQueueDialog>(), declare);
    EXPECT_TRUE(declare->isVisible());

    m_client.releaseAnswers();
    test::settle();
    EXPECT_EQ(dialog<DeclareQueueDialog>(), nullptr);
}

TEST_F(QueuesPageTest, SaysExactlyWhatADeletionLoses)
{
    select({QStringLiteral("orders")});
    EXPECT_EQ(m_page.wanted().queue, keyOf(QStringLiteral("orders")));
    EXPECT_TRUE(m_page.wanted().topics & management::TopicQueueDetail);
    showSnapshot(test::queueDetailSnapshot(QStringLiteral("orders")));
    QTest::keyClick(&table(), Qt::Key_Delete);
    test::settle();

    auto* confirm = dialog<DeleteQueuesDialog>();
    ASSERT_NE(confirm, nullptr);
    const QString text = losses(confirm);
    EXPECT_TRUE(text.contains(format::count(18'422) + QStringLiteral(" ready messages")))
        << qPrintable(text);
    EXPECT_TRUE(text.contains(QStringLiteral("40 unacked messages"))) << qPrintable(text);
    EXPECT_TRUE(text.contains(QStringLiteral("2 bindings"))) << qPrintable(text);
    EXPECT_TRUE(text.contains(QStringLiteral("2 consumers are cut off"))) << qPrintable(text);

    accept(confirm);
    const auto* sent = m_client.lastCommand<DeleteQueue>();
    ASSERT_NE(sent, nullptr);
    EXPECT_EQ(sent->key, keyOf(QStringLiteral("orders")));
    EXPECT_FALSE(sent->onlyIfEmpty);
    EXPECT_FALSE(sent->onlyIfUnused);
    EXPECT_EQ(dialog<DeleteQueuesDialog>(), nullptr);
}

TEST_F(QueuesPageTest, FollowsTheQueueWhileTheQuestionIsOpen)
{
    select({QStringLiteral("thumbnails")});
    trigger(QStringLiteral("purgeQueues"));
    auto* confirm = dialog<PurgeQueuesDialog>();
    EXPECT_TRUE(losses(confirm).contains(QStringLiteral("211 ready messages")));

    Snapshot later = test::typicalSnapshot();
    later.queues.last().readyCount = 1;
    showSnapshot(later);
    EXPECT_TRUE(losses(confirm).contains(QStringLiteral("1 ready message")));
    EXPECT_FALSE(losses(confirm).contains(QStringLiteral("211")));
}

TEST_F(QueuesPageTest, PurgesTheSelectedQueuesAndSaysHowMuchWent)
{
    const QSignalSpy notices(&m_page, &Page::noticeRaised);
    select({QStringLiteral("orders"), QStringLiteral("thumbnails")});
    trigger(QStringLiteral("purgeQueues"));
    auto* confirm = dialog<PurgeQueuesDialog>();
    for (const std::uint64_t removed : {5U, 7U}) {
        m_client.answerNext(
            {.status = CommandStatus::Done, .text = {}, .value = management::PurgeResult{removed}});
    }
    accept(confirm);

    ASSERT_EQ(m_client.commands().size(), 2);
    EXPECT_EQ(std::get<PurgeQueue>(m_client.commands().at(0)).key, keyOf(QStringLiteral("orders")));
    EXPECT_EQ(std::get<PurgeQueue>(m_client.commands().at(1)).key,
              keyOf(QStringLiteral("thumbnails")));
    ASSERT_EQ(notices.size(), 1);
    EXPECT_TRUE(notices.first().at(1).toString().contains(QStringLiteral("12 messages")))
        << qPrintable(notices.first().at(1).toString());
}

TEST_F(QueuesPageTest, KeepsTheRefusedQueuesForAnotherTry)
{
    select({QStringLiteral("orders"), QStringLiteral("thumbnails")});
    trigger(QStringLiteral("deleteQueues"));
    auto* confirm = dialog<DeleteQueuesDialog>();
    QTest::mouseClick(confirm->findChild<QCheckBox*>(QStringLiteral("onlyIfEmpty")), Qt::LeftButton,
                      Qt::NoModifier, QPoint(5, 5));
    m_client.refuseNext(
        CommandStatus::Conflict,
        QStringLiteral("PRECONDITION_FAILED - queue 'orders' in vhost '/' not empty"));
    accept(confirm);

    ASSERT_EQ(dialog<DeleteQueuesDialog>(), confirm);
    EXPECT_TRUE(problem(confirm).contains(
        QStringLiteral("orders: PRECONDITION_FAILED - queue 'orders' in vhost '/' not empty")));
    EXPECT_TRUE(std::get<DeleteQueue>(m_client.commands().first()).onlyIfEmpty);
    ASSERT_EQ(m_client.commands().size(), 2);

    accept(confirm);
    ASSERT_EQ(m_client.commands().size(), 3);
    EXPECT_EQ(m_client.lastCommand<DeleteQueue>()->key, keyOf(QStringLiteral("orders")));
    EXPECT_EQ(dialog<DeleteQueuesDialog>(), nullptr);
}

TEST_F(QueuesPageTest, DoesNothingWhenTheQuestionIsAnsweredWithEnterOrEscape)
{
    select({QStringLiteral("orders")});
    trigger(QStringLiteral("deleteQueues"));
    QTest::keyClick(dialog<DeleteQueuesDialog>(), Qt::Key_Return);
    test::settle();
    EXPECT_EQ(dialog<DeleteQueuesDialog>(), nullptr);
    EXPECT_TRUE(m_client.commands().isEmpty());
}

TEST_F(QueuesPageTest, OpensAQueueByEnter)
{
    const QSignalSpy opened(&m_page, &Page::openQueue);
    select({QStringLiteral("orders")});
    QTest::keyClick(&table(), Qt::Key_Return);
    ASSERT_EQ(opened.size(), 1);
    EXPECT_EQ(opened.first().first().value<ResourceKey>(), keyOf(QStringLiteral("orders")));
}

TEST_F(QueuesPageTest, FiltersAsOneTypes)
{
    auto* filter = m_page.findChild<QLineEdit*>(QStringLiteral("filter"));
    QTest::keyClicks(filter, QStringLiteral("ord"));
    EXPECT_EQ(table().model()->rowCount(), 2);
    EXPECT_TRUE(m_page.focusFilter());
}

TEST_F(QueuesPageTest, KeepsSelectionSortingAndPlaceOverARefresh)
{
    constexpr int kRows = 10'000;
    showSnapshot(test::hugeSnapshot(kRows, 0));
    table().sortByColumn(static_cast<int>(QueueColumn::Name), Qt::DescendingOrder);
    select({QStringLiteral("tenant.009000.jobs"), QStringLiteral("tenant.000017.jobs")});
    table().verticalScrollBar()->setValue(5000);
    const int place = table().verticalScrollBar()->value();
    ASSERT_GT(place, 0);

    showSnapshot(test::hugeSnapshot(kRows, 1));

    EXPECT_EQ(selectedNames(), (QStringList{QStringLiteral("tenant.000017.jobs"),
                                            QStringLiteral("tenant.009000.jobs")}));
    EXPECT_EQ(table().verticalScrollBar()->value(), place);
    EXPECT_EQ(nameAt(0), QStringLiteral("tenant.009999.jobs"));
}

TEST_F(QueuesPageTest, SaysWhatToDoWhenThereIsNoQueue)
{
    showSnapshot(test::emptySnapshot());
    auto* button = m_page.findChild<EmptyState*>()->findChild<QPushButton*>();
    for (EmptyState* empty : m_page.findChildren<EmptyState*>()) {
        if (empty->isVisible()) button = empty->findChild<QPushButton*>();
    }
    ASSERT_TRUE(button->isVisible());
    QTest::mouseClick(button, Qt::LeftButton);
    EXPECT_NE(dialog<DeclareQueueDialog>(), nullptr);
}

TEST_F(QueuesPageTest, OffersNothingThatNeedsABrokerWhileThereIsNone)
{
    select({QStringLiteral("orders")});
    m_page.setActionsEnabled(false);
    for (const QString& name : {QStringLiteral("addQueue"), QStringLiteral("purgeQueues"),
                                QStringLiteral("deleteQueues")}) {
        EXPECT_FALSE(m_page.findChild<QAction*>(name)->isEnabled()) << qPrintable(name);
    }
    m_page.setActionsEnabled(true);
    EXPECT_TRUE(m_page.findChild<QAction*>(QStringLiteral("deleteQueues"))->isEnabled());
}

TEST_F(QueuesPageTest, KeepsWhatItShowsWhenASnapshotDoesNotTellOfQueues)
{
    Snapshot overviewOnly;
    overviewOnly.topics = management::TopicOverview;
    showSnapshot(overviewOnly);
    EXPECT_EQ(table().model()->rowCount(), 6);
}

}  // namespace
}  // namespace warren::ui
