#pragma once

#include "ui/models/overview_history.h"
#include "ui/page.h"
#include "ui/widgets/rate_plot.h"

#include <QList>

class QBoxLayout;
class QLabel;
class QPushButton;

namespace warren::ui {

class Card;
class CopyLine;
class DiskGauge;
class FactList;
class MemoryGauge;

/// The broker at a glance: totals and rates over time, counts, memory, disk, and how to connect.
class OverviewPage final : public Page {
    Q_OBJECT

public:
    /// @param client   borrowed; outlives the page
    /// @param history  as the client; fed by the main window
    OverviewPage(management::BrokerClient& client, const OverviewHistory& history,
                 QWidget* parent = nullptr);

    management::WatchScope wanted() const override { return {}; }
    void showSnapshot(const management::SnapshotPtr& snapshot) override;
    void setActionsEnabled(bool enabled) override;

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void buildUi();
    QWidget* buildHeader();
    QWidget* buildCounts();
    QWidget* buildPlots();
    Card* buildConnectCard();
    Card* buildNodeCard();
    Card* buildMemoryCard();
    Card* buildDiskCard();
    void showCounts(const management::Overview& overview);
    void showNode(const management::Overview& overview, const QDateTime& now);
    void showPlots();

    management::BrokerClient& m_client;
    const OverviewHistory& m_history;
    QLabel* m_subtitle = nullptr;
    QList<QLabel*> m_counts;
    QBoxLayout* m_plots = nullptr;
    RatePlot* m_messages = nullptr;
    RatePlot* m_rates = nullptr;
    CopyLine* m_connectionString = nullptr;
    CopyLine* m_tlsString = nullptr;
    QPushButton* m_tls = nullptr;
    FactList* m_node = nullptr;
    MemoryGauge* m_memory = nullptr;
    DiskGauge* m_disk = nullptr;
};

}  // namespace warren::ui
