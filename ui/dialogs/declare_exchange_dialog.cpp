#include "ui/dialogs/declare_exchange_dialog.h"

#include "ui/dialogs/form_fields.h"
#include "ui/widgets/arguments_editor.h"
#include "ui/widgets/hint_label.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace warren::ui {

namespace {

QString typeExplanation(const QString& type)
{
    const auto tr = [](const char* text) { return DeclareExchangeDialog::tr(text); };
    if (type == QLatin1String("direct")) {
        return tr("To queues whose binding key equals the message's routing key.");
    }
    if (type == QLatin1String("fanout")) {
        return tr("To every bound queue, whatever the routing key.");
    }
    if (type == QLatin1String("topic")) {
        return tr(
            "To queues whose binding pattern fits the routing key: * stands for one word, # for "
            "any number.");
    }
    if (type == QLatin1String("headers")) {
        return tr("To queues whose binding arguments fit the message's headers.");
    }
    if (type == QLatin1String("x-consistent-hash")) {
        return tr(
            "To one queue, the same for the same routing key; the binding key is the queue's "
            "weight, a whole number.");
    }
    if (type == QLatin1String("x-random")) return tr("To one of the bound queues, by chance.");
    if (type == QLatin1String("x-recent-history")) {
        return tr(
            "To every bound queue; a queue that is bound later gets the last messages at once.");
    }
    return {};
}

}  // namespace

DeclareExchangeDialog::DeclareExchangeDialog(management::BrokerClient& client,
                                             const QStringList& vhosts, QWidget* parent)
    : CommandDialog(client, tr("New exchange"), tr("Declare exchange"), parent)
{
    setObjectName(QStringLiteral("declareExchangeDialog"));
    buildUi(vhosts);
    explainType();
    m_name->setFocus();
}

void DeclareExchangeDialog::buildUi(const QStringList& vhosts)
{
    auto* form = makeForm(this);
    m_vhost = addVhostField(form, vhosts, this);

    m_name = new QLineEdit(this);
    m_name->setObjectName(QStringLiteral("name"));
    form->addRow(tr("&Name"), m_name);

    m_type = new QComboBox(this);
    m_type->setObjectName(QStringLiteral("type"));
    // The broker's own words: they are what clients write too.
    m_type->addItems({QStringLiteral("direct"), QStringLiteral("fanout"), QStringLiteral("topic"),
                      QStringLiteral("headers"), QStringLiteral("x-consistent-hash"),
                      QStringLiteral("x-random"), QStringLiteral("x-recent-history")});
    form->addRow(tr("&Type"), m_type);
    m_typeHint = new HintLabel(QString{}, this);
    form->addRow(QString{}, m_typeHint);
    connect(m_type, &QComboBox::currentIndexChanged, this, &DeclareExchangeDialog::explainType);
    body()->addLayout(form);

    m_isDurable = new QCheckBox(tr("&Durable"), this);
    m_isDurable->setObjectName(QStringLiteral("durable"));
    m_isDurable->setChecked(true);
    addOption(body(), m_isDurable, tr("The exchange and its durable bindings survive a restart."));

    m_isAutoDelete = new QCheckBox(tr("&Auto-delete"), this);
    m_isAutoDelete->setObjectName(QStringLiteral("autoDelete"));
    addOption(body(), m_isAutoDelete, tr("The exchange goes when its last binding has gone."));

    m_isInternal = new QCheckBox(tr("&Internal"), this);
    m_isInternal->setObjectName(QStringLiteral("internal"));
    addOption(body(), m_isInternal,
              tr("Clients cannot publish to it; only other exchanges can, through bindings."));

    body()->addWidget(makeSectionLabel(tr("Arguments"), this));
    m_arguments = new ArgumentsEditor(ArgumentsEditor::Purpose::Exchange, this);
    m_arguments->setObjectName(QStringLiteral("arguments"));
    body()->addWidget(m_arguments, 1);
}

void DeclareExchangeDialog::explainType()
{
    const QString type = m_type->currentText();
    m_typeHint->setText(typeExplanation(type));
    const bool hashes = type == QLatin1String("x-consistent-hash");
    const bool remembers = type == QLatin1String("x-recent-history");
    m_arguments->setOffered(QStringLiteral("hash-header"), hashes);
    m_arguments->setOffered(QStringLiteral("hash-property"), hashes);
    m_arguments->setOffered(QStringLiteral("x-recent-history-length"), remembers);
}

void DeclareExchangeDialog::submit()
{
    if (m_name->text().isEmpty()) {
        showProblem(tr("The exchange needs a name."));
        m_name->setFocus();
        return;
    }
    if (const QString problem = m_arguments->problem(); !problem.isEmpty()) {
        showProblem(problem);
        m_arguments->focusProblem();
        return;
    }
    run(management::DeclareExchange{{m_vhost->currentText(), m_name->text()},
                                    m_type->currentText(),
                                    m_isDurable->isChecked(),
                                    m_isAutoDelete->isChecked(),
                                    m_isInternal->isChecked(),
                                    m_arguments->arguments()});
}

void DeclareExchangeDialog::takeDone(const management::CommandResult& result)
{
    Q_UNUSED(result)
    emit declared({m_vhost->currentText(), m_name->text()});
    emit succeeded(tr("Exchange “%1” is declared.").arg(m_name->text()));
    accept();
}

}  // namespace warren::ui
