#include "ui/dialogs/declare_queue_dialog.h"

#include "ui/dialogs/form_fields.h"
#include "ui/theme.h"
#include "ui/widgets/arguments_editor.h"
#include "ui/widgets/hint_label.h"

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

    m_type = new QComboBox(this);
    m_type->setObjectName(QStringLiteral("type"));
    m_type->addItem(tr("as the virtual host says"), QString{});
    // The broker's own words: they are what clients write too.
    for (const QString& type : {QStringLiteral("classic"), QStringLiteral("quorum")}) {
        m_type->addItem(type, type);
    }
    form->addRow(tr("&Type"), m_type);
    m_typeHint = new HintLabel(QString{}, this);
    form->addRow(QString{}, m_typeHint);
    connect(m_type, &QComboBox::currentIndexChanged, this, &DeclareQueueDialog::showType);
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
    body()->addWidget(makeHint(tr("Every argument is stored. Those that this broker does not act "
                                  "on get a tag with ⚠ in the list."),
                               this));
    showType();
}

void DeclareQueueDialog::showType()
{
    const QString type = m_type->currentData().toString();
    const bool isQuorum = type == QLatin1String("quorum");
    if (isQuorum) {
        m_isDurable->setChecked(true);
        m_isAutoDelete->setChecked(false);
    }
    m_isDurable->setEnabled(!isQuorum);
    m_isAutoDelete->setEnabled(!isQuorum);
    if (isQuorum) {
        m_typeHint->setText(
            tr("Kept on a majority of its nodes; always durable, never "
               "auto-deleted."));
    } else if (type.isEmpty()) {
        m_typeHint->setText(tr("Classic, unless the virtual host has another default."));
    } else {
        m_typeHint->setText(tr("On one node; policies can mirror it."));
    }
}

management::Arguments DeclareQueueDialog::arguments() const
{
    management::Arguments arguments = m_arguments->arguments();
    const QString name = QStringLiteral("x-queue-type");
    const QString type = m_type->currentData().toString();
    // What was typed by hand wins.
    if (!type.isEmpty() && !arguments.contains(name)) arguments.insert(name, type);
    return arguments;
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
                                 arguments()});
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
