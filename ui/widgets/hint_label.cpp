#include "ui/widgets/hint_label.h"

#include "ui/theme.h"

#include <QEvent>

namespace warren::ui {

HintLabel::HintLabel(const QString& text, QWidget* parent) : QLabel(text, parent)
{
    setWordWrap(true);
    setAlignment(Qt::AlignLeft | Qt::AlignTop);
    setTextFormat(Qt::PlainText);
    setFont(theme::captionFont(font()));
    applyColour();
}

void HintLabel::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange) applyColour();
    QLabel::changeEvent(event);
}

void HintLabel::applyColour()
{
    const QColor colour = theme::secondaryText(palette());
    QPalette dimmed = palette();
    if (dimmed.color(QPalette::WindowText) == colour) return;
    dimmed.setColor(QPalette::WindowText, colour);
    setPalette(dimmed);
}

}  // namespace warren::ui
