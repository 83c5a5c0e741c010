#include "core/storage/store_thread.h"

#include "core/base/check.h"
#include "core/base/mailbox.h"
#include "core/storage/sqlite_connection.h"
#include "core/storage/sqlite_schema.h"
#include "core/storage/sqlite_store.h"
#include "core/storage/store_batch.h"

#include <QMetaObject>
#include <QObject>
#include <QSocketNotifier>
#include <QTimer>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <future>
#include <iterator>
#include <mutex>
#include <optional>
#include <sys/eventfd.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>
#include <variant>
#include <vector>

namespace warren::storage {

namespace {

using namespace std::chrono_literals;

/// One batch is being written, one waits; what comes meanwhile can still be grouped and elided.
constexpr std::size_t kBatchesInFlightMax = 2;
/// One is being read, and one may precede each batch.
constexpr std::size_t kLoadsInFlightMax = kBatchesInFlightMax + 1;
/// A smaller one does not wait behind another batch: it grows until that one is done.
constexpr std::size_t kSecondBatchBytesMin = 512 * 1024;
/// So long removals wait for something else to ride along with.
constexpr auto kRemovalDelay = 20ms;
/// So long nothing must happen before space is given back.
constexpr auto kIdleTime = 500ms;

/// So much is written to the write-ahead log before a part of it is copied into the database.
constexpr std::uint64_t kCheckpointBytes = 4 * 1024 * 1024;
/// So large the write-ahead log becomes before it is begun anew.
constexpr std::uint64_t kWalBytesMax = 64 * 1024 * 1024;
/// So much may lie in sparse segments before rewriting them no longer waits for an idle moment.
constexpr std::uint64_t kSparseBytesMax = 64 * 1024 * 1024;

struct CloseRequest {};
using LoadRequest = std::vector<broker::BodyRequest>;
using Work = std::variant<StoreBatch, LoadRequest, CloseRequest>;

/// What became of a Work, or of the store in between.
struct Outcome {
    broker::LogPosition lastPosition = 0;
    std::size_t pendingBytes = 0;
    std::uint64_t databaseBytes = 0;
    bool isOfBatch = false;
    bool isOfLoad = false;
    bool hasClosed = false;
    std::vector<broker::LoadedBody> bodies{};
    std::optional<IoError> error;
};

struct Opened {
    RecoveredState recovered;
    std::uint64_t databaseBytes = 0;
};

/// Copies the write-ahead log into the database while commits go on, on a thread and a connection
/// of its own: commits would have to wait for it otherwise.
///
/// Thread: the store's; everything but the constructor and the destructor may wait for a pass.
class Checkpointer {
public:
    Checkpointer(std::filesystem::path file, Synchronous synchronous)
        : m_file(std::move(file)), m_synchronous(synchronous), m_thread([this] { run(); })
    {
    }
    ~Checkpointer()
    {
        {
            const std::lock_guard lock(m_mutex);
            m_isStopped = true;
        }
        m_changed.notify_one();
        m_thread.join();
    }

    /// The write-ahead log has grown.
    void noteWritten(std::uint64_t bytes)
    {
        {
            const std::lock_guard lock(m_mutex);
            m_writtenBytes += bytes;
            if (m_writtenBytes < kCheckpointBytes) return;
        }
        m_changed.notify_one();
    }

    /// No pass is under way while the lock is held.
    std::unique_lock<std::mutex> pause() { return std::unique_lock(m_passMutex); }

private:
    void run()
    {
        // What fails here is no loss: the store's own thread checkpoints too, and reports it.
        auto connection = SqliteConnection::open(m_file, SqliteConnection::Access::ReadWrite);
        if (!connection || !configureConnection(**connection, m_synchronous)) return;
        std::unique_lock lock(m_mutex);
        while (true) {
            m_changed.wait(lock,
                           [this] { return m_isStopped || m_writtenBytes >= kCheckpointBytes; });
            if (m_isStopped) return;
            m_writtenBytes = 0;
            lock.unlock();
            {
                const std::lock_guard pass(m_passMutex);
                (void)(*connection)->checkpointWal(SqliteConnection::WalCheckpoint::Passive);
            }
            lock.lock();
        }
    }

