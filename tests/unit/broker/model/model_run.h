#pragma once

#include "tests/unit/broker/model/lockstep.h"
#include "tests/unit/broker/model/script.h"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace warren::test {

/// Plays a script: decides what each action is, from its dice and from what there is.
class ModelRun {
public:
    explicit ModelRun(const Script& script);

    /// Plays it. @returns what was wrong; empty: nothing
    std::string play();

    /// The number of actions that were played, the failing one included.
    std::size_t playedCount() const { return m_playedCount; }
    const Lockstep& lockstep() const { return m_lockstep; }

private:
    using Dice = decltype(Action::dice);

    void play(const Action& action);
    void playOnChannel(const Action& action, ChannelKey key);
    void declareMissing(const Dice& dice);
    void tidyChannels(const Dice& dice);
    void connectClients();
    void openChannel(std::size_t client, std::uint32_t die);

    void publish(const Dice& dice, ChannelKey key);
    void consume(const Dice& dice, ChannelKey key);
    void cancel(const Dice& dice, ChannelKey key);
    void get(const Dice& dice, ChannelKey key);
    void settle(const Dice& dice, ChannelKey key);
    void recover(ChannelKey key);
    void setLimits(const Dice& dice, ChannelKey key);
    void setReads(std::size_t client);
    void purge(const Dice& dice, ChannelKey key);
    void deleteQueue(const Dice& dice, ChannelKey key);
    void endTransaction(const Dice& dice, ChannelKey key);
    void closeChannel(ChannelKey key);
    void loseClient(std::size_t client);
    void passTime(const Dice& dice);
    void commitStore(const Dice& dice);
    void crash(const Dice& dice);
    void restart();

    /// One command on a channel, at once or together with the next one.
    void ask(const std::string& what, ChannelKey key, const std::function<void()>& real,
             const Lockstep::Request& request);
    const SlowBroker& model() const { return m_lockstep.model(); }
    void apply(ChannelKey key, broker::CommandBody body) { m_lockstep.apply(key, std::move(body)); }
    const SlowQueue* anyQueue(std::uint32_t die) const;
    std::vector<std::string> consumersOf(ChannelKey key) const;

    const Script& m_script;
    Lockstep m_lockstep;
    std::vector<ChannelNumber> m_lastChannels;  // of each client
    bool m_isHasty = false;                     // the next command goes together with another
    int m_lastMessage = 0;
    int m_lastConsumer = 0;
    std::size_t m_playedCount = 0;
};

}  // namespace warren::test
