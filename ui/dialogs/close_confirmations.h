#pragma once

#include "core/management/snapshot.h"
#include "ui/dialogs/confirm_dialog.h"

class QLineEdit;

namespace warren::ui {

/// Closes connections, with a reason that their clients read. Thread: GUI.
class CloseConnectionsDialog final : public ConfirmDialog {
    Q_OBJECT

public:
    /// @param connections  as last seen; not empty
    CloseConnectionsDialog(management::BrokerClient& client,
                           const QList<management::ConnectionRow>& connections, QWidget* parent);

protected:
    Losses losses(const management::Snapshot& snapshot) override;
    management::ManagementCommand command(int target) const override;
    QString doneText() const override;

private:
    QList<management::ConnectionRow> m_connections;
    QLineEdit* m_reason;
};

/// Closes channels, with a reason that their clients read. Thread: GUI.
class CloseChannelsDialog final : public ConfirmDialog {
    Q_OBJECT

public:
    /// @param channels  as last seen; not empty
    CloseChannelsDialog(management::BrokerClient& client,
                        const QList<management::ChannelRow>& channels, QWidget* parent);

protected:
    Losses losses(const management::Snapshot& snapshot) override;
    management::ManagementCommand command(int target) const override;
    QString doneText() const override;

private:
    QList<management::ChannelRow> m_channels;
    QLineEdit* m_reason;
};

}  // namespace warren::ui
