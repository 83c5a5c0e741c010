#pragma once

#include "core/management/management_command.h"
#include "ui/models/body_text.h"

#include <QWidget>

#include <optional>

class QButtonGroup;
class QLabel;
class QPlainTextEdit;
class QPushButton;
class QStackedLayout;
class QTabWidget;
class QToolButton;
class QTreeWidget;

namespace warren::ui {

/// One message: its body as text, JSON or hex, its properties and its headers.
///
/// Thread: GUI. Shows what it is given; what is missing of a body it asks for by `wholeBodyWanted`.
class MessageView final : public QWidget {
    Q_OBJECT

public:
    explicit MessageView(QWidget* parent = nullptr);

    /// Shows `message`; the same position again keeps the chosen view and the scroll position.
    void showMessage(const management::MessageRow& message);
    void clear();

    std::optional<std::uint64_t> position() const;

    /// Writes the body to a file. @returns why it failed; empty when done
    static QString writeBody(const QByteArray& body, const QString& path);

signals:
    /// The body that was shown is cut, and the person wants all of it.
    void wholeBodyWanted(std::uint64_t position);
    /// One sentence about a saved file, or why it could not be saved.
    void saved(const QString& path);
    void saveFailed(const QString& text);

private:
    void buildUi();
    QWidget* makeBodyTab();
    QToolButton* makeViewButton(BodyView view, const QString& text, const QString& name);
    void showBody();
    void showProperties();
    void showHeaders();
    void copyBody();
    void askWhereToSave();
    void note(const QString& text, bool offersWholeBody);

    std::optional<management::MessageRow> m_message;
    BodyView m_bodyView = BodyView::Text;
    QString m_bodyText;  ///< as shown, with all of its long lines
    QStackedLayout* m_stack = nullptr;
    QTabWidget* m_tabs = nullptr;
    QButtonGroup* m_viewButtons = nullptr;
    QPlainTextEdit* m_body = nullptr;
    QLabel* m_note = nullptr;
    QPushButton* m_loadWhole = nullptr;
    QTreeWidget* m_properties = nullptr;
    QTreeWidget* m_headers = nullptr;
};

}  // namespace warren::ui
