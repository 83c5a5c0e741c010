#include "ui/dialogs/vhost_dialog.h"

#include "ui/dialogs/form_fields.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QLineEdit>
#include <QVBoxLayout>

#include <algorithm>

namespace warren::ui {

using management::VhostRow;

VhostDialog::VhostDialog(management::BrokerClient& client, QWidget* parent)
    : CommandDialog(client, tr("New virtual host"), tr("Add virtual host"), parent)
{
    buildUi({});
    m_name->setFocus();
}

VhostDialog::VhostDialog(management::BrokerClient& client, const VhostRow& vhost, QWidget* parent)
    : CommandDialog(client, tr("Edit virtual host"), tr("Change virtual host"), parent)
{
    buildUi(vhost);
    m_name->setEnabled(false);
    m_description->setFocus();
}

void VhostDialog::buildUi(const VhostRow& vhost)
{
    setObjectName(QStringLiteral("vhostDialog"));
    auto* form = makeForm(this);
    m_name = new QLineEdit(vhost.name, this);
    m_name->setObjectName(QStringLiteral("name"));
    form->addRow(tr("&Name"), m_name);
    m_description = new QLineEdit(vhost.description, this);
    m_description->setObjectName(QStringLiteral("description"));
    form->addRow(tr("&Description"), m_description);
    m_tags = new QLineEdit(vhost.tags.join(QStringLiteral(", ")), this);
    m_tags->setObjectName(QStringLiteral("tags"));
    m_tags->setPlaceholderText(tr("words of your own, between commas"));
    form->addRow(tr("&Tags"), m_tags);
    m_queueType = new QComboBox(this);
    m_queueType->setObjectName(QStringLiteral("queueType"));
    m_queueType->addItem(tr("classic (the broker's default)"), QString{});
    for (const QString& type : {QStringLiteral("classic"), QStringLiteral("quorum")}) {
        m_queueType->addItem(type, type);
    }
    m_queueType->setCurrentIndex(std::max(0, m_queueType->findData(vhost.defaultQueueType)));
    form->addRow(tr("Default &queue type"), m_queueType);
    m_maxConnections = makeLimitField(QStringLiteral("maxConnections"), vhost.maxConnections, this);
    form->addRow(tr("Max &connections"), m_maxConnections);
    m_maxQueues = makeLimitField(QStringLiteral("maxQueues"), vhost.maxQueues, this);
    form->addRow(tr("Max q&ueues"), m_maxQueues);
    body()->addLayout(form);

    m_isProtected = new QCheckBox(tr("&Protected"), this);
    m_isProtected->setObjectName(QStringLiteral("protected"));
    m_isProtected->setChecked(vhost.isProtected);
    addOption(body(), m_isProtected, tr("It cannot be deleted until this is taken back."));
    m_isTracing = new QCheckBox(tr("T&raced"), this);
    m_isTracing->setObjectName(QStringLiteral("tracing"));
    m_isTracing->setChecked(vhost.isTracing);
    addOption(body(), m_isTracing,
              tr("A copy of every message that is published or delivered goes to the exchange "
                 "amq.rabbitmq.trace. It costs speed."));
    body()->addStretch();
}

void VhostDialog::submit()
{
    if (m_name->text().isEmpty()) {
        showProblem(tr("The virtual host needs a name."));
        m_name->setFocus();
        return;
    }
    run(management::PutVhost{.name = m_name->text(),
                             .description = m_description->text(),
                             .tags = typedTags(m_tags),
                             .defaultQueueType = m_queueType->currentData().toString(),
                             .maxConnections = typedLimit(m_maxConnections),
                             .maxQueues = typedLimit(m_maxQueues),
                             .isProtected = m_isProtected->isChecked(),
                             .isTracing = m_isTracing->isChecked()});
}

void VhostDialog::takeDone(const management::CommandResult& result)
{
    Q_UNUSED(result)
    emit succeeded(m_name->isEnabled() ? tr("Virtual host “%1” is added.").arg(m_name->text())
                                       : tr("Virtual host “%1” is changed.").arg(m_name->text()));
    accept();
}

}  // namespace warren::ui
