#include "ui/dialogs/declare_queue_dialog.h"

#include "ui/dialogs/form_fields.h"
#include "ui/theme.h"
#include "ui/widgets/arguments_editor.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace warren::ui {

DeclareQueueDialog::DeclareQueueDialog(management::BrokerClient& client, const QStringList& vhosts,
                                       QWidget* parent)
    : CommandDialog(client, tr("New queue"), tr("Declare queue"), parent)
{
    setObjectName(QStringLiteral("declareQueueDialog"));
    buildUi(vhosts);
    m_name->setFocus();
}

void DeclareQueueDialog::buildUi(const QStringList& vhosts)
{
    auto* form = makeForm(this);
    m_vhost = addVhostField(form, vhosts, this);

    m_name = new QLineEdit(this);
    m_name->setObjectName(QStringLiteral("name"));
    m_name->setPlaceholderText(tr("empty: the broker makes a name"));
    form->addRow(tr("&Name"), m_name);
    body()->addLayout(form);

    m_isDurable = new QCheckBox(tr("&Durable"), this);
    m_isDurable->setObjectName(QStringLiteral("durable"));
    m_isDurable->setChecked(true);
    addOption(body(), m_isDurable, tr("The queue and its persistent messages survive a restart."));

    m_isAutoDelete = new QCheckBox(tr("&Auto-delete"), this);
    m_isAutoDelete->setObjectName(QStringLiteral("autoDelete"));
    addOption(body(), m_isAutoDelete,
              tr("The queue goes, with its messages, when its last consumer has gone."));

    body()->addWidget(makeSectionLabel(tr("Arguments"), this));
    m_arguments = new ArgumentsEditor(ArgumentsEditor::Purpose::Queue, this);
    m_arguments->setObjectName(QStringLiteral("arguments"));
    body()->addWidget(m_arguments, 1);
    body()->addWidget(makeHint(tr("Every argument is stored. Those that the broker does not act on "
                                  "yet get a tag with a broken frame in the list."),
                               this));
}

void DeclareQueueDialog::submit()
{
    if (const QString problem = m_arguments->problem(); !problem.isEmpty()) {
        showProblem(problem);
        m_arguments->focusProblem();
        return;
    }
    run(management::DeclareQueue{{m_vhost->currentText(), m_name->text()},
                                 m_isDurable->isChecked(),
                                 m_isAutoDelete->isChecked(),
                                 m_arguments->arguments()});
}

void DeclareQueueDialog::takeDone(const management::CommandResult& result)
{
    management::ResourceKey key{m_vhost->currentText(), m_name->text()};
    if (const auto* declaredAs = std::get_if<management::DeclareResult>(&result.value);
        declaredAs && !declaredAs->name.isEmpty()) {
        key.name = declaredAs->name;
    }
    emit declared(key);
    emit succeeded(tr("Queue “%1” is declared.").arg(key.name));
    accept();
}

}  // namespace warren::ui
