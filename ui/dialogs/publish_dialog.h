#pragma once

#include "ui/dialogs/command_dialog.h"

#include <QByteArray>

class QComboBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QProgressBar;
class QPushButton;
class QRadioButton;
class QSpinBox;
class QTabWidget;

namespace warren::ui {

class ArgumentsEditor;
class CommandRun;
class PropertiesForm;

/// Publishes a message, once or many times.
///
/// Thread: GUI. Closes when every copy was routed; says so and stays when one was not, or was
/// refused.
class PublishDialog final : public CommandDialog {
    Q_OBJECT

public:
    /// Copies that one press of the button may publish.
    static constexpr int kCopiesMax = 100'000;
    /// Spec: AMQP 0-9-1 allows more; a body is held in memory here, in the broker and in each
    /// queue.
    static constexpr qint64 kBodyBytesMax = 128 * 1024 * 1024;

    /// @param exchange  where to publish at first; empty for the default exchange
    PublishDialog(management::BrokerClient& client, const QString& vhost, const QString& exchange,
                  const QString& routingKey, QWidget* parent);

    /// Takes the body from this file, read now. @returns whether it could be read
    bool useFile(const QString& path);

    void reject() override;

protected:
    void submit() override;

private:
    void buildUi(const QString& exchange, const QString& routingKey);
    QWidget* makeBodyTab();
    void offer(const management::Snapshot& snapshot);
    void showBodySource();
    void chooseFile();
    management::PublishMessage message() const;
    void showProgress();
    void showOutcome();

    const QString m_vhost;
    QComboBox* m_exchange = nullptr;
    QLineEdit* m_routingKey = nullptr;
    QSpinBox* m_copies = nullptr;
    QTabWidget* m_tabs = nullptr;
    QRadioButton* m_fromText = nullptr;
    QRadioButton* m_fromFile = nullptr;
    QPlainTextEdit* m_text = nullptr;
    QWidget* m_fileLine = nullptr;
    QLabel* m_fileName = nullptr;
    QProgressBar* m_progress = nullptr;
    PropertiesForm* m_properties = nullptr;
    ArgumentsEditor* m_headers = nullptr;
    QByteArray m_fileBody;
    bool m_hasFile = false;
    CommandRun* m_run = nullptr;
    int m_unroutedCount = 0;
};

}  // namespace warren::ui
