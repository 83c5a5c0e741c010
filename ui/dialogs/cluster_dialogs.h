#pragma once

#include "ui/dialogs/command_dialog.h"

class QCheckBox;
class QLabel;
class QLineEdit;
class QRadioButton;

namespace warren::ui {

/// This node joins a cluster, and loses what it has: says how much that is, and wants to be told
/// that it may. Thread: GUI.
class JoinClusterDialog final : public CommandDialog {
    Q_OBJECT

public:
    JoinClusterDialog(management::BrokerClient& client, QWidget* parent);

protected:
    void submit() override;
    void takeDone(const management::CommandResult& result) override;

private:
    void buildUi();
    void addKind(QRadioButton* button, const QString& objectName, const QString& explanation);
    void showLosses();
    void checkConsent();

    QLineEdit* m_address = nullptr;
    QRadioButton* m_disk = nullptr;
    QRadioButton* m_ram = nullptr;
    QLabel* m_losses = nullptr;
    QCheckBox* m_consent = nullptr;
};

/// Gives the cluster another name. Thread: GUI.
class RenameClusterDialog final : public CommandDialog {
    Q_OBJECT

public:
    RenameClusterDialog(management::BrokerClient& client, const QString& name, QWidget* parent);

protected:
    void submit() override;
    void takeDone(const management::CommandResult& result) override;

private:
    QLineEdit* m_name;
};

/// Whether this looks like "host:port", with a port from 1 to 65535.
bool isNodeAddress(const QString& text);

}  // namespace warren::ui
