#include "ui/widgets/node_card.h"

#include "ui/format.h"
#include "ui/icons.h"
#include "ui/theme.h"
#include "ui/widgets/badges.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/gauge.h"

#include <QAction>
#include <QClipboard>
#include <QEvent>
#include <QGridLayout>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace warren::ui {

using management::ClusterNodeRow;
using management::ClusterNodeState;

namespace {

/// A node as the cluster sees it; one that the cluster doesn't know as its process is.
StateWords stateOf(const NodeCardContent& content)
{
    if (content.local && content.local->isSuspended) {
        return {
            NodeCard::tr("suspended"),
            NodeCard::tr("Its process is held (SIGSTOP); the others wait for it, or give it up."),
            Tone::Caution, Icon::Pause};
    }
    if (content.member) return nodeStateWords(content.member->state);
    if (!content.local->isRunning) {
        return {NodeCard::tr("stopped"), NodeCard::tr("Its process does not run."), Tone::Neutral,
                Icon::Stop};
    }
    if (!content.local->isReady) {
        return {NodeCard::tr("starting"), NodeCard::tr("Its process has been started."),
                Tone::Accent, Icon::Synchronise};
    }
    return {NodeCard::tr("not a member"),
            NodeCard::tr("It runs on this computer, and the cluster does not know it (yet)."),
            Tone::Caution, Icon::Info};
}

/// Where other nodes reach it.
QString addressText(const NodeCardContent& content)
{
    const QString& address = content.member ? content.member->address : content.local->address;
    return address.isEmpty() ? QString{} : NodeCard::tr("For nodes: %1").arg(address);
}

/// Where clients reach it; empty: not known.
QString clientsText(const NodeCardContent& content)
{
    if (!content.local || content.local->amqpPort == 0) return {};
    return NodeCard::tr("For clients: 127.0.0.1:%1").arg(content.local->amqpPort);
}

}  // namespace

NodeCard::NodeCard(QWidget* parent)
    : QFrame(parent),
      m_icon(new QLabel(this)),
      m_name(new ElidedLabel(this)),
      m_stateBadge(new BadgeStrip(this)),
      m_roles(new BadgeStrip(this)),
      m_memoryText(new ElidedLabel(this)),
      m_memory(new Gauge(this)),
      m_diskText(new ElidedLabel(this)),
      m_disk(new Gauge(this)),
      m_address(new ElidedLabel(this)),
      m_clients(new ElidedLabel(this))
{
    buildUi();
}

void NodeCard::buildUi()
{
    m_name->setObjectName(QStringLiteral("nodeName"));
    m_name->setFont(theme::headingFont(font()));
    m_stateBadge->setObjectName(QStringLiteral("nodeState"));
    m_roles->setObjectName(QStringLiteral("nodeRoles"));
    m_roles->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_memoryText->setObjectName(QStringLiteral("nodeMemory"));
    m_diskText->setObjectName(QStringLiteral("nodeDisk"));
    m_memory->setAccessibleName(tr("Memory"));
    m_disk->setAccessibleName(tr("Disk"));
    m_address->setObjectName(QStringLiteral("nodeAddress"));
    m_clients->setObjectName(QStringLiteral("nodeClients"));
    for (ElidedLabel* label : {m_address, m_clients}) {
        label->setFont(theme::captionFont(font()));
        label->setForegroundRole(QPalette::PlaceholderText);
    }

    auto* heading = new QHBoxLayout;
    heading->setSpacing(theme::gap(this, Gap::Small));
    heading->addWidget(m_icon);
    heading->addWidget(m_name, 1);
    heading->addWidget(m_stateBadge);
    auto* figures = new QHBoxLayout;
    figures->setSpacing(theme::gap(this, Gap::Small));
    m_masters = addFigure(figures, tr("masters"));
    m_mirrors = addFigure(figures, tr("mirrors"));
    m_connections = addFigure(figures, tr("connections"));

    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(theme::gap(this, Gap::Hair));
    addCardAction(NodeAction::Forget, QStringLiteral("forget"), tr("Forget…"),
                  tr("The other nodes give this one up for good"));
    addCardAction(NodeAction::Start, QStringLiteral("start"), tr("Start"),
                  tr("Starts the node again, with what it has"));
    addCardAction(NodeAction::Stop, QStringLiteral("stop"), tr("Stop"),
                  tr("Stops the node in order (SIGTERM)"));
    addCardAction(NodeAction::Kill, QStringLiteral("kill"), tr("Kill"),
                  tr("Ends the node at once, as a crash would (SIGKILL)"));
    addCardAction(NodeAction::Suspend, QStringLiteral("suspend"), tr("Suspend"),
                  tr("Holds the node, as a stall or a cut network would (SIGSTOP)"));
    addCardAction(NodeAction::Resume, QStringLiteral("resume"), tr("Resume"),
                  tr("Lets the held node go on (SIGCONT)"));
    addCardAction(NodeAction::Discard, QStringLiteral("discard"), tr("Remove…"),
                  tr("Deletes what this stopped node has kept on this computer"));
    for (QAction* action : m_actions) {
        auto* button = new QToolButton(this);
        button->setDefaultAction(action);
        button->setObjectName(action->objectName() + QStringLiteral("Button"));
        button->setToolButtonStyle(Qt::ToolButtonTextOnly);
        button->setFocusPolicy(Qt::StrongFocus);
        connect(action, &QAction::changed, button,
                [button, action] { button->setVisible(action->isVisible()); });
        buttons->addWidget(button);
    }
    buttons->addStretch();
    m_copy = new QAction(tr("Copy the address for clients"), this);
    m_copy->setObjectName(QStringLiteral("copyAddress"));
    connect(m_copy, &QAction::triggered, this, [this] {
        QGuiApplication::clipboard()->setText(
            QStringLiteral("amqp://guest:guest@127.0.0.1:%1/").arg(m_content.local->amqpPort));
    });
    addAction(m_copy);
    setContextMenuPolicy(Qt::ActionsContextMenu);

    auto* layout = new QVBoxLayout(this);
    const int margin = theme::gap(this, Gap::Medium);
    layout->setContentsMargins(margin, margin, margin, margin);
    layout->setSpacing(theme::gap(this, Gap::Small));
    layout->addLayout(heading);
    layout->addWidget(m_roles);
    layout->addLayout(figures);
    auto* resources = new QGridLayout;
    resources->setHorizontalSpacing(theme::gap(this, Gap::Medium));
    resources->setVerticalSpacing(1);
    resources->addWidget(m_memoryText, 0, 0);
    resources->addWidget(m_memory, 1, 0);
    resources->addWidget(m_diskText, 0, 1);
    resources->addWidget(m_disk, 1, 1);
    for (const int column : {0, 1}) {
        resources->setColumnStretch(column, 1);
    }
    layout->addLayout(resources);
    auto* addresses = new QVBoxLayout;
    addresses->setSpacing(0);
    addresses->addWidget(m_address);
    addresses->addWidget(m_clients);
    layout->addLayout(addresses);
    layout->addStretch();
    layout->addLayout(buttons);
}

