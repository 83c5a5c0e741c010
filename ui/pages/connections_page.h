#pragma once

#include "ui/page.h"

class QAction;
class QTreeWidget;

namespace warren::ui {

class ConnectionModel;
class FactList;
class ListPanel;

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
    QWidget* buildDetails();
    void showSelection();
    void showDetails(const management::ConnectionRow& connection);
    void showProperties(const QVariantMap& properties);
    void copyConnectionString();
    void askToClose();

    management::BrokerClient& m_client;
    ConnectionModel* m_model;
    ListPanel* m_list;
    QAction* m_closeAction;
    QWidget* m_details = nullptr;
    FactList* m_identity = nullptr;
    FactList* m_limits = nullptr;
    QTreeWidget* m_properties = nullptr;
    QVariantMap m_shownProperties;
    bool m_isReachable = true;
};

}  // namespace warren::ui
