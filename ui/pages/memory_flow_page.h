#pragma once

#include "ui/page.h"

class QLabel;

namespace warren::ui {

class Card;
class DiskGauge;
class DiskLimitEditor;
class FlowChain;
class HeldConnectionModel;
class ListPanel;
class MemoryGauge;
class WatermarkEditor;

/// What fills memory and disk, where messages wait on their way to the store, who is held back and
/// why; moves the limits while the broker runs.
class MemoryFlowPage final : public Page {
    Q_OBJECT

public:
    /// @param client  borrowed; outlives the page
    explicit MemoryFlowPage(management::BrokerClient& client, QWidget* parent = nullptr);

    management::WatchScope wanted() const override;
    void showSnapshot(const management::SnapshotPtr& snapshot) override;
    bool focusFilter() override;
    void setActionsEnabled(bool enabled) override;

private:
    void buildUi();
    Card* buildMemoryCard();
    Card* buildDiskCard();
    Card* buildFlowCard();
    ListPanel* buildHeldList();
    void showMemory();
    void raiseRefusal(const QString& what, const QString& text);

    management::BrokerClient& m_client;
    management::MemoryUse m_memoryUse;
    bool m_hasMemoryAlarm = false;
    HeldConnectionModel* m_held;
    MemoryGauge* m_memory = nullptr;
    WatermarkEditor* m_watermark = nullptr;
    DiskGauge* m_disk = nullptr;
    DiskLimitEditor* m_diskLimit = nullptr;
    QLabel* m_bottleneck = nullptr;
    FlowChain* m_chain = nullptr;
    ListPanel* m_list = nullptr;
};

}  // namespace warren::ui
