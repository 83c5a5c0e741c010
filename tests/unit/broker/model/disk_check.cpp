#include "tests/unit/broker/model/disk_check.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace warren::test {

namespace {

class DiskJudge {
public:
    DiskJudge(const storage::RecoveredState& disk, const SlowBroker& before,
              const SlowBroker& after, const std::set<CopyId>& seen)
        : m_disk(disk), m_before(before), m_after(after), m_seen(seen)
    {
    }

    std::vector<SlowQueue> judge()
    {
        std::vector<SlowQueue> queues;
        for (const auto& [id, name] : queuesOnDisk()) {
            const SlowQueue* old = m_before.findQueue(name);
            const SlowQueue* now = m_after.findQueue(name);
            if (old == nullptr && now == nullptr) {
                fail(name + " should not be there");
                continue;
            }
            queues.push_back(judgeQueue(id, old, now));
            if (!queues.back().plan.isDurable) fail(name + " was transient");
        }
        for (const SlowQueue& queue : m_before.queues()) {
            const bool isHere = std::ranges::any_of(
                queues, [&](const SlowQueue& one) { return one.incarnation == queue.incarnation; });
            if (!isHere && queue.plan.isDurable &&
                m_after.findQueue(queue.incarnation) != nullptr) {
                fail(queue.plan.name + " is lost");
            }
        }
        for (const auto& [copy, heirs] : m_after.heirs()) {
            if (m_mustBeSomewhere.contains(copy) && !isCovered(copy)) {
                fail("copy " + std::to_string(copy) + " is in no queue any more");
            }
        }
        return queues;
    }
    std::string takeFault() { return std::move(m_fault); }

private:
    void fail(const std::string& what) { m_fault += "  on the disk: " + what + "\n"; }

    std::vector<std::pair<QueueId, std::string>> queuesOnDisk() const
    {
        std::vector<std::pair<QueueId, std::string>> queues;
        for (const broker::CatalogueChange& change : m_disk.definitions) {
            const auto* put = std::get_if<broker::PutQueue>(&change);
            if (put != nullptr) queues.emplace_back(put->queue.id, put->queue.name);
        }
        std::ranges::sort(queues);
        return queues;
    }
    bool isBound(const std::string& queue, std::string_view exchange) const
    {
        return std::ranges::any_of(m_disk.definitions, [&](const broker::CatalogueChange& change) {
            const auto* put = std::get_if<broker::PutBinding>(&change);
            return put != nullptr && put->binding.source == exchange &&
                   put->binding.destination == queue;
        });
    }
    static const Copy* find(const std::vector<Copy>& copies, Sequence sequence)
    {
        const auto at = std::ranges::find(copies, sequence, &Copy::sequence);
        return at == copies.end() ? nullptr : &*at;
    }

    const Copy* findBorn(const SlowQueue& queue, Sequence sequence) const
    {
        if (&m_before == &m_after) return nullptr;  // no step was hit
        for (const auto& [incarnation, copy] : m_after.born()) {
            if (incarnation == queue.incarnation && copy.sequence == sequence) return &copy;
        }
        return nullptr;
    }

    /// @param old, now  the queue before and after; not both nullptr
    SlowQueue judgeQueue(QueueId id, const SlowQueue* old, const SlowQueue* now)
    {
        SlowQueue queue = now == nullptr ? *old : *now;
        const std::string& name = queue.plan.name;
        const std::vector<Copy> before =
            old == nullptr ? std::vector<Copy>{} : m_before.contentsOf(*old);
        const std::vector<Copy> after =
            now == nullptr ? std::vector<Copy>{} : m_after.contentsOf(*now);
        std::vector<Copy> found;
        for (const storage::RecoveredMessage& message : m_disk.messages) {
            if (message.queue != id) continue;
            const Copy* was = find(before, message.sequence);
            const Copy* is = find(after, message.sequence);
            // It may have come and gone within the step.
            if (is == nullptr) is = findBorn(queue, message.sequence);
            if (was == nullptr && is == nullptr) {
                fail(name + " has #" + std::to_string(message.sequence) + ", which has gone");
                continue;
            }
            found.push_back(judgeCopy(queue, message, was, is));
        }
        for (const Copy& copy : before) {
            if (!copy.isStored || find(found, copy.sequence) != nullptr) continue;
            if (find(after, copy.sequence) != nullptr) {
                fail(name + " has lost #" + std::to_string(copy.sequence));
            } else if (now != nullptr) {
                m_mustBeSomewhere.insert(copy.id);
            }
        }
        for (const Copy& copy : found)
            m_found.insert(copy.id);
        queue.plan.isBoundToAll =
            judgeBinding(name, "amq.fanout", old, now, &QueuePlan::isBoundToAll);
        queue.plan.isBoundToDeath =
            judgeBinding(name, kDeathExchange, old, now, &QueuePlan::isBoundToDeath);
        queue.ready = std::move(found);
        return queue;
    }

