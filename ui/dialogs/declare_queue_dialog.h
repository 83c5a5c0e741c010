#pragma once

#include "ui/dialogs/command_dialog.h"

class QCheckBox;
class QComboBox;
class QLineEdit;

namespace warren::ui {

class ArgumentsEditor;
class HintLabel;

/// Declares a queue. Durable unless the person says otherwise; without a name the broker makes one.
/// Thread: GUI.
class DeclareQueueDialog final : public CommandDialog {
    Q_OBJECT

public:
    /// @param vhosts  to choose from; asked for only when there are several
    DeclareQueueDialog(management::BrokerClient& client, const QStringList& vhosts,
                       QWidget* parent);

signals:
    /// The queue is there, under this key also when the broker made its name.
    void declared(const warren::management::ResourceKey& key);

protected:
    void submit() override;
    void takeDone(const management::CommandResult& result) override;

private:
    void buildUi(const QStringList& vhosts);
    void showType();
    management::Arguments arguments() const;

    QComboBox* m_vhost = nullptr;
    QLineEdit* m_name = nullptr;
    QComboBox* m_type = nullptr;
    HintLabel* m_typeHint = nullptr;
    QCheckBox* m_isDurable = nullptr;
    QCheckBox* m_isAutoDelete = nullptr;
    ArgumentsEditor* m_arguments = nullptr;
};

}  // namespace warren::ui
