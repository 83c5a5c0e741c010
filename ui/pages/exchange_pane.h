#pragma once

#include "core/management/broker_client.h"

#include <QWidget>

#include <optional>

class QAction;
class QLabel;
class QStackedLayout;

namespace warren::ui {

class BadgeStrip;
class BindingsPanel;
class ElidedLabel;
class HintLabel;

/// One exchange beside the list: what it is, where its messages go and where they come from.
///
/// Thread: GUI. Part of ExchangesPage.
class ExchangePane final : public QWidget {
    Q_OBJECT

public:
    /// @param client  borrowed; outlives the pane
    /// @param actions  of the page, for the exchange that is shown; borrowed, as the client
    ExchangePane(management::BrokerClient& client, const QList<QAction*>& actions,
                 QWidget* parent = nullptr);

    /// Shows this exchange; nullopt shows that none is chosen.
    void showExchange(const std::optional<management::ExchangeRow>& exchange);

    /// @pre they belong to the shown exchange
    void showBindings(const QList<management::BindingRow>& from,
                      const QList<management::BindingRow>& to);

    void setActionsEnabled(bool enabled);

    /// What an open dialog needs to be sampled; 0 when none is open.
    management::Topics wantedTopics() const;

signals:
    void wantedChanged();
    void openQueue(const warren::management::ResourceKey& key);
    void openExchange(const warren::management::ResourceKey& key);
    void succeeded(const QString& text);

private:
    void buildUi(const QList<QAction*>& actions);
    void showRefusal();

    management::BrokerClient& m_client;
    std::optional<management::ExchangeRow> m_exchange;
    bool m_isReachable = true;
    ElidedLabel* m_name = nullptr;
    QLabel* m_type = nullptr;
    BadgeStrip* m_features = nullptr;
    HintLabel* m_hint = nullptr;
    BindingsPanel* m_from = nullptr;
    BindingsPanel* m_to = nullptr;
    QStackedLayout* m_stack = nullptr;
};

}  // namespace warren::ui
