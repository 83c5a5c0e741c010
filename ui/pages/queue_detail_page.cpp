#include "ui/pages/queue_detail_page.h"

#include "ui/dialogs/publish_dialog.h"
#include "ui/dialogs/queue_confirmations.h"
#include "ui/format.h"
#include "ui/icons.h"
#include "ui/models/argument_values.h"
#include "ui/models/badge.h"
#include "ui/models/consumer_model.h"
#include "ui/models/known_arguments.h"
#include "ui/pages/bindings_panel.h"
#include "ui/pages/message_browser.h"
#include "ui/pages/queue_settings_panel.h"
#include "ui/theme.h"
#include "ui/widgets/badges.h"
#include "ui/widgets/card.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/fact_list.h"
#include "ui/widgets/list_panel.h"
#include "ui/widgets/range_buttons.h"
#include "ui/widgets/resource_table.h"

#include <QAction>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QStackedLayout>
#include <QTabWidget>
#include <QToolButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace warren::ui {

using management::QueueRow;
using management::Snapshot;
using management::SnapshotPtr;
using management::TopicExchanges;
using management::TopicQueueDetail;

namespace {

/// Place among the facts of the queue's behaviour.
constexpr int kDroppedFact = 6;

enum Figure { Ready, Unacked, Total, Consumers, Incoming, Deliver, Ack, Memory };

/// One missing snapshot may have been taken for the page before this one.
constexpr int kMissedMax = 2;

QString yesNo(bool value) { return value ? QueueDetailPage::tr("yes") : QueueDetailPage::tr("no"); }

/// Exact up to ten million; beyond, the page must not grow with its figures.
void showCount(QLabel* figure, std::uint64_t count)
{
    constexpr std::uint64_t kExactMax = 9'999'999;
    figure->setText(count <= kExactMax ? format::count(count)
                                       : format::shortCount(static_cast<double>(count)));
    figure->setToolTip(format::count(count));
}

QString activeForText(const QueueRow& queue, const QDateTime& now)
{
    if (queue.singleActiveConsumer.isEmpty() || !queue.singleActiveSince.isValid()) return {};
    return format::duration(
        std::chrono::seconds(std::max<qint64>(0, queue.singleActiveSince.secsTo(now))));
}

/// Those that hold messages, the highest first: "9: 3, 0: 18 422".
QString prioritiesText(const QueueRow& queue)
{
    QStringList parts;
    for (qsizetype priority = queue.readyByPriority.size(); priority-- > 0;) {
        const std::uint64_t count = queue.readyByPriority.at(priority);
        if (count > 0) {
            parts.append(QStringLiteral("%1: %2").arg(priority).arg(format::count(count)));
        }
    }
    if (parts.isEmpty() && !queue.readyByPriority.isEmpty()) {
        return QueueDetailPage::tr("none ready");
    }
    return parts.join(QStringLiteral(",  "));
}

QString expiryText(const QueueRow& queue)
{
    if (!queue.expiresIn) return {};
    return format::duration(std::chrono::ceil<std::chrono::seconds>(*queue.expiresIn));
}

QString tabText(const QString& text, int count)
{
    return QStringLiteral("%1 (%2)").arg(text, format::count(static_cast<std::uint64_t>(count)));
}

std::vector<const management::RateSeries*> seriesOf(const QueueHistory& history,
                                                    std::initializer_list<QueueSeries> which)
{
    std::vector<const management::RateSeries*> series;
    for (const QueueSeries one : which) {
        series.push_back(&history.series(one));
    }
    return series;
}

}  // namespace

QueueDetailPage::QueueDetailPage(management::BrokerClient& client, QWidget* parent)
    : Page(parent),
      m_client(client),
      m_back(new QAction(icon(Icon::Back), tr("Queues"), this)),
      m_publish(new QAction(icon(Icon::Publish), tr("Publish…"), this)),
      m_purge(new QAction(icon(Icon::Purge), tr("Purge…"), this)),
      m_delete(new QAction(icon(Icon::Delete), tr("Delete…"), this)),
      m_consumerModel(new ConsumerModel(this))
{
    buildUi();
    connect(m_back, &QAction::triggered, this, &Page::closeRequested);
    connect(m_publish, &QAction::triggered, this, &QueueDetailPage::askToPublish);
    connect(m_purge, &QAction::triggered, this, &QueueDetailPage::askToPurge);
    connect(m_delete, &QAction::triggered, this, &QueueDetailPage::askToDelete);
    showActions();
}

