#include "tests/unit/storage/fault_disk.h"

#include "core/base/check.h"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <sqlite3.h>
#include <sys/stat.h>
#include <system_error>

namespace warren::test {

namespace {

constexpr const char* kName = "warren-fault";

std::string contentOf(const std::filesystem::path& path)
{
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

void setContent(const std::filesystem::path& path, const std::string& content)
{
    std::ofstream stream(path, std::ios::binary | std::ios::trunc);
    stream.write(content.data(), static_cast<std::streamsize>(content.size()));
    WARREN_CHECK(stream.good());
}

bool isLogOfDatabase(const std::filesystem::path& path)
{
    const std::string name = path.filename().string();
    return name.ends_with("-wal") || name.ends_with("-journal");
}

}  // namespace

/// What SQLite calls: its structures of functions.
struct FaultDisk::FileSystem {
    sqlite3_vfs vfs{};
    sqlite3_vfs* usual = nullptr;
};

/// A file as SQLite knows it; the usual file system's own lies behind it in memory.
struct FaultFile {
    sqlite3_file base;
    FaultDisk* disk;
    bool isWatched;
    std::uint64_t device;
    std::uint64_t inode;
};

struct FaultDiskCalls {
    using Fault = FaultDisk::Fault;
    using Call = FaultDisk::Call;

    static FaultFile& self(sqlite3_file* file) { return *reinterpret_cast<FaultFile*>(file); }
    static sqlite3_file* usual(sqlite3_file* file)
    {
        return reinterpret_cast<sqlite3_file*>(reinterpret_cast<std::byte*>(file) +
                                               sizeof(FaultFile));
    }
    static FaultDisk::FileId idOf(const FaultFile& file) { return {file.device, file.inode}; }
    static FaultDisk& diskOf(sqlite3_vfs* vfs) { return *static_cast<FaultDisk*>(vfs->pAppData); }
    static sqlite3_vfs* usual(sqlite3_vfs* vfs) { return diskOf(vfs).m_fileSystem->usual; }
    static bool isDead(const FaultFile& file)
    {
        const std::lock_guard lock(file.disk->m_mutex);
        return file.isWatched && file.disk->m_isDead;
    }

    // ---- of a file

