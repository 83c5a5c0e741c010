#include "ui/widgets/copy_line.h"

#include "ui/icons.h"
#include "ui/theme.h"
#include "ui/widgets/elided_label.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QPushButton>
#include <QTimer>

#include <chrono>

namespace warren::ui {

namespace {

constexpr std::chrono::seconds kCopiedShown{2};

}  // namespace

CopyLine::CopyLine(const QString& caption, const QString& textName, QWidget* parent)
    : QWidget(parent),
      m_caption(new QLabel(caption, this)),
      m_text(new ElidedLabel(this)),
      m_copy(new QPushButton(icon(Icon::Copy), tr("Copy"), this))
{
    m_caption->setFont(theme::headingFont(font()));
    m_text->setObjectName(textName);
    m_text->setFont(theme::monospaceFont(font()));
    m_copy->setObjectName(QStringLiteral("copy") + textName.left(1).toUpper() + textName.mid(1));
    m_copy->setToolTip(tr("Copies the text beside it"));
    m_copy->setAccessibleName(tr("Copy: %1").arg(caption));
    connect(m_copy, &QPushButton::clicked, this, &CopyLine::copy);

    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(theme::gap(this, Gap::Medium));
    line->addWidget(m_caption);
    line->addWidget(m_text, 1);
    line->addWidget(m_copy);
}

void CopyLine::setText(const QString& text)
{
    m_text->setFullText(text);
    m_copy->setEnabled(!text.isEmpty());
}

void CopyLine::copy()
{
    QGuiApplication::clipboard()->setText(m_text->fullText());
    m_copy->setText(tr("Copied"));
    QTimer::singleShot(kCopiedShown, m_copy, [copy = m_copy] { copy->setText(tr("Copy")); });
}

}  // namespace warren::ui
