#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace warren::sim {

/// What clients saw of one queue in one run, and the rules for it.
///
/// Everything confirmed is delivered; of a queue with dead letters: acknowledged, or it arrives as
/// a dead letter, for a reason that there was. Nothing comes again without the redelivered flag
/// unless its publisher sent it again; what a consumer sees for the first time keeps the order of
/// its publisher, if either of them has kept its connection (a master that does not know yet that
/// it is deposed serves who comes to it then). Dead letters have no order, and may come more than
/// once where somebody was lost: a queue's next master does not know what its last one had sent on
/// already.
class History {
public:
    /// A message of a publisher, which numbers them from 1.
    struct Id {
        std::uint32_t publisher = 0;
        std::uint32_t number = 0;
        auto operator<=>(const Id&) const = default;
        std::string text() const;
        static std::optional<Id> parse(const std::string& text);
    };
    /// What becomes of a message at last.
    enum class Fate {
        Delivered,
        AckedOrDead,  ///< who rejects it, or lets it expire, finds it as a dead letter
    };
    enum class Death { Rejected, Expired };

    explicit History(Fate fate = Fate::Delivered) : m_fate(fate) {}

    /// @param mayExpire  it has a lifetime
    void sent(Id id, bool mayExpire = false);
    void confirmed(Id id) { m_confirmed.insert(id); }
    void refused() { m_refusedCount += 1; }
    void delivered(Id id, bool isRedelivered, std::uint32_t consumer = 0);
    /// The client, a publisher or a consumer, goes on over another connection.
    void connectionLost(std::uint32_t client);
    void acknowledged(Id id) { m_acknowledged.insert(id); }
    void rejected(Id id) { m_rejected.insert(id); }
    /// It came as a dead letter.
    void died(Id id, Death death, bool isRedelivered);

    /// Somebody is about to take messages out of the queue unseen, with the queue or without it.
    void removalBegan() { m_openRemovals += 1; }
    /// It is over: what was sent up to now may be gone, what is sent from now on may not.
    void removalEnded();

    std::size_t confirmedCount() const { return m_confirmed.size(); }
    std::size_t refusedCount() const { return m_refusedCount; }
    std::size_t redeliveredCount() const { return m_redeliveredCount; }
    std::size_t deadCount() const { return m_dead.size(); }
    std::size_t removedCount() const { return m_removed.size(); }
    /// Confirmed ones that have not met their fate.
    std::size_t missingCount() const;
    /// The first rule that is broken; nothing if all hold. @param isOver  nothing more will come
    std::optional<std::string> violation(bool isOver) const;
    /// What only faults excuse. @returns as `violation`
    std::optional<std::string> disturbance() const;

private:
    bool isMissing(Id id) const;
    void breakRule(const std::string& rule);
    unsigned sentCount(Id id) const;

    Fate m_fate;
    std::map<Id, unsigned> m_sent;
    std::map<Id, unsigned> m_unmarked;      // deliveries without the flag
    std::map<Id, unsigned> m_unmarkedDead;  // likewise of dead letters
    std::set<Id> m_mayExpire;
    std::set<Id> m_confirmed;
    std::set<Id> m_delivered;
    std::set<Id> m_acknowledged;
    std::set<Id> m_rejected;
    std::set<Id> m_dead;
    std::set<Id> m_removed;  // may be
    unsigned m_openRemovals = 0;
    struct LastFirst {
        std::uint32_t number = 0;
        bool wasOverEarlierConnection = false;  // of the consumer
    };
    /// Whether the publisher has sent these two over different connections.
    bool wasLostBetween(std::uint32_t publisher, std::uint32_t first, std::uint32_t last) const;

    std::map<std::pair<std::uint32_t, std::uint32_t>, LastFirst>
        m_lastFirst;  // by consumer and publisher: last first delivery
    std::map<std::uint32_t, std::uint32_t> m_lastSent;             // by publisher
    std::map<std::uint32_t, std::set<std::uint32_t>> m_lastsSent;  // likewise, of each connection
    std::optional<std::string> m_violation;
    std::size_t m_refusedCount = 0;
    std::size_t m_redeliveredCount = 0;
};

}  // namespace warren::sim
