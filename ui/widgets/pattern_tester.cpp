#include "ui/widgets/pattern_tester.h"

#include "ui/theme.h"
#include "ui/widgets/notice_bar.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QRegularExpression>

namespace warren::ui {

PatternTester::PatternTester(QWidget* parent)
    : QWidget(parent),
      m_name(new QLineEdit(this)),
      m_icon(new QLabel(this)),
      m_result(new QLabel(this))
{
    m_name->setObjectName(QStringLiteral("testedName"));
    m_name->setPlaceholderText(tr("a name to try"));
    m_name->setAccessibleName(tr("A name to try the pattern on"));
    m_result->setObjectName(QStringLiteral("testResult"));
    m_result->setTextFormat(Qt::PlainText);
    // As wide as its longest word, so that nothing moves while one types.
    m_result->setMinimumWidth(fontMetrics().horizontalAdvance(tr("does not match")) +
                              theme::gap(this, Gap::Small));
    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(theme::gap(this, Gap::Small));
    line->addWidget(m_name, 1);
    line->addWidget(m_icon);
    line->addWidget(m_result);
    setFocusProxy(m_name);
    connect(m_name, &QLineEdit::textChanged, this, &PatternTester::showResult);
    showResult();
}

void PatternTester::setPattern(const QString& pattern)
{
    m_pattern = pattern;
    showResult();
}

void PatternTester::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        event->accept();
        return;
    }
    QWidget::keyPressEvent(event);
}

void PatternTester::showResult()
{
    const QRegularExpression expression(m_pattern);
    NoticeKind kind = NoticeKind::Info;
    QString text;
    QString toolTip;
    if (!expression.isValid()) {
        kind = NoticeKind::Error;
        text = tr("no pattern");
        toolTip = tr("Not a regular expression: %1").arg(expression.errorString());
    } else if (!m_name->text().isEmpty()) {
        const bool matches = expression.match(m_name->text()).hasMatch();
        kind = matches ? NoticeKind::Success : NoticeKind::Info;
        text = matches ? tr("matches") : tr("does not match");
    }
    m_result->setText(text);
    m_result->setToolTip(toolTip);
    const int size = fontMetrics().height();
    m_icon->setPixmap(
        text.isEmpty()
            ? QPixmap(size, size)
            : noticeIcon(kind, palette()).pixmap(QSize(size, size), devicePixelRatioF()));
    m_icon->setVisible(!text.isEmpty());
    m_icon->setToolTip(toolTip);
}

}  // namespace warren::ui
