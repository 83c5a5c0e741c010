#include "ui/pages/cluster_page.h"

#include "ui/dialogs/cluster_confirmations.h"
#include "ui/dialogs/cluster_dialogs.h"
#include "ui/dialogs/command_run.h"
#include "ui/dialogs/form_fields.h"
#include "ui/icons.h"
#include "ui/local_cluster_control.h"
#include "ui/models/cluster_link_model.h"
#include "ui/models/row_filter.h"
#include "ui/pages/replicas_panel.h"
#include "ui/theme.h"
#include "ui/widgets/badges.h"
#include "ui/widgets/card.h"
#include "ui/widgets/card_grid.h"
#include "ui/widgets/copy_line.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/link_map.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/resource_table.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace warren::ui {

using management::ClusterNodeRow;
using management::ManagementCommand;
using management::SnapshotPtr;
using management::TopicCluster;

namespace {

/// With this node they are three: the fewest that can outvote one that fails.
constexpr int kNodesStartedAlone = 2;
constexpr int kNodesStartedInCluster = 1;

QPushButton* makeHeadButton(Icon pictogram, const QString& text, const QString& objectName,
                            const QString& toolTip, QWidget* parent)
{
    auto* button = new QPushButton(icon(pictogram), text, parent);
    button->setObjectName(objectName);
    button->setToolTip(toolTip);
    button->setAutoDefault(false);
    return button;
}

}  // namespace

ClusterPage::ClusterPage(management::BrokerClient& client, LocalClusterControl* localCluster,
                         QWidget* parent)
    : Page(parent),
      m_client(client),
      m_local(localCluster),
      m_links(new ClusterLinkModel(this)),
      m_linkRows(new RowFilter(*m_links, this))
{
    buildUi();
    connectLocalCluster();
    showCluster();
}

void ClusterPage::buildUi()
{
    auto* content = new QWidget;
    const int margin = theme::gap(this, Gap::Large);
    m_paused = new NoticeBar(NoticeBar::Dismissal::Never, content);
    m_paused->setObjectName(QStringLiteral("paused"));
    m_grid = new CardGrid(4, content);
    m_grid->setObjectName(QStringLiteral("nodes"));
    m_grid->setAccessibleName(tr("Nodes"));

    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(margin, margin, margin, margin);
    layout->setSpacing(theme::gap(this, Gap::Medium));
    layout->addWidget(buildHead());
    layout->addWidget(m_paused);
    layout->addWidget(buildAlone());
    layout->addWidget(m_grid);
    layout->addWidget(buildLinks());
    m_replicas = new ReplicasPanel(this);
    connect(m_replicas, &ReplicasPanel::openQueue, this, &ClusterPage::openQueue);
    connect(m_replicas, &ReplicasPanel::commandsWanted, this, &ClusterPage::runCommands);
    layout->addWidget(m_replicas, 1);
    layout->addStretch();
    setScrolledContent(content);
}