    const std::filesystem::path m_file;
    const Synchronous m_synchronous;
    std::mutex m_passMutex;
    std::mutex m_mutex;  // of what follows
    std::condition_variable m_changed;
    std::uint64_t m_writtenBytes = 0;  // since the last pass
    bool m_isStopped = false;
    std::thread m_thread;  // last: it uses all of the above
};

/// Wakes the broker thread's event loop from another thread.
///
/// Instead of an event of Qt's, because the threads then share a descriptor and no object of Qt
/// whose end ThreadSanitizer cannot see. Thread: the broker's but for `send`.
class WakeUp {
public:
    WakeUp() = default;
    ~WakeUp()
    {
        m_notifier.reset();
        if (m_descriptor >= 0) ::close(m_descriptor);
    }
    WakeUp(const WakeUp&) = delete;
    WakeUp& operator=(const WakeUp&) = delete;

    /// @returns 0 or an error number
    template <typename Wake>
    int open(QObject* context, Wake wake)
    {
        m_descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (m_descriptor < 0) return errno;
        m_notifier = std::make_unique<QSocketNotifier>(m_descriptor, QSocketNotifier::Read);
        QObject::connect(m_notifier.get(), &QSocketNotifier::activated, context, [this, wake] {
            eventfd_t count = 0;
            (void)::eventfd_read(m_descriptor, &count);  // whatever it was, it is 0 now
            wake();
        });
        return 0;
    }

    /// Any thread. @pre open
    void send()
    {
        // It fails only while 2^64 - 2 of them wait: then one is on its way already.
        (void)::eventfd_write(m_descriptor, 1);
    }

private:
    int m_descriptor = -1;
    std::unique_ptr<QSocketNotifier> m_notifier;
};

/// What runs on the store's thread.
class Worker {
public:
    Worker(StoreOptions options, Mailbox<Work>& inbox, Mailbox<Outcome>& outbox)
        : m_options(std::move(options)), m_inbox(inbox), m_outbox(outbox)
    {
    }

    void run(std::promise<Result<Opened, IoError>> opened)
    {
        auto store = SqliteStore::open(m_options);
        if (!store) {
            opened.set_value(store.error());
            return;
        }
        m_store = std::move(*store);
        m_checkpointer =
            std::make_unique<Checkpointer>(m_options.databaseFile, m_options.synchronous);
        opened.set_value(Opened{m_store->takeRecovered(), m_store->fileBytes()});
        workUntilClosed();
        close();
    }

private:
    void workUntilClosed()
    {
        // Space may be left to give back from the run before.
        std::optional<std::chrono::milliseconds> idleTime = kIdleTime;
        std::vector<Work> works;
        while (idleTime ? m_inbox.wait(works, *idleTime) : m_inbox.wait(works)) {
            if (works.empty()) {
                if (m_store) m_store->forgetLoaded();
                idleTime = reclaimSpace() ? std::optional{0ms} : std::nullopt;
                continue;
            }
            idleTime = kIdleTime;
            for (Work& work : works) {
                std::visit([this](auto& one) { execute(one); }, work);
            }
        }
    }

    void execute(StoreBatch& batch)
    {
        Outcome outcome;
        outcome.lastPosition = batch.lastPosition;
        outcome.pendingBytes = batch.pendingBytes;
        outcome.isOfBatch = true;
        if (!m_store) {
            report(std::move(outcome));  // nobody believes it after the failure
            return;
        }
        const std::uint64_t walBytesBefore = m_store->walBytes();
        const auto written = m_store->write(batch);
        if (!written) {
            outcome.error = written.error();
            close();
            report(std::move(outcome));
            return;
        }
        outcome.databaseBytes = m_store->fileBytes();
        report(std::move(outcome));
        m_checkpointer->noteWritten(m_store->walBytes() - walBytesBefore);
        if (m_store->sparseBytes() > kSparseBytesMax) reclaimSpace();
        restartWalIfLarge();
    }

