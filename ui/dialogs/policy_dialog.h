#pragma once

#include "ui/dialogs/command_dialog.h"

#include <optional>

class QComboBox;
class QLineEdit;

namespace warren::ui {

class ArgumentsEditor;
class PatternTester;
class PolicyPreviewPanel;

/// Makes a policy or an operator policy, or changes one, and shows beforehand what that would do.
///
/// Thread: GUI. A policy that would drop messages at once is put only when the button that says so
/// is pressed.
class PolicyDialog final : public CommandDialog {
    Q_OBJECT

public:
    enum class Intent { Create, Change };

    /// @param start  what the fields hold at first; to Change, the policy itself
    PolicyDialog(management::BrokerClient& client, Intent intent,
                 const management::PolicyRow& start, const QStringList& vhosts, QWidget* parent);

signals:
    /// The policy is put, as it was typed.
    void put(const warren::management::PolicyRow& policy);

protected:
    void submit() override;
    void takeDone(const management::CommandResult& result) override;

private:
    void buildUi(Intent intent, const management::PolicyRow& start, const QStringList& vhosts);
    QWidget* makeFields(Intent intent, const management::PolicyRow& start,
                        const QStringList& vhosts);
    management::PolicyRow typed() const;
    QString problem();
    void showTyped();
    void goOn();

    const bool m_isOperator;
    const QString m_acceptText;
    QComboBox* m_vhost = nullptr;
    QLineEdit* m_name = nullptr;
    QLineEdit* m_pattern = nullptr;
    PatternTester* m_tester = nullptr;
    QComboBox* m_applyTo = nullptr;
    QLineEdit* m_priority = nullptr;
    ArgumentsEditor* m_definition = nullptr;
    PolicyPreviewPanel* m_preview = nullptr;
    bool m_isSubmitting = false;     ///< waits for the preview before it goes on
    bool m_hasAcceptedLoss = false;  ///< the button has said what will be lost
};

}  // namespace warren::ui
