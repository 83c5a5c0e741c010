#include "ui/dialogs/cluster_dialogs.h"

#include "ui/dialogs/form_fields.h"
#include "ui/format.h"
#include "ui/theme.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QStyle>
#include <QVBoxLayout>

namespace warren::ui {

using management::JoinCluster;
using management::Overview;
using management::RenameCluster;

JoinClusterDialog::JoinClusterDialog(management::BrokerClient& client, QWidget* parent)
    : CommandDialog(client, tr("Join a cluster"), tr("Join"), parent)
{
    setObjectName(QStringLiteral("joinClusterDialog"));
    buildUi();
    showLosses();
    connect(&client, &management::BrokerClient::snapshotChanged, this, [this] {
        if (!isRunning()) showLosses();
    });
    m_address->setFocus();
}

void JoinClusterDialog::buildUi()
{
    auto* form = makeForm(this);
    m_address = new QLineEdit(this);
    m_address->setObjectName(QStringLiteral("address"));
    m_address->setPlaceholderText(QStringLiteral("127.0.0.1:25672"));
    form->addRow(tr("&Address of a member"), m_address);
    form->addRow(QString{},
                 makeHint(tr("Each node's Cluster page has its own. Nodes let each other in only "
                             "when they have the same cookie."),
                          this));
    body()->addLayout(form);

    body()->addWidget(makeSectionLabel(tr("This node becomes"), this));
    m_disk = new QRadioButton(tr("a &disk node"), this);
    addKind(m_disk, QStringLiteral("diskNode"),
            tr("It keeps the cluster's definitions on its disk. Usual."));
    m_ram = new QRadioButton(tr("a &RAM node"), this);
    addKind(m_ram, QStringLiteral("ramNode"),
            tr("It keeps everything in memory, has no vote, and gets all it needs from the others "
               "each time it starts."));
    m_disk->setChecked(true);
    // Of all buttons of the dialog only these two exclude each other.
    auto* kinds = new QButtonGroup(this);
    kinds->addButton(m_disk);
    kinds->addButton(m_ram);

    m_losses = new QLabel(this);
    m_losses->setObjectName(QStringLiteral("losses"));
    m_losses->setTextFormat(Qt::PlainText);
    m_losses->setWordWrap(true);
    body()->addWidget(m_losses);
    m_consent = new QCheckBox(tr("De&lete what is here"), this);
    m_consent->setObjectName(QStringLiteral("consent"));
    connect(m_consent, &QCheckBox::toggled, this, &JoinClusterDialog::checkConsent);
    body()->addWidget(m_consent);
    body()->addStretch();
}

void JoinClusterDialog::addKind(QRadioButton* button, const QString& objectName,
                                const QString& explanation)
{
    button->setObjectName(objectName);
    button->setAccessibleDescription(explanation);
    QLabel* hint = makeHint(explanation, this);
    // Below the word of the button, not below its circle.
    const int indent = style()->pixelMetric(QStyle::PM_ExclusiveIndicatorWidth) +
                       style()->pixelMetric(QStyle::PM_RadioButtonLabelSpacing);
    hint->setContentsMargins(indent, 0, 0, 0);
    auto* kind = new QVBoxLayout;
    kind->setSpacing(theme::gap(this, Gap::Hair));
    kind->addWidget(button);
    kind->addWidget(hint);
    body()->addLayout(kind);
}

void JoinClusterDialog::showLosses()
{
    const Overview& overview = client().snapshot()->overview;
    const std::uint64_t messageCount = overview.readyCount + overview.unackedCount;
    if (overview.queueCount == 0) {
        m_losses->setText(
            tr("This node's own users, policies and exchanges are replaced by the cluster's. It "
               "has no queues that would be lost."));
    } else {
        m_losses->setText(
            tr("Joining deletes %1 with %2 here, and this node's own users, policies and "
               "exchanges. Clients are cut off. This cannot be undone.")
                .arg(format::counted(overview.queueCount, tr("1 queue"), tr("%1 queues")),
                     format::counted(messageCount, tr("1 message"), tr("%1 messages"))));
    }
    m_consent->setVisible(overview.queueCount > 0);
    checkConsent();
}

void JoinClusterDialog::checkConsent()
{
    if (isRunning()) return;
    acceptButton()->setEnabled(client().snapshot()->overview.queueCount == 0 ||
                               m_consent->isChecked());
}

void JoinClusterDialog::submit()
{
    const QString address = m_address->text().trimmed();
    if (!isNodeAddress(address)) {
        showProblem(tr("Type the address of a member as host:port, such as 127.0.0.1:25672."));
        m_address->setFocus();
        return;
    }
    run(JoinCluster{.address = address, .asRamNode = m_ram->isChecked()});
}

void JoinClusterDialog::takeDone(const management::CommandResult& result)
{
    Q_UNUSED(result)
    emit succeeded(tr("This node joins the cluster at %1.").arg(m_address->text().trimmed()));
    accept();
}

RenameClusterDialog::RenameClusterDialog(management::BrokerClient& client, const QString& name,
                                         QWidget* parent)
    : CommandDialog(client, tr("Rename the cluster"), tr("Rename"), parent),
      m_name(new QLineEdit(name, this))
{
    setObjectName(QStringLiteral("renameClusterDialog"));
    m_name->setObjectName(QStringLiteral("name"));
    auto* form = makeForm(this);
    form->addRow(tr("&Name"), m_name);
    body()->addLayout(form);
    body()->addWidget(
        makeHint(tr("Clients are told the name when they connect; nothing depends on it."), this));
    body()->addStretch();
    m_name->selectAll();
    m_name->setFocus();
}

void RenameClusterDialog::submit()
{
    if (m_name->text().trimmed().isEmpty()) {
        showProblem(tr("The cluster needs a name."));
        m_name->setFocus();
        return;
    }
    run(RenameCluster{m_name->text().trimmed()});
}

void RenameClusterDialog::takeDone(const management::CommandResult& result)
{
    Q_UNUSED(result)
    emit succeeded(tr("The cluster is called “%1” now.").arg(m_name->text().trimmed()));
    accept();
}

bool isNodeAddress(const QString& text)
{
    const qsizetype colon = text.lastIndexOf(u':');
    if (colon <= 0 || text.contains(u' ')) return false;
    bool isNumber = false;
    const uint port = text.mid(colon + 1).toUInt(&isNumber);
    constexpr uint kPortMax = 65535;
    return isNumber && port > 0 && port <= kPortMax;
}

}  // namespace warren::ui
