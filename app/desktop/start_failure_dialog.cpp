#include "app/desktop/start_failure_dialog.h"

#include "core/node/value_conversion.h"

#include <QCommandLinkButton>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QHostAddress>
#include <QLabel>
#include <QPushButton>
#include <QTcpServer>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace warren::desktop {

using node::ExitCode;

std::uint16_t nextFreePort(const QString& address, std::uint16_t port)
{
    constexpr int kTries = 100;
    for (int candidate = port + 1; candidate <= std::min(port + kTries, 65535); ++candidate) {
        QTcpServer probe;
        if (probe.listen(QHostAddress(address), static_cast<quint16>(candidate))) {
            return static_cast<std::uint16_t>(candidate);
        }
    }
    return 0;
}

StartFailureDialog::StartFailureDialog(const node::NodeFailure& failure, node::NodeConfig config,
                                       QWidget* parent)
    : QDialog(parent), m_config(std::move(config))
{
    buildUi(failure);
}

void StartFailureDialog::buildUi(const node::NodeFailure& failure)
{
    setWindowTitle(tr("Warren cannot start"));
    auto* layout = new QVBoxLayout(this);
    auto* title = new QLabel(tr("The broker could not start"), this);
    QFont font = title->font();
    font.setBold(true);
    font.setPointSizeF(font.pointSizeF() * 1.2);
    title->setFont(font);
    layout->addWidget(title);
    auto* reason = new QLabel(failure.text, this);
    reason->setObjectName(QStringLiteral("reason"));
    reason->setWordWrap(true);
    reason->setTextFormat(Qt::PlainText);
    reason->setTextInteractionFlags(Qt::TextSelectableByMouse);
    layout->addWidget(reason);
    layout->addSpacing(fontMetrics().height() / 2);

    if (failure.code == ExitCode::CannotListen) {
        auto& listeners = failure.concernsTlsListener ? m_config.tlsListeners : m_config.listeners;
        const node::ListenAddress& listener = listeners.front();
        const auto port =
            nextFreePort(node::textOf(std::string_view{listener.address}), listener.port);
        if (port != 0) {
            addOffer(layout, tr("Use port %1 instead").arg(port),
                     tr("It is free. Clients have to connect to it, this time only."),
                     QStringLiteral("usePort"), [&listeners, port] {
                         listeners.front().port = port;
                         return true;
                     });
        }
        addOffer(layout, tr("Try again"), tr("After you have ended what uses the port."),
                 QStringLiteral("tryAgain"), [] { return true; });
    } else if (failure.code == ExitCode::Usage) {
        addOffer(layout, tr("Try again"), tr("After you have corrected the files for TLS."),
                 QStringLiteral("tryAgain"), [] { return true; });
        addOffer(layout, tr("Start without TLS"), tr("Clients connect without it, this time only."),
                 QStringLiteral("withoutTls"), [this] {
                     m_config.tlsListeners.clear();
                     if (m_config.listeners.empty()) m_config.listeners = {node::ListenAddress{}};
                     return true;
                 });
    } else {
        addOffer(layout, tr("Choose another folder…"),
                 tr("Definitions and messages will be kept there. Nothing in this one changes."),
                 QStringLiteral("chooseFolder"), [this] { return chooseFolder(); });
        addOffer(layout, tr("Start a broker that keeps nothing"),
                 tr("It begins empty, and all that it holds is gone when it ends."),
                 QStringLiteral("startEphemeral"), [this] {
                     m_config.isEphemeral = true;
                     return true;
                 });
    }
    auto* buttons = new QDialogButtonBox(this);
    buttons->addButton(tr("Quit"), QDialogButtonBox::RejectRole);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    layout->addWidget(buttons);
    setMinimumWidth(fontMetrics().averageCharWidth() * 70);
}

void StartFailureDialog::addOffer(QVBoxLayout* layout, const QString& title,
                                  const QString& description, const QString& name,
                                  const std::function<bool()>& take)
{
    auto* button = new QCommandLinkButton(title, description, this);
    button->setObjectName(name);
    connect(button, &QCommandLinkButton::clicked, this, [this, take] {
        if (take()) accept();
    });
    layout->addWidget(button);
}

bool StartFailureDialog::chooseFolder()
{
    const QString folder =
        QFileDialog::getExistingDirectory(this, tr("Folder for definitions and messages"));
    if (folder.isEmpty()) return false;
    m_config.dataFolder = folder;
    m_config.isEphemeral = false;
    return true;
}

}  // namespace warren::desktop
