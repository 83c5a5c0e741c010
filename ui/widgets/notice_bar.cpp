#include "ui/widgets/notice_bar.h"

#include "ui/icons.h"
#include "ui/theme.h"

#include <QAccessible>
#include <QEvent>
#include <QFontMetrics>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>

namespace warren::ui {
namespace {

Tone toneOf(NoticeKind kind)
{
    switch (kind) {
    case NoticeKind::Info: return Tone::Accent;
    case NoticeKind::Success: return Tone::Good;
    case NoticeKind::Warning: return Tone::Caution;
    case NoticeKind::Error: return Tone::Bad;
    }
    return Tone::Neutral;
}

Icon iconOf(NoticeKind kind)
{
    switch (kind) {
    case NoticeKind::Info: return Icon::Info;
    case NoticeKind::Success: return Icon::Success;
    case NoticeKind::Warning: return Icon::Warning;
    case NoticeKind::Error: return Icon::Error;
    }
    return Icon::Info;
}

}  // namespace

QIcon noticeIcon(NoticeKind kind, const QPalette& palette)
{
    return icon(iconOf(kind), theme::text(toneOf(kind), palette));
}

NoticeBar::NoticeBar(Dismissal dismissal, QWidget* parent)
    : QFrame(parent),
      m_icon(new QLabel(this)),
      m_text(new QLabel(this)),
      m_action(new QPushButton(this)),
      m_dismiss(new QToolButton(this))
{
    m_text->setObjectName(QStringLiteral("noticeText"));
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_action->setObjectName(QStringLiteral("noticeAction"));
    m_action->setAutoDefault(false);
    m_action->hide();
    connect(m_action, &QPushButton::clicked, this, &NoticeBar::actionTriggered);
    m_dismiss->setObjectName(QStringLiteral("dismissNotice"));
    m_dismiss->setIcon(icon(Icon::Close));
    m_dismiss->setToolTip(tr("Dismiss"));
    m_dismiss->setAccessibleName(tr("Dismiss"));
    m_dismiss->setAutoRaise(true);
    m_dismiss->setFocusPolicy(Qt::StrongFocus);
    m_dismiss->setVisible(dismissal == Dismissal::ByUser);
    connect(m_dismiss, &QToolButton::clicked, this, &NoticeBar::clear);

    auto* layout = new QHBoxLayout(this);
    const int gap = theme::gap(this, Gap::Small);
    layout->setContentsMargins(theme::gap(this, Gap::Large), gap, gap, gap);
    layout->setSpacing(gap);
    layout->addWidget(m_icon);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_action);
    layout->addWidget(m_dismiss);
    hide();
}

void NoticeBar::showNotice(NoticeKind kind, const QString& text, const QString& actionText)
{
    m_kind = kind;
    m_action->setText(actionText);
    m_action->setVisible(!actionText.isEmpty());
    m_text->setText(text);
    setAccessibleName(text);
    showIcon();
    update();
    if (isVisibleTo(parentWidget())) return;
    show();
    // Spoken once, not each time that a figure in it changes.
    QAccessibleEvent alert(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
}

void NoticeBar::clear()
{
    m_text->clear();
    hide();
}

QString NoticeBar::text() const { return m_text->text(); }

void NoticeBar::paintEvent(QPaintEvent* event)
{
    Q_UNUSED(event)
    QPainter painter(this);
    painter.fillRect(rect(), theme::fill(toneOf(m_kind), palette()));
    painter.fillRect(QRect(0, height() - 1, width(), 1), theme::line(palette()));
}

void NoticeBar::changeEvent(QEvent* event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && isVisible()) showIcon();
}

void NoticeBar::showIcon()
{
    const int size = fontMetrics().height();
    m_icon->setPixmap(noticeIcon(m_kind, palette()).pixmap(QSize(size, size), devicePixelRatioF()));
}

}  // namespace warren::ui
