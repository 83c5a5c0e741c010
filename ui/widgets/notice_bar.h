#pragma once

#include "ui/page.h"

#include <QFrame>

class QLabel;
class QToolButton;

namespace warren::ui {

/// One sentence across the window, with an icon that says how serious it is.
///
/// Thread: GUI. Hidden while it has nothing to say.
class NoticeBar final : public QFrame {
    Q_OBJECT

public:
    enum class Dismissal { ByUser, Never };

    explicit NoticeBar(Dismissal dismissal, QWidget* parent = nullptr);

    void showNotice(NoticeKind kind, const QString& text);
    void clear();

    QString text() const;
    NoticeKind kind() const { return m_kind; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void showIcon();

    NoticeKind m_kind = NoticeKind::Info;
    QLabel* m_icon;
    QLabel* m_text;
    QToolButton* m_dismiss;
};

}  // namespace warren::ui
