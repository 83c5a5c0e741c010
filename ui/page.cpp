#include "ui/page.h"

#include "ui/dialogs/command_dialog.h"

#include <QClipboard>
#include <QGuiApplication>

namespace warren::ui {

void Page::openDialog(CommandDialog* dialog)
{
    connect(dialog, &CommandDialog::succeeded, this,
            [this](const QString& text) { emit noticeRaised(NoticeKind::Success, text); });
    dialog->open();
}

void Page::copyConnectionString(const management::BrokerClient& client)
{
    const QString text = client.snapshot()->overview.connectionString;
    QGuiApplication::clipboard()->setText(text);
    emit noticeRaised(NoticeKind::Success, tr("Copied: %1").arg(text));
}

}  // namespace warren::ui
