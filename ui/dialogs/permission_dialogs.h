#pragma once

#include "ui/dialogs/command_dialog.h"

#include <QList>

class QComboBox;
class QFormLayout;
class QLineEdit;

namespace warren::ui {

/// A pattern that says which names are allowed, with buttons for everything and nothing.
/// Thread: GUI.
class PatternField final : public QWidget {
    Q_OBJECT

public:
    PatternField(const QString& objectName, const QString& accessibleName, const QString& pattern,
                 QWidget* parent);

    QString pattern() const;
    /// Why it is no regular expression; empty when it is one.
    QString problem() const;

private:
    QLineEdit* m_pattern;
};

/// What a user may do in a virtual host. Thread: GUI.
class PermissionDialog final : public CommandDialog {
    Q_OBJECT

public:
    /// @param start   what the fields hold at first; its user is the one it is for
    /// @param vhosts  to choose from
    PermissionDialog(management::BrokerClient& client, const management::PermissionRow& start,
                     const QStringList& vhosts, QWidget* parent);

protected:
    void submit() override;
    void takeDone(const management::CommandResult& result) override;

private:
    const QString m_user;
    QComboBox* m_vhost = nullptr;
    PatternField* m_configure = nullptr;
    PatternField* m_write = nullptr;
    PatternField* m_read = nullptr;
};

/// Which routing keys a user may use at a topic exchange. Thread: GUI.
class TopicPermissionDialog final : public CommandDialog {
    Q_OBJECT

public:
    /// As PermissionDialog.
    TopicPermissionDialog(management::BrokerClient& client,
                          const management::TopicPermissionRow& start, const QStringList& vhosts,
                          QWidget* parent);

protected:
    void submit() override;
    void takeDone(const management::CommandResult& result) override;

private:
    const QString m_user;
    QComboBox* m_vhost = nullptr;
    QLineEdit* m_exchange = nullptr;
    PatternField* m_write = nullptr;
    PatternField* m_read = nullptr;
};

}  // namespace warren::ui