QWidget* ClusterPage::buildHead()
{
    auto* head = new QWidget(this);
    auto* title = new QLabel(tr("Cluster"), head);
    title->setFont(theme::titleFont(font()));
    m_name = new ElidedLabel(head);
    m_name->setObjectName(QStringLiteral("clusterName"));
    m_name->setForegroundRole(QPalette::PlaceholderText);
    // The pencil stands right behind the name.
    m_name->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    m_name->setMinimumWidth(1);
    m_rename = new QToolButton(head);
    m_rename->setObjectName(QStringLiteral("rename"));
    m_rename->setIcon(icon(Icon::Edit));
    m_rename->setToolTip(tr("Gives the cluster another name"));
    m_rename->setAccessibleName(tr("Rename the cluster"));
    m_rename->setAutoRaise(true);
    m_rename->setFocusPolicy(Qt::StrongFocus);
    connect(m_rename, &QToolButton::clicked, this, &ClusterPage::askToRename);
    m_addHere =
        makeHeadButton(Icon::Add, tr("Add a node here"), QStringLiteral("addHere"),
                       tr("Starts one more node on this computer, which joins the cluster"), head);
    connect(m_addHere, &QPushButton::clicked, this, &ClusterPage::startHere);
    m_rebalance = makeHeadButton(
        Icon::Rebalance, tr("Rebalance"), QStringLiteral("rebalance"),
        tr("Spreads the masters of queues evenly over the nodes that have all of them"), head);
    connect(m_rebalance, &QPushButton::clicked, this, &ClusterPage::rebalance);
    m_changeType = makeHeadButton(Icon::Edit, tr("Change type…"), QStringLiteral("changeType"),
                                  tr("This node becomes a RAM node, or a disk node again"), head);
    connect(m_changeType, &QPushButton::clicked, this, &ClusterPage::askToChangeType);
    m_leave = makeHeadButton(Icon::Leave, tr("Leave…"), QStringLiteral("leave"),
                             tr("This node leaves the cluster, and is alone and empty then"), head);
    connect(m_leave, &QPushButton::clicked, this, &ClusterPage::askToLeave);

    auto* line = new QHBoxLayout(head);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(theme::gap(this, Gap::Small));
    line->addWidget(title);
    line->addWidget(m_name);
    line->addWidget(m_rename);
    line->addStretch(1);
    for (QPushButton* button : {m_addHere, m_rebalance, m_changeType, m_leave}) {
        line->addWidget(button);
    }
    return head;
}

Card* ClusterPage::buildAlone()
{
    m_alone = new Card(tr("This node is alone"), this);
    m_alone->setObjectName(QStringLiteral("alone"));
    const QStringList sentences{
        tr("A cluster is several nodes that clients see as one broker:"),
        tr("•  Queues can be mirrored: when a node fails, another goes on with everything that was "
           "confirmed."),
        tr("•  Queues and connections spread over several processes or computers."),
        tr("•  Exchanges, bindings, users and policies are the same on every node."),
    };
    for (const QString& sentence : sentences) {
        auto* label = new QLabel(sentence, m_alone);
        label->setWordWrap(true);
        m_alone->body()->addWidget(label);
    }
    m_alone->body()->addSpacing(theme::gap(this, Gap::Small));

    m_startHere = makeHeadButton(
        Icon::Cluster, tr("Start a cluster on this computer"), QStringLiteral("startHere"),
        tr("Starts two more nodes as processes of their own, which join this one"), m_alone);
    connect(m_startHere, &QPushButton::clicked, this, &ClusterPage::startHere);
    m_join = makeHeadButton(Icon::Join, tr("Join a cluster…"), QStringLiteral("join"),
                            tr("This node becomes a member of another one's cluster"), m_alone);
    connect(m_join, &QPushButton::clicked, this, &ClusterPage::askToJoin);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(theme::gap(this, Gap::Small));
    buttons->addWidget(m_startHere);
    buttons->addWidget(m_join);
    buttons->addStretch();
    m_alone->body()->addLayout(buttons);
    m_aloneHint = makeHint({}, m_alone);
    m_aloneHint->setObjectName(QStringLiteral("aloneHint"));
    m_alone->body()->addWidget(m_aloneHint);
    m_alone->body()->addSpacing(theme::gap(this, Gap::Small));
    m_ownAddress = new CopyLine(tr("Others join this node at"), QStringLiteral("ownAddress"), this);
    m_alone->body()->addWidget(m_ownAddress);
    return m_alone;
}

