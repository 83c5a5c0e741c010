#include "ui/dialogs/permission_dialogs.h"

#include "ui/dialogs/form_fields.h"
#include "ui/theme.h"

#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace warren::ui {

using management::PermissionRow;
using management::PutPermission;
using management::PutTopicPermission;
using management::TopicPermissionRow;

namespace {

/// The choice of a vhost, preset to one; always shown: it is half of what a permission is about.
QComboBox* addVhostChoice(QFormLayout* form, const QStringList& vhosts, const QString& current,
                          QWidget* dialog)
{
    QComboBox* field = addVhostField(form, vhosts, dialog);
    field->setCurrentIndex(std::max(0, field->findText(current)));
    form->setRowVisible(field, true);
    return field;
}

/// The first problem of some fields, with the cursor where it is; empty: none.
QString firstProblem(const QList<PatternField*>& fields)
{
    for (PatternField* field : fields) {
        const QString problem = field->problem();
        if (problem.isEmpty()) continue;
        field->setFocus();
        return problem;
    }
    return {};
}

}  // namespace

PatternField::PatternField(const QString& objectName, const QString& accessibleName,
                           const QString& pattern, QWidget* parent)
    : QWidget(parent), m_pattern(new QLineEdit(pattern, this))
{
    m_pattern->setObjectName(objectName);
    m_pattern->setAccessibleName(accessibleName);
    m_pattern->setFont(theme::monospaceFont(font()));
    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(theme::gap(this, Gap::Small));
    line->addWidget(m_pattern, 1);
    const std::initializer_list<std::pair<QString, QString>> choices{
        {tr("Everything"), QStringLiteral(".*")}, {tr("Nothing"), QStringLiteral("^$")}};
    for (const auto& [text, meaning] : choices) {
        auto* button = new QToolButton(this);
        button->setText(text);
        button->setToolTip(meaning);
        button->setAccessibleName(QStringLiteral("%1: %2").arg(accessibleName, text));
        button->setFocusPolicy(Qt::StrongFocus);
        connect(button, &QToolButton::clicked, this,
                [this, chosen = meaning] { m_pattern->setText(chosen); });
        line->addWidget(button);
    }
    setFocusProxy(m_pattern);
}

QString PatternField::pattern() const { return m_pattern->text(); }

QString PatternField::problem() const
{
    const QRegularExpression expression(m_pattern->text());
    if (expression.isValid()) return {};
    return tr("“%1” is no regular expression: %2.")
        .arg(m_pattern->text(), expression.errorString());
}

PermissionDialog::PermissionDialog(management::BrokerClient& client, const PermissionRow& start,
                                   const QStringList& vhosts, QWidget* parent)
    : CommandDialog(client, tr("Permissions"), tr("Set permissions"), parent), m_user(start.user)
{
    setObjectName(QStringLiteral("permissionDialog"));
    setSubject(tr("What “%1” may do in a virtual host").arg(start.user));
    auto* form = makeForm(this);
    m_vhost = addVhostChoice(form, vhosts, start.vhost, this);
    const auto addPattern = [&](const QString& name, const QString& label, const QString& pattern,
                                const QString& hint) {
        auto* field = new PatternField(name, QString(label).remove(u'&'), pattern, this);
        form->addRow(label, field);
        form->addRow(QString{}, makeHint(hint, this));
        return field;
    };
    m_configure =
        addPattern(QStringLiteral("configure"), tr("&Configure"), start.configure,
                   tr("Queues and exchanges with these names may be declared and deleted."));
    m_write = addPattern(QStringLiteral("write"), tr("&Write"), start.write,
                         tr("Exchanges that may be published to, queues that may be bound."));
    m_read = addPattern(QStringLiteral("read"), tr("&Read"), start.read,
                        tr("Queues that may be consumed from, exchanges that queues may be bound "
                           "to."));
    body()->addLayout(form);
    body()->addWidget(makeHint(tr("Regular expressions that a part of the name has to match; ^ "
                                  "and $ hold them to its ends."),
                               this));
    body()->addStretch();
    m_configure->setFocus();
}

void PermissionDialog::submit()
{
    if (const QString problem = firstProblem({m_configure, m_write, m_read}); !problem.isEmpty()) {
        showProblem(problem);
        return;
    }
    run(PutPermission{{.vhost = m_vhost->currentText(),
                       .user = m_user,
                       .configure = m_configure->pattern(),
                       .write = m_write->pattern(),
                       .read = m_read->pattern()}});
}

void PermissionDialog::takeDone(const management::CommandResult& result)
{
    Q_UNUSED(result)
    emit succeeded(tr("Permissions of “%1” in %2 are set.").arg(m_user, m_vhost->currentText()));
    accept();
}

TopicPermissionDialog::TopicPermissionDialog(management::BrokerClient& client,
                                             const TopicPermissionRow& start,
                                             const QStringList& vhosts, QWidget* parent)
    : CommandDialog(client, tr("Topic permissions"), tr("Set topic permissions"), parent),
      m_user(start.user)
{
    setObjectName(QStringLiteral("topicPermissionDialog"));
    setSubject(tr("Which routing keys “%1” may use at a topic exchange").arg(start.user));
    auto* form = makeForm(this);
    m_vhost = addVhostChoice(form, vhosts, start.vhost, this);
    m_exchange = new QLineEdit(start.exchange, this);
    m_exchange->setObjectName(QStringLiteral("exchange"));
    m_exchange->setPlaceholderText(QStringLiteral("amq.topic"));
    form->addRow(tr("&Exchange"), m_exchange);
    m_write = new PatternField(QStringLiteral("write"), tr("Write"), start.write, this);
    form->addRow(tr("&Write"), m_write);
    form->addRow(QString{}, makeHint(tr("Routing keys that may be published with."), this));
    m_read = new PatternField(QStringLiteral("read"), tr("Read"), start.read, this);
    form->addRow(tr("&Read"), m_read);
    form->addRow(QString{}, makeHint(tr("Routing keys that queues may be bound with."), this));
    body()->addLayout(form);
    body()->addWidget(
        makeHint(tr("They come on top of the permissions on the exchange. {username} and {vhost} "
                    "in a pattern stand for those of the connection."),
                 this));
    body()->addStretch();
    m_exchange->setFocus();
}

void TopicPermissionDialog::submit()
{
    if (m_exchange->text().isEmpty()) {
        showProblem(tr("Name the topic exchange."));
        m_exchange->setFocus();
        return;
    }
    if (const QString problem = firstProblem({m_write, m_read}); !problem.isEmpty()) {
        showProblem(problem);
        return;
    }
    run(PutTopicPermission{{.vhost = m_vhost->currentText(),
                            .user = m_user,
                            .exchange = m_exchange->text(),
                            .write = m_write->pattern(),
                            .read = m_read->pattern()}});
}

void TopicPermissionDialog::takeDone(const management::CommandResult& result)
{
    Q_UNUSED(result)
    emit succeeded(tr("Topic permissions of “%1” at %2 are set.").arg(m_user, m_exchange->text()));
    accept();
}

}  // namespace warren::ui
