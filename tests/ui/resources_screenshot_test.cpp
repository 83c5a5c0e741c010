#include "tests/ui/resource_snapshots.h"
#include "tests/ui/screenshot_case.h"
#include "ui/dialogs/bind_dialog.h"
#include "ui/dialogs/declare_exchange_dialog.h"
#include "ui/dialogs/declare_queue_dialog.h"
#include "ui/dialogs/exchange_confirmations.h"
#include "ui/dialogs/publish_dialog.h"
#include "ui/dialogs/queue_confirmations.h"
#include "ui/pages/exchanges_page.h"
#include "ui/pages/queue_detail_page.h"
#include "ui/pages/queues_page.h"
#include "ui/widgets/arguments_editor.h"
#include "ui/widgets/resource_table.h"

#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTabWidget>
#include <QTest>

#include <cmath>

namespace warren::ui {
namespace {

using management::CommandStatus;
using management::Snapshot;
using test::keyOf;

class ResourcesScreenshot : public test::ScreenshotCase {};

INSTANTIATE_TEST_SUITE_P(Themes, ResourcesScreenshot, testing::Bool(), test::themeName);

TEST_P(ResourcesScreenshot, Queues)
{
    QueuesPage page(m_client);
    showPage(page, test::emptySnapshot());
    shoot(page, QStringLiteral("queues-empty"));

    showPage(page, test::typicalSnapshot());
    page.findChild<ResourceTable*>()->selectRow(3);
    shoot(page, QStringLiteral("queues-typical"));

    Snapshot twoHosts = test::typicalSnapshot();
    twoHosts.vhosts.append({.name = QStringLiteral("staging")});
    showPage(page, twoHosts);
    page.findChild<QLineEdit*>(QStringLiteral("filter"))
        ->setText(QStringLiteral("nothing like it"));
    shoot(page, QStringLiteral("queues-filtered"));
    page.findChild<QLineEdit*>(QStringLiteral("filter"))->clear();

    constexpr int kHugeRows = 10'000;
    showPage(page, test::hugeSnapshot(kHugeRows));
    page.setActionsEnabled(false);
    shoot(page, QStringLiteral("queues-huge-unreachable"));
}

TEST_P(ResourcesScreenshot, QueueDetail)
{
    QueueDetailPage page(m_client);
    page.showQueue(keyOf(QStringLiteral("orders")));
    Snapshot past = test::queueDetailSnapshot(QStringLiteral("orders"));
    constexpr int kSeconds = 600;
    for (int second = kSeconds; second > 0; --second) {
        Snapshot earlier = past;
        earlier.takenAt = past.takenAt.addSecs(-second);
        const double wave = 0.75 + 0.2 * std::cos(second / 37.0) + 0.05 * std::cos(second / 3.0);
        earlier.queue->readyCount = static_cast<std::uint64_t>(18'000 * wave);
        earlier.queue->rates.publish *= wave;
        earlier.queue->rates.deliver *= 2 - wave;
        m_client.setSnapshot(earlier);
        page.showSnapshot(m_client.snapshot());
    }
    showPage(page, past);
    shoot(page, QStringLiteral("queue-overview"));

    auto* tabs = page.findChild<QTabWidget*>(QStringLiteral("queueTabs"));
    m_client.answerNext(test::typicalBrowseResult());
    tabs->setCurrentIndex(1);
    shoot(page, QStringLiteral("queue-messages-json"));
    auto* messages = page.findChild<ResourceTable*>(QStringLiteral("messages"));
    auto* viewTabs = page.findChild<QTabWidget*>(QStringLiteral("messageTabs"));
    viewTabs->setCurrentIndex(1);
    shoot(page, QStringLiteral("queue-messages-properties"));
    viewTabs->setCurrentIndex(2);
    shoot(page, QStringLiteral("queue-messages-headers"));
    viewTabs->setCurrentIndex(0);
    messages->selectRow(2);
    shoot(page, QStringLiteral("queue-messages-hex"));
    messages->selectRow(3);
    shoot(page, QStringLiteral("queue-messages-cut"));
    m_client.refuseNext(CommandStatus::NotFound,
                        QStringLiteral("NOT_FOUND - no queue 'orders' in vhost '/'"));
    QTest::mouseClick(page.findChild<QWidget*>(QStringLiteral("refreshMessages")), Qt::LeftButton);
    shoot(page, QStringLiteral("queue-messages-error"));
    tabs->setCurrentIndex(2);
    shoot(page, QStringLiteral("queue-consumers"));
    tabs->setCurrentIndex(3);
    page.findChild<ResourceTable*>(QStringLiteral("bindings"))->selectRow(1);
    shoot(page, QStringLiteral("queue-bindings"));
    tabs->setCurrentIndex(4);
    shoot(page, QStringLiteral("queue-settings"));

    showPage(page, test::queueDetailSnapshot(QStringLiteral("no such queue")));
    shoot(page, QStringLiteral("queue-gone"));
}

TEST_P(ResourcesScreenshot, EmptyAndHugeQueueDetail)
{
    QueueDetailPage page(m_client);
    Snapshot empty = test::snapshotOf({{QStringLiteral("fresh"), 0}});
    empty.queue = empty.queues.first();
    page.showQueue(keyOf(QStringLiteral("fresh")));
    showPage(page, empty);
    auto* tabs = page.findChild<QTabWidget*>(QStringLiteral("queueTabs"));
    shoot(page, QStringLiteral("queue-overview-empty"));
    m_client.answerNext(test::browseResult(0, 0, 0));
    tabs->setCurrentIndex(1);
    shoot(page, QStringLiteral("queue-messages-empty"));
    tabs->setCurrentIndex(2);
    shoot(page, QStringLiteral("queue-consumers-empty"));
    tabs->setCurrentIndex(3);
    shoot(page, QStringLiteral("queue-bindings-empty"));
    tabs->setCurrentIndex(4);
    shoot(page, QStringLiteral("queue-settings-empty"));

    constexpr int kRows = 3'000;
    const Snapshot huge = test::hugeQueueDetailSnapshot(kRows);
    page.showQueue(huge.queue->key);
    showPage(page, huge);
    shoot(page, QStringLiteral("queue-overview-huge"));
    constexpr int kPage = 100;
    m_client.answerNext(test::browseResult(0, kPage, 10'000'000));
    tabs->setCurrentIndex(1);
    shoot(page, QStringLiteral("queue-messages-huge"));
    tabs->setCurrentIndex(3);
    shoot(page, QStringLiteral("queue-bindings-huge"));
}

TEST_P(ResourcesScreenshot, Exchanges)
{
    ExchangesPage page(m_client);
    showPage(page, test::emptySnapshot());
    shoot(page, QStringLiteral("exchanges-none-selected"));

    page.selectExchange(keyOf(QStringLiteral("orders")));
    showPage(page, test::exchangeDetailSnapshot());
    shoot(page, QStringLiteral("exchanges-typical"));

    page.selectExchange(keyOf(QString()));
    shoot(page, QStringLiteral("exchanges-default"));

    constexpr int kRows = 3'000;
    const Snapshot huge = test::hugeExchangeSnapshot(kRows);
    page.selectExchange(huge.exchange->key);
    showPage(page, huge);
    shoot(page, QStringLiteral("exchanges-huge"));
}

TEST_P(ResourcesScreenshot, DeclareDialogs)
{
    DeclareQueueDialog queue(m_client, {QStringLiteral("/")}, nullptr);
    showDialog(queue);
    shoot(queue, QStringLiteral("declare-queue-empty"));

    queue.findChild<QLineEdit*>(QStringLiteral("name"))->setText(QStringLiteral("orders"));
    auto* arguments = queue.findChild<ArgumentsEditor*>();
    arguments->setArguments({{QStringLiteral("x-max-length"), 5LL},
                             {QStringLiteral("x-single-active-consumer"), true},
                             {QStringLiteral("x-weights"), QVariantList{1LL, 2.5}},
                             {QStringLiteral("x-owner"),
                              QVariantMap{{QStringLiteral("team"), QStringLiteral("shop")}}}});
    m_client.refuseNext(
        CommandStatus::Conflict,
        QStringLiteral(
            "PRECONDITION_FAILED - inequivalent arg 'x-max-length' for queue 'orders' in "
            "vhost '/': received '5' but current is '6'"));
    QTest::mouseClick(queue.findChild<QPushButton*>(QStringLiteral("accept")), Qt::LeftButton);
    shoot(queue, QStringLiteral("declare-queue-refused"));

    DeclareExchangeDialog exchange(m_client, {QStringLiteral("/"), QStringLiteral("staging")},
                                   nullptr);
    showDialog(exchange);
    shoot(exchange, QStringLiteral("declare-exchange"));
}

TEST_P(ResourcesScreenshot, BindAndPublishDialogs)
{
    m_client.setSnapshot(test::exchangeDetailSnapshot());
    BindDialog toQueue(m_client, BindDialog::Fixed::DestinationQueue,
                       keyOf(QStringLiteral("orders")), nullptr);
    showDialog(toQueue);
    shoot(toQueue, QStringLiteral("bind-queue"));

    BindDialog headers(m_client, BindDialog::Fixed::Source, keyOf(QStringLiteral("thumbnails")),
                       nullptr);
    headers.findChild<ArgumentsEditor*>()->setArguments(
        {{QStringLiteral("kind"), QStringLiteral("invoice")}});
    showDialog(headers);
    shoot(headers, QStringLiteral("bind-headers"));

    PublishDialog publish(m_client, QStringLiteral("/"), QString(), QStringLiteral("orders"),
                          nullptr);
    showDialog(publish);
    publish.findChild<QPlainTextEdit*>(QStringLiteral("bodyText"))
        ->setPlainText(QStringLiteral("{\"order\": 17}"));
    shoot(publish, QStringLiteral("publish-body"));
    auto* tabs = publish.findChild<QTabWidget*>(QStringLiteral("publishTabs"));
    tabs->setCurrentIndex(1);
    shoot(publish, QStringLiteral("publish-properties"));
    tabs->setCurrentIndex(2);
    publish.findChild<ArgumentsEditor*>()->setArguments({{QStringLiteral("retry"), 3LL}});
    m_client.answerNext({.status = CommandStatus::Done,
                         .text = {},
                         .value = management::PublishResult{.wasRouted = false}});
    QTest::mouseClick(publish.findChild<QPushButton*>(QStringLiteral("accept")), Qt::LeftButton);
    shoot(publish, QStringLiteral("publish-unrouted"));
}

TEST_P(ResourcesScreenshot, Confirmations)
{
    const Snapshot snapshot = test::queueDetailSnapshot(QStringLiteral("orders"));
    m_client.setSnapshot(snapshot);
    DeleteQueuesDialog deleteOne(m_client, {*snapshot.queue}, nullptr);
    showDialog(deleteOne);
    shoot(deleteOne, QStringLiteral("delete-queue"));

    DeleteQueuesDialog deleteMany(m_client, snapshot.queues, nullptr);
    showDialog(deleteMany);
    m_client.answerNext({});
    m_client.refuseNext(CommandStatus::Conflict,
                        QStringLiteral("PRECONDITION_FAILED - queue 'audit.log' in vhost '/' not "
                                       "empty"));
    QTest::mouseClick(deleteMany.findChild<QPushButton*>(QStringLiteral("accept")), Qt::LeftButton);
    shoot(deleteMany, QStringLiteral("delete-queues-refused"));

    PurgeQueuesDialog purge(m_client, {*snapshot.queue}, nullptr);
    showDialog(purge);
    shoot(purge, QStringLiteral("purge-queue"));

    m_client.setSnapshot(test::exchangeDetailSnapshot());
    DeleteExchangesDialog exchange(m_client, {keyOf(QStringLiteral("orders"))}, nullptr);
    showDialog(exchange);
    shoot(exchange, QStringLiteral("delete-exchange"));

    RemoveBindingsDialog bindings(m_client, snapshot.queueBindings.sliced(1), nullptr);
    showDialog(bindings);
    shoot(bindings, QStringLiteral("remove-bindings"));
}

}  // namespace
}  // namespace warren::ui
