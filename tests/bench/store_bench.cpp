/// How many confirmed messages a second the store on disk takes: a closed loop of publishers on the
/// broker thread, with a consumer that follows.
///
///   store_bench FOLDER [body-bytes [outstanding [backlog [seconds]]]]
///
/// `outstanding` messages wait for their confirm at any time; each is removed once `backlog` newer
/// ones were confirmed. Prints one line of JSON.

#include "core/storage/data_folder.h"
#include "core/storage/store_thread.h"

#include <QCoreApplication>
#include <QTimer>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>
#include <sys/resource.h>
#include <vector>

namespace warren {
namespace {

using Clock = std::chrono::steady_clock;

double cpuSeconds()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

class Load {
public:
    struct Shape {
        std::size_t bodyBytes = 1024;
        std::uint64_t outstanding = 1000;
        std::uint64_t backlog = 5000;
    };

    Load(storage::StoreThread& store, Shape shape, broker::LogPosition lastPosition)
        : m_store(store),
          m_shape(shape),
          m_body(shape.bodyBytes, 'x'),
          m_published(lastPosition),
          m_confirmed(lastPosition),
          m_removed(lastPosition)
    {
        m_store.setCallbacks({.committed = [this](auto upTo) { confirm(upTo); },
                              .failed =
                                  [](const storage::IoError& error) {
                                      std::fprintf(stderr, "%s\n", error.text.c_str());
                                      std::exit(1);
                                  }});
    }

    void publish()
    {
        // As many as one read of a socket brings.
        constexpr std::uint64_t kBurst = 64;
        while (m_published - m_confirmed < m_shape.outstanding) {
            std::vector<broker::StoredOperation> operations;
            const auto now = Clock::now();
            for (std::uint64_t i = 0; i < kBurst && m_published - m_confirmed < m_shape.outstanding;
                 ++i) {
                m_published += 1;
                operations.emplace_back(broker::Enqueue{
                    .queue = {1},
                    .sequence = m_published,
                    .position = m_published,
                    .message = broker::makeMessage("", "bench", bytesOf("\x10\x00\x02"), true,
                                                   bytesOf(m_body))});
                m_publishedAt.push_back(now);
            }
            m_store.append(std::move(operations));
        }
    }

    std::uint64_t confirmedCount() const { return m_confirmedCount; }
    double percentileMs(double share)
    {
        if (m_latencies.empty()) return 0;
        std::sort(m_latencies.begin(), m_latencies.end());
        const auto at = static_cast<std::size_t>(share * static_cast<double>(m_latencies.size()));
        return m_latencies[std::min(at, m_latencies.size() - 1)];
    }

private:
    void confirm(broker::LogPosition upTo)
    {
        const auto now = Clock::now();
        m_confirmedCount += upTo - m_confirmed;
        for (; m_confirmed < upTo; ++m_confirmed) {
            const std::chrono::duration<double, std::milli> took = now - m_publishedAt.front();
            m_publishedAt.pop_front();
            if (m_confirmed % 16 == 0) m_latencies.push_back(took.count());
        }
        std::vector<broker::StoredOperation> removals;
        while (m_confirmed - m_removed > m_shape.backlog) {
            m_removed += 1;
            removals.emplace_back(broker::Remove{
                .queue = {1}, .sequence = m_removed, .position = m_removed, .reason = {}});
        }
        if (!removals.empty()) m_store.append(std::move(removals));
        publish();
    }

    storage::StoreThread& m_store;
    const Shape m_shape;
    const std::string m_body;
    broker::LogPosition m_published;
    broker::LogPosition m_confirmed;
    broker::LogPosition m_removed;
    std::uint64_t m_confirmedCount = 0;
    std::deque<Clock::time_point> m_publishedAt;
    std::vector<double> m_latencies;
};

int run(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    if (argc < 2 || argv[1][0] == '-') {
        std::fprintf(stderr, "usage: %s FOLDER [body-bytes [outstanding [backlog [seconds]]]]\n",
                     argv[0]);
        return 2;
    }
    const auto number = [argc, argv](int at, std::uint64_t otherwise) {
        return at < argc ? std::strtoull(argv[at], nullptr, 10) : otherwise;
    };
    const Load::Shape shape{
        .bodyBytes = number(2, 1024), .outstanding = number(3, 1000), .backlog = number(4, 5000)};
    const std::chrono::seconds duration{number(5, 5)};

    const auto folder = storage::DataFolder::open(argv[1]);
    if (!folder) {
        std::fprintf(stderr, "%s\n", folder.error().text.c_str());
        return 1;
    }
    storage::StoreOptions options;
    options.databaseFile = folder->databaseFile();
    auto opened = storage::StoreThread::open(std::move(options), &application);
    if (!opened) {
        std::fprintf(stderr, "%s\n", opened.error().text.c_str());
        return 1;
    }
    storage::StoreThread& store = **opened;
    const broker::LogPosition lastPosition = store.takeRecovered().lastPosition;
    broker::QueueDefinition queue;
    queue.id = {1};
    queue.vhost = "/";
    queue.name = "bench";
    std::vector<broker::StoredOperation> declare;
    declare.emplace_back(
        broker::StoredChange{.position = lastPosition + 1, .change = broker::PutQueue{queue}});
    Load load(store, shape, lastPosition + 1);
    store.append(std::move(declare));

    const auto start = Clock::now();
    const double cpuBefore = cpuSeconds();
    load.publish();
    QTimer::singleShot(duration, &application, &QCoreApplication::quit);
    QCoreApplication::exec();
    const std::chrono::duration<double> took = Clock::now() - start;
    const auto confirmed = static_cast<double>(load.confirmedCount());
    const storage::StoreStats stats = store.stats();
    std::printf(
        "{\"body_bytes\":%zu,\"outstanding\":%llu,\"backlog\":%llu,\"confirmed_per_s\":%.0f,"
        "\"mb_per_s\":%.1f,\"batches_per_s\":%.0f,\"confirm_ms_p50\":%.2f,\"confirm_ms_p99\":%.2f,"
        "\"confirm_ms_max\":%.1f,\"cpu_us_per_message\":%.2f,\"file_mb\":%.0f}\n",
        shape.bodyBytes, static_cast<unsigned long long>(shape.outstanding),
        static_cast<unsigned long long>(shape.backlog), confirmed / took.count(),
        confirmed * static_cast<double>(shape.bodyBytes) / took.count() / 1e6,
        static_cast<double>(stats.commitCount) / took.count(), load.percentileMs(0.5),
        load.percentileMs(0.99), load.percentileMs(1), (cpuSeconds() - cpuBefore) * 1e6 / confirmed,
        static_cast<double>(stats.databaseBytes) / 1e6);
    store.setCallbacks({});
    return store.closeCleanly() ? 0 : 1;
}

}  // namespace
}  // namespace warren

int main(int argc, char** argv) { return warren::run(argc, argv); }
