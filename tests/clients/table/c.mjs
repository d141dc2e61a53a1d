export const rows = [
  { program: 'libjwt', package: 'libjwt-dev', script: 'libjwt.c', what: 'verifies an access token by the published certificate' },
  { program: 'cjose', package: 'libcjose-dev', script: 'cjose.c', what: 'verifies an access token by a published key' },
  { program: 'cpp-jwt', package: 'libcpp-jwt-dev', script: 'cpp_jwt.cpp', what: 'verifies an access token by the published certificate' },
  { program: 'Qt Network Authorization', package: 'libqt6networkauth6', script: 'qt.cpp', what: 'a desktop application: code, loopback, profile', client: (app) => ({ app_type: 'native', callbacks: [`http://127.0.0.1:${new URL(app).port}/`, `${app}/`, `http://localhost:${new URL(app).port}/`] }) },
];
