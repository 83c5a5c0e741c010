#pragma once

#include "ui/dialogs/command_dialog.h"

class QCheckBox;
class QLineEdit;
class QTabWidget;

namespace warren::ui {

class FactList;

/// Makes a certificate authority and certificates for testing on this machine; then says where the
/// files are, and how clients use them.
///
/// Thread: GUI. Stays open when it is done, to be copied from.
class TlsDialog final : public CommandDialog {
    Q_OBJECT

public:
    TlsDialog(management::BrokerClient& client, QWidget* parent);

protected:
    void submit() override;
    void takeDone(const management::CommandResult& result) override;

private:
    void buildUi();
    QWidget* makeQuestion();
    QWidget* makeAnswer();
    void chooseFolder();
    void openFolder();
    void showResult(const management::CertificatesResult& result);
    void copyShown();

    QWidget* m_question = nullptr;
    QWidget* m_answer = nullptr;
    QLineEdit* m_folder = nullptr;
    QLineEdit* m_clientName = nullptr;
    QCheckBox* m_startsListener = nullptr;
    FactList* m_files = nullptr;
    QTabWidget* m_snippets = nullptr;
    QPushButton* m_copy = nullptr;
    QString m_resultFolder;  ///< empty until the certificates are made
};

/// What a Python client writes to connect with these certificates.
QString pikaSnippet(const management::CertificatesResult& certificates, const QString& host);

/// How one looks at the listener from a shell.
QString opensslSnippet(const management::CertificatesResult& certificates, const QString& host);

}  // namespace warren::ui
