#include "ui/pages/queue_detail_page.h"

#include "tests/support/fake_broker_client.h"
#include "tests/ui/resource_snapshots.h"
#include "tests/ui/ui_support.h"
#include "ui/dialogs/bind_dialog.h"
#include "ui/dialogs/exchange_confirmations.h"
#include "ui/dialogs/publish_dialog.h"
#include "ui/dialogs/queue_confirmations.h"
#include "ui/format.h"
#include "ui/pages/bindings_panel.h"
#include "ui/pages/message_browser.h"
#include "ui/widgets/fact_list.h"
#include "ui/widgets/message_view.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/resource_table.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <QTreeWidget>

#include <gtest/gtest.h>

namespace warren::ui {
namespace {

using management::AddBinding;
using management::BrowseMessages;
using management::CommandResult;
using management::CommandStatus;
using management::DeleteQueue;
using management::PublishMessage;
using management::RemoveBinding;
using management::Snapshot;
using test::FakeBrokerClient;
using test::keyOf;

enum Tab { OverviewTab, MessagesTab, ConsumersTab, BindingsTab };

class QueueDetailPageTest : public testing::Test {
protected:
    QueueDetailPageTest() : m_page(m_client)
    {
        m_page.resize(1200, 800);
        m_page.show();
        m_page.activateWindow();
        m_page.showQueue(keyOf(QStringLiteral("orders")));
        showSnapshot(test::queueDetailSnapshot(QStringLiteral("orders")));
    }

    void showSnapshot(const Snapshot& snapshot)
    {
        m_client.setSnapshot(snapshot);
        m_page.showSnapshot(m_client.snapshot());
        test::settle();
    }

    template <typename Widget>
    Widget* find(const QString& name)
    {
        return m_page.findChild<Widget*>(name);
    }

    void open(Tab tab)
    {
        find<QTabWidget>(QStringLiteral("queueTabs"))->setCurrentIndex(tab);
        test::settle();
    }

    void openMessages(const CommandResult& page)
    {
        m_client.answerNext(page);
        open(MessagesTab);
    }

    void trigger(const QString& action)
    {
        find<QAction>(action)->trigger();
        test::settle();
    }

    void click(const QString& name)
    {
        QTest::mouseClick(find<QWidget>(name), Qt::LeftButton);
        test::settle();
    }

    void accept(QWidget* dialog)
    {
        QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("accept")),
                          Qt::LeftButton);
        test::settle();
    }

    QString body() { return find<QPlainTextEdit>(QStringLiteral("messageBody"))->toPlainText(); }
    QString note() { return find<QLabel>(QStringLiteral("bodyNote"))->text(); }
    QString browserNotice()
    {
        return find<MessageBrowser>(QStringLiteral("messageBrowser"))
            ->findChild<NoticeBar*>()
            ->text();
    }

    BrowseMessages lastBrowse()
    {
        const auto* sent = m_client.lastCommand<BrowseMessages>();
        return sent ? *sent : BrowseMessages{};
    }

    test::ThemeScope m_theme{false};
    FakeBrokerClient m_client;
    QueueDetailPage m_page;
};

TEST_F(QueueDetailPageTest, WatchesItsQueue)
{
    EXPECT_EQ(m_page.wanted().queue, keyOf(QStringLiteral("orders")));
    EXPECT_TRUE(m_page.wanted().topics & management::TopicQueueDetail);
    EXPECT_FALSE(m_page.wanted().topics & management::TopicQueues);
}

TEST_F(QueueDetailPageTest, MarksArgumentsThatAreStoredAndNotActedOn)
{
    auto* arguments = find<QTreeWidget>(QStringLiteral("queueArguments"));
    ASSERT_EQ(arguments->topLevelItemCount(), 5);
    EXPECT_EQ(arguments->topLevelItem(0)->text(0), QStringLiteral("x-colour"));
    EXPECT_EQ(arguments->topLevelItem(0)->text(3), QStringLiteral("not acted on"));
    EXPECT_EQ(arguments->topLevelItem(3)->text(0), QStringLiteral("x-message-ttl"));
    EXPECT_EQ(arguments->topLevelItem(3)->text(2), QStringLiteral("60000"));
    EXPECT_EQ(arguments->topLevelItem(3)->text(3), QStringLiteral("acted on"));
}