void QueueDetailPage::buildUi()
{
    auto* layout = new QVBoxLayout(this);
    const int margin = theme::gap(this, Gap::Large);
    layout->setContentsMargins(margin, margin, margin, margin);
    layout->setSpacing(theme::gap(this, Gap::Medium));
    layout->addWidget(makeHeader());

    m_tabs = new QTabWidget(this);
    m_tabs->setObjectName(QStringLiteral("queueTabs"));
    m_tabs->setDocumentMode(true);
    m_messages = new MessageBrowser(m_client, m_tabs);
    m_messages->setObjectName(QStringLiteral("messageBrowser"));
    connect(m_messages, &MessageBrowser::publishRequested, m_publish, &QAction::trigger);
    m_bindings = new BindingsPanel(m_client, BindDialog::Fixed::DestinationQueue,
                                   tr("Bindings to this queue"), m_tabs);
    m_bindings->setObjectName(QStringLiteral("bindingsPanel"));
    m_bindings->setEmptySentence(tr("Nothing is bound to this queue."));
    connect(m_bindings, &BindingsPanel::openExchange, this, &Page::openExchange);
    connect(m_bindings, &BindingsPanel::wantedChanged, this, &Page::wantedChanged);
    connect(m_bindings, &BindingsPanel::succeeded, this,
            [this](const QString& text) { emit noticeRaised(NoticeKind::Success, text); });
    m_settings = new QueueSettingsPanel(m_tabs);
    m_settings->setObjectName(QStringLiteral("settings"));
    const int gap = theme::gap(this, Gap::Medium);
    const struct {
        QWidget* content;
        QString title;
    } tabs[] = {{makeOverviewTab(), tr("Overview")},
                {m_messages, tr("Messages")},
                {makeConsumersTab(), tr("Consumers")},
                {m_bindings, tr("Bindings")},
                {m_settings, tr("Settings")}};
    for (const auto& [content, title] : tabs) {
        content->layout()->setContentsMargins(0, gap, 0, 0);
        m_tabs->addTab(content, title);
    }
    connect(m_tabs, &QTabWidget::currentChanged, this, [this] {
        if (m_tabs->currentWidget() == m_messages) m_messages->loadOnce();
    });

    m_gone = new EmptyState(this);
    m_gone->setObjectName(QStringLiteral("gone"));
    connect(m_gone, &EmptyState::buttonClicked, this, &Page::closeRequested);
    m_stack = new QStackedLayout;
    m_stack->addWidget(m_tabs);
    m_stack->addWidget(m_gone);
    layout->addLayout(m_stack, 1);
}

QWidget* QueueDetailPage::makeHeader()
{
    auto* header = new QWidget(this);
    auto* line = new QHBoxLayout(header);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(theme::gap(this, Gap::Small));
    const auto addButton = [&](QAction* action, const QString& name, const QString& toolTip) {
        action->setObjectName(name);
        action->setToolTip(toolTip);
        auto* button = new QToolButton(header);
        button->setDefaultAction(action);
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setFocusPolicy(Qt::StrongFocus);
        line->addWidget(button);
    };
    m_back->setShortcut(Qt::Key_Escape);
    addAction(m_back);
    addButton(m_back, QStringLiteral("back"), tr("Back to the queues (Esc)"));

    m_name = new ElidedLabel(header);
    m_name->setObjectName(QStringLiteral("queueName"));
    m_name->setFont(theme::titleFont(font()));
    m_name->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Preferred);
    line->addWidget(m_name);
    m_vhost = new QLabel(header);
    m_vhost->setObjectName(QStringLiteral("queueVhost"));
    line->addWidget(m_vhost);
    m_state = new BadgeStrip(header);
    line->addWidget(m_state);
    m_features = new BadgeStrip(header);
    line->addWidget(m_features);
    line->addStretch(1);

    addButton(m_publish, QStringLiteral("publish"), tr("Publishes a message to this queue"));
    addButton(m_purge, QStringLiteral("purge"), tr("Removes the ready messages"));
    addButton(m_delete, QStringLiteral("delete"), tr("Deletes this queue"));
    return header;
}

QWidget* QueueDetailPage::makeOverviewTab()
{
    auto* tab = new QWidget(m_tabs);
    auto* layout = new QVBoxLayout(tab);
    layout->setSpacing(theme::gap(this, Gap::Medium));
    QWidget* plots = makePlots();
    layout->addWidget(makeFigures());
    layout->addWidget(plots, 3);
    layout->addWidget(makeFacts(), 2);
    return tab;
}