Card* ClusterPage::buildLinks()
{
    m_linksCard = new Card(tr("Links"), this);
    m_map = new LinkMap(m_linksCard);
    m_map->setObjectName(QStringLiteral("linkMap"));
    m_linkTable = new ResourceTable(m_linksCard);
    m_linkTable->setObjectName(QStringLiteral("links"));
    m_linkTable->setAccessibleName(tr("Links"));
    m_linkTable->setRows(m_linkRows);
    m_linkTable->setItemDelegateForColumn(static_cast<int>(ClusterLinkColumn::State),
                                          new BadgeDelegate(m_linkTable));
    const QString node = QStringLiteral("warren2@localhost");
    m_linkTable->setSamples({node, node, QStringLiteral(" connecting "), QStringLiteral("999 ms"),
                             QStringLiteral("99.9 MiB"), QStringLiteral("it has another cookie")});
    m_linkTable->setFlexibleColumn(static_cast<int>(ClusterLinkColumn::To));
    // All links of three nodes.
    constexpr int kRowsMin = 6;
    m_linkTable->setMinimumHeight(m_linkTable->horizontalHeader()->sizeHint().height() +
                                  kRowsMin * m_linkTable->verticalHeader()->defaultSectionSize() +
                                  2 * m_linkTable->frameWidth());

    auto* line = new QHBoxLayout;
    line->setSpacing(theme::gap(this, Gap::Medium));
    constexpr int kMapShare = 3;
    constexpr int kTableShare = 5;
    line->addWidget(m_map, kMapShare);
    line->addWidget(m_linkTable, kTableShare);
    m_linksCard->body()->addLayout(line);
    m_linksCard->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    return m_linksCard;
}

void ClusterPage::connectLocalCluster()
{
    if (!m_local) return;
    connect(m_local, &LocalClusterControl::changed, this, [this] {
        showCards();
        showButtons();
    });
    connect(m_local, &LocalClusterControl::failed, this,
            [this](const QString& text) { emit noticeRaised(NoticeKind::Error, text); });
}

management::WatchScope ClusterPage::wanted() const
{
    return {.topics = TopicCluster, .queue = {}, .exchange = {}};
}

void ClusterPage::showSnapshot(const SnapshotPtr& snapshot)
{
    if ((snapshot->topics & TopicCluster) == 0) return;
    m_cluster = snapshot->cluster;
    m_isKnown = true;
    showCluster();
}

bool ClusterPage::focusFilter()
{
    if (!m_replicas->isVisible()) return false;
    m_replicas->focusFilter();
    return true;
}

void ClusterPage::setActionsEnabled(bool enabled)
{
    m_isReachable = enabled;
    for (NodeCard* card : std::as_const(m_cards)) {
        card->setActionsEnabled(enabled);
    }
    showButtons();
    m_replicas->setReachable(enabled);
}

void ClusterPage::showCluster()
{
    const bool isClustered = m_isKnown && m_cluster.isClustered;
    m_name->setFullText(isClustered ? m_cluster.name : QString{});
    if (m_cluster.pausedReason.isEmpty()) {
        m_paused->clear();
    } else {
        m_paused->showNotice(NoticeKind::Warning,
                             tr("This node refuses clients: %1").arg(m_cluster.pausedReason));
    }
    m_alone->setVisible(m_isKnown && !isClustered);
    m_ownAddress->setText(m_cluster.clusterAddress);
    m_ownAddress->setVisible(!m_cluster.clusterAddress.isEmpty());
    m_linksCard->setVisible(isClustered && m_cluster.nodes.size() > 1);
    m_replicas->setVisible(isClustered);
    m_map->setContent(m_cluster.nodes, m_cluster.links);
    m_links->show(m_cluster.links);
    showLinkColumns();
    showCards();
    showButtons();
    m_replicas->showQueues(m_cluster.nodes, m_cluster.queues);
}

