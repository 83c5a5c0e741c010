#pragma once

#include "ui/page.h"

class QAction;
class QComboBox;

namespace warren::ui {

class ListPanel;
class LogModel;

/// The last lines that the broker logged, live; by level and text, followed to their end.
class LogPage final : public Page {
    Q_OBJECT

public:
    explicit LogPage(QWidget* parent = nullptr);

    management::WatchScope wanted() const override;
    void showSnapshot(const management::SnapshotPtr& snapshot) override;
    bool focusFilter() override;

protected:
    void showEvent(QShowEvent* event) override;

private:
    void buildUi();
    void applyLevel();
    void followTail();
    void noteScroll();
    void copySelected();

    LogModel* m_model;
    ListPanel* m_list;
    QComboBox* m_level;
    QAction* m_followAction;
    QAction* m_copyAction;
    bool m_isScrolling = false;  ///< by us, not by the user
};

}  // namespace warren::ui
