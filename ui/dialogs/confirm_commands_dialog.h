#pragma once

#include "ui/dialogs/confirm_dialog.h"
#include "ui/icons.h"

#include <functional>

namespace warren::ui {

/// A question before some commands, one per target.
struct Confirmation {
    QString title{};
    QString acceptText{};      ///< what the button does: "Delete policy"
    QString subject{};         ///< the question
    Icon icon = Icon::Delete;  ///< of the button
    QStringList names{};       ///< of the targets
    QList<management::ManagementCommand> commands{};
    QString doneText{};
    /// What would be lost by the targets that are not done yet, as the state is now.
    std::function<ConfirmDialog::Losses(const management::Snapshot& snapshot,
                                        const QList<int>& pending)>
        losses{};
    /// The name that has to be typed while `needsTyping` says so; empty: none.
    QString typedName{};
    std::function<bool(const management::Snapshot& snapshot)> needsTyping{};
};

/// Asks a Confirmation, then does it. Thread: GUI.
class ConfirmCommandsDialog final : public ConfirmDialog {
    Q_OBJECT

public:
    /// @pre there are as many names as commands, and at least one
    ConfirmCommandsDialog(management::BrokerClient& client, const Confirmation& confirmation,
                          QWidget* parent);

protected:
    Losses losses(const management::Snapshot& snapshot) override;
    management::ManagementCommand command(int target) const override;
    QString doneText() const override { return m_confirmation.doneText; }

private:
    const Confirmation m_confirmation;
};

}  // namespace warren::ui
