#pragma once

#include "ui/page.h"
#include "ui/widgets/node_card.h"

#include <QHash>
#include <QList>

#include <optional>

class QLabel;
class QPushButton;
class QToolButton;

namespace warren::ui {

class Card;
class CardGrid;
class ClusterLinkModel;
class CopyLine;
class ElidedLabel;
class LinkMap;
class LocalClusterControl;
class NoticeBar;
class ReplicasPanel;
class ResourceTable;
class RowFilter;

/// The nodes of the cluster, the links between them, and which node has which queue; forms a
/// cluster, and takes it apart.
class ClusterPage final : public Page {
    Q_OBJECT

public:
    /// @param client  borrowed; outlives the page
    /// @param localCluster  starts nodes on this computer; borrowed, outlives the page; nullptr:
    /// that isn't offered
    ClusterPage(management::BrokerClient& client, LocalClusterControl* localCluster,
                QWidget* parent = nullptr);

    management::WatchScope wanted() const override;
    void showSnapshot(const management::SnapshotPtr& snapshot) override;
    bool focusFilter() override;
    void setActionsEnabled(bool enabled) override;

private:
    void buildUi();
    QWidget* buildHead();
    Card* buildAlone();
    Card* buildLinks();
    void connectLocalCluster();

    void showCluster();
    void showLinkColumns();
    void showCards();
    void showButtons();
    void chainTabs();

    bool canStartHere() const;
    void startHere();
    void askToJoin();
    void askToChangeType();
    void askToLeave();
    void askToRename();
    void act(NodeAction action, const QString& node);
    void askToForget(const QString& node);
    void askToDiscard(const QString& question, const QStringList& nodes, int startedCount);

    void rebalance();
    /// Sends all of them, and raises one notice about what came of it.
    void runCommands(const QList<management::ManagementCommand>& commands, const QString& doneText);

    management::BrokerClient& m_client;
    LocalClusterControl* m_local;
    management::ClusterView m_cluster;
    bool m_isKnown = false;  ///< a snapshot has said something about the cluster
    bool m_isReachable = true;

    ElidedLabel* m_name = nullptr;
    QToolButton* m_rename = nullptr;
    QPushButton* m_rebalance = nullptr;
    QPushButton* m_join = nullptr;
    QPushButton* m_changeType = nullptr;
    QPushButton* m_leave = nullptr;
    QPushButton* m_startHere = nullptr;  ///< while this node is alone
    QPushButton* m_addHere = nullptr;    ///< in a cluster
    NoticeBar* m_paused = nullptr;
    Card* m_alone = nullptr;
    CopyLine* m_ownAddress = nullptr;
    QLabel* m_aloneHint = nullptr;
    CardGrid* m_grid = nullptr;
    QHash<QString, NodeCard*> m_cards;
    Card* m_linksCard = nullptr;
    LinkMap* m_map = nullptr;
    ClusterLinkModel* m_links;
    RowFilter* m_linkRows;
    ResourceTable* m_linkTable = nullptr;
    ReplicasPanel* m_replicas = nullptr;
};

}  // namespace warren::ui
