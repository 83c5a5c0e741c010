#include "ui/widgets/card.h"

#include "ui/theme.h"

#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>

namespace warren::ui {

Card::Card(const QString& heading, QWidget* parent) : QFrame(parent), m_body(new QVBoxLayout(this))
{
    const int margin = theme::gap(this, Gap::Medium);
    m_body->setContentsMargins(margin, margin, margin, margin);
    m_body->setSpacing(theme::gap(this, Gap::Small));
    if (heading.isEmpty()) return;
    auto* label = new QLabel(heading, this);
    label->setFont(theme::headingFont(font()));
    m_body->addWidget(label);
}

void Card::paintEvent(QPaintEvent* event)
{
    Q_UNUSED(event)
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(theme::line(palette()));
    painter.setBrush(palette().color(QPalette::Base));
    const double radius = theme::gap(this, Gap::Hair) * 1.5;
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius);
}

}  // namespace warren::ui
