#pragma once

#include "ui/dialogs/command_dialog.h"

class QComboBox;
class QFormLayout;
class QLineEdit;

namespace warren::ui {

class ArgumentsEditor;
class HintLabel;

/// Adds a binding; one end is given, the person chooses the other, the routing key and arguments.
///
/// Thread: GUI. Names are offered from the client's snapshots; others may be typed.
class BindDialog final : public CommandDialog {
    Q_OBJECT

public:
    /// Which end of the binding is given.
    enum class Fixed { DestinationQueue, DestinationExchange, Source };

    BindDialog(management::BrokerClient& client, Fixed fixed, const management::ResourceKey& key,
               QWidget* parent);

    /// The topics whose names the dialog offers.
    management::Topics wantedTopics() const;

protected:
    void submit() override;
    void takeDone(const management::CommandResult& result) override;

private:
    void buildUi();
    void addOtherEnd(QFormLayout* form);
    void offer(const management::Snapshot& snapshot);
    void showSourceType();
    QString sourceName() const;
    QString sourceType() const;
    management::BindingRow binding() const;

    const Fixed m_fixed;
    const management::ResourceKey m_key;
    QFormLayout* m_form = nullptr;
    QComboBox* m_source = nullptr;           // unless the source is given
    QComboBox* m_destinationKind = nullptr;  // if the source is given
    QComboBox* m_destination = nullptr;      // if the source is given
    QLineEdit* m_routingKey = nullptr;
    HintLabel* m_keyHint = nullptr;
    QComboBox* m_match = nullptr;
    ArgumentsEditor* m_arguments = nullptr;
};

}  // namespace warren::ui