    static int close(sqlite3_file* file)
    {
        const int code = usual(file)->pMethods->xClose(usual(file));
        file->pMethods = nullptr;
        return code;
    }
    static int read(sqlite3_file* file, void* to, int bytes, sqlite3_int64 offset)
    {
        if (isDead(self(file))) return SQLITE_IOERR_READ;
        return usual(file)->pMethods->xRead(usual(file), to, bytes, offset);
    }
    static int write(sqlite3_file* file, const void* from, int bytes, sqlite3_int64 offset)
    {
        FaultFile& it = self(file);
        const auto real = [&](int count) {
            return usual(file)->pMethods->xWrite(usual(file), from, count, offset);
        };
        if (!it.isWatched) return real(bytes);
        const std::lock_guard lock(it.disk->m_mutex);
        if (it.disk->m_isDead) return SQLITE_IOERR_WRITE;
        const auto note = [&](int count) {
            it.disk->note(idOf(it), {.offset = static_cast<std::uint64_t>(offset),
                                     .bytes = {static_cast<const char*>(from),
                                               static_cast<std::size_t>(count)}});
        };
        sqlite3_int64 size = 0;
        const int sized = usual(file)->pMethods->xFileSize(usual(file), &size);
        const bool grows = sized != SQLITE_OK || offset + bytes > size;
        switch (it.disk->step(grows ? Call::Growth : Call::Write)) {
        case Fault::ShortWrite:
            if (const int code = real(bytes / 2); code != SQLITE_OK) return code;
            note(bytes / 2);
            return SQLITE_FULL;
        case Fault::WriteError: return SQLITE_IOERR_WRITE;
        case Fault::DiskFull: return SQLITE_FULL;
        case Fault::PowerCut: note(bytes); return SQLITE_IOERR_WRITE;
        case Fault::SyncError:
        case Fault::None: break;
        }
        const int code = real(bytes);
        if (code == SQLITE_OK) note(bytes);
        return code;
    }
    static int truncate(sqlite3_file* file, sqlite3_int64 size)
    {
        FaultFile& it = self(file);
        if (!it.isWatched) return usual(file)->pMethods->xTruncate(usual(file), size);
        const std::lock_guard lock(it.disk->m_mutex);
        if (it.disk->m_isDead) return SQLITE_IOERR_TRUNCATE;
        const FaultDisk::Change change{.isTruncation = true,
                                       .offset = static_cast<std::uint64_t>(size)};
        const Fault fault = it.disk->step(Call::Write);
        if (fault == Fault::PowerCut) it.disk->note(idOf(it), change);
        if (fault != Fault::None) return SQLITE_IOERR_TRUNCATE;
        const int code = usual(file)->pMethods->xTruncate(usual(file), size);
        if (code == SQLITE_OK) it.disk->note(idOf(it), change);
        return code;
    }
    static int sync(sqlite3_file* file, int flags)
    {
        FaultFile& it = self(file);
        if (!it.isWatched) return usual(file)->pMethods->xSync(usual(file), flags);
        const std::lock_guard lock(it.disk->m_mutex);
        if (it.disk->m_isDead) return SQLITE_IOERR_FSYNC;
        const Fault fault = it.disk->step(Call::Sync);
        if (fault == Fault::SyncError) it.disk->noteSync(idOf(it), true);
        if (fault != Fault::None) return SQLITE_IOERR_FSYNC;
        // The real disk is not needed: what would survive is kept here.
        it.disk->noteSync(idOf(it), false);
        return SQLITE_OK;
    }
    static int fileSize(sqlite3_file* file, sqlite3_int64* size)
    {
        if (isDead(self(file))) return SQLITE_IOERR_FSTAT;
        return usual(file)->pMethods->xFileSize(usual(file), size);
    }
    // What has nothing to do with the contents.
    static int lock(sqlite3_file* file, int level)
    {
        return usual(file)->pMethods->xLock(usual(file), level);
    }
    static int unlock(sqlite3_file* file, int level)
    {
        return usual(file)->pMethods->xUnlock(usual(file), level);
    }
    static int isReserved(sqlite3_file* file, int* result)
    {
        return usual(file)->pMethods->xCheckReservedLock(usual(file), result);
    }
    static int control(sqlite3_file* file, int operation, void* argument)
    {
        return usual(file)->pMethods->xFileControl(usual(file), operation, argument);
    }
    static int sectorSize(sqlite3_file* file)
    {
        return usual(file)->pMethods->xSectorSize(usual(file));
    }
    static int characteristics(sqlite3_file* file)
    {
        return usual(file)->pMethods->xDeviceCharacteristics(usual(file));
    }
    static int shmMap(sqlite3_file* file, int page, int bytes, int extends, void volatile** memory)
    {
        return usual(file)->pMethods->xShmMap(usual(file), page, bytes, extends, memory);
    }
    static int shmLock(sqlite3_file* file, int offset, int count, int flags)
    {
        return usual(file)->pMethods->xShmLock(usual(file), offset, count, flags);
    }
    static void shmBarrier(sqlite3_file* file) { usual(file)->pMethods->xShmBarrier(usual(file)); }
    static int shmUnmap(sqlite3_file* file, int deletes)
    {
        return usual(file)->pMethods->xShmUnmap(usual(file), deletes);
    }

    // ---- of the file system

