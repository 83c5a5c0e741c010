#pragma once

#include "core/management/broker_client.h"

#include <QWidget>

#include <cstdint>

class QComboBox;
class QLabel;
class QLineEdit;
class QStackedLayout;
class QToolButton;

namespace warren::ui {

class EmptyState;
class MessageModel;
class MessageView;
class NoticeBar;
class ResourceTable;
class RowFilter;

/// Looks at the messages of a queue where they lie: no consumer, no flag and no order changes.
///
/// Thread: GUI. Shows one page at a time, as it was when it was asked for; it does not follow the
/// queue by itself, so that what is being read does not move away.
class MessageBrowser final : public QWidget {
    Q_OBJECT

public:
    /// Longest body that is loaded whole; BrowseMessages gives no more.
    static constexpr std::uint32_t kWholeBodyBytesMax = 16 * 1024 * 1024;
    /// What a page loads of each body.
    static constexpr std::uint32_t kPageBodyBytesMax = 4096;

    /// @param client  borrowed; outlives the browser
    explicit MessageBrowser(management::BrokerClient& client, QWidget* parent = nullptr);

    /// Another queue; nothing is asked for until `load`.
    void setQueue(const management::ResourceKey& key);

    /// Asks for the page at the current place.
    void load();

    /// Loads the first page unless one is shown already.
    void loadOnce();

signals:
    /// The empty queue's button.
    void publishRequested();

private:
    void buildUi();
    QWidget* makeToolLine();
    QToolButton* makeStep(const QString& name, const QString& text, const QString& toolTip);
    void goTo(std::uint64_t offset);
    void goToTyped();
    std::uint32_t pageCount() const;
    std::uint64_t lastPageOffset() const;
    void takePage(std::uint64_t offset, const management::CommandResult& result);
    void showPlace();
    void showCurrent();
    void loadWholeBody(std::uint64_t position);
    void takeWholeBody(const management::MessageRow& asked,
                       const management::CommandResult& result);

    management::BrokerClient& m_client;
    management::ResourceKey m_key;
    std::uint64_t m_offset = 0;
    std::uint64_t m_totalCount = 0;
    std::uint64_t m_request = 0;  // answers to older ones are stale
    bool m_isLoaded = false;
    MessageModel* m_model;
    RowFilter* m_filter;
    NoticeBar* m_notice = nullptr;
    QLabel* m_place = nullptr;
    QToolButton* m_first = nullptr;
    QToolButton* m_previous = nullptr;
    QToolButton* m_next = nullptr;
    QToolButton* m_last = nullptr;
    QToolButton* m_refresh = nullptr;
    QLineEdit* m_goTo = nullptr;
    QComboBox* m_pageSize = nullptr;
    ResourceTable* m_table = nullptr;
    MessageView* m_view = nullptr;
    EmptyState* m_empty = nullptr;
    QStackedLayout* m_stack = nullptr;
};

}  // namespace warren::ui
