#pragma once

#include "ui/dialogs/command_dialog.h"

class QCheckBox;
class QComboBox;
class QLineEdit;

namespace warren::ui {

class ArgumentsEditor;
class HintLabel;

/// Declares an exchange. Durable unless the person says otherwise. Thread: GUI.
class DeclareExchangeDialog final : public CommandDialog {
    Q_OBJECT

public:
    /// @param vhosts  to choose from; asked for only when there are several
    DeclareExchangeDialog(management::BrokerClient& client, const QStringList& vhosts,
                          QWidget* parent);

signals:
    void declared(const warren::management::ResourceKey& key);

protected:
    void submit() override;
    void takeDone(const management::CommandResult& result) override;

private:
    void buildUi(const QStringList& vhosts);
    void explainType();

    QComboBox* m_vhost = nullptr;
    QLineEdit* m_name = nullptr;
    QComboBox* m_type = nullptr;
    HintLabel* m_typeHint = nullptr;
    QCheckBox* m_isDurable = nullptr;
    QCheckBox* m_isAutoDelete = nullptr;
    QCheckBox* m_isInternal = nullptr;
    ArgumentsEditor* m_arguments = nullptr;
};

}  // namespace warren::ui
