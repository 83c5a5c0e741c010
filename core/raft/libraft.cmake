# The Raft library, in the one version whose defects are known and guarded against (README.md).
set(WARREN_RAFT_VERSION 0.22.1)

# warren_require_libraft(HEADER): ends the configuration unless the library has that version.
function(warren_require_libraft header)
    set(found "")
    if(EXISTS "${header}")
        file(STRINGS "${header}" lines REGEX "^#define RAFT_VERSION_(MAJOR|MINOR|RELEASE) +[0-9]+")
        foreach(line IN LISTS lines)
            string(REGEX MATCH "[0-9]+$" number "${line}")
            list(APPEND found ${number})
        endforeach()
        list(JOIN found "." found)
        if(found STREQUAL WARREN_RAFT_VERSION)
            return()
        endif()
        if(found STREQUAL "")
            set(found "an older version")
        endif()
        set(found "${found} (${header})")
    else()
        set(found "none")
    endif()
    message(FATAL_ERROR
        "Warren needs libraft ${WARREN_RAFT_VERSION}, exactly that, but found ${found}. "
        "Older ones lose what was acknowledged, and later ones were not examined. "
        "It is Debian's libraft-dev: of Debian 13, or of the backports of Debian 12; "
        "installer/launch installs it.")
endfunction()

# Sets WARREN_RAFT_INCLUDE and WARREN_RAFT_LIBRARY.
function(warren_find_libraft)
    find_path(WARREN_RAFT_INCLUDE raft.h)
    find_library(WARREN_RAFT_LIBRARY libraft.a)
    warren_require_libraft("${WARREN_RAFT_INCLUDE}/raft.h")
    if(NOT WARREN_RAFT_LIBRARY)
        message(FATAL_ERROR "There is a raft.h, but no libraft.a: is libraft-dev installed wholly?")
    endif()
    set_property(DIRECTORY APPEND PROPERTY
        CMAKE_CONFIGURE_DEPENDS "${WARREN_RAFT_INCLUDE}/raft.h")
endfunction()
