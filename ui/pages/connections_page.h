#pragma once

#include "ui/page.h"

class QTreeWidget;

namespace warren::ui {

class Card;
class ClientPanel;
class ConnectionModel;
class FactList;

/// All connections, live, with what each client said of itself; closes them with a reason.
class ConnectionsPage final : public Page {
    Q_OBJECT

public:
    /// @param client  borrowed; outlives the page
    explicit ConnectionsPage(management::BrokerClient& client, QWidget* parent = nullptr);

    management::WatchScope wanted() const override;
    void showSnapshot(const management::SnapshotPtr& snapshot) override;
    bool focusFilter() override;
    void setActionsEnabled(bool enabled) override;

private:
    void buildUi();
    Card* buildDetails();
    void showDetails(const management::ConnectionRow& connection);
    void showProperties(const QVariantMap& properties);
    void askToClose(const QList<int>& rows);

    management::BrokerClient& m_client;
    ConnectionModel* m_model;
    ClientPanel* m_panel;
    FactList* m_identity = nullptr;
    FactList* m_limits = nullptr;
    QTreeWidget* m_properties = nullptr;
    QVariantMap m_shownProperties;
};

}  // namespace warren::ui
