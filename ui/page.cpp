#include "ui/page.h"

#include "ui/dialogs/command_dialog.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QScrollArea>
#include <QVBoxLayout>

namespace warren::ui {

void Page::openDialog(CommandDialog* dialog)
{
    connect(dialog, &CommandDialog::succeeded, this,
            [this](const QString& text) { emit noticeRaised(NoticeKind::Success, text); });
    dialog->open();
}

void Page::setScrolledContent(QWidget* content)
{
    auto* scroll = new QScrollArea(this);
    scroll->setWidget(content);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::NoFocus);
    // The cards are white on the window's own colour, not on a scroll area's.
    scroll->viewport()->setAutoFillBackground(false);
    content->setAutoFillBackground(false);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(scroll);
}

void Page::copyConnectionString(const management::BrokerClient& client)
{
    const QString text = client.snapshot()->overview.connectionString;
    QGuiApplication::clipboard()->setText(text);
    emit noticeRaised(NoticeKind::Success, tr("Copied: %1").arg(text));
}

}  // namespace warren::ui
