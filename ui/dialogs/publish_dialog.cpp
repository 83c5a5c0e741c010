#include "ui/dialogs/publish_dialog.h"

#include "ui/dialogs/command_run.h"
#include "ui/dialogs/form_fields.h"
#include "ui/format.h"
#include "ui/models/exchange_model.h"
#include "ui/theme.h"
#include "ui/widgets/arguments_editor.h"
#include "ui/widgets/properties_form.h"

#include <QButtonGroup>
#include <QComboBox>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QFontMetrics>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QRadioButton>
#include <QSpinBox>
#include <QTabWidget>
#include <QVBoxLayout>

#include <memory>

namespace warren::ui {

namespace {

QString unroutedText(int unroutedCount, int copyCount)
{
    if (copyCount == 1) {
        return PublishDialog::tr(
            "The message was published, but no queue is bound that it could go to: it was "
            "dropped.");
    }
    return PublishDialog::tr(
               "%1 of %2 messages went to no queue and were dropped: none is bound for them.")
        .arg(format::count(static_cast<std::uint64_t>(unroutedCount)),
             format::count(static_cast<std::uint64_t>(copyCount)));
}

}  // namespace

PublishDialog::PublishDialog(management::BrokerClient& client, const QString& vhost,
                             const QString& exchange, const QString& routingKey, QWidget* parent)
    : CommandDialog(client, tr("Publish message"), tr("Publish"), parent), m_vhost(vhost)
{
    setObjectName(QStringLiteral("publishDialog"));
    buildUi(exchange, routingKey);
    offer(*client.snapshot());
    connect(&client, &management::BrokerClient::snapshotChanged, this,
            [this](const management::SnapshotPtr& snapshot) { offer(*snapshot); });
    m_text->setFocus();
}

void PublishDialog::buildUi(const QString& exchange, const QString& routingKey)
{
    auto* form = makeForm(this);
    m_exchange = makeNameField(QStringLiteral("exchange"), this);
    m_exchange->lineEdit()->setPlaceholderText(exchangeDisplayName({}));
    m_exchange->setEditText(exchange);
    form->addRow(tr("&Exchange"), m_exchange);

    m_routingKey = new QLineEdit(routingKey, this);
    m_routingKey->setObjectName(QStringLiteral("routingKey"));
    form->addRow(tr("Routing &key"), m_routingKey);
    body()->addLayout(form);

    m_tabs = new QTabWidget(this);
    m_tabs->setObjectName(QStringLiteral("publishTabs"));
    m_tabs->addTab(makeBodyTab(), tr("Body"));
    m_properties = new PropertiesForm(this);
    m_tabs->addTab(m_properties, tr("Properties"));
    auto* headersTab = new QWidget(this);
    auto* headersLayout = new QVBoxLayout(headersTab);
    m_headers = new ArgumentsEditor(ArgumentsEditor::Purpose::Headers, headersTab);
    m_headers->setObjectName(QStringLiteral("headers"));
    headersLayout->addWidget(m_headers);
    m_tabs->addTab(headersTab, tr("Headers"));
    body()->addWidget(m_tabs, 1);

    auto* copiesLine = new QHBoxLayout;
    auto* copiesLabel = new QLabel(tr("&Copies"), this);
    m_copies = new QSpinBox(this);
    m_copies->setObjectName(QStringLiteral("copies"));
    m_copies->setRange(1, kCopiesMax);
    m_copies->setGroupSeparatorShown(true);
    copiesLabel->setBuddy(m_copies);
    m_progress = new QProgressBar(this);
    m_progress->setObjectName(QStringLiteral("progress"));
    m_progress->setAccessibleName(tr("Published copies"));
    m_progress->hide();
    copiesLine->addWidget(copiesLabel);
    copiesLine->addWidget(m_copies);
    copiesLine->addWidget(m_progress, 1);
    copiesLine->addStretch();
    body()->addLayout(copiesLine);
}

QWidget* PublishDialog::makeBodyTab()
{
    auto* tab = new QWidget(this);
    auto* layout = new QVBoxLayout(tab);
    auto* sourceLine = new QHBoxLayout;
    sourceLine->setSpacing(theme::gap(this, Gap::Medium));
    m_fromText = new QRadioButton(tr("Te&xt"), tab);
    m_fromText->setObjectName(QStringLiteral("bodyFromText"));
    m_fromText->setChecked(true);
    m_fromFile = new QRadioButton(tr("&File"), tab);
    m_fromFile->setObjectName(QStringLiteral("bodyFromFile"));
    auto* sources = new QButtonGroup(tab);
    sources->addButton(m_fromText);
    sources->addButton(m_fromFile);
    connect(m_fromFile, &QRadioButton::toggled, this, &PublishDialog::showBodySource);
    sourceLine->addWidget(m_fromText);
    sourceLine->addWidget(m_fromFile);
    sourceLine->addStretch();
    layout->addLayout(sourceLine);

    m_text = new QPlainTextEdit(tab);
    m_text->setObjectName(QStringLiteral("bodyText"));
    m_text->setAccessibleName(tr("Message body"));
    m_text->setFont(theme::monospaceFont(font()));
    m_text->setTabChangesFocus(true);
    constexpr int kLinesMin = 8;
    m_text->setMinimumHeight(QFontMetrics(m_text->font()).lineSpacing() * kLinesMin);
    layout->addWidget(m_text, 1);

    m_fileLine = new QWidget(tab);
    auto* fileLayout = new QHBoxLayout(m_fileLine);
    fileLayout->setContentsMargins(0, 0, 0, 0);
    auto* choose = new QPushButton(tr("Choose file…"), m_fileLine);
    choose->setObjectName(QStringLiteral("chooseFile"));
    choose->setAutoDefault(false);
    connect(choose, &QPushButton::clicked, this, &PublishDialog::chooseFile);
    m_fileName = new QLabel(tr("No file chosen."), m_fileLine);
    m_fileName->setObjectName(QStringLiteral("fileName"));
    m_fileName->setTextFormat(Qt::PlainText);
    m_fileName->setWordWrap(true);
    fileLayout->addWidget(choose);
    fileLayout->addWidget(m_fileName, 1);
    m_fileLine->hide();
    layout->addWidget(m_fileLine, 0, Qt::AlignTop);
    return tab;
}

void PublishDialog::offer(const management::Snapshot& snapshot)
{
    offerNames(m_exchange, exchangeNames(snapshot, m_vhost));
}

void PublishDialog::showBodySource()
{
    m_text->setVisible(m_fromText->isChecked());
    m_fileLine->setVisible(m_fromFile->isChecked());
}

void PublishDialog::chooseFile()
{
    auto* dialog = new QFileDialog(this, tr("Message body"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, &PublishDialog::useFile);
    dialog->open();
}

bool PublishDialog::useFile(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        showProblem(tr("%1 cannot be read: %2").arg(path, file.errorString()));
        return false;
    }
    if (file.size() > kBodyBytesMax) {
        showProblem(tr("%1 has %2; a body may have %3 here.")
                        .arg(path, format::bytes(static_cast<std::uint64_t>(file.size())),
                             format::bytes(static_cast<std::uint64_t>(kBodyBytesMax))));
        return false;
    }
    clearProblem();
    m_fileBody = file.readAll();
    m_hasFile = true;
    m_fileName->setText(tr("%1 (%2)").arg(
        QFileInfo(path).fileName(), format::bytes(static_cast<std::uint64_t>(m_fileBody.size()))));
    m_fileName->setToolTip(path);
    m_fromFile->setChecked(true);
    return true;
}

management::PublishMessage PublishDialog::message() const
{
    management::PublishMessage message;
    message.vhost = m_vhost;
    message.exchange = m_exchange->currentText();
    message.routingKey = m_routingKey->text();
    message.properties = m_properties->properties();
    if (const auto headers = m_headers->arguments(); !headers.isEmpty()) {
        message.properties.headers = headers;
    }
    message.body = m_fromFile->isChecked() ? m_fileBody : m_text->toPlainText().toUtf8();
    return message;
}

void PublishDialog::submit()
{
    if (m_fromFile->isChecked() && !m_hasFile) {
        m_tabs->setCurrentIndex(0);
        showProblem(tr("Choose the file that holds the body."));
        return;
    }
    if (const QString problem = m_properties->problem(); !problem.isEmpty()) {
        m_tabs->setCurrentWidget(m_properties);
        showProblem(problem);
        return;
    }
    if (const QString problem = m_headers->problem(); !problem.isEmpty()) {
        m_tabs->setCurrentWidget(m_headers->parentWidget());
        showProblem(problem);
        m_headers->focusProblem();
        return;
    }

    clearProblem();
    setRunning(true);
    m_unroutedCount = 0;
    // All copies share one body.
    const auto sent = std::make_shared<const management::PublishMessage>(message());
    m_run = new CommandRun(
        client(), m_copies->value(), [sent](int) { return *sent; }, this);
    connect(m_run, &CommandRun::commandDone, this,
            [this](int index, const management::CommandResult& result) {
                Q_UNUSED(index)
                const auto* published = std::get_if<management::PublishResult>(&result.value);
                if (published && !published->wasRouted) m_unroutedCount += 1;
                showProgress();
            });
    // What is refused once would be refused each time.
    connect(m_run, &CommandRun::commandRefused, m_run, &CommandRun::stop);
    connect(m_run, &CommandRun::finished, this, &PublishDialog::showOutcome);
    m_progress->setRange(0, m_copies->value());
    m_progress->setValue(0);
    m_progress->setVisible(m_copies->value() > 1);
    // A long run can be stopped.
    cancelButton()->setEnabled(true);
    m_run->start();
}

void PublishDialog::showProgress() { m_progress->setValue(m_run->doneCount()); }

void PublishDialog::showOutcome()
{
    m_progress->hide();
    setRunning(false);
    const int doneCount = m_run->doneCount();
    const int copyCount = m_run->totalCount();
    const QList<CommandRun::Refusal> refusals = m_run->refusals();
    m_run->deleteLater();
    m_run = nullptr;

    if (!refusals.isEmpty()) {
        const QString why = refusals.first().text;
        showProblem(doneCount == 0
                        ? why
                        : tr("%1 of %2 were published, then: %3")
                              .arg(format::count(static_cast<std::uint64_t>(doneCount)),
                                   format::count(static_cast<std::uint64_t>(copyCount)), why));
        return;
    }
    if (doneCount < copyCount) {
        showWarning(tr("Stopped after %1 of %2.")
                        .arg(format::count(static_cast<std::uint64_t>(doneCount)),
                             format::count(static_cast<std::uint64_t>(copyCount))));
        return;
    }
    if (m_unroutedCount > 0) {
        showWarning(unroutedText(m_unroutedCount, copyCount));
        return;
    }
    emit succeeded(format::counted(static_cast<std::uint64_t>(copyCount),
                                   tr("The message is published."),
                                   tr("%1 messages are published.")));
    accept();
}

void PublishDialog::reject()
{
    // The outcome of what was sent is shown first; then the dialog may be left.
    if (isRunning() && m_run) {
        m_run->stop();
        return;
    }
    CommandDialog::reject();
}

}  // namespace warren::ui
