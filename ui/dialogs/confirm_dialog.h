#pragma once

#include "ui/dialogs/command_dialog.h"

#include <QList>
#include <QStringList>

class QCheckBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;

namespace warren::ui {

class CommandRun;

/// Asks before something is lost, and says exactly what; then does it to each target.
///
/// Thread: GUI. What it says follows the snapshots while it is open. When some targets were refused
/// it stays, says which and why, and holds only those for another try.
class ConfirmDialog : public CommandDialog {
    Q_OBJECT

public:
    /// What would be lost.
    struct Losses {
        QStringList lines;    ///< one kind of loss each, with its number
        QString reassurance;  ///< what stays, or that nothing is lost; may be empty
    };

protected:
    ConfirmDialog(management::BrokerClient& client, const QString& title, const QString& acceptText,
                  QWidget* parent);

    /// Shows the first state and follows the client from now on. Call at the end of the
    /// constructor.
    /// @param names  of the targets, in their order
    void begin(const QString& subject, const QStringList& names);

    /// A condition that the person may set.
    QCheckBox* addCondition(const QString& objectName, const QString& text);

    /// Lets nothing happen until this name is typed, while `isRequired`.
    void setTypedName(const QString& name, bool isRequired);

    /// The targets that are not done yet, as their places in the names of `begin`.
    const QList<int>& pending() const { return m_pending; }

    virtual Losses losses(const management::Snapshot& snapshot) = 0;
    virtual management::ManagementCommand command(int target) const = 0;
    /// One sentence for when all is done.
    virtual QString doneText() const = 0;
    /// A target was done.
    virtual void takeDoneTarget(int target, const management::CommandResult& result);

    void submit() override;

private:
    void buildUi();
    void showLosses();
    void showNames();
    void showOutcome();
    void checkTypedName();

    QStringList m_names;
    QList<int> m_pending;
    QList<int> m_refused;
    CommandRun* m_run = nullptr;
    QPlainTextEdit* m_targets = nullptr;
    QLabel* m_losses = nullptr;
    QLabel* m_typedPrompt = nullptr;
    QLineEdit* m_typed = nullptr;
    QString m_typedName;  ///< empty: need not be typed
    QLabel* m_reassurance = nullptr;
};

}  // namespace warren::ui