QWidget* QueueDetailPage::makeFigures()
{
    auto* card = new Card({}, m_tabs);
    auto* line = new QHBoxLayout;
    line->setSpacing(theme::gap(this, Gap::Large));
    // In the order of Figure.
    for (const QString& caption : {tr("Ready"), tr("Unacked"), tr("Total"), tr("Consumers"),
                                   tr("Incoming"), tr("Deliver"), tr("Ack"), tr("Memory")}) {
        auto* figure = new QLabel(QStringLiteral("–"), card);
        figure->setFont(theme::figureFont(font()));
        figure->setAccessibleName(caption);
        auto* label = new QLabel(caption, card);
        label->setForegroundRole(QPalette::PlaceholderText);
        auto* column = new QVBoxLayout;
        column->setSpacing(0);
        column->addWidget(figure);
        column->addWidget(label);
        line->addLayout(column, 1);
        m_figures.append(figure);
    }
    auto* ranges = new RangeButtons(card);
    connect(ranges, &RangeButtons::rangeChosen, m_depthPlot, &RatePlot::setRange);
    connect(ranges, &RangeButtons::rangeChosen, m_ratePlot, &RatePlot::setRange);
    line->addWidget(ranges, 0, Qt::AlignTop);
    card->body()->addLayout(line);
    return card;
}

QWidget* QueueDetailPage::makePlots()
{
    m_depthPlot = new RatePlot(PlotUnit::Messages, {{tr("Ready"), SeriesColour::Blue},
                                                    {tr("Unacked"), SeriesColour::Orange},
                                                    {tr("Total"), SeriesColour::Green}});
    m_depthPlot->setObjectName(QStringLiteral("depthPlot"));
    m_depthPlot->setAccessibleName(tr("Messages in the queue over time"));
    m_ratePlot = new RatePlot(PlotUnit::MessagesPerSecond, {{tr("Incoming"), SeriesColour::Orange},
                                                            {tr("Deliver"), SeriesColour::Blue},
                                                            {tr("Ack"), SeriesColour::Green}});
    m_ratePlot->setObjectName(QStringLiteral("ratePlot"));
    m_ratePlot->setAccessibleName(tr("Message rates of the queue over time"));

    auto* plots = new QWidget(m_tabs);
    auto* line = new QHBoxLayout(plots);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(theme::gap(this, Gap::Medium));
    auto* depth = new Card(tr("Depth"), plots);
    depth->body()->addWidget(m_depthPlot, 1);
    auto* rates = new Card(tr("Message rates"), plots);
    rates->body()->addWidget(m_ratePlot, 1);
    line->addWidget(depth, 1);
    line->addWidget(rates, 1);
    return plots;
}

QWidget* QueueDetailPage::makeFacts()
{
    auto* row = new QWidget(m_tabs);
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(theme::gap(this, Gap::Medium));

    auto* facts = new Card(tr("Properties"), row);
    m_facts = new FactList({tr("Type"), tr("Durable"), tr("Auto-delete"), tr("Exclusive to"),
                            tr("Persistent messages"), tr("Message bodies"), tr("Virtual host")},
                           facts);
    m_facts->setObjectName(QStringLiteral("facts"));
    facts->body()->addWidget(m_facts);
    facts->body()->addStretch();
    line->addWidget(facts, 4);

    auto* behaviour = new Card(tr("Behaviour"), row);
    m_behaviour = new FactList(
        {tr("Policy"), tr("Operator policy"), tr("Active consumer"), tr("Active for"),
         tr("Ready by priority"), tr("Dead-lettered"), tr("Of them dropped"), tr("Expires in")},
        behaviour);
    m_behaviour->setObjectName(QStringLiteral("behaviour"));
    behaviour->body()->addWidget(m_behaviour);
    behaviour->body()->addStretch();
    line->addWidget(behaviour, 5);

    m_argumentsCard = new Card(tr("Arguments"), row);
    m_arguments = new QTreeWidget(m_argumentsCard);
    m_arguments->setObjectName(QStringLiteral("queueArguments"));
    m_arguments->setAccessibleName(tr("Arguments"));
    m_arguments->setHeaderLabels({tr("Argument"), tr("Type"), tr("Value"), tr("Effect")});
    m_arguments->setRootIsDecorated(false);
    m_arguments->setUniformRowHeights(true);
    m_arguments->setFrameShape(QFrame::NoFrame);
    m_arguments->setIconSize(QSize(fontMetrics().height(), fontMetrics().height()));
    m_arguments->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_arguments->header()->setStretchLastSection(true);
    m_argumentsCard->body()->addWidget(m_arguments, 1);
    line->addWidget(m_argumentsCard, 8);
    return row;
}

