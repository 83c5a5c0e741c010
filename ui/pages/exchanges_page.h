#pragma once

#include "ui/page.h"

#include <QList>

#include <optional>

class QAction;

namespace warren::ui {

class ExchangeModel;
class ExchangePane;
class ListPanel;

/// All exchanges, live, beside one of them with its bindings; declares, deletes, binds and
/// publishes.
class ExchangesPage final : public Page {
    Q_OBJECT

public:
    /// @param client  borrowed; outlives the page
    explicit ExchangesPage(management::BrokerClient& client, QWidget* parent = nullptr);

    /// Selects this exchange as soon as a snapshot has it.
    void selectExchange(const management::ResourceKey& key);

    management::WatchScope wanted() const override;
    void showSnapshot(const management::SnapshotPtr& snapshot) override;
    bool focusFilter() override;
    void setActionsEnabled(bool enabled) override;

private:
    void buildUi();
    void connectUi();
    void showSelection();
    void showActions();
    void selectWanted();
    QList<management::ResourceKey> selectedKeys() const;
    void askToDeclare();
    void askToDelete();
    void askToPublish();

    management::BrokerClient& m_client;
    ExchangeModel* m_model;
    ListPanel* m_list;
    QAction* m_add;
    QAction* m_publish;
    QAction* m_delete;
    ExchangePane* m_pane;
    QStringList m_vhosts;
    std::optional<management::ResourceKey> m_toSelect;
    std::optional<management::ResourceKey> m_current;
    bool m_isReachable = true;
    bool m_isFilling = false;
};

}  // namespace warren::ui
