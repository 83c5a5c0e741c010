#pragma once

#include "ui/dialogs/command_dialog.h"

#include <optional>

class QFormLayout;
class QLineEdit;

namespace warren::ui {

/// Two fields for a new password, which must agree. What is typed is never shown. Thread: GUI.
class PasswordFields final : public QObject {
    Q_OBJECT

public:
    /// Adds the fields to `form`.
    PasswordFields(QFormLayout* form, QWidget* dialog);

    QString password() const;
    /// Why it cannot be taken; empty when it can. An empty password agrees with itself.
    QString problem() const;
    void focus();

private:
    QLineEdit* m_password;
    QLineEdit* m_again;
};

/// Makes a user, or changes tags and limits of one. Thread: GUI.
class UserDialog final : public CommandDialog {
    Q_OBJECT

public:
    /// A new user.
    UserDialog(management::BrokerClient& client, QWidget* parent);
    /// Changes `user`.
    UserDialog(management::BrokerClient& client, const management::UserRow& user, QWidget* parent);

signals:
    void put(const QString& name);

protected:
    void submit() override;
    void takeDone(const management::CommandResult& result) override;

private:
    void buildUi(const management::UserRow& user, bool isNew);
    QWidget* makeTagButtons();

    QLineEdit* m_name = nullptr;
    PasswordFields* m_password = nullptr;  ///< null: an existing user keeps its own
    QLineEdit* m_tags = nullptr;
    QLineEdit* m_maxConnections = nullptr;
    QLineEdit* m_maxChannels = nullptr;
};

/// Gives a user a new password. Thread: GUI.
class PasswordDialog final : public CommandDialog {
    Q_OBJECT

public:
    PasswordDialog(management::BrokerClient& client, const management::UserRow& user,
                   QWidget* parent);

protected:
    void submit() override;
    void takeDone(const management::CommandResult& result) override;

private:
    const management::UserRow m_user;
    PasswordFields* m_password = nullptr;
};

/// The command that leaves `user` as it is; to be changed before it is sent.
management::PutUser unchangedUser(const management::UserRow& user);

}  // namespace warren::ui