/// Columns that have nothing to say leave their room to the others.
void ClusterPage::showLinkColumns()
{
    const auto show = [this](ClusterLinkColumn column, bool isTelling) {
        m_linkTable->setColumnShown(static_cast<int>(column), isTelling);
    };
    const auto& links = m_cluster.links;
    show(ClusterLinkColumn::RoundTrip,
         std::ranges::any_of(links, [](const auto& l) { return l.roundTripMicroseconds >= 0; }));
    show(ClusterLinkColumn::Unsent,
         std::ranges::any_of(links, [](const auto& l) { return l.unsentBytes > 0; }));
    show(ClusterLinkColumn::Reason,
         std::ranges::any_of(links, [](const auto& l) { return !l.reason.isEmpty(); }));
}

void ClusterPage::showCards()
{
    const QList<LocalNode> local = m_local ? m_local->nodes() : QList<LocalNode>{};
    QList<NodeCardContent> contents;
    if (m_isKnown && m_cluster.isClustered) {
        for (const ClusterNodeRow& node : m_cluster.nodes) {
            const auto found = std::ranges::find(local, node.name, &LocalNode::name);
            contents.append({node, found == local.end() ? std::nullopt : std::optional(*found)});
        }
    }
    for (const LocalNode& node : local) {
        const bool isShown = std::ranges::any_of(
            contents, [&node](const NodeCardContent& shown) { return shown.name() == node.name; });
        if (!isShown) contents.append({std::nullopt, node});
    }

    QHash<QString, NodeCard*> cards;
    QList<QWidget*> inOrder;
    for (const NodeCardContent& content : std::as_const(contents)) {
        NodeCard* card = m_cards.value(content.name());
        if (!card) {
            card = new NodeCard(m_grid);
            card->setObjectName(QStringLiteral("node-") + content.name());
            card->setActionsEnabled(m_isReachable);
            connect(card, &NodeCard::actionRequested, this, &ClusterPage::act);
        }
        card->setContent(content);
        cards.insert(content.name(), card);
        inOrder.append(card);
    }
    const bool isOtherOrder = inOrder != m_grid->cards();
    m_cards = cards;
    m_grid->setVisible(!inOrder.isEmpty());
    m_grid->setCards(inOrder);
    if (isOtherOrder) chainTabs();
}

/// Tab follows the eye: the head, the cards, the links.
void ClusterPage::chainTabs()
{
    QWidget* before = m_leave;
    for (const QWidget* card : m_grid->cards()) {
        for (QToolButton* button : card->findChildren<QToolButton*>()) {
            setTabOrder(before, button);
            before = button;
        }
    }
    setTabOrder(before, m_linkTable);
}

bool ClusterPage::canStartHere() const { return m_local && m_local->isAvailable(); }

void ClusterPage::showButtons()
{
    const bool isClustered = m_isKnown && m_cluster.isClustered;
    const bool canAct = m_isKnown && m_isReachable;
    const bool listens = !m_cluster.clusterAddress.isEmpty();
    for (QWidget* widget : {static_cast<QWidget*>(m_rename), static_cast<QWidget*>(m_rebalance),
                            static_cast<QWidget*>(m_changeType), static_cast<QWidget*>(m_leave)}) {
        widget->setVisible(isClustered);
        widget->setEnabled(canAct);
    }
    m_addHere->setVisible(isClustered && canStartHere());
    m_startHere->setVisible(canStartHere());
    for (QPushButton* button : {m_addHere, m_startHere}) {
        button->setEnabled(canAct && listens);
    }
    m_join->setEnabled(canAct);

    QString hint;
    if (!listens) {
        hint = tr("This node does not listen for other nodes, so none can join it.");
    } else if (canStartHere()) {
        hint =
            tr("That makes three nodes: this one, and two more processes that end with Warren. "
               "What is here stays.");
    }
    m_aloneHint->setText(hint);
    m_aloneHint->setVisible(!hint.isEmpty());
}

