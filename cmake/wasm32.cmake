# Debian's clang 19 with wasi-libc and libc++, for a module that imports nothing at all.
set(CMAKE_SYSTEM_NAME WASI)
set(CMAKE_SYSTEM_PROCESSOR wasm32)
set(CMAKE_C_COMPILER clang-19)
set(CMAKE_CXX_COMPILER clang++-19)
set(CMAKE_C_COMPILER_TARGET wasm32-wasi)
set(CMAKE_CXX_COMPILER_TARGET wasm32-wasi)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_AR llvm-ar-19)
set(CMAKE_RANLIB llvm-ranlib-19)
set(CMAKE_CXX_FLAGS_MINSIZEREL "-Oz -flto -DNDEBUG")
# CMake has no platform file for WASI; without this it asks for position independent code and an executable suffix.
set(CMAKE_POSITION_INDEPENDENT_CODE OFF)
