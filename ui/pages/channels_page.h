#pragma once

#include "ui/page.h"

class QAction;

namespace warren::ui {

class ChannelModel;
class FactList;
class ListPanel;

/// All channels, live, with their limits and rates; closes them with a reason.
class ChannelsPage final : public Page {
    Q_OBJECT

public:
    /// @param client  borrowed; outlives the page
    explicit ChannelsPage(management::BrokerClient& client, QWidget* parent = nullptr);

    management::WatchScope wanted() const override;
    void showSnapshot(const management::SnapshotPtr& snapshot) override;
    bool focusFilter() override;
    void setActionsEnabled(bool enabled) override;

private:
    void buildUi();
    QWidget* buildDetails();
    void showSelection();
    void showDetails(const management::ChannelRow& channel);
    void copyConnectionString();
    void askToClose();

    management::BrokerClient& m_client;
    ChannelModel* m_model;
    ListPanel* m_list;
    QAction* m_closeAction;
    QWidget* m_details = nullptr;
    FactList* m_identity = nullptr;
    FactList* m_holds = nullptr;
    FactList* m_rates = nullptr;
    bool m_isReachable = true;
};

}  // namespace warren::ui
