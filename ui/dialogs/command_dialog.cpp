#include "ui/dialogs/command_dialog.h"

#include "ui/theme.h"
#include "ui/widgets/notice_bar.h"

#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QLabel>
#include <QPushButton>
#include <QScreen>
#include <QVBoxLayout>

#include <algorithm>

namespace warren::ui {

CommandDialog::CommandDialog(management::BrokerClient& client, const QString& title,
                             const QString& acceptText, QWidget* parent)
    : QDialog(parent), m_client(client)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(title);
    buildUi(acceptText);
}

void CommandDialog::buildUi(const QString& acceptText)
{
    auto* layout = new QVBoxLayout(this);
    const int margin = theme::gap(this, Gap::Large);
    layout->setContentsMargins(margin, margin, margin, margin);
    layout->setSpacing(theme::gap(this, Gap::Medium));

    m_subject = new QLabel(this);
    m_subject->setObjectName(QStringLiteral("subject"));
    m_subject->setFont(theme::headingFont(font()));
    m_subject->setWordWrap(true);
    m_subject->setTextFormat(Qt::PlainText);
    m_subject->hide();
    layout->addWidget(m_subject);

    m_fields = new QWidget(this);
    m_body = new QVBoxLayout(m_fields);
    m_body->setContentsMargins(0, 0, 0, 0);
    m_body->setSpacing(theme::gap(this, Gap::Medium));
    layout->addWidget(m_fields, 1);

    m_notice = new NoticeBar(NoticeBar::Dismissal::ByUser, this);
    layout->addWidget(m_notice);

    auto* buttons = new QDialogButtonBox(this);
    m_accept = buttons->addButton(acceptText, QDialogButtonBox::AcceptRole);
    m_accept->setObjectName(QStringLiteral("accept"));
    m_accept->setDefault(true);
    m_cancel = buttons->addButton(QDialogButtonBox::Cancel);
    m_cancel->setObjectName(QStringLiteral("cancel"));
    connect(buttons, &QDialogButtonBox::accepted, this, &CommandDialog::submit);
    connect(buttons, &QDialogButtonBox::rejected, this, &CommandDialog::reject);
    layout->addWidget(buttons);
}

QSize CommandDialog::sizeHint() const
{
    constexpr int kWidthLines = 34;  // wide enough for the broker's sentences
    return QDialog::sizeHint().expandedTo({fontMetrics().height() * kWidthLines, 0});
}

void CommandDialog::showEvent(QShowEvent* event)
{
    QDialog::showEvent(event);
    growToFit();
}

/// Makes room for all lines of all texts, and for more as far as the screen has it: Qt takes two
/// thirds of the screen at most, and counts words that wrap as one line.
void CommandDialog::growToFit()
{
    layout()->activate();
    const QSize available = screen()->availableGeometry().size();
    const int neededWidth = std::max(width(), std::min(sizeHint().width(), available.width()));
    const int neededHeight = layout()->hasHeightForWidth()
                                 ? layout()->totalHeightForWidth(neededWidth)
                                 : layout()->totalMinimumSize().height();
    const int leastHeight = layout()->totalMinimumHeightForWidth(neededWidth);
    resize(neededWidth, std::max({height(), std::max(leastHeight, 0),
                                  std::min(neededHeight, available.height())}));
}

void CommandDialog::reject()
{
    if (!m_isRunning) QDialog::reject();
}

void CommandDialog::setSubject(const QString& text)
{
    m_subject->setText(text);
    m_subject->setVisible(!text.isEmpty());
}

void CommandDialog::run(const management::ManagementCommand& command)
{
    clearProblem();
    setRunning(true);
    m_client.execute(command).then(this, [this](management::CommandResult result) {
        setRunning(false);
        if (result.isDone()) {
            takeDone(result);
        } else {
            showProblem(refusalText(result));
        }
    });
}

void CommandDialog::takeDone(const management::CommandResult& result)
{
    Q_UNUSED(result)
    accept();
}

void CommandDialog::showProblem(const QString& text)
{
    m_notice->showNotice(NoticeKind::Error, text);
    growToFit();
}

void CommandDialog::showWarning(const QString& text)
{
    m_notice->showNotice(NoticeKind::Warning, text);
    growToFit();
}

void CommandDialog::clearProblem() { m_notice->clear(); }

void CommandDialog::setRunning(bool isRunning)
{
    m_isRunning = isRunning;
    // Disabling moves the focus away; the person goes on where they were.
    if (isRunning) m_focusBefore = focusWidget();
    m_fields->setEnabled(!isRunning);
    m_accept->setEnabled(!isRunning);
    m_cancel->setEnabled(!isRunning);
    if (!isRunning && m_focusBefore) m_focusBefore->setFocus();
}

QString refusalText(const management::CommandResult& result)
{
    if (!result.text.isEmpty()) return result.text;
    const auto tr = [](const char* text) {
        return QCoreApplication::translate("CommandDialog", text);
    };
    switch (result.status) {
    case management::CommandStatus::Done: return {};
    case management::CommandStatus::NotFound: return tr("The broker does not find it (any more).");
    case management::CommandStatus::Conflict:
        return tr("The broker refused: it conflicts with what is there.");
    case management::CommandStatus::AccessRefused: return tr("The broker refused access.");
    case management::CommandStatus::Invalid: return tr("The broker refused: it makes no sense.");
    case management::CommandStatus::Unreachable: return tr("The broker cannot be reached.");
    }
    return {};
}

}  // namespace warren::ui
