#pragma once

#include "core/management/broker_client.h"

#include <QDialog>
#include <QPointer>

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace warren::ui {

class NoticeBar;

/// A dialog that sends one command, or several, and closes when the broker has done them.
///
/// Thread: GUI. A refusal is shown in the dialog, which stays open with everything as it was typed;
/// while a command waits for its answer the dialog cannot be left, so no answer is ever lost. Open
/// it with `open()`; it deletes itself when closed.
class CommandDialog : public QDialog {
    Q_OBJECT

public:
    void reject() override;
    QSize sizeHint() const override;

signals:
    /// Everything was done; one sentence about it, for the page to show.
    void succeeded(const QString& text);

protected:
    /// @param client      borrowed; outlives the dialog
    /// @param acceptText  what the button does: "Declare queue"
    CommandDialog(management::BrokerClient& client, const QString& title, const QString& acceptText,
                  QWidget* parent);

    management::BrokerClient& client() const { return m_client; }
    /// Where a derived dialog puts its fields.
    QVBoxLayout* body() const { return m_body; }
    QPushButton* acceptButton() const { return m_accept; }
    QPushButton* cancelButton() const { return m_cancel; }
    /// A smaller heading than the window's title, for what the dialog is about.
    void setSubject(const QString& text);

    /// The person pressed the button: check what was typed, then `run` or `showProblem`.
    virtual void submit() = 0;

    /// Executes one command; done closes the dialog, a refusal is shown.
    void run(const management::ManagementCommand& command);

    /// The command of `run` was done. Closes the dialog unless a derived dialog has more to say.
    virtual void takeDone(const management::CommandResult& result);

    void showProblem(const QString& text);
    void showWarning(const QString& text);
    void clearProblem();
    void showEvent(QShowEvent* event) override;
    /// Makes room for what has been added, as far as the screen has it.
    void growToFit();
    void setRunning(bool isRunning);
    bool isRunning() const { return m_isRunning; }

private:
    void buildUi(const QString& acceptText);

    management::BrokerClient& m_client;
    NoticeBar* m_notice = nullptr;
    QLabel* m_subject = nullptr;
    QWidget* m_fields = nullptr;
    QVBoxLayout* m_body = nullptr;
    QPushButton* m_accept = nullptr;
    QPushButton* m_cancel = nullptr;
    QPointer<QWidget> m_focusBefore;
    bool m_isRunning = false;
};

/// What to say about a refusal: the broker's own words, or the kind of refusal when it gave none.
QString refusalText(const management::CommandResult& result);

}  // namespace warren::ui
