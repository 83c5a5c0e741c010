#pragma once

#include "ui/page.h"

class QTabWidget;

namespace warren::ui {

class Card;
class ChannelModel;
class ClientPanel;
class ClosesPanel;
class FactList;

/// All channels, live, with their limits and rates; closes them with a reason. Behind a tab: the
/// last ones that were closed for a fault, and what to do about it.
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
    Card* buildDetails();
    void showDetails(const management::ChannelRow& channel);
    void askToClose(const QList<int>& rows);
    bool showsCloses() const;

    management::BrokerClient& m_client;
    ChannelModel* m_model;
    QTabWidget* m_tabs;
    ClientPanel* m_open;
    ClosesPanel* m_closes;
    FactList* m_identity = nullptr;
    FactList* m_holds = nullptr;
    FactList* m_rates = nullptr;
};

}  // namespace warren::ui
