#pragma once

#include "ui/dialogs/command_dialog.h"

class QCheckBox;
class QComboBox;
class QLineEdit;

namespace warren::ui {

/// Makes a virtual host, or changes one. Thread: GUI.
class VhostDialog final : public CommandDialog {
    Q_OBJECT

public:
    /// A new virtual host.
    VhostDialog(management::BrokerClient& client, QWidget* parent);
    /// Changes `vhost`.
    VhostDialog(management::BrokerClient& client, const management::VhostRow& vhost,
                QWidget* parent);

protected:
    void submit() override;
    void takeDone(const management::CommandResult& result) override;

private:
    void buildUi(const management::VhostRow& vhost);

    QLineEdit* m_name = nullptr;
    QLineEdit* m_description = nullptr;
    QLineEdit* m_tags = nullptr;
    QComboBox* m_queueType = nullptr;
    QLineEdit* m_maxConnections = nullptr;
    QLineEdit* m_maxQueues = nullptr;
    QCheckBox* m_isProtected = nullptr;
    QCheckBox* m_isTracing = nullptr;
};

}  // namespace warren::ui
