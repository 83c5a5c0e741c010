#include "ui/pages/memory_flow_page.h"

#include "ui/models/flow_stages.h"
#include "ui/models/held_connection_model.h"
#include "ui/pages/disk_limit_editor.h"
#include "ui/pages/resource_gauges.h"
#include "ui/pages/watermark_editor.h"
#include "ui/theme.h"
#include "ui/widgets/badges.h"
#include "ui/widgets/card.h"
#include "ui/widgets/flow_chain.h"
#include "ui/widgets/list_panel.h"
#include "ui/widgets/resource_table.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace warren::ui {

using management::Overview;
using management::SnapshotPtr;
using management::TopicConnections;

MemoryFlowPage::MemoryFlowPage(management::BrokerClient& client, QWidget* parent)
    : Page(parent), m_client(client), m_held(new HeldConnectionModel(this))
{
    buildUi();
}

void MemoryFlowPage::buildUi()
{
    auto* content = new QWidget;
    const int margin = theme::gap(this, Gap::Large);
    const int gap = theme::gap(this, Gap::Medium);
    auto* title = new QLabel(tr("Memory and flow"), content);
    title->setFont(theme::titleFont(font()));
    auto* limits = new QHBoxLayout;
    limits->setSpacing(gap);
    constexpr int kMemoryShare = 3;
    constexpr int kDiskShare = 2;
    limits->addWidget(buildMemoryCard(), kMemoryShare);
    limits->addWidget(buildDiskCard(), kDiskShare);

    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(margin, margin, margin, margin);
    layout->setSpacing(gap);
    layout->addWidget(title);
    layout->addLayout(limits);
    layout->addWidget(buildFlowCard());
    layout->addWidget(buildHeldList(), 1);

    setScrolledContent(content);
}

Card* MemoryFlowPage::buildMemoryCard()
{
    auto* card = new Card(tr("Memory"), this);
    constexpr int kLegendColumns = 2;
    m_memory = new MemoryGauge(kLegendColumns, card);
    m_watermark = new WatermarkEditor(m_client, card);
    connect(m_watermark, &WatermarkEditor::moved, this, &MemoryFlowPage::showMemory);
    connect(m_watermark, &WatermarkEditor::refused, this, [this](const QString& text) {
        raiseRefusal(tr("The memory watermark was not set: %1"), text);
    });
    card->body()->addWidget(m_memory);
    card->body()->addSpacing(theme::gap(this, Gap::Hair));
    card->body()->addWidget(m_watermark);
    card->body()->addStretch();
    return card;
}

Card* MemoryFlowPage::buildDiskCard()
{
    auto* card = new Card(tr("Disk"), this);
    m_disk = new DiskGauge(card);
    m_diskLimit = new DiskLimitEditor(m_client, card);
    connect(m_diskLimit, &DiskLimitEditor::succeeded, this,
            [this](const QString& text) { emit noticeRaised(NoticeKind::Success, text); });
    connect(m_diskLimit, &DiskLimitEditor::refused, this, [this](const QString& text) {
        raiseRefusal(tr("The limit of the disk was not set: %1"), text);
    });
    card->body()->addWidget(m_disk);
    card->body()->addSpacing(theme::gap(this, Gap::Hair));
    card->body()->addWidget(m_diskLimit);
    card->body()->addStretch();
    return card;
}

Card* MemoryFlowPage::buildFlowCard()
{
    auto* card = new Card(tr("From publisher to store"), this);
    m_bottleneck = new QLabel(card);
    m_bottleneck->setObjectName(QStringLiteral("bottleneck"));
    m_bottleneck->setWordWrap(true);
    m_chain = new FlowChain(card);
    m_chain->setObjectName(QStringLiteral("flowChain"));
    m_chain->setStages(flowStages(Overview{}));
    card->body()->addWidget(m_bottleneck);
    card->body()->addWidget(m_chain);
    return card;
}

ListPanel* MemoryFlowPage::buildHeldList()
{
    m_list = new ListPanel(tr("Held back"), *m_held, this);
    m_list->setObjectName(QStringLiteral("heldConnections"));
    m_list->setEmptyState(tr("No connection is held back."));
    ResourceTable* table = m_list->table();
    table->setItemDelegateForColumn(static_cast<int>(HeldConnectionColumn::State),
                                    new BadgeDelegate(table));
    table->setSamples({QStringLiteral("127.0.0.1:40000 -> 127.0.0.1:5672"),
                       QStringLiteral("order-service-worker-1"), QStringLiteral(" blocking "),
                       QStringLiteral("2025-03-01 12:34:56"),
                       QStringLiteral("Blocked: low on memory")});
    table->setFlexibleColumn(static_cast<int>(HeldConnectionColumn::Reason));
    constexpr int kLinesMin = 9;
    table->setMinimumHeight(fontMetrics().height() * kLinesMin);
    connect(table, &ResourceTable::rowActivated, this,
            [this](int row) { emit openConnection(m_held->rowAt(row).name); });
    return m_list;
}

management::WatchScope MemoryFlowPage::wanted() const
{
    return {.topics = TopicConnections, .queue = {}, .exchange = {}};
}

void MemoryFlowPage::showSnapshot(const SnapshotPtr& snapshot)
{
    const Overview& overview = snapshot->overview;
    m_memoryUse = overview.memory;
    m_hasMemoryAlarm = overview.hasMemoryAlarm;
    m_watermark->setUse(overview.memory);
    showMemory();
    m_disk->setUse(overview.disk, overview.hasDiskAlarm);
    m_diskLimit->setUse(overview.disk, overview.memory.totalBytes);
    m_bottleneck->setText(bottleneckText(overview));
    m_chain->setStages(flowStages(overview));
    if (snapshot->topics & TopicConnections) m_held->show(heldConnections(snapshot->connections));
}

bool MemoryFlowPage::focusFilter()
{
    m_list->focusFilter();
    return true;
}

void MemoryFlowPage::setActionsEnabled(bool enabled)
{
    m_watermark->setActionsEnabled(enabled);
    m_diskLimit->setActionsEnabled(enabled);
}

/// The gauge's tick goes along with the slider, before the broker has answered.
void MemoryFlowPage::showMemory()
{
    management::MemoryUse shown = m_memoryUse;
    shown.watermarkBytes = m_watermark->shownBytes();
    m_memory->setUse(shown, m_hasMemoryAlarm);
}

void MemoryFlowPage::raiseRefusal(const QString& what, const QString& text)
{
    emit noticeRaised(NoticeKind::Error, what.arg(text));
}

}  // namespace warren::ui
