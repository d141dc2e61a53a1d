# What turns a mistake of ours that was not found into an end of the program instead of somebody else's code.
# tests/install/hardening.test.mjs reads what was built. docs/security.md says what each costs.
add_compile_definitions(_GLIBCXX_ASSERTIONS)
if(OSTIA_SANITIZE)
  return()  # they look closer, and do not go with what follows
endif()
add_compile_options($<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE> $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2>
                    -fstack-protector-strong -fstack-clash-protection)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  add_compile_options(-fcf-protection)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  add_compile_options(-mbranch-protection=standard)
endif()
include(CheckPIESupported)
check_pie_supported()  # POSITION_INDEPENDENT_CODE alone does not reach the linker
add_link_options(-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