    void execute(LoadRequest& requests)
    {
        Outcome outcome;
        outcome.isOfLoad = true;
        if (m_store) {
            auto bodies = m_store->load(requests);
            if (bodies) {
                outcome.bodies = std::move(*bodies);
                outcome.databaseBytes = m_store->fileBytes();
            } else {
                outcome.error = bodies.error();
                close();
            }
        }
        report(std::move(outcome));
    }

    void execute(CloseRequest&)
    {
        Outcome outcome;
        outcome.hasClosed = true;
        if (m_store) {
            m_checkpointer.reset();
            if (const auto closed = m_store->closeCleanly(); !closed)
                outcome.error = closed.error();
            m_store.reset();
        }
        report(std::move(outcome));
    }

    /// @returns whether there may be more to do
    bool reclaimSpace()
    {
        if (!m_store) return false;
        const auto hasMore = m_store->reclaimSpace();
        if (!hasMore) {
            fail(hasMore.error());
            return false;
        }
        restartWalIfLarge();
        return *hasMore;
    }

    void restartWalIfLarge()
    {
        if (!m_store || m_store->walBytes() < kWalBytesMax) return;
        Status<IoError> done;
        {
            const auto paused = m_checkpointer->pause();
            done = m_store->restartWal();
        }
        if (!done) fail(done.error());
    }

    void fail(const IoError& error)
    {
        close();
        Outcome outcome;
        outcome.error = error;
        report(std::move(outcome));
    }

    void close()
    {
        m_checkpointer.reset();
        m_store.reset();
    }

    void report(Outcome outcome)
    {
        const bool isPut = m_outbox.put(std::move(outcome));
        WARREN_CHECK(isPut);
    }

    const StoreOptions m_options;
    Mailbox<Work>& m_inbox;
    Mailbox<Outcome>& m_outbox;
    std::unique_ptr<SqliteStore> m_store;  // null once failed or closed
    std::unique_ptr<Checkpointer> m_checkpointer;
};

}  // namespace

/// The broker thread's side.
class StoreThread::Impl {
public:
    explicit Impl(QObject* context)
        : m_context(context),
          m_self(std::make_shared<Impl*>(this)),
          m_inbox(kBatchesInFlightMax + kLoadsInFlightMax + 1),
          m_outbox(kBatchesInFlightMax + kLoadsInFlightMax + 2, [this] { m_wakeUp.send(); })
    {
    }
    ~Impl()
    {
        m_inbox.close();
        if (m_thread.joinable()) m_thread.join();
    }

    Status<IoError> start(StoreOptions options)
    {
        if (const int code = m_wakeUp.open(m_context, [this] { collectOutcomes(); }); code != 0) {
            return IoError{.kind = IoError::Kind::Failed,
                           .text = "The store cannot be opened: " +
                                   std::generic_category().message(code) + "."};
        }
        std::promise<Result<Opened, IoError>> promise;
        auto future = promise.get_future();
        m_thread = std::thread(
            [this, options = std::move(options), promise = std::move(promise)]() mutable {
                Worker{std::move(options), m_inbox, m_outbox}.run(std::move(promise));
            });
        auto opened = future.get();
        if (!opened) return opened.error();
        recovered = std::move(opened->recovered);
        m_builder = BatchBuilder{recovered.lastPosition};
        m_databaseBytes = opened->databaseBytes;
        return {};
    }

    void append(std::vector<broker::StoredOperation>&& operations)
    {
        if (m_state != State::Open) return;
        m_builder.add(std::move(operations));
        if (m_batchesInFlight > 0) {
            handOver();
        } else {
            scheduleHandOver();
        }
    }