QWidget* QueueDetailPage::makeConsumersTab()
{
    m_consumers = new ListPanel(tr("Consumers"), *m_consumerModel, m_tabs);
    m_consumers->setObjectName(QStringLiteral("consumers"));
    m_consumers->table()->setSamples({QStringLiteral("ctag1.a1b2c3d4e5f6"),
                                      QStringLiteral("127.0.0.1:40000 -> 127.0.0.1:5672"),
                                      QStringLiteral("2047"),
                                      {},
                                      {},
                                      {},
                                      QStringLiteral("unlimited"),
                                      QStringLiteral("100 000"),
                                      QStringLiteral("x-priority = 10")});
    return m_consumers;
}

void QueueDetailPage::showQueue(const management::ResourceKey& key)
{
    m_key = key;
    m_queue.reset();
    m_missedCount = 0;
    m_isGone = false;
    m_name->setFullText(key.name);
    m_state->setBadges({});
    m_features->setBadges({});
    m_messages->setQueue(key);
    m_bindings->setOwner(key);
    m_consumerModel->show({});
    m_consumers->setEmptyState(tr("Waiting for the broker…"));
    m_arguments->clear();
    m_facts->setValues({});
    m_behaviour->setValues({});
    m_settings->clear();
    for (QLabel* figure : m_figures) {
        figure->setText(QStringLiteral("–"));
    }
    m_tabs->setCurrentIndex(0);
    m_stack->setCurrentWidget(m_tabs);
    showPlots();
    showActions();
    emit wantedChanged();
}

management::WatchScope QueueDetailPage::wanted() const
{
    return {TopicQueueDetail | TopicExchanges | m_bindings->wantedTopics(), m_key, std::nullopt};
}

void QueueDetailPage::showSnapshot(const SnapshotPtr& snapshot)
{
    if ((snapshot->topics & TopicQueueDetail) == 0) return;
    if (!snapshot->queue) {
        showMissing();
    } else if (snapshot->queue->key == m_key) {
        showPresent(*snapshot);
    }
}

void QueueDetailPage::showPresent(const Snapshot& snapshot)
{
    m_queue = *snapshot.queue;
    m_missedCount = 0;
    m_isGone = false;
    m_stack->setCurrentWidget(m_tabs);
    m_histories.of(m_key).add(*m_queue,
                              static_cast<double>(snapshot.takenAt.toMSecsSinceEpoch()) / 1000);
    showHeader(*m_queue);
    showFigures(*m_queue);
    showFacts(*m_queue);
    showBehaviour(snapshot);
    m_settings->showSettings(*m_queue, snapshot.queueSettings);
    showPlots();
    m_consumers->setEmptyState(
        tr("Nobody consumes from this queue. Messages wait until a client does."));
    m_consumerModel->showConsumers(snapshot.queueConsumers);
    m_bindings->showBindings(snapshot.queueBindings);
    m_tabs->setTabText(m_tabs->indexOf(m_consumers),
                       tabText(tr("Consumers"), m_consumerModel->rowCount()));
    m_tabs->setTabText(m_tabs->indexOf(m_bindings), tabText(tr("Bindings"), m_bindings->count()));
    showActions();
}

void QueueDetailPage::showMissing()
{
    m_missedCount += 1;
    if (!m_queue && m_missedCount < kMissedMax) return;
    m_isGone = true;
    m_gone->setContent(tr("The queue “%1” does not exist any more: it was deleted, or it went with "
                          "its connection or its last consumer.")
                           .arg(m_key.name),
                       tr("Back to the queues"));
    m_stack->setCurrentWidget(m_gone);
    m_state->setBadges({});
    m_features->setBadges({});
    showActions();
}

void QueueDetailPage::showHeader(const QueueRow& queue)
{
    m_state->setBadges({queueStateBadge(queue.state)});
    m_features->setBadges(queueFeatures(queue));
    m_vhost->setVisible(queue.key.vhost != QStringLiteral("/"));
    m_vhost->setText(tr("in %1").arg(queue.key.vhost));
}

void QueueDetailPage::showFigures(const QueueRow& queue)
{
    showCount(m_figures[Ready], queue.readyCount);
    showCount(m_figures[Unacked], queue.unackedCount);
    showCount(m_figures[Total], queue.readyCount + queue.unackedCount);
    showCount(m_figures[Consumers], queue.consumerCount);
    m_figures[Incoming]->setText(format::rateWithUnit(queue.rates.publish));
    m_figures[Deliver]->setText(format::rateWithUnit(queue.rates.deliver));
    m_figures[Ack]->setText(format::rateWithUnit(queue.rates.ack));
    m_figures[Memory]->setText(format::bytes(queue.memoryBytes));
}

