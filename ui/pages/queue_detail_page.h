#pragma once

#include "ui/models/queue_histories.h"
#include "ui/page.h"

#include <QList>

class QAction;
class QLabel;
class QStackedLayout;
class QTabWidget;
class QTreeWidget;

namespace warren::ui {

class BadgeStrip;
class BindingsPanel;
class Card;
class ConsumerModel;
class ElidedLabel;
class EmptyState;
class FactList;
class ListPanel;
class MessageBrowser;
class QueueSettingsPanel;
class RatePlot;

/// One queue: its depth and rates over time, messages, consumers, bindings,
/// arguments, and which of its settings hold.
class QueueDetailPage final : public Page {
    Q_OBJECT

public:
    /// @param client  borrowed; outlives the page
    explicit QueueDetailPage(management::BrokerClient& client, QWidget* parent = nullptr);

    /// Shows this queue from now on.
    void showQueue(const management::ResourceKey& key);
    const management::ResourceKey& queue() const { return m_key; }

    management::WatchScope wanted() const override;
    void showSnapshot(const management::SnapshotPtr& snapshot) override;
    bool focusFilter() override;
    void setActionsEnabled(bool enabled) override;

private:
    void buildUi();
    QWidget* makeHeader();
    QWidget* makeOverviewTab();
    QWidget* makeFigures();
    QWidget* makePlots();
    QWidget* makeFacts();
    QWidget* makeConsumersTab();

    void showPresent(const management::Snapshot& snapshot);
    void showMissing();
    void showHeader(const management::QueueRow& queue);
    void showFigures(const management::QueueRow& queue);
    void showFacts(const management::QueueRow& queue);
    void showBehaviour(const management::Snapshot& snapshot);
    void showArguments(const management::QueueRow& queue);
    void showPlots();
    void showActions();

    void askToPublish();
    void askToPurge();
    void askToDelete();

    management::BrokerClient& m_client;
    management::ResourceKey m_key;
    std::optional<management::QueueRow> m_queue;  ///< as last seen
    int m_missedCount = 0;                        ///< snapshots in a row without the queue
    bool m_isGone = false;
    bool m_isReachable = true;
    QueueHistories m_histories;

    QAction* m_back;
    QAction* m_publish;
    QAction* m_purge;
    QAction* m_delete;
    ElidedLabel* m_name = nullptr;
    QLabel* m_vhost = nullptr;
    BadgeStrip* m_state = nullptr;
    BadgeStrip* m_features = nullptr;
    QTabWidget* m_tabs = nullptr;
    QList<QLabel*> m_figures;
    RatePlot* m_depthPlot = nullptr;
    RatePlot* m_ratePlot = nullptr;
    FactList* m_facts = nullptr;
    FactList* m_behaviour = nullptr;
    QTreeWidget* m_arguments = nullptr;
    Card* m_argumentsCard = nullptr;
    ConsumerModel* m_consumerModel;
    ListPanel* m_consumers = nullptr;
    BindingsPanel* m_bindings = nullptr;
    MessageBrowser* m_messages = nullptr;
    QueueSettingsPanel* m_settings = nullptr;
    EmptyState* m_gone = nullptr;
    QStackedLayout* m_stack = nullptr;
};

}  // namespace warren::ui