    void load(std::vector<broker::BodyRequest>&& requests)
    {
        if (m_state != State::Open) return;
        m_requests.insert(m_requests.end(), requests.begin(), requests.end());
        // While one is under way, the next ones are collected.
        if (m_loadsInFlight == 0) handOverLoads();
    }

    std::size_t bytesInFlight() const { return m_bytesHandedOver + m_builder.pendingBytes(); }

    StoreStats stats() const
    {
        return {.databaseBytes = m_databaseBytes,
                .bytesInFlight = bytesInFlight(),
                .cacheBytes = static_cast<std::size_t>(
                    std::min<std::uint64_t>(kPageCacheBytes, m_databaseBytes)),
                .commitCount = m_commitCount,
                .elidedCount = m_builder.elidedCount()};
    }

    Status<IoError> closeCleanly()
    {
        WARREN_CHECK(m_state != State::Closed);
        while (m_state == State::Open && (m_batchesInFlight > 0 || !m_builder.isEmpty())) {
            while (m_batchesInFlight < kBatchesInFlightMax && !m_builder.isEmpty()) {
                handOverNext();
            }
            waitForOutcomes();
        }
        if (m_state == State::Open) {
            const bool isPut = m_inbox.put(CloseRequest{});
            WARREN_CHECK(isPut);
            while (m_state == State::Open) {
                waitForOutcomes();
            }
        }
        m_inbox.close();
        m_thread.join();
        return m_error ? Status<IoError>{*m_error} : Status<IoError>{};
    }

    Callbacks callbacks;
    RecoveredState recovered;

private:
    enum class State { Open, Failed, Closed };

    /// Hands over what should not wait any longer.
    void handOver()
    {
        while (m_builder.hasPositions() && mayHandOver()) {
            handOverNext();
        }
        if (!m_builder.isEmpty() && !m_builder.hasPositions()) scheduleRemovals();
    }

    bool mayHandOver() const
    {
        if (m_batchesInFlight == 0) return true;
        return m_batchesInFlight < kBatchesInFlightMax &&
               m_builder.pendingBytes() >= kSecondBatchBytesMin;
    }

    void handOverLoads()
    {
        if (m_requests.empty()) return;
        m_loadsInFlight += 1;
        const bool isPut = m_inbox.put(std::exchange(m_requests, {}));
        WARREN_CHECK(isPut);
    }

    void handOverNext()
    {
        handOverLoads();  // before removals that may be in the batch
        StoreBatch batch = m_builder.take();
        m_bytesHandedOver += batch.pendingBytes;
        m_batchesInFlight += 1;
        const bool isPut = m_inbox.put(std::move(batch));
        WARREN_CHECK(isPut);
    }

    /// While the disk is idle, what else arrives in this turn of the event loop goes along: a batch
    /// costs the disk about the same whether it has one message or hundreds.
    void scheduleHandOver()
    {
        if (m_isHandOverScheduled) return;
        m_isHandOverScheduled = true;
        QMetaObject::invokeMethod(
            m_context,
            [self = std::weak_ptr(m_self)] {
                const auto impl = self.lock();
                if (!impl) return;
                (*impl)->m_isHandOverScheduled = false;
                if ((*impl)->m_state == State::Open) (*impl)->handOver();
            },
            Qt::QueuedConnection);
    }

    void scheduleRemovals()
    {
        if (m_areRemovalsScheduled) return;
        m_areRemovalsScheduled = true;
        QTimer::singleShot(kRemovalDelay, m_context, [self = std::weak_ptr(m_self)] {
            if (const auto impl = self.lock()) (*impl)->handOverRemovals();
        });
    }

    void handOverRemovals()
    {
        m_areRemovalsScheduled = false;
        if (m_state != State::Open || m_builder.isEmpty()) return;
        if (m_batchesInFlight == 0) handOverNext();
        handOver();
    }

    void collectOutcomes() { take(m_outbox.take()); }

