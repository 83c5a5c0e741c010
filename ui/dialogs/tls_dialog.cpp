#include "ui/dialogs/tls_dialog.h"

#include "ui/dialogs/form_fields.h"
#include "ui/icons.h"
#include "ui/theme.h"
#include "ui/widgets/fact_list.h"

#include <QCheckBox>
#include <QClipboard>
#include <QDesktopServices>
#include <QFileDialog>
#include <QFontMetrics>
#include <QFormLayout>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTabWidget>
#include <QUrl>
#include <QVBoxLayout>

namespace warren::ui {

using management::CertificatesResult;

namespace {

/// Used in snippets when the node has no TLS listener (yet).
constexpr std::uint16_t kAmqpsPort = 5671;

std::uint16_t portOf(const CertificatesResult& certificates)
{
    return certificates.port == 0 ? kAmqpsPort : certificates.port;
}

/// A path as a string of Python.
QString pythonText(const QString& path)
{
    QString text = path;
    text.replace(u'\\', QStringLiteral("\\\\")).replace(u'"', QStringLiteral("\\\""));
    return u'"' + text + u'"';
}

/// Nothing but the quotation mark has a meaning between single ones.
QString shellText(const QString& path)
{
    QString text = path;
    text.replace(u'\'', QStringLiteral("'\\''"));
    return u'\'' + text + u'\'';
}

/// A page for the tabs: an editor that is a page itself would break the order of Tab (Qt 6.4).
QWidget* makeSnippet(const QString& objectName, const QString& accessibleName, QWidget* parent)
{
    auto* page = new QWidget(parent);
    auto* snippet = new QPlainTextEdit(page);
    snippet->setObjectName(objectName);
    snippet->setAccessibleName(accessibleName);
    snippet->setReadOnly(true);
    snippet->setTabChangesFocus(true);
    snippet->setLineWrapMode(QPlainTextEdit::NoWrap);
    snippet->setFont(theme::monospaceFont(parent->font()));
    constexpr int kLines = 17;
    constexpr int kCharacters = 72;
    snippet->setMinimumHeight(QFontMetrics(snippet->font()).lineSpacing() * kLines);
    snippet->setMinimumWidth(QFontMetrics(snippet->font()).averageCharWidth() * kCharacters);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(snippet);
    return page;
}

}  // namespace

TlsDialog::TlsDialog(management::BrokerClient& client, QWidget* parent)
    : CommandDialog(client, tr("TLS for testing"), tr("Create certificates"), parent)
{
    setObjectName(QStringLiteral("tlsDialog"));
    buildUi();
}

void TlsDialog::buildUi()
{
    m_question = makeQuestion();
    m_answer = makeAnswer();
    m_answer->hide();
    body()->addWidget(m_question);
    body()->addWidget(m_answer, 1);
    body()->addStretch();
    acceptButton()->setIcon(icon(Icon::Lock));
    acceptButton()->setFocus();
}

QWidget* TlsDialog::makeQuestion()
{
    auto* question = new QWidget(this);
    auto* layout = new QVBoxLayout(question);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(theme::gap(this, Gap::Medium));
    layout->addWidget(
        makeHint(tr("Makes a certificate authority of your own, a certificate for this broker and "
                    "one for a client. They are good for trying TLS on this machine, not for "
                    "others to rely on: keep the keys to yourself."),
                 question));
    auto* form = makeForm(question);
    auto* folderLine = new QHBoxLayout;
    folderLine->setSpacing(theme::gap(this, Gap::Small));
    m_folder = new QLineEdit(question);
    m_folder->setObjectName(QStringLiteral("folder"));
    m_folder->setPlaceholderText(tr("a folder of the broker's own"));
    folderLine->addWidget(m_folder, 1);
    auto* browse = new QPushButton(tr("Choose…"), question);
    browse->setObjectName(QStringLiteral("chooseFolder"));
    browse->setAutoDefault(false);
    connect(browse, &QPushButton::clicked, this, &TlsDialog::chooseFolder);
    folderLine->addWidget(browse);
    auto* folderLabel = new QLabel(tr("&Folder"), question);
    folderLabel->setBuddy(m_folder);
    form->addRow(folderLabel, folderLine);
    m_clientName = new QLineEdit(management::CreateTestCertificates{}.clientName, question);
    m_clientName->setObjectName(QStringLiteral("clientName"));
    form->addRow(tr("&Client certificate for"), m_clientName);
    form->addRow(QString{}, makeHint(tr("The user that it logs in as with the mechanism EXTERNAL."),
                                     question));
    layout->addLayout(form);
    m_startsListener = new QCheckBox(tr("&Listen for TLS"), question);
    m_startsListener->setObjectName(QStringLiteral("startsListener"));
    m_startsListener->setChecked(true);
    addOption(layout, m_startsListener,
              tr("Clients can connect with TLS at once, and after every start."));
    return question;
}

QWidget* TlsDialog::makeAnswer()
{
    auto* answer = new QWidget(this);
    auto* layout = new QVBoxLayout(answer);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(theme::gap(this, Gap::Medium));
    m_files = new FactList(
        {tr("Clients connect to"), tr("Folder"), tr("Authority"), tr("Server certificate"),
         tr("Server key"), tr("Client certificate"), tr("Client key")},
        answer);
    m_files->setObjectName(QStringLiteral("files"));
    layout->addWidget(m_files);
    m_snippets = new QTabWidget(answer);
    m_snippets->setObjectName(QStringLiteral("snippets"));
    m_snippets->setDocumentMode(true);
    m_snippets->addTab(makeSnippet(QStringLiteral("pikaSnippet"), tr("Python example"), m_snippets),
                       tr("Python (pika)"));
    m_snippets->addTab(
        makeSnippet(QStringLiteral("opensslSnippet"), tr("Shell example"), m_snippets),
        tr("openssl s_client"));
    layout->addWidget(m_snippets, 1);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(theme::gap(this, Gap::Small));
    m_copy = new QPushButton(icon(Icon::Copy), tr("Copy the example"), answer);
    m_copy->setObjectName(QStringLiteral("copySnippet"));
    m_copy->setAutoDefault(false);
    connect(m_copy, &QPushButton::clicked, this, &TlsDialog::copyShown);
    buttons->addWidget(m_copy);
    buttons->addStretch();
    layout->addLayout(buttons);
    return answer;
}

void TlsDialog::chooseFolder()
{
    const QString chosen = QFileDialog::getExistingDirectory(
        this, tr("Folder for the certificates"), m_folder->text());
    if (!chosen.isEmpty()) m_folder->setText(chosen);
}

void TlsDialog::submit()
{
    if (!m_resultFolder.isEmpty()) {
        openFolder();
        return;
    }
    if (m_clientName->text().trimmed().isEmpty()) {
        showProblem(tr("Name the user that the client certificate is for."));
        m_clientName->setFocus();
        return;
    }
    run(management::CreateTestCertificates{.folder = m_folder->text().trimmed(),
                                           .clientName = m_clientName->text().trimmed(),
                                           .startsListener = m_startsListener->isChecked()});
}

void TlsDialog::openFolder()
{
    if (QDesktopServices::openUrl(QUrl::fromLocalFile(m_resultFolder))) return;
    showProblem(
        tr("No program on this machine shows folders. The files are in %1.").arg(m_resultFolder));
}

void TlsDialog::takeDone(const management::CommandResult& result)
{
    const auto* certificates = std::get_if<CertificatesResult>(&result.value);
    if (!certificates) {
        showProblem(tr("The certificates are made, but the broker does not say where."));
        return;
    }
    showResult(*certificates);
    emit succeeded(tr("Certificates for testing are in %1.").arg(certificates->folder));
}

void TlsDialog::showResult(const CertificatesResult& result)
{
    m_resultFolder = result.folder;
    const QString known = client().snapshot()->overview.address;
    const QString host = known.isEmpty() ? QStringLiteral("localhost") : known;
    m_files->setValues({result.port == 0
                            ? tr("nothing yet: the broker does not listen for TLS")
                            : QStringLiteral("amqps://%1:%2/").arg(host).arg(result.port),
                        result.folder, result.authorityFile, result.serverCertificateFile,
                        result.serverKeyFile, result.clientCertificateFile, result.clientKeyFile});
    m_snippets->findChild<QPlainTextEdit*>(QStringLiteral("pikaSnippet"))
        ->setPlainText(pikaSnippet(result, host));
    m_snippets->findChild<QPlainTextEdit*>(QStringLiteral("opensslSnippet"))
        ->setPlainText(opensslSnippet(result, host));
    setSubject(tr("The certificates are made"));
    m_question->hide();
    m_answer->show();
    // Not hidden: the order of Tab could not get past a hidden button there (Qt 6.4).
    acceptButton()->setText(tr("Open the folder"));
    acceptButton()->setIcon(icon(Icon::Browse));
    cancelButton()->setText(tr("Close"));
    m_copy->setFocus();
    growToFit();
}

void TlsDialog::copyShown()
{
    const auto* snippet = m_snippets->currentWidget()->findChild<QPlainTextEdit*>();
    QGuiApplication::clipboard()->setText(snippet->toPlainText());
    m_copy->setText(tr("Copied"));
}

QString pikaSnippet(const CertificatesResult& certificates, const QString& host)
{
    return QStringLiteral(
               "import ssl\n"
               "import pika\n"
               "\n"
               "context = ssl.create_default_context(\n"
               "    cafile=%1)\n"
               "context.load_cert_chain(\n"
               "    %2,\n"
               "    %3)\n"
               "connection = pika.BlockingConnection(pika.ConnectionParameters(\n"
               "    host=%4, port=%5,\n"
               "    credentials=pika.PlainCredentials(\"guest\", \"guest\"),\n"
               "    ssl_options=pika.SSLOptions(context, \"localhost\")))\n"
               "print(\"connected\", connection.is_open)\n"
               "connection.close()\n")
        .arg(pythonText(certificates.authorityFile), pythonText(certificates.clientCertificateFile),
             pythonText(certificates.clientKeyFile), pythonText(host),
             QString::number(portOf(certificates)));
}

QString opensslSnippet(const CertificatesResult& certificates, const QString& host)
{
    return QStringLiteral(
               "openssl s_client -connect %1:%2 -servername localhost \\\n"
               "    -CAfile %3 \\\n"
               "    -cert %4 \\\n"
               "    -key %5 \\\n"
               "    -verify_return_error\n")
        .arg(host, QString::number(portOf(certificates)), shellText(certificates.authorityFile),
             shellText(certificates.clientCertificateFile), shellText(certificates.clientKeyFile));
}

}  // namespace warren::ui