TEST_F(QueueDetailPageTest, SaysWhoIsActiveAndWhatBecameOfDeadLetters)
{
    const auto* behaviour = find<FactList>(QStringLiteral("behaviour"));
    EXPECT_EQ(behaviour->value(0), QStringLiteral("dead-letters"));
    EXPECT_EQ(behaviour->value(1), QStringLiteral("limit-all"));
    EXPECT_EQ(behaviour->value(2), QStringLiteral("ctag1.000002"));
    EXPECT_EQ(behaviour->value(3), QStringLiteral("12 min 34 s"));
    EXPECT_TRUE(behaviour->value(4).startsWith(QStringLiteral("3: 22,  1: 400,  0: 18")));
    EXPECT_EQ(behaviour->value(5), format::count(1'217));
    EXPECT_EQ(behaviour->value(6), QStringLiteral("3"));
    EXPECT_EQ(behaviour->value(7), QStringLiteral("–"));

    Snapshot later = test::queueDetailSnapshot(QStringLiteral("orders"));
    later.queue->expiresIn = std::chrono::milliseconds(59'001);
    later.queue->readyByPriority = {0, 0};
    later.queue->singleActiveConsumer.clear();
    showSnapshot(later);
    EXPECT_EQ(behaviour->value(2), QStringLiteral("–"));
    EXPECT_EQ(behaviour->value(3), QStringLiteral("–"));
    EXPECT_EQ(behaviour->value(4), QStringLiteral("none ready"));
    EXPECT_EQ(behaviour->value(7), QStringLiteral("1 min"));
}

TEST_F(QueueDetailPageTest, StrikesThroughTheSettingsThatAreOverruled)
{
    auto* tree = find<QTreeWidget>(QStringLiteral("settingsTree"));
    ASSERT_EQ(tree->topLevelItemCount(), 6);
    const auto item = [&](int row) { return tree->topLevelItem(row); };
    EXPECT_EQ(item(0)->text(0), QStringLiteral("dead-letter-exchange"));
    EXPECT_EQ(item(0)->text(2), QStringLiteral("argument of the queue"));
    EXPECT_FALSE(item(0)->font(1).strikeOut());
    EXPECT_EQ(item(1)->text(2), QStringLiteral("policy “dead-letters”"));
    EXPECT_TRUE(item(1)->font(1).strikeOut());
    EXPECT_EQ(item(1)->text(3), QStringLiteral("overruled"));
    EXPECT_EQ(item(2)->text(2), QStringLiteral("operator policy “limit-all”"));
    EXPECT_EQ(item(5)->text(1), QStringLiteral("60000 ms (1 min)"));

    Snapshot later = test::queueDetailSnapshot(QStringLiteral("orders"));
    EXPECT_EQ(item(2)->text(3), QStringLiteral("holds"));
    later.queueSettings.removeLast();
    later.queue->notHonoured = {QStringLiteral("max-length")};
    showSnapshot(later);
    EXPECT_EQ(tree->topLevelItemCount(), 5);
    EXPECT_EQ(item(2)->text(3), QStringLiteral("not acted on"));
}

TEST_F(QueueDetailPageTest, SaysWhenTheQueueIsGoneAndComesBackWithIt)
{
    const QSignalSpy closed(&m_page, &Page::closeRequested);
    showSnapshot(test::queueDetailSnapshot(QStringLiteral("no such queue")));
    auto* gone = find<QWidget>(QStringLiteral("gone"));
    ASSERT_TRUE(gone->isVisible());
    EXPECT_FALSE(find<QAction>(QStringLiteral("delete"))->isEnabled());
    QTest::mouseClick(gone->findChild<QPushButton*>(), Qt::LeftButton);
    EXPECT_EQ(closed.size(), 1);

    showSnapshot(test::queueDetailSnapshot(QStringLiteral("orders")));
    EXPECT_FALSE(gone->isVisible());
    EXPECT_TRUE(find<QAction>(QStringLiteral("delete"))->isEnabled());
}

TEST_F(QueueDetailPageTest, TakesNoSnapshotOfAnotherQueueForItsOwn)
{
    m_page.showQueue(keyOf(QStringLiteral("audit.log")));
    showSnapshot(test::queueDetailSnapshot(QStringLiteral("orders")));
    EXPECT_FALSE(find<QAction>(QStringLiteral("delete"))->isEnabled());
    // A snapshot without a queue may still have been taken for the page before.
    showSnapshot(test::queueDetailSnapshot(QStringLiteral("no such queue")));
    EXPECT_FALSE(find<QWidget>(QStringLiteral("gone"))->isVisible());
    showSnapshot(test::queueDetailSnapshot(QStringLiteral("audit.log")));
    EXPECT_TRUE(find<QAction>(QStringLiteral("delete"))->isEnabled());
}

TEST_F(QueueDetailPageTest, GoesBackByEscape)
{
    const QSignalSpy closed(&m_page, &Page::closeRequested);
    QTest::keyClick(&m_page, Qt::Key_Escape);
    EXPECT_EQ(closed.size(), 1);
}

TEST_F(QueueDetailPageTest, LeavesTheQueueThatItDeleted)
{
    const QSignalSpy closed(&m_page, &Page::closeRequested);
    trigger(QStringLiteral("delete"));
    auto* confirm = m_page.findChild<DeleteQueuesDialog*>();
    EXPECT_TRUE(confirm->findChild<QLabel*>(QStringLiteral("losses"))
                    ->text()
                    .contains(QStringLiteral("2 bindings")));
    accept(confirm);
    ASSERT_NE(m_client.lastCommand<DeleteQueue>(), nullptr);
    EXPECT_EQ(closed.size(), 1);
}

TEST_F(QueueDetailPageTest, LooksAtMessagesOnlyWhenAsked)
{
    EXPECT_TRUE(m_client.commands().isEmpty());
    openMessages(test::typicalBrowseResult());
    ASSERT_EQ(m_client.commands().size(), 1);
    EXPECT_EQ(lastBrowse(), (BrowseMessages{keyOf(QStringLiteral("orders")), 0, 100,
                                            MessageBrowser::kPageBodyBytesMax}));
    open(OverviewTab);
    open(MessagesTab);
    EXPECT_EQ(m_client.commands().size(), 1) << "what was loaded stays until it is refreshed";
    click(QStringLiteral("refreshMessages"));
    EXPECT_EQ(m_client.commands().size(), 2);
}

TEST_F(QueueDetailPageTest, GoesThroughTheQueuePageByPage)
{
    openMessages(test::browseResult(0, 100, 250));
    EXPECT_FALSE(find<QToolButton>(QStringLiteral("previousPage"))->isEnabled());
    m_client.answerNext(test::browseResult(100, 100, 250));
    click(QStringLiteral("nextPage"));
    EXPECT_EQ(lastBrowse().offset, 100U);
    m_client.answerNext(test::browseResult(200, 50, 250));
    click(QStringLiteral("lastPage"));
    EXPECT_EQ(lastBrowse().offset, 200U);
    EXPECT_EQ(find<QLabel>(QStringLiteral("place"))->text(), QStringLiteral("200 – 249 of 250"));
    EXPECT_FALSE(find<QToolButton>(QStringLiteral("nextPage"))->isEnabled());
    m_client.answerNext(test::browseResult(100, 100, 250));
    click(QStringLiteral("previousPage"));
    EXPECT_EQ(lastBrowse().offset, 100U);

    auto* goTo = find<QLineEdit>(QStringLiteral("goTo"));
    m_client.answerNext(test::browseResult(17, 100, 250));
    QTest::keyClicks(goTo, QStringLiteral("17"));
    QTest::keyClick(goTo, Qt::Key_Return);
    EXPECT_EQ(lastBrowse().offset, 17U);
    EXPECT_EQ(body(), QStringLiteral("body 17"));

    m_client.answerNext(test::browseResult(17, 50, 250));
    find<QComboBox>(QStringLiteral("pageSize"))->setCurrentIndex(0);
    EXPECT_EQ(lastBrowse().count, 50U);
}

TEST_F(QueueDetailPageTest, FollowsAQueueThatBecameShorter)
{
    openMessages(test::browseResult(0, 100, 250));
    m_client.answerNext(test::browseResult(200, 0, 120));
    m_client.answerNext(test::browseResult(100, 20, 120));
    click(QStringLiteral("lastPage"));
    EXPECT_EQ(lastBrowse().offset, 100U);
    EXPECT_EQ(find<QLabel>(QStringLiteral("place"))->text(), QStringLiteral("100 – 119 of 120"));
}

TEST_F(QueueDetailPageTest, ShowsWhyMessagesCannotBeSeenAndKeepsThoseInSight)
{
    openMessages(test::typicalBrowseResult());
    const QString refusal = QStringLiteral("NOT_FOUND - no queue 'orders' in vhost '/'");
    m_client.refuseNext(CommandStatus::NotFound, refusal);
    click(QStringLiteral("refreshMessages"));
    EXPECT_EQ(browserNotice(), refusal);
    EXPECT_EQ(find<ResourceTable>(QStringLiteral("messages"))->model()->rowCount(), 5);
}

TEST_F(QueueDetailPageTest, TakesNoAnswerForAnotherQueueOrAnOlderQuestion)
{
    m_client.holdAnswers();
    openMessages(test::typicalBrowseResult());
    m_page.showQueue(keyOf(QStringLiteral("audit.log")));
    m_client.releaseAnswers();
    test::settle();
    EXPECT_EQ(find<ResourceTable>(QStringLiteral("messages"))->model()->rowCount(), 0);
}

TEST_F(QueueDetailPageTest, ShowsABodyAsJsonTextOrHex)
{
    openMessages(test::typicalBrowseResult());
    EXPECT_TRUE(body().startsWith(QStringLiteral("{\n  \"order\": 18446744073709551615,")));
    click(QStringLiteral("viewText"));
    EXPECT_TRUE(body().startsWith(QStringLiteral("{\"order\":18446744073709551615,")));
    click(QStringLiteral("viewHex"));
    EXPECT_TRUE(body().startsWith(QStringLiteral("00000000  7b 22 6f 72")));
    click(QStringLiteral("copyBody"));
    EXPECT_EQ(QApplication::clipboard()->text(), body());

    find<ResourceTable>(QStringLiteral("messages"))->selectRow(2);
    EXPECT_TRUE(body().startsWith(QStringLiteral("00000000  00 07")));
    click(QStringLiteral("viewText"));
    EXPECT_EQ(body(), QString());
    EXPECT_TRUE(note().contains(QStringLiteral("not UTF-8")));
}

TEST_F(QueueDetailPageTest, ReadsMessagesByTheArrowKeys)
{
    openMessages(test::typicalBrowseResult());
    auto* messages = find<ResourceTable>(QStringLiteral("messages"));
    messages->setFocus();
    QTest::keyClick(messages, Qt::Key_Down);
    EXPECT_TRUE(body().startsWith(QStringLiteral("Dear Ann")));
    QTest::keyClick(messages, Qt::Key_Up);
    EXPECT_TRUE(body().startsWith(QStringLiteral("{\n")));
}

TEST_F(QueueDetailPageTest, ShowsPropertiesAndNestedHeaders)
{
    openMessages(test::typicalBrowseResult());
    auto* properties = find<QTreeWidget>(QStringLiteral("messageProperties"));
    QMap<QString, QString> values;
    for (int row = 0; row < properties->topLevelItemCount(); ++row) {
        values.insert(properties->topLevelItem(row)->text(0),
                      properties->topLevelItem(row)->text(1));
    }
    EXPECT_EQ(values.value(QStringLiteral("content_type")), QStringLiteral("application/json"));
    EXPECT_EQ(values.value(QStringLiteral("delivery_mode")), QStringLiteral("2 – persistent"));
    EXPECT_EQ(values.value(QStringLiteral("priority")), QStringLiteral("5"));
    EXPECT_TRUE(values.value(QStringLiteral("State")).contains(QStringLiteral("ctag1.000001")));
    EXPECT_FALSE(values.contains(QStringLiteral("reply_to"))) << "what is not set is not shown";

    auto* headers = find<QTreeWidget>(QStringLiteral("messageHeaders"));
    ASSERT_EQ(headers->topLevelItemCount(), 2);
    EXPECT_EQ(headers->topLevelItem(0)->text(0), QStringLiteral("retry"));
    EXPECT_EQ(headers->topLevelItem(0)->text(1), QStringLiteral("Number"));
    const QTreeWidgetItem* death = headers->topLevelItem(1)->child(0);
    ASSERT_NE(death, nullptr);
    EXPECT_EQ(death->child(0)->text(0), QStringLiteral("count"));
    EXPECT_EQ(death->child(0)->text(2), QStringLiteral("2"));
}

TEST_F(QueueDetailPageTest, LoadsTheWholeOfACutBody)
{
    const CommandResult page = test::typicalBrowseResult();
    openMessages(page);
    find<ResourceTable>(QStringLiteral("messages"))->selectRow(3);
    EXPECT_TRUE(note().startsWith(QStringLiteral("The first %1 of").arg(format::bytes(4096))))
        << qPrintable(note());

    management::MessageRow whole = std::get<management::BrowseResult>(page.value).messages.at(3);
    whole.body = QByteArray(static_cast<qsizetype>(whole.bodyBytes), 'x');
    m_client.answerNext(
        {.status = CommandStatus::Done, .text = {}, .value = management::BrowseResult{{whole}, 5}});
    click(QStringLiteral("loadWholeBody"));

    EXPECT_EQ(lastBrowse(), (BrowseMessages{keyOf(QStringLiteral("orders")), 3, 1,
                                            MessageBrowser::kWholeBodyBytesMax}));
    EXPECT_EQ(body().size(), kBodyLineCharactersMax + 1);
    EXPECT_TRUE(note().contains(QStringLiteral("shown cut")));
    click(QStringLiteral("copyBody"));
    EXPECT_EQ(QApplication::clipboard()->text().size(), kBodyTextBytesMax);
    EXPECT_FALSE(find<QWidget>(QStringLiteral("loadWholeBody"))->isVisible());
}

TEST_F(QueueDetailPageTest, SaysWhenAnotherMessageLiesThereNow)
{
    openMessages(test::typicalBrowseResult());
    find<ResourceTable>(QStringLiteral("messages"))->selectRow(3);
    const QString before = body();
    m_client.answerNext(test::browseResult(3, 1, 5));
    click(QStringLiteral("loadWholeBody"));
    EXPECT_TRUE(browserNotice().contains(QStringLiteral("not at position 3 any more")));
    EXPECT_EQ(body(), before);
}

TEST_F(QueueDetailPageTest, SavesABodyByteForByte)
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("body"));
    const QByteArray bytes("\0\xff\r\n", 4);
    EXPECT_EQ(MessageView::writeBody(bytes, path), QString());
    QFile file(path);
    ASSERT_TRUE(file.open(QIODevice::ReadOnly));
    EXPECT_EQ(file.readAll(), bytes);
    EXPECT_TRUE(MessageView::writeBody(bytes, folder.filePath(QStringLiteral("no/such/folder")))
                    .contains(QStringLiteral("cannot be written")));
}

TEST_F(QueueDetailPageTest, DoesNotSaveHalfABody)
{
    openMessages(test::typicalBrowseResult());
    find<ResourceTable>(QStringLiteral("messages"))->selectRow(3);
    click(QStringLiteral("saveBody"));
    EXPECT_TRUE(browserNotice().contains(QStringLiteral("Load the whole body first")));
}

TEST_F(QueueDetailPageTest, PublishesToItsQueueThroughTheDefaultExchange)
{
    openMessages(test::browseResult(0, 0, 0));
    m_client.answerNext(
        {.status = CommandStatus::Done, .text = {}, .value = management::PublishResult{true}});
    m_client.answerNext(test::browseResult(0, 1, 1));
    trigger(QStringLiteral("publish"));
    auto* publish = m_page.findChild<PublishDialog*>();
    publish->findChild<QPlainTextEdit*>(QStringLiteral("bodyText"))
        ->setPlainText(QStringLiteral("hello"));
    accept(publish);

    const auto commands = m_client.commands();
    ASSERT_EQ(commands.size(), 3);
    const auto& sent = std::get<PublishMessage>(commands.at(1));
    EXPECT_EQ(sent.exchange, QString());
    EXPECT_EQ(sent.routingKey, QStringLiteral("orders"));
    EXPECT_EQ(sent.body, QByteArray("hello"));
    EXPECT_EQ(sent.properties.deliveryMode, 2);
    EXPECT_TRUE(std::holds_alternative<BrowseMessages>(commands.at(2)))
        << "the list shows the new message";
}

TEST_F(QueueDetailPageTest, BindsToATypedExchange)
{
    const QSignalSpy wanted(&m_page, &Page::wantedChanged);
    open(BindingsTab);
    trigger(QStringLiteral("bind"));
    EXPECT_EQ(wanted.size(), 1);
    auto* bind = m_page.findChild<BindDialog*>();
    bind->findChild<QComboBox*>(QStringLiteral("source"))->setEditText(QStringLiteral("mail"));
    QTest::keyClicks(bind->findChild<QLineEdit*>(QStringLiteral("routingKey")),
                     QStringLiteral("mail.#"));
    accept(bind);

    const auto* sent = m_client.lastCommand<AddBinding>();
    ASSERT_NE(sent, nullptr);
    EXPECT_EQ(sent->binding, test::bindingRow(QStringLiteral("mail"), QStringLiteral("orders"),
                                              QStringLiteral("mail.#")));
    EXPECT_EQ(m_page.findChild<BindDialog*>(), nullptr);
}

TEST_F(QueueDetailPageTest, GoesToTheExchangeOfABinding)
{
    const QSignalSpy opened(&m_page, &Page::openExchange);
    open(BindingsTab);
    auto* bindings = find<ResourceTable>(QStringLiteral("bindings"));
    bindings->selectRow(1);
    QTest::keyClick(bindings, Qt::Key_Return);
    ASSERT_EQ(opened.size(), 1);
    EXPECT_EQ(opened.first().first().value<management::ResourceKey>(),
              keyOf(QStringLiteral("orders")));
}

TEST_F(QueueDetailPageTest, UnbindsWhatIsSelectedButNotTheDefaultBinding)
{
    open(BindingsTab);
    auto* bindings = find<ResourceTable>(QStringLiteral("bindings"));
    bindings->selectRow(0);
    EXPECT_FALSE(find<QAction>(QStringLiteral("unbind"))->isEnabled());
    EXPECT_FALSE(find<QAction>(QStringLiteral("unbind"))->toolTip().isEmpty());

    bindings->selectAll();
    QTest::keyClick(bindings, Qt::Key_Delete);
    test::settle();
    accept(m_page.findChild<RemoveBindingsDialog*>());

    ASSERT_EQ(m_client.commands().size(), 2);
    const Snapshot snapshot = test::queueDetailSnapshot(QStringLiteral("orders"));
    EXPECT_EQ(std::get<RemoveBinding>(m_client.commands().at(0)).binding,
              snapshot.queueBindings.at(1));
    EXPECT_EQ(std::get<RemoveBinding>(m_client.commands().at(1)).binding,
              snapshot.queueBindings.at(2));
}

TEST_F(QueueDetailPageTest, FiltersTheListOfItsTab)
{
    EXPECT_FALSE(m_page.focusFilter());
    open(ConsumersTab);
    EXPECT_TRUE(m_page.focusFilter());
    open(BindingsTab);
    EXPECT_FALSE(m_page.focusFilter()) << "three bindings need no filter";

    constexpr int kRows = 50;
    const Snapshot huge = test::hugeQueueDetailSnapshot(kRows);
    m_page.showQueue(huge.queue->key);
    showSnapshot(huge);
    open(BindingsTab);
    ASSERT_TRUE(m_page.focusFilter());
    QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("region-7"));
    EXPECT_EQ(find<ResourceTable>(QStringLiteral("bindings"))->model()->rowCount(), 1);
}

TEST_F(QueueDetailPageTest, CountsConsumersAndBindingsInItsTabs)
{
    auto* tabs = find<QTabWidget>(QStringLiteral("queueTabs"));
    EXPECT_EQ(tabs->tabText(ConsumersTab), QStringLiteral("Consumers (2)"));
    EXPECT_EQ(tabs->tabText(BindingsTab), QStringLiteral("Bindings (3)"));
}

}  // namespace
}  // namespace warren::ui