    void waitForOutcomes()
    {
        std::vector<Outcome> outcomes;
        const bool isOpen = m_outbox.wait(outcomes);
        WARREN_CHECK(isOpen);
        take(std::move(outcomes));
    }

    void take(std::vector<Outcome>&& outcomes)
    {
        const broker::LogPosition before = m_committed;
        const State stateBefore = m_state;
        std::vector<broker::LoadedBody> bodies;
        for (Outcome& outcome : outcomes) {
            bodies.insert(bodies.end(), std::make_move_iterator(outcome.bodies.begin()),
                          std::make_move_iterator(outcome.bodies.end()));
            take(std::move(outcome));
        }
        if (m_state == State::Open && m_loadsInFlight == 0) handOverLoads();
        // The disk first, then those who wait: what they do takes time.
        if (m_state == State::Open) handOver();
        if (m_committed > before && callbacks.committed) callbacks.committed(m_committed);
        if (!bodies.empty() && callbacks.loaded) callbacks.loaded(std::move(bodies));
        const bool failsNow = stateBefore == State::Open && m_error.has_value();
        if (failsNow && callbacks.failed) callbacks.failed(*m_error);
    }

    void take(Outcome&& outcome)
    {
        if (outcome.isOfBatch) {
            m_batchesInFlight -= 1;
            m_bytesHandedOver -= outcome.pendingBytes;
        }
        if (outcome.isOfLoad) m_loadsInFlight -= 1;
        if (m_state != State::Open) return;
        if (outcome.error) {
            m_state = State::Failed;
            m_error = std::move(outcome.error);
            return;
        }
        if (outcome.hasClosed) {
            m_state = State::Closed;
            return;
        }
        m_commitCount += outcome.isOfBatch;
        m_databaseBytes = outcome.databaseBytes;
        m_committed = std::max(m_committed, outcome.lastPosition);
    }

    QObject* const m_context;
    const std::shared_ptr<Impl*> m_self;  // events that are still posted find it gone with us
    BatchBuilder m_builder;
    State m_state = State::Open;
    std::optional<IoError> m_error;
    std::size_t m_batchesInFlight = 0;
    std::vector<broker::BodyRequest> m_requests;  // not handed over yet
    std::size_t m_loadsInFlight = 0;
    std::size_t m_bytesHandedOver = 0;
    std::uint64_t m_databaseBytes = 0;
    std::uint64_t m_commitCount = 0;
    broker::LogPosition m_committed = 0;
    bool m_isHandOverScheduled = false;
    bool m_areRemovalsScheduled = false;

    WakeUp m_wakeUp;
    Mailbox<Work> m_inbox;
    Mailbox<Outcome> m_outbox;
    std::thread m_thread;  // last: it uses the mailboxes
};

StoreThread::StoreThread(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

StoreThread::~StoreThread() = default;

Result<std::unique_ptr<StoreThread>, IoError> StoreThread::open(StoreOptions options,
                                                                QObject* brokerContext)
{
    auto impl = std::make_unique<Impl>(brokerContext);
    if (auto started = impl->start(std::move(options)); !started) return started.error();
    return std::unique_ptr<StoreThread>{new StoreThread(std::move(impl))};
}

RecoveredState StoreThread::takeRecovered() { return std::exchange(m_impl->recovered, {}); }

void StoreThread::setCallbacks(Callbacks callbacks) { m_impl->callbacks = std::move(callbacks); }

void StoreThread::append(std::vector<broker::StoredOperation>&& operations)
{
    m_impl->append(std::move(operations));
}

void StoreThread::load(std::vector<broker::BodyRequest>&& requests)
{
    m_impl->load(std::move(requests));
}

std::size_t StoreThread::bytesInFlight() const { return m_impl->bytesInFlight(); }

StoreStats StoreThread::stats() const { return m_impl->stats(); }

Status<IoError> StoreThread::closeCleanly() { return m_impl->closeCleanly(); }

}  // namespace warren::storage
