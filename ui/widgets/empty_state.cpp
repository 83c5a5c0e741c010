#include "ui/widgets/empty_state.h"

#include "ui/theme.h"

#include <QFontMetrics>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace warren::ui {

EmptyState::EmptyState(QWidget* parent)
    : QWidget(parent), m_sentence(new QLabel(this)), m_button(new QPushButton(this))
{
    m_sentence->setObjectName(QStringLiteral("emptySentence"));
    m_sentence->setForegroundRole(QPalette::PlaceholderText);
    m_sentence->setAlignment(Qt::AlignCenter);
    m_sentence->setWordWrap(true);
    m_sentence->setTextInteractionFlags(Qt::TextSelectableByMouse);
    constexpr int kCharactersPerLine = 56;
    m_sentence->setFixedWidth(QFontMetrics(m_sentence->font()).averageCharWidth() *
                              kCharactersPerLine);
    m_button->setObjectName(QStringLiteral("emptyButton"));
    connect(m_button, &QPushButton::clicked, this, &EmptyState::buttonClicked);

    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(theme::gap(this, Gap::Medium));
    layout->addStretch(2);
    layout->addWidget(m_sentence, 0, Qt::AlignHCenter);
    layout->addWidget(m_button, 0, Qt::AlignHCenter);
    layout->addStretch(3);
}

void EmptyState::setContent(const QString& sentence, const QString& buttonText)
{
    m_sentence->setText(sentence);
    // A layout gives a label that wraps the height of its hint, not of its width.
    m_sentence->setMinimumHeight(
        std::max(0, m_sentence->heightForWidth(m_sentence->minimumWidth())));
    m_button->setText(buttonText);
    m_button->setVisible(!buttonText.isEmpty());
}

void EmptyState::setButtonEnabled(bool enabled) { m_button->setEnabled(enabled); }

}  // namespace warren::ui
