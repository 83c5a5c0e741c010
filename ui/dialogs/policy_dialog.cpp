#include "ui/dialogs/policy_dialog.h"

#include "ui/dialogs/form_fields.h"
#include "ui/dialogs/policy_preview_panel.h"
#include "ui/format.h"
#include "ui/models/policy_words.h"
#include "ui/theme.h"
#include "ui/widgets/arguments_editor.h"
#include "ui/widgets/pattern_tester.h"

#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRegularExpressionValidator>
#include <QVBoxLayout>

#include <algorithm>

namespace warren::ui {

using management::PolicyRow;
using management::PolicyTarget;

namespace {

QString titleFor(PolicyDialog::Intent intent, bool isOperator)
{
    switch (intent) {
    case PolicyDialog::Intent::Create:
        return isOperator ? PolicyDialog::tr("New operator policy")
                          : PolicyDialog::tr("New policy");
    case PolicyDialog::Intent::Change:
        return isOperator ? PolicyDialog::tr("Edit operator policy")
                          : PolicyDialog::tr("Edit policy");
    }
    return {};
}

}  // namespace

PolicyDialog::PolicyDialog(management::BrokerClient& client, Intent intent, const PolicyRow& start,
                           const QStringList& vhosts, QWidget* parent)
    : CommandDialog(client, titleFor(intent, start.isOperator), tr("Put policy"), parent),
      m_isOperator(start.isOperator),
      m_acceptText(tr("Put policy"))
{
    setObjectName(QStringLiteral("policyDialog"));
    buildUi(intent, start, vhosts);
    showTyped();
    (intent == Intent::Create ? m_name : m_pattern)->setFocus();
}

void PolicyDialog::buildUi(Intent intent, const PolicyRow& start, const QStringList& vhosts)
{
    auto* left = new QVBoxLayout;
    left->setSpacing(theme::gap(this, Gap::Medium));
    left->addWidget(makeFields(intent, start, vhosts));
    left->addWidget(makeSectionLabel(tr("What it would do"), this));
    m_preview = new PolicyPreviewPanel(client(), this);
    left->addWidget(m_preview, 1);

    auto* right = new QVBoxLayout;
    right->setSpacing(theme::gap(this, Gap::Medium));
    right->addWidget(makeSectionLabel(tr("Definition"), this));
    m_definition = new ArgumentsEditor(
        m_isOperator ? ArgumentsEditor::Purpose::OperatorPolicy : ArgumentsEditor::Purpose::Policy,
        this);
    m_definition->setObjectName(QStringLiteral("definition"));
    m_definition->setArguments(start.definition);
    right->addWidget(m_definition, 1);

    auto* columns = new QHBoxLayout;
    columns->setSpacing(theme::gap(this, Gap::Large));
    columns->addLayout(left, 1);
    columns->addLayout(right, 1);
    body()->addLayout(columns, 1);

    connect(m_vhost, &QComboBox::currentIndexChanged, this, &PolicyDialog::showTyped);
    connect(m_applyTo, &QComboBox::currentIndexChanged, this, &PolicyDialog::showTyped);
    for (QLineEdit* field : {m_name, m_pattern, m_priority}) {
        connect(field, &QLineEdit::textChanged, this, &PolicyDialog::showTyped);
    }
    connect(m_definition, &ArgumentsEditor::changed, this, &PolicyDialog::showTyped);
    connect(m_preview, &PolicyPreviewPanel::answered, this, [this] {
        if (m_isSubmitting) goOn();
    });
}

QWidget* PolicyDialog::makeFields(Intent intent, const PolicyRow& start, const QStringList& vhosts)
{
    auto* fields = new QWidget(this);
    auto* form = makeForm(fields);
    fields->setLayout(form);
    m_vhost = addVhostField(form, vhosts, fields);
    m_vhost->setCurrentIndex(std::max(0, m_vhost->findText(start.vhost)));

    m_name = new QLineEdit(start.name, fields);
    m_name->setObjectName(QStringLiteral("name"));
    form->addRow(tr("&Name"), m_name);
    // Another name or virtual host would make another policy and leave this one as it is.
    const bool isNew = intent == Intent::Create;
    m_name->setEnabled(isNew);
    m_vhost->setEnabled(isNew);

    m_pattern = new QLineEdit(start.pattern, fields);
    m_pattern->setObjectName(QStringLiteral("pattern"));
    m_pattern->setPlaceholderText(tr("a regular expression, such as ^orders\\."));
    m_pattern->setFont(theme::monospaceFont(font()));
    form->addRow(tr("&Pattern"), m_pattern);
    m_tester = new PatternTester(fields);
    form->addRow(tr("&Try it"), m_tester);

    m_applyTo = new QComboBox(fields);
    m_applyTo->setObjectName(QStringLiteral("applyTo"));
    for (const PolicyTarget target : kPolicyTargets) {
        m_applyTo->addItem(policyTargetText(target), static_cast<int>(target));
        m_applyTo->setItemData(m_applyTo->count() - 1, policyTargetName(target), Qt::ToolTipRole);
    }
    m_applyTo->setCurrentIndex(std::max(0, m_applyTo->findData(static_cast<int>(start.applyTo))));
    form->addRow(tr("&Apply to"), m_applyTo);

    m_priority = new QLineEdit(QString::number(start.priority), fields);
    m_priority->setObjectName(QStringLiteral("priority"));
    static const QRegularExpression wholeNumber(QStringLiteral("-?[0-9]{1,9}"));
    m_priority->setValidator(new QRegularExpressionValidator(wholeNumber, m_priority));
    m_priority->setToolTip(tr("Of several policies that match the highest priority holds"));
    form->addRow(tr("P&riority"), m_priority);
    return fields;
}

PolicyRow PolicyDialog::typed() const
{
    return {.vhost = m_vhost->currentText(),
            .name = m_name->text(),
            .isOperator = m_isOperator,
            .pattern = m_pattern->text(),
            .applyTo = static_cast<PolicyTarget>(m_applyTo->currentData().toInt()),
            .priority = m_priority->text().toLongLong(),
            .definition = m_definition->arguments()};
}

void PolicyDialog::showTyped()
{
    m_tester->setPattern(m_pattern->text());
    m_preview->setPolicy(typed());
    m_hasAcceptedLoss = false;
    acceptButton()->setText(m_acceptText);
    acceptButton()->setDefault(true);
}

/// Puts the cursor where the problem is. @returns what it is; empty: none
QString PolicyDialog::problem()
{
    if (m_name->text().isEmpty()) {
        m_name->setFocus();
        return tr("The policy needs a name.");
    }
    if (!m_priority->hasAcceptableInput()) {
        m_priority->setFocus();
        return tr("The priority is a whole number, such as 0 or 10.");
    }
    if (const QString inDefinition = m_definition->problem(); !inDefinition.isEmpty()) {
        m_definition->focusProblem();
        return inDefinition;
    }
    if (m_definition->arguments().isEmpty()) {
        m_definition->setFocus();
        return tr("The policy defines nothing yet: choose a key on the right.");
    }
    return {};
}

void PolicyDialog::submit()
{
    if (const QString found = problem(); !found.isEmpty()) {
        showProblem(found);
        return;
    }
    clearProblem();
    if (m_preview->losses()) {
        goOn();
        return;
    }
    m_isSubmitting = true;
    setRunning(true);
    m_preview->askNow();
}

/// The broker has said what the policy would do.
void PolicyDialog::goOn()
{
    if (m_isSubmitting) setRunning(false);
    m_isSubmitting = false;
    if (!m_preview->losses()) {
        showProblem(m_preview->refusal());
        return;
    }
    const std::uint64_t lostCount = m_preview->losses()->messageCount;
    if (lostCount == 0 || m_hasAcceptedLoss) {
        run(management::PutPolicy{typed()});
        return;
    }
    const QString lost = format::counted(lostCount, tr("1 message"), tr("%1 messages"));
    showWarning(tr("This policy drops %1 at once, and nothing brings them back. Press the button "
                   "again if that is what you want.")
                    .arg(lost));
    m_hasAcceptedLoss = true;
    acceptButton()->setText(tr("Put policy and drop %1").arg(lost));
    // Enter must not lose anything by itself.
    acceptButton()->setDefault(false);
    acceptButton()->setAutoDefault(false);
    cancelButton()->setFocus();
}

void PolicyDialog::takeDone(const management::CommandResult& result)
{
    Q_UNUSED(result)
    emit put(typed());
    emit succeeded(m_isOperator ? tr("Operator policy “%1” is put.").arg(m_name->text())
                                : tr("Policy “%1” is put.").arg(m_name->text()));
    accept();
}

}  // namespace warren::ui