    bool judgeBinding(const std::string& queue, std::string_view exchange, const SlowQueue* old,
                      const SlowQueue* now, bool QueuePlan::*flag)
    {
        const bool is = isBound(queue, exchange);
        const bool isAllowed = (old != nullptr && is == old->plan.*flag) ||
                               (now != nullptr && is == now->plan.*flag) || old == nullptr;
        if (!isAllowed) fail(queue + " has other bindings than it should");
        return is;
    }

    /// @param was, is  the copy before and after; not both nullptr
    Copy judgeCopy(const SlowQueue& queue, const storage::RecoveredMessage& message,
                   const Copy* was, const Copy* is)
    {
        Copy copy = is == nullptr ? *was : *is;
        const std::string what = queue.plan.name + " #" + std::to_string(message.sequence);
        const SeenLetter letter = seenLetter(*message.message);
        if (letter.text != copy.letter->text || letter.deliveryCount != 0) {
            fail(what + " is " + letter.text + ", not " + copy.letter->text);
        }
        if (!copy.isStored) fail(what + " was transient");
        if (message.expiresAt.sinceEpoch.count() != copy.expiresAt.value_or(0)) {
            fail(what + " expires at another time");
        }
        if (m_seen.contains(copy.id) && !message.wasDelivered) {
            fail(what + " was delivered, and is not marked");
        }
        const bool counts = queue.plan.deliveryLimit.has_value();
        const std::uint32_t count = message.deliveryCount;
        // One that has gone may have come back before that.
        const bool isCountRight =
            (was != nullptr && count == was->deliveryCount) ||
            (is != nullptr ? count == is->deliveryCount : count == was->deliveryCount + 1);
        if (counts ? !isCountRight : count != 0) {
            fail(what + " has come back " + std::to_string(count) + " times");
        }
        copy.deliveryCount = count;
        copy.isRedelivered = message.wasDelivered;
        return copy;
    }

    /// Whether the copy, or everything that it became, is on the disk; or it has ended for good, or
    /// was never to be there.
    bool isCovered(CopyId id) const
    {
        if (m_found.contains(id)) return true;
        const bool isTransient = std::ranges::any_of(m_after.born(), [id](const auto& entry) {
            return entry.second.id == id && !entry.second.isStored;
        });
        if (isTransient) return true;
        if (const auto at = m_after.heirs().find(id); at != m_after.heirs().end()) {
            return std::ranges::all_of(at->second, [this](CopyId heir) { return isCovered(heir); });
        }
        for (const SlowQueue& queue : m_after.queues()) {
            for (const Copy& copy : m_after.contentsOf(queue)) {
                if (copy.id == id) return false;
            }
        }
        return true;
    }

    const storage::RecoveredState& m_disk;
    const SlowBroker& m_before;
    const SlowBroker& m_after;
    const std::set<CopyId>& m_seen;
    std::set<CopyId> m_found;
    std::set<CopyId> m_mustBeSomewhere;
    std::string m_fault;
};

}  // namespace

DiskFinding judgeDisk(const storage::RecoveredState& disk, const SlowBroker& before,
                      const SlowBroker& after, const std::set<CopyId>& seen,
                      const SlowBroker& latest)
{
    DiskJudge judge(disk, before, after, seen);
    DiskFinding finding{.broker = SlowBroker(latest.now())};
    finding.broker.adopt(judge.judge(), latest);
    finding.broker = finding.broker.durablePart();
    finding.fault = judge.takeFault();
    return finding;
}

}  // namespace warren::test
