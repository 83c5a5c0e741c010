#include "ui/pages/channels_page.h"

#include "ui/dialogs/close_confirmations.h"
#include "ui/format.h"
#include "ui/icons.h"
#include "ui/models/channel_model.h"
#include "ui/theme.h"
#include "ui/widgets/badges.h"
#include "ui/widgets/card.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/fact_list.h"
#include "ui/widgets/list_panel.h"
#include "ui/widgets/resource_table.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QSplitter>
#include <QVBoxLayout>

namespace warren::ui {

using management::ChannelRow;
using management::SnapshotPtr;
using management::TopicChannels;

ChannelsPage::ChannelsPage(management::BrokerClient& client, QWidget* parent)
    : Page(parent),
      m_client(client),
      m_model(new ChannelModel(this)),
      m_list(new ListPanel(tr("Channels"), *m_model, this)),
      m_closeAction(new QAction(icon(Icon::Close), tr("Close…"), this))
{
    buildUi();
    connect(m_closeAction, &QAction::triggered, this, &ChannelsPage::askToClose);
    connect(m_list->emptyState(), &EmptyState::buttonClicked, this,
            &ChannelsPage::copyConnectionString);
    connect(m_list->table(), &ResourceTable::deleteRequested, m_closeAction, &QAction::trigger);
    connect(m_list->table(), &ResourceTable::selectedRowsChanged, this,
            &ChannelsPage::showSelection);
    showSelection();
}

void ChannelsPage::buildUi()
{
    m_closeAction->setObjectName(QStringLiteral("close"));
    m_closeAction->setToolTip(tr("Closes the selected channels (Delete)"));
    m_list->addAction(m_closeAction);
    m_list->setEmptyState(tr(
        "No channel is open. A client opens channels on its connection to publish and consume."));
    m_list->table()->setItemDelegateForColumn(static_cast<int>(ChannelColumn::State),
                                              new BadgeDelegate(m_list->table()));
    const QString rate = QStringLiteral("99 999/s");
    m_list->table()->setSamples({QStringLiteral("127.0.0.1:40000 -> 127.0.0.1:5672 (1)"),
                                 QStringLiteral("guest-user"), QStringLiteral("transaction"),
                                 QStringLiteral(" running "), rate, rate, rate, rate});

    auto* splitter = new QSplitter(Qt::Vertical, this);
    splitter->addWidget(m_list);
    splitter->addWidget(buildDetails());
    splitter->setStretchFactor(0, 1);
    splitter->setChildrenCollapsible(false);
    splitter->setHandleWidth(theme::gap(this, Gap::Medium));
    auto* layout = new QVBoxLayout(this);
    const int margin = theme::gap(this, Gap::Large);
    layout->setContentsMargins(margin, margin, margin, margin);
    layout->addWidget(splitter);
}

QWidget* ChannelsPage::buildDetails()
{
    auto* card = new Card(tr("Channel"), this);
    m_details = card;
    m_details->setObjectName(QStringLiteral("details"));
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

management::WatchScope ChannelsPage::wanted() const
{
    return {.topics = TopicChannels, .queue = {}, .exchange = {}};
}

void ChannelsPage::showSnapshot(const SnapshotPtr& snapshot)
{
    if ((snapshot->topics & TopicChannels) == 0) return;
    m_model->show(snapshot->channels);
    showSelection();
}

bool ChannelsPage::focusFilter()
{
    m_list->focusFilter();
    return true;
}

void ChannelsPage::setActionsEnabled(bool enabled)
{
    m_isReachable = enabled;
    showSelection();
}

void ChannelsPage::showSelection()
{
    const auto row = m_list->table()->currentSourceRow();
    m_closeAction->setEnabled(m_isReachable && m_list->table()->selectionModel()->hasSelection());
    m_details->setVisible(row.has_value());
    if (row) showDetails(m_model->rowAt(*row));
}

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

void ChannelsPage::copyConnectionString()
{
    const QString text = m_client.snapshot()->overview.connectionString;
    QGuiApplication::clipboard()->setText(text);
    emit noticeRaised(NoticeKind::Success, tr("Copied: %1").arg(text));
}

void ChannelsPage::askToClose()
{
    QList<ChannelRow> chosen;
    for (const int row : m_list->table()->selectedSourceRows()) {
        chosen.append(m_model->rowAt(row));
    }
    if (chosen.isEmpty()) return;
    auto* dialog = new CloseChannelsDialog(m_client, chosen, this);  // deletes itself
    connect(dialog, &CloseChannelsDialog::succeeded, this,
            [this](const QString& text) { emit noticeRaised(NoticeKind::Success, text); });
    dialog->open();
}

}  // namespace warren::ui
