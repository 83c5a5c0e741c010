#pragma once

#include "core/management/broker_client.h"
#include "ui/page.h"

#include <QTimer>
#include <QWidget>

#include <cstdint>
#include <optional>

class QLabel;
class QTreeWidget;

namespace warren::ui {

/// What a policy would do if it were put now: which queues and exchanges it would hold for, what it
/// takes the place of, what would be lost at once. Part of PolicyDialog.
///
/// Thread: GUI. Asks the broker when the typing has rested; an answer to what has been typed over
/// since is ignored.
class PolicyPreviewPanel final : public QWidget {
    Q_OBJECT

public:
    /// How long the typing rests before the broker is asked.
    static constexpr std::chrono::milliseconds kRest{250};
    /// More matches are counted, and not listed.
    static constexpr int kRowsMax = 500;

    struct Losses {
        std::uint64_t messageCount = 0;
        std::uint64_t bodyBytes = 0;
    };

    /// @param client  borrowed; outlives the panel
    explicit PolicyPreviewPanel(management::BrokerClient& client, QWidget* parent = nullptr);

    /// This is what is typed now.
    void setPolicy(const management::PolicyRow& policy);

    /// Asks at once; `answered` comes in any case.
    void askNow();

    /// What the policy would drop; nullopt while the answer to what is typed is not there.
    const std::optional<Losses>& losses() const { return m_losses; }

    /// Why the broker refuses what is typed; empty when it does not, or is not known.
    const QString& refusal() const { return m_refusal; }

signals:
    /// The answer to what is typed now is there.
    void answered();

private:
    void buildUi();
    void takeAnswer(const management::CommandResult& result);
    void showPreview(const management::PolicyPreview& preview);
    void addMatch(const management::PolicyPreview::Match& match);
    QString effectOf(const management::PolicyPreview::Match& match) const;
    void say(NoticeKind kind, const QString& text);
    QString currentPolicy(const management::PolicyPreview::Match& match) const;

    management::BrokerClient& m_client;
    management::PolicyRow m_policy;
    QTimer m_rest;
    std::uint64_t m_asked = 0;  ///< number of the last question
    std::optional<Losses> m_losses;
    QString m_refusal;
    QLabel* m_icon = nullptr;
    QLabel* m_summary = nullptr;
    QTreeWidget* m_matches = nullptr;
};

}  // namespace warren::ui
