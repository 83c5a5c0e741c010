#include "core/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace warren {

void checkFailed(const char* condition, const char* file, int line)
{
    std::fprintf(stderr, "invariant broken: %s at %s:%d\n", condition, file, line);
    std::abort();
}

}  // namespace warren
