#include "ui/pages/overview_page.h"

#include "ui/dialogs/tls_dialog.h"
#include "ui/format.h"
#include "ui/icons.h"
#include "ui/widgets/card.h"
#include "ui/widgets/copy_line.h"
#include "ui/widgets/fact_list.h"
#include "ui/widgets/gauge.h"
#include "ui/widgets/range_buttons.h"

#include <QBoxLayout>
#include <QFrame>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>
#include <chrono>

namespace warren::ui {

using management::DiskUse;
using management::MemoryUse;
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

template <SeriesColour kColour>
QColor partColour(const QPalette& palette)
{
    return theme::series(kColour, palette);
}

QColor otherPartColour(const QPalette& palette) { return theme::secondaryText(palette); }

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

    auto* scroll = new QScrollArea(this);
    scroll->setWidget(content);  // takes it over
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::NoFocus);
    // The cards are white on the window's own colour, not on a scroll area's.
    scroll->viewport()->setAutoFillBackground(false);
    content->setAutoFillBackground(false);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(scroll);
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
    m_memoryText = new QLabel(card);
    m_memoryText->setObjectName(QStringLiteral("memoryText"));
    m_memoryText->setWordWrap(true);
    m_memoryGauge = new Gauge(card);
    m_memoryGauge->setAccessibleName(tr("Memory"));
    m_memoryParts = new FactList({tr("Message bodies"), tr("Index"), tr("Connections"),
                                  tr("Waiting for disk"), tr("Everything else")});
    m_memoryParts->setObjectName(QStringLiteral("memoryParts"));
    card->body()->addWidget(m_memoryText);
    card->body()->addWidget(m_memoryGauge);
    card->body()->addWidget(m_memoryParts);
    card->body()->addStretch();
    return card;
}

Card* OverviewPage::buildDiskCard()
{
    auto* card = new Card(tr("Disk"), this);
    m_diskText = new QLabel(card);
    m_diskText->setObjectName(QStringLiteral("diskText"));
    m_diskText->setWordWrap(true);
    m_diskGauge = new Gauge(card);
    m_diskGauge->setAccessibleName(tr("Disk"));
    m_diskFacts = new FactList({tr("Free"), tr("Kept free"), tr("Warren's files")});
    m_diskFacts->setObjectName(QStringLiteral("diskFacts"));
    card->body()->addWidget(m_diskText);
    card->body()->addWidget(m_diskGauge);
    card->body()->addWidget(m_diskFacts);
    card->body()->addStretch();
    return card;
}

void OverviewPage::showSnapshot(const SnapshotPtr& snapshot)
{
    const Overview& overview = snapshot->overview;
    showCounts(overview);
    showNode(overview, snapshot->takenAt);
    showMemory(overview.memory, overview.hasMemoryAlarm);
    showDisk(overview.disk, overview.hasDiskAlarm);
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

void OverviewPage::showMemory(const MemoryUse& memory, bool hasAlarm)
{
    const std::uint64_t knownBytes =
        memory.bodyBytes + memory.indexBytes + memory.connectionBytes + memory.storeBytes;
    const std::uint64_t otherBytes =
        memory.residentBytes - std::min(memory.residentBytes, knownBytes);
    const QString use =
        tr("%1 of %2 (%3)")
            .arg(format::bytes(memory.residentBytes), format::bytes(memory.watermarkBytes),
                 format::percent(static_cast<double>(memory.residentBytes),
                                 static_cast<double>(memory.watermarkBytes)));
    m_memoryText->setText(hasAlarm ? tr("%1 – publishers are blocked").arg(use) : use);
    // The tick stands at four fifths, so that one sees by how much it is crossed.
    m_memoryGauge->setContent(
        {{tr("Message bodies"), memory.bodyBytes, &partColour<SeriesColour::Blue>},
         {tr("Index"), memory.indexBytes, &partColour<SeriesColour::Orange>},
         {tr("Connections"), memory.connectionBytes, &partColour<SeriesColour::Green>},
         {tr("Waiting for disk"), memory.storeBytes, &partColour<SeriesColour::Purple>},
         {tr("Everything else"), otherBytes, &otherPartColour}},
        memory.watermarkBytes, memory.watermarkBytes + memory.watermarkBytes / 4);
    m_memoryParts->setValues({format::bytes(memory.bodyBytes), format::bytes(memory.indexBytes),
                              format::bytes(memory.connectionBytes),
                              format::bytes(memory.storeBytes), format::bytes(otherBytes)});
}

void OverviewPage::showDisk(const DiskUse& disk, bool hasAlarm)
{
    const QString room = tr("%1 free").arg(format::bytes(disk.freeBytes));
    m_diskText->setText(hasAlarm ? tr("%1 – publishers are blocked").arg(room) : room);
    // The room that our files have: they grow from the left and must stop at the tick.
    const std::uint64_t wholeBytes = disk.databaseBytes + disk.freeBytes;
    m_diskGauge->setContent(
        {{tr("Warren's files"), disk.databaseBytes, &partColour<SeriesColour::Blue>}},
        wholeBytes - std::min(wholeBytes, disk.limitBytes), wholeBytes);
    m_diskFacts->setValues({format::bytes(disk.freeBytes), format::bytes(disk.limitBytes),
                            format::bytes(disk.databaseBytes)});
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
