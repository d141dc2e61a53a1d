export const rows = [
  { program: 'httr', package: 'r-cran-httr', script: 'httr.R', what: 'code, profile' },
];