QAction* NodeCard::addCardAction(NodeAction action, const QString& objectName, const QString& text,
                                 const QString& toolTip)
{
    auto* added = new QAction(text, this);
    added->setObjectName(objectName);
    added->setToolTip(toolTip);
    connect(added, &QAction::triggered, this,
            [this, action] { emit actionRequested(action, m_content.name()); });
    addAction(added);
    m_actions.append(added);
    return added;
}

NodeCard::Figure NodeCard::addFigure(QHBoxLayout* line, const QString& caption)
{
    const Figure figure{new QLabel(this), new QLabel(caption, this)};
    figure.number->setFont(theme::headingFont(font()));
    figure.number->setObjectName(caption);
    figure.caption->setFont(theme::captionFont(font()));
    figure.caption->setForegroundRole(QPalette::PlaceholderText);
    auto* column = new QVBoxLayout;
    column->setSpacing(0);
    column->addWidget(figure.number);
    column->addWidget(figure.caption);
    line->addLayout(column, 1);
    return figure;
}

void NodeCard::setContent(const NodeCardContent& content)
{
    if (content == m_content) return;
    m_content = content;
    m_state = stateOf(content);
    m_name->setFullText(content.name());
    m_name->setExplanation(m_state.explanation);
    m_stateBadge->setBadges({badgeOf(m_state)});
    m_roles->setBadges(content.member ? nodeRoleBadges(*content.member) : Badges{});
    m_address->setFullText(addressText(content));
    m_clients->setFullText(clientsText(content));
    m_clients->setVisible(!m_clients->fullText().isEmpty());
    showIcon();
    showResources();
    showActions();
    describe();
    update();
}

void NodeCard::setActionsEnabled(bool isReachable)
{
    m_isReachable = isReachable;
    showActions();
}

