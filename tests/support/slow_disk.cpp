// Preloaded into a node: every sync takes WARREN_SYNC_MS milliseconds more, as on a slow disk.

#include <chrono>
#include <cstdlib>
#include <dlfcn.h>
#include <thread>

namespace {

using Sync = int (*)(int);

int syncSlowly(const char* name, int descriptor)
{
    const char* text = std::getenv("WARREN_SYNC_MS");
    std::this_thread::sleep_for(std::chrono::milliseconds{text == nullptr ? 0 : std::atol(text)});
    return reinterpret_cast<Sync>(::dlsym(RTLD_NEXT, name))(descriptor);
}

}  // namespace

extern "C" int fdatasync(int descriptor) { return syncSlowly("fdatasync", descriptor); }

extern "C" int fsync(int descriptor) { return syncSlowly("fsync", descriptor); }
