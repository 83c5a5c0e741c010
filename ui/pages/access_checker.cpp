#include "ui/pages/access_checker.h"

#include "ui/dialogs/command_dialog.h"
#include "ui/theme.h"
#include "ui/widgets/notice_bar.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace warren::ui {

using management::AccessVerdict;
using management::CheckAccess;
using management::CommandResult;

AccessChecker::AccessChecker(management::BrokerClient& client, QWidget* parent)
    : QWidget(parent), m_client(client)
{
    buildUi();
    showFields();
}

void AccessChecker::buildUi()
{
    m_right = new QComboBox(this);
    m_right->setObjectName(QStringLiteral("right"));
    m_right->setAccessibleName(tr("What the user wants to do"));
    m_right->addItem(tr("configure (declare, delete)"),
                     static_cast<int>(CheckAccess::Right::Configure));
    m_right->addItem(tr("write (publish, be bound)"), static_cast<int>(CheckAccess::Right::Write));
    m_right->addItem(tr("read (consume, bind to)"), static_cast<int>(CheckAccess::Right::Read));
    m_kind = new QComboBox(this);
    m_kind->setObjectName(QStringLiteral("kind"));
    m_kind->setAccessibleName(tr("Queue or exchange"));
    m_kind->addItem(tr("the queue"), false);
    m_kind->addItem(tr("the exchange"), true);
    m_name = new QLineEdit(this);
    m_name->setObjectName(QStringLiteral("name"));
    m_name->setAccessibleName(tr("Its name"));
    m_name->setPlaceholderText(tr("name"));
    m_vhost = new QComboBox(this);
    m_vhost->setObjectName(QStringLiteral("vhost"));
    m_vhost->setAccessibleName(tr("Virtual host"));
    m_vhost->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    constexpr int kVhostCharacters = 12;
    m_vhost->setMinimumContentsLength(kVhostCharacters);
    m_routingKey = new QLineEdit(this);
    m_routingKey->setObjectName(QStringLiteral("routingKey"));
    m_routingKey->setAccessibleName(tr("Routing key"));
    m_routingKey->setPlaceholderText(tr("routing key (of a topic exchange; may stay empty)"));
    m_check = new QPushButton(tr("Check"), this);
    m_check->setObjectName(QStringLiteral("check"));
    m_icon = new QLabel(this);
    m_verdict = new QLabel(this);
    m_verdict->setObjectName(QStringLiteral("verdict"));
    m_verdict->setTextFormat(Qt::PlainText);
    m_verdict->setWordWrap(true);
    m_verdict->setTextInteractionFlags(Qt::TextSelectableByMouse);

    const int gap = theme::gap(this, Gap::Small);
    auto* question = new QHBoxLayout;
    question->setSpacing(gap);
    question->addWidget(new QLabel(tr("May it"), this));
    question->addWidget(m_right);
    question->addWidget(m_kind);
    question->addWidget(m_name, 1);
    question->addWidget(new QLabel(tr("in"), this));
    question->addWidget(m_vhost);
    auto* second = new QHBoxLayout;
    second->setSpacing(gap);
    second->addWidget(m_routingKey, 1);
    second->addWidget(m_check);
    auto* answer = new QHBoxLayout;
    answer->setSpacing(gap);
    answer->addWidget(m_icon, 0, Qt::AlignTop);
    answer->addWidget(m_verdict, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gap);
    layout->addLayout(question);
    layout->addLayout(second);
    layout->addLayout(answer);
    layout->addStretch();

    connect(m_check, &QPushButton::clicked, this, &AccessChecker::check);
    for (QLineEdit* field : {m_name, m_routingKey}) {
        connect(field, &QLineEdit::returnPressed, m_check, &QPushButton::click);
        connect(field, &QLineEdit::textChanged, this, &AccessChecker::showFields);
    }
    for (QComboBox* field : {m_right, m_kind, m_vhost}) {
        connect(field, &QComboBox::currentIndexChanged, this, &AccessChecker::showFields);
    }
}

void AccessChecker::setUser(const QString& user)
{
    if (user == m_user) return;
    m_user = user;
    forgetVerdict();
}

void AccessChecker::setVhosts(const QStringList& vhosts)
{
    QStringList shown;
    for (int index = 0; index < m_vhost->count(); ++index) {
        shown.append(m_vhost->itemText(index));
    }
    if (shown == vhosts) return;
    const QString chosen = m_vhost->currentText();
    m_vhost->clear();
    m_vhost->addItems(vhosts);
    m_vhost->setCurrentIndex(std::max(0, m_vhost->findText(chosen)));
}

void AccessChecker::setActionsEnabled(bool enabled) { m_check->setEnabled(enabled); }

/// Topics are a matter of exchanges, and of reading and writing.
void AccessChecker::showFields()
{
    const bool isConfigure =
        m_right->currentData().toInt() == static_cast<int>(CheckAccess::Right::Configure);
    m_routingKey->setEnabled(m_kind->currentData().toBool() && !isConfigure);
    forgetVerdict();
}

void AccessChecker::forgetVerdict()
{
    m_asked += 1;
    m_icon->clear();
    m_verdict->clear();
}

void AccessChecker::check()
{
    forgetVerdict();
    CheckAccess question{.user = m_user,
                         .vhost = m_vhost->currentText(),
                         .isExchange = m_kind->currentData().toBool(),
                         .name = m_name->text(),
                         .right = static_cast<CheckAccess::Right>(m_right->currentData().toInt())};
    if (m_routingKey->isEnabled() && !m_routingKey->text().isEmpty()) {
        question.routingKey = m_routingKey->text();
    }
    m_client.execute(question).then(this, [this, number = m_asked](const CommandResult& result) {
        if (number == m_asked) takeAnswer(result);
    });
}

void AccessChecker::takeAnswer(const CommandResult& result)
{
    NoticeKind kind = NoticeKind::Error;
    if (const auto* verdict = std::get_if<AccessVerdict>(&result.value)) {
        if (verdict->isAllowed) kind = NoticeKind::Success;
        m_verdict->setText(
            (verdict->isAllowed ? tr("Yes: %1") : tr("No: %1")).arg(verdict->reason));
    } else {
        m_verdict->setText(result.isDone() ? tr("The broker gave no verdict.")
                                           : refusalText(result));
    }
    const int size = fontMetrics().height();
    m_icon->setPixmap(noticeIcon(kind, palette()).pixmap(QSize(size, size), devicePixelRatioF()));
}

}  // namespace warren::ui
