#include "core/raft/raft_node.h"
#include "core/storage/raft_store.h"
#include "tests/unit/storage/raft_store_files.h"
#include "tests/unit/storage/temporary_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace warren::storage {
namespace {

/// The only voter of its group; its state is the list of commands.
class LoneVoter final : private RaftClock, private RaftLinks, private cluster::ReplicatedState {
public:
    explicit LoneVoter(const std::filesystem::path& file)
    {
        auto opened = RaftStore::open(file);
        EXPECT_TRUE(opened.isOk());
        store = std::move(*opened);
        if (store->identity().memberId == 0) {
            const Members alone{{kSelf, MemberRole::Voter}};
            EXPECT_TRUE(store->begin({kSelf.value, "c"}, RaftNode::founder(alone)).isOk());
        }
        m_options.heartbeat = std::chrono::milliseconds(50);
        m_options.election = std::chrono::milliseconds(300);
        m_options.snapshotThreshold = 5;
        m_options.snapshotTrailing = 2;
        node = std::make_unique<RaftNode>(kSelf, m_options,
                                          RaftEnvironment{*this, *store, *this, *this});
        store->persisted = [this](Ticket ticket) { node->persisted(ticket); };
        auto state = store->load();
        EXPECT_TRUE(state.isOk());
        const auto started = node->start(*state);
        EXPECT_TRUE(started.isOk()) << (started.isOk() ? "" : started.error());
    }
    ~LoneVoter() override { node.reset(); }

    void lead()
    {
        for (int i = 0; i < 20 && !node->isLeader(); ++i) {
            m_now = m_now + m_options.heartbeat;
            node->tick();
        }
        settle();
        EXPECT_TRUE(node->isLeader());
    }
    void settle()
    {
        while (store->hasWork()) {
            store->flush();
        }
    }
    /// @returns whether it is agreed on
    bool propose(const std::string& command)
    {
        const auto outcome = std::make_shared<cluster::Outcome>(cluster::Outcome::Busy);
        node->propose({command}, {[outcome](cluster::Outcome it) { *outcome = it; }});
        EXPECT_EQ(*outcome, cluster::Outcome::Busy);  // nothing before it is on the disk
        settle();
        return *outcome == cluster::Outcome::Done;
    }

    std::unique_ptr<RaftStore> store;
    std::vector<std::string> applied;
    std::unique_ptr<RaftNode> node;

private:
    static constexpr MemberId kSelf{1};

    Instant now() override { return m_now; }
    void send(Message) override { ADD_FAILURE() << "there is nobody to talk to"; }
    void apply(LogIndex, ByteView command) override { applied.emplace_back(textOf(command)); }
    std::string snapshot() const override
    {
        std::string all;
        for (const std::string& command : applied) {
            all += command + "\n";
        }
        return all;
    }
    bool restore(LogIndex, ByteView snapshot) override
    {
        applied.clear();
        std::string_view rest = textOf(snapshot);
        while (!rest.empty()) {
            const std::size_t end = rest.find('\n');
            applied.emplace_back(rest.substr(0, end));
            rest.remove_prefix(end + 1);
        }
        return true;
    }

    RaftOptions m_options;
    Instant m_now{std::chrono::hours(100)};
};

TEST(RaftStoreBelowANode, KeepsWhatALoneVoterHasAgreedOn)
{
    const TemporaryFolder folder;
    const TemporaryFolder copied;
    Term term = 0;
    {
        LoneVoter voter(folder / "cluster.db");
        voter.lead();
        EXPECT_TRUE(voter.propose("a"));
        EXPECT_EQ(voter.applied, std::vector<std::string>{"a"});
        term = voter.node->term();
        copyFiles(folder, copied);  // and here it crashes
    }
    LoneVoter again(copied / "cluster.db");
    again.lead();
    EXPECT_GT(again.node->term(), term);
    EXPECT_EQ(again.applied, std::vector<std::string>{"a"});
    EXPECT_TRUE(again.propose("b"));
    EXPECT_EQ(again.applied, (std::vector<std::string>{"a", "b"}));
}

TEST(RaftStoreBelowANode, KeepsItWithSnapshotsAndManyCrashes)
{
    std::vector<std::string> expected;
    TemporaryFolder folders[7];
    for (int life = 0; life < 6; ++life) {
        LoneVoter voter(folders[life] / "cluster.db");
        voter.lead();
        ASSERT_EQ(voter.applied, expected);
        for (int i = 0; i < 4; ++i) {
            expected.push_back(std::to_string(life) + "." + std::to_string(i));
            ASSERT_TRUE(voter.propose(expected.back()));
        }
        const auto state = voter.store->load();
        ASSERT_TRUE(state.isOk());
        if (life > 0) {
            ASSERT_NE(state->snapshot, nullptr);
            EXPECT_LE(state->entries.size(), 9u);
        }
        voter.node->propose({"not flushed"}, {[](cluster::Outcome) {}});
        copyFiles(folders[life], folders[life + 1]);
    }
}

}  // namespace
}  // namespace warren::storage
