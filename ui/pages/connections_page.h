#pragma once

#include "ui/page.h"

class QLabel;
class QTabWidget;
class QTreeWidget;

namespace warren::ui {

class Card;
class ClientPanel;
class ConnectionModel;
class FactList;
class FlowChain;
class StateHistory;

/// All connections, live, with what each client said of itself and how its messages flow; closes
/// them with a reason.
class ConnectionsPage final : public Page {
    Q_OBJECT

public:
    /// @param client  borrowed; outlives the page
    explicit ConnectionsPage(management::BrokerClient& client, QWidget* parent = nullptr);

    /// Selects this connection, as soon as it is known.
    void selectConnection(const QString& name);

    management::WatchScope wanted() const override;
    void showSnapshot(const management::SnapshotPtr& snapshot) override;
    bool focusFilter() override;
    void setActionsEnabled(bool enabled) override;

private:
    void buildUi();
    Card* buildDetails();
    QWidget* buildClientTab();
    QWidget* buildFlowTab();
    void selectWanted();
    void showDetails(const management::ConnectionRow& connection);
    void showFlow(const management::ConnectionRow& connection);
    void showProperties(const QVariantMap& properties);
    void askToClose(const QList<int>& rows);

    management::BrokerClient& m_client;
    ConnectionModel* m_model;
    ClientPanel* m_panel;
    FactList* m_identity = nullptr;
    FactList* m_limits = nullptr;
    QTreeWidget* m_properties = nullptr;
    QVariantMap m_shownProperties;
    QTabWidget* m_tabs = nullptr;
    StateHistory* m_history = nullptr;
    QLabel* m_hold = nullptr;
    FlowChain* m_chain = nullptr;
    QString m_toSelect;   ///< empty: none
    QDateTime m_shownAt;  ///< when the snapshot that is shown was taken
};

}  // namespace warren::ui
