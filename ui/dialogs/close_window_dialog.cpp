#include "ui/dialogs/close_window_dialog.h"

#include "ui/theme.h"

#include <QDialogButtonBox>
#include <QFontMetrics>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QVBoxLayout>

namespace warren::ui {
namespace {

const QString kCloseKey = QStringLiteral("window/onClose");
const QString kKeep = QStringLiteral("tray");
const QString kQuit = QStringLiteral("quit");

}  // namespace

CloseChoice savedCloseChoice()
{
    const QString saved = QSettings().value(kCloseKey).toString();
    if (saved == kKeep) return CloseChoice::KeepInTray;
    return saved == kQuit ? CloseChoice::Quit : CloseChoice::Ask;
}

void saveCloseChoice(CloseChoice choice)
{
    switch (choice) {
    case CloseChoice::Ask: QSettings().remove(kCloseKey); return;
    case CloseChoice::KeepInTray: QSettings().setValue(kCloseKey, kKeep); return;
    case CloseChoice::Quit: QSettings().setValue(kCloseKey, kQuit); return;
    }
}

CloseWindowDialog::CloseWindowDialog(bool hasTray, QWidget* parent) : QDialog(parent)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setObjectName(QStringLiteral("closeWindowDialog"));
    setWindowTitle(tr("Close the window"));

    auto* question = new QLabel(
        hasTray ? tr("Shall the broker go on in the tray?") : tr("Stop the broker and quit?"),
        this);
    question->setFont(theme::headingFont(font()));
    auto* explanation = new QLabel(
        hasTray
            ? tr("In the tray it keeps serving its clients, and a click on its icon brings the "
                 "window back. Warren remembers the answer; it can be changed in the File menu.")
            : tr("Its clients are disconnected. Durable queues and persistent messages are kept; "
                 "transient ones are lost."),
        this);
    explanation->setWordWrap(true);
    constexpr int kCharactersPerLine = 60;
    explanation->setMinimumWidth(QFontMetrics(font()).averageCharWidth() * kCharactersPerLine);

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    auto* quit = buttons->addButton(hasTray ? tr("Stop and quit") : tr("Quit"),
                                    QDialogButtonBox::DestructiveRole);
    quit->setObjectName(QStringLiteral("quit"));
    connect(quit, &QPushButton::clicked, this, [this] { choose(CloseChoice::Quit); });
    if (hasTray) {
        auto* keep = buttons->addButton(tr("Go on in the tray"), QDialogButtonBox::AcceptRole);
        keep->setObjectName(QStringLiteral("keep"));
        keep->setDefault(true);
        connect(keep, &QPushButton::clicked, this, [this] { choose(CloseChoice::KeepInTray); });
    }
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);

    auto* layout = new QVBoxLayout(this);
    const int margin = theme::gap(this, Gap::Large);
    layout->setContentsMargins(margin, margin, margin, margin);
    layout->setSpacing(theme::gap(this, Gap::Medium));
    layout->addWidget(question);
    layout->addWidget(explanation);
    layout->addWidget(buttons);
}

void CloseWindowDialog::choose(CloseChoice choice)
{
    accept();
    emit chosen(choice);
}

}  // namespace warren::ui
