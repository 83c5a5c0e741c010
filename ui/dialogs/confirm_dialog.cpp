#include "ui/dialogs/confirm_dialog.h"

#include "ui/dialogs/command_run.h"
#include "ui/dialogs/form_fields.h"
#include "ui/format.h"
#include "ui/icons.h"
#include "ui/theme.h"

#include <QCheckBox>
#include <QFontMetrics>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <numeric>

namespace warren::ui {

namespace {

/// More names than these are scrolled.
constexpr int kNameLinesMax = 6;
/// More refusals than these are only counted: the dialog must stay on the screen.
constexpr int kRefusalLinesMax = 5;

}  // namespace

ConfirmDialog::ConfirmDialog(management::BrokerClient& client, const QString& title,
                             const QString& acceptText, QWidget* parent)
    : CommandDialog(client, title, acceptText, parent)
{
    buildUi();
}

void ConfirmDialog::buildUi()
{
    m_targets = new QPlainTextEdit(this);
    m_targets->setObjectName(QStringLiteral("targets"));
    m_targets->setReadOnly(true);
    m_targets->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_targets->setTabChangesFocus(true);
    m_targets->setAccessibleName(tr("What this is about"));
    body()->addWidget(m_targets);

    m_losses = new QLabel(this);
    m_losses->setObjectName(QStringLiteral("losses"));
    m_losses->setTextFormat(Qt::PlainText);
    m_losses->setWordWrap(true);
    body()->addWidget(m_losses);

    m_reassurance = makeHint({}, this);
    m_reassurance->setObjectName(QStringLiteral("reassurance"));
    body()->addWidget(m_reassurance);

    m_typedPrompt = new QLabel(this);
    m_typedPrompt->setTextFormat(Qt::PlainText);
    m_typedPrompt->setWordWrap(true);
    m_typed = new QLineEdit(this);
    m_typed->setObjectName(QStringLiteral("typedName"));
    connect(m_typed, &QLineEdit::textChanged, this, &ConfirmDialog::checkTypedName);
    for (QWidget* widget : {static_cast<QWidget*>(m_typedPrompt), static_cast<QWidget*>(m_typed)}) {
        widget->hide();
        body()->addWidget(widget);
    }
    body()->addStretch();

    acceptButton()->setIcon(icon(Icon::Delete));
    // Enter must not lose anything by itself.
    acceptButton()->setDefault(false);
    acceptButton()->setAutoDefault(false);
    cancelButton()->setDefault(true);
    cancelButton()->setFocus();
}

void ConfirmDialog::begin(const QString& subject, const QStringList& names)
{
    setSubject(subject);
    m_names = names;
    m_pending.resize(names.size());
    std::iota(m_pending.begin(), m_pending.end(), 0);
    showNames();
    showLosses();
    connect(&client(), &management::BrokerClient::snapshotChanged, this, [this] {
        if (!isRunning()) showLosses();
    });
}

QCheckBox* ConfirmDialog::addCondition(const QString& objectName, const QString& text)
{
    auto* box = new QCheckBox(text, this);
    box->setObjectName(objectName);
    // Before the stretch at the end.
    body()->insertWidget(body()->count() - 1, box);
    return box;
}

void ConfirmDialog::setTypedName(const QString& name, bool isRequired)
{
    m_typedName = isRequired ? name : QString{};
    const QString prompt = tr("Type its name, “%1”, if that is what you want:").arg(name);
    m_typedPrompt->setText(prompt);
    m_typed->setAccessibleName(prompt);
    m_typedPrompt->setVisible(isRequired);
    m_typed->setVisible(isRequired);
    checkTypedName();
}

void ConfirmDialog::checkTypedName()
{
    if (!isRunning())
        acceptButton()->setEnabled(m_typedName.isEmpty() || m_typed->text() == m_typedName);
}

void ConfirmDialog::showNames()
{
    // The subject names a single target.
    m_targets->setVisible(m_names.size() > 1);
    QStringList names;
    for (const int target : m_pending) {
        names.append(m_names.at(target));
    }
    m_targets->setPlainText(names.join(u'\n'));
    const auto lines = static_cast<int>(std::min<qsizetype>(kNameLinesMax, names.size()));
    const int margins =
        2 * (m_targets->frameWidth() + static_cast<int>(m_targets->document()->documentMargin())) +
        theme::gap(this, Gap::Hair);
    m_targets->setFixedHeight(m_targets->fontMetrics().lineSpacing() * lines + margins);
}

void ConfirmDialog::showLosses()
{
    const Losses lost = losses(*client().snapshot());
    QStringList lines;
    if (!lost.lines.isEmpty()) lines.append(tr("This will be lost:"));
    for (const QString& line : lost.lines) {
        lines.append(QStringLiteral("  •  ") + line);
    }
    m_losses->setText(lines.join(u'\n'));
    m_losses->setVisible(!lines.isEmpty());
    m_reassurance->setText(lost.reassurance);
    m_reassurance->setVisible(!lost.reassurance.isEmpty());
}

void ConfirmDialog::takeDoneTarget(int target, const management::CommandResult& result)
{
    Q_UNUSED(target)
    Q_UNUSED(result)
}

void ConfirmDialog::submit()
{
    clearProblem();
    setRunning(true);
    m_refused.clear();
    m_run = new CommandRun(
        client(), static_cast<int>(m_pending.size()),
        [this](int index) { return command(m_pending.at(index)); }, this);
    connect(m_run, &CommandRun::commandDone, this,
            [this](int index, const management::CommandResult& result) {
                takeDoneTarget(m_pending.at(index), result);
            });
    connect(m_run, &CommandRun::commandRefused, this,
            [this](int index) { m_refused.append(m_pending.at(index)); });
    connect(m_run, &CommandRun::finished, this, &ConfirmDialog::showOutcome);
    m_run->start();
}

void ConfirmDialog::showOutcome()
{
    setRunning(false);
    checkTypedName();
    const QList<CommandRun::Refusal> refusals = m_run->refusals();
    const int doneCount = m_run->doneCount();
    m_run->deleteLater();
    m_run = nullptr;
    if (refusals.isEmpty()) {
        emit succeeded(doneText());
        accept();
        return;
    }

    if (m_names.size() == 1) {
        showProblem(refusals.first().text);
        return;
    }
    QStringList lines{tr("%1 done, %2 refused:")
                          .arg(format::count(static_cast<std::uint64_t>(doneCount)),
                               format::count(static_cast<std::uint64_t>(m_refused.size())))};
    for (const CommandRun::Refusal& refusal :
         refusals.first(std::min<qsizetype>(kRefusalLinesMax, refusals.size()))) {
        lines.append(m_names.at(m_pending.at(refusal.index)) + QStringLiteral(": ") + refusal.text);
    }
    const qsizetype unsaid = m_refused.size() - (lines.size() - 1);
    if (unsaid > 0) lines.append(tr("… and %1 more").arg(unsaid));
    showProblem(lines.join(u'\n'));
    std::ranges::sort(m_refused);
    m_pending = m_refused;
    setSubject(tr("Not done yet:"));
    acceptButton()->setText(tr("Try again"));
    showNames();
    showLosses();
}

}  // namespace warren::ui
