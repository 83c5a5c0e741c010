#include "ui/dialogs/confirm_commands_dialog.h"

namespace warren::ui {

ConfirmCommandsDialog::ConfirmCommandsDialog(management::BrokerClient& client,
                                             const Confirmation& confirmation, QWidget* parent)
    : ConfirmDialog(client, confirmation.title, confirmation.acceptText, parent),
      m_confirmation(confirmation)
{
    setObjectName(QStringLiteral("confirmDialog"));
    acceptButton()->setIcon(icon(confirmation.icon));
    begin(confirmation.subject, confirmation.names);
}

ConfirmDialog::Losses ConfirmCommandsDialog::losses(const management::Snapshot& snapshot)
{
    if (m_confirmation.needsTyping) {
        setTypedName(m_confirmation.typedName, m_confirmation.needsTyping(snapshot));
    }
    return m_confirmation.losses(snapshot, pending());
}

management::ManagementCommand ConfirmCommandsDialog::command(int target) const
{
    return m_confirmation.commands.at(target);
}

}  // namespace warren::ui
