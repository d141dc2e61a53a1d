# `make install`: the SDK for find_package and pkg-config, the program, its man pages.
# The contract has one layout on every system: PREFIX/lib.
set(CMAKE_INSTALL_LIBDIR lib)
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS ostia RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS ostia_sdk ostia_core EXPORT ostia-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY sdk/include/ostia DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES core/ostia/result.hpp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ostia)
install(FILES core/ostia/json/value.hpp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ostia/json)
install(EXPORT ostia-targets NAMESPACE ostia:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/ostia)
configure_package_config_file(cmake/ostia-config.cmake.in ${CMAKE_BINARY_DIR}/ostia-config.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/ostia)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/ostia-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/ostia-config.cmake ${CMAKE_BINARY_DIR}/ostia-config-version.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/ostia)
configure_file(cmake/ostia.pc.in ${CMAKE_BINARY_DIR}/ostia.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/ostia.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES docs/man/ostia.1 docs/man/ostia-serve.1 docs/man/ostia-login.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME ostia)
set(CPACK_PACKAGE_CONTACT "The Ostia authors <ostia@example.com>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Login for applications: authority, C++ SDK and command line")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
include(CPack)
