#pragma once

#include "ui/dialogs/confirm_dialog.h"

class QCheckBox;

namespace warren::ui {

/// Deletes exchanges, with their bindings. Thread: GUI.
class DeleteExchangesDialog final : public ConfirmDialog {
    Q_OBJECT

public:
    /// @param keys  not empty, none of them reserved
    DeleteExchangesDialog(management::BrokerClient& client,
                          const QList<management::ResourceKey>& keys, QWidget* parent);

protected:
    Losses losses(const management::Snapshot& snapshot) override;
    management::ManagementCommand command(int target) const override;
    QString doneText() const override;

private:
    QList<management::ResourceKey> m_keys;
    QCheckBox* m_onlyIfUnused;
};

/// Removes bindings. Thread: GUI.
class RemoveBindingsDialog final : public ConfirmDialog {
    Q_OBJECT

public:
    /// @param bindings  not empty, none of them implicit
    RemoveBindingsDialog(management::BrokerClient& client,
                         const QList<management::BindingRow>& bindings, QWidget* parent);

protected:
    Losses losses(const management::Snapshot& snapshot) override;
    management::ManagementCommand command(int target) const override;
    QString doneText() const override;

private:
    QList<management::BindingRow> m_bindings;
};

}  // namespace warren::ui
