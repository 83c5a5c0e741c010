include(${CMAKE_CURRENT_LIST_DIR}/../../../core/raft/libraft.cmake)
warren_require_libraft("${HEADER}")
