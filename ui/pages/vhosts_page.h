#pragma once

#include "ui/page.h"

namespace warren::ui {

class EditableList;
class VhostModel;

/// All virtual hosts; makes, changes and deletes them.
class VhostsPage final : public Page {
    Q_OBJECT

public:
    /// @param client  borrowed; outlives the page
    explicit VhostsPage(management::BrokerClient& client, QWidget* parent = nullptr);

    management::WatchScope wanted() const override;
    void showSnapshot(const management::SnapshotPtr& snapshot) override;
    bool focusFilter() override;
    void setActionsEnabled(bool enabled) override;

private:
    void buildUi();
    void showSelection();
    void askToDelete(const QList<int>& rows);

    management::BrokerClient& m_client;
    VhostModel* m_model;
    EditableList* m_list = nullptr;
    bool m_isReachable = true;
};

}  // namespace warren::ui
