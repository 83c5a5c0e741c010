#pragma once

#include "ui/page.h"

#include <QFrame>
#include <QIcon>

class QLabel;
class QPushButton;
class QToolButton;

namespace warren::ui {

/// The icon that says how serious a notice is, in the colour that says the same.
QIcon noticeIcon(NoticeKind kind, const QPalette& palette);

/// One sentence across the window, with an icon that says how serious it is.
///
/// Thread: GUI. Hidden while it has nothing to say.
class NoticeBar final : public QFrame {
    Q_OBJECT

public:
    enum class Dismissal { ByUser, Never };

    explicit NoticeBar(Dismissal dismissal, QWidget* parent = nullptr);

    /// @param actionText  of a button behind the text; empty: none
    void showNotice(NoticeKind kind, const QString& text, const QString& actionText = {});
    void clear();

    QString text() const;
    NoticeKind kind() const { return m_kind; }

signals:
    void actionTriggered();

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void showIcon();

    NoticeKind m_kind = NoticeKind::Info;
    QLabel* m_icon;
    QLabel* m_text;
    QPushButton* m_action;
    QToolButton* m_dismiss;
};

}  // namespace warren::ui
