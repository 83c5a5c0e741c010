#include "ui/dialogs/user_dialogs.h"

#include "ui/dialogs/form_fields.h"
#include "ui/models/user_model.h"
#include "ui/theme.h"

#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

namespace warren::ui {

using management::PutUser;
using management::UserRow;

namespace {

QLineEdit* makePasswordField(const QString& objectName, QWidget* parent)
{
    auto* field = new QLineEdit(parent);
    field->setObjectName(objectName);
    field->setEchoMode(QLineEdit::Password);
    field->setInputMethodHints(Qt::ImhHiddenText | Qt::ImhNoPredictiveText | Qt::ImhSensitiveData);
    return field;
}

}  // namespace

PasswordFields::PasswordFields(QFormLayout* form, QWidget* dialog)
    : QObject(dialog),
      m_password(makePasswordField(QStringLiteral("password"), dialog)),
      m_again(makePasswordField(QStringLiteral("passwordAgain"), dialog))
{
    form->addRow(tr("&Password"), m_password);
    form->addRow(tr("P&assword again"), m_again);
}

QString PasswordFields::password() const { return m_password->text(); }

QString PasswordFields::problem() const
{
    return m_password->text() == m_again->text() ? QString{}
                                                 : tr("The two passwords are not the same.");
}

void PasswordFields::focus()
{
    m_password->setFocus();
    m_password->selectAll();
}

UserDialog::UserDialog(management::BrokerClient& client, QWidget* parent)
    : CommandDialog(client, tr("New user"), tr("Add user"), parent)
{
    buildUi({}, true);
    m_name->setFocus();
}

UserDialog::UserDialog(management::BrokerClient& client, const UserRow& user, QWidget* parent)
    : CommandDialog(client, tr("Edit user"), tr("Change user"), parent)
{
    buildUi(user, false);
    m_tags->setFocus();
}

void UserDialog::buildUi(const UserRow& user, bool isNew)
{
    setObjectName(QStringLiteral("userDialog"));
    auto* form = makeForm(this);
    m_name = new QLineEdit(user.name, this);
    m_name->setObjectName(QStringLiteral("name"));
    m_name->setEnabled(isNew);
    form->addRow(tr("&Name"), m_name);
    if (isNew) {
        m_password = new PasswordFields(form, this);
        form->addRow(QString{}, makeHint(tr("Without a password the user cannot log in with one; a "
                                            "certificate can do."),
                                         this));
    }
    m_tags = new QLineEdit(user.tags.join(QStringLiteral(", ")), this);
    m_tags->setObjectName(QStringLiteral("tags"));
    m_tags->setPlaceholderText(tr("none: publishes and consumes only"));
    form->addRow(tr("&Tags"), m_tags);
    form->addRow(QString{}, makeTagButtons());
    m_maxConnections = makeLimitField(QStringLiteral("maxConnections"), user.maxConnections, this);
    form->addRow(tr("Max &connections"), m_maxConnections);
    m_maxChannels = makeLimitField(QStringLiteral("maxChannels"), user.maxChannels, this);
    form->addRow(tr("Max c&hannels"), m_maxChannels);
    body()->addLayout(form);
    if (isNew) {
        body()->addWidget(makeHint(tr("A new user may do nothing until it gets permissions in a "
                                      "virtual host: select it in the list, and add them below."),
                                   this));
    }
    body()->addStretch();
}

QWidget* UserDialog::makeTagButtons()
{
    auto* buttons = new QWidget(this);
    auto* line = new QHBoxLayout(buttons);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(theme::gap(this, Gap::Hair));
    for (const UserTag& tag : knownUserTags()) {
        const QString name = QLatin1String(tag.name);
        auto* button = new QToolButton(buttons);
        button->setObjectName(QStringLiteral("tag-") + name);
        button->setText(name);
        button->setToolTip(userTagExplanation(tag));
        button->setFocusPolicy(Qt::StrongFocus);
        connect(button, &QToolButton::clicked, this, [this, name] {
            QStringList tags = typedTags(m_tags);
            if (!tags.contains(name)) tags.append(name);
            m_tags->setText(tags.join(QStringLiteral(", ")));
        });
        line->addWidget(button);
    }
    line->addStretch();
    return buttons;
}

void UserDialog::submit()
{
    if (m_name->text().isEmpty()) {
        showProblem(tr("The user needs a name."));
        m_name->setFocus();
        return;
    }
    PutUser command{.name = m_name->text(),
                    .tags = typedTags(m_tags),
                    .maxConnections = typedLimit(m_maxConnections),
                    .maxChannels = typedLimit(m_maxChannels)};
    if (m_password) {
        if (const QString problem = m_password->problem(); !problem.isEmpty()) {
            showProblem(problem);
            m_password->focus();
            return;
        }
        if (!m_password->password().isEmpty()) command.password = m_password->password();
    }
    run(command);
}

void UserDialog::takeDone(const management::CommandResult& result)
{
    Q_UNUSED(result)
    emit put(m_name->text());
    emit succeeded(m_password ? tr("User “%1” is added.").arg(m_name->text())
                              : tr("User “%1” is changed.").arg(m_name->text()));
    accept();
}

PasswordDialog::PasswordDialog(management::BrokerClient& client, const UserRow& user,
                               QWidget* parent)
    : CommandDialog(client, tr("Set password"), tr("Set password"), parent), m_user(user)
{
    setObjectName(QStringLiteral("passwordDialog"));
    setSubject(tr("A new password for “%1”").arg(user.name));
    auto* form = makeForm(this);
    m_password = new PasswordFields(form, this);
    body()->addLayout(form);
    body()->addWidget(makeHint(tr("It is stored as a salted hash, and cannot be shown again. "
                                  "Connections that are open go on; new ones need the new "
                                  "password."),
                               this));
    body()->addStretch();
    m_password->focus();
}

void PasswordDialog::submit()
{
    QString problem = m_password->problem();
    if (problem.isEmpty() && m_password->password().isEmpty()) {
        problem = tr("Type a password. To forbid logging in with one, use “Remove password”.");
    }
    if (!problem.isEmpty()) {
        showProblem(problem);
        m_password->focus();
        return;
    }
    PutUser command = unchangedUser(m_user);
    command.password = m_password->password();
    run(command);
}

void PasswordDialog::takeDone(const management::CommandResult& result)
{
    Q_UNUSED(result)
    emit succeeded(tr("The password of “%1” is set.").arg(m_user.name));
    accept();
}

PutUser unchangedUser(const UserRow& user)
{
    return {.name = user.name,
            .tags = user.tags,
            .maxConnections = user.maxConnections,
            .maxChannels = user.maxChannels};
}

}  // namespace warren::ui