void ClusterPage::startHere()
{
    if (m_cluster.isClustered) return m_local->start(kNodesStartedInCluster);
    QStringList leftovers;
    for (const LocalNode& node : m_local->nodes()) {
        if (!node.isRunning) leftovers.append(node.name);
    }
    if (leftovers.isEmpty()) return m_local->start(kNodesStartedAlone);
    // They would look for the cluster that they belonged to, which this node is no member of.
    askToDiscard(
        tr("There are nodes of an earlier cluster on this computer. Delete them, and start anew?"),
        leftovers, kNodesStartedAlone);
}

void ClusterPage::askToDiscard(const QString& question, const QStringList& nodes, int startedCount)
{
    auto* box = new QMessageBox(QMessageBox::Warning, tr("Delete nodes"), question,
                                QMessageBox::Cancel, this);
    box->setObjectName(QStringLiteral("discardBox"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(tr("This deletes all that is kept here of %1. This cannot be undone.")
                                .arg(nodes.join(QStringLiteral(", "))));
    QPushButton* accept = box->addButton(startedCount > 0 ? tr("Delete and start") : tr("Delete"),
                                         QMessageBox::DestructiveRole);
    accept->setObjectName(QStringLiteral("discard"));
    box->setDefaultButton(QMessageBox::Cancel);
    connect(accept, &QPushButton::clicked, this, [this, nodes, startedCount] {
        for (const QString& node : nodes) {
            m_local->discard(node);
        }
        if (startedCount > 0) m_local->start(startedCount);
    });
    box->open();
}

void ClusterPage::askToJoin() { openDialog(new JoinClusterDialog(m_client, this)); }

void ClusterPage::askToChangeType()
{
    openDialog(
        new ConfirmCommandsDialog(m_client, changeTypeConfirmation(*m_client.snapshot()), this));
}

void ClusterPage::askToLeave()
{
    openDialog(new ConfirmCommandsDialog(m_client, leaveConfirmation(*m_client.snapshot()), this));
}

void ClusterPage::askToRename()
{
    openDialog(new RenameClusterDialog(m_client, m_cluster.name, this));
}

void ClusterPage::askToForget(const QString& node)
{
    auto* dialog =
        new ConfirmCommandsDialog(m_client, forgetConfirmation(*m_client.snapshot(), node), this);
    // What it kept here is of no use to anybody then.
    connect(dialog, &CommandDialog::succeeded, this, [this, node] {
        if (m_local) m_local->discard(node);
    });
    openDialog(dialog);
}

void ClusterPage::act(NodeAction action, const QString& node)
{
    if (action == NodeAction::Forget) return askToForget(node);
    if (!m_local) return;
    switch (action) {
    case NodeAction::Forget: break;
    case NodeAction::Start: return m_local->restart(node);
    case NodeAction::Stop: return m_local->stop(node);
    case NodeAction::Kill: return m_local->kill(node);
    case NodeAction::Suspend: return m_local->suspend(node);
    case NodeAction::Resume: return m_local->resume(node);
    case NodeAction::Discard: return askToDiscard(tr("Delete the node %1?").arg(node), {node}, 0);
    }
}

void ClusterPage::rebalance()
{
    runCommands({management::RebalanceQueues{}}, tr("The masters are spread over the nodes."));
}

void ClusterPage::runCommands(const QList<ManagementCommand>& commands, const QString& doneText)
{
    if (commands.isEmpty()) return;
    auto* run = new CommandRun(
        m_client, static_cast<int>(commands.size()),
        [commands](int index) { return commands.at(index); }, this);
    connect(run, &CommandRun::finished, this, [this, run, doneText] {
        if (run->refusedCount() == 0) {
            emit noticeRaised(NoticeKind::Success, doneText);
        } else {
            const QString first = run->refusals().first().text;
            emit noticeRaised(NoticeKind::Error, run->refusedCount() == 1
                                                     ? first
                                                     : tr("%1 of %2 refused: %3")
                                                           .arg(run->refusedCount())
                                                           .arg(run->totalCount())
                                                           .arg(first));
        }
        run->deleteLater();
    });
    run->start();
}

}  // namespace warren::ui
