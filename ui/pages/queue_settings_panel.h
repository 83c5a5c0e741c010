#pragma once

#include "core/management/snapshot.h"

#include <QWidget>

class QStackedLayout;
class QTreeWidget;

namespace warren::ui {

class EmptyState;

/// Which value of each setting of a queue holds, who gave it, and whom it overrules. Part of
/// QueueDetailPage. Thread: GUI.
class QueueSettingsPanel final : public QWidget {
    Q_OBJECT

public:
    explicit QueueSettingsPanel(QWidget* parent = nullptr);

    /// @param settings  the queue's; of each the winner first
    void showSettings(const management::QueueRow& queue,
                      const QList<management::EffectiveSetting>& settings);
    void clear();

private:
    void buildUi();
    void addSetting(const management::QueueRow& queue, const management::EffectiveSetting& setting);

    QList<management::EffectiveSetting> m_shown;
    QStringList m_shownContext;  ///< what else of the queue is part of what is shown
    QTreeWidget* m_tree = nullptr;
    EmptyState* m_empty = nullptr;
    QStackedLayout* m_stack = nullptr;
};

}  // namespace warren::ui