    static int open(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* file, int flags,
                    int* outFlags)
    {
        static const sqlite3_io_methods kMethods = [] {
            sqlite3_io_methods methods{};
            methods.iVersion = 2;  // without mapping files into memory, which would hide writes
            methods.xClose = close;
            methods.xRead = read;
            methods.xWrite = write;
            methods.xTruncate = truncate;
            methods.xSync = sync;
            methods.xFileSize = fileSize;
            methods.xLock = lock;
            methods.xUnlock = unlock;
            methods.xCheckReservedLock = isReserved;
            methods.xFileControl = control;
            methods.xSectorSize = sectorSize;
            methods.xDeviceCharacteristics = characteristics;
            methods.xShmMap = shmMap;
            methods.xShmLock = shmLock;
            methods.xShmBarrier = shmBarrier;
            methods.xShmUnmap = shmUnmap;
            return methods;
        }();
        FaultDisk& disk = diskOf(vfs);
        FaultFile& it = self(file);
        it = {.base = {.pMethods = nullptr},
              .disk = &disk,
              .isWatched = name != nullptr && disk.isWatched(name),
              .device = 0,
              .inode = 0};
        const std::lock_guard lock(disk.m_mutex);
        if (it.isWatched && disk.m_isDead) return SQLITE_CANTOPEN;
        std::error_code ignored;
        const bool isNew = name != nullptr && !std::filesystem::exists(name, ignored);
        const int code = usual(vfs)->xOpen(usual(vfs), name, usual(file), flags, outFlags);
        if (code != SQLITE_OK) return code;
        if (it.isWatched) {
            std::tie(it.device, it.inode) = FaultDisk::idOf(name);
            disk.noteOpen(name, isNew);
        }
        file->pMethods = &kMethods;
        return SQLITE_OK;
    }
    static int remove(sqlite3_vfs* vfs, const char* name, int syncsFolder)
    {
        FaultDisk& disk = diskOf(vfs);
        if (!disk.isWatched(name)) return usual(vfs)->xDelete(usual(vfs), name, syncsFolder);
        const std::lock_guard lock(disk.m_mutex);
        if (disk.m_isDead || disk.step(Call::Other) != Fault::None) return SQLITE_IOERR_DELETE;
        std::error_code ignored;
        const bool isThere = std::filesystem::exists(name, ignored);
        const FaultDisk::FileId id = isThere ? FaultDisk::idOf(name) : FaultDisk::FileId{};
        const int code = usual(vfs)->xDelete(usual(vfs), name, 0);
        if (code == SQLITE_OK && isThere) disk.noteDeletion(name, id, syncsFolder != 0);
        return code;
    }
    static int access(sqlite3_vfs* vfs, const char* name, int flags, int* result)
    {
        return usual(vfs)->xAccess(usual(vfs), name, flags, result);
    }
    static int fullPathname(sqlite3_vfs* vfs, const char* name, int bytes, char* to)
    {
        return usual(vfs)->xFullPathname(usual(vfs), name, bytes, to);
    }
};

FaultDisk::FaultDisk() : m_fileSystem(std::make_unique<FileSystem>())
{
    m_fileSystem->usual = sqlite3_vfs_find(nullptr);
    WARREN_CHECK(m_fileSystem->usual != nullptr);
    sqlite3_vfs& vfs = m_fileSystem->vfs;
    vfs = *m_fileSystem->usual;
    vfs.pNext = nullptr;
    vfs.zName = kName;
    vfs.pAppData = this;
    vfs.szOsFile += static_cast<int>(sizeof(FaultFile));
    vfs.xOpen = FaultDiskCalls::open;
    vfs.xDelete = FaultDiskCalls::remove;
    vfs.xAccess = FaultDiskCalls::access;
    vfs.xFullPathname = FaultDiskCalls::fullPathname;
    WARREN_CHECK(sqlite3_vfs_register(&vfs, 1) == SQLITE_OK);
}

FaultDisk::~FaultDisk()
{
    sqlite3_vfs_unregister(&m_fileSystem->vfs);
    sqlite3_vfs_register(m_fileSystem->usual, 1);
}

void FaultDisk::watch(const std::filesystem::path& folder)
{
    const std::lock_guard lock(m_mutex);
    m_folder = folder;
    m_images.clear();
    m_deleted.clear();
    m_stepCount = 0;
    repair();
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (!entry.is_regular_file()) continue;
        m_images[idOf(entry.path())] = {.synced = contentOf(entry.path()), .isNameSynced = true};
    }
}

void FaultDisk::failAt(std::uint64_t step, Fault fault)
{
    const std::lock_guard lock(m_mutex);
    m_failAt = step;
    m_fault = fault;
    m_hasFailed = false;
}

void FaultDisk::repair()
{
    const std::lock_guard lock(m_mutex);
    m_fault = Fault::None;
    m_isDead = false;
    m_isFull = false;
}

FaultDisk::Fault FaultDisk::step(Call call)
{
    m_stepCount += 1;
    if (m_isFull && call == Call::Growth) return Fault::DiskFull;
    if (m_fault == Fault::None || m_hasFailed || m_stepCount < m_failAt) return Fault::None;
    const auto canFail = [&] {
        switch (m_fault) {
        case Fault::None: return false;
        case Fault::ShortWrite:
        case Fault::WriteError: return call == Call::Write || call == Call::Growth;
        case Fault::SyncError: return call == Call::Sync;
        case Fault::DiskFull: return call == Call::Growth;
        case Fault::PowerCut: return true;
        }
        return false;
    };
    if (!canFail()) return Fault::None;
    m_hasFailed = true;
    m_isFull = m_fault == Fault::DiskFull;
    m_isDead = m_fault == Fault::PowerCut;
    return m_fault;
}

bool FaultDisk::isWatched(std::string_view path) const
{
    const std::lock_guard lock(m_mutex);
    return !m_folder.empty() && std::filesystem::path(path).parent_path() == m_folder;
}

FaultDisk::FileId FaultDisk::idOf(const std::filesystem::path& path)
{
    struct stat found {};
    WARREN_CHECK(::stat(path.c_str(), &found) == 0);
    return {found.st_dev, found.st_ino};
}

void FaultDisk::note(FileId id, Change change)
{
    m_images[id].pending.push_back(std::move(change));
}

void FaultDisk::noteSync(FileId id, bool isLost)
{
    Image& image = m_images[id];
    if (isLost) {
        std::ranges::move(image.pending, std::back_inserter(image.lost));
    } else {
        for (const Change& change : image.pending)
            apply(change, image.synced);
        image.lost.clear();  // what was given up never arrives after what came later
        // SQLite syncs the folder together with a new log.
        if (!image.isNameSynced) m_deleted.clear();
        image.isNameSynced = true;
    }
    image.pending.clear();
}

void FaultDisk::noteOpen(const std::filesystem::path& path, bool isNew)
{
    const FileId id = idOf(path);
    if (isNew) {
        m_images[id] = {.synced = {}, .isNameSynced = !isLogOfDatabase(path)};
    } else if (!m_images.contains(id)) {
        m_images[id] = {.synced = contentOf(path), .isNameSynced = true};
    }
}

void FaultDisk::noteDeletion(const std::filesystem::path& path, FileId id, bool isSynced)
{
    const auto at = m_images.find(id);
    if (at == m_images.end()) return;
    if (isSynced) {
        m_deleted.clear();
    } else {
        m_deleted[path.string()] = std::move(at->second);
    }
    m_images.erase(at);
}

void FaultDisk::apply(const Change& change, std::string& content)
{
    if (change.isTruncation) {
        content.resize(change.offset);
        return;
    }
    content.resize(std::max<std::size_t>(content.size(), change.offset + change.bytes.size()));
    std::ranges::copy(change.bytes, content.begin() + static_cast<std::ptrdiff_t>(change.offset));
}

std::string FaultDisk::afterLossOfPower(const Image& image, Prng& random)
{
    std::string content = image.synced;
    const std::uint64_t luck = random.below(4);  // none of it, all of it, or some
    for (const std::vector<Change>* changes : {&image.lost, &image.pending}) {
        for (const Change& change : *changes) {
            if (luck == 0 || (luck > 1 && random.below(2) == 0)) continue;
            Change torn = change;
            if (luck > 1 && random.below(4) == 0) {
                torn.bytes.resize(random.below(torn.bytes.size() + 1));
            }
            apply(torn, content);
        }
    }
    return content;
}

void FaultDisk::losePower(Prng& random)
{
    const std::lock_guard lock(m_mutex);
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(m_folder)) {
        if (entry.is_regular_file()) paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    for (const std::filesystem::path& path : paths) {
        const auto at = m_images.find(idOf(path));
        const bool isShared = path.string().ends_with("-shm");
        const bool isGone =
            at != m_images.end() && !at->second.isNameSynced && random.below(2) == 0;
        if (isShared || isGone) {
            std::filesystem::remove(path);
        } else if (at != m_images.end()) {
            setContent(path, afterLossOfPower(at->second, random));
        }
    }
    for (const auto& [path, image] : m_deleted) {
        if (std::filesystem::exists(path) || random.below(2) == 0) continue;
        setContent(path, afterLossOfPower(image, random));
    }
    watch(std::filesystem::path{m_folder});
}

const char* nameOf(FaultDisk::Fault fault)
{
    using Fault = FaultDisk::Fault;
    switch (fault) {
    case Fault::None: return "no fault";
    case Fault::ShortWrite: return "short write";
    case Fault::WriteError: return "write error";
    case Fault::SyncError: return "sync error";
    case Fault::DiskFull: return "full disk";
    case Fault::PowerCut: return "power cut";
    }
    return "";
}

}  // namespace warren::test
