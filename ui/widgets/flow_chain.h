#pragma once

#include "ui/models/flow_stages.h"

#include <QList>
#include <QWidget>

namespace warren::ui {

class FlowArrow;
class FlowStageBox;

/// The way of messages from the publisher to the store, stage by stage, with what waits in each and
/// a mark on the one that holds the others back.
///
/// Thread: GUI. The mark is a word, a thick frame and a hatched band; arrows that lead to a stage
/// that holds are broken.
class FlowChain final : public QWidget {
    Q_OBJECT

public:
    explicit FlowChain(QWidget* parent = nullptr);

    /// @pre four stages, in the order of management::FlowStage
    void setStages(const QList<FlowStageWords>& stages);

    const QList<FlowStageWords>& stages() const { return m_stages; }

private:
    QList<FlowStageWords> m_stages;
    QList<FlowStageBox*> m_boxes;
    QList<FlowArrow*> m_arrows;
};

}  // namespace warren::ui