void NodeCard::showResources()
{
    const ClusterNodeRow row = m_content.member.value_or(ClusterNodeRow{});
    // Of a node that nobody hears of, nobody knows what it uses now.
    const bool isKnown = m_content.member && row.state != ClusterNodeState::Down &&
                         row.state != ClusterNodeState::Unreachable;
    const auto number = [](bool isShown, std::uint32_t value) {
        return isShown ? format::count(value) : QStringLiteral("–");
    };
    m_masters.number->setText(number(m_content.member.has_value(), row.masterCount));
    m_mirrors.number->setText(number(m_content.member.has_value(), row.mirrorCount));
    m_connections.number->setText(number(isKnown, row.connectionCount));

    const bool hasMemory = isKnown && row.memoryLimitBytes > 0;
    m_memoryText->setFullText(hasMemory ? tr("Memory %1").arg(format::bytes(row.memoryBytes))
                                        : tr("Memory –"));
    m_memoryText->setExplanation(
        hasMemory ? tr("%1 of the %2 that it may use")
                        .arg(format::bytes(row.memoryBytes), format::bytes(row.memoryLimitBytes))
                  : tr("How much memory it uses is not known."));
    // The tick stands at four fifths, so that one sees by how much it is crossed.
    const std::uint64_t roomBytes = row.memoryLimitBytes + row.memoryLimitBytes / 4;
    m_memory->setContent(
        {{tr("In use"), hasMemory ? row.memoryBytes : 0,
          row.hasMemoryAlarm ? &partColour<SeriesColour::Orange> : &partColour<SeriesColour::Blue>,
          row.hasMemoryAlarm ? Hatch::Rising : Hatch::Solid}},
        hasMemory ? row.memoryLimitBytes : 0, std::max(roomBytes, row.memoryBytes));

    const bool hasDisk = isKnown && row.diskLimitBytes > 0;
    m_diskText->setFullText(hasDisk ? tr("Free disk %1").arg(format::bytes(row.diskFreeBytes))
                                    : tr("Free disk –"));
    m_diskText->setExplanation(
        hasDisk ? tr("%1 are free; %2 must stay so")
                      .arg(format::bytes(row.diskFreeBytes), format::bytes(row.diskLimitBytes))
                : tr("How much space is left is not known."));
    // How large the disk is, nobody says: the bar shows how far the limit is, up to twenty times
    // it.
    constexpr std::uint64_t kLimitsShown = 20;
    const std::uint64_t fullBytes = kLimitsShown * row.diskLimitBytes;
    m_disk->setContent(
        {{tr("Free"), hasDisk ? std::min(row.diskFreeBytes, fullBytes) : 0,
          row.hasDiskAlarm ? &partColour<SeriesColour::Orange> : &partColour<SeriesColour::Green>,
          row.hasDiskAlarm ? Hatch::Rising : Hatch::Solid}},
        hasDisk ? row.diskLimitBytes : 0, fullBytes);
    for (Gauge* gauge : {m_memory, m_disk}) {
        gauge->setEnabled(isKnown);
    }
}

void NodeCard::showActions()
{
    const bool isDown = m_content.member && m_content.member->state == ClusterNodeState::Down;
    const bool isLocal = m_content.local.has_value();
    const bool runs = isLocal && m_content.local->isRunning;
    const bool isHeld = runs && m_content.local->isSuspended;
    const auto show = [this](NodeAction action, bool isVisible) {
        m_actions.at(static_cast<int>(action))->setVisible(isVisible);
    };
    show(NodeAction::Forget, isDown);
    show(NodeAction::Start, isLocal && !runs);
    show(NodeAction::Stop, runs);
    show(NodeAction::Kill, runs);
    show(NodeAction::Suspend, runs && !isHeld);
    show(NodeAction::Resume, isHeld);
    show(NodeAction::Discard, isLocal && !runs && !m_content.member);
    m_actions.at(static_cast<int>(NodeAction::Forget))->setEnabled(m_isReachable);
    m_copy->setVisible(isLocal && m_content.local->amqpPort != 0);
}

void NodeCard::describe()
{
    setAccessibleName(tr("Node %1: %2").arg(m_content.name(), m_state.word));
    QStringList lines{m_state.explanation};
    if (m_content.member) {
        lines.append(badgesText(nodeRoleBadges(*m_content.member)));
        lines.append(tr("%1 masters, %2 mirrors, %3 connections")
                         .arg(m_masters.number->text(), m_mirrors.number->text(),
                              m_connections.number->text()));
        for (const ElidedLabel* label : {m_memoryText, m_diskText}) {
            lines.append(label->fullText() + QStringLiteral(": ") + label->accessibleDescription());
        }
    }
    lines.append({addressText(m_content), clientsText(m_content)});
    lines.removeAll(QString{});
    setAccessibleDescription(lines.join(u'\n'));
}

void NodeCard::showIcon()
{
    const int size = fontMetrics().height();
    m_icon->setPixmap(icon(m_state.icon, theme::text(m_state.tone, palette()))
                          .pixmap(QSize(size, size), devicePixelRatioF()));
}

QSize NodeCard::minimumSizeHint() const
{
    constexpr int kWidthLines = 18;
    return QFrame::minimumSizeHint().expandedTo({fontMetrics().height() * kWidthLines, 0});
}

void NodeCard::changeEvent(QEvent* event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) showIcon();
}

void NodeCard::paintEvent(QPaintEvent* event)
{
    Q_UNUSED(event)
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const bool isSelf = m_content.member && m_content.member->isSelf;
    const double frameWidth = isSelf ? 2 : 1;
    QPen pen(isSelf ? theme::text(Tone::Accent, palette()) : theme::line(palette()), frameWidth);
    // A node that is not there is not drawn as whole.
    if (m_state.tone == Tone::Bad || !m_content.member) {
        pen = QPen(m_state.tone == Tone::Bad ? theme::text(Tone::Bad, palette())
                                             : theme::secondaryText(palette()),
                   1, Qt::DashLine);
    }
    painter.setPen(pen);
    painter.setBrush(palette().color(QPalette::Base));
    const double radius = theme::gap(this, Gap::Hair) * 1.5;
    const double inset = pen.widthF() / 2;
    painter.drawRoundedRect(QRectF(rect()).adjusted(inset, inset, -inset, -inset), radius, radius);
}

}  // namespace warren::ui
