#pragma once

#include "ui/dialogs/confirm_dialog.h"

class QCheckBox;

namespace warren::ui {

/// Deletes queues, with their messages and bindings. Thread: GUI.
class DeleteQueuesDialog final : public ConfirmDialog {
    Q_OBJECT

public:
    /// @param queues  as last seen; not empty
    DeleteQueuesDialog(management::BrokerClient& client, const QList<management::QueueRow>& queues,
                       QWidget* parent);

protected:
    Losses losses(const management::Snapshot& snapshot) override;
    management::ManagementCommand command(int target) const override;
    QString doneText() const override;

private:
    QList<management::QueueRow> m_queues;
    QCheckBox* m_onlyIfUnused;
    QCheckBox* m_onlyIfEmpty;
};

/// Removes the ready messages of queues. Thread: GUI.
class PurgeQueuesDialog final : public ConfirmDialog {
    Q_OBJECT

public:
    /// @param queues  as last seen; not empty
    PurgeQueuesDialog(management::BrokerClient& client, const QList<management::QueueRow>& queues,
                      QWidget* parent);

protected:
    Losses losses(const management::Snapshot& snapshot) override;
    management::ManagementCommand command(int target) const override;
    QString doneText() const override;
    void takeDoneTarget(int target, const management::CommandResult& result) override;

private:
    QList<management::QueueRow> m_queues;
    std::uint64_t m_removedCount = 0;
};

}  // namespace warren::ui
