#include "ui/pages/channels_page.h"

#include "ui/dialogs/close_confirmations.h"
#include "ui/format.h"
#include "ui/models/channel_model.h"
#include "ui/pages/client_panel.h"
#include "ui/pages/closes_panel.h"
#include "ui/theme.h"
#include "ui/widgets/badges.h"
#include "ui/widgets/card.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/fact_list.h"
#include "ui/widgets/list_panel.h"
#include "ui/widgets/resource_table.h"

#include <QHBoxLayout>
#include <QTabWidget>
#include <QVBoxLayout>

namespace warren::ui {

using management::ChannelRow;
using management::SnapshotPtr;
using management::TopicChannels;
using management::TopicClosedChannels;

ChannelsPage::ChannelsPage(management::BrokerClient& client, QWidget* parent)
    : Page(parent),
      m_client(client),
      m_model(new ChannelModel(this)),
      m_tabs(new QTabWidget(this)),
      m_open(new ClientPanel(tr("Channels"), *m_model, tr("Closes the selected channels (Delete)"),
                             m_tabs)),
      m_closes(new ClosesPanel(m_tabs))
{
    buildUi();
    connect(m_open, &ClientPanel::closeRequested, this, &ChannelsPage::askToClose);
    connect(m_open, &ClientPanel::detailsWanted, this,
            [this](int row) { showDetails(m_model->rowAt(row)); });
    connect(m_open->list()->emptyState(), &EmptyState::buttonClicked, this,
            [this] { copyConnectionString(m_client); });
    connect(m_tabs, &QTabWidget::currentChanged, this, &Page::wantedChanged);
}

void ChannelsPage::buildUi()
{
    ListPanel* list = m_open->list();
    list->setEmptyState(tr("No channel is open. A client opens channels on its connection to "
                           "publish and consume."),
                        tr("Copy the connection string"));
    list->table()->setItemDelegateForColumn(static_cast<int>(ChannelColumn::State),
                                            new BadgeDelegate(list->table()));
    const QString rate = QStringLiteral("99 999/s");
    list->table()->setSamples({QStringLiteral("127.0.0.1:40000 -> 127.0.0.1:5672 (1)"),
                               QStringLiteral("guest-user"), QStringLiteral("transaction"),
                               QStringLiteral(" running "), rate, rate, rate, rate});
    m_open->setDetails(buildDetails());

    m_tabs->setObjectName(QStringLiteral("channelTabs"));
    m_tabs->setDocumentMode(true);
    const int gap = theme::gap(this, Gap::Medium);
    for (QWidget* content : {static_cast<QWidget*>(m_open), static_cast<QWidget*>(m_closes)}) {
        content->layout()->setContentsMargins(0, gap, 0, 0);
    }
    m_tabs->addTab(m_open, tr("Open"));
    m_tabs->addTab(m_closes, tr("Closed for a fault"));
    auto* layout = new QVBoxLayout(this);
    const int margin = theme::gap(this, Gap::Large);
    layout->setContentsMargins(margin, margin, margin, margin);
    layout->addWidget(m_tabs);
}

Card* ChannelsPage::buildDetails()
{
    auto* card = new Card(tr("Channel"), this);
    m_identity = new FactList(
        {tr("Connection"), tr("Number"), tr("User"), tr("Virtual host"), tr("Mode"), tr("State")},
        card);
    m_identity->setObjectName(QStringLiteral("identity"));
    m_holds = new FactList({tr("Consumers"), tr("Prefetch per consumer"), tr("Prefetch in all"),
                            tr("Unacked"), tr("Unconfirmed"), tr("Uncommitted")},
                           card);
    m_holds->setObjectName(QStringLiteral("holds"));
    m_rates = new FactList(
        {tr("Publish"), tr("Confirm"), tr("Returned"), tr("Dropped"), tr("Deliver"), tr("Ack")},
        card);
    m_rates->setObjectName(QStringLiteral("rates"));

    auto* columns = new QHBoxLayout;
    columns->setSpacing(theme::gap(this, Gap::Large));
    columns->addWidget(m_identity, 5, Qt::AlignTop);
    columns->addWidget(m_holds, 4, Qt::AlignTop);
    columns->addWidget(m_rates, 4, Qt::AlignTop);
    card->body()->addLayout(columns);
    card->body()->addStretch();
    return card;
}

bool ChannelsPage::showsCloses() const { return m_tabs->currentWidget() == m_closes; }

management::WatchScope ChannelsPage::wanted() const
{
    return {
        .topics = showsCloses() ? TopicClosedChannels : TopicChannels, .queue = {}, .exchange = {}};
}

void ChannelsPage::showSnapshot(const SnapshotPtr& snapshot)
{
    if (snapshot->topics & TopicChannels) {
        m_model->show(snapshot->channels);
        m_open->showSelection();
    }
    if (snapshot->topics & TopicClosedChannels) m_closes->showCloses(snapshot->closedChannels);
}

bool ChannelsPage::focusFilter()
{
    (showsCloses() ? m_closes->list() : m_open->list())->focusFilter();
    return true;
}

void ChannelsPage::setActionsEnabled(bool enabled) { m_open->setActionsEnabled(enabled); }

void ChannelsPage::showDetails(const ChannelRow& channel)
{
    const auto limit = [](std::uint32_t count) {
        return count == 0 ? tr("unlimited") : format::count(count);
    };
    m_identity->setValues({channel.connection, format::count(channel.number), channel.user,
                           channel.vhost, channelModeText(channel.mode), channel.state});
    m_holds->setValues({format::count(channel.consumerCount), limit(channel.prefetch),
                        limit(channel.globalPrefetch), format::count(channel.unackedCount),
                        format::count(channel.unconfirmedCount),
                        format::count(channel.uncommittedCount)});
    m_rates->setValues(
        {format::rateWithUnit(channel.rates.publish), format::rateWithUnit(channel.rates.confirm),
         format::rateWithUnit(channel.rates.returned), format::rateWithUnit(channel.rates.dropped),
         tr("%1, of it again %2")
             .arg(format::rateWithUnit(channel.rates.deliver),
                  format::rateWithUnit(channel.rates.redeliver)),
         format::rateWithUnit(channel.rates.ack)});
}

void ChannelsPage::askToClose(const QList<int>& rows)
{
    QList<ChannelRow> chosen;
    for (const int row : rows) {
        chosen.append(m_model->rowAt(row));
    }
    openDialog(new CloseChannelsDialog(m_client, chosen, this));
}

}  // namespace warren::ui
