#include "tests/fuzz/fuzz_input.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace {

void replay(const std::filesystem::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(stream), {}};
    // Named before it runs, so that the last line of a crash says which input it was.
    std::printf("%s (%zu bytes)\n", file.c_str(), input.size());
    std::fflush(stdout);
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

}  // namespace

/// Runs a fuzz target over every file of the folders named on the command line. An empty folder is
/// a failure: a test that runs nothing proves nothing.
int main(int argc, char** argv)
{
    int inputCount = 0;
    for (int i = 1; i < argc; ++i) {
        for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
            if (!entry.is_regular_file()) continue;
            replay(entry.path());
            inputCount += 1;
        }
    }
    std::printf("%d inputs replayed\n", inputCount);
    return inputCount > 0 ? 0 : 1;
}