void QueueDetailPage::showFacts(const QueueRow& queue)
{
    m_facts->setValues({queue.type, yesNo(queue.isDurable), yesNo(queue.isAutoDelete),
                        queue.isExclusive ? queue.ownerConnection : tr("nobody"),
                        format::count(queue.persistentCount), format::bytes(queue.bodyBytes),
                        queue.key.vhost});
    showArguments(queue);
}

void QueueDetailPage::showBehaviour(const Snapshot& snapshot)
{
    const QueueRow& queue = *snapshot.queue;
    m_behaviour->setValues({queue.policy, queue.operatorPolicy, queue.singleActiveConsumer,
                            activeForText(queue, snapshot.takenAt), prioritiesText(queue),
                            format::count(queue.deadLetteredCount),
                            format::count(queue.deadLetterDroppedCount), expiryText(queue)});
    m_behaviour->setToolTip(
        kDroppedFact, queue.deadLetterDroppedCount == 0
                          ? QString{}
                          : tr("Dropped dead letters had nowhere to go: the dead letter exchange "
                               "does not exist or routes to no queue, or the message would have "
                               "gone round in a circle."));
}

void QueueDetailPage::showArguments(const QueueRow& queue)
{
    m_argumentsCard->setVisible(!queue.arguments.isEmpty());
    // They never change while a queue lives, so what is selected in the list stays.
    if (m_arguments->topLevelItemCount() == queue.arguments.size()) return;
    m_arguments->clear();
    for (auto it = queue.arguments.cbegin(); it != queue.arguments.cend(); ++it) {
        const bool isInert = queue.notHonoured.contains(it.key());
        auto* item = new QTreeWidgetItem(
            m_arguments, {it.key(), argumentTypeName(argumentTypeOf(it.value())),
                          argumentText(it.value()), isInert ? tr("not acted on") : tr("acted on")});
        if (const auto* known = findKnownArgument(knownQueueArguments(), it.key())) {
            item->setToolTip(0, knownArgumentExplanation(*known));
        }
        if (isInert) item->setIcon(3, icon(Icon::Warning));
    }
}

void QueueDetailPage::showPlots()
{
    const QueueHistory& history = m_histories.of(m_key);
    m_depthPlot->setSeries(
        seriesOf(history, {QueueSeries::Ready, QueueSeries::Unacked, QueueSeries::Total}),
        history.nowSeconds());
    m_ratePlot->setSeries(
        seriesOf(history, {QueueSeries::Incoming, QueueSeries::Deliver, QueueSeries::Ack}),
        history.nowSeconds());
}

void QueueDetailPage::showActions()
{
    const bool isThere = m_isReachable && m_queue && !m_isGone;
    m_publish->setEnabled(isThere);
    m_purge->setEnabled(isThere);
    m_delete->setEnabled(isThere);
    m_bindings->setRefusal(m_isReachable ? QString{} : tr("The broker cannot be reached."));
}

bool QueueDetailPage::focusFilter()
{
    if (m_tabs->currentWidget() == m_consumers) {
        m_consumers->focusFilter();
        return true;
    }
    return m_tabs->currentWidget() == m_bindings && m_bindings->focusFilter();
}

void QueueDetailPage::setActionsEnabled(bool enabled)
{
    m_isReachable = enabled;
    showActions();
}

void QueueDetailPage::askToPublish()
{
    // The default exchange routes to the queue that the key names.
    auto* dialog = new PublishDialog(m_client, m_key.vhost, {}, m_key.name, this);
    connect(dialog, &CommandDialog::succeeded, this, [this] {
        if (m_tabs->currentWidget() == m_messages) m_messages->load();
    });
    openDialog(dialog);
}

void QueueDetailPage::askToPurge()
{
    auto* dialog = new PurgeQueuesDialog(m_client, {*m_queue}, this);
    connect(dialog, &CommandDialog::succeeded, this, [this] {
        if (m_tabs->currentWidget() == m_messages) m_messages->load();
    });
    openDialog(dialog);
}

void QueueDetailPage::askToDelete()
{
    auto* dialog = new DeleteQueuesDialog(m_client, {*m_queue}, this);
    connect(dialog, &CommandDialog::succeeded, this, &Page::closeRequested);
    openDialog(dialog);
}

}  // namespace warren::ui
