#include "ui/pages/overview_page.h"

#include "ui/dialogs/tls_dialog.h"
#include "ui/format.h"
#include "ui/icons.h"
#include "ui/pages/resource_gauges.h"
#include "ui/widgets/card.h"
#include "ui/widgets/copy_line.h"
#include "ui/widgets/fact_list.h"
#include "ui/widgets/range_buttons.h"

#include <QBoxLayout>
#include <QFrame>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <chrono>

namespace warren::ui {

using management::Overview;
using management::SnapshotPtr;

namespace {

std::vector<const management::RateSeries*> seriesOf(const OverviewHistory& history,
                                                    std::initializer_list<OverviewSeries> which)
{
    std::vector<const management::RateSeries*> series;
    for (const OverviewSeries one : which)
        series.push_back(&history.series(one));
    return series;
}

}  // namespace

OverviewPage::OverviewPage(management::BrokerClient& client, const OverviewHistory& history,
                           QWidget* parent)
    : Page(parent), m_client(client), m_history(history)
{
    buildUi();
}

void OverviewPage::buildUi()
{
    auto* content = new QWidget;
    const int margin = theme::gap(this, Gap::Large);
    const int gap = theme::gap(this, Gap::Medium);
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(margin, margin, margin, margin);
    layout->setSpacing(gap);
    QWidget* plots = buildPlots();
    layout->addWidget(buildHeader());
    layout->addWidget(buildCounts());
    layout->addWidget(plots, 1);

    auto* cards = new QGridLayout;
    cards->setSpacing(gap);
    cards->addWidget(buildConnectCard(), 0, 0, 1, 3);
    cards->addWidget(buildNodeCard(), 1, 0);
    cards->addWidget(buildMemoryCard(), 1, 1);
    cards->addWidget(buildDiskCard(), 1, 2);
    for (int column = 0; column < cards->columnCount(); ++column) {
        cards->setColumnStretch(column, 1);
    }
    layout->addLayout(cards);

    setScrolledContent(content);
}

QWidget* OverviewPage::buildHeader()
{
    auto* header = new QWidget(this);
    auto* title = new QLabel(tr("Overview"), header);
    title->setFont(theme::titleFont(font()));
    m_subtitle = new QLabel(header);
    m_subtitle->setObjectName(QStringLiteral("subtitle"));
    m_subtitle->setForegroundRole(QPalette::PlaceholderText);

    auto* layout = new QHBoxLayout(header);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(theme::gap(this, Gap::Small));
    layout->addWidget(title, 0, Qt::AlignBaseline);
    layout->addWidget(m_subtitle, 0, Qt::AlignBaseline);
    layout->addStretch();

    auto* ranges = new RangeButtons(header);
    connect(ranges, &RangeButtons::rangeChosen, m_messages, &RatePlot::setRange);
    connect(ranges, &RangeButtons::rangeChosen, m_rates, &RatePlot::setRange);
    layout->addWidget(ranges);
    return header;
}

QWidget* OverviewPage::buildCounts()
{
    auto* card = new Card(QString(), this);
    auto* layout = new QHBoxLayout;
    layout->setSpacing(theme::gap(this, Gap::Large));
    for (const QString& caption :
         {tr("Connections"), tr("Channels"), tr("Exchanges"), tr("Queues"), tr("Consumers")}) {
        auto* figure = new QLabel(QStringLiteral("–"), card);
        figure->setFont(theme::figureFont(font()));
        figure->setAccessibleName(caption);
        auto* label = new QLabel(caption, card);
        label->setForegroundRole(QPalette::PlaceholderText);
        auto* column = new QVBoxLayout;
        column->setSpacing(0);
        column->addWidget(figure);
        column->addWidget(label);
        layout->addLayout(column, 1);
        m_counts.append(figure);
    }
    card->body()->addLayout(layout);
    return card;
}

QWidget* OverviewPage::buildPlots()
{
    m_messages = new RatePlot(PlotUnit::Messages, {{tr("Ready"), SeriesColour::Blue},
                                                   {tr("Unacked"), SeriesColour::Orange},
                                                   {tr("Total"), SeriesColour::Green}});
    m_messages->setObjectName(QStringLiteral("messagesPlot"));
    m_messages->setAccessibleName(tr("Messages in queues over time"));
    m_rates = new RatePlot(PlotUnit::MessagesPerSecond, {{tr("Publish"), SeriesColour::Orange},
                                                         {tr("Confirm"), SeriesColour::Purple},
                                                         {tr("Deliver"), SeriesColour::Blue},
                                                         {tr("Ack"), SeriesColour::Green}});
    m_rates->setObjectName(QStringLiteral("ratesPlot"));
    m_rates->setAccessibleName(tr("Message rates over time"));

    auto* plots = new QWidget(this);
    m_plots = new QBoxLayout(QBoxLayout::LeftToRight, plots);
    m_plots->setContentsMargins(0, 0, 0, 0);
    m_plots->setSpacing(theme::gap(this, Gap::Medium));
    auto* messages = new Card(tr("Messages in queues"), plots);
    messages->body()->addWidget(m_messages, 1);
    auto* rates = new Card(tr("Message rates"), plots);
    rates->body()->addWidget(m_rates, 1);
    m_plots->addWidget(messages, 1);
    m_plots->addWidget(rates, 1);
    return plots;
}

Card* OverviewPage::buildConnectCard()
{
    auto* card = new Card(QString(), this);
    m_connectionString =
        new CopyLine(tr("Clients connect to"), QStringLiteral("connectionString"), card);
    m_tlsString = new CopyLine(tr("With TLS"), QStringLiteral("tlsConnectionString"), card);
    m_tls = new QPushButton(icon(Icon::Lock), tr("TLS for testing…"), card);
    m_tls->setObjectName(QStringLiteral("tlsForTesting"));
    m_tls->setToolTip(tr("Makes certificates for this machine, and lets clients connect with TLS"));
    connect(m_tls, &QPushButton::clicked, this,
            [this] { openDialog(new TlsDialog(m_client, this)); });

    auto* layout = new QHBoxLayout;
    layout->setSpacing(theme::gap(this, Gap::Medium));
    layout->addWidget(m_connectionString, 1);
    layout->addWidget(m_tls);
    card->body()->addLayout(layout);
    card->body()->addWidget(m_tlsString);
    // Texts and buttons of both lines stand below each other.
    const int captionWidth =
        std::max(m_connectionString->captionWidth(), m_tlsString->captionWidth());
    m_connectionString->setCaptionWidth(captionWidth);
    m_tlsString->setCaptionWidth(captionWidth);
    m_tlsString->layout()->setContentsMargins(0, 0, m_tls->sizeHint().width() + layout->spacing(),
                                              0);
    return card;
}

Card* OverviewPage::buildNodeCard()
{
    auto* card = new Card(tr("Node"), this);
    m_node = new FactList({tr("Name"), tr("Version"), tr("Up for"), tr("Address"), tr("Data")});
    m_node->setObjectName(QStringLiteral("node"));
    card->body()->addWidget(m_node);
    card->body()->addStretch();
    return card;
}

Card* OverviewPage::buildMemoryCard()
{
    auto* card = new Card(tr("Memory"), this);
    m_memory = new MemoryGauge(1, card);
    card->body()->addWidget(m_memory);
    card->body()->addStretch();
    return card;
}

Card* OverviewPage::buildDiskCard()
{
    auto* card = new Card(tr("Disk"), this);
    m_disk = new DiskGauge(card);
    card->body()->addWidget(m_disk);
    card->body()->addStretch();
    return card;
}

void OverviewPage::showSnapshot(const SnapshotPtr& snapshot)
{
    const Overview& overview = snapshot->overview;
    showCounts(overview);
    showNode(overview, snapshot->takenAt);
    m_memory->setUse(overview.memory, overview.hasMemoryAlarm);
    m_disk->setUse(overview.disk, overview.hasDiskAlarm);
    showPlots();
}

void OverviewPage::setActionsEnabled(bool enabled) { m_tls->setEnabled(enabled); }

void OverviewPage::resizeEvent(QResizeEvent* event)
{
    Page::resizeEvent(event);
    // In a narrow window the plots lie below each other.
    constexpr int kWideLines = 66;
    const bool isWide = width() >= kWideLines * fontMetrics().height();
    m_plots->setDirection(isWide ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
}

void OverviewPage::showCounts(const Overview& overview)
{
    const std::initializer_list<std::uint32_t> counts{overview.connectionCount,
                                                      overview.channelCount, overview.exchangeCount,
                                                      overview.queueCount, overview.consumerCount};
    auto label = m_counts.begin();
    for (const std::uint32_t count : counts) {
        (*label)->setText(format::count(count));
        ++label;
    }
}

void OverviewPage::showNode(const Overview& overview, const QDateTime& now)
{
    m_subtitle->setText(overview.nodeName);
    m_connectionString->setText(overview.connectionString);
    // A broker may be there for TLS alone.
    m_connectionString->setVisible(!overview.connectionString.isEmpty() ||
                                   overview.tlsConnectionString.isEmpty());
    m_tlsString->setText(overview.tlsConnectionString);
    m_tlsString->setVisible(!overview.tlsConnectionString.isEmpty());
    const bool hasStarted = overview.startedAt.isValid() && now.isValid();
    const auto upFor = std::chrono::seconds(hasStarted ? overview.startedAt.secsTo(now) : 0);
    QStringList ports;
    if (overview.amqpPort != 0) ports.append(QString::number(overview.amqpPort));
    if (overview.tlsPort != 0) ports.append(tr("%1 (TLS)").arg(overview.tlsPort));
    const QString address = overview.address.isEmpty()
                                ? QString()
                                : overview.address + u':' + ports.join(QStringLiteral(", "));
    m_node->setValues({overview.nodeName, overview.version,
                       hasStarted ? format::duration(upFor) : QString(), address,
                       overview.dataFolder});
}

void OverviewPage::showPlots()
{
    m_messages->setSeries(seriesOf(m_history, {OverviewSeries::Ready, OverviewSeries::Unacked,
                                               OverviewSeries::Total}),
                          m_history.nowSeconds());
    m_rates->setSeries(seriesOf(m_history, {OverviewSeries::Publish, OverviewSeries::Confirm,
                                            OverviewSeries::Deliver, OverviewSeries::Ack}),
                       m_history.nowSeconds());
}

}  // namespace warren::ui
